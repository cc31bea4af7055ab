"""What a step's files say: a verdict, and the one figure that it is remembered by.

Each takes (exit code, the step's log as text, its folder) and returns (verdict, figure, further
keys of the summary)."""

import csv
import json
import re
import statistics
import xml.etree.ElementTree

from .processes import ENDED
from .record import GREEN, GREY, RED

NOT_GRANTED = re.compile(r"ERR_NVGPUCTRPERM|permission|debugger interface|not supported|"
                         r"No kernels were profiled|Unable to|Failed to", re.IGNORECASE)
FINDING = 86  # compute-sanitizer's exit code when it found something, as we ask for


def last_line(code, log, _):
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return (RED if code else GREEN), said(code, lines[-1] if lines else ""), {}


OUT_OF_TIME, NO_TIME, SIGNAL = "out of time", "skipped: no time is left", "ended by a signal"


def is_late(step):
    """Whether a step of a summary, grey, may be done when there is more time."""
    return step["verdict"] == GREY and step["figure"].startswith((OUT_OF_TIME, NO_TIME, SIGNAL))


def said(code, text):
    """With the reason in front, if a program did not end well."""
    if code == ENDED:
        return f"{OUT_OF_TIME}; {text}"[:300]
    return f"exit code {code}; {text}"[:300] if code else text[:300]


def facts(code, log, folder):
    """Of the machine: what cannot be found out is no failure."""
    return GREEN, last_line(0, log, folder)[1], {}


def read_json(path):
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def tests(name, cases):
    """A program's report in JUnit's form; `cases` are those that it was to run."""
    def judge(code, log, folder):
        try:
            found = list(xml.etree.ElementTree.parse(folder / f"{name}.xml").iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError):
            return RED, said(code or 1, f"no report; {last_line(0, log, folder)[1]}"), {}
        titles = {whole_title(case.get("name", ""), cases) for case in found}
        red = {whole_title(case.get("name", ""), cases) for case in found
               if case.find("failure") is not None or case.find("error") is not None}
        parts = [f"{len(titles)} of {len(cases)} tests", f"{len(red)} failed"]
        parts += [f"{skips} skipped" for skips in [skipped(log, found)] if skips]
        figure = "; ".join([", ".join(parts), *sorted(red)])
        if not titles:
            figure += "; " + last_line(0, log, folder)[1]
        bad = code or red or not titles
        return (RED if bad else GREEN), said(code, figure), {"failed": sorted(red)}
    return judge


def skipped(log, found):
    """How many tests said so, to the log or, while a test runs, to its report."""
    texts = [log, *(out.text or "" for case in found for out in case if "system" in out.tag)]
    return sum(len(re.findall(r"^\s*skipped: ", text, re.MULTILINE)) for text in texts)


def whole_title(name, cases):
    """The test of a section TEST/SECTION; both may have a stroke in their names."""
    fits = [case.name for case in cases if name == case.name or name.startswith(case.name + "/")]
    return max(fits, key=len, default=name)


def sanitizer(tool):
    def judge(code, log, folder):
        report = read_json(folder / f"{tool}.json")
        if report is None:
            return last_line(code or 1, log, folder)
        counts = report["counts"]
        bad = [test["name"] for test in report["tests"] if test["verdict"] in ("found", "failed")]
        figure = ", ".join(f"{count} {name}" for name, count in counts.items() if count) + \
            "".join(f"; {name}" for name in bad)
        verdict = RED if bad else GREEN if counts["clean"] else GREY
        return verdict, said(code if code == ENDED else 0, figure or "nothing ended"), \
            {"failed": bad}
    return judge


def step(code, log, folder):
    """step_bench's JSON."""
    try:
        found = json.loads(log.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return last_line(code or 1, log, folder)
    slow = found.get("slow_products") or []
    tokens = found.get("sustained_tokens_per_second") or found["tokens_per_second"]
    figure = f"{tokens / 1e6:.3f} M tokens/s, {found['ms_per_step']:.2f} ms a step waited for"
    if "mfu" in found:
        figure += f", MFU {found['mfu']:.2f}"
    if slow:
        figure += f"; SLOW PRODUCTS: {'; '.join(map(str, slow))}"
    return (RED if code or slow else GREEN), said(code, figure), {"tokens_per_second": tokens}


def objects(log):
    """The JSON objects of a log, each on a line of its own."""
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]


def inference(code, log, folder):
    """Lines of electra bench."""
    found = objects(log)
    if code or not found:
        return last_line(code or 1, log, folder)
    parts = [f"{one['length']} tokens {one['p50_ms']:.3f} ms, 99 % {one['p99_ms']:.3f}"
             if "length" in one else f"{one['tokens_per_second'] / 1e6:.3f} M tokens/s"
             for one in found]
    return GREEN, f"{found[0]['precision']}: " + "; ".join(parts), {"rows": found}


def finetuning(code, log, folder):
    """The result of electra finetune."""
    found = objects(log)
    if code or not found:
        return last_line(code or 1, log, folder)
    scores = found[-1]["scores"]
    figure = ", ".join(f"{name} {score['mean']:.3f}" for name, score in scores.items())
    return GREEN, figure, {"scores": scores}


def benchmarks(code, log, folder, files):
    """Reports of Google Benchmark or of torch_kernels.py."""
    reports = [report for file in files for report in as_list(read_json(folder / file))]
    rows = [row for report in reports for row in report["benchmarks"]]
    wrong = [row["name"] for row in rows if row.get("error_occurred")]
    if not rows:
        return last_line(code, log, folder)
    figure = f"{len(rows) - len(wrong)} kernels timed"
    shares = [row["share"] for row in rows if row.get("share") is not None]
    if shares:
        figure += f", share of the card's own rate {statistics.median(shares):.2f} " \
                  f"({min(shares):.2f} to {max(shares):.2f})"
    figure += f"; {len(wrong)} failed: {', '.join(wrong[:3])}" if wrong else ""
    return (RED if code or wrong else GREEN), said(code, figure), {}


def joined(code, log, folder):
    """How much longer others take for the same work, the median."""
    ratios = {}
    for kernel in (read_json(folder / "kernels.json") or {}).get("kernels", []):
        for system, ratio in kernel["ratios"].items():
            ratios.setdefault(system, []).append(ratio)
    if not ratios:
        return last_line(code, log, folder)
    return (RED if code else GREEN), said(code, "; ".join(
        f"{system}: {statistics.median(found):.2f} x our time in {len(found)} kernels"
        for system, found in ratios.items())), {}


def as_list(content):
    return content if isinstance(content, list) else [content] if content else []


def of_files(judge, *files):
    return lambda code, log, folder: judge(code, log, folder, files)


def profile(code, log, folder, files):
    """What ncu, or step_bench --timeline, wrote: kernels, and how long they take together."""
    times = kernel_times(folder / files[0])
    if not times:
        return RED, said(code or 1, "no kernel was seen; " + last_line(0, log, folder)[1]), {}
    figure = f"{len(times)} launches or calls, {sum(times) / 1e3:.3f} ms together"
    return (RED if code else GREEN), said(code, figure), {"kernels_ms": sum(times) / 1e3}


def kernel_times(path):
    """Microseconds of each kernel of a timeline, or of ncu's table, one row a metric."""
    if path.suffix == ".json":
        content = read_json(path) or []
        rows = content.get("kernels", []) if isinstance(content, dict) else content
        return [row["us"] for row in rows]
    scale = {"nsecond": 1e-3, "ns": 1e-3, "usecond": 1, "us": 1, "msecond": 1e3, "ms": 1e3}
    return [float(row["Metric Value"].replace(",", "")) * scale[row["Metric Unit"]]
            for row in ncu_rows(path) if row.get("Metric Name") == "gpu__time_duration.sum"]


def ncu_rows(path):
    """Of ncu --csv: its own remarks come before the table."""
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return []
    table = [line for line in lines if line.startswith('"')]
    return list(csv.DictReader(table))


def peer_steps(code, log, folder, files):
    """torch_steps.py's variants."""
    found = variants(read_json(folder / files[0]))
    if not found:
        return last_line(code, log, folder)
    figure = ", ".join(f"{name} {tokens / 1e6:.3f}" for name, tokens in found.items())
    return (RED if code else GREEN), said(code, figure + " M tokens/s"), {"peers": found}


def variants(content):
    """{variant: tokens a second} of those that were timed."""
    return {row["variant"]: row["sustained_tokens_per_second"]
            for row in (content or {}).get("variants", []) if "ms_per_step" in row}


def refusal(code, log, wanted):
    """Why a tool of NVIDIA's does not work here; None if it does: then its output has `wanted`."""
    if code == ENDED:
        return "its probe did not end in time"
    if code in (0, FINDING) and re.search(wanted, log):
        return None
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    reasons = [line for line in lines if NOT_GRANTED.search(line)] or lines[-1:] or ["no output"]
    return reasons[0][:200]
