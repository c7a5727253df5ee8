"""Names to choose from: solvers of the ODE and grids of its noise levels. Nothing heavy is imported here."""

from typing import Literal

Solver = Literal[
    "ab2", "heun", "ddim", "euler", "fixed-point", "renoise", "renoise-regularised", "bdia", "belm", "edict"
]  # fmt: skip
Grid = Literal["karras", "log-sigma", "uniform", "trailing", "leading"]
# Those that come back exactly, from the noise and a second state:
PAIRED: tuple[Solver, ...] = ("bdia", "belm", "edict")
