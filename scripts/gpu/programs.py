"""Programs of the CUDA backend: those of a build, or those that scripts/gpu_carry gathered."""

import collections
import os
import pathlib
import re
import subprocess

FOLDERS = ("bin", "apps", "tests", "tests/conformance", "benchmarks", "")
NAMES = re.compile(r"\w+_(tests|bench)|ptx_conformance|electra")
CASES = re.compile(r"add_test\(\[==\[(.*?)\]==\] \[==\[.*?\]==\] \[==\[(.*?)\]==\]\)\s+"
                   r"set_tests_properties\(.*? LABELS \[==\[(.*?)\]==\]")

# A test case: its name, the pattern by which Catch2 runs it alone, its tags and its folder's name.
Case = collections.namedtuple("Case", "name program pattern tags")


class Programs:
    """By name. `environment` is what they are listed with."""

    def __init__(self, folder, environment=None):
        self.folder = pathlib.Path(folder).resolve()
        self.environment = environment
        self.paths = {}
        for folder in FOLDERS:
            for path in sorted((self.folder / folder).glob("*")):
                if NAMES.fullmatch(path.name) and path.is_file() and os.access(path, os.X_OK):
                    self.paths.setdefault(path.name, path)

    def __contains__(self, name):
        return name in self.paths

    def __getitem__(self, name):
        return self.paths[name]

    def tests(self):
        return [name for name in sorted(self.paths) if name.endswith("_tests")]

    def kernels(self):
        """Benchmarks of our own kernels."""
        return [name for name in sorted(self.paths) if name.endswith("_bench") and
                name not in ("step_bench", "inference_bench") and
                not re.search("_(cudnn|cublas)_", name)]

    def cases(self, name):
        """All test cases of a program, none if it does not start. It needs no GPU to list them, as
        --list-tests would."""
        command = [self.paths[name], "--write-ctest", "/dev/stdout", name.removesuffix("_tests")]
        try:
            done = subprocess.run(command, env=self.environment, capture_output=True, text=True,
                                  timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            return []
        return [Case(case, name, pattern, frozenset(tags.split(";")))
                for case, pattern, tags in CASES.findall(done.stdout)]

    def cuda_cases(self):
        """{program: cases tagged cuda} of the test programs that have some."""
        found = {name: [case for case in self.cases(name) if "cuda" in case.tags]
                 for name in self.tests()}
        return {name: cases for name, cases in found.items() if cases}

    def missing(self, environment):
        """{program: libraries that the loader does not find}."""
        found = {}
        for name, path in self.paths.items():
            said = subprocess.run(["ldd", path], env=environment, capture_output=True, text=True)
            lacks = re.findall(r"^\s*(\S+) => not found", said.stdout, re.MULTILINE)
            if lacks:
                found[name] = sorted(set(lacks))
        return found
