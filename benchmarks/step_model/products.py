"""How cuBLASLt may cut a product into tiles and split its depth: the cheapest by this model."""
import dataclasses
import math

from step_model import constants

WORKSPACE = 32 << 20  # bytes: src/kernels/cuda/matmul.cu
SPLITS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


@dataclasses.dataclass(frozen=True)
class Choice:
    seconds: float
    flops: float   # padded to whole tiles and waves
    rate: float    # share of the tensor rate
    split: int


def choose(gpu, extents, out_bytes, share):
    """Weight gradients (f32) and deep products may be split."""
    splits = SPLITS if out_bytes == 4 or extents[2] >= 4096 else (1,)
    choices = [priced(gpu, extents, tile, split, share) for tile in constants.TILES
               for split in splits if fits(extents, split)]
    return min(choices, key=lambda choice: choice.seconds)


def fits(extents, split):
    m, n, k = extents
    return split == 1 or (k / split >= constants.LEAST_SPLIT_DEPTH and
                          4 * split * m * n <= WORKSPACE)


def priced(gpu, extents, tile, split, share):
    m, n, k = extents
    rows, columns = math.ceil(m / tile[0]), math.ceil(n / tile[1])
    waves = rows * columns * split / gpu.sms
    flops = 2.0 * rows * tile[0] * columns * tile[1] * k * math.ceil(waves) / waves
    depth = k / split
    rate = (constants.PRODUCT_SHARE * share * constants.TILES[tile] *
            depth / (depth + constants.DEPTH_HALF))
    seconds = flops / (gpu.tensor * rate)
    if split > 1:
        seconds += constants.SPLIT_COST + 2.0 * split * m * n * 4 / gpu.l2_rate
    return Choice(seconds, flops, rate, split)
