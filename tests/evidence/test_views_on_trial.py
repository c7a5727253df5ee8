"""A wide view under trial enters by coordinates; claims say of it what they say of its columns."""

import numpy as np
import pandas as pd
import pytest

from unelib.evidence.claims import predictable, shared
from unelib.evidence.trials import matched
from unelib.evidence.verdicts import evidence, in_columns, trial_of
from unelib.evidence.views_on_trial import TESTED, view_on_trial
from unelib.linalg.direction_algebra import Direction
from unelib.store.zoo import NoiseZoo

from .test_verdicts import filled

N, D, K = 90, 400, 3


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """Noise of 400 columns, an encoder of 10 and the remaining signal in 400: of 60 images that train and 30 others."""
    rng = np.random.default_rng(0)
    Z, split = rng.standard_normal((N, K)), ["train"] * 60 + ["test"] * 30
    table = pd.DataFrame({"id": [f"{i:03d}" for i in range(N)], "sha256": "", "split": split})
    labels = pd.DataFrame(Z @ rng.standard_normal((K, 4)) > 0, columns=list("abcd")).astype(int)
    view = lambda d, noise: Z @ rng.standard_normal((K, d)) + noise * rng.standard_normal((N, d))
    views = {
        "noise": ({"kind": "noise"}, view(D, 2.0)),
        "encoder": ({"kind": "embedding"}, view(10, 0.5)),
        "leak": ({"kind": "control", "role": "leak", "of": "noise"}, view(D, 9.0)),
        "clean": ({"kind": "control", "role": "clean latent", "of": "noise"}, view(D, 1.0)),
    }
    return filled(NoiseZoo(tmp_path_factory.mktemp("zoo")).add_index(table.join(labels)), views)


@pytest.fixture(scope="module")
def trials(wide):
    """The trial of all columns, and of coordinates."""
    return [trial_of(wide, components=K, most_columns=most) for most in (D, D - 1)]


def test_a_view_enters_by_coordinates_only_if_it_is_wide_and_long(wide):
    rows = np.arange(N)
    assert view_on_trial(wide, "noise", rows, D).columns is None
    assert view_on_trial(wide, "encoder", rows, 5).columns is None, "no more than twice as many columns as rows"
    found = view_on_trial(wide, "noise", rows, D - 1)
    assert found.X.shape == (N, N - 1) and found.columns == D and found.plain.shape == (N, TESTED)
    assert all(np.isin(found.plain[0], wide["noise"][0]))


def test_nulls_alone_are_read(trials):
    assert set(trials[0].X) == {"noise", "encoder", "leak"} and not trials[0].columns
    assert trials[1].columns == trials[1].columns | {"noise": D, "leak": D}


def test_maps_and_the_model_say_of_coordinates_what_they_say_of_columns(trials):
    for claim in (predictable, shared):
        whole, turned = (pd.DataFrame(list(claim(trial))) for trial in trials)
        exact = whole.null.isin(["shuffled", "mispaired"]) & (whole.measure != "mean AUC of z")
        assert exact.any() and (whole.null == turned.null).all()
        for number in ("value", "null_value", "gap_low", "gap_high"):
            np.testing.assert_allclose(turned[number][exact], whole[number][exact], rtol=1e-5, atol=1e-7)
    pd.testing.assert_frame_equal(*(trial.une.shares_ for trial in trials), rtol=1e-6)
    z = [trial.une.latent(trial.rows(["noise"], trial.held)) for trial in trials]
    np.testing.assert_allclose(np.abs(z[1]), np.abs(z[0]), atol=1e-9)


def test_twins_of_wide_controls_stand_for_as_many_columns(trials):
    assert matched(trials[1])[0].columns["noise"] == D


def test_directions_come_back_to_the_columns(wide, trials):
    own = [trial.differences("noise")[0] for trial in trials]
    ways = {"a": Direction("a", own[1] / np.linalg.norm(own[1])), "none": Direction("none", np.zeros(N - 1))}
    found = in_columns(trials[1], "noise", ways)
    np.testing.assert_allclose(found["a"].vector, own[0] / np.linalg.norm(own[0]), atol=1e-9)
    assert found["none"].vector.shape == (D,) and not found["none"].vector.any()
    assert in_columns(trials[0], "noise", ways) is ways


def test_attributes_that_learning_images_do_not_show_are_left_out_by_name(wide):
    index = wide.index
    rare = index.assign(rare=0)
    rare.loc[[55, 58, 70, 80], "rare"] = 1
    zoo = NoiseZoo(wide.path.parent / "rare").add_index(rare)
    for view in ("noise", "encoder"):
        zoo = filled(zoo, {view: ({"kind": wide.manifest(view)["kind"]}, wide[view])})
    assert "rare" in zoo.labels
    with pytest.warns(UserWarning, match="among the 50 images that learn: rare"):
        trial = trial_of(zoo, n_train=50)
    assert list(trial.Y) == list("abcd")


@pytest.mark.slow
def test_evidence_reaches_the_same_verdicts_by_coordinates(wide):
    tables = [evidence(wide, components=K, most_columns=most) for most in (D, D - 1)]
    assert (tables[0].null == tables[1].null).all()
    assert (tables[0].verdict == tables[1].verdict).mean() > 0.9
