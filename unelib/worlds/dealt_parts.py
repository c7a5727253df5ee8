"""Parts of images that have none of their own: dealt out by a hash of names, so that more images move none."""

import hashlib

import numpy as np

SHARES = {"train": (0.0, 0.7), "valid": (0.7, 0.8), "test": (0.8, 1.0)}


def places(names, persons=None):
    """Where each image lies between 0 and 1, (n,), by its name or by whom it shows: one person's lie at one place.

    >>> places(["a", "b"]).round(2).tolist()
    [0.79, 0.24]
    """
    return np.array([hashed(name) for name in (names if persons is None else persons)])


def hashed(name):
    """A number between 0 and 1 that a name has by its hash."""
    return int.from_bytes(hashlib.sha256(str(name).encode()).digest()[:7], "big") / 2**56


def dealt_order(found, split):
    """Rows of a part by their places (n,): those of train from the lowest place on, those of test from the highest."""
    low, high = SHARES[split]
    order = np.argsort(found, kind="stable")
    order = order[(found[order] >= low) & (found[order] < high)]
    return order[::-1] if split == "test" else order
