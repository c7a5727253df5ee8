"""Threads whose progress a test waits for."""

import threading


def started(work, until):
    """A thread that does the work, given back once `until()` holds; the test fails if the work ends before."""
    thread = threading.Thread(target=work)
    thread.start()
    while not until():
        assert thread.is_alive()
    return thread
