"""How many CPUs there are for this process, how many threads it is to use of them, and what these do at once."""

import os
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits


def cores():
    """How many of the machine's CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads():
    """How many threads this process is to use: what OMP_NUM_THREADS says, by which recipes share out CPUs, or all."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdigit() and int(said) else cores()


def in_threads(work, items):
    """What `work` makes of each item, a thread a core: matrices are small, and threads of BLAS would slow them down."""
    with threadpool_limits(1), ThreadPoolExecutor(threads(), initializer=threadpool_limits, initargs=(1,)) as pool:
        return list(pool.map(work, items))
