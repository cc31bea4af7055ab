#!/usr/bin/env python3
"""What other programs that never sleep cost `electra bench`, and ONNX Runtime beside it.

    neighbours.py --electra build/release/apps/electra --model DIR --cache DIR [--neighbours 2]
                  [--threads 1] [--rounds 5] [--python PYTHON] [--out FILE.json]

One text of 16, 64, 128 tokens: median and 99th percentile alone, then beside so many processes that
do nothing but count, in turn. ONNX Runtime's threads do not spin. Quoted is the median over the
rounds of each time, and of beside by alone within a round. FILE.json is brought up to date after
each.
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys

from compare import HERE, lines_of, of_processor, units

COUNTING = [sys.executable, "-c", "while True: pass"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("electra", "model", "cache"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--neighbours", type=int, default=2)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


@contextlib.contextmanager
def neighbours(count):
    running = [subprocess.Popen(COUNTING) for _ in range(count)]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def times_of(command):
    """Milliseconds by length and percentile."""
    return {f"{line['length']} tokens, {name}": line[name + "_ms"]
            for line in lines_of(command) for name in ("p50", "p99")}


def median_of(rounds, program, value):
    return {what: statistics.median(value(one[program], what) for one in rounds)
            for what in rounds[0][program]["alone"]}


def main():
    a = arguments()
    own = [a.electra, "bench", a.model, "--threads", a.threads, "--json"]
    peer = [a.python, str(HERE / "peers.py"), "--peer", "onnx", "--no-spinning", "--model", a.model,
            "--cache", a.cache, "--threads", a.threads]
    result = {"processor": of_processor("model name"), "units": units(), "threads": a.threads,
              "neighbours": a.neighbours, "model": pathlib.Path(a.model).name, "load": os.getloadavg()[0],
              "rounds": []}
    for _ in range(a.rounds):
        one = {}
        for name, command in (("electra", own), ("onnx", peer)):
            alone = times_of(command)
            with neighbours(a.neighbours):
                one[name] = {"alone": alone, "beside": times_of(command)}
        result["rounds"].append(one)
        for name in one:
            result[name] = {
                "milliseconds": median_of(result["rounds"], name, lambda found, what: found["beside"][what]),
                "by alone": median_of(result["rounds"], name,
                                      lambda found, what: found["beside"][what] / found["alone"][what])}
            print(name, " ".join(f"{what}: {ratio:.2f}" for what, ratio in result[name]["by alone"].items()),
                  flush=True)
        if a.out:
            a.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
