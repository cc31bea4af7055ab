"""What a run of scripts/gpu_check leaves: an archive, a summary and a table, renewed after every
step, so that whatever ends the run takes one step at most."""

import io
import json
import os
import pathlib
import tarfile
import threading
import time

LOG_BYTES = 200_000      # of a log, its end
MOST_BYTES = 15_000_000  # of the archive: what brings files back may limit each
GREEN, RED, GREY = "green", "red", "grey"


def ratios(steps):
    """Our speed over each peer's, as lines of text."""
    found = {step["name"]: step for step in steps}
    for size in ("small", "base"):
        ours = found.get(f"steps/{size}_128x128", {}).get("tokens_per_second")
        peers = found.get(f"peers/{size}", {}).get("peers")
        if ours and peers:
            yield f"{size}, 128 x 128, bf16: libelectra trains " + ", ".join(
                f"{ours / theirs:.2f} x as fast as PyTorch's {name}"
                for name, theirs in peers.items())


def write_anew(path, content):
    """Readers find the old file or the new one, whole, at any moment."""
    fresh = path.with_name(path.name + ".new")
    with open(fresh, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def content_of(path):
    """Of a log, the last LOG_BYTES. Whole now: programs may be writing it."""
    content = path.read_bytes()
    if path.suffix != ".log" or len(content) <= LOG_BYTES:
        return content
    return f"… {len(content) - LOG_BYTES} bytes before this\n".encode() + content[-LOG_BYTES:]


def packed(files):
    """{name: bytes} as a compressed archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), time.time()
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def packed_to_fit(files, most=MOST_BYTES):
    """Without the largest files, where that is needed; their names are in left_out.txt."""
    left_out = []
    while len(archive := packed(files)) > most and len(files) > 1:
        largest = max(files, key=lambda name: len(files[name]))
        left_out.append(f"{largest}: {len(files.pop(largest))} bytes")
        files["left_out.txt"] = "\n".join(left_out).encode()
    return archive


class Record:
    """`work` is the folder of what steps write; `facts` begin the summary; seconds are counted
    since `start`. Another plan's files lie beside those of the first."""

    def __init__(self, out, work, plan, facts, start):
        suffix = "" if plan == "first" else f"_{plan}"
        self.out, self.work = pathlib.Path(out), work
        self.archive = self.out / f"gpu_check{suffix}.tar.gz"
        self.summary = self.out / f"summary{suffix}.json"
        self.table = self.out / f"table{suffix}.txt"
        self.facts, self.steps, self.to_come = {"plan": plan} | facts, [], []
        self.start, self.lock = start, threading.Lock()
        self.out.mkdir(parents=True, exist_ok=True)
        self.renew()

    def expect(self, names):
        with self.lock:
            self.to_come = list(names)
            self.renew()

    def add(self, name, verdict, seconds, figure, **further):
        """`figure` is what the step is to be remembered by."""
        figure = figure.replace(f"{self.work}/", "")  # as in the archive
        step = {"name": name, "verdict": verdict, "seconds": round(seconds, 1), "figure": figure}
        with self.lock:
            self.steps.append(step | further)
            if name in self.to_come:
                self.to_come.remove(name)
            self.renew()
            # Only now: whoever reads this line finds the step in the archive.
            print(f"gpu_check: {name}: {verdict}, {seconds:.1f} s: {figure}", flush=True)

    def renew(self):
        content = self.facts | {"verdict": self.verdict(), "elapsed": self.elapsed(),
                                "steps": self.steps, "to_come": self.to_come}
        summary = json.dumps(content, indent=1).encode()
        table = self.text().encode()
        files = {"summary.json": summary, "table.txt": table}
        for path in sorted(self.work.rglob("*")):
            if path.is_file():
                files[str(path.relative_to(self.work))] = content_of(path)
        write_anew(self.archive, packed_to_fit(files))
        write_anew(self.summary, summary)
        write_anew(self.table, table)

    def verdict(self):
        return RED if any(step["verdict"] == RED for step in self.steps) else GREEN

    def elapsed(self):
        return round(time.monotonic() - self.start, 1)

    def text(self):
        rows = [f"{'step':34} {'verdict':8} {'s':>6}  what it says"]
        rows += [f"{step['name']:34} {step['verdict']:8} {step['seconds']:6.1f}  {step['figure']}"
                 for step in self.steps]
        rows += [f"{name:34} {'':8} {'':6}  not ended" for name in self.to_come]
        rows += ratios(self.steps)
        return "\n".join(rows) + "\n"
