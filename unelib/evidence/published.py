"""What Tasker, Betser, Gofer, Levi and Gilboa published (CVPR 2026, arXiv 2603.21786), as data, to stand beside ours.

Views are called as the presets here: what is called SD 1.5 there is `sd15`. Where a number comes from: "paper",
reported there; "code", the authors' released code; "digitised", read off a figure there, within .01.
"""

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from ..worlds.celeba import CELEBA_ATTRIBUTES

if TYPE_CHECKING:
    from ..store.zoo import NoiseZoo

Numbers = TypeVar("Numbers", pd.Series, pd.DataFrame)
GENERATORS, ENCODERS = ("sd15", "sd21", "lcm"), ("clip-b16", "clip-l14", "dinov3-l16")
FAMILIES = {"clip": "clip-b16", "dino": "dinov3-l16"}  # what an encoder is of if its name says so: published encoder
PASS_RATES = {"sd15": 0.9600, "sd21": 0.9580, "lcm": 0.9558, "clip-b16": 0.8950, "clip-l14": 0.9190,
              "dinov3-l16": 0.8448, "bimodal": 0.1588}  # fmt: skip
ACCURACIES = {  # clip-b16, sd15, sd21, lcm; NaN where curves hide one another
    "Male": (0.981, 0.874, 0.914, 0.891),
    "Smiling": (0.917, 0.857, 0.888, 0.874),
    "Eyeglasses": (0.988, 0.939, 0.95, 0.959),
    "No_Beard": (0.948, 0.855, 0.89, 0.881),
    "Bangs": (0.937, 0.878, 0.90, 0.893),
    "Mouth_Slightly_Open": (0.887, 0.778, np.nan, 0.800),
    "High_Cheekbones": (0.854, 0.800, 0.83, 0.814),
    "Heavy_Makeup": (0.903, 0.828, 0.85, 0.843),
    "Wearing_Lipstick": (0.918, 0.85, 0.871, 0.854),
    "Attractive": (0.801, 0.746, np.nan, 0.760),
    "Young": (0.888, np.nan, np.nan, 0.808),
}
NUMBERS = [
    ("accuracy", "sd15", 0.8707, "code", "mean over 40 attributes, 500 components, CelebA's training part"),
    ("accuracy, 31 attributes", "clip-b16", 0.900, "digitised", "mean over those that can be read off for lcm as well"),
    ("accuracy, 31 attributes", "lcm", 0.852, "digitised", "mean over those that can be read off for clip-b16 as well"),
    ("auc", "sd15", 0.8551, "code", "mean over 40 attributes, 500 components, CelebA's training part"),
    ("kept variance", "sd15", 0.0674, "code", "by the first 500 components"),
    ("profile correlation", "lcm", 0.96, "digitised", "of accuracies with those of clip-b16, 31 attributes"),
    *(("transfer cosine", g, 0.80, "paper", "about; of rows that a ridge map carries to clip-b16") for g in GENERATORS),
]


def published_pass_rates() -> pd.DataFrame:
    """Pass rates of the published Gaussianity test, by view.

    Anderson and Darling's test at the 5% level, 5,000 random unit projections of 250 images [1]_.

    Returns
    -------
    DataFrame
        A row a view; "bimodal" is the test's control. Columns: pass_rate, a share in 0..1, and source.

    References
    ----------
    .. [1] Tasker, Betser, Gofer, Levi and Gilboa, CVPR 2026, arXiv 2603.21786.

    Examples
    --------
    >>> float(published_pass_rates().pass_rate["sd15"])
    0.96
    """
    return pd.DataFrame({"pass_rate": pd.Series(PASS_RATES), "source": "paper"}).rename_axis("view")


def published_accuracies() -> pd.DataFrame:
    """Accuracies of the published probes [1]_, digitised within .01.

    Returns
    -------
    DataFrame (11 attributes x 4 views)
        Shares in 0..1; NaN where it cannot be read.

    References
    ----------
    .. [1] Tasker, Betser, Gofer, Levi and Gilboa, CVPR 2026, arXiv 2603.21786.

    Examples
    --------
    >>> published_accuracies().loc["Male", "clip-b16"]
    np.float64(0.981)
    """
    table = pd.DataFrame(ACCURACIES, ["clip-b16", "sd15", "sd21", "lcm"]).T
    return table.rename_axis("attribute")


def published_numbers() -> pd.DataFrame:
    """Other published numbers [1]_, by measure and view.

    Returns
    -------
    DataFrame
        A row a measure and view. Columns: value; source, "paper", "code" or "digitised"; what (what exactly was
        measured).

    References
    ----------
    .. [1] Tasker, Betser, Gofer, Levi and Gilboa, CVPR 2026, arXiv 2603.21786.

    Examples
    --------
    >>> float(published_numbers().value["auc", "sd15"])
    0.8551
    """
    return pd.DataFrame(NUMBERS, columns=["measure", "view", "value", "source", "what"]).set_index(["measure", "view"])


def same_data(zoo: "NoiseZoo") -> bool:
    """Whether a zoo is of the published data: CelebA's 40 attributes, and views that are called as published ones.

    How many images, which of them and how they were inverted may still differ.

    Parameters
    ----------
    zoo : NoiseZoo
        Its `attributes` and `views` are looked at.

    Returns
    -------
    bool
        True if the attributes are the same and at least one view bears a published one's name.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> [same_data(SimpleNamespace(attributes=CELEBA_ATTRIBUTES, views=[view])) for view in ("sd15", "my-ldm")]
    [True, False]
    """
    return set(zoo.attributes) == set(CELEBA_ATTRIBUTES) and bool({*GENERATORS, *ENCODERS} & set(zoo.views))


def counterparts(zoo: "NoiseZoo", published: Numbers) -> Numbers:
    """Published numbers by the views of a zoo that stand beside the published views.

    On the published data views are matched by name. Otherwise by role: the first generator stands beside the first
    published one, the first encoder with "clip" in its name beside clip-b16, with "dino" beside dinov3-l16.

    Parameters
    ----------
    zoo : NoiseZoo
        Ours.
    published : Series or DataFrame
        By published view, a row each.

    Returns
    -------
    Series or DataFrame
        As given, by view of the zoo instead. Numbers beside which no view stands are left out.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> zoo = SimpleNamespace(attributes=["Bag"], views_of={"noise": ["ours"], "embedding": []}.get)
    >>> counterparts(zoo, published_numbers().value["auc"]).to_dict()
    {'ours': 0.8551}
    """
    table: Any = published
    known = table.index
    pairs = {view: view for view in zoo.views if view in known} if same_data(zoo) else roles(zoo, known)
    return table.loc[list(pairs.values())].set_axis(list(pairs), axis=0)


def roles(zoo, known):
    """{view of a zoo: published view whose part it has}, for published views that are known."""
    pairs = list(zip(zoo.views_of("noise")[:1], [of for of in GENERATORS if of in known]))
    for family, of in FAMILIES.items():
        pairs += [(view, of) for view in zoo.views_of("embedding") if family in view and of in known][:1]
    return dict(pairs)


def beside_published(ours: pd.DataFrame, published: pd.Series, same_data: bool) -> pd.DataFrame:
    """Our numbers with the published ones beside them.

    Parameters
    ----------
    ours : DataFrame
        With columns value, low, high.
    published : Series
        By the index of `ours`, such as `counterparts` gives; rows that it lacks stay blank.
    same_data : bool
        What `same_data(zoo)` says.

    Returns
    -------
    DataFrame
        `ours` with the columns published, difference (ours less published; blank where the data are others) and data:
        "same", "other data", or "" where nothing was published.

    Raises
    ------
    KeyError
        Naming a row that `ours` lacks.

    Examples
    --------
    >>> ours = pd.DataFrame({"value": [0.9], "low": [0.8], "high": [0.95]}, ["sd15"])
    >>> beside_published(ours, pd.Series({"sd15": 0.96}), True).difference.round(2).tolist()
    [-0.06]
    """
    lacking = [row for row in published.index if row not in ours.index]
    if lacking:
        raise KeyError(f"nothing of ours stands beside the published {lacking[0]!r}; there are {list(ours.index)}")
    there = published.reindex(ours.index).astype(float)
    difference = ours["value"] - there if same_data else np.nan
    data = np.where(there.isna(), "", "same" if same_data else "other data")
    return ours.assign(published=there, difference=difference, data=data)
