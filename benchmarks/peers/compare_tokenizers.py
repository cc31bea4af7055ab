#!/usr/bin/env python3
"""Times tokenizer_bench beside Hugging Face's tokenizers, one thread each, in alternating runs.

    compare_tokenizers.py --bench build/release/benchmarks/tokenizer_bench --vocabulary vocab.txt
                          --file prose.txt [--python PYTHON] [--rounds 5] [--out FILE.json]

Both read the lines of one file as Hugging Face does, without special tokens, and must find as many
tokens. The peer is asked in batches of 1,000 lines, with places in the text (encode_batch) and
without (encode_batch_fast). Quoted is the median of the ratios of a round: more than 1 is faster
than the peer.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

WAYS = ("encode_batch", "encode_batch_fast")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("vocabulary", "file"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--bench")
    parser.add_argument("--peer", choices=WAYS, help="times the peer alone")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def time_peer(a):
    import tokenizers
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece.from_file(a.vocabulary, unk_token="[UNK]",
                                                     max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    lines = pathlib.Path(a.file).read_bytes().decode("utf-8", "replace").split("\n")
    encode = getattr(tokenizer, a.peer)
    tokens, seconds = 0, 0.0
    for i in range(0, len(lines), 1000):
        begin = time.perf_counter()
        found = encode(lines[i:i + 1000], add_special_tokens=False)
        seconds += time.perf_counter() - begin
        tokens += sum(len(one.ids) for one in found)
    return {"tokens": tokens, "seconds": round(seconds, 4), "tokens_per_second": tokens / seconds,
            "version": tokenizers.__version__}


def result_of(command):
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"}
    found = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(found.stdout.splitlines()[-1])


def main():
    a = arguments()
    if a.peer:
        print(json.dumps(time_peer(a)))
        return
    files = ["--vocabulary", a.vocabulary, "--file", a.file]
    rounds = []
    for _ in range(a.rounds):
        results = {"libelectra": result_of([a.bench, a.vocabulary, a.file, "--hf", "--repeat", "2"])}
        for way in WAYS:
            results[way] = result_of([a.python, __file__, *files, "--peer", way])
        found = {name: result["tokens"] for name, result in results.items()}
        if len(set(found.values())) > 1:
            sys.exit(f"compare_tokenizers: the numbers of tokens differ: {found}")
        rounds.append({name: round(result["tokens_per_second"]) for name, result in results.items()})
        print(json.dumps(rounds[-1]), flush=True)
    summary = {"tokens": found["libelectra"], "tokenizers": results[WAYS[0]]["version"],
               "rounds": rounds}
    for way in WAYS:
        ratios = sorted(one["libelectra"] / one[way] for one in rounds)
        summary["ratio to " + way] = [round(statistics.median(ratios), 1), round(ratios[0], 1),
                                      round(ratios[-1], 1)]
    text = json.dumps(summary, indent=1)
    print(text)
    if a.out:
        a.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
