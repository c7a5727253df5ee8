"""Stable Diffusion 1.5 and XL at the size of their published configurations, with random weights: one image, two steps.

    python benchmarks/full_size.py          # 1.5 at 512 pixels, XL's network at 512; minutes, and 14 GB, on a CPU

No weights are fetched and nothing is to be seen in the pictures; it tells that networks of that size go through, what
memory they take, and how long a call takes on this machine. What texts say is random as well.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from measured import peak_memory, promised, timed

from unelib import generate, invert, load_images
from unelib.inversion import to_latents
from unelib.models import Generator

SCHEDULE = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                set_alpha_to_one=False, steps_offset=1)  # fmt: skip
AUTOENCODER = dict(block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512,
                   down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)  # fmt: skip
XL = dict(block_out_channels=(320, 640, 1280), down_block_types=("DownBlock2D", *("CrossAttnDownBlock2D",) * 2),
          up_block_types=(*("CrossAttnUpBlock2D",) * 2, "UpBlock2D"), transformer_layers_per_block=[1, 2, 10],
          attention_head_dim=[5, 10, 20], cross_attention_dim=2048, addition_embed_type="text_time",
          addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816,
          use_linear_projection=True)  # fmt: skip
TOLD = {  # shapes of what a text says to each
    "Stable Diffusion 1.5": {"encoder_hidden_states": (1, 77, 768)},
    "Stable Diffusion XL": {"encoder_hidden_states": (1, 77, 2048), "text_embeds": (1, 1280), "time_ids": (1, 6)},
}


def generator(name):
    """A `Generator` of the published configuration, with random weights and a random text."""
    torch.manual_seed(0)
    own = XL if name.endswith("XL") else {"cross_attention_dim": 768}
    network = UNet2DConditionModel(sample_size=64, **own).eval().requires_grad_(False)
    vae = AutoencoderKL(**AUTOENCODER, scaling_factor=0.18215).eval().requires_grad_(False)
    parts = SimpleNamespace(unet=network, vae=vae, scheduler=DDIMScheduler(**SCHEDULE))
    gen = Generator(name, parts, torch.device("cpu"), torch.float32)
    gen.condition = {key: torch.randn(shape) for key, shape in TOLD[name].items()}
    return gen


def measure(name, pixels):
    """Invert a picture in two steps and make it again; print and keep what it took."""
    gen = generator(name)
    encoding, latent = timed(partial(to_latents, gen, pixels))
    seconds, found = timed(partial(invert, gen, pixels, steps=2))
    making, again = timed(partial(generate, gen, found.noise, steps=2))
    if not (np.isfinite(found.noise).all() and again.shape == pixels.shape and latent.shape[1:] == gen.latent_shape):
        raise RuntimeError(f"{name}: noise {found.noise.shape}, picture {again.shape}")
    size = sum(p.numel() for p in gen.unet.parameters()) / 1e6
    beside = {"million parameters": size, "encode, s": encoding, "invert, s": seconds, "make, s": making}
    promised(f"full size/{name}, memory", peak_memory(), "GB", most=24, **beside)


def main():
    """Both, the smaller first, since memory is the most that was held so far."""
    pixels = load_images("drawn-faces", n=1, size=512).pixels
    for name in TOLD:
        measure(name, pixels)


if __name__ == "__main__":
    main()
