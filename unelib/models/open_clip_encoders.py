"""Encoders of open_clip: image features of folders in its own format, weights from safetensors alone."""

from pathlib import Path

import torch

from ..core.checks import choice
from ..core.extras import needed
from ..core.files import read_json, value_hash
from .encoder_names import OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS
from .loading import missing_encoder, weights_digest
from .picture_encoder import PictureEncoder
from .prepared_pictures import Preparation

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # where the folder says no other
CROPS = {"shortest": "center", "squash": "squash"}  # `resize_mode` in our words; "longest" fills with another colour


def open_clip_encoder(name, source, untrained, device, dtype, revision=None):
    """A `PictureEncoder` of a folder or hub id in open_clip's format; errors as `load_encoder`."""
    open_clip = needed("open_clip", "open-clip")
    with missing_encoder(name, "open_clip", source, OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS):
        folder = folder_with_files(source, revision, untrained)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            asked = {"load_weights": not untrained, "pretrained_text": False}
            model = open_clip.create_model(f"local-dir:{folder}", **asked)
    prepared = preparation_of(name, read_json(folder / OPEN_CLIP_CONFIG))
    network = model.to(device, dtype).eval().requires_grad_(False)

    @torch.inference_mode()
    def features(pixels):
        values = torch.from_numpy(prepared.values(pixels)).to(device, dtype)
        return network.encode_image(values).float().cpu().numpy()

    settings = {"model": name, "weights": weights_digest(network.visual), "dtype": str(dtype)}
    return PictureEncoder(name, features, settings | {"preprocessing": value_hash(prepared)[:16]})


def folder_with_files(source, revision, untrained):
    """The folder of a model, or of the hub's cache, with its configuration and, unless it is untrained, its weights."""
    files = [OPEN_CLIP_CONFIG] if untrained else [OPEN_CLIP_CONFIG, OPEN_CLIP_WEIGHTS]
    folder = Path(source)
    if not folder.is_dir():
        from huggingface_hub import hf_hub_download

        folder = Path([hf_hub_download(source, file, revision=revision) for file in files][0]).parent
    for file in files:
        if not (folder / file).is_file():
            raise FileNotFoundError(f"there is no {file} in {folder}; other weights, such as .bin, are not read")
    return folder


def preparation_of(name, config):
    """The `Preparation` that a folder's configuration asks for."""
    asked = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
    asked |= config.get("preprocess_cfg", {})
    size = asked.get("size") or config["model_cfg"]["vision_cfg"]["image_size"]
    mode = choice(asked["resize_mode"], CROPS, f"resize_mode of encoder {name!r}")
    edges = (size, size) if isinstance(size, int) else tuple(size)
    mean, std = tuple(asked["mean"]), tuple(asked["std"])
    return Preparation(edges, mean, std, asked["interpolation"], CROPS[mode]).checked(f"encoder {name!r}")
