"""One notebook in a kernel of its own, by Papermill; and what went wrong, in a sentence.

A kernel ends with its notebook, with the process that started it, however that ends, and on `Kernels.stop`.
"""

import os
import sys
from pathlib import Path
from threading import Lock

from ..core import paths
from ..core.extras import needed
from ..models.encoder_names import RUN_CODE
from .notebooks import notebook_parameters
from .steps import Step
from .workspace import STAGE, Workspace

# What a kernel logs is of no use to whoever runs a recipe; a cell's error comes back from the cell.
QUIET = ["--IPKernelApp.log_level=CRITICAL"]
THREADS = "OMP_NUM_THREADS"


class Kernels:
    """Kernels that this process has started and that have not ended: `execute` starts one, `stop` ends them all."""

    def __init__(self):
        self.pids, self.lock, self.stopped = set(), Lock(), False
        needed("papermill", "notebooks")  # imported here, in the main thread, once

    def execute(self, step: Step, threads: int, seat: int = 0, limit: int | None = None) -> None:
        """Execute a step into its run's folder.

        Parameters
        ----------
        step : Step
            Its notebook is read from the project.
        threads : int
            Of the kernel's arithmetic, unless the environment says otherwise.
        seat : int
            Which of the bars on a terminal is its own.
        limit : int, optional
            Whole seconds that one cell may take.

        Raises
        ------
        RuntimeError
            Saying what went wrong in which cell; the half-executed notebook is kept.
        """
        out = Workspace(step.run).folder / f"{step.stage}.ipynb"
        bar = {"desc": step.stage, "position": seat, "leave": False} if sys.stderr.isatty() else False
        given = {name: value for name, value in step.parameters.items() if name != "run" or has_run(step)}
        try:
            needed("papermill", "notebooks").execute_notebook(
                str(paths.ROOT / step.notebook), str(out), given, kernel_name="python3", progress_bar=bar,
                log_output=False, extra_arguments=QUIET, resources={"metadata": {"path": str(paths.ROOT)}},
                kernel_manager_class=self.manager(step, threads), execution_timeout=limit,
            )  # fmt: skip
        except Exception as error:
            where = out.relative_to(Path.cwd()) if out.is_relative_to(Path.cwd()) else out
            raise RuntimeError(f"{step.notebook}: {fault(error)}; look at {where}") from error

    def manager(self, step, threads):
        """A class of Jupyter's that starts a kernel with a step's name, threads and leave, and tells us its process."""
        own = {STAGE: step.stage, THREADS: os.environ.get(THREADS) or str(threads)}
        own |= {paths.STARTED: str(paths.started_in())}
        own |= {RUN_CODE: "1"} if step.run_code else {}
        kernels = self

        class Started(needed("jupyter_client", "notebooks").AsyncKernelManager):
            async def start_kernel(self, **options):
                if kernels.stopped:
                    raise RuntimeError("stopped")
                await super().start_kernel(**options, env={**os.environ, **own})
                with kernels.lock:
                    kernels.pids.add(self.provisioner.pid)

            async def cleanup_resources(self, restart=False):
                with kernels.lock:
                    kernels.pids.discard(getattr(self.provisioner, "pid", None))
                await super().cleanup_resources(restart=restart)

        return Started

    def stop(self):
        """End all kernels now, with what they have started."""
        psutil = needed("psutil", "notebooks")
        self.stopped = True
        with self.lock:
            pids = list(self.pids)
        for pid in pids:
            try:
                process = psutil.Process(pid)
                for one in [*process.children(recursive=True), process]:
                    one.kill()
            except psutil.NoSuchProcess:
                pass


def has_run(step):
    """Whether a notebook has a parameter `run`, which a step has in any case."""
    return "run" in notebook_parameters(paths.ROOT / step.notebook)


def fault(error):
    """What went wrong in a notebook, in words."""
    kind, cell = type(error).__name__, getattr(error, "exec_count", None)
    if kind == "PapermillExecutionError":
        return f"cell {cell}: {error.ename}: {' '.join(str(error.evalue).split())}"
    if kind == "CellTimeoutError":
        return "a cell took longer than the limit"
    if kind == "DeadKernelError":
        return "its kernel died; with less memory, take a smaller batch_size or fewer --jobs"
    return f"{kind}: {' '.join(str(error).split())}"
