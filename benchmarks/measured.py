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


def cpu_timed(work):
    """CPU seconds of this process, and the result."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def peak_memory():
    """The most memory, in gigabytes, that this process has held since it was last made to forget; Linux only."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1e6
