"""What a model must offer to take part: own models need these names and nothing else, whatever class they are of."""

from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from .noise_schedule import Schedule


class GeneratorLike(Protocol):
    """A diffusion or flow model: pixels to latents and back, its noise levels, and what it predicts between them.

    `Generator`, `GanGenerator` and the closed forms of `models.closed_form` keep it. An attribute `ode`, a dict of
    steps, solver and grid, is optional: how its ODE is solved where a call does not say. So is `one_pass`: True of a
    model without noise levels (a GAN), whose `to_image` takes the noise, and which refuses all else by a ValueError.
    """

    name: str
    device: torch.device
    dtype: torch.dtype
    latent_shape: tuple[int, ...]
    latent_dim: int
    flow: bool

    @property
    def settings(self) -> dict[str, Any]:
        """JSON values that a noise depends on besides the solver: model, weights, ..."""

    def schedule(self, steps: int, grid: Any = "trailing") -> Schedule:
        """Noise levels for a number of steps."""

    def to_latent(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Latents (n, *latent_shape) float32, on the device, of images (n, h, w, 3) uint8."""

    def to_image(self, latent: torch.Tensor) -> NDArray[np.uint8]:
        """Images (n, h, w, 3) uint8 of latents."""

    def eps(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The noise that is seen in states x (n, *latent_shape) at a timestep."""

    def slope(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The ODE's right-hand side there: eps, or the velocity of a flow."""


class ConditionalLike(GeneratorLike, Protocol):
    """A generator that can be told what its pictures show."""

    def told(self, condition: str) -> GeneratorLike:
        """The same model under another condition, a text or a class; ValueError on one that it does not know."""


class EncoderLike(Protocol):
    """A model that embeds images."""

    name: str

    def embed(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Embeddings (n, d) of images (n, h, w, 3) uint8."""


class JudgeLike(Protocol):
    """A model that says which attributes it sees."""

    name: str
    attributes: list[str]

    def probabilities(self, pixels: NDArray[np.uint8]) -> NDArray[Any]:
        """Probability (n, a) of each attribute, in that order, in images (n, h, w, 3) uint8."""
