"""What each method of an edit learns its directions by: a kind of probe, or vectors in a probe's place."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ..core.checks import centred, choice, matrix, same_rows
from ..geometry.hspace import HSpace
from ..linalg.cosine import unit_rows
from ..linalg.principal_space import principal
from ..models.contracts import GeneratorLike
from ..models.encoders import load_encoder
from ..probing.linear_probe import LinearProbe
from .directions import partial_directions
from .edit_state import COMPONENTS, METHODS, EditState, Method, check_held_out

LEARNT, MEASURED = 300, 100  # images that h-space is learnt from, and that its steps are measured on: 25,600 columns
KINDS: dict[Method, Any] = {  # by what a method's directions are learnt: a kind of probe, or vectors
    "difference of class means": "mean-difference",
    "probe weights": "logistic",
    "probe pattern": "logistic",
    "others held constant": "regression on all attributes",
    "least change": "logistic",
    "principal components": "principal components",
    "text": "scores of texts",
    "h-space": "differences of bottlenecks",
    "pullback vectors": "singular vectors",
}
ELSEWHERE: dict[str, str] = {"text": "text_effects", "h-space": "bottleneck_effects"}


class Effects(NamedTuple):
    """Vectors under names, where `direction` takes a probe: patterns (a, d)."""

    attributes_: list[Any]
    pattern_: NDArray[np.float64]
    kind: str


def probe_for(method: Method, X: ArrayLike, Y: pd.DataFrame, groups: ArrayLike | None = None) -> Any:
    """What a method learns its directions by, but of "text" (`text_effects`) and "h-space" (`bottleneck_effects`).

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
        Fitted: a mean-difference or a logistic probe, regression on all attributes at once, or the first principal
        components, "component 1" and so on, beside the differences of class means, which what is kept needs; of
        pullback vectors, which are an image's own, these alone.

    Raises
    ------
    ValueError
        On an unknown method, "text" or "h-space", and as `LinearProbe.fit` and `partial_directions` do.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((50, 3))
    >>> probe_for("probe weights", X, pd.DataFrame({"right": X[:, 0] > 0}).astype(int)).kind
    'logistic'
    """
    if choice(method, METHODS, "method") in ELSEWHERE:
        raise ValueError(f"the method {method!r} has no probe of noise; make its directions by {ELSEWHERE[method]}")
    if method == "others held constant":
        found = partial_directions(X, Y)
        return Effects(list(found), np.stack([d.vector for d in found.values()]), KINDS[method])
    if method == "principal components":
        axes = leading_axes(X)
        names = [f"component {number}" for number in range(1, len(axes) + 1)]
        return with_class_means(names, axes, KINDS[method], X, Y)
    if method == "pullback vectors":
        return with_class_means([], np.empty((0, matrix(X).shape[1])), KINDS[method], X, Y)
    return LinearProbe(KINDS[method]).fit(X, Y, groups)


def leading_axes(X):
    """The first principal axes (k, d) of rows X (n, d), each with its largest entry positive."""
    rows, _ = centred(matrix(X))
    k = min(COMPONENTS, len(rows) - 1, rows.shape[1])
    axes = principal(rows, k, cut=True, unit=False).back(np.eye(k)).T
    largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1)
    return axes * np.sign(largest)


def text_effects(texts: Sequence[str], encoder: Any, E: ArrayLike, X: ArrayLike, Y: pd.DataFrame) -> Effects:
    """How noise goes with what a text says of images: its covariance with their scores.

    Parameters
    ----------
    texts : sequence of str
        Each becomes the name of a direction.
    encoder : EncoderLike
        One that reads text, with `embed_text`.
    E : array-like (n, e)
        Its embeddings of the training images.
    X : array-like (n, d)
        Noise of the same images.
    Y : DataFrame (n, a) of 0/1
        Their attributes, whose differences of class means stand beside the texts: what is kept needs them.

    Returns
    -------
    Effects
        A pattern a text, and one an attribute. An image's score is the cosine of its embedding with the text's, which
        takes the place of labels: no image of the text is needed.

    Raises
    ------
    TypeError
        If the encoder reads no text.
    ValueError
        On other numbers of rows.
    """
    same_rows(("the encoder's view", E), ("the noise", X))
    scores = unit_rows(matrix(E)) @ unit_rows(encoder.embed_text(texts)).T.astype(float)
    patterns = (scores - scores.mean(0)).T @ centred(matrix(X))[0]
    return with_class_means(list(texts), unit_rows(patterns), KINDS["text"], X, Y)


def bottleneck_effects(
    gen: GeneratorLike, X: ArrayLike, Y: pd.DataFrame, unit: ArrayLike, **how: Any
) -> tuple[Effects, NDArray[np.float32]]:
    """How the bottleneck moves with each attribute, at every step from noise to image, and rows to measure steps on.

    Parameters
    ----------
    gen : GeneratorLike
        With a U-Net's mid block.
    X : array-like (n, d)
        Noise of training images; the first 300 are taken, since each is solved.
    Y : DataFrame (n, a) of 0/1
        Their attributes; those that fewer than two of these images have or lack are left out.
    unit : array-like (m, d)
        Noise of other images, of which the first 100 are taken.
    **how
        Steps, solver and grid, as `HSpace` takes them.

    Returns
    -------
    effects : Effects
        A difference of class means (D,) an attribute in h-space, all steps side by side [1]_.
    unit : ndarray (m, D), float32
        The other images there.

    Raises
    ------
    ValueError
        As `HSpace` and its `rows` do.

    References
    ----------
    .. [1] Haas et al., 2023.
    """
    space, few, labels = HSpace(gen, **how), matrix(X)[:LEARNT], Y.iloc[:LEARNT]
    counts = labels.sum()
    labels = labels.loc[:, (counts >= 2) & (labels.count() - counts >= 2)]
    means = LinearProbe("mean-difference").fit(space.rows(few), labels)
    return Effects(list(means.attributes_), means.pattern_, KINDS["h-space"]), space.rows(matrix(unit)[:MEASURED])


def with_class_means(names, vectors, kind, X, Y):
    """Effects of named vectors (m, d) and, after them, of each attribute's difference of class means."""
    means = LinearProbe("mean-difference").fit(X, Y)
    return Effects([*names, *means.attributes_], np.concatenate([vectors, means.pattern_]), kind)


def probe_and_unit(state: EditState, zoo: Any, gen: GeneratorLike | None = None) -> tuple[Any, NDArray[np.float32]]:
    """What an edit needs of a zoo beside its picture.

    Parameters
    ----------
    state : EditState
        Names the method, the view, and of "text" the texts and their encoder.
    zoo : NoiseZoo
        Of that view.
    gen : GeneratorLike, optional
        Whose bottleneck h-space is; by default the zoo's generator is loaded.

    Returns
    -------
    probe
        `probe_for` the method, from the training images and all attributes that are not too rare; or `text_effects`, or
        `bottleneck_effects`.
    unit : ndarray (m, d), float32
        Noise of all other images, or their rows in h-space: their standard deviation is what strengths count in.

    Raises
    ------
    ValueError
        If fewer than two images are held out.
    KeyError
        Listing the views there are, if the zoo has none of the generator's name.
    """
    learn = zoo.split == "train"
    check_held_out(zoo, learn)
    X, Y, unit = zoo.rows(state.generator, learn), zoo.labels[learn], zoo.rows(state.generator, ~learn)
    if state.method == "h-space":
        return bottleneck_effects(gen or zoo.generator(state.generator), X, Y, unit, **state.how)
    if state.method != "text":
        return probe_for(state.method, X, Y, zoo.groups[learn]), unit
    encoder = choice(state.encoder, zoo.views_of("embedding"), "encoder whose texts are read")
    texts = [name for name in state.strengths if name not in state.kept]
    return text_effects(texts, load_encoder(encoder), zoo.rows(encoder, learn), X, Y), unit
