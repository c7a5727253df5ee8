"""The testable claims of the hypothesis, each measured beside the nulls that match it; `evidence` puts them together.

Every function yields rows: a claim's measure on a view, the same on its null, and their paired difference with its 95%
interval.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from .directions import Direction, carried, direction
from .edit import move
from .invert import generate
from .passing import pass_rate_test, twin_pass_rates
from .probe import LinearProbe
from .roc import percentiles
from .scores import mean_auc, mean_auc_gap
from .transfer import RidgeMap
from .une import UNE

TOLERATED = 0.05  # by which a view's pass rate may fall short of its Gaussian twins' and still count as theirs
RESAMPLES = 500


@dataclass(frozen=True)
class Trial:
    """A zoo's views and what every claim needs of them.

    X              {view: (n, d)}; Y DataFrame (n, a); learn, held masks (n,)
    noise, encoders  views under trial; `nulls(view)` are the controls that there are for one
    """

    X: dict
    Y: pd.DataFrame
    learn: np.ndarray
    held: np.ndarray
    noise: list
    encoders: list
    kind: str = "logistic"
    components: int | str = "cv"
    seed: int = 0
    groups: np.ndarray | None = None
    cache: dict = field(default_factory=dict)

    @property
    def truth(self):
        """Attributes of the held-out images."""
        return self.Y[self.held]

    @property
    def persons(self):
        """Groups of the held-out images, or None."""
        return None if self.groups is None else self.groups[self.held]

    def nulls(self, view):
        """Controls of a view that there are: the same network untrained, what leaks, small pictures."""
        leak = "leak" if view == self.noise[0] else f"leak of {view}"
        asked = [f"untrained:{view}", *([leak] if view in self.noise else []), "pixels"]
        return [name for name in asked if name in self.X]

    def probe(self, view, kind=None):
        """(probe, held-out rows) of a view, as scores take them."""
        key = (view, kind or self.kind)
        if key not in self.cache:
            groups = None if self.groups is None else self.groups[self.learn]
            self.cache[key] = LinearProbe(key[1]).fit(self.X[view][self.learn], self.Y[self.learn], groups)
        return self.cache[key], self.X[view][self.held]

    def rows(self, names, mask):
        """{view: rows} of some views."""
        return {name: self.X[name][mask] for name in names}

    @cached_property
    def une(self):
        """The model of all views under trial."""
        return UNE(self.components, seed=self.seed).fit(self.rows([*self.noise, *self.encoders], self.learn))

    def une_of(self, names, shuffled=False):
        """The model with as many dimensions of other views, or with the rows of all but the first shuffled."""
        views, rng = self.rows(names, self.learn), np.random.default_rng(self.seed)
        order = lambda i: rng.permutation(self.learn.sum()) if shuffled and i else slice(None)
        views = {name: X[order(i)] for i, (name, X) in enumerate(views.items())}
        return UNE(min(self.une.k_, *(min(X.shape) - 1 for X in views.values())), seed=self.seed).fit(views)


def row(claim, view, measure, found, null, null_value, gap, bar=0.0):
    """One row of evidence: found and gap are {"low", "high"} beside a value under any other name."""
    value, middle = (next(v for k, v in part.items() if k not in ("low", "high")) for part in (found, gap))
    return {
        "claim": claim, "view": view, "measure": measure, "value": value, "low": found["low"], "high": found["high"],
        "null": null, "null_value": null_value, "gap": middle, "gap_low": gap["low"], "gap_high": gap["high"],
        "bar": bar,
    }  # fmt: skip


def against(found, chance):
    """The gap of {value, "low", "high"}, in this order, to a number that is known."""
    return dict(zip(("gap", "low", "high"), (value - chance for value in found.values())))


def gaussian(trial):
    """Views are Gaussian: the share of columns that pass Anderson and Darling's test, beside their Gaussian twins."""
    for view in [*trial.noise, *trial.encoders]:
        null = twin_pass_rates(trial.X[view], "coordinates", seed=trial.seed)
        value = pass_rate_test(trial.X[view], "coordinates", seed=trial.seed, null=null)["statistic"]
        twin, ends = float(np.median(null)), percentiles(null)
        around = {"low": value + ends["low"] - twin, "high": min(value + ends["high"] - twin, 1.0)}
        gap = {"gap": value - twin, "low": value - ends["high"], "high": value - ends["low"]}
        found = {"value": value} | around
        yield row("Gaussian", view, "columns that pass", found, "Gaussian twins", twin, gap, -TOLERATED)


def linear(trial):
    """Attributes are linear in a view: mean AUC of its probe, beside shuffled labels' 0.5 and the same of its nulls."""
    asked = {"seed": trial.seed, "groups": trial.persons}
    for view in [*trial.noise, *trial.encoders]:
        own = trial.probe(view)
        found = mean_auc(*own, trial.truth, **asked)
        yield row("linear", view, "mean AUC", found, "shuffled", 0.5, against(found, 0.5))
        for null in trial.nulls(view):
            gap = mean_auc_gap(own, trial.probe(null), trial.truth, **asked)
            yield row("linear", view, "mean AUC", found, kind_of(null), found["auc"] - gap["gap"], gap)


def predictable(trial):
    """One view is linear in another: held-out R2 of the ridge map from noise to an encoder, and of the nulls' maps."""
    for view in trial.noise:
        for encoder in trial.encoders:
            own, truth = trial_errors(trial, view, encoder)
            shuffled, _ = trial_errors(trial, view, encoder, shuffled=True)
            others = {null: trial_errors(trial, null, encoder) for null in trial.nulls(view)}
            if f"untrained:{encoder}" in trial.X:
                others["untrained target"] = trial_errors(trial, view, f"untrained:{encoder}")
            rivals = {"shuffled": (shuffled, truth)} | {kind_of(null): pair for null, pair in others.items()}
            for null, pair in rivals.items():
                yield r2_row(f"{view} to {encoder}", (own, truth), null, pair, trial.seed)


def trial_errors(trial, source, target, shuffled=False):
    """Squared errors (m,) of held-out rows of a view as a ridge map from another predicts them, and what they vary."""
    rng = np.random.default_rng(trial.seed)
    order = rng.permutation(trial.learn.sum()) if shuffled else slice(None)
    learnt, truth = trial.X[target][trial.learn], trial.X[target][trial.held]
    predicted = RidgeMap().fit(trial.X[source][trial.learn], learnt[order]).predict(trial.X[source][trial.held])
    return ((truth - predicted) ** 2).sum(1), ((truth - truth.mean(0)) ** 2).sum(1)


def r2_row(view, own, null, other, seed):
    """Row of evidence for pooled R2 of two maps, images drawn with return alike for both."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(own[0]), (RESAMPLES, len(own[0])))
    r2 = lambda pair, rows=slice(None): 1 - pair[0][rows].sum(-1) / pair[1][rows].sum(-1)
    found = {"r2": r2(own)} | percentiles(r2(own, draws))
    gap = {"gap": r2(own) - r2(other)} | percentiles(r2(own, draws) - r2(other, draws))
    return row("predictable", view, "R2", found, null, r2(other), gap)


def shared(trial):
    """A shared latent carries the attributes: what its views say of one another, and what noise alone says of it."""
    names = [*trial.noise, *trial.encoders]
    held, mixed = trial.rows(names, trial.held), trial.une_of(names, shuffled=True)
    own, null, view = trial.une.gain(held), mixed.gain(held), f"all views, k = {trial.une.k_}"
    gain = mean_interval(own)
    yield row("shared", view, "gain, nats", gain, "independent", 0.0, against(gain, 0.0))
    yield row("shared", view, "gain, nats", gain, "shuffled", float(null.mean()), mean_interval(own - null))
    yield from latent_reads(trial, mixed)


def latent_reads(trial, mixed):
    """Rows for probes of the latent as the noise of one generator shows it, beside shuffled views and pictures."""
    for view in trial.noise:
        own, others = latent_probe(trial, trial.une, view), {"shuffled": latent_probe(trial, mixed, view)}
        if "pixels" in trial.X:
            others["pixels"] = latent_probe(trial, trial.une_of(["pixels", *trial.encoders]), "pixels")
        for null, other in others.items():
            found, gap = read_beside(trial, own, other)
            yield row("shared", view, "mean AUC of z", found, null, found["auc"] - gap["gap"], gap)


def latent_probe(trial, une, view):
    """(probe, rows) of E[z | one view], trained and tested on what that view shows of it; None if it shows nothing."""
    z = une.latent(trial.rows([view], trial.learn))
    if not z.size or not np.ptp(z, axis=0).any():
        return None
    return LinearProbe(trial.kind).fit(z, trial.Y[trial.learn]), une.latent(trial.rows([view], trial.held))


def read_beside(trial, own, other):
    """Mean AUC of (probe, rows), and its gap to another's; None reads nothing, an AUC of 0.5."""
    asked = {"seed": trial.seed, "groups": trial.persons}
    if own is None:
        found = dict.fromkeys(("auc", "low", "high"), 0.5)
        other = found if other is None else mean_auc(*other, trial.truth, **asked)
        return found, {"gap": 0.5 - other["auc"], "low": 0.5 - other["high"], "high": 0.5 - other["low"]}
    found = mean_auc(*own, trial.truth, **asked)
    if other is None:
        return found, against(found, 0.5)
    return found, mean_auc_gap(own, other, trial.truth, **asked)


def directions_agree(trial):
    """Directions agree: cosine of an attribute's direction in noise with the encoder's, carried there by the model."""
    for view in trial.noise:
        for encoder in trial.encoders:
            own = agreement(trial, trial.une, encoder, view)
            names = [*trial.noise, *trial.encoders]
            others = {"shuffled": agreement(trial, trial.une_of([view, *set_less(names, view)], True), encoder, view)}
            if f"untrained:{encoder}" in trial.X:
                other = [f"untrained:{name}" if name == encoder else name for name in names]
                others["untrained"] = agreement(trial, trial.une_of(other), f"untrained:{encoder}", view)
            if "pixels" in trial.X:
                others["pixels"] = agreement(trial, trial.une_of(["pixels", *trial.encoders]), encoder, "pixels")
            found = mean_interval(own)
            for null, other in others.items():
                gap = mean_interval(own - other)
                yield row("agree", f"{encoder} in {view}", "cosine", found, null, float(other.mean()), gap)


def set_less(names, name):
    """The names but for one, in their order."""
    return [other for other in names if other != name]


def agreement(trial, une, source, target):
    """Cosines (a,) of every attribute's mean difference in a view with that of another, carried there."""
    own, there = (trial.probe(view, "mean-difference")[0] for view in (target, source))
    pairs = ((direction(own, name), direction(there, name)) for name in own.attributes_)
    return np.array([cosine_there(*pair, une, source, target) for pair in pairs])


def cosine_there(own, other, une, source, target):
    """Cosine of a direction with another view's, carried; 0 where the model carries nothing."""
    return own.kept(carried_or_none(other, une, source, target))


def carried_or_none(d, une, source, target):
    """A direction carried to another view, or one of length 0 where nothing of it is shared."""
    try:
        return carried(d, une, source, target)
    except ValueError:
        return Direction(d.name, np.zeros(len(une.loadings_[target])))


def edits_transfer(flips):
    """Edits transfer: the share of images that a carried direction turns, beside those of its nulls (`edit_flips`)."""
    for (view, null), (own, other) in flips.items():
        found, gap = mean_interval(own), mean_interval(own.astype(float) - other)
        yield row("edits", view, "images turned", found, null, mean_interval(other)["mean"], gap)


def turned(gen, noise, d, target, sign, step, judge, before, **how):
    """Which images (n,) that lacked a target have it after a step of a length along a direction; NaN if they had it."""
    column = judge.attributes.index(target)
    moved = move(noise, d, sign * step / d.sigma)
    after = judge.probabilities(generate(gen, moved, **how))[:, column] > 0.5
    lacked = (before[:, column] > 0.5) != (sign > 0)
    return np.where(lacked, after == (sign > 0), np.nan)


def mean_interval(values):
    """{"mean", "low", "high"}: mean of values (n,), NaN left out, and its percentile 95% interval over resamples."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    draws = values[np.random.default_rng(0).integers(0, len(values), (RESAMPLES, len(values)))].mean(1)
    return {"mean": float(values.mean()), **percentiles(draws)}


def kind_of(null):
    """What a null view is, whatever the model: "untrained", "leak" or its name."""
    return null.split(":")[0].split(" of ")[0]
