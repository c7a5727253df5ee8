"""notebooks/keep.py: outputs of a run go into committed notebooks of the same cells, and nothing else does."""

import base64
import importlib.util
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from unelib.core import paths

SPEC = importlib.util.spec_from_file_location("keep", paths.ROOT / "notebooks" / "keep.py")
keep = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(keep)


def png(pixels):
    """A picture as a notebook holds it."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def pixels_of(text):
    """The same back."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


WIDGET = "application/vnd.jupyter.widget-view+json"
FIGURE = np.full((40, 40, 4), 255, np.uint8)
FIGURE[10:20, 5:30, :3] = [200, 30, 40]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A committed notebook of two cells, and a run of it with what Papermill and bars add."""
    new = nbformat.v4.new_code_cell
    cells = [new("n = 1", metadata={"tags": ["parameters"]}), new("show(n)")]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data/runs/mine").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebooks/01_a.ipynb")
    given = new("n = 2", metadata={"tags": ["injected-parameters"]})
    cells[1].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="50 %"),
        nbformat.v4.new_output("display_data", {WIDGET: {"model_id": "a"}, "text/plain": "50 %"}),
        nbformat.v4.new_output("execute_result", {"image/png": png(FIGURE)}, execution_count=3),
    ]
    run = nbformat.v4.new_notebook(cells=[cells[0], given, cells[1]])
    nbformat.write(run, tmp_path / "data/runs/mine/01_a.ipynb")
    monkeypatch.setenv("UNELIB_ROOT", str(tmp_path))
    monkeypatch.setattr(keep, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


def test_outputs_come_without_bars_in_order_and_look_the_same(project):
    keep.main("mine")
    first, second = nbformat.read(project / "notebooks/01_a.ipynb", 4).cells
    assert (first.source, first.execution_count, second.execution_count) == ("n = 1", 1, 2)
    (output,) = second.outputs
    assert output.execution_count == 2 and len(output.data["image/png"]) < len(png(FIGURE))
    np.testing.assert_array_equal(pixels_of(output.data["image/png"]), FIGURE[..., :3])


def test_a_picture_of_many_colours_keeps_them():
    many = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    data = nbformat.v4.new_output("display_data", {"image/png": png(many)})
    np.testing.assert_array_equal(pixels_of(keep.smaller(data, 1).data["image/png"]), many)


def test_a_run_of_other_cells_is_refused(project):
    path = project / "notebooks/01_a.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[1].source = "show(n + 1)"
    nbformat.write(notebook, path)
    with pytest.raises(SystemExit, match="01_a: the run's code is not the committed one; execute it again"):
        keep.main("mine", "01_a")


def test_verdicts_are_told_first_as_well_and_once(project):
    path = project / "data/runs/mine/01_a.ipynb"
    run = nbformat.read(path, 4)
    table = nbformat.v4.new_output("execute_result", {"text/markdown": "| yes |"}, execution_count=3)
    run.cells[2].outputs.append(table)
    nbformat.write(run, path)
    for _ in range(2):
        keep.main("mine")
        cells = nbformat.read(project / "notebooks/01_a.ipynb", 4).cells
        assert [cell.cell_type for cell in cells] == ["code", "markdown", "code"]
        assert cells[1].source.startswith("**The answer first.**") and cells[1].source.endswith("| yes |")


def test_figures_that_readme_and_docs_show_are_taken_over(project, monkeypatch):
    for folder in ("figures", "figures/mine", "figures/other"):
        (project / folder).mkdir()
    for run in ("mine", "other"):
        (project / f"figures/{run}/walks.png").write_bytes(base64.b64decode(png(FIGURE)))
    monkeypatch.setattr(keep, "SHOWN", {"a": ("mine", "walks"), "b": ("other", "walks"), "c": ("mine", "none")})
    keep.main("mine")
    assert [path.name for path in (project / "figures").glob("*.png")] == ["a.png"]
