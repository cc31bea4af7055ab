"""What each launch takes:

    seconds = gap + max(memory, tensor, issuing, floor), and PRODUCT_FILL for products
    memory   HBM bytes / (copy rate x share), or all bytes / L2 rate if that is longer
    tensor   padded FLOP / (tensor rate x share)
    issuing  warp instructions, or cycles of the integer pipe where they are more, / issue rate
"""
from step_model import constants
from step_model.cache import Cache
from step_model.launches import CUBLAS, OWN


def price(launches, gpu, changes):
    """Fills in the launches' seconds and bytes, in their order."""
    cache = Cache(gpu.l2_bytes)
    for launch in launches:
        if launch.forgets:
            cache.forget(launch.forgets)
        move(launch, cache)
        use_resources(launch, gpu, changes)


def move(launch, cache):
    launch.hbm_bytes = (sum(cache.read(*tensor) for tensor in launch.reads) +
                        sum(cache.write(*tensor) for tensor in launch.writes))
    launch.all_bytes = sum(size for _, size in launch.reads + launch.writes)


def use_resources(launch, gpu, changes):
    product = launch.kind == "product"
    launch.memory = max(launch.hbm_bytes / (gpu.copy * constants.COPY_SHARE[launch.kind]),
                        launch.all_bytes / gpu.l2_rate)
    launch.tensor = launch.flops / (gpu.tensor * launch.rate)
    if "autotune" in changes and product and launch.by == CUBLAS:
        launch.tensor *= 1 - constants.AUTOTUNE_GAIN
    share = constants.ISSUE_SHARE.get(launch.kind, constants.ISSUE_SHARE_OF_OTHERS)
    launch.issuing = launch.issue / (gpu.issue * share)
    saved = constants.EARLY_LAUNCH if "pdl" in changes and launch.by == OWN else 0
    launch.gap = gpu.gap - saved
    body = max(launch.busy, launch.floor) + (constants.PRODUCT_FILL if product else 0)
    launch.seconds = max(gpu.least - saved, launch.gap + body)

