"""The kinds of steps that scripts/gpu_check is made of: which command, and how it is judged."""

import dataclasses
import os
import sys
import typing

from . import figures
from .machine import ROOT

TOKENS = "16384"  # of a batch, as a step of ELECTRA-Small has
# Google Benchmark's filter, without what no training in bf16 runs.
NOT_F32 = "-(^|[/_])f32(/|_dropout|$)"
METRICS = "gpu__time_duration.sum,dram__bytes.sum,smsp__inst_executed.sum"

# What PyTorch compiled in advance was not timed alone.
JOIN = """out=$0
mapfile -t files < <(find "$@" -name '*.json' ! -name warm.json -size +0 2>/dev/null)
((${#files[@]})) || { echo "no kernel was timed"; exit 0; }
exec benchmarks/peers/compare_kernels.py --out "$out" "${files[@]}"
"""


@dataclasses.dataclass
class Step:
    name: str                 # PART/NAME: its files are in a folder called PART
    seconds: int              # that it may take on an H200
    command: list
    judge: typing.Callable = figures.last_line
    needs: tuple = ()         # programs, tools, modules
    environment: dict = dataclasses.field(default_factory=dict)
    ours: bool = True         # not PyTorch
    instead_of: str = ""      # a tool: only where that is not available

    @property
    def part(self):
        return self.name.split("/")[0]

    @property
    def may_be_late(self):
        """Whether too little time says nothing of the library; else it may hang."""
        return self.part not in ("conformance", "tests", "steps", "timeline")


@dataclasses.dataclass
class Phase:
    title: str
    steps: list
    together: bool = False    # at once; else each is alone on the card

    def seconds(self):
        counted = [0, *(step.seconds for step in self.steps if not step.instead_of)]
        return max(counted) if self.together else sum(counted)


class Kinds:
    """`setting` has machine, programs, cases, work, cache, golden, peers, tiny, sanitizer, ncu."""

    def __init__(self, setting):
        self.setting = setting
        self.tiny = setting.tiny

    def file(self, part, name):
        return str(self.setting.work / part / name)

    def program(self, name):
        return str(self.setting.programs[name]) if name in self.setting.programs else name

    def bench(self, model, batch, length, *further):
        """step_bench, whose steps are recorded in the third."""
        sizes = ["--preset", model, "--batch", str(batch), "--length", str(length)]
        if self.tiny:
            sizes = ["--preset", "tiny", "--batch", "2", "--length", "32", "--vocab", "512",
                     "--product", "64"]
        return [self.program("step_bench"), "--device", "cuda", "--precision", "bf16", "--json",
                *sizes, "--warmup", "5", *further]

    def speed(self, name, model, batch, length, seconds, sustained=2):
        steps = ["--steps", "2" if self.tiny else "100",
                 "--sustained", "0.1" if self.tiny else str(sustained)]
        return Step(f"steps/{name}", seconds, self.bench(model, batch, length, *steps),
                    figures.step, ("step_bench",))

    def inference(self, model, seconds):
        """A discriminator with first weights: one text after the other, and many at once; then it
        is fine-tuned on forty sentences, which says that this works and not how fast it is."""
        model = "tiny" if self.tiny else model
        directory = str(self.setting.models / model)
        opened = ["--device", "cuda", "--precision", "bf16"]
        bench = [self.program("electra"), "bench", directory, *opened, "--json"]
        lengths, calls, texts, passes = ("16", "4", "labelled/sentences.txt", "1") if self.tiny \
            else ("16,64,128,512", "200", "sample/prose.txt", "3")
        data = str(ROOT / "share/labelled/sentiment_")
        needs = ("electra", directory)
        yield Step(f"inference/{model}", seconds // 4, [self.program("inference_bench"), "--write",
                   directory, "--preset", model], needs=("inference_bench",))
        yield Step(f"inference/{model}_lengths", seconds // 4, [*bench, "--lengths", lengths,
                   "--calls", calls], figures.inference, needs)
        yield Step(f"inference/{model}_many", seconds // 4, [*bench, "--file",
                   str(ROOT / "share" / texts), "--batch", "1024", "--passes", passes],
                   figures.inference, needs)
        yield Step(f"inference/{model}_finetuned", seconds // 4, [
            self.program("electra"), "finetune", "classify", "--model", directory, *opened,
            "--train", f"{data}train.tsv", "--eval", f"{data}dev.tsv", "--epochs", "2", "--set",
            "restarts=0", "--json", "--out", str(self.setting.models / "finetuned")],
            figures.finetuning, needs)

    def untimed(self, model, batch, length, *further):
        return self.bench(model, batch, length, "--steps", "1", "--sustained", "0",
                          "--skip-observed", *further)

    def ncu(self, *arguments):
        return [self.setting.ncu, "--clock-control", "none", "--cache-control", "none",
                "--metrics", METRICS, "--csv", *arguments]

    def profile(self, model, batch, length, seconds):
        file = self.file("profile", f"{model}_{batch}x{length}.csv")
        command = self.ncu("--profile-from-start", "off", "--log-file", file,
                           *self.untimed(model, batch, length, "--profile"))
        yield Step(f"profile/{model}_{batch}x{length}", seconds, command,
                   figures.of_files(figures.profile, os.path.basename(file)), ("ncu", "step_bench"))
        yield self.prediction("profile", file, model, batch, length)

    def timeline(self, model, batch, length, seconds, instead_of=""):
        """Times of every kernel, by the card's own events: without ncu."""
        file = self.file("timeline", f"{model}_{batch}x{length}.json")
        command = self.untimed(model, batch, length, "--timeline", file)
        yield Step(f"timeline/{model}_{batch}x{length}", seconds, command,
                   figures.of_files(figures.profile, os.path.basename(file)), ("step_bench",),
                   instead_of=instead_of)
        prediction = self.prediction("timeline", file, model, batch, length)
        prediction.instead_of = instead_of
        yield prediction

    def prediction(self, part, file, model, batch, length):
        """What was measured of each kernel beside what a model of the card says."""
        out = file.rsplit(".", 1)[0] + "_predicted.json"
        gpu = "h100" if "H100" in self.setting.facts["card"] else "h200"
        model = "tiny" if self.tiny else model
        command = [sys.executable, str(ROOT / "benchmarks/peers/compare_profile.py"), file,
                   "--preset", model, "--batch", str(batch), "--length", str(length),
                   "--gpu", gpu, "--out", out]
        return Step(f"{part}/predicted_{os.path.basename(file).rsplit('.', 1)[0]}", 2, command,
                    needs=(file,), ours=False)

    def tests(self, program, cases, seconds, chosen="[cuda]"):
        name = program.removesuffix("_tests")
        command = [self.program(program), chosen, "-r", "junit",
                   "-o", self.file("tests", f"{name}.xml")]
        return Step(f"tests/{name}", seconds, command, figures.tests(name, cases), (program,),
                    {"OMP_WAIT_POLICY": "passive", "ELECTRA_GOLDEN": self.setting.golden})

    def sanitizer(self, tool, seconds, *further):
        command = [sys.executable, str(ROOT / "scripts/sanitize_cuda"),
                   str(self.setting.programs.folder), tool, self.file(tool, ""), "--budget",
                   str(seconds), "--jobs", "5", "--sanitizer", self.setting.sanitizer, *further]
        return Step(f"{tool}/tests", seconds, command, figures.sanitizer(tool), ("sanitizer",),
                    {"ELECTRA_GOLDEN": self.setting.golden})

    def kernels(self, part, names, seconds):
        """Google Benchmark's programs."""
        variables = {"ELECTRA_BENCHMARK_DEVICE": "cuda", "ELECTRA_BENCHMARK_TOKENS": TOKENS,
                     "ELECTRA_BENCHMARK_SAMPLES": "15"}
        if self.tiny:
            variables |= {"ELECTRA_BENCHMARK_TOKENS": "128", "ELECTRA_BENCHMARK_SAMPLES": "1",
                          "ELECTRA_BENCHMARK_BYTES": "65536"}
        for name in names:
            title = name.removesuffix("_bench")
            command = [self.program(name), f"--benchmark_filter={NOT_F32}",
                       "--benchmark_counters_tabular=true", "--benchmark_out_format=json",
                       f"--benchmark_out={self.file(part, title + '.json')}"]
            yield Step(f"{part}/{title}", seconds, command,
                       figures.of_files(figures.benchmarks, title + ".json"), (name,), variables)

    def torch_kernels(self, name, seconds, systems, chosen, samples="15"):
        file = self.file("torch", f"{name}.json")
        sizes = ["--smoke"] if self.tiny else ["--tokens", TOKENS, "--samples", samples]
        command = [self.setting.machine.python, str(ROOT / "benchmarks/peers/torch_kernels.py"),
                   "--systems", systems, "--filter", chosen, "--out", file, *sizes]
        return Step(f"torch/{name}", seconds, command,
                    figures.of_files(figures.benchmarks, f"{name}.json"), ("torch",),
                    self.cache(), ours=False)

    def peers(self, name, size, seconds, kinds, *further):
        file = self.file("peers", f"{name}.json")
        sizes = ["--size", size, "--batch", "128", "--length", "128", "--steps", "20"]
        if self.tiny:
            sizes = ["--size", "tiny", "--batch", "2", "--length", "32", "--vocab", "2048",
                     "--steps", "2"]
        command = [self.setting.machine.python, str(ROOT / "benchmarks/peers/torch_steps.py"),
                   "--peer", str(self.setting.peers / "torch_electra_step.py"), *sizes,
                   "--dtype", "bf16", "--variants", kinds, "--out", file, *further]
        return Step(f"peers/{name}", seconds, command,
                    figures.of_files(figures.peer_steps, f"{name}.json"),
                    ("torch", "transformers", str(self.setting.peers / "torch_electra_step.py")),
                    self.cache(), ours=False)

    def cache(self):
        """Where PyTorch leaves and finds what it compiled."""
        folder = str(self.setting.cache)
        return {"TORCHINDUCTOR_CACHE_DIR": folder, "TRITON_CACHE_DIR": f"{folder}/triton",
                "TORCHINDUCTOR_FX_GRAPH_CACHE": "1", "TORCHINDUCTOR_AUTOGRAD_CACHE": "1"}

    def joined(self):
        """One table of all kernels that were timed, ours beside others'."""
        command = ["bash", "-c", JOIN, self.file("joined", "kernels.json"),
                   *(self.file(part, "") for part in ("kernels", "cublas", "cudnn", "torch"))]
        return Step("joined/kernels", 2, command, figures.joined, ours=False)
