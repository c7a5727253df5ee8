"""Accuracy of solvers: a panel a measure, a row a method, the best on top."""

import pandas as pd
import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


def test_methods_are_sorted_and_every_panel_has_their_numbers():
    rows = [(m, s, c * s, c / s, 10 * s) for m, c in (("worse", 2), ("better", 1)) for s in (8, 16)]
    table = pd.DataFrame(rows, columns=["method", "steps", "calls", "error", "psnr"])
    figure = plots.solver_panels(table, {"error": "error", "psnr": "dB"}, log=["error"], title="Better is better")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["error", "dB", "calls"]
    assert [ax.get_xscale() for ax in figure.axes] == ["log", "linear", "log"]
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["better", "worse"]
    assert list(figure.axes[0].lines[0].get_xdata()) == [1 / 8, 1 / 16]
    assert figure.get_suptitle() == "Better is better"
