"""Pictures as a denoiser or an autoencoder takes them, squares of its side, with as many channels; and gives them."""

import torch

from ..worlds.picture_files import lacking


def resize(x, side):
    """Images (n, c, h, w) as squares of `side`: the middle one, framed in black, area-averaged or bicubic."""
    short = min(x.shape[-2:])
    top, left = (x.shape[-2] - short) // 2, (x.shape[-1] - short) // 2
    x = x[..., top : top + short, left : left + short]
    border = lacking(short, side)
    if border is not None:
        return torch.nn.functional.pad(x, [border] * 4, value=-1.0)
    mode = {"mode": "area"} if short > side else {"mode": "bicubic", "align_corners": False, "antialias": True}
    return torch.nn.functional.interpolate(x, size=(side, side), **mode).clamp(-1, 1)


def match_channels(x, channels):
    """Grey to colour by repeating, colour to grey by luminance (Rec. 601; exact for grey), equal counts as they are."""
    if x.shape[1] == channels:
        return x
    if x.shape[1] == 1:
        return x.expand(-1, channels, -1, -1)
    red, green, blue = x.float().split(1, 1)
    return (green + 0.299 * (red - green) + 0.114 * (blue - green)).expand(-1, channels, -1, -1)


def eight_bits(x, name):
    """Values (n, c, h, w) in -1..1 as pictures (n, h, w, 3) uint8, on the CPU; ValueError where they are not finite."""
    if not torch.isfinite(x).all():
        raise ValueError(f"{name} gave pictures that are not finite; use dtype='float32' or fewer steps")
    return match_channels(((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8), 3).permute(0, 2, 3, 1).cpu().numpy()
