"""Kernels end some time after their visitors left, and not while one is on the way."""

import asyncio

import pytest
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from unelib.explorer import visitors


class Clock:
    now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def looked(monkeypatch):
    """Look for idle kernels at a time, with so many connections, or None where it waits; whether it was to end."""
    ended, clock = [], Clock()

    async def end(self, kernel_id):
        ended.append(kernel_id)

    monkeypatch.setattr(AsyncMappingKernelManager, "cull_kernel_if_idle", end)
    monkeypatch.setattr(visitors, "time", clock)
    kernels = visitors.VisitorKernels(cull_idle_timeout=60)

    def look(at, connections):
        clock.now, kernels._kernel_connections["a"] = 100.0 + at, connections
        kernels._kernels = {} if connections is None else {"a": None}
        asyncio.run(kernels.cull_kernels())
        return bool(ended)

    return look


def test_a_kernel_that_waited_for_long_is_kept_while_its_visitor_comes(looked):
    assert not looked(0, 0) and not looked(30, None) and not looked(900, None)  # it was starting, and then it waited
    assert not looked(930, 0) and not looked(960, 0) and not looked(990, 1)


def test_a_kernel_ends_after_its_visitor_left(looked):
    assert not looked(0, 0) and not looked(30, 1) and not looked(500, 1)
    assert not looked(530, 0) and not looked(589, 0) and looked(591, 0)


def test_who_comes_back_in_time_keeps_the_kernel(looked):
    assert not looked(0, 0) and not looked(50, 1) and not looked(70, 0) and not looked(120, 0)
