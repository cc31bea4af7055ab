"""Builds the programs where the GPU is."""

import os
import shutil

from . import figures
from .machine import ROOT, output_of
from .record import GREY

SECONDS, FEW_SECONDS = 600, 200  # for each command
ALL = ["electra_tests", "electra_benchmarks"]
FEW = ["step_bench", "kernels_tests"]


class Build:
    """The programs from this tree, with this machine's compilers."""

    def __init__(self, check):
        self.check, self.setting = check, check.setting
        (self.setting.work / "build").mkdir(exist_ok=True)

    def run(self, targets, seconds):
        """Whether it was built; the programs are then the new ones."""
        machine, preset = self.setting.machine, self.setting.preset
        build = ROOT / "build" / preset
        jobs = str(os.cpu_count())
        commands = {"configure": ["cmake", *self.options()],
                    "programs": ["cmake", "--build", str(build), "--parallel", jobs, "--target",
                                 *targets]}
        for name, command in commands.items():
            log = self.setting.work / "build" / f"{name}.log"
            code, took = self.check.processes.run(command, log, machine.environment(), seconds)
            verdict, figure, _ = figures.last_line(code, log.read_text(errors="replace"), None)
            self.check.record.add(f"build/{name}", verdict, took, figure)
            if code:
                return False
        self.setting.take_programs(build)
        return True

    def options(self):
        """CMake's: for the cards of this machine, with the lines of kernels for the sanitizers'
        reports, and what the toolkit lacks taken from Python."""
        options = ["--preset", self.setting.preset, "-DELECTRA_BUILD_BENCHMARKS=ON",
                   "-DELECTRA_CUDA_STRICT=OFF", "-DCMAKE_CUDA_FLAGS_RELEASE=-O3 -DNDEBUG -lineinfo"]
        cards = os.environ.get("ELECTRA_CUDA_ARCHITECTURES") or self.cards()
        options += [f"-DELECTRA_CUDA_ARCHITECTURES={cards}"] if cards else []
        options += [] if shutil.which("ninja") else ["-G", "Unix Makefiles"]
        if self.setting.bundle.is_dir():
            options.append(f"-DCMAKE_PREFIX_PATH={self.setting.bundle}/usr")
        if self.setting.preset == "cuda":
            options += output_of(["scripts/toolkit_options", "build/cuda_libraries",
                                  self.setting.machine.python], 60).split("\n")
        return [option for option in options if option]

    def cards(self):
        """The compute capabilities here, e.g. 90, that nvcc has machine code for."""
        machine = self.setting.machine
        here = output_of(["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"]).split()
        known = output_of([machine.tool("nvcc"), "--list-gpu-code"]).split()
        cards = {capability.replace(".", "") for capability in here}
        return ";".join(sorted(card for card in cards if f"sm_{card}" in known))


def build_few(check):
    """Instead of what was carried and does not start."""
    if shutil.which(check.setting.machine.tool("nvcc")) and shutil.which("cmake"):
        Build(check).run(FEW, FEW_SECONDS)
    else:
        check.record.add("build/here", GREY, 0, "not available: there is no nvcc or no cmake")
