#!/usr/bin/env python3
"""Holds benchmarks/step_model to what the library runs: the kernels of one step of step_bench, in
their order, and the FLOP of each product. With `--device cuda` on the GPU emulator also the number
of launches of a recorded step, which tells when column sums are finished.

    step_model_check.py --bench step_bench [--preset small] [--batch 2] [--length 16]
                        [--device cpu|cuda]
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks"))
sys.dont_write_bytecode = True  # into the source tree

from step_model.constants import GPUS  # noqa: E402
from step_model.launches import OWN, PRODUCT  # noqa: E402
from step_model.sizes import PRESETS  # noqa: E402
from step_model.step import Step  # noqa: E402

VOCABULARY = 100


def environment():
    """Without what leaves the emulator's cuBLASLt with fewer algorithms."""
    return {name: value for name, value in os.environ.items()
            if name != "GPU_EMULATOR_SCARCE_ALGORITHMS"}


def run(arguments):
    """What step_bench reports, and its timeline."""
    with tempfile.TemporaryDirectory() as folder:
        timeline = pathlib.Path(folder) / "timeline.json"
        command = [arguments.bench, "--preset", arguments.preset, "--batch", arguments.batch,
                   "--length", arguments.length, "--vocab", VOCABULARY, "--steps", 1, "--warmup", 4,
                   "--device", arguments.device, "--precision", "bf16", "--product", 64,
                   "--sustained", 0, "--json", "--timeline", timeline]
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                                env=environment())
        if result.returncode != 0:
            sys.exit(f"step_bench: exit code {result.returncode}\n{result.stderr[-2000:]}")
        rows = json.loads(timeline.read_text())
    report = json.loads(result.stdout.strip().splitlines()[-1])
    # What is finished between two kernels belongs to none.
    return report, [row for row in rows if row["kernel"] != "finish_column_sums"]


def wrong_calls(expected, found):
    """Lines that say how two sequences of names differ; empty if not at all."""
    lines = [f"{name}: the model has {expected_count}, the library {found_count} calls"
             for name, expected_count, found_count in counts(expected, found)
             if expected_count != found_count]
    for i, (one, other) in enumerate(zip(expected, found)):
        if one != other:
            return lines + [f"call {i}: the model has {one}, the library {other}; "
                            f"before it {', '.join(found[max(0, i - 3):i])}"]
    return lines


def wrong_products(step, rows):
    """Lines about calls, of the same names, whose products are of other extents."""
    lines = []
    for launch in (launch for launch in step.launches if launch.symbol == PRODUCT):
        m, n, k = launch.extents
        found = rows[launch.call]["flops"]
        if found != 2.0 * m * n * k:
            lines.append(f"{launch.group}, {launch.name}: the model has {2 * m * n * k} FLOP, "
                         f"the library {found:.0f}")
    return lines


def counts(expected, found):
    one, other = collections.Counter(expected), collections.Counter(found)
    return [(name, one[name], other[name]) for name in sorted(one | other)]


def emulated_launches(step):
    """The emulator's cuBLASLt splits deep products, and those alone, into two kernels:
    tests/emulator/cublas/algorithm.cpp."""
    own = sum(launch.by == OWN for launch in step.launches)
    products = [launch.extents for launch in step.launches if launch.symbol == PRODUCT]
    return own + sum(2 if k >= max(32, 2 * m, 2 * n) else 1 for m, n, k in products)


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", required=True)
    parser.add_argument("--preset", default="small", choices=PRESETS)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--length", type=int, default=16)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    step = Step(arguments.preset, arguments.batch, arguments.length, GPUS["h200"],
                vocabulary=VOCABULARY)
    report, rows = run(arguments)
    wrong = (wrong_calls(step.calls, [row["kernel"] for row in rows]) or
             wrong_products(step, rows))
    launches = report.get("launches_per_step")
    if launches is not None and launches != emulated_launches(step):
        wrong.append(f"launches of a recorded step: the model has {emulated_launches(step)}, "
                     f"the library {launches}")
    print(f"{arguments.preset}, {arguments.batch} x {arguments.length}: {len(rows)} calls, "
          f"{len(step.kernels)} kernels by the model, launches recorded: {launches}")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
