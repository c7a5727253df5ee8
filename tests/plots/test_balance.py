"""Two measures against each other: points where they belong, controls in grey, names beside."""

import numpy as np
import pandas as pd
import pytest

from unelib.plots import PALETTE, balanced

pytestmark = pytest.mark.usefixtures("closed")
COLUMNS = [f"{name}{end}" for name in ("kept", "varied") for end in ("", " low", " high")]


def rows(*points):
    return pd.DataFrame([[x, x - 0.1, x + 0.1, y, y - 0.2, y + 0.2] for x, y in points], columns=COLUMNS)


def test_points_intervals_names_and_controls():
    ways = {"nearby noise (control)": rows((1, 0), (0.5, 0.5)), "aligned": rows((0.7, 0.4))}
    ax = balanced(ways, "kept", "varied", xlabel="identity", title="A title")
    lines = [part.lines[0] for part in ax.containers]
    np.testing.assert_array_equal(lines[0].get_xydata(), [[1, 0], [0.5, 0.5]])
    assert lines[1].get_color() == PALETTE[0] != lines[0].get_color()
    assert lines[0].get_markerfacecolor() == "white" and lines[0].get_linestyle() == "--"
    assert ax.get_xlabel() == "identity" and ax.get_ylabel() == "varied" and ax.figure.get_suptitle() == "A title"
    told = [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]
    assert told == list(ways)


def test_given_axes_are_drawn_on(closed):
    ax = balanced({"a": rows((0, 0))}, "kept", "varied")
    assert balanced({"b": rows((1, 1))}, "varied", "kept", ax) is ax and len(ax.containers) == 2
