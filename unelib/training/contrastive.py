"""`drawn-simclr`: a ViT trained without labels, captions or a decoder, to tell pictures apart (SimCLR).

Two views of each picture are cropped and coloured at random; the network is to find, among all other views of a batch,
the one of the same picture (Chen et al., 2020, eq. 1). Nothing of what the workbook probes is known to it, and nothing
makes it keep what a picture shows beyond what tells it from others.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .data import crops, rows_of_step, to_signal
from .loop import train_loop
from .vit import build_vit, save_vit

STEPS, BATCH = 1200, 96
WIDTH, LAYERS = 128, 4
TEMPERATURE, SMALLEST_CROP, TINT = 0.2, 0.6, 0.4


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"contrastive": (STEPS, BATCH)}


def build(world):
    """Dinov2Model: four layers of width 128 on 64 patches (0.7 M parameters)."""
    return build_vit(world, WIDTH, LAYERS)


class Projected(nn.Module):
    """The ViT, and the head, needed in training only, between its class token and the space of the loss."""

    def __init__(self, world, hidden=256, out=64):
        super().__init__()
        self.vit = build(world)
        self.head = nn.Sequential(nn.Linear(WIDTH, hidden), nn.GELU(), nn.Linear(hidden, out))

    def forward(self, images):
        return self.head(self.vit(images).last_hidden_state[:, 0])


def coloured(images, generator):
    """Contrast and brightness changed, each channel's by itself and all at once; some pictures lose their colours."""
    n = len(images)
    shared, own = (2 * torch.rand(2, n, k, 1, 1, generator=generator) - 1 for k in (1, 3))
    contrast, brightness = TINT * (shared + own / 2)
    grey = torch.rand(n, 1, 1, 1, generator=generator) < 0.2
    images = torch.where(grey, images.mean(1, keepdim=True), images)
    return (images * (1 + contrast) + brightness).clamp(-1, 1)


def pair_loss(z, temperature=TEMPERATURE):
    """NT-Xent of 2n projections (2n, d), of which row i and row n + i are one picture: cross-entropy in float32."""
    z = F.normalize(z.float(), dim=1)
    n = len(z) // 2
    alike = (z @ z.T / temperature).fill_diagonal_(-torch.inf)
    return F.cross_entropy(alike, torch.arange(2 * n).roll(n))


def contrastive_loss(pixels, seed):
    """Loss of one step on pictures (n, h, w, 3) uint8."""

    def loss(model, step, generator):
        images = to_signal(pixels[rows_of_step(len(pixels), BATCH, step, seed)])
        views = [coloured(crops(images, generator, SMALLEST_CROP), generator) for _ in range(2)]
        projected = model(torch.cat(views))
        with torch.autocast("cpu", enabled=False):
            return pair_loss(projected)

    return loss


def train(folder, checkpoints, world, seed=0):
    """Train the ViT and save it as a transformers folder; returns the seconds."""
    pixels, _ = world.pictures()
    torch.manual_seed(seed)
    data = {"images": len(pixels), "batch": BATCH, "temperature": TEMPERATURE, "tint": TINT}
    loss = contrastive_loss(pixels, seed)
    model, seconds = train_loop(Projected(world), loss, STEPS, checkpoints, lr=1e-3, decay=0.99, seed=seed, **data)
    save_vit(model.vit, folder, world)
    return {"contrastive": seconds}
