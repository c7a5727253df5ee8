"""`drawn-dino`, `fashion-dino`: a Dinov2 ViT trained without labels, by self-distillation and by redrawing pictures.

Three losses, all from pictures alone. A student sees a crop with some patches masked; a teacher, the student's moving
average, sees whole pictures. (1) At the masked patches the student predicts the teacher's features (data2vec, iBOT);
(2) its class token predicts the teacher's class token of another crop (BYOL, DINO); (3) from its class token alone a
small decoder redraws the crop unmasked, its pixels or its oriented gradients. The third is no part of DINO: in so few
steps distillation by itself does not bring what a picture shows into the class token, and redrawing does. Photographs
are redrawn as gradients, which leave out how bright a thing is; pixels bring no more than a probe reads from them
directly. The model kept is the teacher.
"""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from tqdm.auto import tqdm

from ..probing.linear_probe import LinearProbe
from .data import crops, rows_of_step, to_signal
from .latent_diffusion import reconstruction_loss
from .loop import train_loop, update_average
from .scores import class_accuracy, mean_auc
from .vit import build_vit, class_tokens, save_vit

BATCH = 64
TEACHER_DECAY, MOST_MASKED = 0.99, 0.4
SIDE, CELL, BINS = 32, 4, 9  # pixels a side of a redrawn picture and of its cells; directions in a cell's histogram
WATCH_EVERY, WATCH_TRAIN, WATCH_TEST = 1000, 3000, 1500


class Redrawn(NamedTuple):
    """What the class token is made to redraw: its shape, what it is of pictures (n, 3, h, h), and the loss."""

    shape: tuple
    of: Callable
    loss: Callable


def small_picture(images):
    """Pictures (n, 3, SIDE, SIDE), averaged over areas."""
    return F.avg_pool2d(images, images.shape[-1] // SIDE)


def oriented_gradients(images):
    """Histograms (n, BINS, SIDE / CELL, SIDE / CELL) of the directions of edges in each cell, each of length about 1.

    Dalal and Triggs (2005), without overlapping blocks; predicted by Wei et al. (2022, MaskFeat) patch by patch.
    """
    grey = small_picture(images).mean(1, keepdim=True)
    across = F.pad(grey[..., 2:] - grey[..., :-2], (1, 1, 0, 0))
    down = F.pad(grey[..., 2:, :] - grey[..., :-2, :], (0, 0, 1, 1))
    angle = torch.remainder(torch.atan2(down, across), math.pi)
    bins = (angle / math.pi * BINS).long() % BINS
    votes = torch.zeros(len(grey), BINS, *grey.shape[2:]).scatter_(1, bins, torch.hypot(down, across))
    cells = F.avg_pool2d(votes, CELL)
    return cells / (cells.norm(dim=1, keepdim=True) + 0.05)


PIXELS = Redrawn((3, SIDE, SIDE), small_picture, reconstruction_loss)
GRADIENTS = Redrawn((BINS, SIDE // CELL, SIDE // CELL), oriented_gradients, F.mse_loss)


class Plan(NamedTuple):
    """What a training of this family is in one world."""

    steps: int
    layers: int
    smallest_crop: float  # of the side
    redrawn: Redrawn
    weights: tuple  # of the losses of patches, class token and what is redrawn


PLANS = {
    "drawn": Plan(1600, 4, 0.85, PIXELS, (0.25, 0.25, 4.0)),
    "fashion": Plan(2000, 3, 0.85, GRADIENTS, (0.25, 0.25, 20.0)),
}


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"dino": (PLANS[world.name].steps, BATCH)}


def build(world):
    """Dinov2Model: three or four layers of width 192 on 64 patches (1.1 M or 1.5 M parameters)."""
    return build_vit(world, 192, PLANS[world.name].layers)


class SelfDistillation(nn.Module):
    """Student, teacher and the heads that only training needs."""

    def __init__(self, world, width=192, hidden=768):
        super().__init__()
        self.student = build(world)
        self.teacher = deepcopy(self.student).requires_grad_(False)
        self.patch_head = nn.Linear(width, width)
        self.class_head = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        shape = PLANS[world.name].redrawn.shape
        self.decoder = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, math.prod(shape)), nn.Unflatten(1, shape)
        )


def normalised(x):
    """Each row of features with mean 0 and variance 1, in float32."""
    return F.layer_norm(x.float(), x.shape[-1:])


@torch.no_grad()
def teach(teacher, seen, other):
    """The teacher's patch features of the crop `seen`, mean of its top two layers, and its class token of `other`."""
    layers = teacher(seen, output_hidden_states=True).hidden_states[-2:]
    patches = torch.stack([normalised(layer[:, 1:]) for layer in layers]).mean(0)
    return normalised(patches), normalised(teacher(other).last_hidden_state[:, 0])


def view(images, generator, smallest_crop):
    """A mild crop with brightness and contrast a little changed: nearly all that the picture shows stays."""
    contrast, brightness = 0.15 * (2 * torch.rand(2, len(images), 1, 1, 1, generator=generator) - 1)
    return (crops(images, generator, smallest_crop) * (1 + contrast) + brightness).clamp(-1, 1)


def random_mask(n, generator, patches=64):
    """Masked patches (n, patches) bool: a share of 0..MOST_MASKED, another for each image."""
    share = MOST_MASKED * torch.rand(n, 1, generator=generator)
    return torch.rand(n, patches, generator=generator) < share


def distillation_loss(pixels, plan, watch, seed):
    """The three losses of one step; moves the teacher first, and calls `watch(teacher, step)` now and then."""
    patch_weight, class_weight, redrawn_weight = plan.weights

    def loss(model, step, generator):
        if step:
            update_average(model.teacher, model.student, min(TEACHER_DECAY, (1 + step) / (10 + step)))
        if step % WATCH_EVERY == 0:
            watch(model.teacher, step)
        images = to_signal(pixels[rows_of_step(len(pixels), BATCH, step, seed)])
        seen, other = (view(images, generator, plan.smallest_crop) for _ in range(2))
        mask = random_mask(len(images), generator)
        patch_targets, class_targets = teach(model.teacher, seen, other)
        features = model.student(seen, bool_masked_pos=mask).last_hidden_state
        drawn = model.decoder(features[:, 0]).float()
        patch = F.smooth_l1_loss(model.patch_head(features[:, 1:])[mask].float(), patch_targets[mask])
        class_ = F.smooth_l1_loss(model.class_head(features[:, 0]).float(), class_targets)
        redrawn = plan.redrawn.loss(drawn, plan.redrawn.of(seen))
        return patch_weight * patch + class_weight * class_ + redrawn_weight * redrawn

    return loss


def probed(model, pixels, attributes, classes):
    """What a ridge probe of class tokens reads, in words: only looked at, never learnt from."""
    tokens = class_tokens(model, pixels[: WATCH_TRAIN + WATCH_TEST])
    train, test = slice(WATCH_TRAIN), slice(WATCH_TRAIN, WATCH_TRAIN + WATCH_TEST)
    scores = LinearProbe("ridge").fit(tokens[train], attributes[train]).decision_function(tokens[test])
    accuracy = f", accuracy {class_accuracy(attributes[test], scores, classes):.3f}" if classes else ""
    return f"AUC {mean_auc(attributes[test], scores):.3f}{accuracy}"


def train(folder, checkpoints, world, seed=0):
    """Train student and teacher and save the teacher; returns the seconds."""
    plan = PLANS[world.name]
    pixels, attributes = world.pictures()
    torch.manual_seed(seed)
    model = SelfDistillation(world)
    untrained = probed(model.teacher, pixels, attributes, world.classes)

    def watch(teacher, step):
        tqdm.write(f"step {step}: probe {probed(teacher, pixels, attributes, world.classes)} (untrained {untrained})")

    data = {"images": len(pixels), "batch": BATCH, "teacher_decay": TEACHER_DECAY, "most_masked": MOST_MASKED}
    data |= {"smallest_crop": plan.smallest_crop, "weights": list(plan.weights), "redrawn": list(plan.redrawn.shape)}
    loss = distillation_loss(pixels, plan, watch, seed)
    model, seconds = train_loop(model, loss, plan.steps, checkpoints, lr=1e-3, decay=0.0, seed=seed, **data)
    watch(model.teacher, plan.steps)
    save_vit(model.teacher, folder, world)
    return {"dino": seconds}
