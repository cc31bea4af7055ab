#!/usr/bin/env python3
"""Roofline model of one pretraining step on a Hopper GPU, launch by launch.

    python3 benchmarks/step_model [--preset small] [--batch 128] [--length 128] [--gpu h200|h100]
                                  [--what-if NAME[,NAME…]] [--every] [--sweep]

Launches that repeat, as a layer's do, are added up in one row; --every lists each by itself, in
order. --sweep prices every design change alone and the useful ones together. bf16, dropout 0.1, as
step_bench runs it. Nothing in here was measured on a GPU: bytes and FLOP are counted from the
sources, instructions from machine code, the rest are the constants of constants.py. Expect 25 %
more or less of the whole and 40 % of a row.
"""
import argparse
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True  # into the source tree

from step_model import report  # noqa: E402
from step_model.constants import GPUS  # noqa: E402
from step_model.sizes import PRESETS  # noqa: E402
from step_model.step import Step  # noqa: E402
from step_model.what_if import CHANGES  # noqa: E402


def parsed_arguments():
    parser = argparse.ArgumentParser(prog="step_model", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="small", choices=PRESETS)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--gpu", default="h200", choices=GPUS)
    parser.add_argument("--what-if", default="", help=", ".join(CHANGES))
    parser.add_argument("--every", action="store_true", help="each launch by itself, in order")
    parser.add_argument("--sweep", action="store_true", help="what each change wins")
    arguments = parser.parse_args()
    arguments.changes = [name for name in arguments.what_if.split(",") if name]
    for name in arguments.changes:
        if name not in CHANGES:
            parser.error(f"--what-if: {name} is none of {', '.join(CHANGES)}")
    return arguments


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as of `| head`
    arguments = parsed_arguments()

    def make(changes):
        return Step(arguments.preset, arguments.batch, arguments.length, GPUS[arguments.gpu],
                    changes)

    if arguments.sweep:
        report.print_sweep(make)
    else:
        step = make(arguments.changes)
        report.print_table(step, arguments.every)
        report.print_summary(step)


if __name__ == "__main__":
    main()
