"""The vision transformer that encoders without text are: how it is built, read and saved."""

import torch
from transformers import BitImageProcessorPil, Dinov2Config, Dinov2Model

from .data import to_signal


def build_vit(world, width, layers):
    """Dinov2Model on the 64 patches of a world's pictures, heads of 32."""
    config = Dinov2Config(
        hidden_size=width, num_hidden_layers=layers, num_attention_heads=width // 32, mlp_ratio=3,
        image_size=world.side, patch_size=world.patch,
    )  # fmt: skip
    return Dinov2Model(config)


@torch.no_grad()
def class_tokens(model, pixels, batch_size=250):
    """Class tokens (n, d) float32 of pictures (n, h, w, 3) uint8."""
    parts = [to_signal(pixels[i : i + batch_size]) for i in range(0, len(pixels), batch_size)]
    return torch.cat([model(part).last_hidden_state[:, 0].float() for part in parts]).numpy()


def save_vit(model, folder, world):
    """A transformers folder at half precision, with the image processor."""
    model.half().save_pretrained(folder)
    side = {"height": world.side, "width": world.side}
    BitImageProcessorPil(
        size=side, crop_size=side, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)
