"""The trial finds for planted views of one latent, against unrelated ones, and says when it cannot tell."""

import numpy as np
import pandas as pd
import pytest

from unelib.editing.directions import NothingShared, direction
from unelib.evidence.claims import (
    beyond_draws,
    carried_or_none,
    directions_agree,
    latent_probe,
    mispaired_gains,
    r2_row,
)
from unelib.evidence.matched_spectra import remixing, whitened_spread
from unelib.evidence.trials import Trial, matched
from unelib.evidence.verdicts import (
    CLAIMS,
    PICTURE,
    candidates,
    edit_flips,
    evidence,
    in_words,
    judged_rows,
    summary,
    to_edit,
    trial_of,
    verdict,
)
from unelib.latent.une import UNE
from unelib.linalg.direction_algebra import Direction
from unelib.stats.p_values import holm
from unelib.store.zoo import NoiseZoo

from ..editing.test_walks import BrightnessJudge
from ..helpers.planted import planted

N, K = 600, 4


def planted_zoo(path, related=True, seed=0, known=False):
    """Noise of a generator, an encoder, and nulls, as views of one latent or of latents of their own.

    known  the noise has the attributes' latent, whatever the others have
    """
    rng, fixed = np.random.default_rng(seed), np.random.default_rng(1)
    Z = rng.standard_normal((N, K))
    table = pd.DataFrame(
        {"id": [f"{i:04d}" for i in range(N)], "sha256": "", "split": ["train"] * 400 + ["test"] * 200}
    )
    along = np.hstack([np.eye(K)[:, :2], np.random.default_rng(2).standard_normal((K, 6))])
    labels = pd.DataFrame(Z @ along > 0, columns=["bright", "constant", *"abcdef"]).astype(int)
    latent = lambda: Z if related else rng.standard_normal((N, K))
    views = {
        "gaussian": ({"kind": "noise"}, Z if known else latent(), 16),
        "encoder": ({"kind": "embedding"}, latent(), 12),
        "null": ({"kind": "control", "role": "untrained", "of": "encoder"}, rng.standard_normal((N, K)), 12),
        "pixels": ({"kind": "control"}, rng.standard_normal((N, K)), 12),
    }
    made = {
        name: (what, z @ fixed.standard_normal((K, d)) + rng.standard_normal((N, d)))
        for name, (what, z, d) in views.items()
    }
    return filled(NoiseZoo(path).add_index(table.join(labels)), made)


def filled(zoo, views):
    """The zoo with views {name: (what it is, rows)}."""
    for name, (what, X) in views.items():
        settings = {"steps": 10, "solver": "ab2", "grid": "karras"}
        rows_of = lambda parts, X=X: ((shard, X[rows]) for shard, rows in parts)
        zoo.fill(name, rows_of, settings, progress=False, dtype="float32", **what)
    return zoo


def remixed_zoo(path, stretch):
    """Noise and pictures that hold the same 60 numbers an image, of which the encoder and attributes know four.

    stretch  by which these four vary more in the pictures than the others, which is all that differs
    """
    rng, n, d = np.random.default_rng(0), 2300, 60
    content, along = rng.standard_normal((n, d)), rng.standard_normal((K, 6))
    split = ["train"] * 2000 + ["test"] * 300
    table = pd.DataFrame({"id": [f"{i:04d}" for i in range(n)], "sha256": "", "split": split})
    labels = pd.DataFrame(content[:, :K] @ along > 0, columns=list("abcdef")).astype(int)
    turns = [np.linalg.qr(rng.standard_normal((d, d)))[0] for _ in range(2)]
    scale = np.where(np.arange(d) < K, stretch, 1.0)
    encoder = content[:, :K] @ rng.standard_normal((K, 12)) + rng.standard_normal((n, 12))
    views = {
        "gaussian": ({"kind": "noise"}, content @ turns[0]),
        "encoder": ({"kind": "embedding"}, encoder),
        "pixels": ({"kind": "control"}, content * scale @ turns[1]),
    }
    return filled(NoiseZoo(path).add_index(table.join(labels)), views)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return evidence(planted_zoo(tmp_path_factory.mktemp("zoo")), components=K)


def test_views_of_one_latent_are_supported_against_every_null(table):
    """Beside a null that knows no attribute, directions agree by luck now and then: none is said to lose."""
    rows = table[table.claim != "Gaussian"]
    direct = rows.claim.isin(["linear", "predictable"]) | ~rows.null.isin(PICTURE)
    assert set(rows.verdict[direct]) == {"supported"} and (rows.verdict == "supported").mean() > 0.8
    assert "not supported" not in set(table.verdict)
    assert set(table.claim) == set(CLAIMS) - {"edits"}
    assert {"shuffled", "untrained", "pixels", "untrained target", "Gaussian twins"} <= set(table.null)


@pytest.mark.slow
@pytest.mark.parametrize("stretch, alone", [(5.0, "not supported"), (0.2, "supported")])
def test_a_verdict_that_turns_under_remixing_does_not_count(tmp_path, stretch, alone):
    """Pictures hold what noise holds, stretched: easier or harder to learn from, and no evidence either way.

    Of 2,000 training images 150 learn, so that twins are matched on images enough to tell what is buried.
    """
    table = evidence(remixed_zoo(tmp_path, stretch), components=K, n_train=150)
    rows = table[table.claim.isin(["linear", "predictable"]) & (table.null == "pixels") & (table.view != "encoder")]
    read = rows[rows.claim == "linear"].iloc[0]
    assert verdict(read.gap_low, read.gap_high, read.bar) == alone and read.turns
    assert len(rows) == 2 and set(rows.verdict) == {"cannot tell"} and (rows.p > 0.05).all()


def test_some_claims_of_some_images_need_no_model(tmp_path, monkeypatch):
    monkeypatch.setattr("unelib.evidence.trials.UNE", None)
    found = evidence(planted_zoo(tmp_path), n_train=200, claims=("linear", "predictable"))
    assert list(found.claim.unique()) == ["linear", "predictable"] and (found.verdict == "supported").all()
    with pytest.raises(ValueError, match="claim"):
        evidence(planted_zoo(tmp_path / "other"), claims=["linearity"])


def test_only_nulls_of_the_picture_have_twins(table):
    assert table.twin_gap.notna().equals(table.null.isin(PICTURE))
    assert not table.turns[~table.null.isin(PICTURE)].any()


def test_corrected_p_values_are_those_of_each_claim(table):
    for _, rows in table.groupby("claim"):
        np.testing.assert_allclose(rows.holm, holm(rows.p))
        assert (rows.p <= rows.fdr + 1e-12).all() and (rows.fdr <= rows.holm + 1e-12).all()
    alone = table[table.twin_gap.isna() & ~table.null.isin(["shuffled", "mispaired"])]
    outside = (alone.gap_low > alone.bar) | (alone.gap_high < alone.bar)
    assert outside.equals(alone.p < 0.05)


def test_two_sides_of_null_and_twin_are_no_evidence():
    row = {"claim": "linear", "view": "a", "measure": "m", "null": "pixels", "bar": 0.0, "p": 0.01, "value": 1.0}
    ends = {"null_value": 0.0, "gap": 1.0, "gap_low": 0.5, "gap_high": 1.5}
    other = {"gap": -1.0, "gap_low": -1.5, "gap_high": -0.5}

    def judged(*halves):
        return judged_rows(pd.DataFrame([row | ends]), [pd.DataFrame([row | ends | half]) for half in halves]).iloc[0]

    for halves in ((other, other), ({}, other)):
        found = judged(*halves)
        assert found.turns and found.verdict == "cannot tell" and found.p == 1
    found = judged({}, {"p": 0.03, "gap_low": 0.1})
    assert not found.turns and found.verdict == "supported" and found.p == found.holm == found.fdr == 0.03
    assert found.twin_low == 0.1 and found.twin_high == 1.5


def test_halves_learn_in_turn_and_twins_are_matched_on_the_others(tmp_path):
    zoo = planted_zoo(tmp_path)
    few = trial_of(zoo, n_train=150, components=K)
    assert np.flatnonzero(few.learn).tolist() == list(range(150)) and few.train.sum() == 400
    one, other = matched(few)
    assert not (one.learn & other.learn).any() and ((one.learn | other.learn) == few.learn).all()
    named = {role: f"{name} with the spectrum of encoder" for role, name in few.nulls("encoder").items()}
    assert one.nulls("encoder") == named and one.une.k_ == K and one.nulls("gaussian", ("leak",)) == {}
    mixing = few.train & ~one.learn
    null, encoder = (whitened_spread(few.X[name][mixing]) for name in ("null", "encoder"))
    expected = remixing(null, encoder).rows(few.X["null"])
    np.testing.assert_allclose(one.X["null with the spectrum of encoder"], expected)
    with pytest.raises(ValueError, match="n_train is 401; .* for 50 to 400"):
        trial_of(zoo, n_train=401)


def test_rows_are_consistent(table):
    assert ((table.low <= table.value) & (table.value <= table.high)).all()
    assert ((table.gap_low <= table.gap) & (table.gap <= table.gap_high)).all()
    np.testing.assert_allclose(table.value - table.null_value, table.gap, atol=1e-9)


@pytest.mark.slow
def test_unrelated_views_share_nothing_but_for_what_chance_supports(tmp_path):
    """Each verdict errs once in forty: of fifteen, two would be too many."""
    tables = [evidence(planted_zoo(tmp_path / str(i), related=False, seed=i), components=K, seed=i) for i in range(3)]
    table = pd.concat(tables)
    chance = table[table.null.isin(["shuffled", "mispaired"]) & table.claim.isin(["predictable", "shared", "agree"])]
    assert len(chance) == 15 and (chance.verdict == "supported").sum() <= 1


@pytest.mark.slow
def test_directions_of_unrelated_views_are_not_said_to_agree(tmp_path):
    """Attributes that one view alone knows are in its shuffled twins as well: chance has to reach as far."""
    found = []
    for seed in range(6):
        zoo = planted_zoo(tmp_path / str(seed), related=False, seed=seed, known=True)
        found.append(next(directions_agree(trial_of(zoo, components=K, seed=seed))))
        assert found[-1]["null"] == "shuffled"
    beyond = [part["gap_low"] > 0 for part in found]
    assert len(beyond) == 6 and max(part["value"] for part in found) > 0.1 and sum(beyond) <= 1


@pytest.mark.slow
def test_edits_are_held_against_random_and_untrained_directions(tmp_path, gaussian):
    gaussian.name = "gaussian"
    zoo = planted_zoo(tmp_path)
    table = evidence(zoo, gaussian, BrightnessJudge(), {"bright": 1}, images=20, components=K)
    edits = table[table.claim == "edits"]
    alone = evidence(zoo, gaussian, BrightnessJudge(), {"bright": 1}, images=20, components=K, claims=["edits"])
    pd.testing.assert_frame_equal(alone, edits.reset_index(drop=True))
    assert list(edits.null) == ["random", "random, carried", "untrained"] and (edits["view"] == "encoder").all()
    assert edits.value.between(0, 1).all()


@pytest.mark.slow
def test_a_step_is_as_long_as_held_out_images_vary(tmp_path, gaussian, monkeypatch):
    gaussian.name, zoo, steps = "gaussian", planted_zoo(tmp_path), []
    monkeypatch.setattr("unelib.evidence.verdicts.turned", lambda *asked: steps.append(asked[5]) or np.zeros(4))
    trial = trial_of(zoo, components=K)
    judge = BrightnessJudge()
    start, targets = to_edit(zoo, gaussian, judge, {"bright": 1}, 4)
    edit_flips(trial, "gaussian", start, judge, targets, 2.0)
    own = direction(trial.probe("gaussian", "mean-difference")[0], "bright", X=trial.X["gaussian"][trial.held])
    np.testing.assert_allclose(steps, 2.0 * own.sigma)


def test_targets_that_no_image_lacks_are_refused_before_any_work(tmp_path, gaussian, monkeypatch):
    gaussian.name = "gaussian"
    monkeypatch.setattr("unelib.evidence.verdicts.matched", None)
    zoo, judge = planted_zoo(tmp_path), BrightnessJudge()
    monkeypatch.setattr(judge, "probabilities", lambda pixels: np.full((len(pixels), 2), 0.9))
    with pytest.raises(ValueError, match="no target can be scored, since brightness sees them in each of the 5 images"):
        evidence(zoo, gaussian, judge, {"bright": 1}, images=5, components=K)


def test_the_view_that_a_judge_sees_by_is_no_source(tmp_path):
    trial = trial_of(planted_zoo(tmp_path), components=K)
    assert {source for source, *_ in candidates(trial, "gaussian", "bright")} == {"encoder"}
    assert candidates(trial, "gaussian", "bright", but="encoder") == {}


def test_summary_counts_verdicts_by_claim_and_null(table):
    found = summary(table)
    assert list(found.index) == [CLAIMS[claim] for claim in ("Gaussian", "linear", "predictable", "shared", "agree")]
    assert found.loc[CLAIMS["linear"], "shuffled"] == "supported" and found.loc[CLAIMS["Gaussian"], "pixels"] == ""
    assert in_words(pd.Series(["cannot tell", "supported", "supported"])) == "supported 2, cannot tell 1"


@pytest.mark.slow
def test_same_zoo_same_table(table, tmp_path):
    pd.testing.assert_frame_equal(evidence(planted_zoo(tmp_path), components=K), table)


def test_r2_is_the_pooled_one_and_equal_maps_have_no_gap():
    rng = np.random.default_rng(0)
    errors, total = rng.random(50), 2 + rng.random(50)
    found = r2_row("a to b", (errors, total), "pixels", (errors, total), seed=0)
    assert found["value"] == pytest.approx(1 - errors.sum() / total.sum())
    assert found["gap"] == found["gap_low"] == found["gap_high"] == 0 and verdict(0, 0, 0) == "cannot tell"


def test_ends_of_a_drawn_null_are_its_extreme_draws():
    found = beyond_draws(0.5, np.linspace(-0.2, 0.18, 39))
    np.testing.assert_allclose(found, [0.51, 0.32, 0.7])


def test_wrong_pairs_of_views_that_share_gain_less_than_none(fitted_views):
    une, views = fitted_views
    draws = mispaired_gains(une, views, 0)
    assert draws.max() < 0 < une.gain(views).mean()


@pytest.fixture
def fitted_views():
    """A model of two planted views, and new rows of them."""
    data = planted(600, 2, (8, 9))
    return UNE(2, private=0).fit(data.rows(slice(400))), data.rows(slice(400, None))


def test_nulls_are_told_by_their_role_whatever_they_are_called(tmp_path):
    trial = trial_of(planted_zoo(tmp_path))
    assert trial.encoders == ["encoder"] and trial.untrained == {"encoder": "null"}
    assert trial.nulls("encoder") == {"untrained": "null", "pixels": "pixels"}
    assert trial.nulls("gaussian") == {"pixels": "pixels"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "options, message",
    [
        ({"judge": None, "targets": {"bright": 1}}, "edits need a judge and targets"),
        ({"judge": BrightnessJudge(), "targets": {}}, "edits need a judge and targets"),
        (
            {"judge": BrightnessJudge(), "targets": {"Smiling": 1}},
            "the judge knows no 'Smiling'; choose .* bright, constant",
        ),
        ({"judge": BrightnessJudge(), "targets": {"bright": 0}}, "target 'bright' is 0; it is 1 .* or -1"),
        ({"judge": BrightnessJudge(), "targets": {"bright": 1}, "images": 0}, "images is 0; it must be a whole number"),
        ({"judge": BrightnessJudge(), "targets": {"bright": 1}, "strength": np.nan}, "strength is nan"),
    ],
)
def test_errors_of_edits(tmp_path, gaussian, options, message):
    gaussian.name = "gaussian"
    with pytest.raises(ValueError, match=message):
        evidence(planted_zoo(tmp_path), gaussian, **options)
    gaussian.name = "other"
    with pytest.raises(ValueError, match="no noise of 'other'; it has that of gaussian"):
        evidence(planted_zoo(tmp_path), gaussian, **options)


def test_a_zoo_without_what_is_needed_is_refused(tmp_path):
    table = pd.DataFrame({"id": ["a", "b"], "sha256": "", "split": "train"})
    zoo = NoiseZoo(tmp_path / "none").add_index(table)
    with pytest.raises(ValueError, match="no view that is noise; run notebooks 01 and 02"):
        trial_of(zoo)
    zoo = planted_zoo(tmp_path / "some")
    index = zoo.index.assign(split="train")
    index.to_parquet(zoo.index_path, index=False)
    with pytest.raises(ValueError, match="no images of split 'test'"):
        trial_of(zoo)


class Deaf:
    """A model of two views that lets nothing through, or whose prediction fails."""

    loadings_ = {"b": np.zeros((3, 1))}

    def __init__(self, error=None):
        self.error = error

    def predict(self, view, given):
        if self.error:
            raise self.error
        return np.zeros((2, 3))


def test_what_is_not_shared_leads_nowhere_and_an_error_in_code_is_no_evidence():
    d = Direction("d", np.array([0.6, 0.8]))
    assert issubclass(NothingShared, ValueError) and not carried_or_none(d, Deaf(), "a", "b").vector.any()
    with pytest.raises(ValueError, match="broken"):
        carried_or_none(d, Deaf(ValueError("broken")), "a", "b")


def test_a_latent_that_a_view_shows_by_rounding_alone_is_not_read():
    rng = np.random.default_rng(0)
    z, X = rng.standard_normal((40, 2)), rng.standard_normal((40, 3))
    known = np.arange(40) < 30
    Y = pd.DataFrame({"a": (z[:, 0] > 0).astype(int)})
    trial = Trial({"noise": X}, Y, known, ~known, ["noise"], [], {"noise": {}}, kind="lda")
    shown = {"noise": None}

    class Model:
        def latent(self, rows):
            return shown["noise"][: len(rows["noise"])]

    shown["noise"] = z * [1, 1e-9]
    probe, rows = latent_probe(trial, Model(), "noise")
    assert probe.n_features_in_ == 1 and rows.shape[1] == 1
    shown["noise"] = z * 1e-9
    assert latent_probe(trial, Model(), "noise") is None


def small_zoo(n, learners, **views):
    """A zoo of n images, of which so many learn."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((n, 4))
    made = {"z": Z @ rng.standard_normal((4, 8)), "e": Z @ rng.standard_normal((4, 6)) + rng.standard_normal((n, 6))}
    split = np.where(np.arange(n) < learners, "train", "test")
    return NoiseZoo.from_arrays(made | views, {"a": np.arange(n) % 2, "b": np.arange(n) // 2 % 2}, split=split)


def test_a_view_without_differences_is_set_aside_by_name():
    zoo = small_zoo(60, 40, flat=np.ones((60, 3)))
    with pytest.warns(UserWarning, match="set aside, the same row for all 40 training images: flat"):
        table = evidence(zoo, claims=("predictable",))
    assert set(table.view) == {"z to e"}
    with pytest.raises(ValueError, match="no noise of .* can be tried, which has the same row .* images: z; make that"):
        evidence(small_zoo(60, 40, z=np.ones((60, 3))), claims=("predictable",))


def test_too_few_images_are_told_before_the_work():
    with pytest.warns(UserWarning, match="set aside: the claim 'Gaussian' needs 40 images, and the zoo has 30"):
        assert set(evidence(small_zoo(30, 20), claims=("Gaussian", "predictable")).claim) == {"predictable"}
    with pytest.raises(ValueError, match="needs 40 images, and the zoo has 30; take more, or try other claims"):
        evidence(small_zoo(30, 20), claims=("Gaussian",))
    with pytest.raises(ValueError, match="has 9 training images; a probe needs 10, so take more"):
        evidence(small_zoo(30, 9))
