"""What a module of a denoiser gives, read or changed by hooks that are gone afterwards: above all the bottleneck."""

import threading
from contextlib import contextmanager
from typing import Any

import torch

from ..models.contracts import GeneratorLike


class Reached(Exception):
    """Raised where all that is wanted is known, so that the rest of the network need not run; `h` is what was found."""

    def __init__(self, h=None):
        super().__init__("nothing further is wanted")
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
def hooked(module, function):
    """Within it, `function` sees what a module gives at every pass and may return another; None leaves it.

    Other threads that ask the same network meanwhile do not meet it. A compiled network runs as written there: what was
    compiled before would not ask for the hook. That is set for the whole process, so no two threads may ask a compiled
    network at once.
    """
    own = threading.get_ident()

    def hook(module, given, output):
        """The function's, for passes of this thread."""
        return function(output) if threading.get_ident() == own else None

    handle = module.register_forward_hook(hook)
    try:
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        handle.remove()


def at_bottleneck(gen, function):
    """Within it, `function` sees the bottleneck (n, c, h, w) of every pass and may return another: `hooked`."""
    return hooked(mid_block(gen), function)


def bottleneck(gen: GeneratorLike, x: torch.Tensor, t: float) -> torch.Tensor:
    """The bottleneck of states at a timestep, differentiable in the states.

    The network runs no further than that, under its condition and without guidance.

    Parameters
    ----------
    gen : GeneratorLike
        With a U-Net's mid block, in `.unet`, and what `Generator` has to ask it: `.predict` and `.condition`.
    x : Tensor (n, *latent_shape)
        States, as the model sees them at t, on its device.
    t : float
        Timestep; need not be whole.

    Returns
    -------
    Tensor (n, c, h, w), float32
        The mid block's output.

    Raises
    ------
    ValueError
        If the denoiser has no mid block.
    RuntimeError
        If the network ran and its mid block did not, or on states of another shape.

    Examples
    --------
    >>> from unelib import load_generator
    >>> gen = load_generator("drawn-ddpm")
    >>> h = bottleneck(gen, torch.zeros(2, *gen.latent_shape, device=gen.device), 999)
    >>> len(h), h.ndim, h.dtype
    (2, 4, torch.float32)
    """
    network: Any = gen  # the contract names less than is asked of it here

    def stop(h):
        raise Reached(h)

    try:
        with at_bottleneck(gen, stop):
            network.predict(x, t, network.condition)
    except Reached as reached:
        return reached.h.float()
    raise RuntimeError(f"{gen.name}: the mid block was not run")


def output_given(gen, x, t, h):
    """The network's output (n, *latent_shape) for states x at timestep t with the bottleneck h in place of its own."""
    with at_bottleneck(gen, lambda own: h.to(own.dtype)):
        return gen.predict(x, t, gen.condition)
