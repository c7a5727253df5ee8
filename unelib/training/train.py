"""Train an embedded model by name: `python -m unelib train NAME`."""

from .. import loading
from . import clip, dino, judge, latent_diffusion, pixel_diffusion

MODELS = {
    "drawn-ldm": latent_diffusion.train,
    "drawn-ddpm": pixel_diffusion.train,
    "drawn-clip": clip.train,
    "drawn-dino": dino.train,
    "drawn-judge": judge.train,
}


def train_model(name, folder=None):
    """Train a model into `folder` (data/models/<name>), checkpoints in data/checkpoints/<name>; {part: seconds}.

    A run that was killed goes on from its last checkpoint. ValueError lists the models there are.
    """
    if name not in MODELS:
        raise ValueError(f"unknown model {name!r}; choose one of {', '.join(MODELS)}")
    return MODELS[name](folder or loading.MODELS / name, checkpoints_of(name))


def checkpoints_of(name):
    """Folder of a model's checkpoints."""
    return loading.MODELS.parent / "checkpoints" / name
