"""What the model assumes of the hardware and of compiled kernels: correct it here, nowhere else.

Each number says where it is from:
    published  the vendor's figure, or what others report of these cards
    counted    in the machine code that nvcc 13.0.88 makes for sm_90
    assumed    an estimate, to be replaced by what a card says
    measured   on a card (none yet)
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Gpu:
    name: str
    copy: float            # published: bytes/s, read plus written, of a large copy
    l2_bytes: float        # assumed: what a working set may have and still hit, of 60 and 50 MB
    tensor: float = 790e12   # published: FLOP/s of large products in bf16
    l2_rate: float = 5.5e12  # published: bytes/s
    sms: int = 132           # published
    clock: float = 1.755e9   # published: Hz, under load
    gap: float = 1.6e-6      # assumed: from the end of a graph's node to useful work of the next
    least: float = 2.5e-6    # assumed: no node is shorter, gap included

    @property
    def issue(self):
        """Warp instructions a second, one a cycle and scheduler."""
        return self.sms * 4 * self.clock


GPUS = {"h200": Gpu("H200", 4.3e12, 38e6), "h100": Gpu("H100", 3.0e12, 32e6)}

# Assumed: the share of the copy rate that kernels of a kind reach while they stream.
COPY_SHARE = {"elementwise": 0.90, "norm_forward": 0.88, "norm_backward": 0.72, "columns": 0.85,
              "attention": 0.80, "product": 0.85, "gather": 0.60, "adamw": 0.92, "softmax": 0.88,
              "tiny": 0.5}
# Assumed, by the warps that fit: the share of the issue rate.
ISSUE_SHARE = {"attention": 0.70, "norm_backward": 0.60, "softmax": 0.80}
ISSUE_SHARE_OF_OTHERS = 0.75

# Assumed of products.
PRODUCT_FILL = 1.5e-6     # seconds: prologue and last epilogue
PRODUCT_SHARE = 0.80      # of the tensor rate, before depth and tile count
OWN_PRODUCT_SHARE = 0.9   # of that, for a product of our own with more in its epilogue
DEPTH_HALF = 64           # a product of depth k reaches k / (k + this)
SPLIT_COST = 3.0e-6       # seconds that splitting k costs beside its traffic
LEAST_SPLIT_DEPTH = 256
MMA_SYNC_SHARE = 0.60     # mma.sync beside wgmma
ATTENTION_MMA_SHARE = MMA_SYNC_SHARE * 0.8
BLOCK_SHARE = 0.55        # of the tensor rate, for a whole layer in one kernel
AUTOTUNE_GAIN = 0.07      # by the fastest of cuBLASLt's proposals in place of the first

# Assumed: what a tile (rows, columns) of a product reaches.
TILES = {(128, 256): 1.0, (256, 128): 1.0, (128, 128): 0.92, (64, 256): 0.90, (128, 64): 0.75,
         (64, 128): 0.75, (64, 64): 0.55}

# Assumed of designs that do not exist.
EARLY_LAUNCH = 0.7e-6       # of a gap, that programmatic dependent launch hides
SIDE_STREAM_SHARE = 0.6     # of a branch's fixed costs, that it hides
OVERLAP_SHARE = 0.8         # of the shorter branch's gaps and latencies

# Counted: warp instructions.
PHILOX = 58                       # a block of eight random numbers
PHILOX_7 = 17                     # fewer with seven rounds
PHILOX_KEYS = 18                  # of them for round keys, in norms and attention's forward
PHILOX_KEYS_CROSS_ENTROPY = 38    # with the integer pipe's cycles that go with them
NORM_FORWARD = (448, 656)         # a row of 256; each 512 columns more
NORM_BACKWARD = (308, 516)
NORM_BACKWARD_END = 2048 * 700    # the blocks' sums, all together
ATTENTION_FORWARD = (705, 919)    # a warp; for each 64 keys
ATTENTION_ONE_PASS = (1860, 610)  # a warp; for each 32 keys
ATTENTION_TWO_PASS = (1200, 860)
GELU_FORWARD, GELU_BACKWARD = 30.5, 38.8          # for each 32 elements; of an element
GELU_FORWARD_EX2, GELU_BACKWARD_EX2 = 20.3, 30.3  # with ex2.approx.ftz
CROSS_ENTROPY_SCAN = 314    # eight logits a lane: 157 on the integer pipe, two cycles each
CROSS_ENTROPY_SECOND = 90   # the gradient
# Assumed: warp instructions.
CROSS_ENTROPY_ONE_UNIFORM = 140
CUT_CROSS_ENTROPY = (314, 150, 80)  # sampling by Gumbel bounds, by one number, the gradients
COLUMN_SUM = 30             # eight elements a lane
EMBEDDING_FORWARD, EMBEDDING_BACKWARD = 420, 330  # 256 elements
SUM_OF_SQUARES, ADAMW = 30, 230                   # four elements a lane
