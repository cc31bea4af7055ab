"""Tables of a priced step."""
import collections

from step_model.launches import COPY, CUBLAS, OWN, SPLIT_SUM
from step_model.what_if import CHANGES, STAGES


def rows(launches, every):
    """Lists of launches: those of one name and group together, or each by itself."""
    grouped = collections.OrderedDict()
    for i, launch in enumerate(launches):
        grouped.setdefault(i if every else (launch.group, launch.name), []).append(launch)
    if every:
        return list(grouped.values())
    return sorted(grouped.values(), key=lambda row: -sum(launch.seconds for launch in row))


def bound_of(row):
    """What limits a row: a resource, or none where they are idle most of the time."""
    sums = {"memory": sum(launch.memory for launch in row),
            "tensor": sum(launch.tensor for launch in row),
            "issue": sum(launch.issuing for launch in row)}
    bound = max(sums, key=sums.get)
    return bound if sums[bound] >= 0.45 * sum(launch.seconds for launch in row) else "latency"


def print_table(step, every):
    total = sum(launch.seconds for launch in step.launches)
    print(f"{'group':14} {'launch':42} {'n':>4} {'us':>8} {'us/n':>7} {'share':>6} {'HBM MB':>8} "
          f"{'all MB':>8} {'GFLOP':>7} {'bound':>7}")
    for row in rows(step.launches, every):
        seconds = sum(launch.seconds for launch in row)
        hbm, moved, flops = (sum(getattr(launch, name) for launch in row)
                             for name in ("hbm_bytes", "all_bytes", "flops"))
        print(f"{row[0].group:14} {row[0].name:42} {len(row):4d} {1e6 * seconds:8.1f} "
              f"{1e6 * seconds / len(row):7.2f} {100 * seconds / total:5.1f}% {hbm / 1e6:8.1f} "
              f"{moved / 1e6:8.1f} {flops / 1e9:7.1f} {bound_of(row):>7}")


def print_summary(step):
    seconds = step.seconds()
    by = collections.Counter(launch.by for launch in step.launches)
    print(f"\n{step.gpu.name}: {1e3 * seconds:.2f} ms a step, "
          f"{step.tokens / seconds / 1e6:.2f} M tokens/s; {by[OWN]} own kernels, {by[CUBLAS]} of "
          f"cuBLASLt, {by[COPY]} copies and fills; {step.parameters / 1e6:.1f} M parameters")
    print_resources(step)
    for title, key in (("by network", lambda launch: launch.group), ("by kind", kind_of)):
        sums = collections.Counter()
        for launch in step.launches:
            sums[key(launch)] += launch.seconds
        print(f"{title}: " + ", ".join(f"{name} {1e3 * value:.2f}"
                                       for name, value in sums.most_common()))


def kind_of(launch):
    return "products" if launch.kind == "product" or launch.symbol == SPLIT_SUM else launch.kind


def print_resources(step):
    gaps = len(step.launches) * step.gpu.gap
    busy = sum(launch.busy for launch in step.launches)
    hbm = sum(launch.hbm_bytes for launch in step.launches)
    flops = sum(launch.flops for launch in step.launches)
    print(f"of it: {1e3 * gaps:.2f} ms gaps between nodes, {1e3 * busy:.2f} ms the longest of "
          f"memory, tensor and issue of each; HBM {hbm / 1e9:.2f} GB = "
          f"{1e3 * hbm / step.gpu.copy:.2f} ms; {flops / 1e12:.2f} TFLOP (padded) = "
          f"{1e3 * flops / step.gpu.tensor:.2f} ms; launches alone at 2.5 us: "
          f"{2.5e-3 * len(step.launches):.2f} ms")


def print_sweep(make):
    """What each change wins by itself, and the useful ones together; make(changes) is a step."""
    base = make([]).seconds()
    for name, meaning in CHANGES.items():
        step = make([name])
        won = base - step.seconds()
        print(f"  {name:20} {1e6 * won:7.0f} us  {100 * won / base:5.1f} %  "
              f"{len(step.launches):4d} nodes  {meaning}")
    print()
    for name, changes in STAGES.items():
        step = make(changes)
        print(f"  {name:24} {1e3 * step.seconds():6.2f} ms  "
              f"{step.tokens / step.seconds() / 1e6:5.2f} M tokens/s  "
              f"{len(step.launches):4d} nodes")
