"""One's own picture as noise: read from a file's bytes, inverted, and compared with images that the model knows."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from ..core.checks import matrix
from ..gaussianity.noise_maps import noise_diagnostics
from ..inversion.deterministic import generate, invert
from ..models.contracts import GeneratorLike
from ..worlds.fidelity import psnr
from ..worlds.picture_files import UNREADABLE, as_rgb, square
from .worker import watched

MOST_BYTES, MOST_PIXELS = 8_000_000, 50_000_000  # of a file: a page's connection carries 10 MB at once
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
FAR = 4.0  # standard deviations of held-out images from their mean beyond which a picture is told to be far
TRIPS = 32  # held-out images whose round trips are made to compare with; the noise of all of them is compared
AT_A_TIME = 8  # of these, so that the work can be given up between two steps
FIGURES = {  # those that are compared, and what they are called
    "psnr": "round trip, PSNR in dB",
    "norm_z": "length of the noise, in standard deviations of white noise",
    "low_power": "low spatial frequencies in the noise, 1 in white noise",
    "neighbour": "correlation of neighbouring values in the noise",
}
IN_SHORT = {
    "psnr": "its round trip",
    "norm_z": "the length of its noise",
    "low_power": "the low frequencies in its noise",
    "neighbour": "the correlation of neighbours in its noise",
}


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture from a file as noise, and how near it is to what the model knows.

    Attributes
    ----------
    pixels, round_trip : ndarray (h, w, 3), uint8
        The middle square at the model's size, and what the model gives back of its noise.
    noise : ndarray (1, d), float32
        Of the same solver, steps and grid as the zoo's.
    figures : DataFrame
        A row each of `psnr`, `norm_z`, `low_power` and `neighbour` (`noise_diagnostics`). Columns: `value`; of held-out
        images `mean`, `sd` and `percentile`, the share of them, in %, that lie below; and `far`, whether the value is
        more than 4 standard deviations from their mean (a round trip: below it).
    """

    pixels: NDArray[np.uint8]
    round_trip: NDArray[np.uint8]
    noise: NDArray[np.float32]
    figures: pd.DataFrame

    @property
    def far(self) -> bool:
        """Whether any figure is far from those of held-out images."""
        return bool(self.figures.far.any())

    @property
    def told(self) -> str:
        """One sentence: usual, or far from what the model knows, and by which figures."""
        if not self.far and np.isnan(self.figures["mean"]["psnr"]):
            return "Usual: its noise is like that of held-out images."
        if not self.far:
            return "Usual: its round trip and its noise are like those of held-out images."
        away = ", ".join(IN_SHORT[str(name)] for name in self.figures.index[self.figures.far])
        return f"Far from what the model knows, by {away}: edits of it mean little."


def picture_of(data: bytes, size: int) -> NDArray[np.uint8]:
    """A picture from the bytes of its file.

    Parameters
    ----------
    data : bytes
        Of a still picture in one of `FORMATS`, none of which runs another program to be read; at most 8 MB and 50
        million pixels.
    size : int
        Pixels a side that are wanted.

    Returns
    -------
    ndarray (size, size, 3), uint8
        The middle square, turned upright, transparency over white.

    Raises
    ------
    ValueError
        If it is no picture, is damaged or too large, or moves.
    """
    data = bytes(data)
    if len(data) > MOST_BYTES:
        raise ValueError(f"the file has {len(data) / 1e6:.1f} MB; give a picture of at most {MOST_BYTES / 1e6:.0f} MB")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            check_still(picture)
            return square(as_rgb(picture), size)
    except Misfit:
        raise
    except (*UNREADABLE, SyntaxError) as error:  # which Pillow raises of some damaged files
        raise ValueError(
            f"the file cannot be read as a picture ({brief_reason(error)}); give a PNG or JPEG file"
        ) from error


class Misfit(ValueError):
    """A picture that can be read, and is not taken."""


def check_still(picture):
    """`Misfit` if an opened picture moves or has too many pixels; nothing of it is decoded yet."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Misfit(f"the picture has {width} x {height} pixels; give one of at most {MOST_PIXELS // 10**6} million")
    if getattr(picture, "is_animated", False) and picture.format != "MPO":  # as which telephones write stills
        raise Misfit(f"the picture has {picture.n_frames} frames; give a still one")


def brief_reason(error):
    """What went wrong, without the address of a stream."""
    return "no known format" if "cannot identify" in str(error) else str(error).split("\n")[0][:100]


def usual_figures(
    gen: GeneratorLike, noises: NDArray[np.float32], pixels: NDArray[np.uint8] | None, check: Callable[[], None]
) -> pd.DataFrame:
    """The figures of held-out images, to compare others with.

    Parameters
    ----------
    gen : GeneratorLike
        Solved as the noises were made.
    noises : ndarray (n, d), float32
        Of held-out images, two at least.
    pixels : ndarray (m, h, w, 3), uint8, or None
        Pictures of the first m of them, two at least; of at most 32 the round trip is made. None where nobody has them.
    check : callable
        Called before every call of the denoiser; what it raises ends the work.

    Returns
    -------
    DataFrame (n rows)
        Columns `psnr` (NaN where no round trip was made), `norm_z`, `low_power` and `neighbour`.

    Raises
    ------
    ValueError
        If there are fewer than two, or their pictures are not of the size that the model makes.
    """
    matrix(noises, "noises", rows=2)
    lost = np.full(len(noises), np.nan)
    if pixels is None:
        return noise_figures(gen, noises).assign(psnr=lost)[list(FIGURES)]
    few = np.asarray(pixels[:TRIPS])
    trips = generate(watched(gen, check), noises[: len(few)], batch_size=AT_A_TIME)
    if trips.shape != few.shape or len(few) < 2:
        raise ValueError(
            f"pixels has shape {np.shape(pixels)}; give two held-out images at least, of {trips.shape[1]} x"
            f" {trips.shape[2]} pixels, as {gen.name} makes them"
        )
    lost[: len(few)] = psnr(few, trips)
    return noise_figures(gen, noises).assign(psnr=lost)[list(FIGURES)]


def noise_figures(gen, noises):
    """`noise_diagnostics` of noises (n, d)."""
    return noise_diagnostics(noises.reshape(len(noises), *gen.latent_shape))


def inverted_picture(
    gen: GeneratorLike, pixels: NDArray[np.uint8], usual: pd.DataFrame, check: Callable[[], None]
) -> OwnPicture:
    """A picture's noise and round trip, compared with held-out images.

    Parameters
    ----------
    gen : GeneratorLike
        Solved as the zoo's noise was made.
    pixels : ndarray (h, w, 3), uint8
        As `picture_of` returns them.
    usual : DataFrame
        As `usual_figures` returns it.
    check : callable
        Called before every call of the denoiser; what it raises ends the work.

    Returns
    -------
    OwnPicture
        With its figures.
    """
    seen = watched(gen, check)
    noise = invert(seen, pixels[None]).noise.reshape(1, -1)
    trip = generate(seen, noise)
    own = noise_figures(gen, noise).assign(psnr=psnr(pixels[None], trip)).iloc[0]
    return OwnPicture(pixels, trip[0], noise, beside_usual(own, usual))


def beside_usual(own: "pd.Series[Any]", usual: pd.DataFrame) -> pd.DataFrame:
    """One picture's figures beside those of held-out images; a round trip is far only where it is worse.

    >>> usual = pd.DataFrame({name: [1.0, 2.0, 3.0] for name in FIGURES})
    >>> beside_usual(pd.Series(dict.fromkeys(FIGURES, 9.0)), usual).far.tolist()
    [False, True, True, True]
    """
    table = pd.DataFrame({"value": own[list(FIGURES)].astype(float)})
    table["mean"], table["sd"] = usual.mean(), usual.std()
    below = [(usual[name].dropna() < table.value[name]).mean() for name in FIGURES]
    away = (table.value - table["mean"]) / table.sd
    far = away.abs() > FAR
    far["psnr"] = away["psnr"] < -FAR
    return table.assign(percentile=100 * np.array(below), far=far)
