"""Train an embedded model by name: `python -m unelib train NAME`."""

from ..core import paths
from . import class_diffusion, clip, contrastive, dino, judge, latent_diffusion, pixel_diffusion, pose
from .worlds import FACES, FASHION

MODELS = {  # name: the module of its family, and its world
    "drawn-ldm": (latent_diffusion, FACES),
    "drawn-ddpm": (pixel_diffusion, FACES),
    "drawn-clip": (clip, FACES),
    "drawn-dino": (dino, FACES),
    "drawn-simclr": (contrastive, FACES),
    "drawn-pose": (pose, FACES),
    "drawn-judge": (judge, FACES),
    "fashion-ddpm": (pixel_diffusion, FASHION),
    "fashion-cond-ddpm": (class_diffusion, FASHION),
    "fashion-clip": (clip, FASHION),
    "fashion-dino": (dino, FASHION),
    "fashion-judge": (judge, FASHION),
}


REPLICAS = {  # trained again on the same pictures: another start, another order, other noise
    f"{name}-seed{seed}": seed for name in ("fashion-ddpm", "fashion-clip", "drawn-dino") for seed in (1, 2)
}
MODELS |= {name: MODELS[name.rpartition("-seed")[0]] for name in REPLICAS}


def train_model(name, folder=None):
    """Train a model into `folder` (data/models/<name>), checkpoints in data/checkpoints/<name>; {part: seconds}.

    A run that was killed goes on from its last checkpoint. ValueError lists the models there are; FileNotFoundError
    says where a world's pictures are to be had.
    """
    family, world = find_family(name)
    return family.train(folder or paths.MODELS / name, checkpoints_of(name), world, REPLICAS.get(name, 0))


def find_family(name):
    """The module that trains a model, and its world; ValueError lists the models there are.

    FileNotFoundError where there is no clone of the workbook to keep them in.
    """
    if name not in MODELS:
        raise ValueError(f"unknown model {name!r}; choose one of {', '.join(MODELS)}")
    if not paths.in_clone():
        raise FileNotFoundError(f"the folder of model {name!r} is missing; {paths.CLONE}")
    return MODELS[name]


def checkpoints_of(name):
    """Folder of a model's checkpoints."""
    return paths.MODELS.parent / "checkpoints" / name
