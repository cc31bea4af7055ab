#!/usr/bin/env python3
"""Times one pretraining step of libelectra beside the same step in PyTorch, in alternating runs.

    compare_step.py --bench build/release/benchmarks/step_bench --peer torch_electra_step.py \
                    [--python PYTHON] [--rounds 5] [--precision f32] [--threads 2] [--steps 6] [--out FILE.json]
                    [--device cuda] [--peer-impl hf] [--peer-eager]

Both print one JSON object a run. Processors and neighbours differ, so only the ratio of a pair of runs counts; the median
over the pairs is what to quote. OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE are unset: they would slow the peer down.
"""
import argparse, json, os, platform, statistics, subprocess, sys


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def units():
    """The vector and matrix units that decide the speed of products."""
    known = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
    flags = next((line.split() for line in open("/proc/cpuinfo") if line.startswith("flags")), [])
    return [unit for unit in known if unit in flags]


def run(command):
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr[-2000:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bench", required=True)
    p.add_argument("--peer", required=True)
    p.add_argument("--python", default=sys.executable)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--preset", default="small")
    p.add_argument("--batch", default="16")
    p.add_argument("--length", default="128")
    p.add_argument("--vocab", default="30522")
    p.add_argument("--dropout", default="0.1")
    p.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    p.add_argument("--threads", default="2")
    p.add_argument("--steps", default="6")
    p.add_argument("--peer-steps")
    p.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    p.add_argument("--peer-impl", default="tuned", choices=["tuned", "hf"])
    p.add_argument("--peer-eager", action="store_true", help="not compiled")
    p.add_argument("--out")
    a = p.parse_args()
    shared = ["--batch", a.batch, "--length", a.length, "--vocab", a.vocab, "--dropout", a.dropout, "--threads", a.threads]
    ours = [a.bench, "--preset", a.preset, "--precision", a.precision, "--device", a.device, "--steps", a.steps, "--json",
            *shared]
    peer = [a.python, a.peer, "--size", a.preset, "--dtype", a.precision, "--impl", a.peer_impl,
            "--device", a.device, "--steps", a.peer_steps or a.steps, "--warmup", "2", *shared]
    if not a.peer_eager:
        peer.append("--compile")
    if a.device == "cuda":
        ours += ["--warmup", "5"]  # its step is recorded in the third
    pairs = []
    for number in range(a.rounds):
        pair = {"libelectra": run(ours), "peer": run(peer)}
        pair["ratio"] = pair["libelectra"]["tokens_per_second"] / pair["peer"]["tokens_per_second"]
        pairs.append(pair)
        print(f"round {number + 1}: libelectra {pair['libelectra']['tokens_per_second']:.0f} tokens/s, "
              f"peer {pair['peer']['tokens_per_second']:.0f}, ratio {pair['ratio']:.2f}", flush=True)
    ratios = [pair["ratio"] for pair in pairs]
    summary = {"processor": processor(), "units": units(), "precision": a.precision, "threads": int(a.threads), "rounds": a.rounds,
               "ratio_median": statistics.median(ratios), "ratio_min": min(ratios), "ratio_max": max(ratios), "pairs": pairs}
    print(f"ratio: median {summary['ratio_median']:.2f}, min {min(ratios):.2f}, max {max(ratios):.2f}")
    if a.out:
        with open(a.out, "w") as file:
            json.dump(summary, file, indent=1)


if __name__ == "__main__":
    main()
