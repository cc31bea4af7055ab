#!/usr/bin/env python3
"""Times one pretraining step of libelectra beside the same step in PyTorch, in alternating runs.

    compare_step.py --bench build/release/benchmarks/step_bench --peer torch_electra_step.py
                    [--python PYTHON] [--rounds 5] [--precision f32] [--threads 2] [--steps 6]
                    [--device cuda] [--peer-impl hf] [--peer-eager] [--out FILE.json]

Both print one JSON object a run. Processors and neighbours differ, so only the ratio of a pair of
runs counts; the median over the pairs is what to quote. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are
unset: they would slow the peer down. FILE.json is brought up to date after each pair.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
UNITS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


def of_processor(key):
    """What /proc/cpuinfo says of the first processor; empty if nothing."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith(key):
            return line.split(":", 1)[1].strip()
    return ""


def units():
    """The vector and matrix units that decide the speed of products."""
    flags = of_processor("flags").split()
    return [unit for unit in UNITS if unit in flags]


def run(command):
    environment = {name: value for name, value in os.environ.items() if name not in SLOWING}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr[-2000:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def commands(arguments):
    """Our command and the peer's."""
    a = arguments
    shared = ["--batch", a.batch, "--length", a.length, "--vocab", a.vocab,
              "--dropout", a.dropout, "--threads", a.threads]
    ours = [a.bench, "--preset", a.preset, "--precision", a.precision, "--device", a.device,
            "--steps", a.steps, "--json", *shared]
    peer = [a.python, a.peer, "--size", a.preset, "--dtype", a.precision, "--impl", a.peer_impl,
            "--device", a.device, "--steps", a.peer_steps or a.steps, "--warmup", "2", *shared]
    if not a.peer_eager:
        peer.append("--compile")
    if a.device == "cuda":
        ours += ["--warmup", "5"]  # its step is recorded in the third
    return ours, peer


def measured_pair(ours, peer):
    pair = {"libelectra": run(ours), "peer": run(peer)}
    pair["ratio"] = pair["libelectra"]["tokens_per_second"] / pair["peer"]["tokens_per_second"]
    return pair


def summary(arguments, pairs):
    ratios = [pair["ratio"] for pair in pairs]
    return {"processor": of_processor("model name") or platform.processor(), "units": units(),
            "precision": arguments.precision, "threads": int(arguments.threads),
            "rounds": len(pairs), "ratio_median": statistics.median(ratios),
            "ratio_min": min(ratios), "ratio_max": max(ratios), "pairs": pairs}


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="small")
    parser.add_argument("--batch", default="16")
    parser.add_argument("--length", default="128")
    parser.add_argument("--vocab", default="30522")
    parser.add_argument("--dropout", default="0.1")
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--threads", default="2")
    parser.add_argument("--steps", default="6")
    parser.add_argument("--peer-steps")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--peer-impl", default="tuned", choices=["tuned", "hf"])
    parser.add_argument("--peer-eager", action="store_true", help="not compiled")
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    ours, peer = commands(arguments)
    pairs = []
    for number in range(arguments.rounds):
        pair = measured_pair(ours, peer)
        pairs.append(pair)
        print(f"round {number + 1}: "
              f"libelectra {pair['libelectra']['tokens_per_second']:.0f} tokens/s, "
              f"peer {pair['peer']['tokens_per_second']:.0f}, ratio {pair['ratio']:.2f}",
              flush=True)
        if arguments.out:
            arguments.out.write_text(json.dumps(summary(arguments, pairs), indent=1))
    all_pairs = summary(arguments, pairs)
    print(f"ratio: median {all_pairs['ratio_median']:.2f}, min {all_pairs['ratio_min']:.2f}, "
          f"max {all_pairs['ratio_max']:.2f}")


if __name__ == "__main__":
    main()
