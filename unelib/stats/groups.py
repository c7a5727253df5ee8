"""Splits that keep whole groups, such as all images of one person, on one side: what is known of a face must not leak.

A mask is bool (n,); groups (n,) hold one name or number a row.
"""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import row_mask, same_rows, share


def split_by_group(groups: ArrayLike, held_out: float = 0.2, seed: int = 0) -> NDArray[np.bool_]:
    """Held-out rows: whole groups, drawn at random, with as near a share `held_out` of the rows as they can.

    Parameters
    ----------
    groups : array-like (n,)
        The group of each row, a name or a number.
    held_out : float
        Share of rows, above 0 and below 1; there is always one group at least on either side.
    seed : int
        Of the draw.

    Returns
    -------
    ndarray (n,) of bool
        True where a row is held out.

    Raises
    ------
    ValueError
        On a share out of range, missing groups or fewer than two.

    Examples
    --------
    >>> split_by_group(["ann", "bob", "ann", "cat"], 0.5).tolist()
    [True, False, True, False]
    """
    if share(held_out, "held_out", high=1.0) == 1:
        raise ValueError("held_out is 1; leave rows to learn from")
    codes = group_codes(groups)
    order = np.random.default_rng(seed).permutation(codes.max() + 1)
    picked = nearest_subset(np.bincount(codes)[order], held_out * len(codes))
    return np.isin(codes, order[picked])


def dealt_groups(groups, folds, seed=0):
    """Fold (n,) 0, 1, ... of each row: whole groups are dealt out in turn, in random order.

    >>> dealt_groups(["ann", "bob", "ann", "cat"], 3).tolist()
    [2, 0, 2, 1]
    """
    codes = group_codes(groups)
    return np.random.default_rng(seed).permutation(codes.max() + 1)[codes] % folds


def shared_groups(groups, n):
    """Groups as numbers (n,), or None where groups is None or no two rows share one; errors as in `group_codes`.

    None, too, with a warning, where all rows share one: what is said of its rows then holds for that group alone.

    >>> shared_groups(["ann", "bob", "ann"], 3).tolist(), shared_groups([5, 6, 7], 3)
    ([0, 1, 0], None)
    """
    if groups is None:
        return None
    codes = group_codes(groups, least=1)
    same_rows(("X", range(n)), ("groups", codes))
    if n > 1 and not codes.any():
        told = f"all {n} rows are of one group; rows count by themselves, and intervals hold for it alone"
        warnings.warn(told, stacklevel=3)
        return None
    return codes if codes.max() + 1 < n else None


def group_codes(groups, least=2):
    """Groups (n,) as numbers 0, 1, ... in order of appearance; ValueError on other shapes, missing or too few groups.

    >>> group_codes(["bob", "ann", "bob"]).tolist()
    [0, 1, 0]
    """
    if np.ndim(groups) != 1:
        raise ValueError(f"groups must be (n,), one a row, not of shape {np.shape(groups)}")
    codes, names = pd.factorize(np.asarray(groups))
    if (codes < 0).any():
        raise ValueError(f"the group of row {codes.argmin()} is missing; drop that row or give it a group of its own")
    if len(names) < least:
        raise ValueError(f"there are {len(names)} groups in {len(codes)} rows; at least two are needed")
    return codes


def nearest_subset(sizes, target):
    """Indices of sizes (g,) whose sum is as near `target` as any sum of some of them but not all.

    Sums are reached in the order of the sizes: `last[s]` is the size that first made s, so that the way back from it
    leads through earlier sizes alone, and a target that the first few can make needs no more.
    """
    last, reached, so_far = np.full(sizes.sum() + 1, -1), np.zeros(sizes.sum() + 1, bool), 0
    reached[0] = True
    goal = min(max(round(target), 1), sizes.sum() - 1)
    for i, size in enumerate(sizes):
        new = np.flatnonzero(reached[: so_far + 1] & ~reached[size : so_far + size + 1]) + size
        last[new], reached[new], so_far = i, True, so_far + size
        if reached[goal]:
            break
    sums = np.flatnonzero(reached[:-1])[1:]
    total, picked = sums[np.abs(sums - target).argmin()], []
    while total:
        picked.append(last[total])
        total -= sizes[last[total]]
    return picked


def overlap(groups: ArrayLike, learn: ArrayLike, held_out: ArrayLike) -> int:
    """How many held-out rows are of a group that is also among the rows to learn from; 0 is a split without leaks.

    Parameters
    ----------
    groups : array-like (n,)
        The group of each row, a name or a number.
    learn, held_out : array-like (n,) of bool
        Masks of the rows to learn from and of those held out.

    Returns
    -------
    int
        Held-out rows, not groups.

    Raises
    ------
    ValueError
        On other lengths, missing groups or fewer than two.
    TypeError
        On masks of numbers.

    Examples
    --------
    >>> overlap(["ann", "ann", "bob"], np.array([True, False, False]), np.array([False, True, True]))
    1
    """
    codes, learn, held_out = row_masks(groups, learn, held_out)
    return int(np.isin(codes[held_out], codes[learn]).sum())


def without_groups(learn, groups, held_out):
    """The mask `learn` (n,) less every row whose group is held out; arguments and errors as in `overlap`.

    >>> held_out = np.array([False, True, False])
    >>> without_groups(~held_out, ["ann", "ann", "bob"], held_out).tolist()
    [False, False, True]
    """
    codes, learn, held_out = row_masks(groups, learn, held_out)
    return learn & ~np.isin(codes, codes[held_out])


def row_masks(groups, learn, held_out):
    """Group codes and the two masks (n,) bool of their rows."""
    codes, learn, held_out = group_codes(groups), np.asarray(learn), np.asarray(held_out)
    same_rows(("groups", codes), ("learn", learn), ("held_out", held_out))
    return codes, row_mask(learn, len(codes), "learn"), row_mask(held_out, len(codes), "held_out")
