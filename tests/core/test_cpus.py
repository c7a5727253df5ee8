"""Threads are as many as the environment says, else as many as the CPUs that this process may use."""

from threading import Barrier

import pytest
from threadpoolctl import threadpool_info

from unelib.core.cpus import cores, in_threads, threads


@pytest.mark.parametrize("said, found", [("3", 3), ("", None), ("0", None), ("4,2", None)])
def test_threads(monkeypatch, said, found):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads() == (found or cores()) and cores() >= 1


def test_what_threads_do_comes_back_in_order(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    both = Barrier(2)  # no item is done before the other has begun

    def squared(x):
        both.wait(timeout=10)
        assert {lib["num_threads"] for lib in threadpool_info()} <= {1}
        return x**2

    assert in_threads(squared, [2, 3]) == [4, 9]
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda x: 1 / x, [1, 0])
