"""`drawn-ldm`: a KL autoencoder (f = 4) and a U-Net on its latents, Stable Diffusion's architecture in small."""

from pathlib import Path

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, DDIMScheduler, LDMPipeline, UNet2DModel
from diffusers.training_utils import compute_snr
from tqdm.auto import trange

from ..models.denoiser_families import plain_attention
from ..models.loading import weights_digest
from .data import rows_of_step, to_signal
from .loop import train_loop

AUTOENCODER_STEPS, DECODER_STEPS, AUTOENCODER_BATCH = 5000, 6000, 16
DENOISER_STEPS, DENOISER_BATCH = 10_000, 64


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {
        "autoencoder": (AUTOENCODER_STEPS, AUTOENCODER_BATCH),
        "decoder": (DECODER_STEPS, AUTOENCODER_BATCH),
        "denoiser": (DENOISER_STEPS, DENOISER_BATCH),
    }


def build_autoencoder():
    """AutoencoderKL 3 x 64 x 64 -> 4 x 16 x 16."""
    return AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, sample_size=64, block_out_channels=(24, 48, 96),
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3,
        layers_per_block=1, norm_num_groups=8, mid_block_add_attention=False,
    )  # fmt: skip


def build_denoiser():
    """UNet2DModel on 4 x 16 x 16 with attention at 8 x 8 and in the bottleneck (5.6 M parameters)."""
    return UNet2DModel(
        sample_size=16, in_channels=4, out_channels=4, block_out_channels=(64, 128, 160), layers_per_block=1,
        down_block_types=("DownBlock2D", "AttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "AttnUpBlock2D", "UpBlock2D"), attention_head_dim=32, norm_num_groups=16,
    )  # fmt: skip


def build_scheduler():
    """Stable Diffusion's noise schedule: scaled-linear betas, 1000 steps, epsilon prediction."""
    return DDIMScheduler(
        num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
        clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type="epsilon",
    )  # fmt: skip


def gradient(x):
    """Differences between neighbouring pixels along both axes."""
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def reconstruction_loss(made, image):
    """Mean absolute error of the picture plus that of its gradient: sharp edges without an adversary."""
    edges = sum(F.l1_loss(a, b) for a, b in zip(gradient(made), gradient(image)))
    return F.l1_loss(made, image) + F.mse_loss(made, image) + edges


def autoencoder_loss(pixels, seed, kl_weight=2e-4):
    """Loss of one step of the autoencoder on pictures (n, 64, 64, 3) uint8."""

    def loss(model, step, generator):
        image = to_signal(pixels[rows_of_step(len(pixels), AUTOENCODER_BATCH, step, seed)])
        image = image.to(memory_format=torch.channels_last)
        posterior = model.encode(image).latent_dist
        made = model.decode(posterior.sample()).sample
        return reconstruction_loss(made.float(), image) + kl_weight * posterior.kl().mean() / 256

    return loss


def decoder_loss(pixels, latents, seed):
    """Loss of one step of the decoder alone, on latents (n, 4, 16, 16) that no longer change."""

    def loss(model, step, generator):
        rows = rows_of_step(len(pixels), AUTOENCODER_BATCH, step, seed + 1)
        image = to_signal(pixels[rows]).to(memory_format=torch.channels_last)
        made = model.decode(latents[rows].to(memory_format=torch.channels_last)).sample.float()
        return 20 * F.mse_loss(made, image) + 0.3 * reconstruction_loss(made, image)

    return loss


@torch.no_grad()
def encode_all(autoencoder, pixels, batch_size=100):
    """Latent means (n, 4, 16, 16) float32, unscaled."""
    autoencoder.eval()
    parts = []
    for start in trange(0, len(pixels), batch_size, desc="encoding", mininterval=10):
        with torch.autocast("cpu", torch.bfloat16):
            image = to_signal(pixels[start : start + batch_size]).to(memory_format=torch.channels_last)
            parts.append(autoencoder.encode(image).latent_dist.mean.float())
    return torch.cat(parts)


def noised(signals, scheduler, batch_size, step, generator, seed):
    """One batch of a step: clean signals, their timesteps (spread evenly), the noise, and the sum the model sees."""
    clean = signals[rows_of_step(len(signals), batch_size, step, seed)]
    t = (torch.rand(len(clean), generator=generator) + torch.arange(len(clean))) / len(clean)
    t = (t * scheduler.config.num_train_timesteps).long()
    noise = torch.randn(clean.shape, generator=generator)
    return clean, t, noise, scheduler.add_noise(clean, noise, t).to(memory_format=torch.channels_last)


def denoising_loss(signals, scheduler, batch_size, seed, gamma=5.0):
    """Epsilon loss on signals (n, c, h, w), latents or pictures, weighted by min(SNR, gamma) / SNR.

    The weight (Hang et al., 2023) keeps the nearly clean from ruling; a tenth of the plain loss is added.
    """

    def loss(model, step, generator):
        _, t, noise, noisy = noised(signals, scheduler, batch_size, step, generator, seed)
        error = (model(noisy, t).sample.float() - noise).square().mean((1, 2, 3))
        snr = compute_snr(scheduler, t)
        return (error * snr.clamp(max=gamma) / snr).mean() + 0.1 * error.mean()

    return loss


def velocity_loss(signals, scheduler, batch_size, seed):
    """Plain loss of v-prediction (Salimans and Ho, 2022) on signals (n, c, h, w)."""

    def loss(model, step, generator):
        clean, t, noise, noisy = noised(signals, scheduler, batch_size, step, generator, seed)
        return F.mse_loss(model(noisy, t).sample.float(), scheduler.get_velocity(clean, noise, t))

    return loss


def save_pipeline(folder, autoencoder, denoiser, scheduler):
    """One diffusers folder at half precision; `LDMPipeline` calls its autoencoder `vqvae`, whichever kind it is."""
    pipeline = LDMPipeline(vqvae=autoencoder.half(), unet=denoiser.half(), scheduler=scheduler)
    pipeline.save_pretrained(folder, safe_serialization=True)


def train(folder, checkpoints, world, seed=0):
    """Train both parts and save them as one diffusers folder; returns the seconds of each."""
    checkpoints = Path(checkpoints)
    pixels, _ = world.pictures()
    data = {"images": len(pixels), "batch": AUTOENCODER_BATCH, "seed": seed}
    torch.manual_seed(seed)
    autoencoder = build_autoencoder().to(memory_format=torch.channels_last)
    autoencoder, vae_seconds = train_loop(
        autoencoder, autoencoder_loss(pixels, seed), AUTOENCODER_STEPS, checkpoints / "autoencoder", lr=1e-3, **data
    )
    data |= {"autoencoder": weights_digest(autoencoder)}  # both trainings below stand on its latents
    latents = encode_all(autoencoder, pixels)
    autoencoder.encoder.requires_grad_(False)
    autoencoder.quant_conv.requires_grad_(False)
    autoencoder.decoder.requires_grad_(True)
    autoencoder.post_quant_conv.requires_grad_(True)
    autoencoder, decoder_seconds = train_loop(
        autoencoder, decoder_loss(pixels, latents, seed), DECODER_STEPS, checkpoints / "decoder", lr=8e-4, **data
    )
    autoencoder.register_to_config(scaling_factor=float(1 / latents.std()))
    latents *= autoencoder.config.scaling_factor
    scheduler = build_scheduler()
    torch.manual_seed(seed)
    denoiser = plain_attention(build_denoiser()).to(memory_format=torch.channels_last)
    loss, data = denoising_loss(latents, scheduler, DENOISER_BATCH, seed), data | {"batch": DENOISER_BATCH}
    denoiser, unet_seconds = train_loop(
        denoiser, loss, DENOISER_STEPS, checkpoints / "denoiser", lr=6e-4, decay=0.9985, **data
    )
    save_pipeline(folder, autoencoder, denoiser, scheduler)
    return {"autoencoder": vae_seconds, "decoder": decoder_seconds, "denoiser": unet_seconds}
