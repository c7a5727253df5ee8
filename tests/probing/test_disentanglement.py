"""InfoMEC is 1 where columns are the factors, falls where they are mixed, and is what its published formula gives."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mutual_info_score
from sklearn.preprocessing import StandardScaler

from unelib.probing import infomec
from unelib.probing.disentanglement import explicitness, largest_share, ratios

RNG = np.random.default_rng(0)
FACTORS = np.tile(np.indices((4, 4, 4)).reshape(3, -1).T, (9, 1))  # exactly independent


def by_formula(latents, factors):
    """InfoM, InfoE, InfoC of continuous latents, written from the paper's definitions with scikit-learn's parts."""
    spans = latents.max(0) - latents.min(0)
    Z, m = StandardScaler().fit_transform(latents[:, spans > spans.max() / 20]), factors.shape[1]
    told, left = np.empty((m, Z.shape[1])), []
    for i, s in enumerate(factors.T):
        told[i] = [mutual_info_classif(z[:, None], s, discrete_features=False, n_neighbors=10)[0] for z in Z.T]
        told[i] /= mutual_info_score(s, s)
        model = LogisticRegression(C=np.inf, class_weight="balanced", max_iter=100)
        blank = model.fit(0 * latents, s).predict_proba(0 * latents)
        scaled = StandardScaler().fit_transform(latents)
        left.append(log_loss(s, model.fit(scaled, s).predict_proba(scaled)) / log_loss(s, blank))
    d = Z.shape[1]
    modular = ((told.max(0) / told.sum(0)).mean() - 1 / m) / (1 - 1 / m)
    compact = ((told.max(1) / told.sum(1)).mean() - 1 / d) / (1 - 1 / d)
    return modular, 1 - np.mean(left), compact


@pytest.mark.parametrize("d, noise", [(3, 0.3), (5, 1.0), (8, 3.0)])
def test_it_is_the_published_formula(d, noise):
    latents = FACTORS @ RNG.standard_normal((3, d)) + noise * RNG.standard_normal((576, d))
    latents[:, -1] *= 1e-3  # a column that does not count
    np.testing.assert_allclose(infomec(latents, FACTORS)[:3], by_formula(latents, FACTORS), atol=1e-6)


def test_columns_that_are_the_factors_have_all_three():
    np.testing.assert_allclose(infomec(FACTORS[:, [2, 0, 1]], FACTORS)[:3], 1, atol=2e-3)


def test_two_columns_a_factor_are_modular_and_not_compact():
    found = infomec(np.column_stack([FACTORS, FACTORS]), FACTORS)
    assert found.modularity == pytest.approx(1) and found.compactness == pytest.approx((0.5 - 1 / 6) / (1 - 1 / 6))


def test_one_column_of_two_factors_is_compact_and_not_modular():
    latents = np.column_stack([FACTORS[:, 0] * 4 + FACTORS[:, 1], FACTORS[:, 2]])
    found = infomec(latents, FACTORS)
    assert found.compactness == pytest.approx(1) and found.modularity == pytest.approx((0.75 - 1 / 3) / (2 / 3))


def test_a_rotation_leaves_what_can_be_read_and_takes_the_axes():
    latents = FACTORS + 0.1 * RNG.standard_normal((576, 3))
    turn = np.linalg.qr(RNG.standard_normal((3, 3)))[0]
    own, mixed = infomec(latents, FACTORS), infomec(latents @ turn, FACTORS)
    assert own.explicitness > 0.95 and own.explicitness == pytest.approx(mixed.explicitness, abs=0.02)
    assert mixed.modularity < own.modularity - 0.2 and mixed.compactness < own.compactness - 0.2


def test_scale_shift_and_order_of_columns_change_nothing():
    latents = FACTORS + RNG.standard_normal((576, 3))
    again = infomec((latents * 5 - 2)[:, ::-1], FACTORS[:, ::-1])
    np.testing.assert_allclose(again[:3], infomec(latents, FACTORS)[:3], atol=1e-6)


def test_names_are_kept():
    latents, factors = pd.DataFrame(RNG.standard_normal((50, 2)), columns=["x", "y"]), FACTORS[:50]
    told = infomec(latents, pd.DataFrame(factors, columns=["a", "b", "c"])).information
    assert list(told.columns) == ["x", "y"] and list(told.index) == ["a", "b", "c"]


def test_columns_and_factors_of_which_nothing_is_told_have_no_part():
    told = np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.4]])
    assert ratios(told) == (1.0, 1.0) and ratios(np.vstack([told, np.zeros(3)])) == (1.0, 1.0)
    assert np.isnan(largest_share(np.zeros((2, 2)))) and largest_share(np.ones((4, 2))) == 0


def test_nothing_is_explicit_in_noise_of_many_rows():
    assert abs(explicitness(RNG.standard_normal((4000, 2)), RNG.integers(0, 3, (4000, 2)))) < 0.01
