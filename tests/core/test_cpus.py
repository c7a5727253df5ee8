"""Threads are as many as the environment says, else as many as the CPUs that this process may use."""

import pytest

from unelib.core.cpus import cores, threads


@pytest.mark.parametrize("said, found", [("3", 3), ("", None), ("0", None), ("4,2", None)])
def test_threads(monkeypatch, said, found):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads() == (found or cores()) and cores() >= 1
