"""h-space: a denoiser's bottleneck at every step as one view, and edits that move it (Kwon et al., Haas et al., 2023).

A row holds an image's bottlenecks at all steps, one after the other; so probes, directions and their algebra apply to
it as to any other view, and a direction says at every step where to move. Of a generator with guidance a row holds the
pass under the condition, and a move is made in both passes.
"""

import hashlib
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment

from ..core.checks import centred, finite_list, matrix, strength_table, whole
from ..inversion.choices import Grid, Solver
from ..inversion.ode import batches, check_noise, from_noise, one_state, pick_solver, settled
from ..linalg.cosine import unit_rows
from ..linalg.direction_algebra import Direction
from ..linalg.principal_space import thin
from ..models.contracts import GeneratorLike
from .hooks import at_bottleneck, bottleneck, mid_block, output_given
from .jacobian import Jacobian


class HSpace:
    """The bottleneck of a generator along a way of steps as a view: its rows, and edits along directions of them.

    Parameters
    ----------
    gen : GeneratorLike
        With a U-Net's mid block; best what `NoiseZoo.generator` gives.
    steps, solver, grid : optional
        The way from noise to image, as `invert` takes it; by default the generator's own. Not "bdia", "belm" or
        "edict", which need a second state.

    Attributes
    ----------
    shape : tuple of int (c, h, w)
        Of the bottleneck.
    timesteps : ndarray (steps,)
        At which the model is asked on the way from noise to image, falling.
    width : int
        c x h x w, the values at a step.
    dim : int
        steps x width, the columns of a row.
    gen : GeneratorLike
        As given.
    schedule : Schedule
        Noise levels of the way, from the image to the noise.

    Raises
    ------
    ValueError
        Where the denoiser has no mid block, on an unknown solver or grid, and on steps out of range.

    References
    ----------
    .. [1] Kwon et al., 2023.
    .. [2] Haas et al., 2023.

    Examples
    --------
    >>> from unelib import load_generator
    >>> space = HSpace(load_generator("drawn-ddpm"), steps=2)
    >>> noise = np.random.default_rng(0).standard_normal((2, 3, 32, 32))
    >>> H = space.rows(noise)
    >>> H.shape == (2, space.dim)
    True
    >>> leading = space.components(H, 1)[0]
    >>> space.walk(noise[:1], leading, [0, 1]).shape
    (2, 1, 32, 32, 3)
    """

    def __init__(
        self,
        gen: GeneratorLike,
        steps: int | None = None,
        solver: Solver | None = None,
        grid: Grid | None = None,
    ) -> None:
        count, way, levels = settled(gen, steps, solver, grid)
        mid_block(gen)
        self.gen, self.integrate = gen, pick_solver(one_state(way))
        self.schedule = gen.schedule(count, levels)
        self.timesteps = self.schedule.timesteps[:0:-1]
        with torch.inference_mode():
            at_zero = bottleneck(gen, torch.zeros(1, *gen.latent_shape, device=gen.device), self.timesteps[0])
        self.shape = tuple(at_zero.shape[1:])
        self.width = int(np.prod(self.shape))
        self.dim = len(self.timesteps) * self.width

    def rows(self, noise: ArrayLike, batch_size: int | Literal["auto"] = 64) -> NDArray[np.float32]:
        """Rows of noise: every step's bottleneck on the way to the image.

        Parameters
        ----------
        noise : array-like (n, *latent_shape)
            One an image. Flat rows, (n, latent_dim), are taken as well.
        batch_size : int or "auto"
            Images at once; "auto" takes what fits into the device's memory.

        Returns
        -------
        ndarray (n, dim), float32
            One row an image, the steps one after the other, from the noise on.

        Raises
        ------
        ValueError
            On noise of another shape, none, or with values that are not finite, and on a batch size below 1.
        """
        start, parts = check_noise(self.gen, noise), []
        for rows in batches(self.gen, len(start), batch_size):
            reader = Reader(self.gen)
            self.solve(reader, start[rows])
            parts.append(torch.stack([reader.found[t] for t in self.timesteps], 1).flatten(1).cpu().numpy())
        return np.concatenate(parts)

    def solve(self, gen, noise):
        """Latents, a tensor, of a batch of noise, by a generator that may be steered."""
        start = torch.from_numpy(noise).to(self.gen.device)
        return from_noise(gen, start, self.integrate, self.schedule)

    def steered(self, d: Direction, strength: float, *, asymmetric: bool = False) -> GeneratorLike:
        """The generator with its bottleneck moved at every step by `strength` standard deviations of a direction.

        What asks a generator for its slope or its noise takes it: every solver, both ways, and `stochastic.decode`.

        Parameters
        ----------
        d : Direction
            Of this view, dim columns.
        strength : float
            In the direction's standard deviations.
        asymmetric : bool
            Only the predicted image moves, the noise that is put back stays (Asyrp [1]_): exactly so in steps of "ddim"
            on this view's own schedule towards the image, nearly so with other solvers, and on no other schedule. Every
            call then asks the network twice.

        Returns
        -------
        GeneratorLike
            Another one with the same networks. Its `settings` say that it is steered, so that its noise is not taken
            for the generator's own.

        Raises
        ------
        ValueError
            For a direction of another view's size and for a strength that is not finite.

        References
        ----------
        .. [1] Kwon et al., 2023.
        """
        moved: Any = self.steered_by(d, finite_list([strength], "strength"), asymmetric)
        return moved

    def steered_by(self, d, strengths, asymmetric):
        """A `Steered` of batches of as many images as there are strengths (b,); of any, by one strength."""
        if d.vector.shape != (self.dim,):
            raise ValueError(
                f"{d.name} has {d.vector.size} columns; the h-space of {self.gen.name} in {len(self.timesteps)} steps"
                f" has {self.dim}: another view's direction"
            )
        unit = (d.sigma * d.vector).reshape(-1, *self.shape)
        return Steered(self.gen, self.timesteps, unit, strengths, self.gains if asymmetric else None)

    @property
    def gains(self) -> NDArray[np.float64]:
        """By how much moving only the predicted image in a DDIM step exceeds moving the noise with it: (steps,).

        From level s to s' it is s / (s - s'), and in a flow s (1 - s') / (s - s').
        """
        levels = self.schedule.levels[::-1]
        here, there = levels[:-1], levels[1:]
        return here * (1 - there * self.schedule.flow) / (here - there)

    def walk(
        self,
        noise: ArrayLike,
        d: Direction,
        strengths: ArrayLike,
        *,
        asymmetric: bool = False,
        batch_size: int | Literal["auto"] = 64,
    ) -> NDArray[np.uint8]:
        """Images with the bottleneck moved along a direction.

        Parameters
        ----------
        noise : array-like (n, *latent_shape)
            One an image. Flat rows, (n, latent_dim), are taken as well.
        d : Direction
            Of this view, dim columns.
        strengths : array-like (s,) or (s, n)
            Moves, in the direction's standard deviations, of all images alike or of each its own; 0 is the round trip.
        asymmetric : bool
            Whether only the predicted image moves, as in `steered`.
        batch_size : int or "auto"
            Images at once; "auto" takes what fits into the device's memory.

        Returns
        -------
        ndarray (s, n, h, w, 3), uint8
            A row a strength.

        Raises
        ------
        ValueError
            On another view's direction, strengths that are no list of finite numbers or of other images, and as `rows`
            on the noise.
        """
        start, made = check_noise(self.gen, noise), []
        sizes = strength_table(strengths, len(start))
        image, flat = np.arange(sizes.size) % len(start), sizes.ravel()  # of all strengths: full batches
        for rows in batches(self.gen, sizes.size, batch_size):
            gen = self.steered_by(d, flat[rows], asymmetric)
            made.append(self.gen.to_image(self.solve(gen, start[image[rows]])))
        images = np.concatenate(made)
        return images.reshape(*sizes.shape, *images.shape[1:])

    def components(self, H: ArrayLike, k: int, *, joint: bool = False) -> list[Direction]:
        """The k leading principal directions of rows.

        Parameters
        ----------
        H : array-like (n, dim)
            Rows of this view, as `rows` gives them, n >= 2.
        k : int
            How many, at most n - 1.
        joint : bool
            False: each step has its own k leading components [1]_, which are put together from step to step by how
            their scores correlate over images. True: components of whole rows.

        Returns
        -------
        list of Direction (k,)
            With their deviation as sigma, in the order of their deviations, the largest first.

        Raises
        ------
        ValueError
            If k is larger than the rank of the rows, at any step or as a whole; on rows of another width, not finite,
            or all the same.

        References
        ----------
        .. [1] Haas et al., 2023.
        """
        rows = self.checked(H)
        most = min(len(rows) - 1, self.dim if joint else self.width)
        check_count(k, most, f"{len(rows)} rows of {self.width} a step")
        centre, _ = centred(rows, "H")
        steps = [thin(part) for part in ([centre] if joint else np.split(centre, len(self.timesteps), 1))]
        check_count(k, min(len(s) for _, s, _ in steps), "the rank of the rows, or of a step of theirs")
        vectors = unit_rows(chained([U[:, :k] for U, _, _ in steps], [(V * s)[:, :k].T for _, s, V in steps]))
        deviations = (centre @ vectors.T).std(0)
        order = np.argsort(-deviations, kind="stable")
        return [Direction(f"h{i}", vectors[j], float(deviations[j])) for i, j in enumerate(order, 1)]

    def checked(self, H):
        """Rows as (n, dim) float64; ValueError on another width."""
        H = matrix(H, "H", rows=2)
        if H.shape[1] != self.dim:
            raise ValueError(f"H has {H.shape[1]} columns; the h-space of {self.gen.name} has {self.dim}")
        return H

    def singular_directions(self, noise: ArrayLike, k: int, tolerance: float = 1e-3) -> list[Direction]:
        """The k directions that move one image's output most [1]_.

        At every step they are the leading right singular vectors of the Jacobian of the denoiser's output with respect
        to h, put together from step to step by their cosines and in the order of the first step, that of the noise
        itself.

        Parameters
        ----------
        noise : array-like (1, *latent_shape)
            Of one image.
        k : int
            How many, at most the values of the bottleneck and of the output.
        tolerance : float
            On the residuals, of the largest singular value, as in `Jacobian.triples`.

        Returns
        -------
        list of Direction (k,)
            Their `sigma` is 1, so that a strength is a length over all steps.

        Raises
        ------
        ValueError
            On several images, if k is larger than the bottleneck or the output, unless the tolerance is above 0, and as
            `rows` on the noise.

        References
        ----------
        .. [1] Haas et al., 2023.
        """
        start, reader = check_noise(self.gen, noise), Reader(self.gen)
        if len(start) != 1:
            raise ValueError(f"{len(start)} images were given; singular directions belong to one")
        most = min(self.width, self.gen.latent_dim)
        check_count(k, most, f"the bottleneck has {self.width} values, the output {self.gen.latent_dim}")
        self.solve(reader, start)
        vectors = [self.singular_vectors(reader.states[t], reader.found[t], t, k, tolerance) for t in self.timesteps]
        chain = unit_rows(chained([v.T for v in vectors], vectors))
        return [Direction(f"s{i}", v) for i, v in enumerate(chain, 1)]

    def singular_vectors(self, x, h, t, k, tolerance):
        """Right singular vectors (k, c x h x w) of the output at one state x with respect to its bottleneck h."""
        J = Jacobian(lambda h: output_given(self.gen, x.expand(len(h), *x.shape[1:]), t, h), h)
        return J.triples(k, tolerance, self.gen.dtype).v


class Reader:
    """A generator that remembers the states it was asked about and their bottlenecks, by timestep."""

    def __init__(self, gen):
        self.gen, self.states, self.found = gen, {}, {}

    def __getattr__(self, name):
        return behind(self, name)

    def slope(self, x, t):
        """The generator's own slope; of several passes for guidance the first, under the condition, is remembered."""
        passes = []
        with at_bottleneck(self.gen, passes.append):
            slope = self.gen.slope(x, t)
        self.states[t], self.found[t] = x, passes[0].float()
        return slope


class Steered:
    """A generator whose bottleneck is moved at each of some timesteps; elsewhere as at the nearest.

    unit (steps, c, h, w) is a move of strength 1; strengths (b,) each image's of a batch of b, or (1,) of all.
    """

    def __init__(self, gen, timesteps, unit, strengths, gains=None):
        self.gen, self.timesteps, self.gains = gen, timesteps, gains
        self.unit, self.strengths = unit, np.reshape(strengths, (-1, 1, 1, 1))

    def __getattr__(self, name):
        return behind(self, name)

    @property
    def settings(self):
        """The generator's, and what moves it: noise found so is not the generator's own."""
        moves = (self.strengths[:, None] * self.unit).astype(np.float32)
        moved = hashlib.sha256(self.timesteps.tobytes() + moves.tobytes()).hexdigest()[:16]
        return self.gen.settings | {"steered": moved, "asymmetric": self.gains is not None}

    def slope(self, x, t):
        """The ODE's right-hand side with the bottleneck moved; with gains, its change is that many times as large."""
        return self.asked(self.gen.slope, x, t)

    def eps(self, x, t):
        """The noise with the bottleneck moved, likewise."""
        return self.asked(self.gen.eps, x, t)

    def asked(self, function, x, t):
        """A function of the generator as it is when the bottleneck is moved."""
        i = int(np.abs(self.timesteps - t).argmin())
        move = torch.from_numpy((self.strengths * self.unit[i]).astype(np.float32)).to(self.gen.device)
        with at_bottleneck(self.gen, lambda h: h + move.to(h.dtype)):
            moved = function(x, t)
        if self.gains is None:
            return moved
        plain = function(x, t)
        return plain + float(self.gains[i]) * (moved - plain)


def behind(shell, name):
    """An attribute of the generator that `shell.gen` is, for what the shell lacks itself; copies begin without one."""
    if name == "gen":
        raise AttributeError(name)
    return getattr(shell.gen, name)


def chained(scores, loads):
    """Each step's vectors, put in the order and sign in which their scores go with the last step's, side by side.

    scores  list of (n, k) by step; loads list of (k, m). Returns (k, steps x m).
    """
    chain = [loads[0]]
    before = scores[0]
    for now, vectors in zip(scores[1:], loads[1:]):
        likeness = before.T @ now
        _, order = linear_sum_assignment(-np.abs(likeness))
        signs = np.where(likeness[np.arange(len(order)), order] < 0, -1.0, 1.0)
        before = now[:, order] * signs
        chain.append(vectors[order] * signs[:, None])
    return np.concatenate(chain, 1)


def check_count(k, most, why):
    """ValueError unless k is a whole number from 1 to `most`."""
    if not whole(k, 1, most):
        raise ValueError(f"k is {k!r}; choose a whole number from 1 to {most}: {why}")
