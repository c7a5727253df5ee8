"""`drawn-judge`: a small classifier of all attributes, trained on labelled pictures, no noise; it only judges edits.

It is a transformers `ResNetForImageClassification`, so it loads like any other classifier.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessorPil

from ..faces import ATTRIBUTES
from .data import rows_of_step, to_signal, training_faces
from .loop import train_loop

IMAGES, SEED, STEPS, BATCH = 40_000, 0, 1600, 64


def build():
    """A ResNet with basic blocks on 64 x 64 pictures, one logit an attribute."""
    config = ResNetConfig(
        num_channels=3, embedding_size=24, hidden_sizes=[24, 48, 80], depths=[1, 1, 1], layer_type="basic",
        downsample_in_first_stage=False, num_labels=len(ATTRIBUTES), problem_type="multi_label_classification",
        id2label=dict(enumerate(ATTRIBUTES)), label2id={name: i for i, name in enumerate(ATTRIBUTES)},
    )  # fmt: skip
    return ResNetForImageClassification(config)


def processor():
    """The image processor: 64 x 64 pixels, values in -1..1."""
    return ViTImageProcessorPil(size={"height": 64, "width": 64}, image_mean=[0.5] * 3, image_std=[0.5] * 3)


def shift(images, generator, reach=3):
    """Move a batch by up to `reach` pixels, blur it or not, add a little noise: reconstructions are softer."""
    dx, dy = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
    images = torch.roll(images, (dy, dx), (2, 3))
    if torch.rand((), generator=generator) < 0.4:
        images = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="reflect"), 3, 1)
    return images + 0.05 * torch.randn(images.shape, generator=generator)


def classification_loss(pixels, labels):
    """Binary cross-entropy of all attributes on shifted pictures."""
    labels = torch.from_numpy(labels.astype(np.float32))

    def loss(model, step, generator):
        rows = rows_of_step(len(pixels), BATCH, step, SEED)
        images = shift(to_signal(pixels[rows]), generator).to(memory_format=torch.channels_last)
        return F.binary_cross_entropy_with_logits(model(images).logits.float(), labels[rows])

    return loss


def train(folder, checkpoints):
    """Train the judge and save it as a transformers folder."""
    pixels, labels = training_faces(IMAGES, SEED)
    torch.manual_seed(SEED)
    model = build().to(memory_format=torch.channels_last)
    loss, data = classification_loss(pixels, labels), {"images": IMAGES, "batch": BATCH}
    model, seconds = train_loop(model, loss, STEPS, checkpoints, lr=3e-3, decay=0.995, **data)
    model.half().save_pretrained(Path(folder))
    processor().save_pretrained(Path(folder))
    return {"judge": seconds}
