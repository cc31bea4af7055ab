"""What each of the library's own kernels reads, writes and computes: src/kernels/cuda, in bf16."""
import math

from step_model import constants
from step_model.column_sums import MOST_PARTIALS, parts_of_rows, parts_of_strips
from step_model.launches import Launches

F32, BF16, I32 = 4, 2, 4  # bytes


def row_issue(counted, rows, width):
    """Warp instructions of a kernel that has a row in a warp, or several where rows are narrow."""
    one_row, further = counted
    instructions = one_row + max(0, width - 256) / 512 * further
    return rows / max(1, 256 // width) * instructions


class Kernels(Launches):
    def __init__(self, gpu, batch, length, changes=()):
        super().__init__(gpu, changes)
        self.batch, self.length = batch, length
        self.tokens = batch * length

    def philox_saving(self, keys=constants.PHILOX_KEYS):
        """Instructions that a block of random numbers loses."""
        return ((keys if self.on("philox_keys") else 0) +
                (constants.PHILOX_7 if self.on("philox_7") else 0))

    # ---- GELU ------------------------------------------------------------------------------------
    def gelu_forward_issue(self, elements):
        ex2 = self.on("gelu_ex2")
        return elements / 32 * (constants.GELU_FORWARD_EX2 if ex2 else constants.GELU_FORWARD)

    def gelu_backward_issue(self, elements):
        ex2 = self.on("gelu_ex2")
        return elements / 32 * (constants.GELU_BACKWARD_EX2 if ex2 else constants.GELU_BACKWARD)

    def gelu_forward(self, rows, width, x, y):
        size = BF16 * rows * width
        self.add("bias_gelu_forward", "elementwise", [(x, size)], [(y, size)],
                 issue=self.gelu_forward_issue(rows * width))

    def gelu_backward(self, rows, width, dy, x, bias):
        """In place."""
        size, parts = BF16 * rows * width, parts_of_strips(rows, width)
        self.partial_sums(parts, (bias, width))
        self.add("bias_gelu_backward", "elementwise", [(dy, size), (x, size)],
                 [(dy, size), ("partials", F32 * parts * width)],
                 issue=self.gelu_backward_issue(rows * width))

    # ---- rows ------------------------------------------------------------------------------------
    def norm_forward(self, width, x, residual, y, statistics):
        """Dropout, residual and norm."""
        n, size = self.tokens, BF16 * self.tokens * width
        issue = (row_issue(constants.NORM_FORWARD, n, width) -
                 n * width / 8 / 32 * self.philox_saving())
        self.add("dropout_residual_norm_forward", "norm_forward", [(x, size), (residual, size)],
                 [(x, size), (y, size), (statistics, 8 * n)], issue=issue)

    def norm_backward(self, width, dy, x, dresidual, dx, statistics, targets):
        """Of dropout, residual and norm; `targets` names what its three column sums go to."""
        n, size = self.tokens, BF16 * self.tokens * width
        parts = parts_of_rows(n, width)
        issue = (row_issue(constants.NORM_BACKWARD, n, width) + constants.NORM_BACKWARD_END -
                 n * width / 8 / 32 * self.philox_saving())
        self.partial_sums(parts, *((f"{targets}.{part}", width)
                                   for part in ("gain", "beta", "bias")))
        self.add("dropout_residual_norm_backward", "norm_backward",
                 [(dy, size), (x, size), (statistics, 8 * n)],
                 [(dresidual, size), (dx, size), ("partials", F32 * parts * 3 * width)],
                 issue=issue, floor=3.0e-6)

    def column_sum(self, rows, width, x, target, name="column_sum"):
        parts = parts_of_strips(rows, width)
        self.partial_sums(parts, (target, width))
        self.add(name, "columns", [(x, BF16 * rows * width)], [("partials", F32 * parts * width)],
                 kernel="column_sum", symbol="column_sum",
                 issue=rows * width / 8 / 32 * constants.COLUMN_SUM)

    # ---- attention -------------------------------------------------------------------------------
    def attention_forward(self, net, layer):
        n, h = self.tokens, net.hidden
        tiles = math.ceil(self.length / 64)
        warps = 4 * tiles * net.heads * self.batch
        start, tile = constants.ATTENTION_FORWARD
        self.add("attention_forward", "attention", [(f"{layer}qkv", 6 * n * h)],
                 [(f"{layer}mixed", 2 * n * h), (f"{layer}lse", 4 * n * net.heads)],
                 flops=4.0 * n * self.length * h, rate=constants.ATTENTION_MMA_SHARE,
                 issue=warps * (start + tiles * (tile - 4 * self.philox_saving())), floor=3.5e-6)

    def attention_backward(self, net, layer, dout, dqkv):
        n, h = self.tokens, net.hidden
        reads = [(dout, 2 * n * h), (f"{layer}qkv", 6 * n * h), (f"{layer}mixed", 2 * n * h),
                 (f"{layer}lse", 4 * n * net.heads)]
        if self.length <= 128:
            self._attention_at_once(net, reads, (dqkv, 6 * n * h))
        else:
            self._attention_in_two_passes(net, reads, (dqkv, 6 * n * h))

    def _attention_at_once(self, net, reads, dqkv):
        start, step = constants.ATTENTION_ONE_PASS
        warps = 8 * net.heads * self.batch
        issue = start + step * math.ceil(self.length / 32) - 8 * self.philox_saving(keys=0)
        self.add("attention_backward_one_pass", "attention", reads[:2] + reads[3:], [dqkv],
                 kernel="attention_backward", flops=10.0 * self.tokens * self.length * net.hidden,
                 rate=constants.ATTENTION_MMA_SHARE, issue=warps * issue, floor=8e-6)

    def _attention_in_two_passes(self, net, reads, dqkv):
        statistics = ("statistics", 8 * self.tokens * net.heads)
        start, step = constants.ATTENTION_TWO_PASS
        steps, tiles = math.ceil(self.length / 32), math.ceil(self.length / 64)
        random = 4 * (constants.PHILOX - self.philox_saving())
        warps = 4 * tiles * net.heads * self.batch
        self.add("attention_statistics", "columns", reads[:1] + reads[2:], [statistics],
                 kernel="attention_backward")
        # Seven products where the one pass has five.
        self.also("attention_backward", "attention", reads + [statistics], [dqkv],
                  flops=14.0 * self.tokens * self.length * net.hidden,
                  rate=constants.ATTENTION_MMA_SHARE,
                  issue=warps * (start + steps * (step + random)))

    # ---- embeddings ------------------------------------------------------------------------------
    def embedding_forward(self, width, y, statistics):
        n = self.tokens
        self.add("embedding_forward", "gather", [("ids", 8 * n), ("word", 2 * n * width)],
                 [(y, 2 * n * width), (statistics, 8 * n)],
                 issue=n * width / 256 * constants.EMBEDDING_FORWARD)

    def embedding_backward(self, width, dy):
        n, parts = self.tokens, parts_of_rows(self.tokens, width)
        targets = ("shared norm gain", "shared norm bias")
        self.about_to_use(*targets)  # of the other network
        self.partial_sums(parts, *((target, width) for target in targets))
        self.add("embedding_backward", "norm_backward",
                 [(dy, 2 * n * width), ("word", 2 * n * width), ("ids", 8 * n)],
                 [("demb", 2 * n * width), ("partials", F32 * parts * 2 * width)],
                 issue=n * width / 256 * constants.EMBEDDING_BACKWARD, floor=3e-6)

    def embedding_scatter(self, width):
        types = ("shared type 0", "shared type 1")
        self.about_to_use(*types)
        self._scatter_words(width)
        self.partial_sums(min(self.length, MOST_PARTIALS), *((target, width) for target in types),
                          of_next_call=False)
        self.also("sum_examples", "columns", [("demb", 2 * self.tokens * width)],
                  [("partials", self.length * 2 * width * F32)], floor=2.5e-6)

    def _scatter_words(self, width):
        n = self.tokens
        edges = ("edges", 4 * 2 * n / 16 * width)
        self.add("sort_blocks", "tiny", [("ids", 4 * n)], [("keys", 8 * n)], floor=6e-6,
                 kernel="embedding_scatter")
        run = 2048
        while run < n:
            self.also("merge_runs", "tiny", [("keys", 8 * n)], [("keys2", 8 * n)], floor=3e-6)
            run *= 8
        self.also("sum_pieces", "gather",
                  [("demb", 2 * n * width), ("keys2", 8 * n), ("dword", 4 * n * width)],
                  [("dword", 4 * n * width), edges], floor=3e-6)
        self.also("join_pieces", "tiny", [edges], [("dword", 4 * n / 16 * width)], floor=2.5e-6)
