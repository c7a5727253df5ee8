"""What is read of some views alone, through a space that they share with others."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..probing.choices import Kind
from ..probing.linear_probe import LinearProbe
from .canonical import GCCA


def read_alone(
    views: Mapping[str, NDArray[Any]],
    alone: Collection[str],
    labels: Any,
    learn: NDArray[np.bool_],
    held_out: NDArray[np.bool_],
    k: int,
    view_components: int | None = None,
    kind: Kind = "logistic",
    groups: ArrayLike | None = None,
    shuffle: int | None = None,
) -> tuple[LinearProbe, NDArray[np.float64]]:
    """A probe of the space that views share, and the held-out images as some of the views alone show them there.

    The space is MAXVAR generalised CCA of the training rows. The probe learns from all views together, and is never
    told which of them it will get.

    Parameters
    ----------
    views : dict {name: ndarray (n, d)}
        Row-aligned views.
    alone : collection of str
        Through which the held-out images are seen.
    labels : DataFrame (n, a) of 0/1
        Attributes.
    learn, held_out : ndarray (n,), bool
        Rows to learn from, and to be read.
    k : int
        Dimensions of the space.
    view_components : int, optional
        Principal components that stand for a view, at most; all by default.
    kind : str
        The probe's.
    groups : array-like (n,), optional
        The person, say, of each image; see `LinearProbe.fit`.
    shuffle : int, optional
        A seed: the training rows of all views but the first are shuffled before the space is fitted. This is the
        control, a space in which nothing is shared.

    Returns
    -------
    probe : LinearProbe
        Fitted to the space.
    rows : ndarray (m, k)
        The held-out images there; `mean_auc(probe, rows, labels[held_out])` scores them.

    Raises
    ------
    ValueError
        As `GCCA.fit` and `LinearProbe.fit`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Z, learn = rng.standard_normal((300, 2)), np.arange(300) < 200
    >>> views = {"a": Z + 0.1 * rng.standard_normal((300, 2)), "b": Z @ rng.standard_normal((2, 5))}
    >>> probe, rows = read_alone(views, ["a"], (Z[:, :1] > 0).astype(int), learn, ~learn, 2)
    >>> bool(((probe.decision_function(rows) > 0) == (Z[~learn, :1] > 0)).mean() > 0.9)
    True
    """
    training = [view[learn] for view in views.values()]
    fitted = training
    if shuffle is not None:
        rng = np.random.default_rng(shuffle)
        fitted = [training[0], *(rng.permutation(rows) for rows in training[1:])]
    space = GCCA(k, ridge=1, components=view_components).fit(fitted)
    people = None if groups is None else np.asarray(groups)[learn]
    probe = LinearProbe(kind).fit(space.transform(training), labels[learn], people)
    seen = [view[held_out] if name in alone else None for name, view in views.items()]
    return probe, space.transform(seen)
