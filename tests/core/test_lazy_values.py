"""A kept value is found once, and by two objects at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from unelib.core.lazy_values import kept_value

together = Barrier(2)


@dataclass(frozen=True)
class Meeting:
    """Its value is found only while that of another is, too."""

    number: int

    @kept_value
    def found(self):
        """What it says."""
        together.wait(timeout=10)
        return [self.number]


def test_a_value_is_found_once_and_kept_in_a_frozen_object():
    class Counted:
        calls = 0

        @kept_value
        def value(self):
            self.calls += 1
            return [self.calls]

    one, other = Counted(), Counted()
    assert one.value is one.value and one.calls == 1 and other.calls == 0


def test_objects_of_a_class_do_not_wait_for_one_another():
    meetings = [Meeting(1), Meeting(2)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda m: m.found, meetings)) == [[1], [2]]
    assert meetings[0].found is meetings[0].found


def test_the_class_tells_what_it_is():
    assert Meeting.found.__doc__ == "What it says."
