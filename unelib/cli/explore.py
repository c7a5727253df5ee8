"""`python -m unelib explore`: the explorer as a page in a browser, over the zoo of any run."""

import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..core.extras import needed
from ..core.paths import ROOT
from ..explorer.serve import IDLE, page_command
from ..running.workspace import TOUR, Workspace, runs_with_zoo

NOTEBOOK = "06_explore.ipynb"
ON_PAPER = (
    "on-paper"  # tag of cells for whoever reads the notebook; a page goes without, and starts in a third of the time
)

READABLE = "from unelib.explorer import tell_errors\n\ntell_errors()"  # the page's first cell


@click.command("explore")
@click.option("--run", "run_name", default=TOUR, show_default=True, help="Whose zoo is explored.")
@click.option("--port", default=8866, show_default=True, help="Where the page answers, on this machine.")
@click.option("--ready", type=click.IntRange(1), default=1, show_default=True, help="Kernels that wait for visitors.")
@click.option("--idle", type=click.IntRange(1), default=IDLE, show_default=True, help="Seconds a closed page is kept.")
@click.option("--no-browser", is_flag=True, help="Only serve; open http://localhost:PORT yourself.")
def explore_command(run_name, port, ready, idle, no_browser):
    """Move images by hand: serve notebook 06 as a page, until Ctrl-C. Nothing is written by a visit."""
    needed("voila", "explorer")
    with TemporaryDirectory() as folder:
        page = Path(folder) / NOTEBOOK
        command = page_command(page, port, not no_browser, ready, idle)
        page.write_text(notebook_of(run_name))
        click.echo(f"{run_name}: http://localhost:{port} in a moment; Ctrl-C ends it")
        ended = served(command)
    if ended:
        raise click.ClickException(f"the page ended with exit status {ended}; what Voila says of it stands above")


def served(command):
    """The exit status of a command that serves until it is stopped; being stopped stops it, and is none."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the page ends with this program
    with subprocess.Popen(command, start_new_session=True) as page:
        try:
            return page.wait()
        except KeyboardInterrupt:
            ended_gently(page)
            return 0
        finally:
            signal.signal(signal.SIGTERM, before)


def ended_gently(page):
    """Tell a page to end, so that Voila ends its kernels, or end it by force where that takes long."""
    page.terminate()  # not as Ctrl-C does: a shell has what it starts in the background ignore that
    try:
        page.wait(20)
    except subprocess.TimeoutExpired:
        page.kill()


def notebook_of(run):
    """The text of notebook 06 for a run, with the parameters that the run executed it with, as far as a page needs it.

    Raises
    ------
    ValueError
        If the run has no zoo.
    """
    if run != TOUR and run not in runs_with_zoo():
        known = ", ".join(dict.fromkeys([TOUR, *runs_with_zoo()]))
        raise ValueError(f"no run {run!r} has a zoo; there are: {known}. `python -m unelib run` makes one")
    needed("papermill", "notebooks")
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    executed = Workspace(run).folder / NOTEBOOK
    found = load_notebook_node(str(executed)).metadata.papermill if executed.exists() else {}
    notebook = load_notebook_node(str(ROOT / "notebooks" / NOTEBOOK))
    notebook.cells = [cell for cell in notebook.cells if ON_PAPER not in cell.metadata.get("tags", [])]
    given, nbformat = {"run": run} | found.get("parameters", {}), needed("nbformat", "notebooks")
    page = parameterize_notebook(notebook, given)
    page.cells.insert(0, nbformat.v4.new_code_cell(READABLE))
    return nbformat.writes(page)
