"""What scripts/gpu_check does, in order of worth. The seconds are those of an H200."""

import re

from . import figures
from .machine import ROOT
from .steps import Kinds, Phase, Step

TORCH_KERNELS = "(attention|layer_norm|dropout_residual_norm|gelu|cross_entropy)/.*bf16|adamw"
TEN_COMPILED = ("attention/small/128/(forward|backward)/dropout/bf16"
                "|layer_norm/(forward|backward)/bf16/256"
                "|dropout_residual_norm/(forward|backward)/bf16_dropout_0_1/256"
                "|dropout_residual_norm/forward/bf16_dropout_0_1/768"
                "|gelu/(forward|backward)/erf_bf16/1024|cross_entropy/bf16")
# What takes minutes on the emulator.
LONG = {"exhaustive", "golden", "pretraining", "nccl", "trainer", "law"}
TINY_TESTS = 3  # of a program
TINY_SANITIZED = "masking|metrics on"


class Plans(Kinds):
    def of(self, name, first):
        """The phases of a plan; `first` is the summary of the first plan's run, if there is one."""
        return self.first() if name == "first" else self.after(first)

    def probes(self):
        """What decides how the rest is done."""
        conformance = [self.program("ptx_conformance"), "--record", "/dev/null"]
        smoke = self.bench("tiny", 16, 128, "--steps", "3", "--sustained", "0", "--skip-observed")
        return Phase("probe", [
            Step("probe/smoke", 10, smoke, needs=("step_bench",)),
            Step("probe/ncu", 10, [self.setting.ncu, "--metrics", "gpu__time_duration.sum",
                                   "--launch-count", "1", "--csv", *conformance],
                 needs=("ptx_conformance",)),
            Step("probe/sanitizer", 10,
                 [self.setting.sanitizer, "--tool", "memcheck", *conformance],
                 needs=("ptx_conformance",))], together=True)

    def first(self):
        return [self.probes(), Phase("together", [*self.facts(), *self.checks()], together=True),
                Phase("alone", [*self.speeds(), *self.of_kernels(), *self.of_peers()])]

    def facts(self):
        emulated = str(ROOT / "tests/conformance/emulated.txt")
        recorded = self.file("conformance", "recorded.txt")
        describe = str(ROOT / "scripts/gpu/describe_machine")
        program = self.program("ptx_conformance")
        return [Step("machine/facts", 20, [describe], figures.facts),
                Step("conformance/record", 5, [program, "--record", recorded],
                     needs=("ptx_conformance",)),
                Step("conformance/compare", 5, [program, "--compare", emulated],
                     needs=("ptx_conformance",))]

    def checks(self):
        for program, cases in self.setting.cases.items():
            chosen = "[cuda]"
            if self.tiny:
                chosen, cases = tiny_choice(cases)
            if cases:
                yield self.tests(program, cases, 60, chosen)
        quick = ["--filter", TINY_SANITIZED] if self.tiny else []
        yield self.sanitizer("memcheck", 90, "--quick", *quick)
        yield self.sanitizer("racecheck", 90, "--quick", *quick)
        yield self.peers("warm_small", "small", 110, "tuned-compiled", "--warm-only")
        yield self.torch_kernels("warm", 110, "compiled", TEN_COMPILED, "1")

    def speeds(self):
        yield self.speed("small_128x128", "small", 128, 128, 8)
        yield self.speed("small_128x128_again", "small", 128, 128, 8)
        yield self.speed("base_128x128", "base", 128, 128, 12)
        yield self.speed("small_32x512", "small", 32, 512, 8)
        yield self.speed("base_32x512", "base", 32, 512, 12)
        yield from self.inference("small", 16)
        yield from self.profile("small", 128, 128, 40)
        yield from self.timeline("small", 128, 128, 6)
        yield from self.timeline("base", 128, 128, 10, instead_of="ncu")
        yield from self.timeline("small", 32, 512, 6, instead_of="ncu")

    def of_kernels(self):
        yield from self.kernels("kernels", self.setting.programs.kernels(), 3)
        yield from self.kernels("cublas", ["matmul_cublas_bench"], 15)
        yield from self.kernels("cudnn", ["attention_cudnn_bench", "layer_norm_cudnn_bench"], 11)
        yield self.torch_kernels("eager", 25, "eager,mask", TORCH_KERNELS)
        yield self.torch_kernels("compiled", 25, "compiled", TEN_COMPILED)
        yield self.joined()

    def of_peers(self):
        yield self.peers("small", "small", 45, "tuned-eager,hf-eager,tuned-compiled")
        yield self.peers("base", "base", 20, "tuned-eager")

    def after(self, first):
        """What the first run leaves to be asked: what was red, again and closely, and what it had
        no time for; if nothing was red, how long the speed lasts, and base."""
        done = first.get("steps", [])
        red = [step for step in done if step["verdict"] == figures.RED]
        late = [step["name"] for step in done if figures.is_late(step)]
        again = [step["name"] for step in red if step["name"] != "memcheck/tests"]
        steps = [*self.failed_tests(red), *self.named(again, without="tests"),
                 *self.named([*late, *first.get("to_come", [])])]
        rest = [] if red else self.all_green()
        return [self.probes(), *([Phase("alone", steps)] if steps else []), *rest]

    def failed_tests(self, red):
        failed = {name for step in red for name in step.get("failed", [])}
        chosen = {program: [case for case in cases if case.name in failed]
                  for program, cases in self.setting.cases.items()}
        chosen = {program: cases for program, cases in chosen.items() if cases}
        seconds = 30 // max(1, len(chosen))
        for program, cases in chosen.items():
            patterns = ",".join(case.pattern for case in cases)
            yield self.tests(program, cases, seconds, patterns)
        if chosen:
            exact = "^(" + "|".join(re.escape(name) for name in sorted(failed)) + ")$"
            yield self.sanitizer("memcheck", 60, "--filter", exact, "--limit", "60")

    def named(self, names, without=""):
        """Steps of the first plan; the probe's are done in any case."""
        for phase in self.first():
            yield from (step for step in phase.steps
                        if step.name in names and step.part not in (without, "probe"))

    def all_green(self):
        # While PyTorch compiles, it hardly touches the card.
        yield Phase("together", [
            self.speed("small_sustained", "small", 128, 128, 65, sustained=60),
            self.peers("warm_base", "base", 85, "tuned-compiled", "--warm-only")], together=True)
        yield Phase("alone", [self.peers("base_compiled", "base", 20, "tuned-compiled"),
                              *self.profile("base", 128, 128, 28)])


def tiny_choice(cases):
    """A few that are quick, or one; as a filter of Catch2's, too."""
    few = [case for case in cases if not case.tags & LONG][:TINY_TESTS] or cases[:1]
    return ",".join(case.pattern for case in few), few
