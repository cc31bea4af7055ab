"""What there is on this machine: libraries and tools of NVIDIA's, PyTorch, a card, a commit."""

import glob
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Asks a Python for NVIDIA's libraries and for modules, importing none of them: that takes seconds.
ASK_PYTHON = """
import glob, importlib.util, json, os
def folders(name):
    try:
        spec = importlib.util.find_spec(name)
    except Exception:
        return []
    return list(spec.submodule_search_locations or []) if spec else []
print(json.dumps({
    "libraries": [lib for root in folders("nvidia") for lib in
                  sorted(glob.glob(os.path.join(root, "*", "lib")))] +
                 [os.path.join(root, "lib") for root in folders("torch")],
    "modules": [name for name in ("torch", "transformers") if folders(name)]}))
"""

def output_of(command, seconds=10):
    """Of what may not be there, or may hang: then nothing."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds,
                              stdin=subprocess.DEVNULL, cwd=ROOT).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def commit_of(carried):
    """The tree's, or that of what was carried, where no .git came along."""
    given = os.environ.get("ELECTRA_COMMIT")
    if given:
        return given
    if carried:
        try:
            return json.loads((carried / "manifest.json").read_text())["commit"]
        except (OSError, ValueError, KeyError):
            pass
    return output_of(["git", "rev-parse", "--short", "HEAD"]).strip() or "unknown"


def tool_folders():
    nvcc = shutil.which("nvcc") or f"{os.environ.get('CUDA_HOME', '/usr/local/cuda')}/bin/nvcc"
    return [os.path.dirname(os.path.realpath(nvcc)), "/usr/local/cuda/bin",
            *sorted(glob.glob("/opt/nvidia/nsight-compute/*"), reverse=True)]


class Machine:
    def __init__(self, carried):
        self.python = os.environ.get("ELECTRA_PYTHON") or shutil.which("python3") or "python3"
        self.carried = carried
        self.commit = commit_of(carried)
        asked = output_of([self.python, "-c", ASK_PYTHON])
        found = json.loads(asked) if asked else {"libraries": [], "modules": []}
        self.modules = found["modules"]
        self.path = os.pathsep.join([os.environ.get("PATH", ""), *tool_folders()])
        self.libraries = [folder for folder in (
            *([str(carried / "lib")] if carried else []),
            *os.environ.get("LD_LIBRARY_PATH", "").split(":"),
            f"{os.environ.get('CUDA_HOME', '/usr/local/cuda')}/lib64", "/usr/local/cuda/lib64",
            *found["libraries"]) if folder and os.path.isdir(folder)]

    def environment(self, **further):
        """Of PyTorch, which finds NVIDIA's libraries by itself, in the releases that it wants."""
        return os.environ | {"PATH": self.path, "ELECTRA_COMMIT": self.commit,
                             "ELECTRA_PYTHON": self.python} | further

    def our_environment(self, **further):
        """Of our programs."""
        return self.environment(LD_LIBRARY_PATH=":".join(dict.fromkeys(self.libraries)), **further)

    def tool(self, name):
        """Its path, or just its name if it was not found."""
        return shutil.which(name, path=self.path) or name

    def card(self):
        said = output_of(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"])
        card, _, driver = (said.splitlines() or ["none, none"])[0].partition(", ")
        return {"card": card, "driver": driver}


class Clocks:
    """What nvidia-smi logs beside the steps, twice a second."""

    QUERY = "--query-gpu=timestamp,clocks.sm,clocks.mem,power.draw,temperature.gpu,utilization.gpu"

    def __init__(self, processes, machine, file):
        self.processes, self.file = processes, file
        command = [machine.tool("nvidia-smi"), self.QUERY, "--format=csv,noheader", "-lms", "500"]
        self.process = processes.start(command, file, machine.environment())

    def now(self):
        return self.file.stat().st_size

    def since(self, begin):
        """[least, median, most] MHz of the multiprocessors while there was work, or nothing."""
        lines = self.file.read_bytes()[begin:].decode(errors="replace").splitlines()
        fields = [line.split(", ") for line in lines]
        busy = [int(f[1].split()[0]) for f in fields
                if len(f) == 6 and re.match(r"\d+ MHz", f[1]) and not f[5].startswith("0 ")]
        return [min(busy), statistics.median(busy), max(busy)] if busy else None

    def close(self):
        if self.process:
            self.processes.end(self.process)
