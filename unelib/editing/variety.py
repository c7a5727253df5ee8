"""How much of a picture its variations keep, and how much they differ from one another."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from ..core.checks import choice, matrix
from ..models.contracts import EncoderLike, JudgeLike
from ..stats.intervals import NORMAL_95, RESAMPLES, Interval, mean_interval, percentiles, rate_interval


def variation_scores(
    before: NDArray[np.uint8],
    made: NDArray[np.uint8],
    encoder: EncoderLike,
    centre: ArrayLike,
    judge: JudgeLike | None = None,
) -> pd.DataFrame:
    """What variations keep of their picture, and how they vary.

    Parameters
    ----------
    before : ndarray (n, h, w, 3), uint8
        Pictures.
    made : ndarray (k, n, h, w, 3), uint8
        k variations of each, two at least, as `inversion.variations` gives them.
    encoder : EncoderLike
        Which measures likeness.
    centre : array-like (d,)
        Mean of its embeddings of other pictures, such as those of training, so that unrelated pictures have a cosine
        of about 0.
    judge : JudgeLike, optional
        Whose verdicts are compared.

    Returns
    -------
    DataFrame (n rows)
        Means over the variations of a picture: `identity`, the centred cosine with it; `variety`, 1 less the centred
        cosine of two of them: 0 if all are the same, about 1 if they are unrelated; `colour`, by how many grey levels
        mean colours differ from its own (root mean square over channels); and with a judge `verdicts`, the share of
        verdicts that are as they were.

    Raises
    ------
    ValueError
        On fewer than two variations, or of another number of pictures.

    Examples
    --------
    >>> from unelib import load_encoder, load_images
    >>> pixels, encoder = load_images("drawn-faces", n=3).pixels, load_encoder("drawn-dino")
    >>> scores = variation_scores(pixels, np.stack([pixels, pixels]), encoder, np.zeros(encoder.dim))
    >>> scores.identity.round(3).tolist(), scores.variety.abs().round(3).tolist()
    ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    """
    k = len(made)
    if np.ndim(made) != 5 or k < 2 or np.shape(made)[1] != len(before):
        raise ValueError(f"made has shape {np.shape(made)}; give two or more variations of each of {len(before)}")
    flat = made.reshape(-1, *made.shape[2:])
    own = unit_embeddings(encoder, before, centre)
    E = unit_embeddings(encoder, flat, centre).reshape(k, len(before), -1)
    pairs = ((E.sum(0) ** 2).sum(1) - k) / (k * (k - 1))  # mean cosine of two: |sum|^2 = k + all pairs
    colours, shades = made.mean((2, 3)), before.mean((1, 2))
    scores = {"identity": (E * own).sum(-1).mean(0), "variety": 1 - pairs}
    scores["colour"] = np.sqrt(((colours - shades) ** 2).mean(-1)).mean(0)
    if judge is not None:
        was, now = judge.probabilities(before) > 0.5, judge.probabilities(flat).reshape(k, len(before), -1) > 0.5
        scores["verdicts"] = (was == now).mean((0, 2))
    return pd.DataFrame(scores)


def unit_embeddings(encoder, pixels, centre):
    """Embeddings (n, d) of pictures, less a centre, of length 1; ValueError for a centre of another width."""
    E = matrix(encoder.embed(pixels), "embeddings")
    if np.shape(centre) != E.shape[1:]:
        raise ValueError(f"centre has shape {np.shape(centre)}, {encoder.name} embeds in {E.shape[1:]}; take its own")
    E = E - np.asarray(centre, float)
    return E / np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-12)


def variety_gap(found: pd.DataFrame, curve: Sequence[pd.DataFrame], column: str = "variety") -> Interval:
    """By how much a way's variations vary more than those of a curve that keep as much of the picture.

    Any other column can take the place of variety.

    Parameters
    ----------
    found : DataFrame (n rows)
        Of `variation_scores`.
    curve : sequence of DataFrame (n rows)
        Of the same pictures, at several strengths of another way, from what keeps nearly all to what keeps nothing.
    column : str
        What is compared at the same identity; a column of all.

    Returns
    -------
    Interval
        Variety (or what is named), less the curve's at the same identity: straight between its points, and beyond them
        as at its ends. 95 %, over pictures, drawn with return, the same for both, and widened to what so few allow.

    Raises
    ------
    ValueError
        On fewer than two points, other numbers of pictures, or a column that one of them lacks.

    Examples
    --------
    >>> points = [pd.DataFrame({"identity": [1 - v, 0.9 - v], "variety": [v, v]}) for v in (0.0, 0.4, 0.8)]
    >>> variety_gap(points[1].assign(variety=0.6), points).value.__round__(2)
    0.2
    """
    n = len(found)
    if len(curve) < 2 or any(len(point) != n for point in curve):
        raise ValueError(f"the curve has points of {[len(p) for p in curve]} pictures; give two or more of {n}")
    for frame in (found, *curve):
        choice(column, list(frame), "column")
    along, across = (np.stack([point[name] for point in curve]) for name in ("identity", column))
    draws = np.vstack([np.arange(n), np.random.default_rng(0).integers(0, n, (RESAMPLES, n))])
    gaps = []
    for rows in draws:
        x, y = along[:, rows].mean(1), across[:, rows].mean(1)
        order = np.argsort(x)
        own = found.iloc[rows]
        gaps.append(float(own[column].mean() - np.interp(own.identity.mean(), x[order], y[order])))
    wider = np.sqrt(n / (n - 1)) * t.ppf(0.975, n - 1) / NORMAL_95 if n > 1 else np.nan
    return Interval(gaps[0], *percentiles(gaps[0] + wider * (np.array(gaps[1:]) - gaps[0])).values())


def mean_rows(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Means over pictures with their 95 % intervals, a row a way.

    Parameters
    ----------
    scores : dict
        {way: DataFrame, a row a picture}.

    Returns
    -------
    DataFrame
        For each column three, such as "identity", "identity low" and "identity high". Of columns of 0 and 1 the
        interval is that of a share.

    Examples
    --------
    >>> mean_rows({"a": pd.DataFrame({"x": [1.0, 2.0, 3.0]})}).columns.tolist()
    ['x', 'x low', 'x high']
    """
    table = {}
    for name, frame in scores.items():
        row: dict[Any, float] = {}
        for column, values in frame.items():
            found = (rate_interval if values.isin([0, 1]).all() else mean_interval)(values.to_numpy(float))
            row |= {column: found.value, f"{column} low": found.low, f"{column} high": found.high}
        table[name] = row
    return pd.DataFrame.from_dict(table, orient="index")
