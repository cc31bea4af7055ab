"""All launches of one step, in the order of src/train and src/models."""
from step_model import constants, sizes, what_if
from step_model.column_sums import parts_of_rows, parts_of_strips
from step_model.layers import Layers
from step_model.launches import COPY
from step_model.price import price


class Step(Layers):
    """One step of a preset, priced: `launches` and `calls`."""

    def __init__(self, preset, batch, length, gpu, changes=(), vocabulary=sizes.VOCABULARY):
        self.sizes = sizes.PRESETS[preset]
        super().__init__(self.sizes, gpu, batch, length, changes)
        self.vocabulary = sizes.padded_vocabulary(vocabulary)
        self.rows = batch * sizes.max_predictions(0.15, length)
        self.parameters = sizes.parameter_count(self.sizes, self.vocabulary)
        self._pretraining()
        price(self.launches, gpu, self.changes)

    def _pretraining(self):
        self._begin()
        self._generator_forward()
        self._mlm_forward()
        self._mlm_backward()
        first = len(self.launches)
        self._encoder_backward(self.sizes.generator)
        self.generator_backward = slice(first, len(self.launches))
        first = len(self.launches)
        self._encoder_forward(self.sizes.discriminator)
        self.discriminator_forward = slice(first, len(self.launches))
        self._replaced_token_head()
        self._encoder_backward(self.sizes.discriminator)
        self._optimizer()

    def _begin(self):
        n = self.tokens
        self.group = "input"
        self.copy("upload scalars", "tiny", [("scalars", 768)])
        self.copy("upload examples", "tiny", [("ids", 16 * n)], floor=4e-6)
        self.group = "optimizer"
        zeroed = [("gradients", 4 * self.parameters)]
        if self.on("first_overwrites"):
            zeroed = [("dword", 4 * self.vocabulary * self.embedding)]
        self.copy("zero gradients", "elementwise", zeroed)
        self.group = "masking"
        self.add("mask_examples", "tiny", [("ids", 4 * n)], [("mids", 4 * n)], floor=3.5e-6,
                 kernel="mask_tokens")
        self.also("list_positions", "tiny", [("mids", 4 * n)], [("pos", 8 * self.rows)], floor=2e-6)

    # ---- encoders --------------------------------------------------------------------------------
    def _generator_forward(self):
        generator = self.sizes.generator
        if not what_if.generator_in_one_applies(self, generator):
            return self._encoder_forward(generator)
        self.group = "generator"
        self.embeddings_forward(generator)
        what_if.generator_forward_in_one(self, generator)

    def _encoder_forward(self, net):
        self.group = net.name
        self.embeddings_forward(net)
        blocks = what_if.blocks_apply(self, net)
        for number in range(net.layers):
            if blocks:
                what_if.block_forward(self, net, number)
            else:
                self.layer_forward(net, number)

    def _encoder_backward(self, net):
        self.group = net.name
        if net.name == "generator" and what_if.generator_in_one_applies(self, net):
            what_if.generator_backward_in_one(self, net)
        else:
            self._layers_backward(net)
        self.embeddings_backward(net)

    def _layers_backward(self, net):
        blocks = what_if.blocks_apply(self, net)
        for number in reversed(range(net.layers)):
            if blocks:
                what_if.block_backward(self, net, number)
            else:
                self.layer_backward(net, number)
        what_if.batched_weight_gradients(self)

    # ---- heads -----------------------------------------------------------------------------------
    def _mlm_forward(self):
        r, e, h, n = self.rows, self.embedding, self.sizes.generator.hidden, self.tokens
        self.group = "mlm head"
        last = f"g{self.sizes.generator.layers - 1}.y"
        self.add("gather_rows", "gather", [(last, 2 * r * h)], [("gathered", 2 * r * h)])
        self.linear("mlm dense", r, e, h, "gathered", "wd", "m.pre")
        self.gelu_forward(r, e, "m.pre", "m.act")
        self.add("layer_norm_forward", "norm_forward", [("m.act", 2 * r * e)], [("m.y", 2 * r * e)])
        if self.on("cut_cross_entropy"):
            what_if.cut_cross_entropy(self, r, self.vocabulary)
        else:
            self._vocabulary_forward()
        self.group = "masking"
        self.add("replace_tokens", "tiny", [("ids", 4 * n)], [("cids", 8 * n)], floor=2.5e-6)
        self.add("count_masked", "tiny", [("loss", 16 * r)], [("metrics", 64)], floor=4e-6)

    def _vocabulary_forward(self):
        r, v, e = self.rows, self.vocabulary, self.embedding
        self.linear("vocabulary product", r, v, e, "m.y", "word", "logits")
        scan = constants.CROSS_ENTROPY_SCAN
        scan -= 2 * self.philox_saving(constants.PHILOX_KEYS_CROSS_ENTROPY)
        if self.on("one_uniform"):
            scan = constants.CROSS_ENTROPY_ONE_UNIFORM
        logits = ("logits", 2 * r * v)
        self.add("vocabulary_cross_entropy", "softmax", [logits], [logits],
                 issue=r * v / 8 / 32 * (scan + constants.CROSS_ENTROPY_SECOND))

    def _mlm_backward(self):
        r, e, h = self.rows, self.embedding, self.sizes.generator.hidden
        self.group = "mlm head"
        if not self.on("cut_cross_entropy"):
            self._vocabulary_backward()
        self.partial_sums(parts_of_rows(r, e), ("mlm norm gain", e), ("mlm norm bias", e))
        self.add("layer_norm_backward", "norm_backward",
                 [("m.dy", 2 * r * e), ("m.act", 2 * r * e)], [("m.dy", 2 * r * e)], floor=3e-6)
        self.gelu_backward(r, e, "m.dy", "m.pre", "mlm dense bias")
        self.weight_gradient("mlm dense", r, e, h, "m.dy", "gathered", "wd")
        self.input_gradient("mlm dense", r, e, h, "m.dy", "wd", "dgathered")
        self.copy("zero dhidden", "elementwise", [("g.dx", 2 * self.tokens * h)])
        self.add("scatter_rows", "gather", [("dgathered", 2 * r * h)], [("g.dx", 2 * r * h)])

    def _vocabulary_backward(self):
        r, v, e = self.rows, self.vocabulary, self.embedding
        if self.on("bgrad"):
            self.partial_sums(parts_of_strips(r, v), ("vocabulary bias", v))
        else:
            self.column_sum(r, v, "logits", "vocabulary bias", name="column_sum (vocabulary)")
        self.product("vocabulary dW", (v, e, r), ("logits", 2 * r * v), ("m.y", 2 * r * e), "dword",
                     out_bytes=4, adds=True)
        self.input_gradient("vocabulary", r, v, e, "logits", "word", "m.dy")

    def _replaced_token_head(self):
        n, h = self.tokens, self.sizes.discriminator.hidden
        last = f"d{self.sizes.discriminator.layers - 1}.y"
        self.group = "rtd head"
        self.linear("rtd dense", n, h, h, last, "wr", "r.pre")
        self.gelu_forward(n, h, "r.pre", "r.act")
        self.add("score_forward", "norm_forward", [("r.act", 2 * n * h)], [("score", 4 * n)])
        self.add("replaced_token_loss", "tiny", [("score", 4 * n), ("cids", 4 * n)],
                 [("dscore", 8 * n)])
        self.partial_sums(min(256, -(-n // 256)), ("discriminator loss", 1))
        self.add("count_replaced", "tiny", [("dscore", 8 * n)], [("metrics", 8192)], floor=3e-6)
        self.partial_sums(parts_of_rows(n, h), ("score weight", h), ("score bias", 1))
        self.add("score_backward", "norm_backward", [("r.act", 2 * n * h), ("dscore", 4 * n)],
                 [("r.d", 2 * n * h)], floor=3e-6)
        self.gelu_backward(n, h, "r.d", "r.pre", "rtd dense bias")
        self.weight_gradient("rtd dense", n, h, h, "r.d", last, "wr")
        self.input_gradient("rtd dense", n, h, h, "r.d", "wr", "d.dx")

    # ---- the optimizer ---------------------------------------------------------------------------
    def _optimizer(self):
        p = self.parameters
        self.group = "optimizer"
        self.finish_sums()  # the gradient is looked at
        self.add("sum_of_squares", "elementwise", [("gradients", 4 * p)], [("parts", 4096)],
                 issue=p / 4 / 32 * constants.SUM_OF_SQUARES, kernel="gradient_norm")
        self.also("finish_norm", "tiny", [("parts", 4096)], [("scale", 12)], floor=1.5e-6)
        if not self.on("merge_small"):
            self.add("learning_rate", "tiny", [("step", 4)], [("rate", 4)], floor=1.5e-6)
        state = [(name, 4 * p) for name in ("master", "m", "v")]
        self.add("adamw", "adamw", [("gradients", 4 * p), *state], [*state, ("values", 2 * p)],
                 issue=p / 4 / 32 * constants.ADAMW)
        if not self.on("merge_small"):
            self.add("fold_metrics", "tiny", [("metrics", 8192)], [("running", 8192)])
        self.add("advance_step", "tiny", [("finite", 4)], [("step", 16)])
        self.group = "input"
        self.copy("read back the skip counter", "tiny", [], floor=3e-6)

    # ---- totals ----------------------------------------------------------------------------------
    @property
    def kernels(self):
        return [launch for launch in self.launches if launch.by != COPY]

    def seconds(self):
        return (sum(launch.seconds for launch in self.launches) - self._hidden_by_side_stream() -
                self._hidden_by_overlap())

    def _hidden_by_side_stream(self):
        """A branch hides its fixed costs, not its bytes or FLOP, and not where the main one fills
        the GPU."""
        side = [launch for launch in self.launches if launch.stream == "side"]
        fixed = sum(self.gpu.gap + (constants.PRODUCT_FILL if launch.kind == "product" else 0)
                    for launch in side)
        return constants.SIDE_STREAM_SHARE * fixed

    def _hidden_by_overlap(self):
        """Gaps and latencies of the generator's backward, behind the discriminator's work."""
        if not self.on("overlap_networks"):
            return 0
        backward = self.launches[self.generator_backward]
        idle = sum(launch.seconds - launch.busy for launch in backward)
        forward = sum(launch.seconds for launch in self.launches[self.discriminator_forward])
        return constants.OVERLAP_SHARE * min(idle, forward)
