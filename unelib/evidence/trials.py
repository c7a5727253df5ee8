"""What is on trial: views of one zoo with their attributes and controls, and the same with fewer images or with twins.

A `Trial` keeps every probe, map and model it was asked for. The luck of the images that learn is measured by trials in
which an eighth of them does not (`without_blocks`). In `matched` trials nulls of the picture have the view's spectrum.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from ..core.cpus import in_threads
from ..core.lazy_values import kept_value
from ..latent.linear_gaussian import axes_of
from ..latent.une import UNE
from ..probing.linear_probe import LinearProbe
from ..probing.logistic_solver import learnable
from ..stats.intervals import Interval
from .direction_agreement import mean_differences
from .learning_luck import dealt_blocks, luck_interval
from .matched_spectra import remixing, whitened_spread

PICTURED = ("untrained", "pixels")  # roles of controls that have the picture


@dataclass(frozen=True, eq=False)
class Trial:
    """A zoo's views and what every claim needs of them.

    X              {view: (n, d)}; Y DataFrame (n, a); learn, held masks (n,)
    noise, encoders  views under trial
    controls       {view: {role: name}}, as `NoiseZoo.controls` gives them; `nulls(view)` are those that claims use
    train          mask (n,) of all training images, those included that do not learn; these alone if None
    whole          the trial whose penalties, ridges, private parts and steps are taken over; None to choose them
    sized          the trial whose number of shared dimensions is taken over; None for `components`
    columns        {view: d} of those whose rows are coordinates of what varies in as many columns (`row_span`)
    plain          {view: (n, m)}: some of these columns themselves, for what no turn of the view may touch
    lifts          {view: (m, r) -> (m, d)}: vectors in such coordinates, in the columns themselves
    """

    X: dict
    Y: pd.DataFrame
    learn: np.ndarray
    held: np.ndarray
    noise: list
    encoders: list
    controls: dict
    train: np.ndarray | None = None
    kind: str = "logistic"
    components: int | str = "cv"
    seed: int = 0
    groups: np.ndarray | None = None
    whole: "Trial | None" = None
    sized: "Trial | None" = None
    columns: dict = field(default_factory=dict)
    plain: dict = field(default_factory=dict)
    lifts: dict = field(default_factory=dict)
    cache: dict = field(default_factory=dict)

    @property
    def truth(self):
        """Attributes of the held-out images."""
        return self.Y[self.held]

    @property
    def persons(self):
        """Groups of the held-out images, or None."""
        return None if self.groups is None else self.groups[self.held]

    def nulls(self, view, roles=PICTURED):
        """{role: name} of a view's controls, of the picture unless it is said otherwise."""
        there = self.controls[view]
        return {role: there[role] for role in roles if role in there}

    @property
    def untrained(self):
        """{encoder: the same network untrained}, where the zoo has it."""
        found = {encoder: self.controls[encoder].get("untrained") for encoder in self.encoders}
        return {encoder: null for encoder, null in found.items() if null}

    def probe(self, view, kind=None):
        """(probe, held-out rows) of a view, as scores take them."""
        key = ("probe", view, kind or self.kind)
        if key not in self.cache:
            chosen = self.whole.probe(view, kind)[0].penalty_ if self.whole else np.zeros(1)
            penalty = float(np.exp(np.log(chosen).mean())) if (chosen > 0).all() else "cv"
            self.cache[key] = self.fitted(self.X[view][self.learn], kind, penalty=penalty)
        return self.cache[key], self.X[view][self.held]

    def fitted(self, rows, kind=None, penalty="cv"):
        """A probe of the attributes, trained on such rows of the training images."""
        groups = None if self.groups is None else self.groups[self.learn]
        return LinearProbe(kind or self.kind, penalty=penalty).fit(rows, self.Y[self.learn], groups)

    def learning(self, learn, **changes):
        """The same trial where others learn, of the attributes of which they show both classes."""
        known = learnable(self.Y[learn], None if self.groups is None else self.groups[learn])
        return replace(self, learn=learn, Y=self.Y[known], cache={}, **changes)

    @kept_value
    def parts(self):
        """Trials without each block of the images that learn; penalties and the like are this trial's."""
        groups, at = None if self.groups is None else self.groups[self.learn], np.flatnonzero(self.learn)
        blocks, every = dealt_blocks(len(at), groups, self.seed), np.arange(len(self.learn))
        return [
            self.learning(self.learn & ~np.isin(every, at[blocks == b]), whole=self) for b in range(blocks.max() + 1)
        ]

    def rows(self, names, mask):
        """{view: rows} of some views."""
        return {name: self.X[name][mask] for name in names}

    def differences(self, view):
        """`mean_differences` of a view's training rows; kept."""
        key = ("differences", view)
        if key not in self.cache:
            self.cache[key] = mean_differences(self.X[view][self.learn], self.Y[self.learn])
        return self.cache[key]

    @property
    def views(self):
        """All views under trial."""
        return [*self.noise, *self.encoders]

    @property
    def une(self):
        """The model of all views under trial."""
        return self.une_of(self.views)

    def une_of(self, names):
        """The model of some views; of others than those under trial, with as many dimensions."""
        key = ("model", *names)
        if key not in self.cache:
            asked = {"components": self.components}
            if self.whole:
                like = self.whole.une_of(names)
                asked = {"components": like.k_, "private": like.private_, "ridge": like.ridge_, "steps": like.steps_}
            elif self.sized or names != self.views:
                like = (self.sized or self).une
                asked["components"] = min(like.k_, *(min(self.learn.sum(), self.X[v].shape[1]) - 1 for v in names))
            self.cache[key] = self.modelled(UNE(**asked, seed=self.seed), names)
        return self.cache[key]

    def modelled(self, une, names, orders=None):
        """A model fitted to some views' training rows, of all columns that they stand for; rows in `orders` {view}."""
        if "cv" in (une.components, une.private, une.ridge, une.steps):
            une.check_options(self.rows(names, self.learn))
        placed = {name: self.placed(name) for name in names}
        if orders:
            placed = {name: (axes, F[orders[name]]) for name, (axes, F) in placed.items()}
        return une.fit_placed(placed, {name: self.columns[name] for name in names if name in self.columns})

    def placed(self, view):
        """`Axes` and coordinates of a view's training rows, which every model of it begins with; kept."""
        key = ("placed", view)
        if key not in self.cache:
            self.cache[key] = axes_of(self.X[view][self.learn], "isotropic")
        return self.cache[key]


def without_blocks(trial, measure):
    """A measure of a trial, and of it without each block of the images that learn: (1 + blocks,)."""
    return np.array([measure(trial), *in_threads(measure, trial.parts)])


def with_luck(trial, gap, measure):
    """`Interval` of a gap, over held-out images, widened by the luck of those that learn: jackknifed, and joined to it
    as independent of it. `measure` gives a trial's gap."""
    luck = luck_interval(without_blocks(trial, measure))
    half = luck.high - luck.value
    low, high = (gap.value + side * np.hypot(end - gap.value, half) for side, end in ((-1, gap.low), (1, gap.high)))
    return Interval(gap.value, low, high)


def matched(trial):
    """Two trials by halves of the images that learn, with a twin in the place of every control of the picture.

    A twin is the control, given the spectrum of its view by a map that loses nothing (`matched_spectra`). The map is
    learnt on all training images but those of the half, and everything else on these alone, for views as for twins.
    Halves have no image in common, so what is due to the luck of one of them is not in the other. The model has as many
    shared dimensions as that of the trial; other controls are left out.
    """
    order = np.random.default_rng(trial.seed).permutation(np.flatnonzero(trial.learn))
    return [with_twins(trial, np.isin(np.arange(len(trial.learn)), half)) for half in np.array_split(order, 2)]


def with_twins(trial, learn):
    """The trial in which some images (n,) learn, with twins matched on the training images that do not."""
    mixing = (trial.learn if trial.train is None else trial.train) & ~learn
    X, controls, columns = {view: trial.X[view] for view in trial.views}, {}, dict(trial.columns)
    names = list(dict.fromkeys(name for view in trial.views for name in (view, *trial.nulls(view).values())))
    spreads = dict(zip(names, in_threads(lambda name: whitened_spread(trial.X[name][mixing], trial.seed), names)))
    for view in trial.views:
        twins = {role: f"{name} with the spectrum of {view}" for role, name in trial.nulls(view).items()}
        for role, name in trial.nulls(view).items():
            X[twins[role]] = remixing(spreads[name], spreads[view]).rows(trial.X[name])
            columns |= {twins[role]: trial.columns[name]} if name in trial.columns else {}
        controls[view] = twins
    return trial.learning(learn, X=X, controls=controls, sized=trial, columns=columns)
