"""The look of every figure: one height for panels side by side, numbers as text."""

import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


def test_side_by_side_shares_its_height():
    figure, panels = plots.side_by_side(3)
    assert len(panels) == 3 and figure.get_size_inches()[0] == plots.WIDTH


def test_quartiles_as_text():
    assert plots.quartiles([1, 2, 3, 4, 5]) == "3 (2 to 4)"
