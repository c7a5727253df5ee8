"""What README and documents say is borne out: numbers by results and benchmarks, code by running it."""

import json
import operator
import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
FIGURES = json.loads((ROOT / "benchmarks" / "figures.json").read_text())
RESULTS = pd.read_csv(ROOT / "docs" / "results.csv").set_index(["run", "stage", "name"])[["value", "low", "high"]]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
}
ALL = "\n".join(PAGES.values())
COSTS = re.findall(r"<!-- bench: (.+?) (>=|<=) ([\d.]+) -->", ALL)
MARKED = r"([\d.]+)( %)?\s<!-- result: (\S+) (\S+) ([^>]+?) -->"
NUMBERS = re.findall(MARKED, ALL)
INTERVALS = re.findall(MARKED + r"(?: nats)?\s\[(-?[\d.]+),\s+(-?[\d.]+)\]", ALL)


def test_claims_are_written_so_that_they_are_found():
    assert len(COSTS) == ALL.count("<!-- bench:") > 2 and len(NUMBERS) == ALL.count("<!-- result:") > 9
    assert not re.search(r"^\s*<!-- (bench|result):", ALL, re.MULTILINE), "a mark that begins a line ends the paragraph"


@pytest.mark.parametrize("row, relation, number", COSTS)
def test_a_cost_is_borne_out(row, relation, number):
    assert row in FIGURES, f"no figure {row!r}; make bench"
    assert {">=": operator.ge, "<=": operator.le}[relation](FIGURES[row]["value"], float(number))


@pytest.mark.parametrize("row", FIGURES)
def test_a_figure_has_its_target_beside_it(row):
    assert {"value", "unit", "least", "most", "floor", "beside", "met", "cpus", "day"} == set(FIGURES[row])


@pytest.mark.parametrize("told, percent, run, stage, name", NUMBERS)
def test_a_number_is_that_of_the_results(told, percent, run, stage, name):
    value = abs(RESULTS.value[run, stage, name]) * (100 if percent else 1)
    assert round(value, len(told.partition(".")[2])) == float(told)


@pytest.mark.parametrize("told, percent, run, stage, name, low, high", INTERVALS)
def test_an_interval_is_that_of_the_results(told, percent, run, stage, name, low, high):
    value, *ends = RESULTS.loc[(run, stage, name)] * (100 if percent else 1)
    behind = value < 0 < float(low)  # told as by how much it lies behind
    ends = sorted(-end if behind else end for end in ends)
    rounded = [round(end, len(text.partition(".")[2])) for end, text in zip(ends, (low, high))]
    assert rounded == [float(low), float(high)]


@pytest.mark.slow
def test_the_guides_code_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    snippets = re.findall(r"```python\n(.+?)```", PAGES["docs/guide.md"], re.DOTALL)
    assert len(snippets) == 5
    small = {"UNE()": "UNE(4, private=4, ridge=1.0, steps=2)", "n=16": "n=3", "new[:24]": "new[:6]"}
    names = {}
    for code in snippets[:4]:  # the last needs a run
        for long, short in small.items():
            code = code.replace(long, short)
        exec(code, names)
    assert names["again"].shape == (3, 64, 64, 3) and names["une"].k_ == 4


@pytest.mark.slow
@pytest.mark.parametrize("page, first, last", [("own-arrays", 0, 2), ("own-model", 2, 5), ("own-encoder", 0, 2)])
def test_the_code_of_a_how_to_runs(page, first, last, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"```python\n(.+?)```", PAGES[f"docs/how-to/{page}.md"], re.DOTALL)
    small = {"UNE()": "UNE(4, private=4, ridge=1.0, steps=2)", "n_train=350, n_test=150": "n_train=12, n_test=6"}
    names = {}
    for code in snippets[first:last]:  # trials take minutes
        for long, short in small.items():
            code = code.replace(long, short)
        exec(code, names)
    assert len(names["zoo"].views) >= 1 and names["zoo"].verify().empty
