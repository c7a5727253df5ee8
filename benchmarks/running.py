"""Recipes: how long the default one takes, what the driver costs, and a sweep with two jobs beside one by one."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from measured import promised

POINTS = 8
SMALL = {"generators": ["drawn-ldm"], "n_train": 30, "n_test": 20, "steps": 4, "n_check": 4}
DRIVER = "import sys, time; from unelib.cli.main import app\ntry: app(sys.argv[1:])\n"
DRIVER += "finally: print('CPU', time.process_time(), file=sys.stderr)"


def called(root, *arguments):
    """Seconds of `unelib run`, by the clock; to the first figure; and of its own process. Runs lie under `root`."""
    began, first = time.perf_counter(), None
    command = [sys.executable, "-c", DRIVER, "run", *map(str, arguments)]
    environment = os.environ | {"UNELIB_ROOT": str(root)}
    with open(root.with_suffix(".log"), "w+") as log:
        driver = subprocess.Popen(command, env=environment, stdout=sys.stderr, stderr=log)
        while driver.poll() is None:
            if first is None and any(root.rglob("*.png")):
                first = time.perf_counter() - began
            time.sleep(0.05)
        taken = time.perf_counter() - began
        log.seek(0)
        own = float(log.read().split("CPU ")[-1])
    if driver.returncode:
        raise RuntimeError(f"unelib run ended with {driver.returncode}; see {log.name}")
    return taken, first, own


def default_recipe(folder):
    """What `make run` executes, from an empty folder on the project's own terms, and a second call."""
    taken, first, own = called(folder / "default")
    again, _, _ = called(folder / "default")
    promised("running/notebooks of make run", taken, "s", most=300, cpus=os.cpu_count())
    promised("running/first figure", first, "s", most=60)
    promised("running/second call", again, "s", most=5)
    promised("running/driver", 100 * own / taken, "% of the time", most=3, seconds=own)


def sweep(folder):
    """A sweep of eight points with two jobs, beside one after another; each kernel has one thread in both."""
    recipe = folder / "sweep.yaml"
    points = {"grid": {"seed": list(range(POINTS))}}
    value = {"name": "sweep", "notebooks": ["notebooks/01_invert.ipynb"], "parameters": SMALL, "sweep": points}
    recipe.write_text(yaml.safe_dump(value))
    os.environ["OMP_NUM_THREADS"] = "1"
    one, two = (called(folder / f"{jobs}-jobs", recipe, "--jobs", jobs)[0] for jobs in (1, 2))
    promised(f"running/sweep of {POINTS} with two jobs", one / two, "x as fast as one", least=1.7, floor=2, seconds=two)


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    try:
        for part in (default_recipe, sweep):
            part(folder)
    finally:
        shutil.rmtree(folder)
