"""What the README says of cost names a row of benchmarks/figures.json, and the figure there bears it out."""

import json
import operator
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIGURES = json.loads((ROOT / "benchmarks" / "figures.json").read_text())
CLAIMS = re.findall(r"<!-- bench: (.+?) (>=|<=) ([\d.]+) -->", (ROOT / "README.md").read_text())


def test_claims_are_written_so_that_they_are_found():
    assert len(CLAIMS) == (ROOT / "README.md").read_text().count("<!-- bench:") > 2


@pytest.mark.parametrize("row, relation, number", CLAIMS)
def test_a_claim_is_borne_out(row, relation, number):
    assert row in FIGURES, f"no figure {row!r}; make bench"
    assert {">=": operator.ge, "<=": operator.le}[relation](FIGURES[row]["value"], float(number))


@pytest.mark.parametrize("row", FIGURES)
def test_a_figure_has_its_target_beside_it(row):
    assert {"value", "unit", "least", "most", "floor", "beside", "met", "cpus", "day"} == set(FIGURES[row])
