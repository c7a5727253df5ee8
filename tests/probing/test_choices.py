"""What may be chosen is what there is."""

from typing import get_args

from unelib.probing import Kind
from unelib.probing.linear_probe import SOLVERS


def test_kinds_are_those_that_are_fitted():
    assert set(get_args(Kind)) == set(SOLVERS)
