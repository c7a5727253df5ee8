"""Solvers of the probability-flow ODE du / ds = slope(u, s): from image to noise and back.

Every solver has one contract, `solver(slope, u, schedule, path)`: a field `slope(u, level, told, rows)`, the state u
(n, ...), the levels, and which of them to visit in order. `level` is where the state stands, `told` the level whose
timestep the model is told, `rows` the images that are asked about (all if None). A solver never looks a schedule up and
does not know which model it serves.
"""

import numpy as np
import torch

TOLERANCE, ITERATIONS, MEMORY = 1e-4, 20, 3  # of the fixed point: relative residual, calls a step at most, Anderson's m


def euler(slope, u, schedule, path):
    """First order, with the slope at the level the step starts from."""
    for here, there in zip(path, path[1:]):
        u = u + schedule.step(here, there) * slope(u, here, here)
    return u


def ddim(slope, u, schedule, path):
    """DDIM as it is usually written: the model is always told the noisier level's timestep (Song et al., 2021)."""
    for here, there in zip(path, path[1:]):
        u = u + schedule.step(here, there) * slope(u, here, max(here, there))
    return u


def ab2(slope, u, schedule, path):
    """Two-step Adams-Bashforth: second order with one call a step.

    The slope is extrapolated through the last two levels, linearly in the schedule's clock (log sigma), in which it
    bends least, and integrated exactly over the step: DEIS (Zhang and Chen, 2023), DPM-Solver-2M (Lu et al., 2022).
    """
    clock = schedule.clock
    before, last, change = None, None, 0.0
    for here, there in zip(path, path[1:]):
        now = slope(u, here, here)
        if last is not None and np.isfinite(clock[[here, before]]).all():
            change = float(schedule.moment(here, there) / (clock[here] - clock[before])) * (now - last)
        u = u + schedule.step(here, there) * now + change
        before, last = here, now
    return u


def heun(slope, u, schedule, path):
    """Heun's method: second order with two calls a step."""
    for here, there in zip(path, path[1:]):
        step = schedule.step(here, there)
        first = slope(u, here, here)
        second = slope(u + step * first, there, there)
        u = u + step * 0.5 * (first + second)
    return u


def fixed_point(slope, u, schedule, path, tolerance=TOLERANCE, iterations=ITERATIONS):
    """The exact inverse of DDIM's step: towards the noise, u' = u + step * slope(u') is solved (AIDI, ReNoise).

    Each image stops by itself when its residual is below `tolerance` of its length, so that batches change nothing.
    Away from the noise it is DDIM.
    """
    for here, there in zip(path, path[1:]):
        step = schedule.step(here, there)
        if there < here:
            u = u + step * slope(u, here, here)
        else:

            def field(end, rows, u=u, step=step, there=there):
                return u[rows] + step * slope(end, there, there, rows)

            u = anderson(field, u, tolerance, iterations)
    return u


def anderson(field, start, tolerance, iterations, memory=MEMORY):
    """Fixed points z = field(z, rows) by Anderson acceleration (1965), each image with its own weights and its own end.

    start (n, ...). The next guess is the combination of the last `memory` values whose residuals cancel best.
    """
    z, live = start.clone(), torch.arange(len(start), device=start.device)
    history = []
    for _ in range(iterations):
        value = field(z[live], live)
        residual = value - z[live]
        z[live] = value
        going = residual.flatten(1).norm(dim=1) > tolerance * value.flatten(1).norm(dim=1)
        live = live[going]
        if not len(live):
            break
        history = [(v[going], r[going]) for v, r in [(value, residual), *history][:memory]]
        z[live] = mixed(*zip(*history))
    return z


def mixed(values, residuals):
    """Sum of values, each (n, ...), with weights that add to one and make the same sum of residuals smallest."""
    stack = torch.stack(residuals, 1).flatten(2).double()
    gram = stack @ stack.mT
    size = gram.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    ones = torch.ones(*gram.shape[:2], 1, dtype=gram.dtype, device=gram.device)
    weights = torch.linalg.solve(gram + 1e-8 * size * torch.eye(gram.shape[1], device=gram.device), ones)
    weights = (weights / weights.sum(1, keepdim=True)).to(values[0].dtype)
    shape = (-1, *[1] * (values[0].ndim - 1))
    return sum(weights[:, i].view(shape) * value for i, value in enumerate(values))


def bdia(slope, u, schedule, path, before=None):
    """Exactly invertible: BDIA with gamma = 1 (Zhang et al., 2024), the leapfrog u+ = u- + (s+ - s-) slope(u).

    Run backwards it is the same equation, solved for u-. It needs two states, u at the first level of the path and
    `before` at the second (Euler's step if None), and returns the last state and the one before it.
    """
    last, now = u, euler(slope, u, schedule, path[:2]) if before is None else before
    for far, here, there in zip(path, path[1:], path[2:]):
        last, now = now, last + schedule.step(far, there) * slope(now, here, here)
    return now, last


# Raise a solver's number when what it gives changes beyond rounding: noise that was made by the old one is then known.
REVISIONS = {"ab2": 1, "heun": 1, "ddim": 1, "euler": 1, "fixed-point": 1, "bdia": 1}
SOLVERS = {"ab2": ab2, "heun": heun, "ddim": ddim, "euler": euler, "fixed-point": fixed_point, "bdia": bdia}
