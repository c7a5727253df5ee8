"""What may be chosen is what there is."""

from typing import get_args

from unelib.inversion import Grid, Solver
from unelib.inversion.solvers import SOLVERS
from unelib.models.noise_schedule import GRIDS


def test_choices_are_those_of_the_functions_that_take_them():
    assert set(get_args(Solver)) == set(SOLVERS) and set(get_args(Grid)) == set(GRIDS)
