#!/usr/bin/env python3
"""Joins reports of kernel benchmarks, ours and others', into one table of ratios.

    compare_kernels.py OURS.json [THEIRS.json …] [--out FILE.json]

Each file is one report of Google Benchmark or a list of them, as scripts/bench_kernels and torch_kernels.py write them.
Rows are joined by suite, name, device and tokens. A ratio is their time over ours: above 1, ours is faster.
"""
import argparse, json, re, sys

OURS = "libelectra"
MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}


def reports(path):
    with open(path) as file:
        content = json.load(file)
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


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("files", nargs="+")
    p.add_argument("--out")
    a = p.parse_args()
    table, contexts = {}, {}
    for path in a.files:
        for report in reports(path):
            contexts.setdefault(report["context"]["system"], report["context"])
            for key, system, row in rows(report):
                table.setdefault(key, {})[system] = row
    systems = sorted({system for row in table.values() for system in row} - {OURS})
    cards = {context.get("card") for context in contexts.values()}
    if len(cards) > 1:
        print(f"compare_kernels: not one card but {sorted(map(str, cards))}", file=sys.stderr)
    print(f"{'kernel':64} {'us':>9} {'GB/s, GFLOP/s':>14} {'share':>6}" + "".join(f" {system:>17}" for system in systems))
    joined = []
    for (suite, name, device, tokens), found in table.items():
        ours = found.get(OURS)
        if ours is None:
            continue
        time = ours["real_time"] * MICROSECONDS[ours["time_unit"]]
        speed = ours.get("GB/s", ours.get("GFLOP/s"))
        ratios = {system: row["real_time"] * MICROSECONDS[row["time_unit"]] / time
                  for system, row in found.items() if system != OURS}
        joined.append({"suite": suite, "name": name, "device": device, "tokens": int(tokens), "us": time, "speed": speed,
                       "share": ours.get("share"), "ratios": ratios})
        label = name if name.startswith(suite) else f"{suite}/{name}"
        print(f"{label:64} {time:9.1f} {'' if speed is None else f'{speed:.1f}':>14} "
              f"{'' if speed is None else format(ours['share'], '.2f'):>6}" +
              "".join(f" {f'{ratios[s]:.2f}' if s in ratios else '':>17}" for s in systems))
    if a.out:
        with open(a.out, "w") as file:
            json.dump({"contexts": contexts, "kernels": joined}, file, indent=1)


if __name__ == "__main__":
    main()
