"""Results as data (runs_as_data), findings in words (claims_in_words, recorded_claims), the report (html_report)."""

import base64
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from unelib.cli.main import app
from unelib.evidence import CLAIMS
from unelib.running import Step, Workspace, beyond_intervals, findings, report, results, tables_of, what_holds
from unelib.running.claims_in_words import verdict_on
from unelib.running.html_report import figures_of, to_see
from unelib.running.marks import write_mark
from unelib.running.recorded_claims import FINDINGS
from unelib.stats import Interval

NUMBERS = {
    "01_invert": {"round_trip_db": Interval(40, 38, 42), "std": 1.0},
    "03_probe": {
        "noise_auc": {"auc": 0.9, "low": 0.88, "high": 0.92},
        "shuffled_auc": pd.Series({"auc": 0.5, "low": 0.45, "high": 0.55}),
        "beyond_leak": Interval(0.3, 0.2, 0.4),
        "beyond_pixels": Interval(-0.1, -0.2, -0.05),
    },
}


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Two runs with numbers, a table, a mark and an executed notebook with a figure."""
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    for run, shift in (("one", 0.0), ("one,steps=5", 0.5)):
        place = Workspace(run)
        for stage, numbers in NUMBERS.items():
            place.record(stage, **numbers | ({"std": 1 + shift} if stage == "01_invert" else {}))
            write_mark(
                Step(run, f"{stage}.ipynb", {}), {}, 3.0, {"run": run, "steps": 10 if not shift else 5, "seed": 0}
            )
        place.record("05_edit", target=Interval(0.8 - shift, 0.7 - shift, 0.9 - shift), random=Interval(0.1, 0.0, 0.2))
        place.table(pd.DataFrame({"claim": ["<b>"], "value": [0.5]}), f"11_evidence_{run}")
        executed(place.folder / "01_invert.ipynb")
    return tmp_path


def executed(path):
    """An executed notebook with one figure and what is to be seen on it."""
    figure, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1])
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    plt.close(figure)
    out = nbformat.v4.new_output("display_data", {"image/png": png(stream)})
    cells = [
        nbformat.v4.new_markdown_cell("# 01 · Inversion\n\n## Back & forth"),
        nbformat.v4.new_code_cell("plot()", outputs=[out]),
        nbformat.v4.new_markdown_cell('Rows. What to see: the "line" rises, *always*. $x^2$ too.\n\n## Another'),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def png(stream):
    """What a stream holds, as notebooks keep it."""
    return base64.b64encode(stream.getvalue()).decode()


def test_numbers_keep_their_intervals(tmp_path):
    place = Workspace("x", tmp_path)
    place.record("a", plain=1, interval=Interval(2, 1, 3), mapping={"auc": 4, "low": 3, "high": 5}, lost=np.nan)
    place.record("b", series=pd.Series({"gap": 1.0, "low": 0.5, "high": 2.0, "n": 7}), open=Interval(1, np.nan, np.nan))
    assert json.loads((place.folder / "a.json").read_text())["interval"] == {"value": 2, "low": 1, "high": 3}
    assert place.estimates("a").loc["mapping"].tolist() == [4, 3, 5] and "lost" not in place.estimates("a").index
    assert place.estimates("b").loc["series"].tolist() == [1, 0.5, 2] and np.isnan(place.estimates("b").low["open"])
    ends = {"interval": 2, "interval_low": 1, "interval_high": 3}
    assert place.result("a") == {"plain": 1, **ends, "mapping": 4, "mapping_low": 3, "mapping_high": 5}


def test_results_that_are_cut_short_are_named(runs):
    (Workspace("one").folder / "03_probe.json").write_text('{"noise_auc": 0.')
    for read in (results, lambda: findings("one"), lambda: report("one")):
        with pytest.raises(ValueError, match="03_probe.json is damaged"):
            read()
    (Workspace("one").folder / "03_probe.json").write_text("[]")
    with pytest.raises(ValueError, match="03_probe.json is damaged"):
        results("one")


def test_one_row_a_number_over_runs_and_sweeps(runs):
    table = results()
    assert set(table.run) == {"one", "one,steps=5"} and len(table) == 2 * 8
    row = table[(table.run == "one") & (table.name == "noise_auc")].iloc[0]
    assert (row.value, row.low, row.high, row.seconds) == (0.9, 0.88, 0.92, 3.0)
    assert row.unelib and row.machine and list(table[table.stage == "01_invert"].steps.unique()) == [10, 5]
    assert "seed" not in table, "what is the same everywhere tells nothing"
    assert set(results("one,*").run) == {"one,steps=5"} and set(results("one").run) == {"one"}
    with pytest.raises(FileNotFoundError, match="no run 'oen' has results; did you mean 'one'"):
        results("oen")


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_the_table_can_be_written(runs, ending):
    out = runs / "out" / f"all.{ending}"
    done = CliRunner().invoke(app, ["results", "one*", "-o", str(out)])
    assert done.exit_code == 0 and len(getattr(pd, f"read_{ending}")(out)) == 16
    wrong = CliRunner().invoke(app, ["results", "-o", str(runs / "all.xlsx")])
    assert wrong.exit_code == 1 and "write to a file that ends in .csv" in wrong.output
    assert CliRunner().invoke(app, ["results", "one"]).output.startswith("run,stage,name,value,low,high")


def test_tables_are_data_too(runs):
    assert list(tables_of("one")) == ["11_evidence_one"]
    (Workspace("one").folder / "11_evidence_one.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="11_evidence_one.parquet is damaged"):
        tables_of("one")


@pytest.mark.parametrize(
    "number, null, lower, verdict",
    [
        ((0.9, 0.8, 1.0), (0.5, 0.4, 0.6), False, "supported"),
        ((0.9, 0.8, 1.0), (0.5, 0.4, 0.6), True, "contradicted"),
        ((0.1, 0.0, 0.2), (0.5, 0.4, 0.6), False, "contradicted"),
        ((0.1, 0.0, 0.2), (0.5, 0.4, 0.6), True, "supported"),
        ((0.5, 0.3, 0.7), (0.5, 0.4, 0.6), False, "cannot tell"),
        ((0.9, np.nan, np.nan), (np.nan,) * 3, False, "measured"),
    ],
)
def test_verdicts_follow_the_intervals(number, null, lower, verdict):
    assert verdict_on(number, null, lower) == verdict


def test_findings_say_what_holds_and_what_does_not(runs):
    found = findings("one").set_index("claim")
    assert list(found.verdict) == ["supported", "supported", "supported", "contradicted", "supported"]
    told = found.sentence.iloc[3]
    assert told.startswith("Not so: attributes can be read better") and "-0.100 [-0.200, -0.050]" in told
    assert findings("one,steps=5").verdict.iloc[-1] == "cannot tell"


def test_a_notebook_ends_with_its_verdicts(runs):
    told = what_holds("one", "03_probe")
    rows = [line.split(" | ") for line in told.splitlines()[2:]]
    assert [row[1] for row in rows] == ["**yes**", "**yes**", "**no**"]
    assert "mean AUC: 0.900 [0.880, 0.920]" in told and "from shuffled labels: 0.500 [0.450, 0.550]" in told
    assert "0 would be no gain |" in told and told._repr_markdown_() == told
    assert "nothing yet" in what_holds("one", "10_une")


def test_findings_name_numbers_that_notebooks_record():
    """By its code, or where that makes names of parts by what its committed run left."""
    source, left = {}, pd.read_csv("docs/results.csv")
    recorded = set(zip(left.stage, left.name))
    for finding in FINDINGS:
        (path,) = (path for path in Path("notebooks").rglob(f"{finding.stage}.ipynb") if path.parent.name[0] != ".")
        book = nbformat.read(path, 4)
        source[finding.stage] = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
        for number in filter(lambda name: isinstance(name, str), (finding.number, finding.null)):
            parts = [part for part in number.split("_", 1) if part not in CLAIMS]  # such as f"{claim}_{kind}"
            there = number in source[finding.stage] or all(part in source[finding.stage] for part in parts)
            there = there or (finding.stage, number) in recorded
            assert there, f"{finding.stage} records no {number}"


def test_two_runs_side_by_side(runs):
    table = beyond_intervals("one", "one,steps=5").set_index("name")
    assert table.beyond.to_dict() == {name: name == "target" for name in table.index}
    assert table.difference["target"] == pytest.approx(-0.5) and (table.low < table.high).all()


class Page(HTMLParser):
    """Reads a page and holds every tag, so that tests can ask for what a browser would stumble over."""

    VOID = {"meta", "img", "br", "link", "input", "hr"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes another tag"


@pytest.mark.parametrize("other", [None, "one,steps=5"])
def test_the_report_is_one_page_that_needs_nothing_else(runs, other):
    path = report("one", other)
    text = path.read_text()
    page = Page(text)
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a"]
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(ids) == len(set(ids)) and {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(image["src"].startswith("data:image/webp") and image["alt"] for image in images) and images
    assert all((path.parent / link).is_file() for link in links if not link.startswith("#"))
    assert "http" not in text.replace("http-equiv", "") and path.stat().st_size < 15e6
    assert page.tags[0] == ("html", {"lang": "en"}) and "<script" not in text and "&lt;b&gt;" in text
    assert ("What differs" in text) == bool(other)


def test_figures_come_with_heading_and_what_is_to_be_seen(runs):
    book = nbformat.read(Workspace("one").folder / "01_invert.ipynb", 4)
    (figure,) = figures_of(book)
    assert figure["heading"] == "Back & forth." and figure["text"] == 'The "line" rises, always. x^2 too.'
    assert to_see("One. Two. Three. Four.") == "One. Two. Three." and to_see("One. Two:") == "One."


def test_the_report_by_the_command_line(runs):
    done = CliRunner().invoke(app, ["report", "one", "-o", str(runs / "page.html")])
    assert done.exit_code == 0 and (runs / "page.html").is_file()
    wrong = CliRunner().invoke(app, ["report", "two"])
    assert wrong.exit_code == 1 and "no run 'two' has results" in wrong.output
