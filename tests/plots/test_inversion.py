"""Accuracy against calls: a panel a measure, a line a method."""

import pandas as pd
import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


def test_frontiers_draw_each_method_in_its_groups_and_rows():
    rows = [(m, c, 1 / c, 10 * c) for m in ("ab2, karras", "heun, karras", "diffusers DDIM") for c in (8, 16)]
    table = pd.DataFrame(rows, columns=["method", "calls", "error", "psnr"])
    groups = {"solvers": ["ab2, karras", "heun, karras"], "diffusers": ["ab2, karras", "diffusers DDIM"]}
    figure = plots.frontiers(table, groups, {"error": "noise error", "psnr": "dB"}, log=["error"])
    assert [ax.get_yscale() for ax in figure.axes] == ["log", "log", "linear", "linear"]
    assert [line.get_label() for line in figure.axes[3].lines] == groups["diffusers"]
    assert list(figure.axes[2].lines[0].get_ydata()) == [80, 160]
