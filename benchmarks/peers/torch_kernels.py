#!/usr/bin/env python3
"""Times PyTorch on the work of our kernel benchmarks and writes the same JSON, for compare_kernels.py.

    torch_kernels.py --out FILE.json [--device cuda] [--tokens 32768] [--samples 30] [--systems eager,compiled,mask]
                     [--filter REGEX] [--smoke]

Measured as ours are: a GPU's own events, memory four times as large as the cache read before each call, the median of the
samples. Each call is one replay of a CUDA graph, so that no time of the host counts; where a call cannot be captured, it is
run as it is ("graphed": 0). Systems: eager; compiled (torch.compile); mask (eager attention given a padding mask, which
keeps PyTorch from its fastest kernel). Names are those of our benchmarks. Where the work differs: PyTorch's cross-entropy
takes no sample, its layer norm has weights in the activations' type.
"""
import argparse, datetime, json, os, re, statistics, sys, time

import torch
import torch.nn.functional as F

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
MODELS = {"small/128": (128, 4), "small/512": (512, 4), "small_generator/128": (128, 1), "base/128": (128, 12),
          "base/512": (512, 12)}  # length, heads of width 64


class Case:
    """A function and its inputs; `backward` times its gradients alone."""
    def __init__(self, suite, name, function, inputs, backward, systems=("eager", "compiled")):
        self.suite, self.name, self.function, self.inputs = suite, name, function, inputs
        self.backward, self.systems = backward, systems


def attention_cases(a, random):
    for dtype in TYPES:
        for model, (length, heads) in MODELS.items():
            if a.tokens < length:
                continue
            batch = a.tokens // length
            for dropout in (0.0, 0.1):
                for mask in (None, torch.ones(batch, 1, 1, length, dtype=torch.bool, device=a.device)):
                    def attend(qkv, dropout=dropout, mask=mask):
                        q, k, v = (part.transpose(1, 2) for part in qkv.unbind(2))
                        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout)
                        return out.transpose(1, 2)
                    for way in ("forward", "backward"):
                        name = f"attention/{model}/{way}/{'dropout/' if dropout else ''}{dtype}"
                        yield Case("attention", name, attend, lambda: [random(batch, length, 3, heads, 64, dtype=dtype)],
                                   way == "backward", ("mask",) if mask is not None else ("eager", "compiled"))


def row_cases(a, random):
    for dtype in TYPES:
        for width in (64, 256, 768):
            norm = lambda x, gain, bias, width=width: F.layer_norm(x, (width,), gain, bias, 1e-12)
            inputs = lambda width=width, dtype=dtype: [random(a.tokens, width, dtype=dtype), random(width, dtype=dtype),
                                                       random(width, dtype=dtype)]
            for way in ("forward", "backward"):
                yield Case("layer_norm", f"{way}/{dtype}/{width}", norm, inputs, way == "backward")
        for width in (1024, 3072):
            gelu = lambda x, bias: F.gelu(x + bias)
            inputs = lambda width=width, dtype=dtype: [random(a.tokens, width, dtype=dtype), random(width, dtype=dtype)]
            for way in ("forward", "backward"):
                yield Case("gelu", f"{way}/erf_{dtype}/{width}", gelu, inputs, way == "backward")
        for width in (256, 768):
            for dropout in (0.0, 0.1):
                if dtype == "bf16" and not dropout:
                    continue
                def fused(x, bias, residual, gain, beta, width=width, dropout=dropout):
                    return F.layer_norm(residual + F.dropout(x + bias, dropout), (width,), gain, beta, 1e-12)
                inputs = lambda width=width, dtype=dtype: [
                    random(a.tokens, width, dtype=dtype), random(width, dtype=dtype), random(a.tokens, width, dtype=dtype),
                    random(width, dtype=dtype), random(width, dtype=dtype)]
                for way in ("forward", "backward"):
                    name = f"{way}/{dtype}_dropout_{'0_1' if dropout else '0'}/{width}"
                    yield Case("dropout_residual_norm", name, fused, inputs, way == "backward")


def whole_cases(a, random):
    """Cross-entropy with its gradient in one call, and the optimizer."""
    masked, vocabulary = a.tokens // 128 * 19, 30522
    for dtype in TYPES:
        def loss_and_gradient(logits):
            with torch.enable_grad():
                loss = F.cross_entropy(logits.float(), targets, reduction="none")
                return torch.autograd.grad(loss.sum(), logits)
        if masked:
            targets = torch.randint(vocabulary, (masked,), device=a.device)
            yield Case("cross_entropy", f"cross_entropy/{dtype}/{masked}", loss_and_gradient,
                       lambda dtype=dtype: [random(masked, vocabulary, dtype=dtype).requires_grad_()], False, ("eager",))
            compiled = lambda logits: F.cross_entropy(logits.float(), targets, reduction="sum")
            yield Case("cross_entropy", f"cross_entropy/{dtype}/{masked}", compiled,
                       lambda dtype=dtype: [random(masked, vocabulary, dtype=dtype)], "both", ("compiled",))
    for size in (14196224 // 64 * 64, 143000000 // 64 * 64):
        size = min(size, a.most_bytes // 4) // 64 * 64
        def make(size=size):
            parameter = random(size, dtype="f32").requires_grad_()
            parameter.grad = random(size, dtype="f32")
            optimizer = torch.optim.AdamW([parameter], lr=1e-4, eps=1e-6, weight_decay=0.01, fused=True,
                                          capturable=a.device == "cuda")
            return [optimizer]
        yield Case("adamw", f"adamw/f32/{size}", lambda optimizer: optimizer.step(), make, False, ("eager",))


class Clock:
    def __init__(self, a):
        self.samples, self.cuda = a.samples, a.device == "cuda"
        if self.cuda:
            cache = torch.cuda.get_device_properties(0).L2_cache_size
            self.memory = torch.ones(cache, dtype=torch.float32, device="cuda")  # four bytes each
            self.stream = torch.cuda.Stream()
            torch.cuda.set_stream(self.stream)

    def captured(self, work):
        """The work as a CUDA graph, or as it is, and whether it is one."""
        if not self.cuda:
            return work, False
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, stream=self.stream):
                work()
            return graph.replay, True
        except RuntimeError:
            torch.cuda.synchronize()
            return work, False

    def seconds(self, work):
        """Ascending."""
        for _ in range(3):
            work()
        work, graphed = self.captured(work)
        if not self.cuda:
            times = []
            for _ in range(self.samples):
                start = time.perf_counter()
                work()
                times.append(time.perf_counter() - start)
            return sorted(times), graphed
        events = [[torch.cuda.Event(enable_timing=True) for _ in range(2)] for _ in range(self.samples)]
        for start, stop in events:
            self.memory.sum()
            start.record()
            work()
            stop.record()
        torch.cuda.synchronize()
        return sorted(1e-3 * start.elapsed_time(stop) for start, stop in events), graphed


def work_of(case, system):
    """What is timed."""
    function = torch.compile(case.function, dynamic=False) if system == "compiled" else case.function
    inputs = case.inputs()
    if not case.backward:
        return lambda: function(*inputs)
    inputs = [x.detach().requires_grad_() for x in inputs]
    if case.backward == "both":
        return lambda: torch.autograd.grad(function(*inputs), inputs)
    out = function(*inputs)
    gradient = torch.randn_like(out)
    return lambda: torch.autograd.grad(out, inputs, gradient, retain_graph=True)


def context_of(a, suite, system, smallest):
    context = {"date": datetime.datetime.now().isoformat(timespec="seconds"), "system": f"pytorch {system}", "suite": suite,
               "torch": torch.__version__, "device": "cuda:0" if a.device == "cuda" else "cpu", "tokens": str(a.tokens),
               "samples": str(a.samples), "smallest_kernel_us": str(1e6 * smallest),
               "commit": os.environ.get("ELECTRA_COMMIT", "unknown")}
    if a.device == "cuda":
        context |= {"card": torch.cuda.get_device_name(), "cuda_runtime": torch.version.cuda}
    return context


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu", choices=["cuda", "cpu"])
    p.add_argument("--tokens", type=int)
    p.add_argument("--samples", type=int, default=30)
    p.add_argument("--systems", default="eager,compiled,mask")
    p.add_argument("--filter", default="", help="of SUITE/NAME")
    p.add_argument("--most-bytes", type=int, default=1 << 30)
    p.add_argument("--smoke", action="store_true", help="tiny, to see that everything runs")
    a = p.parse_args()
    a.tokens = a.tokens or (32768 if a.device == "cuda" else 2048)
    if a.smoke:
        a.tokens, a.samples, a.most_bytes = 512, 2, 1 << 16
    if a.device == "cuda":
        torch.set_float32_matmul_precision("highest")
    generator = torch.Generator(a.device).manual_seed(1)
    random = lambda *shape, dtype: torch.randn(*shape, device=a.device, generator=generator).to(TYPES[dtype])
    clock, reports = Clock(a), {}
    one = torch.zeros(1, device=a.device)
    smallest = statistics.median(clock.seconds(lambda: one.fill_(1))[0])
    for cases in (attention_cases, row_cases, whole_cases):
        for case in cases(a, random):
            if not re.search(a.filter, f"{case.suite}/{case.name}"):
                continue
            for system in set(case.systems) & set(a.systems.split(",")):
                row = {"name": case.name, "time_unit": "us"}
                try:
                    torch._dynamo.reset()
                    seconds, graphed = clock.seconds(work_of(case, system))
                    row |= {"real_time": 1e6 * statistics.median(seconds), "least_us": 1e6 * seconds[0],
                            "most_us": 1e6 * seconds[-1], "graphed": int(graphed)}
                    print(f"{system:9} {case.suite}/{case.name}: {row['real_time']:.1f} us", flush=True)
                except Exception as error:  # what one version of PyTorch cannot do must not hide the rest
                    row |= {"error_occurred": True, "error_message": f"{type(error).__name__}: {error}"[:500]}
                    print(f"{system:9} {case.suite}/{case.name}: {row['error_message'].splitlines()[0]}", file=sys.stderr)
                context = context_of(a, case.suite, system, smallest)
                report = reports.setdefault((case.suite, system), {"context": context, "benchmarks": []})
                report["benchmarks"].append(row)
                with open(a.out, "w") as file:  # anew each time: a limit may end this at any moment
                    json.dump(list(reports.values()), file, indent=1)
    return any("error_occurred" in row for report in reports.values() for row in report["benchmarks"])


if __name__ == "__main__":
    sys.exit(main())
