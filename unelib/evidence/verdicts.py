"""The hypothesis on trial: a table of its testable claims, each beside what would be found were it not true."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control
from threadpoolctl import threadpool_limits

from ..core.checks import choice, constant, share, whole
from ..core.cpus import in_threads
from ..editing.directions import direction
from ..editing.lacking_images import lacked_targets
from ..editing.probe_judge import seen_by
from ..inversion.deterministic import generate
from ..linalg.cosine import unit_rows
from ..linalg.direction_algebra import Direction
from ..models.contracts import GeneratorLike, JudgeLike
from ..probing.choices import Kind
from ..probing.logistic_solver import learnable
from ..stats.p_values import holm
from .claims import (
    agree_in_pictures,
    carried_or_none,
    directions_agree,
    edits_transfer,
    gaussian,
    linear,
    linear_pictures,
    predictable,
    predictable_pictures,
    set_less,
    shared,
    shared_pictures,
    swapped,
    turned,
)
from .trials import Trial, matched
from .views_on_trial import view_on_trial

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
ROLES = ("leak", "pixels", "untrained")  # of controls that are nulls
TURNED = {"columns": "columns", "plain": "plain", "lift": "lifts"}  # of a `ViewOnTrial`, as a `Trial` has them by view
MOST_COLUMNS = 8192  # of a view that enters as it is
MOST_OTHERS = 4000  # training images beside those that learn, by `n_train`: enough to teach a twin's map
FEWEST = 50  # images that learn, by `n_train`: an eighth of fewer says little of their luck
LEARNERS = 10  # training images without which no probe is fitted
TESTED = 40  # images without which Gaussianity is not tested
LEVEL = 0.05  # of two-sided p-values, corrected for their number or not
PARTS = {
    "Gaussian": gaussian,
    "linear": linear,
    "predictable": predictable,
    "shared": shared,
    "agree": directions_agree,
}
PICTURES = {
    "linear": linear_pictures,
    "predictable": predictable_pictures,
    "shared": shared_pictures,
    "agree": agree_in_pictures,
}
KEYS = ["claim", "view", "measure", "null"]
COLUMNS = [
    "claim",
    "view",
    "measure",
    "value",
    "low",
    "high",
    "null",
    "null_value",
    "gap",
    "gap_low",
    "gap_high",
    "bar",
    "p",
]
TWIN = {
    "value": "twin_value",
    "null_value": "twin_null",
    "gap": "twin_gap",
    "gap_low": "twin_low",
    "gap_high": "twin_high",
}
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
    n_train: int | None = None,
    claims: Sequence[str] = tuple(CLAIMS),
    most_columns: int = MOST_COLUMNS,
) -> pd.DataFrame:
    """What a zoo says of the hypothesis' claims (`CLAIMS`): a row for each claim, view and null.

    With few images a comparison of two views measures their spectra as well as what they hold. So each null of the
    picture (`PICTURE`) is asked a second time, as a twin: remixed by an invertible linear map that gives it the
    spectrum of the view under trial, and to what it shares with this the same place (`matched_spectra`). Each half of
    the training images learns once, for view and twin alike, while the map is learnt on all other training images. A
    verdict counts only if the null and, in both halves, its twin lead to the same. Few images tell a map little: what
    they do not tell, it leaves as it is.

    Each verdict errs in 1 of 40 cases (`ERRS`) to either side; p-values are corrected for their number within each
    claim. `summary` puts claims against nulls.

    Parameters
    ----------
    zoo : NoiseZoo
        With noise and embeddings; its controls of these count as nulls if their role is "pixels", "leak" or
        "untrained".
    generator : GeneratorLike or str, optional
        A generator of the zoo, loaded or by its view's name, for the claim that edits transfer; without it there are no
        rows for that claim.
    judge : JudgeLike, optional
        Sees whether an edit turned its target; needed with a generator. Directions of the view that a probe judges by
        (`judge_for`) are not tried.
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
        Of the model, the resampled images, the nulls that are drawn, and the images that twins are matched on.
    n_train : int, optional
        Training images that learn, the first of them; all by default. Verdicts by n are those of several calls. As many
        as 4,000 others teach the twins' maps.
    claims : sequence of str
        Claims that are tried, names of `CLAIMS`; all by default. The model of a shared latent is fitted only for those
        that need it.
    most_columns : int
        A view that has more columns, and more than twice as many as there are images, enters by coordinates of its rows
        in their own span (`linalg.row_span`). That takes less time and memory, and nothing is lost; only probes, which
        standardise columns, standardise other ones.

    Returns
    -------
    DataFrame
        Columns:

        claim, view, measure, value, low, high
            What is measured, with 95% ends: over images; over columns for Gaussianity, over attributes for "nearest is
            own".
        null, null_value, gap, gap_low, gap_high, bar
            The null, the measure on it, and value less null's with the ends of its 95% interval, paired as the value's,
            or, where the null was drawn many times ("shuffled", "mispaired"), those that 5% of the draws lie beyond;
            and what the gap is held against.
        twin_value, twin_null, twin_gap, twin_low, twin_high
            The same beside the null's twin, the mean of both halves, with the lower of their low ends and the higher of
            their high ends; NaN where there is none.
        verdict
            "supported" if both ends of the gap, and of the twin's, lie above the bar, "not supported" if all lie below,
            else "cannot tell".
        turns
            Whether null and twin lead to different verdicts: what the one says does not count.
        p, holm, fdr
            Two-sided p-value of a gap that is the bar: the one that the interval implies, normal beyond its ends
            (Altman and Bland, 2011); beside draws by Student's law, which takes them to be normal. With a twin all
            have to differ to one side: the largest p, or 1 where they differ to two. Then the same corrected for the
            number of rows of the claim, by Holm and by Benjamini and Hochberg's false discovery rate; the latter
            holds for rows that depend on one another positively.

    Raises
    ------
    ValueError
        Where the zoo has no noise, no embeddings, or no rows to learn from and hold out, on `n_train` beyond them,
        unknown claims, and on a generator, judge, targets, images or strength with which edits cannot be tried, as
        where no image lacks a target.
    """
    for claim in claims:
        choice(claim, CLAIMS, "claim")
    trial = trial_of(zoo, kind, components, seed, n_train, most_columns)
    claims = claims_of_so_many(claims, len(trial.Y))
    edits = generator is not None and "edits" in claims
    if edits:
        check_editing(trial, generator, judge, targets, images, strength)
        start, aims = to_edit(zoo, generator, judge, targets, images)
        asked = view_of(generator), start, judge, aims, strength
    with threadpool_limits(1, "blas"):  # small matrices: what can be done at once is, a thread a core
        trials = [trial, *matched(trial)]
        rows = [found for claim in PARTS if claim in claims for found in PARTS[claim](trial)]
        beside = in_threads(partial(beside_pictures, claims), trials)
    if edits:
        rows += edits_transfer(edit_flips(trial, *asked, nulls=(*CHANCE, *PICTURE)))
        for found, of in zip(beside[1:], trials[1:]):
            found += edits_transfer(edit_flips(of, *asked, nulls=PICTURE))
    table, *halves = (pd.DataFrame(found, columns=COLUMNS) for found in (rows + beside[0], *beside[1:]))
    return judged_rows(table, halves)


def beside_pictures(claims, trial):
    """Rows of evidence of some claims beside the nulls of the picture that a trial has."""
    return [found for claim in PICTURES if claim in claims for found in PICTURES[claim](trial)]


def judged_rows(table, halves):
    """Rows of evidence with their verdicts and corrected p-values; halves are tables of the rows beside twins."""
    both = pd.concat(halves)
    means = both.groupby(KEYS, sort=False)[["value", "null_value", "gap"]].mean()
    ends = both.groupby(KEYS).agg(gap_low=("gap_low", "min"), gap_high=("gap_high", "max"), twin_p=("p", "max"))
    table = table.merge(means.join(ends).rename(columns=TWIN).astype(float), "left", KEYS)
    of_null, of_twin = (
        [verdict(*three) for three in zip(table[low], table[high], table.bar)]
        for low, high in (("gap_low", "gap_high"), ("twin_low", "twin_high"))
    )
    alone = table.twin_gap.isna()
    table["turns"] = ~alone & (np.array(of_null) != np.array(of_twin))
    table["verdict"] = np.where(table.turns, VERDICTS[2], of_null)
    sides = both.groupby(KEYS).gap.agg(["min", "max"]).astype(float).reindex(pd.MultiIndex.from_frame(table[KEYS]))
    above = (table.gap > table.bar) & (sides["min"].to_numpy() > table.bar)
    below = (table.gap < table.bar) & (sides["max"].to_numpy() < table.bar)
    table["p"] = table.p.where(alone, np.where(above | below, np.fmax(table.p, table.twin_p), 1.0))
    known = table.p.notna()
    for name, corrected in (("holm", holm), ("fdr", false_discovery_control)):
        table[name] = table.p[known].groupby(table.claim[known]).transform(corrected)
    order = np.argsort(table.claim.map(list(CLAIMS).index), kind="stable")
    return table.drop(columns="twin_p").iloc[order].reset_index(drop=True)


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
    """Claims against nulls: of how many views each verdict holds, as text; and how many survive correction.

    Parameters
    ----------
    table : DataFrame
        What `evidence` returns; its columns claim, null, verdict, holm and fdr are read.

    Returns
    -------
    DataFrame (claim x null)
        Claims in the words of `CLAIMS`. A cell is one word where the verdicts are one, else their counts; empty where
        the claim has no such null. Then, over all nulls of a claim: how many rows are "supported" of how many, how many
        of these by "Holm" with its p at most 0.05, and by the false discovery rate, "FDR".

    Examples
    --------
    >>> table = pd.DataFrame({"claim": "linear", "null": ["shuffled", "pixels", "pixels"]})
    >>> table = table.assign(verdict=["supported", "supported", "cannot tell"], holm=[0.01, 0.06, 0.2], fdr=0.04)
    >>> summary(table).loc["attributes are linear in them"].to_dict()
    {'shuffled': 'supported', 'pixels': 'supported 1, cannot tell 1', 'supported': '2 of 3', 'Holm': '1', 'FDR': '2'}
    """
    counted = table.groupby(["claim", "null"], sort=False).verdict.agg(in_words).unstack()
    claims, nulls = [c for c in CLAIMS if c in counted.index], [n for n in NULLS if n in counted]
    counted, holds = counted.loc[claims, nulls].fillna(""), table.verdict == VERDICTS[0]
    for name, kept in {
        "supported": holds,
        "Holm": holds & (table.holm <= LEVEL),
        "FDR": holds & (table.fdr <= LEVEL),
    }.items():
        counted[name] = kept.groupby(table.claim).sum().astype(str)
    counted["supported"] += " of " + table.groupby("claim").size().astype(str)
    return counted.rename(index=CLAIMS)


def in_words(verdicts):
    """Verdicts of several views as text: one word where they are one, else counts.

    >>> in_words(pd.Series(["supported"] * 3)), in_words(pd.Series(["supported", "cannot tell"]))
    ('supported', 'supported 1, cannot tell 1')
    """
    counts = {name: int((verdicts == name).sum()) for name in VERDICTS}
    said = {name: count for name, count in counts.items() if count}
    return next(iter(said)) if len(said) == 1 else ", ".join(f"{name} {count}" for name, count in said.items())


def trial_of(zoo, kind="logistic", components="cv", seed=0, n_train=None, most_columns=MOST_COLUMNS):
    """`Trial` of a zoo's views, in which the first so many training images learn, or all."""
    noise, encoders, split = zoo.views_of("noise"), zoo.views_of("embedding"), zoo.split
    for what, there in (("noise", noise), ("an embedding", encoders)):
        if not there:
            raise ValueError(f"{zoo.path} has no view that is {what}; run notebooks 01 and 02, or `zoo build`, first")
    for part in ("train", "test"):
        if not (split == part).any():
            raise ValueError(
                f"{zoo.path} has no images of split {part!r}; evidence needs some to learn from and others"
            )
    if (split == "train").sum() < LEARNERS:
        raise ValueError(
            f"{zoo.path} has {(split == 'train').sum()} training images; a probe needs {LEARNERS}, so take more"
        )
    groups = zoo.groups if len(set(zoo.groups)) < len(zoo) else None
    controls, train, held = (
        {view: zoo.controls(view) for view in [*noise, *encoders]},
        split == "train",
        split == "test",
    )
    noise, encoders = (
        varied_views(zoo, views, train, what) for views, what in ((noise, "noise"), (encoders, "embedding"))
    )
    learn, Y = train, zoo.labels
    if n_train is not None:
        if not whole(n_train, FEWEST, train.sum()):
            raise ValueError(f"n_train is {n_train!r}; {zoo.path} has training images for {FEWEST} to {train.sum()}")
        learn, train = (train & (np.cumsum(train) <= most) for most in (n_train, n_train + MOST_OTHERS))
        Y = without_unshown(Y, learn, groups)
    rows, named = np.flatnonzero(train | held), [role for there in controls.values() for role in there.items()]
    wanted = dict.fromkeys([*noise, *encoders, *(name for role, name in named if role in ROLES)])
    views = {view: view_on_trial(zoo, view, rows, most_columns, seed) for view in wanted}
    wide = {what: {v: getattr(found, what) for v, found in views.items() if found.columns} for what in TURNED}
    learn, held, train = (mask[rows] for mask in (learn, held, train))
    X, groups = {view: found.X for view, found in views.items()}, None if groups is None else groups[rows]
    asked = Y.iloc[rows], learn, held, noise, encoders, controls, train, kind, components, seed, groups
    return Trial(X, *asked, **{TURNED[what]: found for what, found in wide.items()})


def claims_of_so_many(claims, images):
    """The claims that so many images allow, with a warning for the one that needs more; ValueError if none is left."""
    left = [claim for claim in claims if claim != "Gaussian" or images >= TESTED]
    if len(left) < len(claims):
        told = f"the claim 'Gaussian' needs {TESTED} images, and the zoo has {images}"
        if not left:
            raise ValueError(f"{told}; take more, or try other claims")
        warnings.warn(f"set aside: {told}", stacklevel=3)
    return left


def varied_views(zoo, views, learn, kind):
    """Views of a kind without those that give all training images one row, with a warning; ValueError if none is left.

    Most are known by a few rows, and only the others are read whole.
    """
    rows = np.flatnonzero(learn)
    alike = [v for v in views if all(constant(zoo.rows(v, part)).all() for part in (rows[:8], rows))]
    if alike:
        told = f"the same row for all {len(rows)} training images: {', '.join(alike)}"
        if len(alike) == len(views):
            raise ValueError(f"no {kind} of {zoo.path} can be tried, which has {told}; make that view anew")
        warnings.warn(f"set aside, {told}", stacklevel=4)
    return [view for view in views if view not in alike]


def without_unshown(Y, learn, groups):
    """Attributes Y (n, a) without those of which the images that learn show too little, with a warning for these."""
    known = learnable(Y[learn], None if groups is None else groups[learn])
    if lost := [name for name in Y if name not in known]:
        warnings.warn(f"left out, too rare among the {learn.sum()} images that learn: {', '.join(lost)}", stacklevel=4)
    return Y[known]


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


def to_edit(zoo, generator, judge, targets, images):
    """What edits start from, (generator, noise, pictures) of the first held-out images, and the targets they lack."""
    view, rows = view_of(generator), np.flatnonzero(zoo.split == "test")[:images]
    generator = zoo.generator(view, None if generator == view else generator)
    noise = zoo.rows(view, rows).reshape(len(rows), *generator.latent_shape)
    pictures = generate(generator, noise)
    return (generator, noise, pictures), lacked_targets(targets, pictures, judge)


def edit_flips(trial, view, start, judge, targets, strength, nulls=CHANCE):
    """{(source, null): (turned, turned by null)}: images (targets, n) that steps along carried directions turned.

    A step has the length that `strength` standard deviations along the target's own direction have. Nulls of chance,
    drawn anew for each target, are a random direction, and a random one of the source, carried: what is shared lies
    where images differ visibly. That of the picture is an untrained encoder's.

    start  as `to_edit` gives it, of a view
    """
    generator, noise, pictures = start
    before = judge.probabilities(pictures)
    pairs = {}
    for target, sign in targets.items():
        own = direction(trial.probe(view, "mean-difference")[0], target, X=trial.X[view][trial.held])
        asked = target, sign, strength * own.sigma, judge, before
        found = candidates(trial, view, target, nulls, seen_by(judge))
        ways = {name: d for names, directions in found.items() for name, d in zip(names, directions)}
        made = {name: turned(generator, noise, d, *asked) for name, d in in_columns(trial, view, ways).items()}
        for one, other, null in found:
            pairs.setdefault((one, null), []).append((made[one], made[other]))
    return {names: tuple(map(np.stack, zip(*parts))) for names, parts in pairs.items()}


def in_columns(trial, view, directions):
    """Directions {name: Direction} of a view in its columns, wherever the trial has it in coordinates."""
    if view not in trial.lifts:
        return directions
    lifted = trial.lifts[view](np.stack([d.vector for d in directions.values()]))
    return {name: replace(d, vector=row) for (name, d), row in zip(directions.items(), lifted)}


def candidates(trial, view, target, nulls=CHANCE, but=""):
    """{(source, a null's name, null): (Direction, the null's)} in a generator's noise, of a target in other views.

    but  a view that is no source, since the judge sees by it
    """
    rng = np.random.default_rng([trial.seed, *target.encode()])

    def own(source):
        return direction(trial.probe(source, "mean-difference")[0], target)

    def anything(source):
        return Direction("random", unit_rows(rng.standard_normal((1, trial.X[source].shape[1])))[0])

    found, anywhere = {}, anything(view)
    for source in set_less(set_less(trial.views, view), but):
        d = carried_or_none(own(source), trial.une, source, view)
        if "random" in nulls:
            found[source, "random", "random"] = d, anywhere
            any_carried = carried_or_none(anything(source), trial.une, source, view)
            found[source, f"random:{source}", "random, carried"] = d, any_carried
        if "untrained" in nulls and source in trial.untrained:
            fresh, une = trial.untrained[source], trial.une_of(swapped(trial, source))
            found[source, fresh, "untrained"] = d, carried_or_none(own(fresh), une, fresh, view)
    return found
