"""What one shared latent must beat: independent views, views that share in pairs only, and pairs that do not belong."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from ..stats.intervals import normal_mean_interval
from .une import UNE


def rivals(une: UNE, train: Mapping[str, Any], test: Mapping[str, Any]) -> pd.DataFrame:
    """Held-out log likelihood of the model beside that of its rivals: a DataFrame, a row a model.

    une    `une.UNE` with the options that all of them have; it is not changed
    train  {view: X (n, d)}; test  the same views of other images
    one latent            the model
    pairs of views share  every pair of views has dimensions of its own, and nothing is common to three; left out where
                          there are two views, which are one pair
    independent views     no shared dimension, every view as well described as it can be alone
    shuffled rows         the model, with as many dimensions as the first has, fitted to views whose rows were shuffled
    Columns: k, log_likelihood (nats an image, all views jointly), behind, low, high: how far it lies behind the model,
    with the normal 95% interval over images, which are the same for all. Raises ValueError, naming the view, on fewer
    than two rows in `test`.

    >>> from unelib import UNE
    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((300, 1))
    >>> views = {name: Z + rng.standard_normal((300, 4)) for name in "abc"}
    >>> train, test = ({name: X[rows] for name, X in views.items()} for rows in (slice(200), slice(200, 300)))
    >>> (rivals(UNE(1, private=0), train, test).low[2:] > 0).tolist()
    [True, True]
    """
    for view in train:
        if view not in test or len(test[view]) < 2:
            raise ValueError(
                f"test has {len(test.get(view, ()))} rows of {view!r}; 2 at least of every view are needed"
            )
    rng = np.random.default_rng(une.seed)
    model = clone(une).fit(train)
    fits = {"one latent": model}
    if len(train) > 2:
        fits["pairs of views share"] = clone(une).set_params(sharing="pairs").fit(train)
    fits["independent views"] = clone(une).set_params(components=0).fit(train)
    shuffled = {name: np.asarray(X)[rng.permutation(len(X))] for name, X in train.items()}
    fits["shuffled rows"] = clone(une).set_params(components=model.k_).fit(shuffled)
    found = {name: fit.log_likelihood(test) for name, fit in fits.items()}
    rows = [{"k": fits[name].k_} | distance_behind(found["one latent"], rows) for name, rows in found.items()]
    return pd.DataFrame(rows, pd.Index(found, name="model"))


def distance_behind(best, other):
    """Mean of log likelihoods (m,) of a model, and how far they lie behind another's."""
    found = normal_mean_interval(best - other)
    return {"log_likelihood": float(other.mean()), "behind": found.value} | found.ends
