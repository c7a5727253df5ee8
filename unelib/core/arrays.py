"""Arrays that are NumPy's or, on a GPU, torch's: what a solver needs beyond the operators that both share."""

import sys

import numpy as np


def module_of(values):
    """`numpy` or `torch`, whichever the array is of."""
    return np if isinstance(values, np.ndarray) else sys.modules["torch"]


def like(reference, values):
    """Values as an array of the kind, precision and device of another.

    >>> like(np.zeros(1, np.float32), [1, 2]).dtype
    dtype('float32')
    """
    if isinstance(reference, np.ndarray):
        return np.asarray(values, reference.dtype)
    return module_of(reference).as_tensor(values, dtype=reference.dtype, device=reference.device)


def host(values):
    """The same as a NumPy array."""
    return values if isinstance(values, np.ndarray) else values.cpu().numpy()


def gpu():
    """torch's name of the GPU, or None if there is none."""
    import torch

    return "cuda" if torch.cuda.is_available() else None


def moved(values, device):
    """An array (or None) as a tensor on a device of torch's."""
    import torch

    if values is None or isinstance(values, torch.Tensor):
        return values if values is None else values.to(device)
    return torch.as_tensor(np.ascontiguousarray(values), device=device)
