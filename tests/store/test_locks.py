"""Locks: one holder at a time, let go at the end whatever happens."""

import pytest

from unelib.store.locks import Claims


def test_what_one_holds_another_cannot_take(tmp_path):
    with Claims(tmp_path) as one, Claims(tmp_path) as other:
        assert one.take(3) and not other.take(3) and other.take(4)
        one.drop(3)
        assert other.take(3)


def test_all_is_let_go_at_the_end_also_after_an_error(tmp_path):
    with pytest.raises(ValueError, match="broken"), Claims(tmp_path, "zoo") as one:
        one.take(1)
        raise ValueError("broken")
    with Claims(tmp_path) as other:
        assert other.take("zoo") and other.take(1)
