"""Figures of the model have a line a search and a bar a view, with what they stand for written on them."""

import numpy as np
import pandas as pd
import pytest

from unelib.plots import latent

pytestmark = pytest.mark.usefixtures("closed")


def test_searches_start_at_no_dimensions_and_mark_what_was_chosen():
    table = pd.DataFrame({"gain": [0.0, 1.0, 2.0], "se": [0.0, 0.1, 0.1]}, [0, 4, 12])
    ax = latent.selection_curves({"views": table, "shuffled rows": table[:1]}, chosen={"views": 4})
    assert [t.get_text() for t in ax.texts] == ["views", "shuffled rows"]
    assert list(ax.get_xticks()) == [0, 1, 2, 4, 8]
    (ring,) = [line for line in ax.lines if line.get_mfc() == "none"]
    assert list(ring.get_xdata()) == [4] and list(ring.get_ydata()) == [1.0]
    assert latent.selection_curves({"views": table}, ax) is ax


def test_shares_are_stacked_to_one_and_small_ones_go_without_a_number():
    shares = pd.DataFrame({"shared": [0.6, 0.02], "private": [0.3, 0.18], "noise": [0.1, 0.8]}, ["clip", "ldm"])
    ax = latent.share_bars(shares)
    ends = np.array([bar.get_x() + bar.get_width() for bar in ax.patches]).reshape(3, 2)  # part, view
    np.testing.assert_allclose(ends, shares.cumsum(axis=1).T)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["clip", "ldm"]
    assert sorted(t.get_text() for t in ax.texts) == ["10%", "18%", "30%", "60%", "80%", "noise", "private", "shared"]
