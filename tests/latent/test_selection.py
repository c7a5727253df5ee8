"""Held-out rows are never seen, and choose what makes them likeliest; a gain that single views lost is none."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from unelib.latent import selection
from unelib.latent.dimension import dealt
from unelib.latent.linear_gaussian import axes_of, steps_of
from unelib.latent.une import UNE

from ..helpers.planted import planted

VIEWS = planted(200, private=1).views


def coordinates(views, noise="isotropic"):
    """Coordinates of every view, and its columns."""
    return [axes_of(x, noise)[1] for x in views.values()], [x.shape[1] for x in views.values()]


def test_folds_never_see_the_rows_they_hold_out():
    fold = dealt(200, 5, 0)[0]
    estimator, held_out = UNE(2, private=1).fit(VIEWS), {name: x[fold] for name, x in VIEWS.items()}
    for steps, (likelihood, gain) in zip(
        (1, 4), selection.Fold(estimator, *coordinates(VIEWS), fold).scores(2, 0.1, (1, 4)), strict=True
    ):
        plain = UNE(2, private=1, ridge=0.1, steps=steps).fit({name: x[~fold] for name, x in VIEWS.items()})
        np.testing.assert_allclose(likelihood, plain.log_likelihood(held_out), atol=1e-6)
        np.testing.assert_allclose(gain, plain.gain(held_out), atol=1e-6)


@pytest.mark.parametrize("noise", ["isotropic", "diagonal"])
def test_coordinates_of_all_rows_serve_folds_as_the_columns_do(noise):
    views = planted(40, 2, (60, 50, 8), private=1).views
    estimator, fold = UNE(2, noise, private=1).fit(views), dealt(40, 5, 0)[0]
    F, widths = coordinates(views, noise)
    found, expected = (
        list(selection.Fold(estimator, rows, widths, fold).scores(2, 0.1, (1, 4))) for rows in (F, list(views.values()))
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("sharing", ["all", "pairs"])
def test_paths_do_not_depend_on_those_before(sharing):
    estimator, (F, widths) = UNE(1, sharing=sharing, private=1).fit(VIEWS), coordinates(VIEWS)
    used = selection.Fit(estimator, F, widths)
    for k, ridge in ((3, 1.0), (2, 0.0), (2, 1.0), (2, 0.1)):
        model = list(used.path(k, ridge, 3))[-1].model
        fresh = list(selection.Fit(estimator, F, widths).path(k, ridge, 3))[-1].model
        for C, D in zip(model.loadings, fresh.loadings):
            np.testing.assert_allclose(C @ C.T, D @ D.T, atol=1e-8)


def test_what_is_found_does_not_depend_on_the_workers(monkeypatch):
    fits = []
    for workers in (1, 2, 5):
        monkeypatch.setattr(selection, "threads", lambda: workers)  # noqa: B023
        fits.append(UNE(2, private=1).fit(VIEWS))
    for other in fits[1:]:
        pd.testing.assert_frame_equal(fits[0].selection_, other.selection_, check_exact=True)
        np.testing.assert_array_equal(fits[0].shared_, other.shared_)


@pytest.mark.slow
def test_ridge_and_steps_are_those_that_make_held_out_rows_likeliest():
    fit, folds = UNE(2, private=1).fit(VIEWS), dealt(200, 5, 0)

    def likelihood(choice):
        model = UNE(2, private=1, ridge=choice[0], steps=choice[1])
        fits = [(model.fit({v: x[~out] for v, x in VIEWS.items()}), out) for out in folds]
        return np.concatenate([f.log_likelihood({v: x[out] for v, x in VIEWS.items()}) for f, out in fits]).mean()

    best = max(product(selection.RIDGES, selection.MARKS), key=likelihood)
    assert (fit.ridge_, fit.steps_) == best == tuple(fit.selection_.loc[2, ["ridge", "steps"]])
    assert len(fit.likelihood_) == best[1]


def test_a_gain_that_single_views_lost_is_none():
    tried = {1: (1.0, 2.0), 2: (2.0, 3.0), 4: (1.5, 4.0), 8: (-20.0, 9.0)}  # k: held-out rows jointly, and their gain
    search = selection.Search([], (1.0,), (1,))
    search.climbed = lambda k: selection.Tried(tried[k][0], np.full(3, tried[k][1]), 1.0, 1)
    assert [search.gains(k).mean() for k in tried] == [2.0, 3.0, 3.5, -13.0]


def test_a_path_that_breaks_off_is_judged_by_the_steps_it_made(monkeypatch):
    def broken(*args):
        for step, made in enumerate(steps_of(*args), 1):
            if step > 5:
                raise np.linalg.LinAlgError
            yield made

    monkeypatch.setattr(selection, "steps_of", broken)
    assert UNE(2, private=1).fit(VIEWS).steps_ <= 4
    one = dict(ridge=1, private=1, steps=8)
    with pytest.raises(ValueError, match="the fit of 2 dimensions breaks off after 5 of 8 steps; take fewer"):
        UNE(2, **one).fit(VIEWS)
    with pytest.raises(ValueError, match="breaks off before step 8 in a fold"):
        UNE("cv", **one).fit(VIEWS)
