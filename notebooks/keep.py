"""Keep what a run executed: the outputs of data/runs/RUN go into the committed notebooks, pictures made smaller.

The figures that README and docs show are taken over as well, from figures/RUN.

.venv/bin/python notebooks/keep.py drawn 05_edit hspace     # some; all that the run has if none is named
"""

import base64
import io
import sys
from pathlib import Path

import nbformat
from PIL import Image

from unelib import Workspace

NOTEBOOKS = Path(__file__).parent
FIRST = (
    "**The answer first.** This is what the committed run found; what yours finds is told at the end."
)
SHOWN = {  # by README and docs: the run whose figure it is, and its name there
    "idea": ("tour", "idea"),
    "attributes": ("drawn", "attributes"),
    "walks": ("drawn", "walks"),
    "methods": ("drawn", "methods"),
    "walks_fashion": ("fashion", "walks"),
}
FEW, COLOURS = 4096, 256  # a picture of so few colours, a figure, looks the same in so many


def main(run, *stages):
    """Copy the outputs of a run's notebooks, by name; SystemExit names one whose code is not the committed one."""
    committed = {
        path.stem: path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    }
    executed = {path.stem: path for path in Workspace(run).folder.glob("*.ipynb")}
    for stage in stages or executed:
        notebook = nbformat.read(committed[stage], 4)
        cells = [cell for cell in code_of(nbformat.read(executed[stage], 4)) if not is_injected(cell)]
        if [cell.source for cell in cells] != [cell.source for cell in code_of(notebook)]:
            sys.exit(f"{stage}: the run's code is not the committed one; execute it again")
        for count, (cell, found) in enumerate(zip(code_of(notebook), cells), 1):
            cell.outputs, cell.execution_count = (
                [smaller(o, count) for o in found.outputs if is_kept(o)],
                count,
            )
        tell_first(notebook)
        nbformat.write(notebook, committed[stage])
        print(f"{stage}: {committed[stage].stat().st_size / 1e6:.2f} MB")
    keep_figures(run)


def keep_figures(run):
    """Take over the run's figures that README and docs show, those that it made."""
    for name, (of, figure) in SHOWN.items():
        made = Workspace(run).root / "figures" / run / f"{figure}.png"
        if of == run and made.exists():
            (NOTEBOOKS.parent / "figures" / f"{name}.png").write_bytes(compact(made.read_bytes()))


def tell_first(notebook):
    """Put the table of verdicts that ends a notebook behind its title as well, for those who want the answer first."""
    shown = [output.get("data", {}) for cell in code_of(notebook) for output in cell.outputs]
    verdicts = [data["text/markdown"] for data in shown if "text/markdown" in data]
    if verdicts:
        told = [cell for cell in notebook.cells if "verdicts" in cell.metadata.get("tags", [])]
        if not told:
            told = [nbformat.v4.new_markdown_cell(id="verdicts", metadata={"tags": ["verdicts"]})]
            notebook.cells[1:1] = told
        told[0].source = f"{FIRST}\n\n{verdicts[-1]}"


def code_of(notebook):
    """The code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_injected(cell):
    """Whether Papermill put a cell in, with the recipe's parameters."""
    return "injected-parameters" in cell.metadata.get("tags", [])


def is_kept(output):
    """Whether an output stays: warnings go, and bars, whether text or a widget that no cell gave as its result."""
    bar = (
        output.output_type == "display_data"
        and "application/vnd.jupyter.widget-view+json" in output.data
    )
    return output.get("name") != "stderr" and not bar


def smaller(output, count):
    """An output of a cell's own number; its picture without alpha, one of few colours with a palette, if that is shorter."""
    if "execution_count" in output:
        output.execution_count = count
    if "image/png" in output.get("data", {}):
        data = base64.b64decode(output.data["image/png"])
        if len(shorter := compact(data)) < len(data):
            output.data["image/png"] = base64.b64encode(shorter).decode() + "\n"
    return output


def compact(data):
    """A PNG without alpha, one of few colours with a palette."""
    stream, picture = io.BytesIO(), Image.open(io.BytesIO(data)).convert("RGB")
    if picture.getcolors(FEW):
        picture = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:])
