"""A layer's launches forward and backward, in the order of src/layers; with --what-if, those of
designs that join some of them."""
from step_model import constants
from step_model.kernels import Kernels
from step_model.launches import CUBLAS, OWN


class Layers(Kernels):
    def __init__(self, sizes, gpu, batch, length, changes=()):
        super().__init__(gpu, batch, length, changes)
        self.embedding = sizes.embedding
        self.late = {}  # weight gradients put off to the end of a network: name -> extents

    # ---- products of a linear layer --------------------------------------------------------------
    def linear(self, name, rows, out, inner, x, weight, y, **more):
        self.product(name, (rows, out, inner), (x, 2 * rows * inner), (weight, 2 * out * inner), y,
                     **more)

    def input_gradient(self, name, rows, out, inner, dy, weight, dx, **more):
        self.product(f"{name} dX", (rows, inner, out), (dy, 2 * rows * out),
                     (weight, 2 * out * inner), dx, **more)

    def weight_gradient(self, name, rows, out, inner, dy, x, weight):
        self.product(f"{name} dW", (out, inner, rows), (dy, 2 * rows * out),
                     (x, 2 * rows * inner), f"{weight}.g", out_bytes=4, adds=True)

    def layer_weight_gradient(self, name, out, inner, dy, x, weight):
        if self.puts_off():
            self.late.setdefault(name, []).append((out, inner))
            return
        self.product(f"{name} dW", (out, inner, self.tokens), (dy, 2 * self.tokens * out),
                     (x, 2 * self.tokens * inner), f"{weight}.g", out_bytes=4,
                     adds=not self.on("first_overwrites"),
                     stream="side" if self.on("side_stream") else "main")

    def puts_off(self):
        return (self.on("batched_dw") or
                (self.on("batched_dw_generator") and self.group == "generator"))

    def joined(self, change, share=constants.OWN_PRODUCT_SHARE):
        """What a product is that has more in its epilogue, or is not."""
        return {"by": OWN, "share": share} if change else {"by": CUBLAS}

    # ---- a layer ---------------------------------------------------------------------------------
    def names(self, number):
        """Prefix of a layer's tensors, and its input."""
        letter = self.group[0]
        return f"{letter}{number}.", f"{letter}{number - 1}.y" if number else f"{letter}.x"

    def layer_forward(self, net, number):
        n, h = self.tokens, net.hidden
        t, x = self.names(number)
        self.linear("qkv", n, 3 * h, h, x, t + "wqkv", t + "qkv")
        self.attention_forward(net, t)
        self.sublayer_out("attention out", h, h, t + "mixed", t + "wo", x, t, "1")
        self.feed_forward(net, t)

    def sublayer_out(self, name, width, inner, x, weight, residual, t, which):
        """The last product of a sublayer, with dropout, residual and norm behind it."""
        n, size = self.tokens, 2 * self.tokens * width
        y = t + ("a" if which == "1" else "y")
        joined = self.on("norm_epilogue") and width <= 256
        extra = {"also_reads": [(residual, size)],
                 "also_writes": [(y, size), (f"{t}st{which}", 8 * n)]} if joined else {}
        self.linear(name, n, width, inner, x, weight, f"{t}s{which}", **self.joined(joined),
                    **extra)
        if not joined:
            self.norm_forward(width, f"{t}s{which}", residual, y, f"{t}st{which}")

    def feed_forward(self, net, t):
        n, h, f = self.tokens, net.hidden, net.inner
        if self.on("ffn_forward_fused") and h <= 256:
            return self.feed_forward_in_one(net, t)
        joined = self.on("gelu_epilogue")
        extra = {"also_writes": [(t + "act", 2 * n * f)],
                 "issue": self.gelu_forward_issue(n * f)} if joined else {}
        self.linear("ffn in", n, f, h, t + "a", t + "w1", t + "pre", **self.joined(joined), **extra)
        if not joined:
            self.gelu_forward(n, f, t + "pre", t + "act")
        self.sublayer_out("ffn out", h, f, t + "act", t + "w2", t + "a", t, "2")

    def feed_forward_in_one(self, net, t):
        """Its input and residual stay on the chip; what the backward needs is stored."""
        n, h, f = self.tokens, net.hidden, net.inner
        self.add("ffn fused (GELU, norm)", "product",
                 [(t + "a", 2 * n * h), (t + "w1", 2 * h * f), (t + "w2", 2 * h * f)],
                 [(t + "pre", 2 * n * f), (t + "s2", 2 * n * h), (t + "y", 2 * n * h),
                  (t + "st2", 8 * n)], flops=4.0 * n * h * f, rate=constants.BLOCK_SHARE,
                 issue=self.gelu_forward_issue(n * f))

    def layer_backward(self, net, number):
        n, h = self.tokens, net.hidden
        t, x = self.names(number)
        own = t if self.puts_off() else ""  # what waits for a batch has memory of its own
        dx = self.group[0] + ".dx"          # in place through all layers
        dfed, dff, dmixed, dqkv = (own + name for name in ("dfed", "dff", "dmixed", "dqkv"))
        self.norm_backward(h, dx, t + "s2", dx, dfed, t + "st2", t + "norm2")
        self.feed_forward_backward(net, t, dfed, dff, dx)
        if not own:
            self.forgotten = "dff"  # its addresses are taken by what follows
        self.norm_backward(h, dx, t + "s1", dx, dmixed, t + "st1", t + "norm1")
        self.layer_weight_gradient("attention out", h, h, dmixed, t + "mixed", t + "wo")
        self.input_gradient("attention out", n, h, h, dmixed, t + "wo", "dout")
        self.attention_backward(net, t, "dout", dqkv)
        self.bias_gradient(n, 3 * h, dqkv, t + "qkv bias")
        self.layer_weight_gradient("qkv", 3 * h, h, dqkv, x, t + "wqkv")
        self.input_gradient("qkv", n, 3 * h, h, dqkv, t + "wqkv", dx, adds=True)

    def feed_forward_backward(self, net, t, dfed, dff, dx):
        n, h, f = self.tokens, net.hidden, net.inner
        if self.on("ffn_forward_fused") and h <= 256:
            self.feed_forward_recomputed(net, t, dfed, dff)
        else:
            self.feed_forward_out_backward(net, t, dfed, dff)
        self.layer_weight_gradient("ffn in", f, h, dff, t + "a", t + "w1")
        self.input_gradient("ffn in", n, f, h, dff, t + "w1", dx, adds=True)

    def feed_forward_out_backward(self, net, t, dfed, dff):
        n, h, f = self.tokens, net.hidden, net.inner
        self.layer_weight_gradient("ffn out", h, f, dfed, t + "act", t + "w2")
        joined = self.on("gelu_epilogue")
        extra = {"also_reads": [(t + "pre", 2 * n * f)],
                 "issue": self.gelu_backward_issue(n * f)} if joined else {}
        self.input_gradient("ffn out", n, h, f, dfed, t + "w2", dff, **self.joined(joined),
                            **extra)
        if joined:
            self.partial_sums(256, (t + "ffn in bias", f))
        else:
            self.gelu_backward(n, f, dff, t + "pre", t + "ffn in bias")

    def feed_forward_recomputed(self, net, t, dfed, dff):
        """Where no activations were stored: one kernel makes them and the gradient of pre."""
        n, h, f = self.tokens, net.hidden, net.inner
        issue = self.gelu_backward_issue(n * f) + self.gelu_forward_issue(n * f)
        self.partial_sums(256, (t + "ffn in bias", f))
        self.input_gradient("ffn out", n, h, f, dfed, t + "w2", dff, by=OWN, issue=issue,
                            share=0.85, also_reads=[(t + "pre", 2 * n * f)],
                            also_writes=[("act", 2 * n * f)])
        self.layer_weight_gradient("ffn out", h, f, dfed, "act", t + "w2")

    def bias_gradient(self, rows, width, dy, target):
        if self.on("bgrad"):
            self.partial_sums(256, (target, width))
        else:
            self.column_sum(rows, width, dy, target)

    # ---- embeddings ------------------------------------------------------------------------------
    def embeddings_forward(self, net):
        letter, n, h, e = self.group[0], self.tokens, net.hidden, self.embedding
        projects = e != h
        y = f"{letter}.emb" if projects else f"{letter}.x"
        self.embedding_forward(e, y, f"{letter}.est")
        if projects:
            self.linear("embedding projection", n, h, e, y, "we", f"{letter}.x")

    def embeddings_backward(self, net):
        letter, n, h, e = self.group[0], self.tokens, net.hidden, self.embedding
        dy = f"{letter}.dx"
        if e != h:
            self.bias_gradient(n, h, dy, f"{letter} projection bias")
            self.weight_gradient("embedding projection", n, h, e, dy, f"{letter}.emb", "we")
            self.input_gradient("embedding projection", n, h, e, dy, "we", "demb")
            dy = "demb"
        self.embedding_backward(e, dy)
        self.embedding_scatter(e)
