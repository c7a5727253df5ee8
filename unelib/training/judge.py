"""`drawn-judge`, `fashion-judge`: a small classifier of all attributes, trained on labelled pictures; it only judges.

It is a transformers `ResNetForImageClassification`, so it loads like any other classifier.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessorPil

from .data import crops, rows_of_step, to_signal
from .loop import train_loop

SIDE = 64


def shifted(images, generator, reach=3):
    """A batch moved by up to `reach` pixels."""
    dx, dy = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
    return torch.roll(images, (dy, dx), (2, 3))


def turned_and_cropped(images, generator, smallest=0.85):
    """Each picture mirrored or not, then a crop of it; some crops are what a picture is without its frame."""
    mirrored = torch.rand(len(images), 1, 1, 1, generator=generator) < 0.5
    return crops(torch.where(mirrored, images.flip(3), images), generator, smallest)


class Plan(NamedTuple):
    """What a training of this family is in one world."""

    steps: int
    batch: int
    widths: tuple
    blocks: tuple  # of each width
    vary: Callable  # (images, generator) -> images of the same attributes


PLANS = {
    "drawn": Plan(1600, 64, (24, 48, 80), (1, 1, 1), shifted),
    "fashion": Plan(3000, 128, (32, 64, 128), (2, 2, 2), turned_and_cropped),
}


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"judge": PLANS[world.name][:2]}


def build(world):
    """A ResNet with basic blocks on 64 x 64 pictures, one logit an attribute."""
    plan, names = PLANS[world.name], world.attributes
    config = ResNetConfig(
        num_channels=3, embedding_size=plan.widths[0], hidden_sizes=list(plan.widths), depths=list(plan.blocks),
        layer_type="basic", downsample_in_first_stage=False, num_labels=len(names),
        problem_type="multi_label_classification", id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
    )  # fmt: skip
    return ResNetForImageClassification(config)


def processor():
    """The image processor: 64 x 64 pixels, values in -1..1."""
    return ViTImageProcessorPil(size={"height": SIDE, "width": SIDE}, image_mean=[0.5] * 3, image_std=[0.5] * 3)


def enlarged(images):
    """Pictures (n, c, h, w) at 64 x 64, as the image processor makes them: the network's stem divides by four."""
    return images if images.shape[-1] == SIDE else F.interpolate(images, size=(SIDE, SIDE), mode="bilinear")


def softened(images, generator):
    """A batch blurred or not, with a little noise: reconstructions are softer."""
    if torch.rand((), generator=generator) < 0.4:
        images = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="reflect"), 3, 1)
    return images + 0.05 * torch.randn(images.shape, generator=generator)


def classification_loss(pixels, labels, plan, seed):
    """Binary cross-entropy of all attributes on varied pictures."""
    labels = torch.from_numpy(labels.astype(np.float32))

    def loss(model, step, generator):
        rows = rows_of_step(len(pixels), plan.batch, step, seed)
        images = softened(plan.vary(enlarged(to_signal(pixels[rows])), generator), generator)
        images = images.to(memory_format=torch.channels_last)
        return F.binary_cross_entropy_with_logits(model(images).logits.float(), labels[rows])

    return loss


def train(folder, checkpoints, world, seed=0):
    """Train the judge and save it as a transformers folder; returns the seconds."""
    plan = PLANS[world.name]
    pixels, labels = world.pictures()
    torch.manual_seed(seed)
    model = build(world).to(memory_format=torch.channels_last)
    loss, data = classification_loss(pixels, labels, plan, seed), {"images": len(pixels), "batch": plan.batch}
    model, seconds = train_loop(model, loss, plan.steps, checkpoints, lr=3e-3, decay=0.995, seed=seed, **data)
    model.half().save_pretrained(Path(folder))
    processor().save_pretrained(Path(folder))
    return {"judge": seconds}
