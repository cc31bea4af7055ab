"""Designs that do not exist yet: what each would launch in place of what is launched today."""
import math

from step_model import constants
from step_model.launches import CUBLAS

CHANGES = {
    "pdl": "programmatic dependent launch for the library's own kernels",
    "gelu_ex2": "ex2.approx in GELU and its slope in place of the polynomial",
    "philox_keys": "Philox round keys from constant memory (18 instructions less a block)",
    "philox_7": "Philox 4x32-7",
    "merge_small": "learning_rate into finish_norm, fold_metrics into advance_step",
    "bgrad": "bias gradients by cuBLASLt's BGRADB with f32 D (if it exists beside split-K)",
    "one_uniform": "the sample from one uniform number a row in place of Gumbel bounds",
    "first_overwrites": "the first weight gradient overwrites: no zeroing, no reading",
    "batched_dw_generator": "the generator's weight gradients as 4 strided batches at its end",
    "batched_dw": "both networks' weight gradients as 4 + 4 strided batches",
    "autotune": "the fastest of cuBLASLt's proposals, chosen once and stored (7 % assumed)",
    "side_stream": "weight gradients on a branch of the graph",
    "overlap_networks": "generator's backward beside the discriminator's forward",
    "fused_generator": "the generator's encoder as one kernel forward and one backward",
    "gelu_epilogue": "own product with GELU or its slope in the epilogue (wgmma, TMA)",
    "norm_epilogue": "own product with dropout, residual and norm in the epilogue (width <= 256)",
    "ffn_forward_fused": "the whole feed-forward, GELU and norm in one kernel (width <= 256)",
    "block_kernels": "a layer of width 256 in one kernel forward, and all but dW backward",
    "cut_cross_entropy": "vocabulary product and cross-entropy in one, logits recomputed",
}
CHEAP = ["pdl", "gelu_ex2", "philox_keys", "merge_small", "one_uniform", "first_overwrites",
         "bgrad"]
FUSED = CHEAP + ["batched_dw", "fused_generator"]
STAGES = {"as it is": [],
          "1 cheap": CHEAP,
          "2 + batched dW": CHEAP + ["batched_dw"],
          "3 + networks overlap": CHEAP + ["batched_dw", "overlap_networks"],
          "4 or fused generator": FUSED,
          "5 + GELU epilogues": FUSED + ["gelu_epilogue"],
          "6 + norm epilogues": FUSED + ["gelu_epilogue", "norm_epilogue"],
          "7 or block kernels": FUSED + ["block_kernels"],
          "8 + vocabulary cut": FUSED + ["block_kernels", "cut_cross_entropy"]}


def blocks_apply(step, net):
    return (step.on("block_kernels") and step.group == "discriminator" and net.hidden == 256 and
            step.length <= 128)


def weights_of(net):
    return 4 * net.hidden ** 2 + 2 * net.hidden * net.inner


def block_forward(step, net, number):
    n, h, f = step.tokens, net.hidden, net.inner
    t, x = step.names(number)
    written = [(t + name, 2 * n * h) for name in ("mixed", "a", "s1", "s2", "y")]
    step.add("layer forward", "product", [(x, 2 * n * h), (t + "w", 2 * weights_of(net))],
             [(t + "qkv", 6 * n * h), (t + "pre", 2 * n * f), *written,
              (t + "lse", 4 * n * net.heads)],
             flops=2.0 * n * weights_of(net) + 4.0 * n * step.length * h,
             rate=constants.BLOCK_SHARE, issue=step.gelu_forward_issue(n * f))


def block_backward(step, net, number):
    n, h, f = step.tokens, net.hidden, net.inner
    t, x = step.names(number)
    dx = (step.group[0] + ".dx", 2 * n * h)
    step.partial_sums(128, *((f"{t}{i}", width)
                             for i, width in enumerate((h, h, h, f, h, h, h, 3 * h))))
    step.add("layer backward", "product",
             [dx, (t + "w", 2 * weights_of(net)), (t + "qkv", 6 * n * h), (t + "mixed", 2 * n * h),
              (t + "pre", 2 * n * f), (t + "s1", 2 * n * h), (t + "s2", 2 * n * h)],
             [dx, (t + "dqkv", 6 * n * h), (t + "dff", 2 * n * f), (t + "dfed", 2 * n * h),
              (t + "dmixed", 2 * n * h), (t + "act", 2 * n * f),
              ("partials", 128 * 4 * (9 * h + f))],
             flops=2.0 * n * weights_of(net) + 10.0 * n * step.length * h,
             rate=constants.BLOCK_SHARE,
             issue=step.gelu_backward_issue(n * f) + step.gelu_forward_issue(n * f))
    for name, out, inner, dy, source in (("ffn out", h, f, "dfed", t + "act"),
                                         ("ffn in", f, h, "dff", t + "a"),
                                         ("attention out", h, h, "dmixed", t + "mixed"),
                                         ("qkv", 3 * h, h, "dqkv", x)):
        step.layer_weight_gradient(name, out, inner, t + dy, source, t + name)


def generator_in_one_applies(step, net):
    return step.on("fused_generator") and net.hidden == 64 and step.length <= 128


def generator_forward_in_one(step, net):
    """A block for each sequence walks through all layers; weights stream from L2."""
    n, h, f, layers = step.tokens, net.hidden, net.inner, net.layers
    attention = 4.0 * n * step.length * h
    start, tile = constants.ATTENTION_FORWARD
    issue = n * h / 256 * 448 * 2 + n * f / 32 * 20 + 4 * 2 * step.batch * (start + 2 * tile)
    step.add("generator encoder, all layers, forward", "attention",
             [("g.x", 2 * n * h), ("gw", layers * 2 * weights_of(net))],
             [("g.layers", layers * 2 * n * h), ("g.y", 2 * n * h)],
             flops=layers * (2.0 * n * weights_of(net) + attention),
             rate=constants.MMA_SYNC_SHARE * 0.40, issue=layers * issue)


def generator_backward_in_one(step, net):
    """Recomputes a layer from its stored input; each block leaves its share of the weight gradients
    in L2-sized pieces, and a second kernel sums them in a fixed order."""
    n, h, f, layers = step.tokens, net.hidden, net.inner, net.layers
    attention, blocks = 4.0 * n * step.length * h, min(step.batch, step.gpu.sms)
    weights = layers * weights_of(net) * 4
    start, tile = constants.ATTENTION_FORWARD
    issue = (n * h / 256 * (448 + 308) * 2 + n * f / 32 * 55 + step.batch * 8 * 4300 +
             4 * 2 * step.batch * (start + 2 * tile))
    step.add("generator encoder, all layers, backward", "attention",
             [("g.layers", layers * 2 * n * h), ("g.dx", 2 * n * h)],
             [("g.dw partial", weights * blocks), ("g.dx", 2 * n * h)],
             flops=layers * (3 * 2.0 * n * weights_of(net) + 3.5 * attention),
             rate=constants.MMA_SYNC_SHARE * 0.40, issue=layers * issue)
    step.add("generator dW, fixed-order sum", "columns", [("g.dw partial", weights * blocks)],
             [("g.grad", weights)])


def batched_weight_gradients(step):
    """What was put off, each shape as one strided batch over the layers: enough tiles for the whole
    GPU without splitting k, but activations and gradients come from HBM."""
    for name, shapes in step.late.items():
        batch(step, name, *shapes[0], len(shapes))
    step.late = {}


def batch(step, name, out, inner, count):
    seconds, flops, rate, split = cheapest_batch(step, out, inner, count)
    size = 4.0 * out * inner * count
    result = (f"{step.group}.{name}.g", size)
    target = ("workspace", split * size) if split > 1 else result
    step.add(f"{name} dW, {count} layers", "product",
             [("late", 2.0 * step.tokens * (out + inner) * count)], [target], flops=flops,
             rate=rate, kernel="matmul", by=CUBLAS)
    if split > 1:
        step.also(f"{name} dW sum", "elementwise", [target], [result], by=CUBLAS)


def cheapest_batch(step, out, inner, count):
    """(seconds, padded FLOP, share of the rate, split)."""
    found = []
    for tile in ((128, 256), (128, 128), (128, 64), (64, 64)):
        tiles = math.ceil(out / tile[0]) * math.ceil(inner / tile[1]) * count
        rate = constants.PRODUCT_SHARE * constants.TILES[tile]
        for split in (1, 2, 3, 4, 6, 8):
            waves = tiles * split / step.gpu.sms
            flops = 2.0 * tiles * tile[0] * tile[1] * step.tokens * math.ceil(waves) / waves
            seconds = flops / (step.gpu.tensor * rate)
            if split > 1:
                seconds += (constants.SPLIT_COST +
                            2.0 * split * out * inner * count * 4 / step.gpu.l2_rate)
            found.append((seconds, flops, rate, split))
    return min(found)


def cut_cross_entropy(step, rows, vocabulary):
    """Logits are never written: one pass for the sums and the sample, one for both gradients."""
    e, work = step.embedding, rows * vocabulary / 8 / 32
    gumbel, uniform, gradients = constants.CUT_CROSS_ENTROPY
    reads = [("m.y", 2 * rows * e), ("word", 2 * vocabulary * e)]
    step.add("vocabulary product, sums and sample", "product", reads, [("loss", 16 * rows)],
             flops=2.0 * rows * vocabulary * e, rate=0.45,
             issue=work * (uniform if step.on("one_uniform") else gumbel))
    step.add("vocabulary gradients, recomputed", "product", reads,
             [("dword", 4 * vocabulary * e), ("m.dy", 2 * rows * e)],
             flops=3 * 2.0 * rows * vocabulary * e, rate=0.45, issue=work * gradients)
