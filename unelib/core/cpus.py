"""How many CPUs there are for this process, and how many threads it is to use of them."""

import os


def cores():
    """How many of the machine's CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads():
    """How many threads this process is to use: what OMP_NUM_THREADS says, by which recipes share out CPUs, or all."""
    said = os.environ.get("OMP_NUM_THREADS", "")
    return int(said) if said.isdigit() and int(said) else cores()
