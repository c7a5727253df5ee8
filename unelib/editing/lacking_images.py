"""Which images lack what an edit asks for: only they can gain it, so a target that no image lacks cannot be scored."""

import warnings
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.checks import choice
from ..models.contracts import JudgeLike


def lacked_targets(targets: Mapping[str, int], before: NDArray[np.uint8], judge: JudgeLike) -> dict[str, int]:
    """Those of some targets that at least one image lacks by a judge's verdict, with a warning for the others.

    Parameters
    ----------
    targets : dict {attribute: 1 or -1}
        To have it, or to lack it.
    before : ndarray (n, h, w, 3), uint8
        The images that are to be edited, as their noise makes them.
    judge : JudgeLike
        Whose verdicts count.

    Returns
    -------
    dict {attribute: 1 or -1}
        In the order of the targets.

    Raises
    ------
    ValueError
        Without targets, on one that the judge does not know, on a sign that is neither 1 nor -1, and where no image
        lacks any of them.

    Examples
    --------
    >>> from unelib import load_images, load_judge
    >>> pixels = load_images("drawn-faces", n=8).pixels
    >>> lacked_targets({"Smiling": 1, "Young": -1}, pixels, load_judge("drawn-judge"))
    {'Smiling': 1, 'Young': -1}
    """
    if not targets:
        raise ValueError("no targets are named; give {attribute: 1 or -1}")
    for target, sign in targets.items():
        choice(target, judge.attributes, "target")
        choice(sign, (1, -1), f"sign of {target}")
    lacking = images_lacking(targets, judge.probabilities(before), judge.attributes)
    left = {target: sign for target, sign in targets.items() if lacking[target].any()}
    met = ", ".join(f"{'' if sign > 0 else 'no '}{target}" for target, sign in targets.items() if target not in left)
    told = f"since {judge.name} sees them in each of the {len(before)} images before any edit: {met}"
    if not left:
        raise ValueError(f"no target can be scored, {told}; name other targets, or edit more images")
    if met:
        warnings.warn(f"targets set aside, {told}", stacklevel=2)
    return left


def images_lacking(targets, probabilities, attributes):
    """{target: which images (n,) lack it} by a judge's probabilities (n, a) of attributes.

    >>> images_lacking({"Young": -1}, np.array([[0.9], [0.2]]), ["Young"])["Young"].tolist()
    [True, False]
    """
    seen = {target: probabilities[:, attributes.index(target)] > 0.5 for target in targets}
    return {target: seen[target] != (sign > 0) for target, sign in targets.items()}
