"""Generative adversarial networks: one pass makes a picture of a latent drawn from N(0, I), which is so known exactly.

A folder with `generator.safetensors` and a `config.json` of sizes: a stack of transposed convolutions with batch norm
(DCGAN; Radford, Metz and Chintala, 2016). TorchScript files are not taken: they are programs, and torch gives them up.
"""

from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch.nn import BatchNorm2d, ConvTranspose2d, ReLU, Sequential, Tanh

from ..core.checks import whole
from ..core.files import make_folder, read_json, write_json, write_whole
from .loading import first_line, weights_digest
from .presets import GAN_WEIGHTS
from .square_pictures import eight_bits

CONFIG = "config.json"
SIZES = ("latent_dim", "widths", "channels")
SIDE, DRAWS = 4, 256  # pixels of the first layer; latents over which a fresh network's batch norms take their averages


class Dcgan(torch.nn.Module):
    """Latents (n, latent_dim, 1, 1) -> pictures (n, channels, h, h) in -1..1; tensors are called as published."""

    def __init__(self, latent_dim, widths, channels):
        super().__init__()
        self.sizes, layers = {"latent_dim": latent_dim, "widths": list(widths), "channels": channels}, []
        for i, (before, width) in enumerate(zip([latent_dim, *widths], widths)):
            stride, padding = (2, 1) if i else (1, 0)
            layers += [ConvTranspose2d(before, width, 4, stride, padding, bias=False), BatchNorm2d(width), ReLU()]
        self.main = Sequential(*layers, ConvTranspose2d(widths[-1], channels, 4, 2, 1, bias=False), Tanh())

    def forward(self, z):
        """Pictures of latents."""
        return self.main(z)


class GanGenerator:
    """A GAN behind the generator's contract: what `load_generator` returns for one.

    Its noise is the latent z itself, so `generate(gan, z)` makes pictures whose noise is known without any inversion.
    What needs noise levels or a way back from pictures is refused: a GAN has neither.

    Parameters
    ----------
    name : str
        As asked for.
    network : torch.nn.Module
        Latents (n, latent_dim, 1, 1) to pictures (n, channels, h, h) in -1..1, with a dict of its `sizes`.
    device, dtype : torch.device, torch.dtype
        Where and in what precision it runs; pictures are float32 before they are rounded.

    Attributes
    ----------
    latent_shape, latent_dim
        (latent_dim, 1, 1), and its size.
    image_size : int
        Pixels a side.
    one_pass : bool
        True: there are no noise levels, and `generate` asks for pictures at once.
    name, network, device, dtype
        As given.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unelib import generate, load_generator
    >>> folder = save_gan(mkdtemp(), Dcgan(6, [4, 4], 3).state_dict())
    >>> gan = load_generator(str(folder))
    >>> z = np.random.default_rng(0).standard_normal((2, 6))
    >>> gan.latent_shape, generate(gan, z).shape
    ((6, 1, 1), (2, 16, 16, 3))
    """

    one_pass, flow, prompt, guidance = True, False, "", 1.0

    def __init__(self, name: str, network: Any, device: torch.device, dtype: torch.dtype) -> None:
        self.name, self.network, self.device, self.dtype = name, network, device, dtype
        self.latent_dim = network.sizes["latent_dim"]
        self.latent_shape = (self.latent_dim, 1, 1)
        self.image_size = SIDE * 2 ** len(network.sizes["widths"])

    def __repr__(self) -> str:
        return f"GanGenerator({self.name!r}, latent {self.latent_dim}, image {self.image_size}, {self.dtype})"

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self.__dict__.get('name', 'this')} is a GAN and has no {name!r}: nothing is denoised")

    @property
    def settings(self) -> dict[str, Any]:
        """What a picture depends on beside its latent, for a view's manifest."""
        return {
            "model": self.name,
            "weights": weights_digest(self.network),
            "dtype": str(self.dtype),
            "one_pass": True,
        }

    @torch.inference_mode()
    def to_image(self, latent: torch.Tensor) -> NDArray[np.uint8]:
        """Pictures (n, h, h, 3) uint8 of latents (n, latent_dim, 1, 1)."""
        return eight_bits(self.network(latent.to(self.device, self.dtype)).float(), self.name)

    def schedule(self, steps: int, grid: Any = "trailing", **_: Any) -> NoReturn:
        """Refused: there are no noise levels."""
        self.refuse("noise levels to invert or denoise along")

    def to_latent(self, pixels: NDArray[np.uint8]) -> NoReturn:
        """Refused: there is no way back from a picture."""
        self.refuse("way back from a picture to its latent")

    def eps(self, x: torch.Tensor, t: float) -> NoReturn:
        """Refused: nothing is denoised."""
        self.refuse("denoiser to ask for the noise in a picture")

    def slope(self, x: torch.Tensor, t: float) -> NoReturn:
        """Refused: there is no ODE."""
        self.refuse("differential equation to follow")

    def refuse(self, lacking: str) -> NoReturn:
        """ValueError that names what a GAN lacks."""
        raise ValueError(
            f"{self.name} is a GAN, which has no {lacking}: draw the latent, and it is known (`generate`, `sample_zoo`)"
        )


def load_gan(name, folder, device, dtype, untrained=False):
    """`GanGenerator` of a folder, or of the same network with fresh weights; ValueError where its files disagree."""
    network, tensors = Dcgan(**checked_sizes(Path(folder) / CONFIG)), load_file(Path(folder) / GAN_WEIGHTS)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        told = str(error).replace("\n\t", " ")[:300]
        raise ValueError(
            f"{folder}: {GAN_WEIGHTS} is not of the sizes in {CONFIG} ({told}); save both by save_gan"
        ) from error
    network = as_begun(network) if untrained else network
    return GanGenerator(name, network.to(device, dtype).eval().requires_grad_(False), device, dtype)


def checked_sizes(file):
    """Sizes of a network by its config; ValueError names what is missing or no whole number."""
    config = read_json(file) if file.is_file() else {}
    if missing := [key for key in SIZES if key not in config]:
        raise ValueError(
            f"{file} lacks {', '.join(missing)}; a GAN's config is {{{', '.join(SIZES)}}}, as save_gan makes it"
        )
    sizes = {key: config[key] for key in SIZES}
    widths = sizes["widths"] if isinstance(sizes["widths"], list) and sizes["widths"] else [None]
    for value in (sizes["latent_dim"], sizes["channels"], *widths):
        if not whole(value, 1):
            raise ValueError(f"{file} has {value!r} among its sizes; give whole numbers from 1 on, widths as a list")
    if sizes["channels"] not in (1, 3):
        raise ValueError(f"{file}: pictures of {sizes['channels']} channels; 1 (grey) and 3 (colour) are supported")
    return sizes


def as_begun(network, seed=0):
    """The network before training: DCGAN's own random weights, batch norms with the averages of `DRAWS` latents."""
    fresh = Dcgan(**network.sizes)
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in fresh.modules():
            if isinstance(module, ConvTranspose2d):
                module.weight.normal_(0, 0.02, generator=random)
            if isinstance(module, BatchNorm2d):
                module.weight.normal_(1, 0.02, generator=random)
                module.momentum = 1.0
        fresh.train()(torch.randn(DRAWS, network.sizes["latent_dim"], 1, 1, generator=random))
    return fresh


def save_gan(folder: str | Path, tensors: dict[str, torch.Tensor]) -> Path:
    """Write the folder from which `load_generator` takes a GAN, by the tensors of its generator.

    Parameters
    ----------
    folder : str or Path
        It is made if it is not there.
    tensors : dict {str: Tensor}
        A DCGAN's `state_dict`: `main.0.weight` (latent_dim, width, 4, 4) and so on.

    Returns
    -------
    Path
        The folder, with `generator.safetensors` and `config.json`.

    Raises
    ------
    ValueError
        Where the tensors are not those of such a stack.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> sorted(file.name for file in save_gan(mkdtemp(), Dcgan(6, [4, 4], 3).state_dict()).iterdir())
    ['config.json', 'generator.safetensors']
    """
    folder, kernels = Path(folder), [t for name, t in tensors.items() if name.startswith("main.") and t.ndim == 4]
    if len(kernels) < 2:
        raise ValueError(f"tensors has {len(kernels)} kernels called main.N.weight; a DCGAN has two or more")
    sizes = {
        "latent_dim": kernels[0].shape[0],
        "widths": [kernel.shape[1] for kernel in kernels[:-1]],
        "channels": kernels[-1].shape[1],
    }
    try:
        Dcgan(**sizes).load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"these are not a DCGAN's tensors: {first_line(error)}; its sizes would be {sizes}") from error
    make_folder(folder)
    write_whole(folder / GAN_WEIGHTS, lambda part: save_file({k: t.contiguous() for k, t in tensors.items()}, part))
    write_json(folder / CONFIG, sizes)
    return folder
