"""`fashion-cond-ddpm`: a U-Net that diffuses pictures at 32 x 32 and is told their class, or that it is not told."""

import torch
import torch.nn.functional as F
from diffusers import DDIMPipeline, UNet2DModel

from ..models.denoiser_families import plain_attention
from .data import rows_of_step
from .latent_diffusion import noised
from .loop import train_loop
from .pixel_diffusion import SIZE, build_scheduler, signals_of

STEPS, BATCH = 3000, 64
UNTOLD = 0.1  # share of training pictures whose class is kept back, so that the network also knows no class


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"denoiser": (STEPS, BATCH)}


def build(world):
    """UNet2DModel on 1 x 32 x 32 or 3 x 32 x 32 with an embedding of each class, the last of which stands for none.

    The class, like the time, scales and shifts the features of every block. Most channels are at low resolution: a
    classifier asks this network hundreds of times a picture.
    """
    return UNet2DModel(
        sample_size=SIZE, in_channels=world.channels, out_channels=world.channels, block_out_channels=(16, 32, 64, 96),
        layers_per_block=1, num_class_embeds=world.classes + 1, resnet_time_scale_shift="scale_shift",
        down_block_types=("DownBlock2D", "DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D", "UpBlock2D"),
        attention_head_dim=32, norm_num_groups=16,
    )  # fmt: skip


def some_untold(labels, none, generator):
    """Labels (n,) of which a share of UNTOLD is replaced by `none` (Ho and Salimans, 2022)."""
    return torch.where(torch.rand(len(labels), generator=generator) < UNTOLD, none, labels)


def class_velocity_loss(signals, labels, scheduler, batch_size, seed):
    """Loss of v-prediction (Salimans and Ho, 2022) on signals (n, c, h, w) of classes (n,), some of them untold.

    The rows of a step are those that `noised` takes.
    """

    def loss(model, step, generator):
        clean, t, noise, noisy = noised(signals, scheduler, batch_size, step, generator, seed)
        labels_of_step = labels[rows_of_step(len(labels), batch_size, step, seed)]
        told = some_untold(labels_of_step, model.config.num_class_embeds - 1, generator)
        return F.mse_loss(model(noisy, t, told).sample.float(), scheduler.get_velocity(clean, noise, t))

    return loss


def train(folder, checkpoints, world, seed=0):
    """Train the U-Net and save it as a diffusers folder; returns the seconds."""
    pixels, attributes = world.pictures()
    signals, labels = signals_of(pixels, world.channels), torch.from_numpy(attributes[:, : world.classes].argmax(1))
    scheduler = build_scheduler()
    torch.manual_seed(seed)
    denoiser = plain_attention(build(world)).to(memory_format=torch.channels_last)
    loss = class_velocity_loss(signals, labels, scheduler, BATCH, seed)
    data = {"images": len(signals), "batch": BATCH, "untold": UNTOLD}
    denoiser, seconds = train_loop(denoiser, loss, STEPS, checkpoints, lr=8e-4, decay=0.9985, seed=seed, **data)
    DDIMPipeline(unet=denoiser.half(), scheduler=scheduler).save_pretrained(folder, safe_serialization=True)
    return {"denoiser": seconds}
