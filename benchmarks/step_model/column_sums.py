"""Sums over rows that wait to be finished together: src/kernels/cuda/column_sums.cu."""
import math

MOST_SUMS = 32            # of one kernel
CAPACITY = 1 << 22        # floats; no preset asks for more at once, so it never grows
MOST_PARTIALS = 256


class PendingSums:
    def __init__(self):
        self.sums = []    # (target, width, parts)
        self.used = 0     # floats

    def has_room(self, parts, targets):
        floats = parts * sum(width for _, width in targets)
        return self.used + floats <= CAPACITY and len(self.sums) + len(targets) <= MOST_SUMS

    def add(self, parts, targets):
        self.used += (parts * sum(width for _, width in targets) + 63) // 64 * 64
        self.sums += [(target, width, parts) for target, width in targets]

    def reaches(self, targets):
        return any(target in targets for target, _, _ in self.sums)

    def take(self):
        """Bytes of the partial sums and of the sums; none are pending then."""
        partials = sum(4.0 * width * parts for _, width, parts in self.sums)
        sums = sum(4.0 * width for _, width, _ in self.sums)
        self.sums, self.used = [], 0
        return partials, sums


def parts_of_rows(rows, width):
    """summing_blocks of row_sums.cuh: kernels that have a row in a warp, or several."""
    rows_per_warp = max(1, 256 // width)
    warps = 8 if width <= 256 else 4
    return min(MOST_PARTIALS, math.ceil(rows / (2 * rows_per_warp * warps)))


def parts_of_strips(rows, width):
    """parts_of of column_strips.cuh, in bf16: GELU's backward and column_sum."""
    vectors = 1
    while vectors < 32 and 8 * vectors < width:
        vectors *= 2
    strips = math.ceil(width / (8 * vectors))
    return min(MOST_PARTIALS, math.ceil(rows / 64), max(1024 // strips, 128))
