"""The bottleneck of a denoiser, h-space: its mid block's output, read or changed by hooks that are gone afterwards."""

from contextlib import contextmanager
from typing import Any

import torch


class Reached(Exception):
    """Raised at the bottleneck, so that the rest of the network need not run; `h` is what was found there."""

    def __init__(self, h):
        super().__init__("the bottleneck")
        self.h = h


def mid_block(gen):
    """The module whose output is the bottleneck; ValueError if the denoiser has none."""
    block = getattr(getattr(gen, "unet", None), "mid_block", None)
    if block is None:
        raise ValueError(
            f"{gen.name} has no mid block, so it has no h-space; choose a U-Net that has one, such as drawn-ldm or sd15"
        )
    return block


@contextmanager
def at_bottleneck(gen, function):
    """Within it, `function` sees the bottleneck (n, c, h, w) of every pass and may return another; None leaves it.

    A compiled network runs as written there: what was compiled before would not ask for the hook.
    """
    handle = mid_block(gen).register_forward_hook(lambda module, given, h: function(h))
    try:
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        handle.remove()


def bottleneck(gen: Any, x: torch.Tensor, t: float) -> torch.Tensor:
    """The bottleneck (n, c, h, w) float32 of states x (n, *latent_shape) at timestep t; differentiable in x.

    The network runs no further than that, under its condition and without guidance.
    """

    def stop(h):
        raise Reached(h)

    try:
        with at_bottleneck(gen, stop):
            gen.predict(x, t, gen.condition)
    except Reached as reached:
        return reached.h.float()
    raise RuntimeError(f"{gen.name}: the mid block was not run")


def output_given(gen, x, t, h):
    """The network's output (n, *latent_shape) for states x at timestep t with the bottleneck h in place of its own."""
    with at_bottleneck(gen, lambda own: h.to(own.dtype)):
        return gen.predict(x, t, gen.condition)
