"""How far a loop over images is, told to whoever listens: a build's bar moves with every batch, not every shard."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tqdm.auto import tqdm

listener: ContextVar[Callable[[int], None] | None] = ContextVar("listener", default=None)


@contextmanager
def listening(advance: Callable[[int], None]) -> Iterator[None]:
    """Inside, `advance(n)` is called for every n images that a loop has done.

    >>> done = []
    >>> with listening(done.append):
    ...     advanced(3)
    >>> done
    [3]
    """
    before = listener.set(advance)
    try:
        yield
    finally:
        listener.reset(before)


def advanced(images: int) -> None:
    """Tell whoever listens, if anybody does, that so many images more are done."""
    advance = listener.get()
    if advance is not None:
        advance(images)


def told_slices(n, size, label=None):
    """Slices of `size` of n rows; whoever listens is told of each that is done, and with a label a bar counts rows."""
    with tqdm(total=n, desc=label, unit="image", disable=label is None) as bar:
        for start in range(0, n, size):
            rows = slice(start, min(start + size, n))
            yield rows
            bar.update(rows.stop - rows.start)
            advanced(rows.stop - rows.start)
