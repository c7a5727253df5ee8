"""Execute recipes: each notebook after those whose things it reads, several at once; what has not changed is skipped.

A step that fails keeps its half-executed notebook and stops only those that need it. Whatever ends a run, the next call
goes on from there: a step is finished once its mark is written.
"""

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pandas as pd
from tqdm import tqdm

from ..core.checks import whole
from ..core.cpus import cores
from ..core.files import make_folder, read_json
from .forecast import expected_seconds, roughly, time_left, way_to_go
from .foresight import check_names, check_own, check_runs
from .kernels import Kernels
from .marks import digests, mark_path, why_again, write_mark
from .notebooks import with_defaults
from .recipes import read_recipe
from .steps import Step, recipe_steps
from .twins import copy_step, same_steps
from .workspace import Workspace

LOST = ("failed", "left out")


class StepsFailed(RuntimeError):
    """Some notebooks of a run failed: `report` is what `run` would have returned."""

    def __init__(self, report: pd.DataFrame) -> None:
        self.report = report
        failed, behind = (report[report.state == state] for state in LOST)
        told = "; ".join(failed.found)
        rest = f"; not executed, since they need it: {', '.join(behind.notebook)}" if len(behind) else ""
        super().__init__(f"{len(failed)} of {len(report)} notebooks failed: {told}{rest}; the same call goes on there")


def run(
    recipe: str | Path | dict[str, Any],
    parameters: dict[str, Any] | None = None,
    *,
    force: bool = False,
    jobs: int | None = None,
    limit: int | None = None,
    share: tuple[int, int] = (1, 1),
    ray: str | None = None,
) -> pd.DataFrame:
    """Execute a recipe into data/runs/<name>/; what has not changed is skipped.

    Recipes that it comes after are executed first, as they are.

    Parameters
    ----------
    recipe : str, Path or dict
        A YAML file, or what one holds; see `Recipe`.
    parameters : dict, optional
        In place of this recipe's own.
    force : bool
        Execute also what has not changed.
    jobs : int, optional
        Notebooks at once; by default one a CPU. The CPUs are shared out among those that run.
    limit : int, optional
        Whole seconds that one cell may take.
    share : (int, int)
        (i, n): of a sweep, only every n-th run from the i-th on.
    ray : str, optional
        None: on this machine; "local" or the address of a Ray cluster whose machines share this folder.

    Returns
    -------
    DataFrame
        One row a notebook: its name, run, seconds, whether it was executed, skipped or copied from another run of the
        sweep, and the numbers that it found.

    Raises
    ------
    FileNotFoundError, ValueError
        Before anything runs, as `read_recipe`, `plan`, `check_names`, `check_own` and `check_runs`.
    StepsFailed
        After everything that did not need a failed notebook was executed.
    """
    jobs = cores() if jobs is None else jobs
    for name, number in (("jobs", jobs), ("limit", 1 if limit is None else limit)):
        if not whole(number, 1):
            raise ValueError(f"{name} is {number!r}; it must be a whole number, 1 or above")
    steps = shared_out(checked_steps(recipe, parameters), share)
    return Bench(steps, jobs, force, limit, ray).executed()


def checked_steps(recipe: str | Path | dict[str, Any], parameters: dict[str, Any] | None = None) -> list[Step]:
    """The steps of a recipe, its names and its runs checked as well; errors as `run`."""
    steps = recipe_steps(read_recipe(recipe), parameters)
    for name in dict.fromkeys(step.run for step in steps):
        own = with_defaults([(step.notebook, step.parameters) for step in steps if step.run == name])
        check_names(own)
        check_own(own)
        check_runs([step for step in steps if step.run == name], own)
    return steps


def shared_out(steps, share):
    """Those steps whose run is every n-th from the i-th on, with all that they need."""
    i, n = share
    names = list(dict.fromkeys(step.run for step in steps))[i - 1 :: n]
    wanted = {step.key for step in steps if step.run in names}
    for step in reversed(steps):
        wanted |= set(step.needs) if step.key in wanted else set()
    return [step for step in steps if step.key in wanted]


class Bench:
    """Where steps are executed: who is at work, who waits for whom, and what is known by now."""

    def __init__(self, steps, jobs, force=False, limit=None, ray=None):
        self.steps, self.jobs, self.force = steps, jobs, force
        self.kernels, self.limit = Kernels(), limit
        self.execute, self.stop = self.here, self.kernels.stop
        if ray is not None:
            from .ray_workers import remote_call  # brings torch, which takes seconds

            self.execute, self.stop = remote_call(partial(elsewhere, limit), ray)
        self.digests = digests(steps)
        self.twins = {} if force else same_steps(steps, self.digests)
        self.needs = {s.key: {*s.needs, *filter(None, [self.twins.get(s.key)])} for s in steps}
        self.left = {s.key: self.seconds(s) for s in steps}
        self.order = way_to_go(steps, self.left)
        self.rows, self.seats = {}, SimpleQueue()
        for seat in range(jobs):
            self.seats.put(seat)

    def seconds(self, step):
        """Seconds that a step is expected to take: none if it is to be skipped or copied."""
        stands = not self.force and not why_again(step, self.digests[step.key])
        return 0.0 if stands or step.key in self.twins else expected_seconds(step)

    def executed(self):
        """The report on all steps, once none can go on; `StepsFailed` if one failed."""
        at_work: dict[Future, Step] = {}
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                while len(self.rows) < len(self.steps):
                    self.leave_out()
                    for step in self.ready(at_work.values())[: self.jobs - len(at_work)]:
                        at_work[pool.submit(self.work, step, self.threads(at_work))] = step
                    for future in wait(at_work, return_when=FIRST_COMPLETED).done if at_work else ():
                        self.note(at_work.pop(future), future.result())
            except BaseException:
                self.stop()
                raise
        report = pd.DataFrame([self.rows[step.key] for step in self.steps])
        if (report.state == "failed").any():
            raise StepsFailed(report)
        return report

    def leave_out(self):
        """Note the steps that need one which failed or was left out."""
        for step in self.steps:
            lost = [key for key in self.needs[step.key] if self.rows.get(key, {}).get("state") in LOST]
            if lost and step.key not in self.rows:
                self.note(step, report_row(step, "left out", 0.0, f"needs {lost[0][1]}"))

    def ready(self, at_work):
        """Steps that can start, the longest way to go first."""
        busy = {step.key for step in at_work}
        waiting = [s for s in self.steps if s.key not in self.rows and s.key not in busy]
        free = [s for s in waiting if all(key in self.rows for key in self.needs[s.key])]
        return sorted(free, key=lambda step: -self.order[step.key])

    def threads(self, at_work):
        """Threads of a kernel that starts now: the CPUs, shared out among those at work and those that could be."""
        beside = len(at_work) + len(self.ready(at_work.values()))
        return max(1, cores() // max(1, min(self.jobs, beside)))

    def note(self, step, found):
        """Keep a step's row, and tell it."""
        self.rows[step.key], self.left[step.key] = found, 0.0
        if found["state"] in ("executed", "failed"):
            rest = time_left(self.steps, self.left, self.jobs)
            done, all_of_them = len(self.rows), len(self.steps)
            ahead = f"; {done} of {all_of_them}, about {roughly(rest)} left" if done < all_of_them else ""
            tqdm.write(f"{named(step)}: {found['state']} in {roughly(found['seconds'])}{ahead}")

    def work(self, step, threads):
        """Skip, copy or execute a step; its row."""
        digest, leader = self.digests[step.key], self.twins.get(step.key)
        if not self.force and not why_again(step, digest):
            return report_row(step, "skipped", 0.0)
        make_folder(Workspace(step.run).folder)
        mark_path(step).unlink(missing_ok=True)
        mark_path(step).with_suffix(".left").unlink(missing_ok=True)
        began = time.perf_counter()
        if leader:
            copy_step(next(other for other in self.steps if other.key == leader), step)
            state = "copied"
        else:
            try:
                self.execute(step, threads)
            except RuntimeError as error:
                return report_row(step, "failed", time.perf_counter() - began, str(error))
            state = "executed"
        taken = time.perf_counter() - began
        ((_, values),) = with_defaults([(step.notebook, step.parameters)])
        write_mark(step, digest, taken if state == "executed" else self.rows[leader]["seconds"], values)
        return report_row(step, state, taken)

    def here(self, step, threads):
        """Execute a step on this machine, at a free seat."""
        seat = self.seats.get()
        try:
            self.kernels.execute(step, threads, seat, self.limit)
        finally:
            self.seats.put(seat)


def elsewhere(limit, step, threads):
    """Execute a step in a worker of a cluster."""
    Kernels().execute(step, threads, limit=limit)


def named(step):
    """A step in a report."""
    return f"{step.run}/{step.stage}"


def report_row(step, state, seconds, found=None):
    """A step's row of the report; what it recorded, unless something else is to be told."""
    told = recorded(Workspace(step.run), step.stage) if found is None else found
    return {"notebook": step.stage, "run": step.run, "seconds": round(seconds, 1), "state": state, "found": told}


def recorded(place, stage):
    """The numbers a stage recorded, as one cell of the report."""
    path = place.folder / f"{stage}.json"
    if not path.is_file():
        return ""
    read_json(path)  # names a damaged file
    return ", ".join(f"{name} {value:.3g}" for name, value in place.estimates(stage).value.items())
