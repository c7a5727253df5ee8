"""What else a picture could have been: chains from other noise, aligned with the chain that inverts the picture.

RIVAL (Zhang et al., 2023) starts from the picture's noise with its places in another order. While the noise level is
high, every slope of the new chain gets, channel by channel, the mean and the standard deviation of the slope that the
picture's own chain has at that level, and self-attention looks at the picture's chain besides. Beside it stands what is
plainer: noise near the picture's own, which shares nothing else with it.
"""

from typing import Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice, whole
from ..models.contracts import GeneratorLike
from ..models.shared_attention import second_half_looks_at_first, self_attention
from .choices import Grid, Solver
from .deterministic import own_names, own_noise
from .ode import Field, batches, check_pixels, one_state, pick_solver, settled
from .translation import same_levels

ALIGNED, FLOOR = ("slope", "state"), 1e-5  # FLOOR is added to variances, as published


def variations(
    gen: GeneratorLike,
    pixels: ArrayLike,
    count: int = 4,
    align: Literal["slope", "state"] = "slope",
    start: Literal["permuted", "fresh"] = "permuted",
    until: float = 0.6,
    *,
    attend: bool = False,
    source: GeneratorLike | None = None,
    steps: int | None = None,
    solver: Solver | None = None,
    grid: Grid | None = None,
    batch_size: int | Literal["auto"] = 64,
    seed: int = 0,
    own: ArrayLike | None = None,
) -> NDArray[np.uint8]:
    """Variations of pictures, by chains that are aligned with the chain that inverts each [1]_.

    As published: `align="slope"`, `start="permuted"`, `until=0.6`, `attend=True`, by "ddim" in 50 steps.

    Parameters
    ----------
    gen : GeneratorLike
        Which makes the variations.
    pixels : array-like (n, h, w, 3), uint8
        Pictures.
    count : int
        Variations of each.
    align : {"slope", "state"}
        What gets the statistics of the picture's chain: the slope (the noise that is seen), or the state after each
        step; a solver with a memory then begins anew at each.
    start : {"permuted", "fresh"}
        The noise to start from: the picture's own with its places in another order, all channels alike, or fresh noise
        with the mean and the standard deviation of each of its channels.
    until : float
        Alignment lasts while the timestep is above this share of the highest one: 0, to the end, to 1, none at all.
    attend : bool
        Whether self-attention looks at the picture's chain: at nothing else above `until`, at both below. For U-Nets
        with such layers; twice the work.
    source : GeneratorLike, optional
        Which inverts the pictures, by the same latents and noise levels, such as the same network under the empty
        prompt and without guidance; by default `gen`.
    steps, solver, grid : optional
        As in `invert`; not "bdia".
    batch_size : int or "auto"
        Pictures at once.
    seed : int
        Of the starts.
    own : array-like (n,) of str, optional
        Names, such as ids, that make each picture's draw with `seed`; by default the pixels do.

    Returns
    -------
    ndarray (count, n, h, w, 3), uint8
        Pictures. The first of them do not depend on how many there are.

    Raises
    ------
    ValueError
        On an unknown choice, numbers out of range, pixels as in `invert`, a GAN, another number of names, and with
        `attend` for a network without self-attention.

    References
    ----------
    .. [1] Zhang et al., "Real-World Image Variation by Aligning Diffusion Inversion Chain", 2023.

    Examples
    --------
    >>> from unelib import load_generator, load_images
    >>> pixels = load_images("drawn-faces", n=2, size=32).pixels
    >>> variations(load_generator("drawn-ddpm"), pixels, count=3, steps=3).shape
    (3, 2, 32, 32, 3)
    """
    pixels, source = check_pixels(pixels), source or gen
    choice(align, ALIGNED, "align")
    choice(start, STARTED, "start")
    if not 0 <= until <= 1:
        raise ValueError(f"until is {until!r}; choose 0, alignment to the end, to 1, none")
    if not whole(count, 1):
        raise ValueError(f"count is {count!r}; choose a whole number from 1")
    if attend:
        self_attention(gen)
    names, parts = own_names(pixels, own), []
    steps, way, levels = settled(source, steps, solver, grid)
    integrate, schedule = pick_solver(one_state(way)), source.schedule(steps, levels)
    same_levels(source, gen, steps, levels)
    for rows in batches(gen, len(pixels), batch_size):
        with torch.inference_mode():
            chain = Chain(source, source.to_latent(pixels[rows]), integrate, schedule)
            field = Beside(gen, chain, until, align, attend)
            starts = STARTED[start](chain.states[schedule.steps], names[rows], count, seed)
            parts.append(np.stack([gen.to_image(solved_beside(field, u, integrate)) for u in starts]))
    return np.concatenate(parts, 1)


def nearby_noise(
    noise: ArrayLike, distance: float, count: int = 4, seed: int = 0, own: ArrayLike | None = None
) -> NDArray[np.float32]:
    """Noise near some noise z: sqrt(1 - s^2) z + s e, whose law is that of z where z is white.

    Parameters
    ----------
    noise : array-like (n, ...)
        z.
    distance : float
        s, from 0, z itself, to 1, where nothing of z is left.
    count : int
        Draws of each.
    seed : int
        Of the draws.
    own : array-like (n,) of str, optional
        Names that make each row's draw with `seed`; by default the noise itself does.

    Returns
    -------
    ndarray (count, n, ...), float32
        Noise.

    Raises
    ------
    ValueError
        On a distance or a count out of range, another number of names, and noise that is empty or not finite.

    Examples
    --------
    >>> z = np.random.default_rng(0).standard_normal((2, 3, 32, 32))
    >>> near = nearby_noise(z, 0.5)
    >>> near.shape, round(float(np.corrcoef(near[0].ravel(), z.ravel())[0, 1]), 1)
    ((4, 2, 3, 32, 32), 0.9)
    """
    z = np.asarray(noise, np.float32)
    if not z.size or not np.isfinite(z).all():
        raise ValueError(f"noise of shape {z.shape} is empty or holds values that are not finite; give some that is")
    if not 0 <= distance <= 1:
        raise ValueError(f"distance is {distance!r}; choose 0, the noise itself, to 1, fresh noise")
    if not whole(count, 1):
        raise ValueError(f"count is {count!r}; choose a whole number from 1")
    fresh = own_noise(own_names(z, own), (count, *z.shape[1:]), seed)
    return np.float32(np.sqrt(1 - distance**2)) * z + np.float32(distance) * fresh.swapaxes(0, 1)


def normalised_like(x, reference):
    """x (n, c, ...) with the mean and standard deviation over places that each channel of the reference has (AdaIN)."""
    places = tuple(range(2, x.ndim))
    spread, wanted = (torch.sqrt(y.var(places, keepdim=True) + FLOOR) for y in (x, reference))
    mean, target = (y.mean(places, keepdim=True) for y in (x, reference))
    return (x - mean) / spread * wanted + target


class Chain(Field):
    """The states of an inversion, by level as the solver meets them, and the slopes there."""

    def __init__(self, gen, clean, integrate, schedule):
        super().__init__(gen, schedule, len(clean))
        self.schedule, self.states, self.known = schedule, {}, {}
        top = integrate(self, clean, schedule, list(range(schedule.steps + 1)))
        self.states |= {0: clean, schedule.steps: top}

    def __call__(self, u, level, told, rows=slice(None)):
        """The slope; the state is remembered, and of several at one level the last."""
        if level not in self.states:
            self.states[level] = u.clone()
        self.states[level][rows] = u
        return super().__call__(u, level, told, rows)

    def slope(self, level, told):
        """The slope at the chain's own state."""
        if (level, told) not in self.known:
            self.known[level, told] = super().__call__(self.states[level], level, told)
        return self.known[level, told]


class Beside(Field):
    """The slope of a chain that goes beside another one, which it looks at and whose statistics it takes."""

    def __init__(self, gen, chain, until, align, attend):
        super().__init__(gen, chain.schedule, len(chain.states[0]))
        self.chain, self.until, self.align, self.attend = chain, until, align, attend

    def high(self, level):
        """Whether alignment lasts at a level."""
        return self.timesteps[level] > self.until * self.timesteps[-1]

    def __call__(self, u, level, told, rows=slice(None)):
        """The slope at states u, aligned while the level is high."""
        slope = self.beside(u, level, told) if self.attend else super().__call__(u, level, told, rows)
        if self.align == "slope" and self.high(told):
            return normalised_like(slope, self.chain.slope(level, told))
        return slope

    def beside(self, u, level, told):
        """The slope where self-attention looks at the other chain too."""
        both = torch.cat([self.chain.states[level], u])
        with second_half_looks_at_first(self.gen, only=self.high(told)):
            return super().__call__(both, level, told, slice(0, 0))[len(u) :]


def solved_beside(field, u, integrate):
    """Clean latents that the chain from u comes to."""
    schedule = field.chain.schedule
    path = list(range(schedule.steps, -1, -1))
    if field.align == "slope":
        return integrate(field, u, schedule, path)
    for here, there in zip(path, path[1:]):
        u = integrate(field, u, schedule, [here, there])
        u = normalised_like(u, field.chain.states[there]) if field.high(there) else u
    return u


def permuted(top, names, count, seed):
    """`count` times the states (n, c, ...) with their places in another order, which all channels of one share."""
    keys = own_noise(names, (count, top[0, 0].numel()), seed)
    orders = torch.from_numpy(keys.argsort(-1)).to(top.device).swapaxes(0, 1)  # (count, n, places)
    flat = top.flatten(2)
    return [flat.gather(2, order[:, None].expand_as(flat)).view_as(top) for order in orders]


def like_it(top, names, count, seed):
    """`count` times fresh noise with the statistics of the states (n, c, ...)."""
    fresh = torch.from_numpy(own_noise(names, (count, *top.shape[1:]), seed)).to(top.device)
    return [normalised_like(x, top) for x in fresh.swapaxes(0, 1)]


STARTED = {"permuted": permuted, "fresh": like_it}
