"""The testable claims of the hypothesis, each measured beside the nulls that match it; `evidence` puts them together.

Every function yields rows: a claim's measure on a view, the same on its null, and their difference with its ends: those
of a 95% interval, paired over images, or, where the null was drawn many times, those between which 95% of it lies.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from ..alignment.linear_maps import RidgeMap
from ..editing.directions import NothingShared, carried, direction
from ..editing.walks import shifted
from ..gaussianity.pass_rates import pass_rate_test, twin_pass_rates
from ..inversion.deterministic import generate
from ..latent.une import UNE
from ..linalg.direction_algebra import Direction
from ..probing.linear_probe import LinearProbe
from ..probing.scores import mean_auc, mean_auc_gap
from ..stats.intervals import RESAMPLES, Interval, gap_interval, mean_interval, percentiles, rate_interval, wilson
from ..stats.p_values import critical_values

TOLERATED = 0.05  # by which a view's pass rate may fall short of its Gaussian twins' and still count as theirs
COLUMNS = 100  # that are tested for it
SHUFFLES = 39  # orders of the rows: with 39, the extreme ones are the ends of a test at 5%, two-sided
SIZES = {"all": (1, 2, 2.5, 3), "pairs": (0.5, 1, 2, 3)}  # times the model's dimensions: one latent's, and each pair's


@dataclass(frozen=True, eq=False)
class Trial:
    """A zoo's views and what every claim needs of them.

    X              {view: (n, d)}; Y DataFrame (n, a); learn, held masks (n,)
    noise, encoders  views under trial
    controls       {view: {role: name}}, as `NoiseZoo.controls` gives them; `nulls(view)` are those that claims use
    """

    X: dict
    Y: pd.DataFrame
    learn: np.ndarray
    held: np.ndarray
    noise: list
    encoders: list
    controls: dict
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
        """{role: name} of a view's controls: the same network untrained, what leaks, small pictures."""
        there = self.controls[view]
        return {role: there[role] for role in ("untrained", "leak", "pixels") if role in there}

    @property
    def untrained(self):
        """{encoder: the same network untrained}, where the zoo has it."""
        found = {encoder: self.controls[encoder].get("untrained") for encoder in self.encoders}
        return {encoder: null for encoder, null in found.items() if null}

    def probe(self, view, kind=None):
        """(probe, held-out rows) of a view, as scores take them."""
        key = ("probe", view, kind or self.kind)
        if key not in self.cache:
            self.cache[key] = self.fitted(self.X[view][self.learn], kind)
        return self.cache[key], self.X[view][self.held]

    def fitted(self, rows, kind=None, order=slice(None)):
        """A probe of the attributes, trained on such rows of the training images, whose labels come in an order."""
        groups = None if self.groups is None else self.groups[self.learn][order]
        return LinearProbe(kind or self.kind).fit(rows, self.Y[self.learn].iloc[order], groups)

    def rows(self, names, mask):
        """{view: rows} of some views."""
        return {name: self.X[name][mask] for name in names}

    @property
    def views(self):
        """All views under trial."""
        return [*self.noise, *self.encoders]

    @cached_property
    def une(self):
        """The model of all views under trial."""
        return UNE(self.components, seed=self.seed).fit(self.rows(self.views, self.learn))

    def une_of(self, names):
        """The model, with as many dimensions, of other views."""
        key = ("model", *names)
        if key not in self.cache:
            views = self.rows(names, self.learn)
            most = min(min(X.shape) - 1 for X in views.values())
            self.cache[key] = UNE(min(self.une.k_, most), seed=self.seed).fit(views)
        return self.cache[key]

    def nulls_by_shuffling(self, view):
        """{what: (draws,)} of `shuffled_measures` of a noise view, measured once for all of them."""
        if "shuffled" not in self.cache:
            drawn = [shuffled_measures(self, draw) for draw in range(SHUFFLES)]
            self.cache["shuffled"] = {v: pd.DataFrame([found[v] for found in drawn]) for v in self.noise}
        return {what: draws.to_numpy() for what, draws in self.cache["shuffled"][view].items()}


def shuffled_measures(trial, draw):
    """{noise view: {"auc", one for each encoder}}: the trial's measures where each view's training rows lie in an order
    of their own.

    An encoder's attributes are learnt with the labels of the noise view's order, so from shuffled rows, too: all that
    is left is what the views have by themselves. Ranks, ridge and steps are those of the model of the rows in order.
    """
    rng, rows, model = np.random.default_rng([trial.seed, draw]), trial.rows(trial.views, trial.learn), trial.une
    orders = {name: rng.permutation(len(X)) for name, X in rows.items()}
    rows = {name: X[orders[name]] for name, X in rows.items()}
    une = UNE(model.k_, private=model.private_, ridge=model.ridge_, seed=trial.seed, steps=model.steps_).fit(rows)

    def measures(view):
        own = trial.probe(view, "mean-difference")[0]
        there = {e: trial.fitted(rows[e], "mean-difference", orders[view]) for e in trial.encoders}
        read = latent_probe(trial, une, view)
        agreed = {e: cosines(own, probe, une, e, view).mean() for e, probe in there.items()}
        return agreed | {"auc": 0.5 if read is None else mean_auc(*read, trial.truth, 1)["auc"]}

    return {view: measures(view) for view in trial.noise}


def row(claim, view, measure, found, null, null_value, gap, bar=0.0):
    """One row of evidence: `Interval` of a view, the same measure on a null, and `Interval` of the difference."""
    return {
        "claim": claim, "view": view, "measure": measure, "value": found.value, "low": found.low, "high": found.high,
        "null": null, "null_value": null_value, "gap": gap.value, "gap_low": gap.low, "gap_high": gap.high, "bar": bar,
    }  # fmt: skip


def beyond_draws(value, draws):
    """`Interval` of a value less its null's mean; ends are it less those that 5% of draws (s,) lie beyond."""
    low, high = critical_values(draws, 0.05, "both")
    return Interval(value - draws.mean(), value - high, value - low)


def gaussian(trial):
    """Views are Gaussian: the share of columns that pass Anderson and Darling's test, beside their Gaussian twins.

    The interval of the share is Wilson's over columns; that of the difference joins it to the twins' (Newcombe, 1998).
    """
    for view in trial.views:
        X, asked = trial.X[view], {"axes": "coordinates", "count": COLUMNS, "seed": trial.seed}
        null = twin_pass_rates(X, **asked)
        value = pass_rate_test(X, null=null, **asked)["statistic"]
        count = min(COLUMNS, len(X) // 2, X.shape[1])
        found, ends = Interval(value, *wilson(round(value * count), count)), percentiles(null)
        twins = Interval(float(np.median(null)), ends["low"], ends["high"])
        gap = value - twins.value
        low = gap - np.hypot(value - found.low, twins.high - twins.value)
        high = gap + np.hypot(found.high - value, twins.value - twins.low)
        yield row(
            "Gaussian",
            view,
            "columns that pass",
            found,
            "Gaussian twins",
            twins.value,
            Interval(gap, low, high),
            -TOLERATED,
        )


def linear(trial):
    """Attributes are linear in a view: mean AUC of its probe, beside shuffled labels' 0.5 and the same of its nulls."""
    for view in trial.views:
        own = trial.probe(view)
        found = auc_of(trial, own)
        yield row("linear", view, "mean AUC", found, "shuffled", 0.5, found.less(0.5))
        for role, null in trial.nulls(view).items():
            gap = auc_gap(trial, own, trial.probe(null))
            yield row("linear", view, "mean AUC", found, role, found.value - gap.value, gap)


def auc_of(trial, own):
    """`Interval` of the mean AUC of (probe, rows); None reads nothing, an AUC of 0.5."""
    if own is None:
        return Interval(0.5, 0.5, 0.5)
    found = mean_auc(*own, trial.truth, seed=trial.seed, groups=trial.persons)
    return Interval(found["auc"], found["low"], found["high"])


def auc_gap(trial, own, other):
    """`Interval` of how much higher the mean AUC of (probe, rows) is than another's, on the same images."""
    if own is None:
        value, low, high = auc_of(trial, other)
        return Interval(0.5 - value, 0.5 - high, 0.5 - low)
    if other is None:
        return auc_of(trial, own).less(0.5)
    found = mean_auc_gap(own, other, trial.truth, seed=trial.seed, groups=trial.persons)
    return Interval(found["gap"], found["low"], found["high"])


def predictable(trial):
    """One view is linear in another: held-out R2 of the ridge map from noise to an encoder, and of the nulls' maps."""
    for view in trial.noise:
        for encoder in trial.encoders:
            own, truth = trial_errors(trial, view, encoder)
            shuffled, _ = trial_errors(trial, view, encoder, shuffled=True)
            rivals = {"shuffled": (shuffled, truth)}
            rivals |= {role: trial_errors(trial, null, encoder) for role, null in trial.nulls(view).items()}
            if encoder in trial.untrained:
                rivals["untrained target"] = trial_errors(trial, view, trial.untrained[encoder])
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

    def r2(pair, rows=slice(None)):
        return 1 - pair[0][rows].sum(-1) / pair[1][rows].sum(-1)

    def ends(values):
        return percentiles(values).values()

    found = Interval(r2(own), *ends(r2(own, draws)))
    gap = Interval(r2(own) - r2(other), *ends(r2(own, draws) - r2(other, draws)))
    return row("predictable", view, "R2", found, null, r2(other), gap)


def shared(trial):
    """A shared latent carries the attributes: what its views say of one another, and what noise alone says of it."""
    held, view = trial.rows(trial.views, trial.held), f"all views, k = {trial.une.k_}"
    own = mean_interval(trial.une.gain(held))
    draws = mispaired_gains(trial.une, held, trial.seed)
    yield row("shared", view, "gain, nats", own, "mispaired", draws.mean(), beyond_draws(own.value, draws))
    if len(trial.views) > 2:
        apart = UNE(0, seed=trial.seed).fit(trial.rows(trial.views, trial.learn)).log_likelihood(held)
        one, pairs = (best_likelihood(trial, held, sharing) - apart for sharing in SIZES)
        gap = mean_interval(one - pairs)
        yield row(
            "shared", "all views", "nats above independence", mean_interval(one), "pairs share", pairs.mean(), gap
        )
    yield from latent_reads(trial)


def mispaired_gains(une, rows, seed):
    """Mean gain (draws,) of the model where the same rows are put together wrongly, each view in an order of its own.

    View by view they are as well described as ever: what the gain is above this is due to their belonging together.
    """
    rng = np.random.default_rng(seed)

    def mixed():
        return {name: rng.permutation(X) for name, X in rows.items()}

    return np.array([une.gain(mixed()).mean() for _ in range(SHUFFLES)])


def best_likelihood(trial, held, sharing):
    """Log likelihood (m,) of held-out rows where all views share, or pairs do, at the best of some `SIZES`.

    The size is chosen in folds of the training rows, for one latent and for its rival alike.
    """
    learn, k = trial.rows(trial.views, trial.learn), trial.une.k_
    most = min(min(X.shape) for X in learn.values()) - 1
    sizes = {min(max(round(part * k), 1), most) for part in SIZES[sharing]}
    return UNE(sorted(sizes), sharing=sharing, seed=trial.seed).fit(learn).log_likelihood(held)


def latent_reads(trial):
    """Rows for probes of the latent as the noise of one generator shows it, beside shuffled views and other sources.

    A null view takes the noise's place in a model with the same encoders; against untrained targets, theirs.
    """
    for view in trial.noise:
        own = latent_probe(trial, trial.une, view)
        found, draws = auc_of(trial, own), trial.nulls_by_shuffling(view)["auc"]
        yield row("shared", view, "mean AUC of z", found, "shuffled", draws.mean(), beyond_draws(found.value, draws))
        others = {role: ([null, *trial.encoders], null) for role, null in trial.nulls(view).items()}
        if trial.untrained:
            others["untrained target"] = [view, *trial.untrained.values()], view
        for null, (names, source) in others.items():
            gap = auc_gap(trial, own, latent_probe(trial, trial.une_of(names), source))
            yield row("shared", view, "mean AUC of z", found, null, found.value - gap.value, gap)


def latent_probe(trial, une, view):
    """(probe, rows) of E[z | one view], trained and tested on what that view shows of it; None if it shows nothing."""
    z = une.latent(trial.rows([view], trial.learn))
    if not z.size or not np.ptp(z, axis=0).any():
        return None
    return trial.fitted(z), une.latent(trial.rows([view], trial.held))


def directions_agree(trial):
    """Directions agree: cosine of an attribute's direction in noise with the encoder's, carried there by the model.

    Mean over attributes, with its interval over attributes.
    """
    for view in trial.noise:
        for encoder in trial.encoders:
            own, name = agreement(trial, trial.une, encoder, view), f"{encoder} in {view}"
            found, draws = mean_interval(own), trial.nulls_by_shuffling(view)[encoder]
            yield row("agree", name, "cosine", found, "shuffled", draws.mean(), beyond_draws(found.value, draws))
            others = {}
            if random := trial.untrained.get(encoder):
                others["untrained"] = agreement(trial, trial.une_of(swapped(trial, encoder)), random, view)
            if small := trial.nulls(view).get("pixels"):
                others["pixels"] = agreement(trial, trial.une_of([small, *trial.encoders]), encoder, small)
            for null, other in others.items():
                yield row("agree", name, "cosine", found, null, float(other.mean()), mean_interval(own - other))


def swapped(trial, encoder):
    """The views under trial with the untrained network in an encoder's place."""
    return [trial.untrained[name] if name == encoder else name for name in trial.views]


def set_less(names, name):
    """The names but for one, in their order."""
    return [other for other in names if other != name]


def agreement(trial, une, source, target):
    """Cosines (a,) of every attribute's mean difference in a view with that of another, carried there."""
    own, there = (trial.probe(view, "mean-difference")[0] for view in (target, source))
    return cosines(own, there, une, source, target)


def cosines(own, there, une, source, target):
    """Cosines (a,) of a probe's directions with those of another view's, carried; 0 where nothing is shared."""
    pairs = ((direction(own, name), direction(there, name)) for name in own.attributes_)
    return np.array([d.kept(carried_or_none(other, une, source, target)) for d, other in pairs])


def carried_or_none(d, une, source, target):
    """A direction carried to another view, or one of length 0 where nothing of it is shared."""
    try:
        return carried(d, une, source, target)
    except NothingShared:
        return Direction(d.name, np.zeros(len(une.loadings_[target])))


def edits_transfer(flips):
    """Edits transfer: the share of images that a carried direction turns, beside those of its nulls (`edit_flips`)."""
    for (view, null), (own, other) in flips.items():
        gap, apart = gap_interval(own, other), rate_interval(own)
        yield row("edits", view, "images turned", apart, null, rate_interval(other).value, gap)


def turned(gen, noise, d, target, sign, step, judge, before):
    """Which images (n,) that lacked a target have it after a step of a length along a direction; NaN if they had it."""
    column = judge.attributes.index(target)
    lacked, found = (before[:, column] > 0.5) != (sign > 0), np.full(len(noise), np.nan)
    if lacked.any():
        step = sign * step / d.sigma  # taken without a warning: nulls go as far, whatever the shell
        moved = shifted(noise[lacked], d, step)
        found[lacked] = (judge.probabilities(generate(gen, moved))[:, column] > 0.5) == (sign > 0)
    return found
