"""What work costs: seconds, and the most memory that a process has held."""

import time
from pathlib import Path

import numpy as np


def timed(work, rounds=1):
    """Median seconds over rounds, and the last result."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        result = work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)), result


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
