"""Encoders of timm: pooled features, prepared by the model's own data config, weights from safetensors alone."""

from pathlib import Path

import torch

from ..core.files import value_hash
from .encoder_names import timm_library
from .loading import missing_encoder, weights_digest
from .picture_encoder import PictureEncoder
from .prepared_pictures import Preparation

CONFIG, WEIGHTS = "config.json", "model.safetensors"


def timm_encoder(name, source, untrained, device, dtype, revision=None):
    """A `PictureEncoder` of a timm model: a folder, a hub id or a name that timm knows; errors as `load_encoder`."""
    timm = timm_library()
    with missing_encoder(name, "timm", source, CONFIG, WEIGHTS):
        model = fresh_model(timm, source, revision) if untrained else trained_model(timm, source, revision)
    config = timm.data.resolve_model_data_config(model)
    prepared = Preparation(
        tuple(config["input_size"][-2:]), tuple(config["mean"]), tuple(config["std"]), config["interpolation"],
        config["crop_mode"], config["crop_pct"],
    ).checked(f"encoder {name!r}")  # fmt: skip
    network = model.to(device, dtype).eval().requires_grad_(False)

    @torch.inference_mode()
    def pooled(pixels):
        return network(torch.from_numpy(prepared.values(pixels)).to(device, dtype)).float().cpu().numpy()

    settings = {"model": name, "weights": weights_digest(network), "dtype": str(dtype)}
    return PictureEncoder(name, pooled, settings | {"preprocessing": value_hash(prepared)[:16]})


def trained_model(timm, source, revision):
    """The network with its weights, which are read from safetensors."""
    folder = Path(source) if Path(source).is_dir() else fetched(timm, source, revision)
    for file in (CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise FileNotFoundError(f"there is no {file} in {folder}; save it with timm's save_for_hf, safely")
    own = {"source": "", "url": None, "hf_hub_id": None, "custom_load": False, "file": str(folder / WEIGHTS)}
    return timm.create_model(f"local-dir:{folder}", pretrained=True, pretrained_cfg_overlay=own, num_classes=0)


def fresh_model(timm, source, revision):
    """The same architecture with fresh weights (seed 0); of a hub id the config alone is fetched."""
    if Path(source).is_dir() or "/" in source:
        folder = source if Path(source).is_dir() else fetched(timm, source, revision, (CONFIG,))
        source = f"local-dir:{folder}"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return timm.create_model(source, pretrained=False, num_classes=0)


def fetched(timm, source, revision, files=(CONFIG, WEIGHTS)):
    """The folder of the hub's cache with a model's files, by hub id or by a name that timm knows."""
    from huggingface_hub import hf_hub_download

    hub_id = hub_id_of(timm, source)
    return Path([hf_hub_download(hub_id, file, revision=revision) for file in files][0]).parent


def hub_id_of(timm, source):
    """Where the hub has the weights of a hub id or of a name that timm knows; FileNotFoundError if nowhere."""
    if "/" in source:
        return source
    hub_id = getattr(timm.get_pretrained_cfg(source), "hf_hub_id", None)
    if not hub_id:
        raise FileNotFoundError(f"timm knows no weights of {source!r} on the hub; name one of timm.list_pretrained()")
    return hub_id
