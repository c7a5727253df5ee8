"""The page of what brings views together names it all, and the package offers the same."""

import unelib
from unelib import align


def test_everything_on_the_page_is_there_and_offered_by_the_package():
    assert all(getattr(unelib, name) is getattr(align, name) for name in align.__all__)
