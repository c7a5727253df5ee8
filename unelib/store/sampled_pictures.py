"""Pictures whose noise is known because it was drawn: a zoo whose noise view is exact, without any inversion."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.checks import whole
from ..inversion.deterministic import generate
from ..inversion.ode import noise_settings
from ..models.contracts import GeneratorLike
from ..worlds.image_sets import thumbnails
from ..worlds.labelled_images import ImageSet, attribute_table
from ..worlds.pixel_attributes import above_median, picture_statistics
from .build import computed
from .zoo import NoiseZoo

PARTS = ("train", "test")
SIDE = 16  # pixels of the small pictures


def drawn_noise(gen: GeneratorLike, n: int, part: int = 0, seed: int = 0) -> NDArray[np.float32]:
    """Noise (n, *latent_shape) from N(0, I): that of row i depends on seed, part and i alone.

    >>> from unelib.models import ExactGaussian
    >>> few, more = (drawn_noise(ExactGaussian(), n) for n in (2, 3))
    >>> bool((few == more[:2]).all())
    True
    """
    return np.stack(
        [np.random.default_rng([seed, part, i]).standard_normal(gen.latent_shape, np.float32) for i in range(n)]
    )


def sample_zoo(
    zoo: NoiseZoo,
    gen: GeneratorLike,
    n_train: int,
    n_test: int,
    seed: int = 0,
    untrained: GeneratorLike | None = None,
    **how: Any,
) -> NDArray[np.uint8]:
    """Fill a zoo with pictures that a generator makes of drawn noise, and with that noise.

    Attributes are the pictures' own statistics, cut at the median of the training pictures (`picture_statistics`).

    Parameters
    ----------
    zoo : NoiseZoo
        New, or filled by the same call before.
    gen : GeneratorLike
        What `load_generator` returns: a GAN, or a diffusion model, whose ODE is then solved from the drawn noise.
    n_train, n_test : int
        Pictures to learn from, and to be judged on.
    seed : int
        Of the draws: row i is the same however many there are.
    untrained : GeneratorLike, optional
        The same network with fresh weights: what it makes of the same noise becomes a control, as small pictures.
    **how
        As `generate` takes it: steps, solver, grid, batch_size.

    Returns
    -------
    ndarray (n_train + n_test, h, w, 3), uint8
        The pictures, in the order of the zoo, which has the views `gen.name`, exact to float32, the control "pixels"
        and, if it is asked for, `untrained.name`.

    Raises
    ------
    ValueError
        On counts below two, on an untrained model of other noise, and as `NoiseZoo.add` and `generate`.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unelib.models import ExactGaussian
    >>> zoo = NoiseZoo(mkdtemp())
    >>> sample_zoo(zoo, ExactGaussian(), 6, 4, steps=2).shape, zoo.views
    ((10, 4, 4, 3), ['gaussian', 'pixels'])
    """
    for name, count in (("n_train", n_train), ("n_test", n_test)):
        if not whole(count, 2):
            raise ValueError(f"{name} is {count!r}; give a whole number, 2 or more")
    if untrained is not None and untrained.latent_shape != gen.latent_shape:
        raise ValueError(f"{untrained.name} takes noise {untrained.latent_shape}, and {gen.name} {gen.latent_shape}")
    noise = np.concatenate([drawn_noise(gen, n, part, seed) for part, n in enumerate((n_train, n_test))])
    pixels = generate(gen, noise, **how)
    zoo.add(*labelled_parts(gen.name, pixels, n_train, seed))
    way = {key: how[key] for key in ("steps", "solver", "grid") if key in how}
    settings = noise_settings(gen, **way) | {"drawn": seed}
    fill_view(zoo, gen.name, noise, settings, kind="noise", dtype="float32")
    fill_view(zoo, "pixels", thumbnails(pixels, SIDE), {"side": SIDE}, kind="control", role="pixels")
    if untrained is not None:
        small = thumbnails(generate(untrained, noise, **how), SIDE)
        made = {"kind": "control", "role": "untrained", "of": gen.name, "dtype": "float32"}
        fill_view(zoo, untrained.name, small, noise_settings(untrained, **way) | {"drawn": seed, "side": SIDE}, **made)
    return pixels


def labelled_parts(name, pixels, n_train, seed):
    """`ImageSet`s of pictures to learn from and of others, with their own statistics as attributes."""
    learn = np.arange(len(pixels)) < n_train
    labels, sets = above_median(picture_statistics(pixels), learn), []
    for part, rows in zip(PARTS, (learn, ~learn)):
        ids = np.array([f"{part}-{seed}-{i:06d}" for i in range(rows.sum())])
        table = attribute_table(labels[rows].to_numpy(), list(labels), ids, name)
        sets.append(ImageSet(name, ids, pixels[rows], table, part))
    return sets


def fill_view(zoo, name, rows, settings, **made_of):
    """A view of rows that are at hand, (n, ...)."""
    zoo.fill(name, partial(computed, np.asarray, rows.__getitem__), settings, progress=False, **made_of)
