"""The hypothesis on trial: a table of its testable claims, each beside what would be found were it not true."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ..core.checks import share, whole
from ..editing.directions import direction
from ..inversion.deterministic import generate
from ..linalg.cosine import unit_rows
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from ..probing.choices import Kind
from .claims import (
    Trial,
    carried_or_none,
    directions_agree,
    edits_transfer,
    gaussian,
    linear,
    predictable,
    set_less,
    shared,
    swapped,
    turned,
)

if TYPE_CHECKING:
    from ..store.zoo import NoiseZoo

CLAIMS = {
    "Gaussian": "views are Gaussian",
    "linear": "attributes are linear in them",
    "predictable": "views predict one another linearly",
    "shared": "a latent that they share carries the attributes",
    "agree": "directions agree between views",
    "edits": "edits transfer between views",
}
CHANCE = ("shuffled", "mispaired", "leak", "random", "random, carried")  # nulls in which there is nothing to find
PICTURE = ("pixels", "untrained", "untrained target")  # nulls that have the picture, and nothing that was learnt
OTHERWISE = ("Gaussian twins", "pairs share")  # what would be true instead
NULLS = (*OTHERWISE, *CHANCE, *PICTURE)
ERRS = 0.025  # how often a verdict for a claim is false where there is no difference
Verdict = Literal["supported", "not supported", "cannot tell"]
VERDICTS: tuple[Verdict, Verdict, Verdict] = ("supported", "not supported", "cannot tell")


def evidence(
    zoo: "NoiseZoo",
    generator: GeneratorLike | str | None = None,
    judge: JudgeLike | None = None,
    targets: Mapping[str, int] | None = None,
    images: int = 40,
    strength: float = 6.0,
    kind: Kind = "logistic",
    components: int | Literal["cv"] = "cv",
    seed: int = 0,
) -> pd.DataFrame:
    """What a zoo says of the hypothesis' claims (`CLAIMS`): a row for each claim, view and null.

    Each verdict errs in 1 of 40 cases (`ERRS`) to either side; nothing is corrected for their number. `summary` puts
    claims against nulls.

    Parameters
    ----------
    zoo : NoiseZoo
        With noise and embeddings; its controls of these count as nulls if their role is "pixels", "leak" or
        "untrained".
    generator : GeneratorLike or str, optional
        A generator of the zoo, loaded or by its view's name, for the claim that edits transfer; without it there are no
        rows for that claim.
    judge : JudgeLike, optional
        Sees whether an edit turned its target; needed with a generator.
    targets : dict {attribute: 1 or -1}, optional
        What edits aim at: to have the attribute, or to lack it; needed with a generator.
    images : int
        Held-out images that are edited.
    strength : float
        Steps of the edits, in standard deviations of held-out images.
    kind : {"logistic", "lda", "ridge", "mean-difference", "authors", "authors-lda"}
        Kind of probe, as `LinearProbe` takes it; directions are mean differences whatever it is.
    components : int or "cv"
        Shared dimensions of the model, as `UNE` takes them.
    seed : int
        Of the model, the resampled images and the nulls that are drawn.

    Returns
    -------
    DataFrame
        Columns: claim, view, measure, value, low, high (95%, over images; over attributes for directions, columns for
        Gaussianity); null and null_value; gap, gap_low, gap_high: value less null's, with the ends of its 95% interval,
        paired over images, or, where the null was drawn many times ("shuffled", "mispaired"), those that 5% of the
        draws lie beyond; bar that the gap is held against; verdict: "supported" if both ends lie above it, "not
        supported" if below, else "cannot tell".

    Raises
    ------
    ValueError
        Where the zoo has no noise, no embeddings, or no rows to learn from and hold out, and on a generator, judge,
        targets, images or strength with which edits cannot be tried.
    """
    trial = trial_of(zoo, kind, components, seed)
    if generator is not None:
        check_editing(trial, generator, judge, targets, images, strength)
    parts = [gaussian, linear, predictable, shared, directions_agree]
    rows = [found for part in parts for found in part(trial)]
    if generator is not None:
        rows += edits_transfer(edit_flips(trial, zoo, generator, judge, targets, images, strength))
    table = pd.DataFrame(rows)
    return table.assign(verdict=[verdict(*ends) for ends in zip(table.gap_low, table.gap_high, table.bar)])


def verdict(low: float, high: float, bar: float) -> Verdict:
    """What an interval says of a bar.

    Parameters
    ----------
    low, high : float
        Ends of the interval.
    bar : float
        What it is held against.

    Returns
    -------
    {"supported", "not supported", "cannot tell"}
        "supported" if both ends lie above the bar, "not supported" if below, else "cannot tell".

    Examples
    --------
    >>> verdict(0.1, 0.3, 0.0), verdict(-0.3, -0.1, 0.0), verdict(-0.1, 0.1, 0.0)
    ('supported', 'not supported', 'cannot tell')
    """
    return VERDICTS[0] if low > bar else VERDICTS[1] if high < bar else VERDICTS[2]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Claims against nulls: of how many views each verdict holds, as text.

    Parameters
    ----------
    table : DataFrame
        What `evidence` returns; its columns claim, null and verdict are read.

    Returns
    -------
    DataFrame (claim x null)
        Claims in the words of `CLAIMS`. A cell is one word where the verdicts are one, else their counts; empty where
        the claim has no such null.

    Examples
    --------
    >>> table = pd.DataFrame({"claim": "linear", "null": ["shuffled", "pixels", "pixels"]})
    >>> found = summary(table.assign(verdict=["supported", "supported", "cannot tell"]))
    >>> found.loc["attributes are linear in them"].to_dict()
    {'shuffled': 'supported', 'pixels': 'supported 1, cannot tell 1'}
    """
    counted = table.groupby(["claim", "null"], sort=False).verdict.agg(in_words).unstack()
    claims, nulls = [c for c in CLAIMS if c in counted.index], [n for n in NULLS if n in counted]
    return counted.loc[claims, nulls].rename(index=CLAIMS).fillna("")


def in_words(verdicts):
    """Verdicts of several views as text: one word where they are one, else counts.

    >>> in_words(pd.Series(["supported"] * 3)), in_words(pd.Series(["supported", "cannot tell"]))
    ('supported', 'supported 1, cannot tell 1')
    """
    counts = {name: int((verdicts == name).sum()) for name in VERDICTS}
    said = {name: count for name, count in counts.items() if count}
    return next(iter(said)) if len(said) == 1 else ", ".join(f"{name} {count}" for name, count in said.items())


def trial_of(zoo, kind="logistic", components="cv", seed=0):
    """`Trial` of a zoo's views."""
    noise, encoders, split = zoo.views_of("noise"), zoo.views_of("embedding"), zoo.split
    for what, there in (("noise", noise), ("an embedding", encoders)):
        if not there:
            raise ValueError(f"{zoo.path} has no view that is {what}; run notebooks 01 and 02, or `zoo build`, first")
    for part in ("train", "test"):
        if not (split == part).any():
            raise ValueError(
                f"{zoo.path} has no images of split {part!r}; evidence needs some to learn from and others"
            )
    X = {view: zoo[view].astype(np.float64) for view in zoo.views}
    groups = zoo.groups if len(set(zoo.groups)) < len(zoo) else None
    controls, parts = {view: zoo.controls(view) for view in [*noise, *encoders]}, (split == "train", split == "test")
    return Trial(X, zoo.labels, *parts, noise, encoders, controls, kind, components, seed, groups)


def check_editing(trial, generator, judge, targets, images, strength):
    """Raise ValueError, before any work, where edits cannot be tried."""
    view = view_of(generator)
    if view not in trial.noise:
        raise ValueError(f"the zoo has no noise of {view!r}; it has that of {', '.join(trial.noise)}")
    if judge is None or not targets:
        raise ValueError("edits need a judge and targets, {attribute: 1 or -1}, beside the generator")
    for target in targets:
        for whom, known in (("the judge", judge.attributes), ("the zoo", list(trial.Y.columns))):
            if target not in known:
                raise ValueError(f"{whom} knows no {target!r}; choose targets from {', '.join(map(str, known))}")
        if targets[target] not in (1, -1):
            raise ValueError(f"target {target!r} is {targets[target]!r}; it is 1 (to have it) or -1 (to lack it)")
    if not whole(images, 1):
        raise ValueError(f"images is {images!r}; it must be a whole number above 0")
    share(strength, "strength")


def view_of(generator):
    """The view that a generator's noise is, of a loaded one or its name."""
    return generator if isinstance(generator, str) else generator.name


def edit_flips(trial, zoo, generator, judge, targets, images, strength):
    """{(source, null): (turned, turned by null)}: images (targets, n) that steps along carried directions turned.

    A step has the length that `strength` standard deviations along the target's own direction have. Nulls, drawn anew
    for each target, are a random direction, and a random one of the source, carried: what is shared lies where images
    differ visibly. For encoders there is the untrained one's, too.
    """
    view, rows = view_of(generator), np.flatnonzero(trial.held)[:images]
    generator = zoo.generator(view, None if generator == view else generator)
    noise = zoo.rows(view, rows).reshape(len(rows), *generator.latent_shape)
    before = judge.probabilities(generate(generator, noise))
    found = {}
    for target, sign in targets.items():
        own = direction(trial.probe(view, "mean-difference")[0], target, X=trial.X[view][trial.held])
        for name, d in candidates(trial, view, target).items():
            made = turned(generator, noise, d, target, sign, strength * own.sigma, judge, before)
            found.setdefault(name, []).append(made)
    found = {name: np.stack(parts) for name, parts in found.items()}
    pairs = {}
    for source in set_less(trial.views, view):
        nulls = {"random": "random", "random, carried": f"random:{source}", "untrained": trial.untrained.get(source)}
        pairs |= {(source, null): (found[source], found[name]) for null, name in nulls.items() if name in found}
    return pairs


def candidates(trial, view, target):
    """{source: Direction in a generator's noise}: a target's in every other view, carried; and random ones."""
    rng = np.random.default_rng([trial.seed, *target.encode()])

    def own(source):
        return direction(trial.probe(source, "mean-difference")[0], target)

    def anything(source):
        return Direction("random", unit_rows(rng.standard_normal((1, trial.X[source].shape[1])))[0])

    found = {"random": anything(view)}
    for source in set_less(trial.views, view):
        found[source] = carried_or_none(own(source), trial.une, source, view)
        found[f"random:{source}"] = carried_or_none(anything(source), trial.une, source, view)
    for encoder, random in trial.untrained.items():
        found[random] = carried_or_none(own(random), trial.une_of(swapped(trial, encoder)), random, view)
    return found
