"""The worker: the newest request wins, errors are told, and nothing is left running. Events, no clocks, order it."""

import threading

import numpy as np
import pytest

from unelib.explorer import worker as worker_file
from unelib.explorer.worker import Cancelled, LatestOnly, watched
from unelib.inversion.deterministic import generate

from ..helpers.threads import started


class Slow:
    """Draws a request in five steps; it stands still in the first step of "stop" until it is let go."""

    def __init__(self):
        self.begun, self.steps, self.shown, self.failures = [], [], [], []
        self.standing, self.go = threading.Event(), threading.Event()

    def draw(self, request, check):
        self.begun.append(request)
        for step in range(5):
            check()
            self.steps.append((request, step))
            if request == "stop" and step == 0:
                self.standing.set()
                assert self.go.wait(10)
        if request == "wrong":
            raise ValueError("no such edit")
        yield f"picture of {request}"

    def show(self, request, picture):
        self.shown.append((request, picture))

    def failed(self, request, error):
        self.failures.append((request, error))


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def worker(slow):
    worker = LatestOnly(slow.draw, slow.show, slow.failed)
    yield worker
    slow.go.set()
    worker.close()


def test_what_is_asked_for_is_shown(worker, slow):
    assert worker.wait()
    worker.ask("a")
    assert worker.wait(10) and slow.shown == [("a", "picture of a")]


def test_a_newer_request_ends_the_older_between_two_steps(worker, slow):
    worker.ask("stop")
    assert slow.standing.wait(10)
    worker.ask("new")
    slow.go.set()
    worker.wait(10)
    assert slow.steps == [("stop", 0), *(("new", step) for step in range(5))]
    assert slow.shown == [("new", "picture of new")] and slow.failures == []


def test_of_many_requests_only_the_last_is_drawn(worker, slow):
    worker.ask("stop")
    assert slow.standing.wait(10)
    for i in range(100):
        worker.ask(i)
    slow.go.set()
    worker.wait(10)
    assert slow.begun == ["stop", 99] and slow.shown == [(99, "picture of 99")]


def test_an_error_is_told_with_its_request_and_the_next_is_drawn(worker, slow):
    worker.ask("wrong")
    worker.wait(10)
    [(request, error)] = slow.failures
    assert request == "wrong" and str(error) == "no such edit"
    worker.ask("right")
    worker.wait(10)
    assert slow.shown == [("right", "picture of right")]


def test_what_cannot_be_shown_is_told_as_well(slow):
    def show(request, picture):
        raise KeyError("no place")

    worker = LatestOnly(slow.draw, show, slow.failed)
    worker.ask("a")
    worker.wait(10)
    worker.close()
    assert [type(error) for _, error in slow.failures] == [KeyError]


def test_whoever_waits_is_let_go_even_if_errors_cannot_be_told(slow, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    worker = LatestOnly(slow.draw, slow.show, None)
    worker.ask("wrong")
    assert worker.wait(10)
    worker.ask("right")
    assert worker.wait(10) and slow.shown == [("right", "picture of right")]
    worker.close()


def test_waiting_can_end_early_and_is_known_to_the_drawing(worker, slow):
    worker.ask("stop")
    assert slow.standing.wait(10) and not worker.awaited
    assert worker.wait(0.01) is False
    waiter = started(worker.wait, until=lambda: worker.awaited)
    slow.go.set()
    waiter.join(10)
    assert not worker.awaited and not waiter.is_alive()


def test_waiting_inside_the_thread_does_not_block(slow):
    worker = LatestOnly(slow.draw, lambda request, picture: slow.shown.append(worker.wait()), slow.failed)
    worker.ask("a")
    assert worker.wait(10) and slow.shown == [True]
    worker.close()


def test_closing_ends_the_drawing_and_its_thread(worker, slow):
    worker.ask("stop")
    assert slow.standing.wait(10)
    thread = worker.thread
    closing = started(worker.close, until=lambda: worker.closed)
    slow.go.set()
    closing.join(10)
    assert not thread.is_alive() and slow.shown == [] and slow.failures == []
    worker.close()
    with pytest.raises(RuntimeError, match="closed and draws nothing any more; make another"):
        worker.ask("late")


def test_many_requests_leave_one_thread_and_closing_none(worker):
    before = threading.active_count()
    for i in range(300):
        worker.ask(i)
    worker.wait(10)
    assert threading.active_count() == before + 1
    worker.close()
    assert threading.active_count() == before


def test_an_idle_thread_ends_and_the_next_request_starts_another(slow, monkeypatch):
    monkeypatch.setattr(worker_file, "IDLE", 0.0)
    worker = LatestOnly(slow.draw, slow.show, slow.failed)
    for request in "ab":
        worker.ask(request)
        worker.wait(10)
        while worker.thread is not None:
            pass
    assert [request for request, _ in slow.shown] == ["a", "b"]
    worker.close()


def test_all_are_closed_before_the_interpreter_ends(worker, slow):
    worker.ask("a")
    worker.wait(10)
    worker_file.close_all()
    assert worker.closed and worker.thread is None


def test_a_watched_generator_is_checked_before_every_call_and_otherwise_the_same(gaussian):
    noise, checks = np.random.default_rng(0).standard_normal((1, 16)), []
    picture = generate(watched(gaussian, lambda: checks.append(gaussian.calls)), noise, steps=7)
    assert checks == list(range(7))
    np.testing.assert_array_equal(picture, generate(gaussian, noise, steps=7))


def test_a_watched_generator_stops_before_the_next_call(gaussian):
    def stop():
        if gaussian.calls == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        generate(watched(gaussian, stop), np.zeros((1, 16)), steps=7)
    assert gaussian.calls == 3
