#!/usr/bin/env python3
"""Times several PyTorch pretraining steps in one process: what is started and compiled once serves
all of them.

    torch_steps.py --peer torch_electra_step.py [--size small] [--batch 128] [--length 128]
                   [--dtype bf16] [--variants tuned-eager,hf-eager,tuned-compiled]
                   [--compile-mode reduce-overhead] [--steps 20] [--warmup 5] [--device cuda]
                   [--warm-only] [--out FILE.json]

The peer's file has the model (its class Electra and SIZES); a variant is its `impl` and whether it
is compiled. Work of a step: positions to mask, generator, sample, discriminator, backward, clipping
to norm 1, AdamW. Reported are the steps waited for one by one, and as many that nobody waits for.
FILE.json is brought up to date after each variant; one that fails is recorded with its error.
--warm-only compiles and times nothing: with TORCHINDUCTOR_CACHE_DIR set, a later run finds what it
has compiled.
"""
import argparse
import gc
import importlib.util
import json
import os
import pathlib
import resource
import statistics
import sys
import time

import torch

MASKED_SHARE = 0.15
KEPT_SHARE = 0.15
DISCRIMINATOR_WEIGHT = 50
FIRST_WORD = 1000  # of the vocabulary: no special token


def load_peer(path):
    sys.dont_write_bytecode = True  # beside the peer's file
    specification = importlib.util.spec_from_file_location("peer", path)
    peer = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(peer)
    return peer


def adamw(parameters):
    settings = {"lr": 5e-4, "eps": 1e-6, "weight_decay": 0.01}
    try:
        return torch.optim.AdamW(parameters, fused=True, **settings)
    except RuntimeError:  # not fused on every device
        return torch.optim.AdamW(parameters, foreach=True, **settings)


class Training:
    """A model, its optimizer, and one step at a time."""

    def __init__(self, peer, arguments, implementation, compiled):
        torch.manual_seed(1)
        self.arguments = arguments
        self.compiled = compiled
        model = peer.Electra(arguments.size, arguments.vocab, arguments.dropout, implementation)
        model = model.to(arguments.device).train()
        self.parameters = list({id(p): p for p in model.parameters()}.values())
        self.optimizer = adamw(self.parameters)
        self.losses_of = torch.compile(model, mode=arguments.compile_mode) if compiled else model

    def step(self, ids):
        """(MLM loss, discriminator loss), still on the device."""
        a = self.arguments
        masked = max(1, round(MASKED_SHARE * a.length))
        if self.compiled:
            torch.compiler.cudagraph_mark_step_begin()
        positions = torch.rand(a.batch, a.length, device=a.device).topk(masked, -1).indices
        keep = torch.rand(a.batch, masked, device=a.device) < KEPT_SHARE
        with torch.autocast(a.device, dtype=torch.bfloat16, enabled=a.dtype == "bf16"):
            losses = self.losses_of(ids, positions, keep)
        (losses[0] + DISCRIMINATOR_WEIGHT * losses[1]).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0, foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return losses

    def random_text(self):
        a = self.arguments
        return torch.randint(FIRST_WORD, a.vocab, (a.batch, a.length), device=a.device)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def waited_steps(training, count):
    """Seconds of each, and the losses of the last."""
    times, losses = [], ()
    for _ in range(count):
        ids = training.random_text()
        wait(training.arguments.device)
        start = time.perf_counter()
        losses = training.step(ids)
        wait(training.arguments.device)
        times.append(time.perf_counter() - start)
    return times, [float(loss.detach()) for loss in losses]


def sustained_seconds(training, count):
    """Of a step, when nobody waits for any."""
    texts = [training.random_text() for _ in range(count)]
    wait(training.arguments.device)
    start = time.perf_counter()
    for ids in texts:
        training.step(ids)
    wait(training.arguments.device)
    return (time.perf_counter() - start) / count


def peak_bytes(device):
    """Of a CPU, of all variants so far."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(peer, arguments, implementation, compiled):
    start = time.perf_counter()
    training = Training(peer, arguments, implementation, compiled)
    first_losses = waited_steps(training, max(1, arguments.warmup))[1]
    row = {"ready_seconds": time.perf_counter() - start, "warmup_losses": first_losses}
    if arguments.warm_only:
        return row
    times, losses = waited_steps(training, arguments.steps)
    tokens = arguments.batch * arguments.length
    return row | {"ms_per_step": 1e3 * statistics.median(times), "ms_min": 1e3 * min(times),
                  "ms_max": 1e3 * max(times),
                  "tokens_per_second": tokens / statistics.median(times),
                  "sustained_tokens_per_second": tokens / sustained_seconds(training,
                                                                            arguments.steps),
                  "losses": losses, "parameters": sum(p.numel() for p in training.parameters),
                  "peak_memory_bytes": peak_bytes(arguments.device)}


def variant_row(peer, arguments, variant):
    implementation, _, how = variant.partition("-")
    row = {"variant": variant}
    try:
        row |= measured(peer, arguments, implementation, how == "compiled")
    except Exception as error:  # what fails must not hide the rest
        row["error"] = f"{type(error).__name__}: {error}"[:2000]
    torch._dynamo.reset()
    gc.collect()
    if arguments.device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    return row


def description(arguments):
    keys = ("size", "batch", "length", "vocab", "dropout", "dtype", "compile_mode", "steps",
            "warmup")
    card = torch.cuda.get_device_name() if arguments.device == "cuda" else "cpu"
    return {"system": "pytorch", "torch": torch.__version__, "cuda_runtime": torch.version.cuda,
            "device": card, "threads": torch.get_num_threads(),
            "commit": os.environ.get("ELECTRA_COMMIT", "unknown"),
            **{key: getattr(arguments, key) for key in keys}}


def write(path, content):
    """At once: a limit may end this at any moment."""
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(content, indent=1))
    new.rename(path)


def print_row(row):
    if "error" in row:
        text = row["error"].splitlines()[0]
    elif "ms_per_step" in row:
        text = (f"{row['ms_per_step']:.2f} ms, {row['tokens_per_second']:.0f} tokens/s, sustained "
                f"{row['sustained_tokens_per_second']:.0f}")
    else:
        text = f"ready after {row['ready_seconds']:.1f} s"
    print(f"{row['variant']:15} {text}", flush=True)


def known_variants(text):
    variants = text.split(",")
    known = [f"{implementation}-{how}" for implementation in ("tuned", "hf")
             for how in ("eager", "compiled")]
    for variant in variants:
        if variant not in known:
            raise argparse.ArgumentTypeError(f"{variant} is none of {', '.join(known)}")
    return variants


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", required=True, type=pathlib.Path)
    parser.add_argument("--size", default="small")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--vocab", type=int, default=30522)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--dtype", default="bf16", choices=["f32", "bf16"])
    parser.add_argument("--variants", type=known_variants,
                        default="tuned-eager,hf-eager,tuned-compiled")
    parser.add_argument("--compile-mode", default="reduce-overhead",
                        choices=["default", "reduce-overhead", "max-autotune"])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu",
                        choices=["cuda", "cpu"])
    parser.add_argument("--warm-only", action="store_true",
                        help="compile what is compiled, and leave out the rest")
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args()


def main():
    arguments = parsed_arguments()
    peer = load_peer(arguments.peer)
    if arguments.size not in peer.SIZES:
        sys.exit(f"torch_steps: --size: {arguments.size} is none of {', '.join(peer.SIZES)}")
    if arguments.device == "cuda":
        torch.set_float32_matmul_precision("high" if arguments.dtype == "bf16" else "highest")
    if arguments.warm_only:
        arguments.variants = [v for v in arguments.variants if v.endswith("compiled")]
    result = description(arguments) | {"variants": []}
    for variant in arguments.variants:
        result["variants"].append(variant_row(peer, arguments, variant))
        print_row(result["variants"][-1])
        if arguments.out:
            write(arguments.out, result)
    return any("error" in row for row in result["variants"])


if __name__ == "__main__":
    sys.exit(main())
