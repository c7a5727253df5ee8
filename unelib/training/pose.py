"""`drawn-pose`: a ViT taught how a face is placed and lit, and nothing of the attributes that the workbook probes.

Position, size, roll, turn, and the colours of background and shirt are drawn independently of every attribute; each is
to be told by its third (low, middle, high). The network is the one of `drawn-simclr`.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .contrastive import LAYERS, WIDTH
from .data import rows_of_step, to_signal
from .loop import train_loop
from .vit import build_vit, save_vit

STEPS, BATCH, THIRDS = 1200, 64, 3
NAMED = ("x", "y", "scale", "roll", "turn", "background_hue", "shirt_hue")


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"pose": (STEPS, BATCH)}


class Classifier(nn.Module):
    """The ViT, and a linear head on its class token that only training needs."""

    def __init__(self, world):
        super().__init__()
        self.vit = build_vit(world, WIDTH, LAYERS)
        self.head = nn.Linear(WIDTH, len(NAMED) * THIRDS)

    def forward(self, images):
        """Logits (n, thirds, factors)."""
        return self.head(self.vit(images).last_hidden_state[:, 0]).float().unflatten(1, (THIRDS, len(NAMED)))


def thirds(nuisances):
    """Which third of -1..1 each value lies in: integers 0 to 2.

    >>> thirds(torch.tensor([-1.0, -0.3, 0.0, 0.4, 1.0]))
    tensor([0, 1, 1, 2, 2])
    """
    return ((nuisances + 1) / 2 * THIRDS).long().clamp(0, THIRDS - 1)


def pose_loss(pixels, nuisances, seed):
    """Cross-entropy of the thirds (n, factors) of one batch of pictures."""
    labels = thirds(torch.from_numpy(nuisances))

    def loss(model, step, generator):
        rows = rows_of_step(len(pixels), BATCH, step, seed)
        return F.cross_entropy(model(to_signal(pixels[rows])), labels[rows])

    return loss


def train(folder, checkpoints, world, seed=0):
    """Train the ViT and save it as a transformers folder; returns the seconds."""
    pixels, _ = world.pictures()
    torch.manual_seed(seed)
    loss = pose_loss(pixels, world.nuisances(NAMED), seed)
    data = {"images": len(pixels), "batch": BATCH, "named": list(NAMED)}
    model, seconds = train_loop(Classifier(world), loss, STEPS, checkpoints, lr=1e-3, decay=0.99, seed=seed, **data)
    save_vit(model.vit, folder, world)
    return {"pose": seconds}
