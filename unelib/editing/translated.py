"""What a translation keeps of its picture, and whether it reaches the domain that it aims at."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from ..models.contracts import EncoderLike, JudgeLike
from ..worlds.fidelity import psnr, ssim
from .variety import unit_embeddings


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
