"""`drawn-dino`: a Dinov2 ViT trained without labels or captions, by self-distillation and by redrawing its pictures.

Three losses, all from pictures alone. A student sees a crop with some patches masked; a teacher, the student's moving
average, sees whole pictures. (1) At the masked patches the student predicts the teacher's features (data2vec, iBOT);
(2) its class token predicts the teacher's class token of another crop (BYOL, DINO); (3) from its class token alone a
small decoder redraws the crop unmasked. The third is no part of DINO: on drawn faces distillation by itself does not
bring what a face shows into the class token, and the picture does. The model kept is the teacher.
"""

from copy import deepcopy

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score
from torch import nn
from tqdm.auto import tqdm
from transformers import BitImageProcessorPil, Dinov2Config, Dinov2Model

from ..probe import LinearProbe
from .data import crops, rows_of_step, to_signal, training_faces
from .latent_diffusion import reconstruction_loss
from .loop import train_loop, update_average

IMAGES, SEED, STEPS, BATCH = 40_000, 0, 1600, 64
TEACHER_DECAY, MOST_MASKED, SMALLEST_CROP = 0.99, 0.4, 0.85
PATCH_WEIGHT, CLASS_WEIGHT, PICTURE_WEIGHT = 0.25, 0.25, 4.0
WATCH_EVERY, WATCH_TRAIN, WATCH_TEST = 1000, 3000, 1500


def build():
    """Dinov2Model: four layers of width 192 on 64 patches of 8 x 8 pixels (1.5 M parameters)."""
    config = Dinov2Config(
        hidden_size=192, num_hidden_layers=4, num_attention_heads=6, mlp_ratio=3, image_size=64, patch_size=8
    )
    return Dinov2Model(config)


class SelfDistillation(nn.Module):
    """Student, teacher and the heads that only training needs."""

    def __init__(self, width=192, hidden=768, side=32):
        super().__init__()
        self.student = build()
        self.teacher = deepcopy(self.student).requires_grad_(False)
        self.patch_head = nn.Linear(width, width)
        self.class_head = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))
        self.decoder = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, 3 * side * side), nn.Unflatten(1, (3, side, side))
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


def view(images, generator):
    """A mild crop with brightness and contrast a little changed: every part of the face stays."""
    contrast, brightness = 0.15 * (2 * torch.rand(2, len(images), 1, 1, 1, generator=generator) - 1)
    return (crops(images, generator, SMALLEST_CROP) * (1 + contrast) + brightness).clamp(-1, 1)


def random_mask(n, generator, patches=64):
    """Masked patches (n, patches) bool: a share of 0..MOST_MASKED, another for each image."""
    share = MOST_MASKED * torch.rand(n, 1, generator=generator)
    return torch.rand(n, patches, generator=generator) < share


def distillation_loss(pixels, watch):
    """The three losses of one step; moves the teacher first, and calls `watch(teacher, step)` now and then."""

    def loss(model, step, generator):
        if step:
            update_average(model.teacher, model.student, min(TEACHER_DECAY, (1 + step) / (10 + step)))
        if step % WATCH_EVERY == 0:
            watch(model.teacher, step)
        images = to_signal(pixels[rows_of_step(len(pixels), BATCH, step, SEED)])
        seen, other = view(images, generator), view(images, generator)
        mask = random_mask(len(images), generator)
        patch_targets, class_targets = teach(model.teacher, seen, other)
        features = model.student(seen, bool_masked_pos=mask).last_hidden_state
        drawn = model.decoder(features[:, 0]).float()
        patch = F.smooth_l1_loss(model.patch_head(features[:, 1:])[mask].float(), patch_targets[mask])
        class_ = F.smooth_l1_loss(model.class_head(features[:, 0]).float(), class_targets)
        picture = reconstruction_loss(drawn, F.avg_pool2d(seen, 2))
        return PATCH_WEIGHT * patch + CLASS_WEIGHT * class_ + PICTURE_WEIGHT * picture

    return loss


@torch.no_grad()
def class_tokens(model, pixels, batch_size=250):
    """Class tokens (n, d) float32 of pictures (n, 64, 64, 3) uint8."""
    parts = [to_signal(pixels[i : i + batch_size]) for i in range(0, len(pixels), batch_size)]
    return torch.cat([model(part).last_hidden_state[:, 0].float() for part in parts]).numpy()


def probe_auc(model, pixels, attributes):
    """Mean AUC of a ridge probe of the attributes on class tokens: only looked at, never learnt from."""
    tokens = class_tokens(model, pixels[: WATCH_TRAIN + WATCH_TEST])
    train, test = slice(WATCH_TRAIN), slice(WATCH_TRAIN, WATCH_TRAIN + WATCH_TEST)
    scores = LinearProbe("ridge").fit(tokens[train], attributes[train]).decision_function(tokens[test])
    return float(np.mean([roc_auc_score(truth, score) for truth, score in zip(attributes[test].T, scores.T)]))


def train(folder, checkpoints):
    """Train student and teacher and save the teacher; returns the seconds."""
    pixels, attributes = training_faces(IMAGES, SEED)
    torch.manual_seed(SEED)
    model = SelfDistillation()
    untrained = probe_auc(model.teacher, pixels, attributes)

    def watch(teacher, step):
        trained = probe_auc(teacher, pixels, attributes)
        tqdm.write(f"step {step}: probe AUC {trained:.3f} (untrained {untrained:.3f})")

    data = {"images": IMAGES, "batch": BATCH, "teacher_decay": TEACHER_DECAY, "most_masked": MOST_MASKED}
    data |= {"smallest_crop": SMALLEST_CROP, "weights": [PATCH_WEIGHT, CLASS_WEIGHT, PICTURE_WEIGHT]}
    loss = distillation_loss(pixels, watch)
    model, seconds = train_loop(model, loss, STEPS, checkpoints, lr=1e-3, decay=0.0, **data)
    watch(model.teacher, STEPS)
    model.teacher.half().save_pretrained(folder)
    side = {"height": 64, "width": 64}
    BitImageProcessorPil(
        size=side, crop_size=side, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)
    return {"dino": seconds}
