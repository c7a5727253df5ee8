"""What noise alone tells in a space that it shares, and in one in which nothing is shared."""

import numpy as np
import pandas as pd

from unelib.alignment import read_alone
from unelib.probing import mean_auc

LEARN = np.arange(500) < 300


def views(seed=0):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((500, 3))
    made = {name: Z @ rng.standard_normal((3, d)) + 0.3 * rng.standard_normal((500, d)) for name, d in
            (("noise", 20), ("clip", 12), ("dino", 15))}  # fmt: skip
    return made, pd.DataFrame(Z[:, :2] > 0, columns=["a", "b"]).astype(int)


def test_one_view_alone_is_read_in_a_space_that_it_shares():
    made, labels = views()
    auc = {}
    for shuffle in (None, 1, 2):
        probe, rows = read_alone(made, ["noise"], labels, LEARN, ~LEARN, 3, shuffle=shuffle)
        assert rows.shape == (200, 3)
        auc[shuffle] = mean_auc(probe, rows, labels[~LEARN])["auc"]
    assert auc[None] > 0.9 > max(auc[1], auc[2])


def test_held_out_rows_change_nothing_of_the_space():
    made, labels = views()
    probe, rows = read_alone(made, ["noise"], labels, LEARN, ~LEARN, 3)
    other = {name: np.where(LEARN[:, None], x, 2 * x) for name, x in made.items()}
    again, _ = read_alone(other, ["noise"], labels, LEARN, ~LEARN, 3)
    np.testing.assert_allclose(probe.coef_, again.coef_)


def test_groups_are_those_of_the_training_rows():
    made, labels = views()
    probe, rows = read_alone(made, ["noise"], labels, LEARN, ~LEARN, 3, groups=np.arange(500) // 2)
    assert mean_auc(probe, rows, labels[~LEARN])["auc"] > 0.9
