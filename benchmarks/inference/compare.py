#!/usr/bin/env python3
"""Times `electra bench` beside other programs (peers.py), in alternating runs.

    compare.py --electra build/release/apps/electra --model DIR --cache DIR --file FILE
               [--python PYTHON] [--threads 1] [--rounds 5] [--out FILE.json]

What is compared: one text of 16, 64, 128 tokens (median and 99th percentile), a file of texts in
its order and sorted by length, in batches of 32, and opening the model up to the first answer. Ours
in f32, bf16 and int8, each beside the best of the peers of its kind in the same round (bf16 beside
those of f32). Only ratios within a round count: a peer's time by ours, so more than 1 is faster.
Quoted is the median over the rounds. FILE.json is brought up to date after each.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).parent.parent / "peers"))
from compare_step import of_processor, units  # noqa: E402

HERE = pathlib.Path(__file__).parent
PEERS = {"f32": ("torch", "torch_compiled", "onnx", "openvino"), "int8": ("onnx_int8",)}
PEERS["bf16"] = PEERS["f32"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("electra", "model", "cache", "file"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lengths", default="16,64,128")
    parser.add_argument("--leave-out", nargs="*", default=[], help="peers")
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def lines_of(command):
    found = subprocess.run(command, capture_output=True, text=True, check=True,
                           env={**os.environ, "TOKENIZERS_PARALLELISM": "false"})
    return [json.loads(line) for line in found.stdout.splitlines() if line.startswith("{")]


def times_of(command, a):
    """Milliseconds by what was done."""
    times = {}
    for line in lines_of(command + ["--lengths", a.lengths]):
        times[f"{line['length']} tokens, p50"] = line["p50_ms"]
        times[f"{line['length']} tokens, p99"] = line["p99_ms"]
        times["open"] = line["open_ms"]
    for order in ("file", "sorted"):
        line, = lines_of(command + ["--file", a.file, "--order", order])
        times[f"1,000 tokens, {order}"] = 1e6 / line["tokens_per_second"]
        memory = line["memory_bytes"]
    return {"milliseconds": times, "memory_bytes": memory}


def program(name, a):
    if name in ("f32", "bf16", "int8"):
        return [a.electra, "bench", a.model, "--threads", a.threads, "--precision", name, "--json"]
    return [a.python, str(HERE / "peers.py"), "--peer", name, "--model", a.model, "--cache", a.cache,
            "--threads", a.threads]


def ratios_of(one):
    """Of one round: precision, what was done: the best peer's time by ours."""
    return {ours: {what: min(one[peer]["milliseconds"][what] for peer in peers if peer in one) / mine
                   for what, mine in one[ours]["milliseconds"].items()}
            for ours, peers in PEERS.items() if any(peer in one for peer in peers)}


def medians_of(rounds):
    found = [ratios_of(one) for one in rounds]
    return {ours: {what: statistics.median(each[ours][what] for each in found) for what in found[0][ours]}
            for ours in found[0]}


def main():
    a = arguments()
    names = [name for name in ("f32", *PEERS["f32"], "bf16", "int8", *PEERS["int8"]) if name not in a.leave_out]
    result = {"processor": of_processor("model name"), "units": units(), "threads": a.threads,
              "model": pathlib.Path(a.model).name, "file": pathlib.Path(a.file).name, "load": os.getloadavg()[0], "rounds": []}
    for number in range(a.rounds):
        order = names if number % 2 == 0 else names[::-1]
        result["rounds"].append({name: times_of(program(name, a), a) for name in order})
        result["ratios"] = medians_of(result["rounds"])
        for ours, ratios in result["ratios"].items():
            print(ours, " ".join(f"{what}: {ratio:.2f}" for what, ratio in ratios.items()), flush=True)
        if a.out:
            a.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
