"""Loops tell how far they are to whoever listens, and to nobody else."""

import pytest

from unelib.core.loops import advanced, listening


def test_whoever_listens_is_told_inside_only():
    outer, inner = [], []
    advanced(1)
    with listening(outer.append):
        advanced(2)
        with pytest.raises(KeyError), listening(inner.append):
            advanced(3)
            raise KeyError
        advanced(4)
    advanced(5)
    assert (outer, inner) == ([2, 4], [3])
