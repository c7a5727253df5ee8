"""Panels of InfoMEC have a row a view, hollow controls, and bars where chance lies."""

import numpy as np
import pandas as pd
import pytest

from unelib import plots

pytestmark = pytest.mark.usefixtures("closed")


def test_rows_are_views_and_bars_are_what_chance_gives():
    row = {"value": 0.5, "low": 0.4, "high": 0.6, "rotated_low": 0.1, "rotated_high": 0.2}
    row |= {"shuffled_low": 0.05, "shuffled_high": 0.15}
    names = [(view, measure) for view in ("noise", "small pictures") for measure in ("modularity", "explicitness")]
    table = pd.DataFrame([row | {"view": view, "measure": measure} for view, measure in names])
    table.loc[table.measure == "explicitness", ["rotated_low", "rotated_high"]] = np.nan
    figure = plots.infomec_panels(table, control=["small pictures"], title="Columns tell of factors")
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["modularity", "explicitness"]
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["noise", "small pictures"]
    dots = [c.lines[0] for c in figure.axes[0].containers]
    assert [dot.get_mfc() == "white" for dot in dots] == [False, True]
    bars = [list(line.get_xdata()) for line in figure.axes[0].lines if line.get_linewidth() == 6]
    assert bars == [[0.1, 0.2], [0.05, 0.15]] * 2
    assert figure.get_suptitle() == "Columns tell of factors"
    assert [t.get_text() for t in figure.legends[0].get_texts()] == ["view", "random axes", "shuffled factors"]
