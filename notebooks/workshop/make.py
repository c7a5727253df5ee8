"""The workshop's notebooks for students, made from the solutions; and the solutions, executed.

.venv/bin/python notebooks/workshop/make.py              # writes notebooks/workshop/*.ipynb
.venv/bin/python notebooks/workshop/make.py 2_probe      # executes solutions/2_probe.ipynb first, where it stands
.venv/bin/python notebooks/workshop/make.py all          # executes all five first

What stands between BEGIN SOLUTION and END SOLUTION is left out. An assignment there that ends in a comment is an
answer: students find `name = ...` with that comment. Outputs stay up to the first exercise, as a first picture.
"""

import importlib.util
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
SOLUTIONS = HERE / "solutions"
SOLUTION = re.compile(r"^### BEGIN SOLUTION\n(.*?)^### END SOLUTION\n", re.DOTALL | re.MULTILINE)
ANSWER = re.compile(r"^(\w+) = .*?(  # .*)$", re.MULTILINE)


def main(*names):
    """Execute the solutions that are named, then make every notebook for students anew."""
    for name in stages() if names == ("all",) else names:
        execute(SOLUTIONS / f"{name}.ipynb")
    for name in stages():
        nbformat.write(
            for_students(nbformat.read(SOLUTIONS / f"{name}.ipynb", 4)), HERE / f"{name}.ipynb"
        )


def stages():
    """Names of the workshop's parts, in order."""
    return sorted(path.stem for path in SOLUTIONS.glob("*.ipynb"))


def for_students(notebook):
    """A copy of a solved notebook: solutions are stubs, and nothing from the first exercise on has been executed."""
    notebook, begun = nbformat.from_dict(notebook), False
    for cell in notebook.cells:
        # solutions lie one folder deeper
        cell.source = cell.source.replace("](../../../", "](../../").replace("](../../0", "](../0")
        cell.source = cell.source.replace("](../../depth", "](../depth")
        cell.source = cell.source.replace("[the solution](", "[the solution](solutions/")
        if cell.cell_type == "code":
            begun = begun or is_exercise(cell)
            cell.source = SOLUTION.sub(stub, cell.source)
            if begun:
                cell.outputs, cell.execution_count = [], None
    return notebook


def is_exercise(cell):
    """Whether a cell has a solution in it."""
    return bool(SOLUTION.search(cell.source))


def stub(solution):
    """The answers of a solution, still to be given: each keeps its comment."""
    answers = ANSWER.findall(solution[1])
    return "".join(f"{name} = ...{comment}\n" for name, comment in answers)


def execute(path):
    """Execute a solved notebook in place, without bars and with smaller pictures."""
    keep = beside("keep")
    notebook = nbformat.read(path, 4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}}).execute()
    for count, cell in enumerate(keep.code_of(notebook), 1):
        cell.metadata.pop("execution", None)
        cell.outputs = [keep.smaller(output, count) for output in cell.outputs if keep.is_kept(output)]
        cell.execution_count = count
    nbformat.write(notebook, path)


def beside(name):
    """A script of the notebooks' folder, as a module."""
    spec = importlib.util.spec_from_file_location(name, HERE.parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(*sys.argv[1:])
