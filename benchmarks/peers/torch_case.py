"""What torch_kernels.py times: a piece of PyTorch's work under the name of a benchmark of ours."""

import collections

import torch

TYPES = {"f32": torch.float32, "bf16": torch.bfloat16}

# What is timed of a case: the call, the gradients alone, or both in one.
FORWARD, BACKWARD, BOTH = "forward", "backward", "both"

Case = collections.namedtuple("Case", "suite name function inputs part systems",
                              defaults=[FORWARD, ("eager", "compiled")])


class Numbers:
    """Standard normal tensors, the same in each run."""

    def __init__(self, device):
        self.device = device
        self.generator = torch.Generator(device).manual_seed(1)

    def __call__(self, *shape, dtype):
        drawn = torch.randn(*shape, device=self.device, generator=self.generator)
        return drawn.to(TYPES[dtype])
