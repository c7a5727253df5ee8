"""The report on a run: one HTML page that needs nothing else, for a reviewer, a printer or an archive."""

import base64
import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

from ..core.extras import needed
from ..core.files import make_folder, write_whole
from ..stats.digits import told_with_ends
from .claims_in_words import findings
from .marks import read_mark
from .runs_as_data import beyond_intervals, results, runs_called, stages_of, tables_of
from .steps import Step
from .workspace import Workspace

QUESTION = (
    "Is the noise that a diffusion model assigns to an image, like the embedding that an encoder gives it, a noisy"
    " linear view of one Gaussian latent (the Universal Normal Embedding hypothesis)?"
)
WIDEST, QUALITY = 1400, 82  # pixels and WebP quality of a figure
TEMPLATE = Path(__file__).with_name("report.html")


def report(run: str, other: str | None = None, path: str | Path | None = None) -> Path:
    """Write the report on a run, or on two side by side.

    Parameters
    ----------
    run, other : str
        Names of runs.
    path : str or Path, optional
        Of the HTML file; data/runs/<run>/report.html by default.

    Returns
    -------
    Path
        Of the file: findings, what differs, the evidence, figures, numbers, and where they come from.

    Raises
    ------
    FileNotFoundError
        On a run without results.
    ValueError
        On results that are damaged.
    """
    runs = runs_called(run, *([other] if other else []))
    out = Path(path) if path else Workspace(run).folder / "report.html"
    environment = needed("jinja2", "notebooks").Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    html = environment.from_string(TEMPLATE.read_text()).render(**contents_of(runs, out.parent))
    make_folder(out.parent)
    write_whole(out, lambda part: part.write_text(html, encoding="utf-8"))
    return out


def contents_of(runs, folder):
    """What the template is filled with, by name; links lead from `folder`."""
    differ = side_by_side_rows(*runs) if len(runs) == 2 else []
    return {
        "title": f"The noise of images and their embeddings: {' beside '.join(runs)}",
        "question": QUESTION,
        "made": f"Made {datetime.now(UTC):%Y-%m-%d %H:%M} UTC from data/runs/{', data/runs/'.join(runs)}.",
        "runs": runs,
        "findings": {run: findings(run).to_dict("records") for run in runs},
        "compared": differ,
        "beyond": sum(row["beyond"] for row in differ),
        "evidence": [markup(name, table) for run in runs for name, table in evidence_of(run).items()],
        "pages": [page for run in runs for page in pages_of(run, folder, several=len(runs) > 1)],
        "numbers": {run: numbers_told(run) for run in runs},
        "provenance": {run: [origin_told(run, stage) for stage in stages_of(run)] for run in runs},
    }


def side_by_side_rows(first, second):
    """Rows of `beyond_intervals`, as text; those that differ come first."""
    table = beyond_intervals(first, second).sort_values("beyond", ascending=False, kind="stable")
    one, other = table.columns[2:4]
    return [
        {
            "stage": row["stage"], "name": row["name"], "beyond": bool(row["beyond"]),
            "first": f"{row[one]:.3g}", "second": f"{row[other]:.3g}",
            "difference": told_with_ends((row["difference"], row["low"], row["high"])),
        }
        for row in table.to_dict("records")
    ]  # fmt: skip


def evidence_of(run):
    """Tables of the evidence on a run: those that 11_evidence left of it, in whichever run it was executed."""
    name = f"11_evidence_{run}"
    there = [other for other in runs_called() if (Workspace(other).folder / f"{name}.parquet").is_file()]
    return {f"{name}, of run {other}": tables_of(other)[name] for other in there}


def markup(name, table):
    """A table as HTML that is safe in a page."""
    html = table.round(3).to_html(index=False, border=0, na_rep="", escape=True)
    html = html.replace('class="dataframe"', "").replace(' style="text-align: right;"', "")
    return needed("markupsafe", "notebooks").Markup(html.replace("<thead>", f"<caption>{name}</caption><thead>", 1))


def numbers_told(run):
    """Every number of a run with its interval, as text."""
    rows = results(run).itertuples()
    return [{"stage": r.stage, "name": r.name, "value": told_with_ends((r.value, r.low, r.high))} for r in rows]


def origin_told(run, stage):
    """Where the results of a notebook come from, as text; empty where it was executed by hand."""
    mark = read_mark(Step(run, stage, {}))
    origin: dict[str, Any] = mark.get("provenance", {})
    revision = (origin.get("revision") or "")[:10] + (" with changes" if origin.get("dirty") else "")
    packages = {"Python": origin.get("python"), "unelib": origin.get("unelib")} | origin.get("packages", {})
    return {
        "stage": stage,
        "finished": mark.get("finished", "by hand"),
        "seconds": f"{mark['seconds']:.0f}" if "seconds" in mark else "",
        "revision": revision,
        "packages": ", ".join(f"{name} {version}" for name, version in packages.items() if version),
        "parameters": ", ".join(f"{name}={value}" for name, value in mark.get("parameters", {}).items()),
    }


def pages_of(run, folder, several=False):
    """Title, link and figures of each executed notebook of a run that shows any."""
    for path in sorted(Workspace(run).folder.glob("*.ipynb"), key=lambda path: (not path.stem[0].isdigit(), path.stem)):
        book = nbformat.read(path, as_version=4)
        if figures := list(figures_of(book)):
            title = next((heading for cell in book.cells for heading in re.findall(r"^# (.+)", cell.source)), path.stem)
            link = Path(os.path.relpath(path, folder)).as_posix().replace(" ", "%20")
            where = f"{run}/{path.name}" if several else path.name
            yield {"title": title, "link": link, "where": where, "figures": figures}


def figures_of(book):
    """Pictures in a notebook's outputs, each under its heading, with what the text below says is to be seen."""
    heading = "Figure"
    for place, cell in enumerate(book.cells):
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^#+ (.+)", cell.source, re.MULTILINE) or [heading])[-1].strip(" :.")
            continue
        data = [out.data["image/png"] for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
        below = next((after.source for after in book.cells[place + 1 :] if after.cell_type == "markdown"), "")
        for png in data:
            yield picture(base64.b64decode(png)) | {
                "heading": ended(heading),
                "text": to_see(below),
                "alt": alt(heading, below),
            }


def picture(png):
    """A PNG as a data address in WebP, with its size in pixels."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if image.width > WIDEST:
        image = image.resize((WIDEST, round(image.height * WIDEST / image.width)), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=QUALITY, method=4)
    data = base64.b64encode(stream.getvalue()).decode()
    return {"data": f"data:image/webp;base64,{data}", "width": image.width, "height": image.height}


def to_see(markdown):
    """What a cell of text says is to be seen, without marks; else its first sentences, none of a new section."""
    text = plain_text(re.split(r"^#+ ", markdown, maxsplit=1, flags=re.MULTILINE)[0])
    told = text.partition("What to see:")[2].strip() or text
    sentences = re.split(r"(?<=[.:!?]) +", told[:1].upper() + told[1:])
    return " ".join(sentence for sentence in sentences[:3] if not sentence.endswith(":"))


def alt(heading, markdown):
    """Words for those who do not see a figure."""
    return f"Figure: {ended(heading)} {to_see(markdown)}".strip()


def ended(heading):
    """A heading as a sentence."""
    return heading if heading.endswith("?") else f"{heading}."


def plain_text(markdown):
    """Markdown without its marks, on one line."""
    return " ".join(
        re.sub(r"[*`$]|^[-|].*$", "", re.sub(r"\[(.+?)\]\(.+?\)", r"\1", markdown), flags=re.MULTILINE).split()
    )
