"""What a translation keeps of its picture, and whether it reaches the domain that it aims at.

At one strength ways of translation cannot be compared: one that changes more arrives more often, too. So a way is tried
at several strengths, and drawn as a frontier: the share that arrives with no more lost of the picture than so much. A
loss is told in units of what a fresh picture of the target domain, which knows nothing of the source, has lost.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from ..models.contracts import EncoderLike, JudgeLike
from ..models.memory import remembered
from ..worlds.fidelity import psnr, ssim
from .reports import score_edit
from .trade_off import Curve, curve
from .variety import unit_embeddings

MEASURES = ("SSIM", "identity")  # which are 1 of the picture itself


def translation_scores(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    attribute: str,
    judge: JudgeLike,
    encoder: EncoderLike,
    centre: ArrayLike,
    sign: int = 1,
) -> pd.DataFrame:
    """Faithfulness to the source and presence in the target domain, picture by picture.

    Parameters
    ----------
    before, after : ndarray (n, h, w, 3), uint8
        Pictures, and what became of each, of one size.
    attribute : str
        Which tells the domains apart, of the judge's.
    judge : JudgeLike
        Which had no part in the translation.
    encoder, centre
        As in `variation_scores`.
    sign : {1, -1}
        Whether pictures of the target domain have the attribute or lack it.

    Returns
    -------
    DataFrame (n rows)
        `in domain`, 0 or 1, by the judge's verdict; `identity`, the centred cosine with the source; `PSNR` in dB; and
        `SSIM`.

    Raises
    ------
    ValueError
        On an attribute that the judge does not know, another sign, and pictures of other shapes.

    Examples
    --------
    >>> from unelib import load_encoder, load_images, load_judge
    >>> pixels, encoder = load_images("drawn-faces", n=3).pixels, load_encoder("drawn-dino")
    >>> judge, centre = load_judge("drawn-judge"), np.zeros(encoder.dim)
    >>> scores = translation_scores(pixels, pixels, "Smiling", judge, encoder, centre)
    >>> scores.columns.tolist(), scores.PSNR.tolist()
    (['in domain', 'identity', 'PSNR', 'SSIM'], [99.0, 99.0, 99.0])
    """
    choice(attribute, judge.attributes, "attribute")
    if sign not in (1, -1):
        raise ValueError(f"sign is {sign!r}; choose 1, to have {attribute}, or -1, to lack it")
    if before.shape != after.shape:
        raise ValueError(f"pictures have shape {before.shape} before and {after.shape} after; resize one of them")
    verdict = judge.probabilities(after)[:, judge.attributes.index(attribute)] > 0.5
    cosine = (unit_embeddings(encoder, before, centre) * unit_embeddings(encoder, after, centre)).sum(1)
    there = (verdict == (sign > 0)).astype(float)
    return pd.DataFrame(
        {"in domain": there, "identity": cosine, "PSNR": psnr(before, after), "SSIM": ssim(before, after)}
    )


def translation_curves(
    before: NDArray[np.uint8],
    made: Mapping[float, NDArray[np.uint8]],
    fresh: NDArray[np.uint8],
    attribute: str,
    judge: JudgeLike,
    encoder: EncoderLike,
    centre: ArrayLike,
    sign: int = 1,
) -> dict[str, Curve]:
    """A way of translation at several strengths: who arrives, against what is lost.

    With likeness L, such as SSIM, the loss of a translation is

        (1 - L(picture, translation)) / (1 - mean L(picture, fresh picture)):

    0 of the picture itself, and on average 1 of pictures that know nothing of it but the domain that is aimed at.

    Parameters
    ----------
    before : ndarray (n, h, w, 3), uint8
        Pictures of the source domain.
    made : dict
        {strength: their translations (n, h, w, 3)}; a strength is any number above 0 that rises as less is to stay,
        such as the steps that are not skipped. Take equally many for ways that are compared.
    fresh : ndarray (n, h, w, 3), uint8
        Samples of the target domain, one beside each picture.
    attribute, judge, encoder, centre, sign
        As in `translation_scores`.

    Returns
    -------
    dict
        {"SSIM": `trade_off.Curve`, "identity": `trade_off.Curve`}, whose `drift` is the loss by that measure and whose
        target is the domain. `areas` compares them: up to a limit of 1 it is the mean share that arrives with any loss
        less than a fresh sample's.

    Raises
    ------
    ValueError
        On strengths that are none or not above 0, on fresh pictures that are the pictures themselves, and as
        `translation_scores`.

    Examples
    --------
    >>> from unelib import load_encoder, load_images, load_judge
    >>> from unelib.editing import areas
    >>> pixels, encoder = load_images("drawn-faces", n=8).pixels, load_encoder("drawn-dino")
    >>> way = {1: pixels}, pixels[::-1].copy(), "Smiling", load_judge("drawn-judge"), encoder, np.zeros(encoder.dim)
    >>> still = translation_curves(pixels, *way)
    >>> float(areas({"the picture itself": {"Smiling": still["SSIM"]}}, limit=1.0).area.iloc[0])
    0.0
    """
    if not made or not min(made) > 0:
        raise ValueError(f"strengths are {list(made)}; give one or more above 0, each with its translations")
    judge, encoder = remembered(judge), remembered(encoder)
    scored = {s: translation_scores(before, made[s], attribute, judge, encoder, centre, sign) for s in sorted(made)}
    unaware = translation_scores(before, fresh, attribute, judge, encoder, centre, sign)[list(MEASURES)].mean()
    if not (unaware < 1 - 1e-6).all():
        raise ValueError("the fresh pictures are the pictures themselves; give samples that know nothing of them")
    walked = curve({s: score_edit(before, made[s], attribute, judge, sign=sign) for s in scored})
    losses = {name: [(1 - table[name]) / (1 - unaware[name]) for table in scored.values()] for name in MEASURES}
    return {name: replace(walked, drift=np.stack(parts)) for name, parts in losses.items()}
