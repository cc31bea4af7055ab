"""Reads what a profile says of the kernels of a step, in their order: ncu's CSV or step_bench's
timeline. compare_profile.py uses it."""
import csv
import dataclasses
import json
import re

TIME, BYTES, INSTRUCTIONS = ("gpu__time_duration.sum", "dram__bytes.sum",
                             "smsp__inst_executed.sum")
MICROSECONDS = {"n": 1e-3, "u": 1.0, "m": 1e3, "s": 1e6}  # by a unit's first letter
PREFIXES = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@dataclasses.dataclass
class Measured:
    """A kernel, or a call of Context::run that may have launched several."""
    name: str
    us: float
    hbm_bytes: float | None = None
    instructions: float | None = None


class ProfileError(Exception):
    pass


def read(path):
    """(whether each row is a kernel rather than a call, rows)."""
    text = path.read_text()
    if text.lstrip().startswith("["):
        return False, [Measured(row["kernel"], row["us"]) for row in json.loads(text)]
    return True, read_ncu(text)


def read_ncu(text):
    """With a row for each kernel and metric, or `--page raw` with a row for each kernel."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("==")]
    header = next((i for i, line in enumerate(lines) if '"ID"' in line or line.startswith("ID,")),
                  None)
    if header is None:
        raise ProfileError('expected a JSON array or ncu\'s CSV with a column "ID", found neither')
    rows = list(csv.DictReader(lines[header:]))
    kernels = from_long(rows) if rows and "Metric Name" in rows[0] else from_wide(rows)
    measured = [of_metrics(name, metrics) for name, metrics in kernels]
    if not measured:
        raise ProfileError("no kernel in ncu's CSV")
    return measured


def from_long(rows):
    """[(name, {metric: (value, unit)})] in the order of launch."""
    kernels = {}
    for row in rows:
        _, metrics = kernels.setdefault(row["ID"], (row["Kernel Name"], {}))
        metrics[row["Metric Name"]] = (row["Metric Value"], row["Metric Unit"])
    return list(kernels.values())


def from_wide(rows):
    """The same; the first row has the units."""
    if not rows:
        return []
    units, kernels = rows[0], rows[1:]
    return [(row["Kernel Name"], {name: (row[name], units[name]) for name in
                                  (TIME, BYTES, INSTRUCTIONS) if row.get(name)})
            for row in kernels]


def of_metrics(name, metrics):
    if TIME not in metrics:
        raise ProfileError(f"{name}: no metric {TIME}")
    value, unit = metrics[TIME]
    return Measured(name, number(value) * MICROSECONDS[unit[:1].lower()],
                    scaled(metrics.get(BYTES)), scaled(metrics.get(INSTRUCTIONS)))


def number(text):
    return float(text.replace(",", ""))


def scaled(metric):
    """A count or bytes, whatever prefix the unit has; None where it was not measured."""
    if metric is None:
        return None
    value, unit = metric
    prefix = PREFIXES.get(unit[:1], 1.0) if unit.lower() not in ("", "inst", "byte") else 1.0
    return number(value) * prefix


def function_of(name):
    """A CUDA symbol's own name, without namespaces, template arguments and parameters."""
    name = re.sub(r"\(anonymous namespace\)::|<unnamed>::", "", name)
    return re.split(r"[<(]", name)[0].split("::")[-1].split(" ")[-1]
