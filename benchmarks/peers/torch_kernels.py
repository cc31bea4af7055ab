#!/usr/bin/env python3
"""Times PyTorch on the work of our kernel benchmarks and writes the same JSON.

    torch_kernels.py --out FILE.json [--device cuda] [--tokens 32768] [--samples 30]
                     [--systems eager,compiled,mask] [--filter REGEX] [--smoke]

Measured as ours are: a GPU's own events, memory four times as large as the cache (256 MiB at
least) read before each call, the median of the samples. Each call is one replay of a CUDA graph,
so that no time of the host counts; where a call cannot be captured, it is run as it is ("graphed":
0). Systems: eager; compiled (torch.compile); mask (eager attention given a padding mask, which
keeps PyTorch from its fastest kernel). Names are those of our benchmarks; compare_kernels.py joins
them. Where the work differs: PyTorch's cross-entropy takes no sample, its layer norm has weights
in the activations' type.

Each case that is compiled costs seconds: where there is little time, `--systems compiled --filter
"attention/small/128/.*dropout/bf16|residual_norm/.*bf16|gelu/.*bf16/1024|gelu/backward/.*bf16/30|\
cross_entropy/bf16"` are the ten that matter, and `--systems eager,mask --filter "bf16|adamw"` is
the rest. AdamW is never compiled: PyTorch's fused one is a kernel already.
"""

import argparse
import collections
import datetime
import json
import os
import pathlib
import re
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from torch_case import BACKWARD, BOTH, FORWARD, TYPES, Case, Numbers
from torch_fine_tuning import fine_tuning_cases

HEAD = 64  # width of an attention head
VOCABULARY = 30522
EPSILON = 1e-12
LEAST_FLUSH = 1 << 28  # bytes

Model = collections.namedtuple("Model", "length heads")
MODELS = {"small/128": Model(128, 4), "small/512": Model(512, 4),
          "small_generator/128": Model(128, 1),
          "base/128": Model(128, 12), "base/512": Model(512, 12)}


def attention_case(model, dtype, dropout, mask, part, batch, random):
    def attend(qkv):
        q, k, v = (piece.transpose(1, 2) for piece in qkv.unbind(2))
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
        return out.transpose(1, 2)

    def inputs():
        length, heads = MODELS[model]
        return [random(batch, length, 3, heads, HEAD, dtype=dtype)]

    name = f"attention/{model}/{part}/{'dropout/' if dropout else ''}{dtype}"
    systems = ("eager", "compiled") if mask is None else ("mask",)
    return Case("attention", name, attend, inputs, part, systems)


def attention_cases(arguments, random):
    for dtype in TYPES:
        for model, (length, _) in MODELS.items():
            if arguments.tokens < length:
                continue
            batch = arguments.tokens // length
            mask = torch.ones(batch, 1, 1, length, dtype=torch.bool, device=arguments.device)
            for dropout in (0.0, 0.1):
                for given in (None, mask):
                    for part in (FORWARD, BACKWARD):
                        yield attention_case(model, dtype, dropout, given, part, batch, random)


def layer_norm_cases(dtype, width, tokens, random):
    def norm(x, gain, bias):
        return F.layer_norm(x, (width,), gain, bias, EPSILON)

    def inputs():
        return [random(tokens, width, dtype=dtype), random(width, dtype=dtype),
                random(width, dtype=dtype)]

    for part in (FORWARD, BACKWARD):
        yield Case("layer_norm", f"{part}/{dtype}/{width}", norm, inputs, part)


def gelu_cases(dtype, width, tokens, random):
    def gelu(x, bias):
        return F.gelu(x + bias)

    def inputs():
        return [random(tokens, width, dtype=dtype), random(width, dtype=dtype)]

    for part in (FORWARD, BACKWARD):
        yield Case("gelu", f"{part}/erf_{dtype}/{width}", gelu, inputs, part)


def fused_norm_cases(dtype, width, dropout, tokens, random):
    def fused(x, bias, residual, gain, beta):
        dropped = F.dropout(x + bias, dropout)
        return F.layer_norm(residual + dropped, (width,), gain, beta, EPSILON)

    def inputs():
        shapes = [(tokens, width), (width,), (tokens, width), (width,), (width,)]
        return [random(*shape, dtype=dtype) for shape in shapes]

    for part in (FORWARD, BACKWARD):
        name = f"{part}/{dtype}_dropout_{'0_1' if dropout else '0'}/{width}"
        yield Case("dropout_residual_norm", name, fused, inputs, part)


def row_cases(arguments, random):
    tokens = arguments.tokens
    for dtype in TYPES:
        for width in (64, 256, 768):
            yield from layer_norm_cases(dtype, width, tokens, random)
        for width in (1024, 3072):
            yield from gelu_cases(dtype, width, tokens, random)
        for width in (256, 768):
            for dropout in (0.0, 0.1) if dtype == "f32" else (0.1,):
                yield from fused_norm_cases(dtype, width, dropout, tokens, random)


def cross_entropy_cases(dtype, masked, device, random):
    """With the gradient in one call."""
    targets = torch.randint(VOCABULARY, (masked,), device=device)

    def eager(logits):
        with torch.enable_grad():
            loss = F.cross_entropy(logits.float(), targets, reduction="none")
            return torch.autograd.grad(loss.sum(), logits)

    def compiled(logits):
        return F.cross_entropy(logits.float(), targets, reduction="sum")

    def logits():
        return [random(masked, VOCABULARY, dtype=dtype)]

    def leaf():
        return [random(masked, VOCABULARY, dtype=dtype).requires_grad_()]

    name = f"cross_entropy/{dtype}/{masked}"
    yield Case("cross_entropy", name, eager, leaf, FORWARD, ("eager",))
    yield Case("cross_entropy", name, compiled, logits, BOTH, ("compiled",))


def adamw_case(size, device, random):
    def optimizer():
        parameter = random(size, dtype="f32").requires_grad_()
        parameter.grad = random(size, dtype="f32")
        return [torch.optim.AdamW([parameter], lr=1e-4, eps=1e-6, weight_decay=0.01, fused=True,
                                  capturable=device == "cuda")]

    def step(optimizer):
        optimizer.step()

    return Case("adamw", f"adamw/f32/{size}", step, optimizer, FORWARD, ("eager",))


def whole_cases(arguments, random):
    """Cross-entropy, and the optimizer."""
    masked = arguments.tokens // 128 * 19
    for dtype in TYPES if masked else ():
        yield from cross_entropy_cases(dtype, masked, arguments.device, random)
    for size in (14196224, 143000000):
        fits = min(size // 64 * 64, arguments.most_bytes // 4) // 64 * 64
        yield adamw_case(fits, arguments.device, random)


class Clock:
    def __init__(self, device, samples):
        self.samples = samples
        self.cuda = device == "cuda"
        if self.cuda:
            cache = torch.cuda.get_device_properties(0).L2_cache_size
            self.memory = torch.ones(max(4 * cache, LEAST_FLUSH) // 4, dtype=torch.float32,
                                     device="cuda")
            self.stream = torch.cuda.Stream()
            torch.cuda.set_stream(self.stream)

    def seconds(self, work):
        """Those of each sample, ascending, and whether calls were replays of a graph."""
        for _ in range(3):
            work()
        if not self.cuda:
            return sorted(self.host_seconds(work) for _ in range(self.samples)), False
        work, graphed = self.captured(work)
        return sorted(self.gpu_seconds(work)), graphed

    def captured(self, work):
        """The work as a CUDA graph, or as it is, and whether it is one."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, stream=self.stream):
                work()
            return graph.replay, True
        except RuntimeError:
            torch.cuda.synchronize()
            return work, False

    def gpu_seconds(self, work):
        events = [[torch.cuda.Event(enable_timing=True) for _ in range(2)]
                  for _ in range(self.samples)]
        for start, stop in events:
            self.memory.sum()
            start.record()
            work()
            stop.record()
        torch.cuda.synchronize()
        return [1e-3 * start.elapsed_time(stop) for start, stop in events]

    @staticmethod
    def host_seconds(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start


def work_of(case, system):
    """What is timed."""
    function = case.function
    if system == "compiled":
        function = torch.compile(function, dynamic=False)
    inputs = case.inputs()
    if case.part == FORWARD:
        return lambda: function(*inputs)
    inputs = [x.detach().requires_grad_() for x in inputs]
    if case.part == BOTH:
        return lambda: torch.autograd.grad(function(*inputs), inputs)
    out = function(*inputs)
    gradient = torch.randn_like(out)
    return lambda: torch.autograd.grad(out, inputs, gradient, retain_graph=True)


def context_of(arguments, suite, system, smallest_seconds):
    """What Google Benchmark's report calls so, with the keys that ours have."""
    on_gpu = arguments.device == "cuda"
    context = {"date": datetime.datetime.now().isoformat(timespec="seconds"),
               "system": f"pytorch {system}", "suite": suite, "torch": torch.__version__,
               "device": "cuda:0" if on_gpu else "cpu", "tokens": str(arguments.tokens),
               "samples": str(arguments.samples), "smallest_kernel_us": str(1e6 * smallest_seconds),
               "commit": os.environ.get("ELECTRA_COMMIT", "unknown")}
    if on_gpu:
        context |= {"card": torch.cuda.get_device_name(), "cuda_runtime": torch.version.cuda}
    return context


def measured_row(case, system, clock):
    row = {"name": case.name, "time_unit": "us"}
    try:
        torch._dynamo.reset()
        seconds, graphed = clock.seconds(work_of(case, system))
        row |= {"real_time": 1e6 * statistics.median(seconds), "least_us": 1e6 * seconds[0],
                "most_us": 1e6 * seconds[-1], "graphed": int(graphed)}
        print(f"{system:9} {case.suite}/{case.name}: {row['real_time']:.1f} us", flush=True)
    except Exception as error:  # what one version of PyTorch cannot do must not hide the rest
        said = f"{type(error).__name__}: {error}"[:500]
        row |= {"error_occurred": True, "error_message": said}
        print(f"{system:9} {case.suite}/{case.name}: {said.splitlines()[0]}", file=sys.stderr)
    return row


def selected(arguments, random):
    """(case, system), one after the other."""
    for cases in (attention_cases, row_cases, whole_cases, fine_tuning_cases):
        for case in cases(arguments, random):
            if re.search(arguments.filter, f"{case.suite}/{case.name}"):
                for system in set(case.systems) & set(arguments.systems.split(",")):
                    yield case, system


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu",
                        choices=["cuda", "cpu"])
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--samples", type=int, default=30)
    parser.add_argument("--systems", default="eager,compiled,mask")
    parser.add_argument("--filter", default="", help="of SUITE/NAME")
    parser.add_argument("--most-bytes", type=int, default=1 << 30)
    parser.add_argument("--smoke", action="store_true", help="tiny, to see that everything runs")
    arguments = parser.parse_args()
    arguments.tokens = arguments.tokens or (32768 if arguments.device == "cuda" else 2048)
    if arguments.smoke:
        arguments.tokens, arguments.samples, arguments.most_bytes = 512, 2, 1 << 16
    return arguments


def main():
    arguments = parsed_arguments()
    if arguments.device == "cuda":
        torch.set_float32_matmul_precision("highest")
    random = Numbers(arguments.device)
    clock = Clock(arguments.device, arguments.samples)
    one = torch.zeros(1, device=arguments.device)
    smallest = statistics.median(clock.seconds(lambda: one.fill_(1))[0])
    reports = {}
    failed = False
    for case, system in selected(arguments, random):
        row = measured_row(case, system, clock)
        failed = failed or "error_occurred" in row
        context = context_of(arguments, case.suite, system, smallest)
        report = reports.setdefault((case.suite, system), {"context": context, "benchmarks": []})
        report["benchmarks"].append(row)
        # Anew each time: a limit may end this at any moment.
        arguments.out.write_text(json.dumps(list(reports.values()), indent=1))
    return failed


if __name__ == "__main__":
    sys.exit(main())
