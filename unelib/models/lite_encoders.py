"""EfficientNet-Lite (Liu, 2020; after Tan and Le, 2019): convolutions that were taught ImageNet's thousand classes.

transformers has EfficientNet, but not its Lite form, which has no squeeze-and-excitation and ReLU6. A folder holds
`encoder.safetensors` under the names of the published PyTorch port, and a `config.json` of sizes.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Identity, Module, ModuleList
from torch.nn import functional as F

from ..core.files import make_folder, read_json, value_hash, write_json, write_whole
from .loading import weights_digest
from .picture_encoder import PictureEncoder

WEIGHTS, CONFIG = "encoder.safetensors", "config.json"
PICTURES = 16  # over which a fresh network's batch norms take their averages
LITE0 = {  # stages: blocks, side of the kernel, stride, expansion, channels
    "stem": 32,
    "stages": [
        [1, 3, 1, 1, 16], [2, 3, 2, 6, 24], [2, 5, 2, 6, 40], [3, 3, 2, 6, 80],
        [3, 5, 1, 6, 112], [4, 5, 2, 6, 192], [1, 3, 1, 6, 320],
    ],
    "head": 1280,
    "image_size": 224,
    "mean": 127.0,
    "deviation": 128.0,
}  # fmt: skip


class SameConv2d(Conv2d):
    """A convolution that gives ceil(side / stride) pixels a side; an odd pixel of the frame comes after, not before."""

    def __init__(self, before, after, side, stride=1, groups=1):
        super().__init__(before, after, side, stride, groups=groups, bias=False)

    def forward(self, x):
        """The convolution of x, framed in zeros."""
        (step, _), (side, _), length = self.stride, self.kernel_size, x.shape[-1]
        lacking = max((-(-length // step) - 1) * step + side - length, 0)
        return super().forward(F.pad(x, [lacking // 2, lacking - lacking // 2] * 2))


class LiteBlock(Module):
    """An inverted bottleneck: wider by a factor, a convolution of each channel, narrow again, and the input added."""

    def __init__(self, before, after, side, stride, expansion):
        super().__init__()
        wide, self.skips = before * expansion, stride == 1 and before == after
        self._expand_conv = SameConv2d(before, wide, 1) if expansion != 1 else Identity()
        self._bn0 = normed(wide) if expansion != 1 else Identity()
        self._depthwise_conv, self._bn1 = SameConv2d(wide, wide, side, stride, wide), normed(wide)
        self._project_conv, self._bn2 = SameConv2d(wide, after, 1), normed(after)

    def forward(self, x):
        """Maps of the next block."""
        wide = F.relu6(self._bn0(self._expand_conv(x))) if isinstance(self._expand_conv, SameConv2d) else x
        out = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(wide)))))
        return x + out if self.skips else out


class LiteNetwork(Module):
    """Pictures (n, 3, h, h), normalised, to the last map's mean (n, head): what its classifier would read."""

    def __init__(self, stem, stages, head, **_):
        super().__init__()
        self._conv_stem, self._bn0 = SameConv2d(3, stem, 3, 2), normed(stem)
        sizes = [(w, s, stride if i == 0 else 1, e) for n, s, stride, e, w in stages for i in range(n)]
        before = [stem, *(width for width, *_ in sizes)]
        self._blocks = ModuleList(LiteBlock(was, *size) for was, size in zip(before, sizes))
        self._conv_head, self._bn1, self.pool = SameConv2d(before[-1], head, 1), normed(head), AdaptiveAvgPool2d(1)

    def forward(self, x):
        """Embeddings of pictures."""
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return self.pool(F.relu6(self._bn1(self._conv_head(x)))).flatten(1)


class LiteEncoder(PictureEncoder):
    """An EfficientNet-Lite behind the encoder's contract: what `load_encoder` returns for one.

    `dim` is the length of an embedding; `name`, `network`, `config`, `device` and `dtype` are as given.
    """

    def __init__(
        self, name: str, network: Any, config: dict[str, Any], device: torch.device, dtype: torch.dtype
    ) -> None:
        self.network, self.config, self.device, self.dtype = network, config, device, dtype
        how = {key: config[key] for key in ("image_size", "mean", "deviation")}
        settings = {"model": name, "weights": weights_digest(network), "dtype": str(dtype)}
        super().__init__(name, self.rows, settings | {"preprocessing": value_hash(how)[:16]})

    def __repr__(self) -> str:
        return f"LiteEncoder({self.name!r}, dim {self.dim}, {self.dtype})"

    @torch.inference_mode()
    def rows(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embeddings of one batch (n, h, w, 3), in the precision of the network."""
        return self.network(self.inputs(pixels).to(self.dtype)).float().cpu().numpy()

    def inputs(self, pixels):
        """Pictures (n, 3, side, side) float32 as the network takes them: stretched bicubically, and normalised."""
        side = self.config["image_size"]
        x = torch.from_numpy(np.array(pixels, order="C")).to(self.device).permute(0, 3, 1, 2).float()
        x = F.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(0, 255)
        return (x - self.config["mean"]) / self.config["deviation"]


def normed(width):
    """A batch norm as TensorFlow sets it."""
    return BatchNorm2d(width, eps=1e-3)


def is_lite(folder):
    """Whether a folder holds an EfficientNet-Lite."""
    return (Path(folder) / WEIGHTS).is_file()


def load_lite(name, folder, device, dtype, untrained=False):
    """`LiteEncoder` of a folder, or of the same network with fresh weights; ValueError where its files disagree."""
    config = read_json(Path(folder) / CONFIG) if (Path(folder) / CONFIG).is_file() else {}
    if missing := [key for key in LITE0 if key not in config]:
        raise ValueError(f"{folder}/{CONFIG} lacks {', '.join(missing)}; save_lite writes it")
    network = as_initialised(config) if untrained else LiteNetwork(**config)
    if not untrained:
        fill_in(network, load_file(Path(folder) / WEIGHTS), folder)
    return LiteEncoder(name, network.to(device, dtype).eval().requires_grad_(False), config, device, dtype)


def as_initialised(config, seed=0):
    """The network before training: random weights, batch norms with the averages of some smooth random pictures."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        network = LiteNetwork(**config)
        for module in network.modules():
            if isinstance(module, BatchNorm2d):
                module.momentum = 1.0
        smooth = F.interpolate(torch.randn(PICTURES, 3, 8, 8), (config["image_size"],) * 2, mode="bicubic")
        network.train()(smooth)
    return network


def fill_in(network, tensors, source):
    """Give a network its tensors; ValueError where they are of other sizes or names."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        told = str(error).replace("\n\t", " ")[:300]
        raise ValueError(f"{source}: the tensors are not of the sizes in its config ({told})") from error


def save_lite(folder, tensors, config=LITE0):
    """Write the folder of an EfficientNet-Lite by its tensors, without its classifier's; ValueError as `fill_in`."""
    kept = {name: tensor.contiguous() for name, tensor in tensors.items() if not name.startswith("_fc.")}
    fill_in(LiteNetwork(**config), kept, folder)
    make_folder(Path(folder))
    write_whole(Path(folder) / WEIGHTS, lambda part: save_file(kept, part))
    write_json(Path(folder) / CONFIG, config)
    return Path(folder)
