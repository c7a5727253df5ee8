"""`drawn-ddpm`, `fashion-ddpm`: a U-Net that diffuses pictures themselves, at 32 x 32, with DDPM's own schedule."""

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDIMPipeline, DDIMScheduler, UNet2DModel

from ..models.denoiser_families import plain_attention
from .data import to_signal
from .latent_diffusion import velocity_loss
from .loop import train_loop

SIZE = 32
STEPS, BATCH = 4000, 64


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"denoiser": (STEPS, BATCH)}


def build(world):
    """UNet2DModel on 3 x 32 x 32, or 1 x 32 x 32, with attention at 8 x 8."""
    return UNet2DModel(
        sample_size=SIZE, in_channels=world.channels, out_channels=world.channels, block_out_channels=(16, 48, 96),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "UpBlock2D", "UpBlock2D"), attention_head_dim=32, norm_num_groups=16,
    )  # fmt: skip


def build_scheduler():
    """DDPM's noise schedule (Ho et al., 2020): linear betas, 1000 steps; v-prediction.

    At its highest level the noise is 157 times the signal: a model of epsilon would have to be that much more accurate
    before its samples have the right colours.
    """
    return DDIMScheduler(
        num_train_timesteps=1000, beta_start=1e-4, beta_end=0.02, beta_schedule="linear",
        clip_sample=False, prediction_type="v_prediction",
    )  # fmt: skip


def signals_of(pixels, channels, chunk=1000):
    """Pictures (n, h, w, 3) uint8 -> (n, channels, 32, 32) float32 in -1..1, averaged over areas; grey has one."""
    chunks = [np.array(pixels[i : i + chunk, ..., :channels]) for i in range(0, len(pixels), chunk)]
    return torch.cat([F.interpolate(to_signal(part), size=(SIZE, SIZE), mode="area") for part in chunks])


def train(folder, checkpoints, world, seed=0):
    """Train the U-Net and save it as a diffusers folder; returns the seconds."""
    signals = signals_of(world.pictures()[0], world.channels)
    scheduler = build_scheduler()
    torch.manual_seed(seed)
    denoiser = plain_attention(build(world)).to(memory_format=torch.channels_last)
    loss, data = velocity_loss(signals, scheduler, BATCH, seed), {"images": len(signals), "batch": BATCH}
    denoiser, seconds = train_loop(denoiser, loss, STEPS, checkpoints, lr=8e-4, decay=0.9985, seed=seed, **data)
    pipeline = DDIMPipeline(unet=denoiser.half(), scheduler=scheduler)
    pipeline.save_pretrained(folder, safe_serialization=True)
    return {"denoiser": seconds}
