"""What was made of an image is held against it by correlations over images, beside what saw nothing of it."""

import numpy as np
import pytest

from unelib.editing.resemblance import column_correlation, resemblances

RNG = np.random.default_rng(0)
SOURCE = RNG.random((120, 4))


def test_a_copy_resembles_fully_and_what_saw_nothing_not_at_all():
    half = 0.5 * SOURCE + 0.5 * RNG.random(SOURCE.shape)
    table = resemblances(SOURCE, {"copy": SOURCE, "half": half, "nothing": RNG.random(SOURCE.shape)}, "nothing")
    assert table.r["copy"] == pytest.approx(1) and table.agree["copy"] == 1
    assert table.low["nothing"] < 0 < table.high["nothing"] and table.beyond["nothing"] == 0
    assert 0 < table.beyond_low["half"] < table.beyond["half"] < table.beyond_high["half"] < 1


def test_correlation_knows_no_scale_and_counts_what_never_varies_as_none():
    assert column_correlation(SOURCE, 3 * SOURCE - 1) == pytest.approx(1)
    assert column_correlation(SOURCE, -SOURCE) == pytest.approx(-1)
    assert column_correlation(SOURCE, np.hstack([SOURCE[:, :3], np.ones((120, 1))])) == pytest.approx(0.75)


def test_the_order_of_what_was_made_changes_nothing():
    made = {"a": RNG.random(SOURCE.shape), "b": SOURCE}
    one, other = (resemblances(SOURCE, {name: made[name] for name in names}, "a") for names in ("ab", "ba"))
    np.testing.assert_array_equal(one, other.loc[list("ab")])


def test_errors():
    with pytest.raises(ValueError, match="control 'c' is not among what was made: a, b"):
        resemblances(SOURCE, {"a": SOURCE, "b": SOURCE}, "c")
    with pytest.raises(ValueError, match=r"a has shape \(3, 4\)"):
        resemblances(SOURCE, {"a": SOURCE[:3]}, "a")
