"""One thread that draws what was asked for last: a newer request ends the drawing of an older one.

What draws is a generator function, so that a coarse result can come before the fine one. It calls `check` wherever it
may be given up; `watched` does so before every call of a denoiser.
"""

import atexit
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from threadpoolctl import threadpool_limits

IDLE = 30.0  # seconds without a request after which the thread ends, so that nobody is kept in memory by it
OPEN: "weakref.WeakSet[LatestOnly]" = weakref.WeakSet()


class Cancelled(Exception):
    """Raised by `check` inside a drawing that nobody waits for any more; it ends in the worker."""


class LatestOnly:
    """Draws in one thread, and only what was asked for last.

    Parameters
    ----------
    draw : callable
        `draw(request, check)` yields results, the last of them the final one. It runs in the worker's thread. `check()`
        raises `Cancelled` once a newer request is there.
    show : callable
        `show(request, result)`, called with each result in the same thread.
    failed : callable
        `failed(request, error)`, called there with what `draw` or `show` raised.
    threads : int, optional
        OpenMP threads that a model may use in the worker's thread; as many as elsewhere by default. A second thread of
        Python brings a second team of them, and two teams on few cores wait for each other: on two cores `drawn-ldm`
        takes 0.36 s with one thread there, 0.48 s with two.

    Examples
    --------
    >>> shown = []
    >>> worker = LatestOnly(lambda x, check: iter([x * x]), lambda x, y: shown.append((x, y)), print)
    >>> worker.ask(3); worker.wait(), shown
    (True, [(3, 9)])
    >>> worker.close()
    """

    def __init__(
        self,
        draw: Callable[[Any, Callable[[], None]], Iterator[Any]],
        show: Callable[[Any, Any], None],
        failed: Callable[[Any, BaseException], None],
        threads: int | None = None,
    ) -> None:
        self.draw, self.show, self.failed, self.threads = draw, show, failed, threads
        self.changed = threading.Condition()
        self.pending: list[Any] = []  # the newest request that was not begun, if any
        self.busy, self.closed, self.waiting = False, False, 0
        self.thread: threading.Thread | None = None
        OPEN.add(self)

    @property
    def awaited(self) -> bool:
        """Whether somebody is in `wait`: a coarse result would only cost time."""
        return self.waiting > 0

    def ask(self, request: Any) -> None:
        """Hand a request in; it takes the place of what is waiting, and ends what is being drawn.

        Raises RuntimeError after `close`.
        """
        with self.changed:
            if self.closed:
                raise RuntimeError("the worker is closed and draws nothing any more; make another one")
            self.pending = [request]
            if self.thread is None:
                self.thread = threading.Thread(target=self.serve, name="latest only", daemon=True)
                self.thread.start()
            self.changed.notify_all()

    def check(self) -> None:
        """Raise `Cancelled` if what is being drawn is no longer wanted."""
        if self.pending or self.closed:
            raise Cancelled

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is pending; False if that takes longer than `timeout` seconds.

        Inside `draw`, `show` and `failed` it returns at once.
        """
        if threading.current_thread() is self.thread:
            return not self.pending
        with self.changed:
            self.waiting += 1
            try:
                return self.changed.wait_for(lambda: not self.busy and not self.pending, timeout)
            finally:
                self.waiting -= 1

    def close(self) -> None:
        """End what is being drawn, drop what is pending, and join the thread; further calls change nothing."""
        with self.changed:
            self.closed, self.pending, thread = True, [], self.thread
            self.changed.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def serve(self):
        """The thread: one request after another, until it is closed or has been idle for long."""
        try:
            threadpool_limits(self.threads, "openmp")  # of this thread alone
            while request := self.taken():
                self.fulfil(*request)
        finally:
            with self.changed:
                if self.thread is threading.current_thread():
                    self.busy, self.thread = False, None
                self.changed.notify_all()

    def taken(self):
        """The newest request as a list of one, waited for; an empty list where the thread is to end."""
        with self.changed:
            self.busy = False
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.pending or self.closed, IDLE)
            request, self.pending, self.busy = self.pending, [], bool(self.pending)
            if not request:
                self.thread = None  # here, under the lock: who asks next starts another one
            return request

    def fulfil(self, request):
        """Draw one request and show its results, or tell why not."""
        try:
            for result in self.draw(request, self.check):
                self.show(request, result)
        except Cancelled:
            pass
        except BaseException as error:  # none may end the thread: who waits would wait for ever
            self.failed(request, error)


class Watched:
    """A generator that calls `check` before each call of its denoiser, and is otherwise the same."""

    def __init__(self, gen, check):
        self.gen, self.check = gen, check

    def __getattr__(self, name):
        return getattr(self.gen, name)

    def eps(self, x, t):
        """The generator's own, after the check."""
        self.check()
        return self.gen.eps(x, t)

    def slope(self, x, t):
        """The generator's own, after the check."""
        self.check()
        return self.gen.slope(x, t)


def watched(gen: Any, check: Callable[[], None]) -> Any:
    """The same generator, which calls `check()` before each call of its denoiser."""
    return Watched(gen, check)


@atexit.register
def close_all():
    """Before the interpreter ends, so that no thread is inside a model then."""
    for worker in list(OPEN):
        worker.close()
