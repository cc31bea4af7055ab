"""The launches of a step in their order, and the calls of Context::run that cause them."""
import dataclasses

from step_model import products
from step_model.column_sums import PendingSums

OWN, CUBLAS, COPY = "own", "cublas", "copy"  # who makes the launch; a copy or fill is no kernel
PRODUCT, SPLIT_SUM = "product", "split-K sum"  # what cuBLASLt's kernels do, whatever their names


@dataclasses.dataclass
class Launch:
    name: str           # for people: "ffn in dW"
    group: str          # the part of the model
    kind: str           # what COPY_SHARE is asked for
    reads: list         # (tensor, bytes)
    writes: list
    kernel: str = ""    # the contract's name; empty where no call of Context::run is to blame
    symbol: str = ""    # the CUDA function, or what cuBLASLt's does
    call: int | None = None  # within which call it is made
    by: str = OWN
    flops: float = 0    # on tensor cores, padded to tiles and waves
    rate: float = 1.0   # share of the tensor rate
    issue: float = 0    # warp instructions
    floor: float = 0    # seconds: chains of latency, no shorter than this
    stream: str = "main"
    extents: tuple = ()       # (m, n, k) of a product
    forgets: str = ""         # a tensor whose addresses are taken by what this launch writes
    # What price.py finds:
    seconds: float = 0        # with the gap before it
    gap: float = 0
    memory: float = 0         # seconds of each resource
    tensor: float = 0
    issuing: float = 0
    hbm_bytes: float = 0
    all_bytes: float = 0

    @property
    def kernel_seconds(self):
        """What a profiler sees of it."""
        return self.seconds - self.gap

    @property
    def busy(self):
        return max(self.memory, self.tensor, self.issuing)


class Launches:
    """Collects them. `changes` are names of what_if.CHANGES."""

    def __init__(self, gpu, changes=()):
        self.gpu, self.changes = gpu, frozenset(changes)
        self.launches = []
        self.calls = []        # the contract's names, in order
        self.group = ""
        self.forgotten = ""    # by the next launch
        self.pending = PendingSums()

    def on(self, change):
        return change in self.changes

    def add(self, name, kind, reads, writes, **more):
        """A launch that is a call of its own; `kernel` and `symbol` are its name if not given."""
        self.calls.append(more.pop("kernel", name))
        return self.also(name, kind, reads, writes, **more)

    def also(self, name, kind, reads, writes, **more):
        """One more launch of the call that was added last."""
        self._append(name, kind, reads, writes, kernel=self.calls[-1], call=len(self.calls) - 1,
                     **{"symbol": name} | more)

    def copy(self, name, kind, writes, floor=0.0):
        """A copy or fill: a node of a graph, but no kernel."""
        self._append(name, kind, [], writes, by=COPY, floor=floor)

    def _append(self, name, kind, reads, writes, **more):
        launch = Launch(name, more.pop("group", self.group), kind, list(reads), list(writes),
                        **more)
        launch.forgets, self.forgotten = self.forgotten, ""
        self.launches.append(launch)

    def product(self, name, extents, a, b, c, out_bytes=2, adds=False, share=1.0, also_reads=(),
                also_writes=(), by=CUBLAS, issue=0.0, stream="main"):
        """c[m, n] (+)= a[m, k] b[k, n] as `extents` (m, n, k) say; a and b are (tensor, bytes).
        One that splits k leaves partial products, and a second kernel adds them up."""
        choice = products.choose(self.gpu, extents, out_bytes, share)
        m, n, _ = extents
        result = (c, m * n * out_bytes)
        old = [result] if adds else []
        target = [result]
        if choice.split > 1:
            target = [("workspace", 4.0 * choice.split * m * n)]
        reads = [a, b, *also_reads] + (old if choice.split == 1 else [])
        self.add(name, "product", reads, target + list(also_writes), kernel="matmul", by=by,
                 symbol=PRODUCT, flops=choice.flops, rate=choice.rate, issue=issue, stream=stream,
                 extents=extents)
        if choice.split > 1:
            self.also(f"{name} (split-K sum)", "elementwise", target + old, [result], by=by,
                      symbol=SPLIT_SUM, stream=stream)

    # ---- column sums that are finished late: src/kernels/cuda/column_sums.cu ---------------------
    def partial_sums(self, parts, *targets, of_next_call=True):
        """Room for partial sums, asked for before the launch that fills it, of targets that are
        (name, width). Without any, what waits is finished first, within the call."""
        if not self.pending.has_room(parts, targets):
            self._finish(len(self.calls) - (0 if of_next_call else 1))
        self.pending.add(parts, targets)

    def about_to_use(self, *targets):
        """A kernel's tensors are checked before it runs: what is pending for one is finished."""
        if self.pending.reaches(targets):
            self._finish(None)

    def finish_sums(self):
        if self.pending.sums:
            self._finish(None)

    def _finish(self, call):
        partials, sums = self.pending.take()
        self._append("finish_column_sums", "columns", [("partials", partials)], [("sums", sums)],
                     symbol="finish_column_sums", group="sums", floor=1.5e-6, call=call)
