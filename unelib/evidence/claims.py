"""The testable claims of the hypothesis, each measured beside the nulls that match it; `evidence` puts them together.

Every function yields rows: a claim's measure on a view, the same on its null, and their difference with its ends: those
of a 95% interval, paired over images, or, where the null was drawn many times, those between which 95% of it lies.
Nulls of the picture have functions of their own, since these are asked again of `matched` trials. Two views that hold
as much differ by the luck of the images that learn, too: intervals beside the picture have both (`with_luck`).
"""

from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from ..alignment.linear_maps import RidgeMap
from ..core.cpus import in_threads
from ..editing.directions import NothingShared, carried
from ..editing.walks import shifted
from ..gaussianity.pass_rates import pass_rate_test, twin_pass_rates
from ..inversion.deterministic import generate
from ..latent.une import UNE
from ..linalg.direction_algebra import Direction
from ..probing.scores import mean_auc, mean_auc_gap
from ..stats.intervals import RESAMPLES, Interval, gap_interval, mean_interval, percentiles, rate_interval, wilson
from ..stats.p_values import critical_values, p_beyond_draws, p_of_interval
from .direction_agreement import agreement, mean_differences
from .learning_luck import luck_interval
from .trials import PICTURED, with_luck, without_blocks

TOLERATED = 0.05  # by which a view's pass rate may fall short of its Gaussian twins' and still count as theirs
COLUMNS = 100  # that are tested for it
FAINT = 1e-6  # standard deviation of E[z | a view] that is rounding, where that of z is 1
SHUFFLES = 39  # orders of the rows: with 39, the extreme ones are the ends of a test at 5%, two-sided
SIZES = {"all": (1, 2, 2.5, 3), "pairs": (0.5, 1, 2, 3)}  # times the model's dimensions: one latent's, and each pair's


def nulls_by_shuffling(trial, view):
    """{what: (draws,)} of `shuffled_measures` of a noise view, measured once for all of them."""
    if "shuffled" not in trial.cache:
        trial.une, [trial.differences(view) for view in trial.noise]  # once, before threads ask for them
        drawn = in_threads(partial(shuffled_measures, trial), range(SHUFFLES))
        trial.cache["shuffled"] = {v: pd.DataFrame([found[v] for found in drawn]) for v in trial.noise}
    return {what: draws.to_numpy() for what, draws in trial.cache["shuffled"][view].items()}


def shuffled_measures(trial, draw):
    """{noise view: {"auc", (encoder, "cosine"), (encoder, "nearest")}}: the trial's measures where each view's training
    rows lie in an order of their own.

    An encoder's attributes are learnt with the labels of the noise view's order, so from shuffled rows, too: all that
    is left is what the views have by themselves. Ranks, ridge and steps are those of the model of the rows in order.
    """
    rng, model, learnt = np.random.default_rng([trial.seed, draw]), trial.une, trial.rows(trial.encoders, trial.learn)
    orders = {name: rng.permutation(trial.learn.sum()) for name in trial.views}
    une = UNE(model.k_, private=model.private_, ridge=model.ridge_, seed=trial.seed, steps=model.steps_)
    une = trial.modelled(une, trial.views, orders)

    def measures(view):
        own = trial.differences(view)
        read, found = latent_probe(trial, une, view), {}
        for e in trial.encoders:
            there = mean_differences(learnt[e][orders[e]], trial.Y[trial.learn].iloc[orders[view]])
            agreed = agreement(own, there, une, e, view, draw)
            found |= {(e, "cosine"): agreed.mean, (e, "nearest"): agreed.nearest.mean()}
        return found | {"auc": plain_auc(trial, read)}

    return {view: measures(view) for view in trial.noise}


def row(claim, view, measure, found, null, null_value, gap, bar=0.0, p=None):
    """One row of evidence: `Interval` of a view, the same measure on a null, and `Interval` of the difference.

    p  two-sided, of a difference equal to the bar; without, the one that the interval implies
    """
    return {
        "claim": claim, "view": view, "measure": measure, "value": found.value, "low": found.low, "high": found.high,
        "null": null, "null_value": null_value, "gap": gap.value, "gap_low": gap.low, "gap_high": gap.high, "bar": bar,
        "p": p_of_interval(gap.less(bar)) if p is None else p,
    }  # fmt: skip


def drawn_row(claim, view, measure, found, null, draws):
    """`row` beside a null that was drawn many times, draws (s,)."""
    gap = beyond_draws(found.value, draws)
    return row(claim, view, measure, found, null, draws.mean(), gap, p=p_beyond_draws(found.value, draws))


def beyond_draws(value, draws):
    """`Interval` of a value less its null's mean; ends are it less those that 5% of draws (s,) lie beyond."""
    low, high = critical_values(draws, 0.05, "both")
    return Interval(value - draws.mean(), value - high, value - low)


def gaussian(trial):
    """Views are Gaussian: the share of columns that pass Anderson and Darling's test, beside their Gaussian twins.

    The interval of the share is Wilson's over columns; that of the difference joins it to the twins' (Newcombe, 1998).
    """
    for view in trial.views:
        X, asked = trial.plain.get(view, trial.X[view]), {"axes": "coordinates", "count": COLUMNS, "seed": trial.seed}
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
    """Attributes are linear in a view: mean AUC of its probe, beside shuffled labels' 0.5 and what leaks."""
    in_threads(trial.probe, trial.views)  # which keeps them
    for view in trial.views:
        found = auc_of(trial, trial.probe(view))
        yield row("linear", view, "mean AUC", found, "shuffled", 0.5, found.less(0.5))
        yield from linear_beside(trial, view, ("leak",))


def linear_pictures(trial):
    """The same, beside small pictures and the same network untrained."""
    for view in trial.views:
        yield from linear_beside(trial, view, PICTURED, with_luck)


def linear_beside(trial, view, roles, widened=None):
    """Rows for the mean AUC of a view's probe beside those of controls with some roles."""
    for role, null in trial.nulls(view, roles).items():
        found, gap = auc_of(trial, trial.probe(view)), auc_gap(trial, trial.probe(view), trial.probe(null))
        if widened:
            gap = widened(trial, gap, partial(probes_apart, view=view, null=null))
        yield row("linear", view, "mean AUC", found, role, found.value - gap.value, gap)


def probes_apart(trial, view, null):
    """How much higher the mean AUC of one view's probe is than of another's."""
    return plain_auc(trial, trial.probe(view)) - plain_auc(trial, trial.probe(null))


def plain_auc(trial, own):
    """Mean AUC of (probe, rows), without its interval."""
    return 0.5 if own is None else mean_auc(*own, trial.truth, 1)["auc"]


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
    """One view is linear in another: held-out R2 of the ridge map from noise to an encoder, of shuffled rows', and of
    what leaks."""
    for view, encoder in product(trial.noise, trial.encoders):
        maps = {"shuffled": partial(shuffled_errors, source=view, target=encoder)}
        yield from r2_rows(trial, view, encoder, maps | maps_from(trial.nulls(view, ("leak",)), encoder))


def predictable_pictures(trial):
    """The same, beside maps from the picture, and beside the map to the untrained encoder."""
    for view, encoder in product(trial.noise, trial.encoders):
        maps = maps_from(trial.nulls(view), encoder)
        if encoder in trial.untrained:
            maps["untrained target"] = partial(trial_errors, source=view, target=trial.untrained[encoder])
        yield from r2_rows(trial, view, encoder, maps)


def maps_from(nulls, encoder):
    """{role: trial -> errors} of maps to an encoder from controls {role: name}."""
    return {role: partial(trial_errors, source=null, target=encoder) for role, null in nulls.items()}


def r2_rows(trial, view, encoder, maps):
    """`r2_row` of the map from a view to an encoder beside each of others, {null: trial -> errors}."""
    own = partial(trial_errors, source=view, target=encoder)
    for null, other in maps.items():
        widened = partial(with_luck, trial, measure=partial(maps_apart, own=own, other=other))
        yield r2_row(f"{view} to {encoder}", own(trial), null, other(trial), trial.seed, widened)


def maps_apart(trial, own, other):
    """How much higher R2 is of one map than of another, trial -> errors."""
    return pooled_r2(*own(trial)) - pooled_r2(*other(trial))


def trial_errors(trial, source, target):
    """Squared errors (m,) of held-out rows of a view as a ridge map from another predicts them, and what they vary."""
    key = ("errors", source, target)
    if key not in trial.cache:
        trial.cache[key] = map_errors(trial, source, target, slice(None))
    return trial.cache[key]


def map_errors(trial, source, target, order):
    """The same of a map that is learnt with the target's rows in some order."""
    learnt, truth = trial.X[target][trial.learn], trial.X[target][trial.held]
    mean, (axes, F) = learnt.mean(0), trial.placed(source)
    s = np.sqrt((F**2).sum(0))
    fitted = RidgeMap().fit_thin((F / s, s, axes.basis), axes.mean, learnt[order] - mean, mean)
    predicted = fitted.predict(trial.X[source][trial.held])
    return ((truth - predicted) ** 2).sum(1), ((truth - truth.mean(0)) ** 2).sum(1)


def shuffled_errors(trial, source, target):
    """`trial_errors` of a map learnt from shuffled rows."""
    order = np.random.default_rng(trial.seed).permutation(trial.learn.sum())
    return map_errors(trial, source, target, order)


def r2_row(view, own, null, other, seed, widened=lambda gap: gap):
    """Row of evidence for pooled R2 of two maps, images drawn with return alike for both."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(own[0]), (RESAMPLES, len(own[0])))

    def ends(values):
        return percentiles(values).values()

    drawn, drawn_other = (1 - errors[draws].sum(1) / varied[draws].sum(1) for errors, varied in (own, other))
    found = Interval(pooled_r2(*own), *ends(drawn))
    gap = Interval(found.value - pooled_r2(*other), *ends(drawn - drawn_other))
    return row("predictable", view, "R2", found, null, pooled_r2(*other), widened(gap))


def pooled_r2(errors, varied):
    """1 - squared errors (m,) over what rows vary (m,), each summed."""
    return float(1 - errors.sum() / varied.sum())


def shared(trial):
    """A shared latent carries the attributes: what its views say of one another, and what noise alone says of it."""
    held, view = trial.rows(trial.views, trial.held), f"all views, k = {trial.une.k_}"
    own = mean_interval(trial.une.gain(held))
    yield drawn_row("shared", view, "gain, nats", own, "mispaired", mispaired_gains(trial.une, held, trial.seed))
    yield from one_latent(trial)
    for view in trial.noise:
        found, draws = auc_of(trial, latent_probe(trial, trial.une, view)), nulls_by_shuffling(trial, view)["auc"]
        yield drawn_row("shared", view, "mean AUC of z", found, "shuffled", draws)
        yield from latent_reads(trial, view, trial.nulls(view, ("leak",)))


def one_latent(trial):
    """All views share, beside pairs that do, each at the best of some sizes; a row where there are three views."""
    if len(trial.views) > 2:
        held = trial.rows(trial.views, trial.held)
        apart = trial.modelled(UNE(0, seed=trial.seed), trial.views).log_likelihood(held)
        one, pairs = (best_likelihood(trial, held, sharing) - apart for sharing in SIZES)
        found, gap = mean_interval(one), mean_interval(one - pairs)
        yield row("shared", "all views", "nats above independence", found, "pairs share", pairs.mean(), gap)


def shared_pictures(trial):
    """The latent that the noise of one generator shows, beside that of small pictures and untrained networks."""
    for view in trial.noise:
        yield from latent_reads(trial, view, trial.nulls(view), trial.untrained, with_luck)


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
    k, most = trial.une.k_, min(min(X.shape) for X in trial.rows(trial.views, trial.learn).values()) - 1
    sizes = {min(max(round(part * k), 1), most) for part in SIZES[sharing]}
    return trial.modelled(UNE(sorted(sizes), sharing=sharing, seed=trial.seed), trial.views).log_likelihood(held)


def latent_reads(trial, view, nulls, targets=None, widened=None):
    """Rows for probes of the latent as the noise of one generator shows it, beside other sources.

    A null view takes the noise's place in a model with the same encoders; against untrained targets, theirs.
    """
    others = {role: ([null, *trial.encoders], null) for role, null in nulls.items()}
    if targets:
        others["untrained target"] = [view, *targets.values()], view
    for null, (names, source) in others.items():
        own = latent_probe(trial, trial.une, view)
        found, gap = auc_of(trial, own), auc_gap(trial, own, latent_probe(trial, trial.une_of(names), source))
        if widened:
            gap = widened(trial, gap, partial(latents_apart, view=view, names=names, source=source))
        yield row("shared", view, "mean AUC of z", found, null, found.value - gap.value, gap)


def latents_apart(trial, view, names, source):
    """How much higher the mean AUC of a view's latent is than of another source's in the model of some views."""
    own, other = latent_probe(trial, trial.une, view), latent_probe(trial, trial.une_of(names), source)
    return plain_auc(trial, own) - plain_auc(trial, other)


def latent_probe(trial, une, view):
    """(probe, rows) of E[z | one view], trained and tested on what that view shows of it; None if it shows nothing.

    Dimensions of which it shows no more than rounding are left out: a probe would standardise them.
    """
    z = une.latent(trial.rows([view], trial.learn))
    shown = z.std(axis=0) > FAINT
    if not shown.any():
        return None
    return trial.fitted(z[:, shown]), une.latent(trial.rows([view], trial.held))[:, shown]


def directions_agree(trial):
    """Directions agree: cosine of an attribute's direction in noise with the encoder's, carried there by the model.

    Mean over attributes, with its interval over the images that learn, beside shuffled rows' and the absolute cosine of
    any direction of the encoder; and of how many attributes their own is the nearest that was carried, with its
    interval over attributes.
    """
    for view, encoder in product(trial.noise, trial.encoders):
        name, draws, asked = f"{encoder} in {view}", nulls_by_shuffling(trial, view), (trial.views, encoder, view)
        found = jackknifed(trial, partial(agreed, asked=asked, what="mean"))
        yield drawn_row("agree", name, "cosine", found, "shuffled", draws[encoder, "cosine"])
        gap = jackknifed(trial, partial(agreed, asked=asked, what="beyond"))
        yield row("agree", name, "cosine", found, "random, carried", found.value - gap.value, gap)
        found = rate_interval(carried_agreement(trial, *asked).nearest)
        yield drawn_row("agree", name, "nearest is own", found, "shuffled", draws[encoder, "nearest"])


def agree_in_pictures(trial):
    """The same, beside an untrained encoder's directions, and beside small pictures in the noise's place.

    Spaces differ in how near any direction comes to any other, so cosines are told in units of random ones' there.
    """
    for view, encoder in product(trial.noise, trial.encoders):
        others = {}
        if random := trial.untrained.get(encoder):
            others["untrained"] = swapped(trial, encoder), random, view
        if small := trial.nulls(view).get("pixels"):
            others["pixels"] = [small, *trial.encoders], encoder, small
        for null, other in others.items():
            yield from agreement_rows(trial, f"{encoder} in {view}", null, (trial.views, encoder, view), other)


def agreement_rows(trial, name, null, own, other):
    """Rows for standardised cosines and for nearest directions, of two (names, source, target)."""
    found = jackknifed(trial, partial(agreed, asked=own, what="standardised"))
    gap = jackknifed(trial, partial(agreements_apart, own=own, other=other))
    yield row("agree", name, "cosine, in random ones'", found, null, found.value - gap.value, gap)
    nearest, others = (carried_agreement(trial, *asked).nearest for asked in (own, other))
    found, gap = rate_interval(nearest), gap_interval(nearest, others)
    yield row("agree", name, "nearest is own", found, null, others.mean(), gap)


def jackknifed(trial, measure):
    """`Interval` of a trial's measure over the images that learn."""
    return luck_interval(without_blocks(trial, measure))


def agreed(trial, asked, what):
    """One number of the `Agreement` that is asked for by (names, source, target)."""
    return getattr(carried_agreement(trial, *asked), what)


def agreements_apart(trial, own, other):
    """How much larger one standardised cosine is than another."""
    return agreed(trial, own, "standardised") - agreed(trial, other, "standardised")


def carried_agreement(trial, names, source, target):
    """`Agreement` of a view's mean differences with those of another, carried by the model of some views; kept."""
    key = ("agreement", source, target, *names)
    if key not in trial.cache:
        D = trial.differences(target), trial.differences(source)
        trial.cache[key] = agreement(*D, trial.une_of(names), source, target, trial.seed)
    return trial.cache[key]


def swapped(trial, encoder):
    """The views under trial with the untrained network in an encoder's place."""
    return [trial.untrained[name] if name == encoder else name for name in trial.views]


def set_less(names, name):
    """The names but for one, in their order."""
    return [other for other in names if other != name]


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
