"""A turned view stitches without loss, an unrelated one not at all, and pictures are decoded as attributes are read."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ortho_group
from sklearn.base import clone

from unelib.alignment.linear_maps import RidgeMap
from unelib.alignment.paired_rows import partner_correlation
from unelib.alignment.relative import RelativeRepresentation
from unelib.alignment.stitching import stitched_rows, stitched_scores
from unelib.probing.linear_probe import LinearProbe

from ..helpers.planted import planted_arrays

HOW = ["random", "k-means", "farthest"]
X, X2, X3 = planted_arrays()[1]
N = 900
LATENT, (VIEW, ITS_OTHER) = planted_arrays(N, k=6, sizes=(20, 16), noise=0.5, seed=3)
Y = pd.DataFrame(LATENT[:, :3] > 0, columns=list("abc")).astype(int)
LEARN = np.arange(N) < 600
PROBE = LinearProbe("ridge")


def stitched(other, **options):
    """Scores of a probe of VIEW on another view."""
    return stitched_scores(PROBE, VIEW, other, Y, LEARN, ~LEARN, **({"anchors": 60} | options))


@pytest.mark.parametrize("how", HOW)
def test_a_turned_view_stitches_without_loss(how):
    turned = 3 * VIEW @ ortho_group.rvs(20, random_state=1) - 2
    found = stitched(turned, how=how)
    assert found["own"]["auc"] > 0.85
    assert found["stitched"] == pytest.approx(found["own"], abs=1e-9)


def test_a_stretched_view_stitches_with_some_loss_and_an_unrelated_one_not_at_all():
    found = stitched(VIEW * np.linspace(1, 2, 20))
    assert 0.6 < found["stitched"]["auc"] < found["own"]["auc"]
    unrelated = np.random.default_rng(5).standard_normal((N, 16))
    assert abs(stitched(unrelated)["stitched"]["auc"] - 0.5) < 0.06


def test_labels_of_anchors_read_any_view_unless_they_are_kept_from_the_probe():
    knows_nothing = np.random.default_rng(5).standard_normal((N, 300))
    read = lambda **options: stitched_scores(PROBE, knows_nothing, VIEW, Y, LEARN, ~LEARN, 200, **options)
    usual, found = read(train_on_anchors=True), read()
    assert abs(usual["own"]["auc"] - 0.5) < 0.06 and usual["stitched"]["auc"] > 0.75
    assert abs(found["stitched"]["auc"] - 0.5) < 0.15


def test_anchors_may_be_named_and_are_numbered_among_the_training_rows():
    rows = RelativeRepresentation(60).fit(VIEW[LEARN]).anchors_
    assert stitched(ITS_OTHER, anchors=rows) == stitched(ITS_OTHER)
    moved = np.r_[VIEW[~LEARN], VIEW[LEARN]], np.r_[ITS_OTHER[~LEARN], ITS_OTHER[LEARN]]
    labels, learn = pd.concat([Y[~LEARN], Y[LEARN]]), np.r_[LEARN[~LEARN], LEARN[LEARN]]
    assert stitched_scores(PROBE, *moved, labels, learn, ~learn, rows) == stitched(ITS_OTHER)


def test_the_probe_is_left_as_it_was_and_groups_widen_the_intervals():
    probe = clone(PROBE)
    groups = np.arange(N) // 30
    found = stitched_scores(probe, VIEW, ITS_OTHER, Y.to_numpy(), LEARN, ~LEARN, 60, groups=groups)
    assert not hasattr(probe, "coef_")
    plain = stitched(ITS_OTHER)
    assert found["stitched"].keys() == {"auc", "low", "high"}
    assert found["stitched"] != plain["stitched"]


def decoded(other, **options):
    """The latent as decoded from VIEW and from another view, on held-out rows."""
    return stitched_rows(VIEW, other, LATENT, LEARN, ~LEARN, **({"anchors": 60} | options))


@pytest.mark.parametrize("how", HOW)
def test_a_turned_view_is_decoded_as_the_view_itself(how):
    found = decoded(3 * VIEW @ ortho_group.rvs(20, random_state=1) - 2, how=how)
    np.testing.assert_allclose(found["stitched"], found["own"], atol=1e-8)
    assert partner_correlation(found["own"], LATENT[~LEARN]).r > 0.8


def test_a_view_of_the_same_latent_is_decoded_less_well_than_by_a_map_and_an_unrelated_one_not_at_all():
    r = lambda rows: partner_correlation(rows, LATENT[~LEARN]).r
    found = decoded(ITS_OTHER)
    mapped = RidgeMap().fit(ITS_OTHER[LEARN], LATENT[LEARN]).predict(ITS_OTHER[~LEARN])
    assert r(found["own"]) > r(mapped) - 0.1 and r(mapped) > r(found["stitched"]) > 0.3
    shuffled = ITS_OTHER.copy()
    shuffled[LEARN] = np.random.default_rng(0).permutation(shuffled[LEARN])
    assert abs(r(decoded(shuffled)["stitched"])) < 0.3
    assert abs(r(decoded(np.random.default_rng(5).standard_normal((N, 300)))["stitched"])) < 0.1


def test_cosines_of_another_size_are_brought_to_one_scale():
    """A view with columns of its own, which only shrink all cosines, is decoded to as large a spread."""
    wide = np.c_[VIEW, 3 * np.random.default_rng(0).standard_normal((N, 400))]
    found = decoded(wide)
    assert 0.5 < found["stitched"].std() / found["own"].std() < 1.5


def from_elsewhere(p=50, shift=4.0):
    """Two views of images of another domain: shifted latents, through the maps that made VIEW and ITS_OTHER."""
    rng = np.random.default_rng(9)
    latents = rng.standard_normal((p, 6)) + shift
    maps = [np.linalg.lstsq(LATENT, view, rcond=None)[0] for view in (VIEW, ITS_OTHER)]
    return [latents @ m + 0.1 * rng.standard_normal((p, m.shape[1])) for m in maps]


def test_anchors_of_another_domain_read_and_decode_and_shuffled_ones_do_not():
    pool, pool2 = from_elsewhere()
    score = lambda pools: stitched(ITS_OTHER, anchors=50, pools=pools)["stitched"]["auc"]
    rng = np.random.default_rng(0)
    shuffled = [score((pool, rng.permutation(pool2))) for _ in range(8)]
    assert score((pool, pool2)) > max(shuffled) and score((pool, pool2)) > 0.7 and abs(np.mean(shuffled) - 0.5) < 0.15
    r = partner_correlation(decoded(ITS_OTHER, anchors=50, pools=(pool, pool2))["stitched"], LATENT[~LEARN]).r
    assert r > 0.3


@pytest.mark.parametrize("how", ["random", "farthest"])
def test_where_another_domain_lies_does_not_matter_nor_how_views_are_turned(how):
    pool, pool2 = from_elsewhere()
    turn = ortho_group.rvs(16, random_state=2)
    found = [stitched(x, anchors=20, how=how, pools=pair)["stitched"]["auc"] for x, pair in (
        (ITS_OTHER, (pool, pool2)), (2 * ITS_OTHER @ turn + 1, (pool + 7, 2 * pool2 @ turn - 5)))]  # fmt: skip
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_all_training_rows_train_where_anchors_come_from_a_pool():
    few = np.arange(N) < 40
    found = stitched_scores(PROBE, VIEW, ITS_OTHER, Y, few, ~LEARN, 40, pools=from_elsewhere())
    assert found["own"]["auc"] > 0.7


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: stitched(ITS_OTHER[:9]), "X2 has 9 rows"),
        (lambda: stitched(ITS_OTHER, anchors=601), "anchors is 601; X has 600 rows"),
        (lambda: stitched(ITS_OTHER, anchors=600), "all 600 training rows are anchors; take fewer"),
        (lambda: stitched(ITS_OTHER, anchors=[600]), "anchors name rows 600 to 600"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y[:9], LEARN, ~LEARN, 9), "Y has 9 rows"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y, LEARN, LEARN, 9), "row 0 is both learnt from and held out"),
        (lambda: stitched_scores(PROBE, VIEW, ITS_OTHER, Y, LEARN[:9], ~LEARN, 9), r"learn has shape \(9,\)"),
        (
            lambda: stitched_scores(PROBE, pd.DataFrame(X), pd.DataFrame(X2[::-1], range(400)[::-1]), Y[:400], LEARN,
                                    ~LEARN, 9),
            "row 0 is image 0 in X and 399 in X2",
        ),
        (
            lambda: stitched_scores(PROBE, pd.DataFrame(VIEW), ITS_OTHER, Y[::-1], LEARN, ~LEARN, 9),
            "row 0 is image 0 in X and 899 in Y",
        ),
        (lambda: stitched(ITS_OTHER, pools=(VIEW, ITS_OTHER[:9])), "the first pool has 900 rows, the .* has 9"),
        (lambda: stitched(ITS_OTHER, pools=(VIEW[:, :3], ITS_OTHER)), "pool has 3 columns; the fit was made on 20"),
        (lambda: stitched(ITS_OTHER, anchors=51, pools=from_elsewhere()), "anchors is 51; X has 50 rows"),
        (lambda: decoded(ITS_OTHER[:9]), "X2 has 9 rows"),
        (lambda: decoded(ITS_OTHER, anchors=600), "all 600 training rows are anchors"),
        (lambda: stitched_rows(VIEW, ITS_OTHER, LATENT[:9], LEARN, ~LEARN, 9), "target has 9 rows"),
        (lambda: stitched_rows(VIEW, ITS_OTHER, LATENT[:, 0], LEARN, ~LEARN, 9), "target must be 2-D"),
        (lambda: stitched_rows(VIEW, ITS_OTHER, LATENT, LEARN, LEARN, 9), "row 0 is both learnt from and held out"),
        (lambda: stitched_rows(VIEW, ITS_OTHER, LATENT, LEARN, 0 * LEARN > 0, 9), "held_out 0; each must hold some"),
    ],
)  # fmt: skip
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_row_numbers_are_no_masks():
    with pytest.raises(TypeError, match="learn must be a mask"):
        stitched_scores(PROBE, VIEW, ITS_OTHER, Y, np.arange(9), ~LEARN, 9)


def test_what_one_person_alone_has_is_left_out_of_stitching():
    rng = np.random.default_rng(0)
    X, persons = rng.standard_normal((80, 4)), np.repeat(np.arange(20), 4)
    Y = pd.DataFrame({"common": (X[:, 0] > 0).astype(int), "one": (persons == 1).astype(int)})
    Y.loc[70:71, "one"] = 1  # held out
    learn = np.arange(80) < 60
    found = stitched_scores(LinearProbe(), X, X[:, ::-1], Y, learn, ~learn, 10, groups=persons)
    assert found["own"]["auc"] > 0.8
