"""Information by nearest neighbours is Ross's formula, scikit-learn's where classes are large, and 0 for noise."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import digamma
from scipy.stats import norm
from sklearn.feature_selection import mutual_info_classif

from unelib.probing import equal_bins
from unelib.probing.factor_information import active, checked, information, kth_distance, nearest_information, untied

RNG = np.random.default_rng(0)


def by_all_pairs(z, classes, k=10):
    """Ross's estimator, equation 2, from all distances."""
    kept = np.bincount(classes)[classes] > 1
    z, classes = z[kept], classes[kept]
    distance, total = np.abs(z[:, None] - z), 0.0
    for i, row in enumerate(distance):
        same = np.flatnonzero(classes == classes[i])
        near = min(k, len(same) - 1)
        radius = np.sort(row[same])[near]
        total += digamma(near) - digamma(len(same)) - digamma((row < radius).sum())
    return max(0.0, digamma(len(z)) + total / len(z))


@pytest.mark.parametrize("n, count", [(40, 2), (60, 8), (300, 3)])
def test_it_is_rosss_formula_also_for_small_classes_and_classes_of_one(n, count):
    classes = RNG.integers(0, count, n)
    classes[0] = count
    z = RNG.standard_normal(n) + 0.5 * classes
    assert nearest_information(z, classes) == pytest.approx(by_all_pairs(z, classes), abs=1e-12)


def test_it_is_scikit_learns_where_classes_are_large():
    classes = RNG.integers(0, 4, 800)
    Z = RNG.standard_normal((800, 3)) + classes[:, None] * [0.0, 0.5, 2.0]
    wanted = [mutual_info_classif(z[:, None], classes, discrete_features=False, n_neighbors=10)[0] for z in Z.T]
    np.testing.assert_allclose([nearest_information(z, classes) for z in Z.T], wanted, atol=1e-10)


def test_it_comes_near_the_information_of_two_gaussians():
    classes = RNG.integers(0, 2, 8000)
    z, x = RNG.standard_normal(8000) + 2 * classes, np.linspace(-8, 10, 20001)
    p = (norm.pdf(x) + norm.pdf(x - 2)) / 2
    wanted = -(p * np.log(p)).sum() * (x[1] - x[0]) - norm.entropy()
    assert nearest_information(z, classes) == pytest.approx(wanted, abs=0.02)
    assert nearest_information(RNG.standard_normal(8000), classes) < 0.01


def test_a_monotone_affine_change_or_another_order_changes_nothing():
    classes, z = RNG.integers(0, 3, 200), RNG.standard_normal(200)
    order = RNG.permutation(200)
    wanted = nearest_information(z, classes)
    assert nearest_information(3 - 7 * z, 2 - classes) == pytest.approx(wanted, abs=1e-12)
    assert nearest_information(z[order], classes[order]) == pytest.approx(wanted, abs=1e-12)


def test_the_kth_distance_is_that_of_all_pairs():
    v = np.sort(RNG.standard_normal(50))
    for k in (1, 5, 49):
        np.testing.assert_allclose(kth_distance(v, k), np.sort(np.abs(v[:, None] - v), 1)[:, k])


def test_what_a_factor_tells_of_itself_is_its_entropy():
    classes = RNG.integers(0, 3, (300, 2))
    np.testing.assert_allclose(np.diag(information(classes, classes, 0)), 1)


def test_narrow_columns_do_not_count():
    X = RNG.standard_normal((100, 3)) * [1, 1, 1e-3]
    assert active(X).tolist() == [True, True, False]
    assert np.isnan(information(X, RNG.integers(0, 2, (100, 2)), 0)).all(0).tolist() == [False, False, True]
    assert active(np.array([[0, 3], [1, 3]])).tolist() == [True, False]


def test_equal_values_are_told_apart_by_little_and_always_alike():
    X = np.round(RNG.standard_normal((100, 2)), 1)
    Z = untied(X, 0)
    assert len(np.unique(Z[:, 0])) == 100 and np.abs(Z - (X - X.mean(0)) / X.std(0)).max() < 1e-8
    np.testing.assert_array_equal(Z, untied(X, 0))


def test_bins_hold_equally_many_and_keep_the_order_and_names():
    values = pd.DataFrame({"a": RNG.standard_normal(100), "b": RNG.random(100)}, [f"i{n}" for n in range(100)])
    found = equal_bins(values, 5)
    assert list(found) == ["a", "b"] and found.index.equals(values.index)
    assert all((found[name].value_counts() == 20).all() for name in found)
    assert (found.a.iloc[values.a.argsort()].diff().dropna() >= 0).all()
    assert equal_bins([[0], [0], [0], [1]], 4)[0].nunique() == 2
    pd.testing.assert_frame_equal(equal_bins(np.exp(values), 5), found)


def test_errors():
    X, S = RNG.standard_normal((20, 3)), RNG.integers(0, 2, (20, 2))
    with pytest.raises(ValueError, match="bins is 1; it must be a whole number from 2 to 20"):
        equal_bins(X, 1)
    with pytest.raises(ValueError, match="column 1 of values is constant"):
        equal_bins(X * [1, 0, 1])
    with pytest.raises(ValueError, match="views must be row-aligned"):
        checked(X, S[:10])
    with pytest.raises(ValueError, match="fewer than two columns whose range counts"):
        checked(X * [1, 0, 1e-6], S)
    with pytest.raises(ValueError, match="two factors at least"):
        checked(X, S[:, :1])
    with pytest.raises(ValueError, match="factor 1 has 20 classes in 20 rows; 2 to 10 are needed.*equal_bins"):
        checked(X, np.column_stack([S[:, 0], X[:, 0]]))
    with pytest.raises(ValueError, match="factor 0 has 1 classes"):
        checked(X, S * [0, 1])
    for missing in (np.nan, None):
        with pytest.raises(ValueError, match="factor 1 of row 3 is missing; drop that row"):
            checked(X, np.where(np.arange(2 * len(S)).reshape(S.shape) == 7, missing, S.astype(object)))
    with pytest.raises(ValueError, match="holds nan at row 0"):
        checked(np.where(X[0, 0] == X, np.nan, X), S)
