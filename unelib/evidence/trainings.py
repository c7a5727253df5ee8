"""What a claim is worth when networks are trained again: an interval over images and over trainings."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import t

from .verdicts import in_words, verdict


def over_trainings(table: pd.DataFrame, trainings: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Rows of evidence that differ only in the training of a network, as one row, with an interval over trainings.

    Its half width joins, as independent, that over images, which the rows share, and for each network Student's over
    the means of its m trainings, of which few are known: t(m - 1) s / sqrt(m), 4.3 s / sqrt(3) for three. Where a null
    has a twin of the view's spectrum, the interval over images reaches from the lower of both low ends to the higher of
    both high ends, so that a verdict holds beside either.

    Parameters
    ----------
    table : DataFrame
        What `evidence` returns of a zoo that holds all trainings as views, or its rows for some claims.
    trainings : dict {str: sequence of str}
        For each network the views that are its trainings, two or more.

    Returns
    -------
    DataFrame
        A row for each claim, view, measure and null that is there for two trainings or more of each network in it,
        networks by their names in `trainings`: `value` and `null_value`
        (means over trainings), `gap` with `gap_low` and `gap_high`, its half width over `images` (the mean of both
        sides) and over `trained` networks, `least` and `most` gap of one training, how many `rows`, their `verdicts`
        in words, and the `verdict` of the interval.

    Raises
    ------
    ValueError
        On fewer than two trainings of a network, and where no row of the table is of any.

    Examples
    --------
    >>> table = pd.DataFrame({"claim": "linear", "view": ["a", "a2"], "measure": "mean AUC", "null": "pixels"})
    >>> table = table.assign(value=[0.8, 0.9], null_value=0.6, gap=[0.2, 0.3], gap_low=[0.1, 0.2], bar=0.0)
    >>> table = table.assign(gap_high=[0.3, 0.4], verdict="supported")
    >>> found = over_trainings(table, {"a": ["a", "a2"]})
    >>> found[["view", "gap", "gap_low", "verdict"]].round(2).to_dict("records")
    [{'view': 'a', 'gap': 0.25, 'gap_low': -0.39, 'verdict': 'cannot tell'}]
    """
    for network, views in trainings.items():
        if len(set(views)) < 2:
            raise ValueError(f"{network!r} has the trainings {list(views)}; two or more are needed")
    named = pd.DataFrame([named_by_network(view, trainings) for view in table.view], table.index)
    known = table.assign(view=named.pop("view"))[named.notna().any(axis=1)]
    if not len(known):
        raise ValueError(f"no row of the table is of {', '.join(v for views in trainings.values() for v in views)}")
    keys = ["claim", "view", "measure", "null"]
    found = []
    for key, rows in known.groupby(keys, sort=False):
        of = named.loc[rows.index].dropna(axis=1)
        if (of.nunique() > 1).all():
            found.append(dict(zip(keys, key)) | one_claim(rows, of))
    return pd.DataFrame(found)


def named_by_network(view, trainings):
    """{"view": its name, or "one to another", with networks for trainings; network: the training that is named}."""
    found = {"view": view}
    for network, views in trainings.items():
        for training in sorted(views, key=len, reverse=True):
            told = re.sub(rf"(?<![\w-]){re.escape(training)}(?![\w-])", network, found["view"])
            if network not in found and training in re.split(r" (?:to|in) ", view):
                found |= {"view": told, network: training}
    return found


def one_claim(rows, of):
    """What rows of one claim say together; `of` names their trainings, a column a network."""
    low, high = (rows.filter(regex=f"^(gap|twin)_{end}$") for end in ("low", "high"))
    below, above = (rows.gap - low.min(axis=1)).mean(), (high.max(axis=1) - rows.gap).mean()
    trained = float(np.sqrt(sum(half_width(rows.gap.groupby(of[network]).mean()) ** 2 for network in of)))
    gap = float(rows.gap.mean())
    ends = gap - float(np.hypot(below, trained)), gap + float(np.hypot(above, trained))
    return {
        "value": rows.value.mean(),
        "null_value": rows.null_value.mean(),
        "gap": gap,
        "gap_low": ends[0],
        "gap_high": ends[1],
        "images": float(below + above) / 2,
        "trained": trained,
        "least": rows.gap.min(),
        "most": rows.gap.max(),
        "rows": len(rows),
        "verdicts": in_words(rows.verdict),
        "verdict": verdict(*ends, float(rows.bar.iloc[0])),
    }


def half_width(means):
    """Half of Student's 95% interval of the mean of few trainings."""
    m = len(means)
    return float(t.ppf(0.975, m - 1) * means.std(ddof=1) / np.sqrt(m))
