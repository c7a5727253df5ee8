"""Undo and redo: the values that came before the present one, and those that were taken back, as pure data."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")
DEEP = 200  # values that can be taken back; older ones are forgotten


@dataclass(frozen=True)
class History(Generic[Value]):
    """A present value with what came before it and what was undone; every change gives a new history.

    Attributes
    ----------
    present : any value that can be compared, such as an `EditState`
        The one that holds now.
    past : tuple
        Those before it, the latest last; 200 at most.
    future : tuple
        Those that were undone, the next one first.

    Examples
    --------
    >>> history = History("a").then("b").then("c").undone().undone()
    >>> history.present, history.redone().present, history.then("d").can_redo
    ('a', 'b', False)
    """

    present: Value
    past: tuple[Value, ...] = ()
    future: tuple[Value, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return bool(self.past)

    @property
    def can_redo(self) -> bool:
        """Whether anything was taken back."""
        return bool(self.future)

    def then(self, value: Value) -> "History[Value]":
        """With a new present value; nothing can be redone then. The same value again changes nothing.

        >>> History(1).then(1).can_undo
        False
        """
        return self if value == self.present else History(value, (*self.past, self.present)[-DEEP:])

    def undone(self) -> "History[Value]":
        """One step back; itself if there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "History[Value]":
        """One step forth again; itself if nothing was undone."""
        if not self.future:
            return self
        return History(self.future[0], (*self.past, self.present), self.future[1:])
