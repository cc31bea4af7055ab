#!/usr/bin/env python3
"""Times fine-tuning by `electra finetune` beside the same in PyTorch, in alternating runs.

    compare_finetuning.py --electra build/release/apps/electra --peer torch_finetune.py --model DIR
                          --task classify --train FILE --eval FILE [--python PYTHON] [--rounds 5]
                          [--threads 1] [--precision f32] [--rate 1e-4] [--label-column 1] [--out FILE.json]

One epoch over the file by both, batches of 32 texts of like length, the same layer-wise decay; real
tokens a second of training, evaluations left out. The peer is given columns from 0, we from 1. Only
the ratio of a pair of runs counts; the median over the pairs is what to quote. FILE.json is brought
up to date after each pair.
"""

import argparse
import json
import pathlib
import statistics
import tempfile

from compare_step import of_processor, run, units


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("electra", "peer", "model", "task", "train", "eval"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32")
    parser.add_argument("--rate", default="1e-4")
    parser.add_argument("--text-column", type=int, default=0)
    parser.add_argument("--label-column", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def ours(a):
    with tempfile.TemporaryDirectory() as folder:
        command = [a.electra, "finetune", a.task, "--model", a.model, "--train", a.train, "--eval", a.eval,
                   "--out", folder + "/out", "--epochs", "1", "--rate", a.rate, "--threads", a.threads,
                   "--layer-decay", "0.9", "--layer-decay-form", "reference", "--device", "cpu",
                   "--precision", a.precision, "--label", str(a.label_column + 1), "--json",
                   "--set", "restarts=0"]
        if a.task != "tag":
            command += ["--text", str(a.text_column + 1)]
        return run(command)["seeds"][0]["tokens_per_second"]


def peers(a):
    command = [a.python, a.peer, "--model", a.model, "--task", a.task, "--train", a.train, "--dev", a.eval,
               "--epochs", "1", "--rate", a.rate, "--threads", a.threads, "--by-length",
               "--text-column", str(a.text_column), "--label-column", str(a.label_column)]
    if a.precision == "bf16":
        command.append("--bf16")
    return run(command)["tokens_per_s"]


def main():
    a = arguments()
    result = {"processor": of_processor("model name"), "units": units(), "task": a.task, "model": a.model,
              "train": a.train, "threads": a.threads, "precision": a.precision, "pairs": []}
    for number in range(a.rounds):
        measure = (ours, peers) if number % 2 == 0 else (peers, ours)
        speeds = {which.__name__: which(a) for which in measure}
        result["pairs"].append({**speeds, "ratio": speeds["ours"] / speeds["peers"]})
        result["ratio"] = statistics.median(pair["ratio"] for pair in result["pairs"])
        print(f"{speeds['ours']:.0f} and {speeds['peers']:.0f} tokens/s: ratio "
              f"{result['pairs'][-1]['ratio']:.2f}, median {result['ratio']:.2f}", flush=True)
        if a.out:
            a.out.write_text(json.dumps(result, indent=1) + "\n")


main()
