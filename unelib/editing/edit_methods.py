"""What an `EditState` does: the noise that is moved along its directions.

Every method gives a name a direction (`method_probes`), and so all are moved along, kept from others and scored alike.
In h-space it is not the noise that moves: its rows have how far the bottleneck does beside the noise.
"""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..geometry.pullback import local_basis
from ..inversion.ode import check_noise
from ..linalg.covariance import ShrunkCovariance
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from .boundaries import number_of, weights_of
from .directions import direction
from .edit_state import COMPONENTS, EditState
from .edited_pictures import pictures_of
from .judge_corrections import kept_by_judge
from .method_probes import KINDS
from .minimal_edits import KEEP, least_change
from .steps import warn_off_shell
from .walks import shifted

SEED = 0  # of the control's random direction
SETTLED = 1e-3  # of the largest singular value: the residual up to which an image's own vectors are found


def directions_of(
    state: EditState, probe: Any, unit: ArrayLike, gen: GeneratorLike | None = None, noise: ArrayLike | None = None
) -> dict[str, Direction]:
    """The directions along which an edit moves noise, or the bottleneck, with what is kept taken out of them.

    Parameters
    ----------
    state : EditState
        Names method, strengths and what is kept.
    probe : LinearProbe
        As `probe_for` or `text_effects` returns it; or anything with `attributes_`, `coef_` and `pattern_`.
    unit : array-like (m, d)
        Rows whose projection sets the length of a step, best ones that the probe did not learn from.
    gen : GeneratorLike, optional
        Whose pullback is asked for; needed by the method "pullback vectors" alone.
    noise : array-like (1, d), optional
        Of the image whose own vectors these are; likewise.

    Returns
    -------
    dict {attribute: Direction}
        Of each that has a strength. Of the least change a step moves the probe's own score by one standard deviation
        and those of all others named, moved or kept, not at all.

    Raises
    ------
    ValueError
        On an attribute that the probe does not know, a probe of another kind than the method's, and where nothing is
        left of a direction.
    """
    check_kind(state.method, probe)
    if state.method == "least change":
        return {name: least(state, probe, unit, name) for name in state.strengths}
    side: Literal["read", "write"] = "read" if state.method == "probe weights" else "write"
    own = {name: direction(probe, name, side, X=unit) for name in state.kept}
    if state.method == "pullback vectors":
        moved = vectors_of(gen, noise, unit)
    else:
        moved = {name: own.get(name) or direction(probe, name, side, X=unit) for name in state.strengths}
    cov = ShrunkCovariance(unit) if state.keep_by == "covariance" and own and state.strengths else None
    return {name: moved[name].without([own[o] for o in own if o != name], cov) for name in state.strengths}


def vectors_of(gen, noise, unit):
    """An image's own leading directions {"vector 1": Direction, ...}: which changes of its noise move h most.

    They belong to the noise itself, the first state of its way. Each has its largest entry positive.
    """
    if gen is None or noise is None:
        raise ValueError('"pullback vectors" are an image\'s own; pass gen and the noise of one image')
    basis = local_basis(gen, noise, gen.schedule(1, grid="uniform").timesteps[-1], COMPONENTS, SETTLED)
    signs = np.sign(np.take_along_axis(basis.v, np.abs(basis.v).argmax(1)[:, None], 1))
    vectors = enumerate(basis.v * signs, 1)
    return {name: Direction(name, v).scaled_by(unit) for i, v in vectors for name in [f"vector {i}"]}


def least(state, probe, unit, name):
    """The direction that changes one attribute's score and no other that the edit names, by the least change."""
    others = [o for o in dict.fromkeys((*state.strengths, *state.kept)) if o != name]
    weights = weights_of(probe, name, "coef_")
    start = np.zeros((1, len(weights)))
    wanted = float(np.asarray(probe.intercept_)[number_of(probe, name)]) + 1
    change = least_change(start, probe, {name: wanted, **dict.fromkeys(others, KEEP)})[0]
    length, spread = np.linalg.norm(change), np.linalg.norm(weights)
    return Direction(name, change / length, direction(probe, name, "read", X=unit).sigma * spread * float(length))


def check_kind(method, probe):
    """ValueError if a probe says of what kind it is, and that is not what the method's name promises."""
    kind = getattr(probe, "kind", None)
    if kind not in (None, KINDS[method]):
        raise ValueError(
            f"method {method!r} takes its directions from {KINDS[method]!r}, and this probe is {kind!r}; make it by"
            f" probe_for({method!r}, X, Y)"
        )


def apply(
    state: EditState,
    gen: GeneratorLike,
    probe: Any,
    noise: ArrayLike,
    unit: ArrayLike,
    judge: JudgeLike | None = None,
) -> NDArray[np.float32]:
    """Noise after an edit.

    Warns, once for all steps together, where an image's norm changes by more than those of Gaussian noise differ.

    Parameters
    ----------
    state : EditState
        What is done; its image or seed is not looked at.
    gen : GeneratorLike
        What the noise is of.
    probe, unit
        As `directions_of` takes them, or as `probe_and_unit` returns them.
    noise : array-like (n, *latent_shape) or (n, d)
        One row an image.
    judge : JudgeLike, optional
        By whom attributes are kept; needed where the edit says that they are kept by the judge.

    Returns
    -------
    ndarray (n, d) or (n, d + D), float32
        Moved along every direction in turn, in the order of their names. Of the control, moved as far along one random
        direction, which is always the same, or against it where the largest strength is negative. In h-space the noise
        is not moved, and beside it stands how far the bottleneck is at each step. `pictures_of` draws both.

    Raises
    ------
    ValueError
        On noise of another shape than the generator's, a judge that is needed and missing, and as `directions_of`,
        `move` and `kept_by_judge`.

    Examples
    --------
    >>> import pandas as pd
    >>> from unelib.editing import probe_for
    >>> from unelib.models import ExactGaussian
    >>> noise, up = np.random.default_rng(0).standard_normal((40, 16)), EditState("gaussian", strengths={"up": 2})
    >>> probe = probe_for("difference of class means", noise, pd.DataFrame({"up": noise[:, 0] > 0}).astype(int))
    >>> moved = apply(up, ExactGaussian(), probe, noise[:3], noise)
    >>> moved.shape, bool((moved[:, 0] > noise[:3, 0]).all())
    ((3, 16), True)
    """
    given = check_noise(gen, noise)
    start = given.reshape(len(given), -1)
    rows = moved_rows(state, gen, probe, unit, start)
    if state.needs_judge:
        rows = corrected(state, probe, unit, lambda x: pictures_of(gen, x, **state.how), judge, start, rows)
    warn_off_shell(start, rows[:, : start.shape[1]], told_steps(state))
    return rows


def moved_rows(state, gen, probe, unit, start):
    """Rows after the steps of an edit, or of its control, whatever the judge says of them."""
    if state.method == "pullback vectors":
        own = [directions_of(state, probe, unit, gen, noise) for noise in start[:, None]] if state.strengths else []
        return np.concatenate([taken_along(state, *one) for one in zip(own, start[:, None])]) if own else start
    return taken_along(state, directions_of(state, probe, unit), start)


def taken_along(state, directions, start):
    """Noise (n, d) after steps along directions {name: Direction}; of h-space with the steps beside it, (n, d + D)."""
    if state.method == "h-space" and directions:
        start = with_room(start, len(next(iter(directions.values())).vector))
    rows = start
    for name, d in directions.items():
        rows = shifted(rows, padded(d, rows.shape[1]), state.strengths[name], state.path)
    return by_chance(state, start, rows) if state.control else rows


def with_room(noise, columns):
    """Noise (n, d) and as many columns of zeros: the bottleneck as it is."""
    return np.hstack([noise, np.zeros((len(noise), columns), noise.dtype)])


def padded(d, columns):
    """A direction of the last columns as one of all."""
    rest = columns - len(d.vector)
    return replace(d, vector=np.concatenate([np.zeros(rest), d.vector]), origin=None) if rest else d


def corrected(state, probe, unit, draw, judge, start, rows):
    """Rows after an edit, corrected until the judge sees what is kept as before; `start` (n, d) is the noise."""
    own = {name: direction(probe, name, X=unit) for name in state.kept if name not in state.strengths}
    own = {name: padded(d, rows.shape[1]) for name, d in own.items()}
    return kept_by_judge(draw, judge_of(judge), with_room(start, rows.shape[1] - start.shape[1]), rows, own)


def judge_of(judge):
    """The judge; ValueError if there is none."""
    if judge is None:
        raise ValueError('the edit keeps attributes by a judge, and none is given; pass judge, or keep by "projection"')
    return judge


def by_chance(state, start, moved):
    """Noise (n, d) as far from `start` as `moved` is, row by row, in a random direction that is always the same.

    Where the edit's largest strength is negative the direction is turned round, so that a slider has two sides. On a
    path that keeps norms each row is brought back to its own.
    """
    anywhere = np.random.default_rng(SEED).standard_normal(start.shape[1])
    if state.method == "h-space":
        anywhere[(start == moved).all(0)] = 0  # the noise stays
    sign = np.sign(max(state.strengths.values(), key=abs, default=1.0))
    length = np.linalg.norm((moved - start).astype(float), axis=1, keepdims=True)
    rows = start + sign * length * anywhere / np.linalg.norm(anywhere)
    if state.path != "straight":
        rows *= np.linalg.norm(start, axis=1, keepdims=True) / np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def told_steps(state):
    """What an edit does, in words, for a message."""
    steps = ", ".join(f"{name} {size:+g}" for name, size in state.strengths.items())
    return f"the edit ({steps} standard deviations)"


def noise_of(state: EditState, gen: GeneratorLike, zoo: Any) -> NDArray[np.float32]:
    """The noise that an edit starts from.

    Parameters
    ----------
    state : EditState
        Names the image or the seed.
    gen : GeneratorLike
        Says how large a fresh sample is.
    zoo : NoiseZoo
        Where the image's noise lies.

    Returns
    -------
    ndarray (1, d), float32
        The zoo's row; of a seed, N(0, I), the same whatever else is drawn.

    Raises
    ------
    ValueError
        If the edit names neither, or an id that the zoo does not have.
    """
    if state.seed is not None:
        return np.random.default_rng(state.seed).standard_normal((1, gen.latent_dim), np.float32)
    if state.image is None:
        raise ValueError('the edit names no picture; give it one, as state.with_(image="face-0-20000000") or seed=0')
    return zoo.rows(state.generator, row_of(state.image, zoo))


def row_of(image, zoo):
    """Where (1,) an image stands in a zoo; ValueError with the first and last id there is."""
    found = np.flatnonzero(zoo.ids == image)
    if not len(found):
        ids = zoo.ids.tolist()
        raise ValueError(f"no image {image!r} in {zoo.path}; its ids go from {ids[0]!r} to {ids[-1]!r}")
    return found
