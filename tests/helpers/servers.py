"""Servers that a test starts in processes of their own, and ends for sure."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START, END = 120, 30  # seconds that a server may take, on a machine that does much else


@contextmanager
def served(command, port, log, **environment):
    """A server, once it listens at `port`; what it says is written to `log`. It is ended with all that it started."""
    known = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment
    with open(log, "w") as said:
        server = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=known, start_new_session=True)
    try:
        until(lambda: is_taken(port) or server.poll() is not None, START)
        assert server.poll() is None, Path(log).read_text()
        yield server
    finally:
        below = kernels_of(server)
        server.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(END)
        for process in [*below, *([server] if server.poll() is None else [])]:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()


def until(holds, seconds):
    """Wait until `holds()`, and fail if that takes longer."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)


def is_taken(port):
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kernels_of(server):
    """The kernels below a server's process."""
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(server.pid).children(recursive=True)
        return [process for process in below if "ipykernel_launcher" in " ".join(command_of(process))]
    return []


def command_of(process):
    """A process's command line; empty once it has ended."""
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return process.cmdline()
    return []
