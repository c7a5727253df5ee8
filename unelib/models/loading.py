"""Where a model runs, what it weighs and what it takes: devices, precisions, a digest of weights, pixels."""

import hashlib
from contextlib import contextmanager

import diffusers
import numpy as np
import torch
import transformers
from numpy.typing import ArrayLike, NDArray

# bars for reading files that are here already would fill notebooks; the hub's own bars of downloads stay
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()


def pick_device(device="auto"):
    """`torch.device`: "auto" is a CUDA GPU, then Apple's, then the CPU; ValueError if there is no such device."""
    if device != "auto":
        return check_device(device)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def check_device(device):
    """`torch.device` by its name, or an error where models do not run on such a device or this machine has none."""
    counts = {"cpu": lambda: 1, "cuda": torch.cuda.device_count, "mps": lambda: int(torch.backends.mps.is_available())}
    try:
        found = torch.device(device)
        count = counts[found.type]()
    except (RuntimeError, KeyError) as error:
        raise ValueError(f"unknown device {device!r}; choose auto, cpu, cuda, cuda:1 or mps") from error
    if (found.index or 0) >= count:
        raise ValueError(f"device {device!r} is not on this machine; choose auto or cpu")
    return found


def pick_dtype(dtype, device):
    """`torch.dtype`: "auto" is float32 on a CPU and float16 on a GPU."""
    if dtype == "auto":
        return torch.float32 if device.type == "cpu" else torch.float16
    if dtype not in ("float32", "float16", "bfloat16"):
        raise ValueError(f"unknown dtype {dtype!r}; choose auto, float32, float16 or bfloat16")
    return getattr(torch, dtype)


def checked_images(pixels: ArrayLike) -> NDArray[np.uint8]:
    """Pixels as (n, h, w, c) uint8; ValueError on others, and where there are none."""
    pixels = np.asarray(pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or len(pixels) == 0:
        raise ValueError(f"images must be (n, h, w, 3) uint8 with n > 0, not {pixels.shape} {pixels.dtype}")
    return pixels


def first_line(error):
    """The first line of an error's message, at most 200 characters; its kind if it says nothing."""
    return (str(error).strip() or type(error).__name__).split("\n")[0][:200]


@contextmanager
def missing_encoder(name, library, source, config, weights):
    """Inside, what a library raises becomes one clear error: its model cannot be had at a folder or hub id."""
    try:
        yield
    except (OSError, ValueError, RuntimeError, KeyError, AssertionError, TypeError) as error:
        raise FileNotFoundError(
            f"encoder {name!r}: no {library} model at {source!r} ({first_line(error)}); put a folder with {config} and"
            f" {weights} there, or connect to the hub once so that it is cached"
        ) from error


def weights_digest(*modules):
    """SHA-256 (16 hex digits) of all parameters of some networks: other weights, another digest."""
    digest = hashlib.sha256()
    for tensor in (t for module in modules if module is not None for t in module.state_dict().values()):
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    return digest.hexdigest()[:16]
