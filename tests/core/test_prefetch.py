"""One thing ahead: the same items in the same order, the next begun while one is used, errors where they belong."""

import time
from threading import Event

import pytest

from unelib.core.prefetch import ahead


def test_items_come_in_their_order():
    assert list(ahead(range(5))) == list(range(5)) and list(ahead([])) == []


def test_the_next_is_begun_while_one_is_used():
    begun = Event()

    def items():
        yield 0
        begun.set()
        yield 1

    found = ahead(items())
    assert next(found) == 0 and begun.wait(10) and list(found) == [1]


def test_an_error_comes_after_what_was_made_before_it():
    def items():
        yield 0
        raise ValueError("broken")

    found = ahead(items())
    assert next(found) == 0
    with pytest.raises(ValueError, match="broken"):
        next(found)


def test_the_next_pictures_are_decoded_while_the_model_works():
    order = []

    def decode():
        for i in range(3):
            order.append(f"decoded {i}")
            yield i

    for i in ahead(decode()):
        time.sleep(0.05)
        order.append(f"used {i}")
    assert order.index("decoded 1") < order.index("used 0") and order.index("decoded 2") < order.index("used 1")
