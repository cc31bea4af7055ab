#!/usr/bin/env python3
"""Holds a profile of one step against what step_model predicts, launch by launch.

    compare_profile.py MEASURED [--preset small] [--batch 128] [--length 128] [--gpu h200]
                       [--top N] [--out FILE.json]

MEASURED is one of
    ncu's CSV of an eager step, in either of its formats:
        ncu --csv --page raw --clock-control none --cache-control none --profile-from-start off
            --metrics gpu__time_duration.sum,dram__bytes.sum,smsp__inst_executed.sum
            step_bench --profile …
    what `step_bench --timeline FILE` writes: a GPU's events around each call of a kernel of the
        library, of which some launch several.

Launches are joined in their order, and may be missing on either side: cuBLASLt splits other
products than the model believes, and the profile may begin in the middle of a step. Those that
repeat, as a layer's do, are one row; the largest difference comes first. Against ncu, which sees a
kernel alone, the predicted time is without the gap before it; against events with it. Predicted
instructions are cycles of the integer pipe where those are more: in the cross-entropy.
"""
import argparse
import collections
import dataclasses
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.dont_write_bytecode = True  # into the source tree

import profiles  # noqa: E402
from step_model.constants import GPUS  # noqa: E402
from step_model.launches import PRODUCT, SPLIT_SUM  # noqa: E402
from step_model.sizes import PRESETS  # noqa: E402
from step_model.step import Step  # noqa: E402

STRIPS = {"bias_gelu_backward": "Backward", "column_sum": "Rows"}  # what sum_strips is given


@dataclasses.dataclass
class Predicted:
    symbol: str
    group: str
    name: str
    us: float
    hbm_bytes: float
    instructions: float


def predicted_of(symbol, launch, launches, us):
    return Predicted(symbol, launch.group, launch.name, us,
                     sum(each.hbm_bytes for each in launches),
                     sum(each.issue for each in launches))


def predicted_kernels(step):
    return [predicted_of(launch.symbol, launch, [launch], 1e6 * launch.kernel_seconds)
            for launch in step.kernels]


def predicted_calls(step):
    """Of Context::run; sums that are finished before a call are an entry by themselves."""
    calls = collections.OrderedDict()
    for launch in step.kernels:
        key = f"{launch.name} {id(launch)}" if launch.call is None else launch.call
        calls.setdefault(key, []).append(launch)
    return [predicted_call(launches) for launches in calls.values()]


def predicted_call(launches):
    own = [launch for launch in launches if launch.kernel] or launches
    kernel = own[0].kernel or own[0].symbol
    predicted = predicted_of(kernel, own[0], launches,
                             1e6 * sum(launch.seconds for launch in launches))
    if len(own) > 1 and kernel != "matmul":  # whose first launch has the product's name
        predicted.name = kernel
    return predicted


def symbol_of(name, known):
    """What the model calls a kernel; a symbol's own name where it has none for it."""
    if re.search(r"split_?k_?reduce", name, re.IGNORECASE):
        return SPLIT_SUM
    function = profiles.function_of(name)
    if function == "sum_strips":
        return next((symbol for symbol, part in STRIPS.items() if f"{part}<" in name), function)
    if function in known:
        return function
    if function != "plain_product" and re.search(r"nvjet|cutlass|gemm|xmma|cublas", name):
        return PRODUCT
    return function


def fit(predicted, measured):
    """Whether two symbols may be the same kernel."""
    return predicted == measured or (measured == "sum_strips" and predicted in STRIPS)


def one_step(measured, first):
    """The longest run from one `first` symbol to the next; what is before the only one belongs
    behind the end, where the next step would have gone on. measured: [(symbol, row)]."""
    starts = [i for i, (symbol, _) in enumerate(measured) if symbol == first]
    if not starts:
        return measured
    if len(starts) == 1:
        return measured[starts[0]:] + measured[:starts[0]]
    ends = [*starts[1:], len(measured)]
    begin, end = max(zip(starts, ends), key=lambda run: (run[1] - run[0], run[0]))
    return measured[begin:end]


def aligned(predicted, measured):
    """Pairs of indices: the longest common subsequence of two lists of symbols."""
    rows, columns = len(predicted), len(measured)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        here, below, symbol = best[i], best[i + 1], predicted[i]
        for j in reversed(range(columns)):
            if fit(symbol, measured[j]):
                here[j] = below[j + 1] + 1
            else:
                here[j] = max(below[j], here[j + 1])
    return path(best, predicted, measured)


def path(best, predicted, measured):
    pairs, i, j = [], 0, 0
    while i < len(predicted) and j < len(measured):
        if fit(predicted[i], measured[j]) and best[i][j] == best[i + 1][j + 1] + 1:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def sum_or_none(values):
    """None where any was not measured."""
    values = list(values)
    return None if None in values else sum(values)


def row_of(group, name, pairs):
    predicted = [one for one, _ in pairs]
    measured = [other for _, other in pairs]
    us = sum(one.us for one in predicted)
    measured_us = sum(other.us for other in measured)
    return {"group": group, "name": name, "count": len(pairs), "predicted_us": us,
            "measured_us": measured_us, "difference_us": measured_us - us,
            "ratio": measured_us / us,
            "predicted_hbm_bytes": sum(one.hbm_bytes for one in predicted),
            "measured_hbm_bytes": sum_or_none(other.hbm_bytes for other in measured),
            "predicted_instructions": sum(one.instructions for one in predicted),
            "measured_instructions": sum_or_none(other.instructions for other in measured)}


def grouped(items, key):
    groups = collections.OrderedDict()
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def leftovers(items, key):
    """What has no partner: [{"name", "count", "us"}], the longest first."""
    rows = [{"name": name, "count": len(group), "us": sum(item.us for item in group)}
            for name, group in grouped(items, key).items()]
    return sorted(rows, key=lambda row: -row["us"])


def compare(step, kernels, measured):
    """The whole comparison, as --out writes it."""
    predicted = predicted_kernels(step) if kernels else predicted_calls(step)
    known = {one.symbol for one in predicted}
    measured = one_step([(symbol_of(row.name, known), row) for row in measured],
                        predicted[0].symbol)
    pairs = aligned([one.symbol for one in predicted], [symbol for symbol, _ in measured])
    joined = [(predicted[i], measured[j][1]) for i, j in pairs]
    rows = [row_of(*key, group) for key, group in
            grouped(joined, lambda pair: (pair[0].group, pair[0].name)).items()]
    left, right = {i for i, _ in pairs}, {j for _, j in pairs}
    only_predicted = [one for i, one in enumerate(predicted) if i not in left]
    only_measured = [row for j, (_, row) in enumerate(measured) if j not in right]
    return {"kind": "ncu" if kernels else "timeline",
            "rows": sorted(rows, key=lambda row: -abs(row["difference_us"])),
            "only_predicted": leftovers(only_predicted, lambda one: f"{one.group}: {one.name}"),
            "only_measured": leftovers(only_measured, lambda row: row.name),
            "totals": {"joined": len(pairs),
                       "joined_predicted_us": sum(one.us for one, _ in joined),
                       "joined_measured_us": sum(row.us for _, row in joined),
                       "predicted_us": sum(one.us for one in predicted),
                       "measured_us": sum(row.us for _, row in measured),
                       "predicted_step_us": 1e6 * step.seconds()}}


def millions(predicted, measured):
    return "" if measured is None else f"{predicted / 1e6:.1f}/{measured / 1e6:.1f}"


def print_rows(rows):
    print(f"{'group':14} {'launch':42} {'n':>4} {'predicted':>10} {'measured':>9} "
          f"{'difference':>10} {'ratio':>6} {'HBM MB':>15} {'M instructions':>15}")
    for row in rows:
        hbm = millions(row["predicted_hbm_bytes"], row["measured_hbm_bytes"])
        instructions = millions(row["predicted_instructions"], row["measured_instructions"])
        print(f"{row['group']:14} {row['name']:42} {row['count']:4d} {row['predicted_us']:10.1f} "
              f"{row['measured_us']:9.1f} {row['difference_us']:+10.1f} {row['ratio']:6.2f} "
              f"{hbm:>15} {instructions:>15}")


def print_leftovers(title, rows, top):
    if rows:
        print(f"\n{title}: {sum(row['count'] for row in rows)}, "
              f"{sum(row['us'] for row in rows):.1f} us")
    for row in rows[:top]:
        print(f"  {row['count']:4d} {row['us']:10.1f} us  {row['name'][:120]}")


def print_comparison(result, top):
    print("us of a step; predicted/measured MB and instructions where they were measured")
    print_rows(result["rows"][:top])
    print_leftovers("predicted and not found", result["only_predicted"], top)
    print_leftovers("found and not predicted", result["only_measured"], top)
    totals = result["totals"]
    print(f"\njoined: {totals['joined']} launches, predicted "
          f"{totals['joined_predicted_us']:.1f} us, measured {totals['joined_measured_us']:.1f} us")
    print(f"all:    predicted {totals['predicted_us']:.1f} us, measured "
          f"{totals['measured_us']:.1f} us; the step with copies and gaps "
          f"{totals['predicted_step_us']:.1f} us predicted")


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", type=pathlib.Path)
    parser.add_argument("--preset", default="small", choices=PRESETS)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--gpu", default="h200", choices=GPUS)
    parser.add_argument("--top", type=int, help="rows of each table")
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    step = Step(arguments.preset, arguments.batch, arguments.length, GPUS[arguments.gpu])
    try:
        result = compare(step, *profiles.read(arguments.measured))
    except (OSError, ValueError, KeyError, profiles.ProfileError) as error:
        sys.exit(f"compare_profile: {arguments.measured}: {error}")
    setting = {key: getattr(arguments, key) for key in ("preset", "batch", "length", "gpu")}
    print_comparison(result, arguments.top)
    if arguments.out:
        arguments.out.write_text(json.dumps(setting | result, indent=1))


if __name__ == "__main__":
    main()
