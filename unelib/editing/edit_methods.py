"""What an `EditState` does: where its directions come from, and the noise that is moved along them.

Every method gives an attribute a direction, and so all are moved along, kept from others and scored alike.
"""

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import choice
from ..inversion.ode import check_noise
from ..models.contracts import GeneratorLike
from ..probing.linear_probe import LinearProbe
from .boundaries import number_of, weights_of
from .directions import Direction, direction, partial_directions
from .edit_state import METHODS, EditState, Method, check_held_out
from .minimal_edits import KEEP, least_change
from .steps import warn_off_shell
from .walks import shifted

HELD = "regression on all attributes"
KINDS: dict[Method, Any] = {  # by what a method's directions are learnt: a kind of probe, or HELD
    "difference of class means": "mean-difference",
    "probe weights": "logistic",
    "probe pattern": "logistic",
    "others held constant": HELD,
    "least change": "logistic",
    "random direction (control)": "mean-difference",
}


class Effects(NamedTuple):
    """What each attribute changes while the others stay, where `direction` takes a probe: patterns (a, d)."""

    attributes_: list[Any]
    pattern_: NDArray[np.float64]
    kind: str = HELD


def probe_for(method: Method, X: ArrayLike, Y: pd.DataFrame, groups: ArrayLike | None = None) -> Any:
    """What a method learns its directions by.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    X : array-like (n, d)
        Noise of training images.
    Y : DataFrame (n, a) of 0/1
        Their attributes.
    groups : array-like (n,), optional
        As `LinearProbe.fit` takes them.

    Returns
    -------
    LinearProbe or Effects
        Fitted: a mean-difference or a logistic probe, or regression on all attributes at once.

    Raises
    ------
    ValueError
        On an unknown method, and as `LinearProbe.fit` and `partial_directions` do.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((50, 3))
    >>> probe_for("probe weights", X, pd.DataFrame({"right": X[:, 0] > 0}).astype(int)).kind
    'logistic'
    """
    kind = KINDS[choice(method, METHODS, "method")]
    if kind != HELD:
        return LinearProbe(kind).fit(X, Y, groups)
    found = partial_directions(X, Y)
    return Effects(list(found), np.stack([d.vector for d in found.values()]))


def probe_and_unit(state: EditState, zoo: Any) -> tuple[Any, NDArray[np.float32]]:
    """What an edit needs of a zoo beside its picture.

    Parameters
    ----------
    state : EditState
        Names the method, and the view.
    zoo : NoiseZoo
        Of that view.

    Returns
    -------
    probe
        `probe_for` the method, from the training images and all attributes that are not too rare.
    unit : ndarray (m, d), float32
        Noise of all other images: their standard deviation is what strengths count in.

    Raises
    ------
    ValueError
        If fewer than two images are held out.
    KeyError
        Listing the views there are, if the zoo has none of the generator's name.
    """
    learn = zoo.split == "train"
    check_held_out(zoo, learn)
    X, view = zoo.rows(state.generator, learn), state.generator
    return probe_for(state.method, X, zoo.labels[learn], zoo.groups[learn]), zoo.rows(view, ~learn)


def directions_of(state: EditState, probe: Any, unit: ArrayLike) -> dict[str, Direction]:
    """The directions along which an edit moves noise, with what is kept taken out of them.

    Parameters
    ----------
    state : EditState
        Names method, strengths and what is kept.
    probe : LinearProbe
        As `probe_for` returns it for that method; or anything with `attributes_`, `coef_` and `pattern_`.
    unit : array-like (m, d)
        Rows whose projection sets the length of a step, best ones that the probe did not learn from.

    Returns
    -------
    dict {attribute: Direction}
        Of each that has a strength. Of the control the directions are random, and steps along them as long as those of
        the difference of class means. Of the least change a step moves the probe's own score by one standard
        deviation and those of all others named, moved or kept, not at all.

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
    own = {name: direction(probe, name, side, X=unit) for name in (*state.strengths, *state.kept)}
    moved = {name: own[name] for name in state.strengths}
    if state.method == "random direction (control)":
        moved = {name: d.at_random(number_of(probe, name)) for name, d in moved.items()}
    return {name: d.without([own[o] for o in state.kept if o != name]) for name, d in moved.items()}


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


def apply(state: EditState, gen: GeneratorLike, probe: Any, noise: ArrayLike, unit: ArrayLike) -> NDArray[np.float32]:
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

    Returns
    -------
    ndarray (n, d), float32
        Moved along every direction in turn, in the order of their names.

    Raises
    ------
    ValueError
        On noise of another shape than the generator's, and as `directions_of` and `move`.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> noise = np.random.default_rng(0).standard_normal((40, 16))
    >>> probe = probe_for("difference of class means", noise, pd.DataFrame({"up": noise[:, 0] > 0}).astype(int))
    >>> state = EditState("gaussian", strengths={"up": 2})
    >>> moved = apply(state, ExactGaussian(), probe, noise[:3], noise)
    >>> moved.shape, bool((moved[:, 0] > noise[:3, 0]).all())
    ((3, 16), True)
    """
    given = check_noise(gen, noise)
    rows = start = given.reshape(len(given), -1)
    for name, d in directions_of(state, probe, unit).items():
        rows = shifted(rows, d, state.strengths[name], state.path)
    warn_off_shell(start, rows, told_steps(state))
    return rows


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
