"""What work costs: seconds, memory; and the promised figures, one table of which all benchmarks keep."""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

FIGURES = Path(__file__).with_name("figures.json")


def timed(work, rounds=1):
    """Median seconds over rounds, and the last result."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)), result


def cpu_timed(work):
    """CPU seconds of this process, and the result."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def paired(ours, theirs, rounds=5):
    """Median CPU seconds of each of two, one after the other in every round, and their last results."""
    taken, found = {ours: [], theirs: []}, {}
    for _ in range(rounds):
        for work in taken:
            began = time.process_time()
            found[work] = work()
            taken[work].append(time.process_time() - began)
    return [(float(np.median(taken[work])), found[work]) for work in taken]


def peak_memory():
    """The most memory, in gigabytes, that this process has held since it was last made to forget; Linux only."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1e6


def promised(row, value, unit, least=None, most=None, floor=None, **beside):
    """Print a promised figure beside its target, and keep it in benchmarks/figures.json under `row`.

    least, most  the target: the value is to be that or more, or that or less
    floor        the least that the hardware, or the arithmetic, lets it be, in the same unit
    beside       further numbers of the same run, such as CPU seconds on one thread
    """
    found = {"value": value, "unit": unit, "least": least, "most": most, "floor": floor, "beside": beside}
    told = {key: float(f"{part:.4g}") if isinstance(part, float) else part for key, part in found.items()}
    told["beside"] = {key: float(f"{float(part):.4g}") for key, part in beside.items()}
    figures = json.loads(FIGURES.read_text()) if FIGURES.is_file() else {}
    figures[row] = told | {"met": met(told), "cpus": os.cpu_count(), "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    FIGURES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    print(line(row, figures[row]), flush=True)


def met(told):
    """Whether a figure meets its target, as far as it has one."""
    return (told["least"] is None or told["value"] >= told["least"]) and (
        told["most"] is None or told["value"] <= told["most"]
    )


def line(row, told):
    """A figure as a line of a table."""
    target = f">= {told['least']}" if told["least"] is not None else ""
    target = target or (f"<= {told['most']}" if told["most"] is not None else "")
    floor = "" if told["floor"] is None else f"floor {told['floor']:.3g}"
    beside = ", ".join(f"{key} {part:.3g}" for key, part in told["beside"].items())
    verdict = "met" if told["met"] else "MISSED"
    return f"{row:44s} {told['value']:9.4g} {told['unit']:28s} {target:10s} {verdict:7s}{floor:12s}{beside}"


def print_table():
    """Print every figure that is kept."""
    for row, told in json.loads(FIGURES.read_text()).items():
        print(line(row, told))


if __name__ == "__main__":
    print_table()
