#!/usr/bin/env python3
"""Joins reports of kernel benchmarks, ours and others', into one table of ratios.

    compare_kernels.py OURS.json [THEIRS.json …] [--out FILE.json]

Each file is one report of Google Benchmark or a list of them, as scripts/bench_kernels and
torch_kernels.py write them; one that is not whole is named and left out. Rows are joined by suite,
name, device and tokens. A ratio is their time over ours: above 1, ours is faster.
"""

import argparse
import json
import pathlib
import re
import sys

OURS = "libelectra"
MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def reports(path):
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        print(f"compare_kernels: {path} is left out: {error}", file=sys.stderr)
        return []
    return content if isinstance(content, list) else [content]


def rows(report):
    """(key, system, row) of each benchmark that ran."""
    context = report["context"]
    for row in report["benchmarks"]:
        if row.get("error_occurred") or row.get("run_type", "iteration") != "iteration":
            continue
        name = re.sub(r"/(iterations:\d+|manual_time|real_time)", "", row["name"])
        key = (context["suite"], name, context["device"], context["tokens"])
        yield key, context["system"], row


def microseconds(row):
    return row["real_time"] * MICROSECONDS[row["time_unit"]]


def joined(key, found):
    """Our row of a kernel, and how much longer others take."""
    suite, name, device, tokens = key
    ours = found[OURS]
    time = microseconds(ours)
    ratios = {system: microseconds(row) / time for system, row in found.items() if system != OURS}
    return {"suite": suite, "name": name, "device": device, "tokens": int(tokens), "us": time,
            "speed": ours.get("GB/s", ours.get("GFLOP/s")), "share": ours.get("share"),
            "ratios": ratios}


def print_table(kernels, systems):
    print(f"{'kernel':64} {'us':>9} {'GB/s, GFLOP/s':>14} {'share':>6}" +
          "".join(f" {system:>17}" for system in systems))
    for row in kernels:
        name, suite = row["name"], row["suite"]
        label = name if name.startswith(suite) else f"{suite}/{name}"
        speed = share = ""
        if row["speed"] is not None:
            speed, share = f"{row['speed']:.1f}", f"{row['share']:.2f}"
        ratios = [f"{row['ratios'][s]:.2f}" if s in row["ratios"] else "" for s in systems]
        print(f"{label:64} {row['us']:9.1f} {speed:>14} {share:>6}" +
              "".join(f" {ratio:>17}" for ratio in ratios))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    table, contexts = {}, {}
    for report in (report for path in arguments.files for report in reports(path)):
        contexts.setdefault(report["context"]["system"], report["context"])
        for key, system, row in rows(report):
            table.setdefault(key, {})[system] = row
    systems = sorted({system for found in table.values() for system in found} - {OURS})
    cards = {context.get("card") for context in contexts.values()}
    if len(cards) > 1:
        print(f"compare_kernels: not one card but {sorted(map(str, cards))}", file=sys.stderr)
    kernels = [joined(key, found) for key, found in table.items() if OURS in found]
    print_table(kernels, systems)
    if arguments.out:
        arguments.out.write_text(json.dumps({"contexts": contexts, "kernels": kernels}, indent=1))


if __name__ == "__main__":
    main()
