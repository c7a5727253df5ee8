"""Solvers of the probability-flow ODE du / ds = slope(u, s): from image to noise and back.

Every solver has one contract, `solver(slope, u, schedule, path)`: a field `slope(u, level, told, rows)`, the state u
(n, ...), the levels, and which of them to visit in order. `level` is where the state stands, `told` the level whose
timestep the model is told, `rows` the images that are asked about (all if None). A solver never looks a schedule up and
does not know which model it serves.

The exactly invertible ones (`choices.PAIRED`) carry two states. They take the second as `before` and return both.
"""

from functools import partial

import numpy as np
import torch

from .noise_regularisation import regularised

TOLERANCE, ITERATIONS, MEMORY = 1e-4, 20, 3  # of the fixed point: relative residual, calls a step at most, Anderson's m
AGAIN, AVERAGED = 10, 2  # ReNoise: calls a step, how many of the last slopes are averaged
EARLY, AGAIN_EARLY = 250, 6  # the timestep below which there are fewer, and how many
MIXING = 0.93  # EDICT's p


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


def renoise(slope, u, schedule, path, repair=lambda slope, there: lambda eps: eps):
    """DDIM's step inverted by plain iteration, ending with a mean of slopes (ReNoise: Garibi et al., 2024).

    Towards the noise u' = u + step * slope(u') is iterated 9 times from u, and the last two slopes are averaged; below
    timestep 250, where iterations swing most, 5 times, and all slopes but the last are. These are the authors' numbers.
    What is averaged is repaired by a function that `repair` makes for each level. Away from the noise it is DDIM.
    """
    for here, there in zip(path, path[1:]):
        step = schedule.step(here, there)
        if there < here:
            u = u + step * slope(u, here, here)
        else:
            early = schedule.timesteps[there] < EARLY
            u = u + step * renoised(slope, u, step, here, there, early, repair(slope, there))
    return u


def renoised(slope, u, step, here, there, early, repaired):
    """Mean slope of ReNoise's iterations from u at level `here` to level `there`."""
    calls, first, last = (AGAIN_EARLY, 0, AGAIN_EARLY - 1) if early else (AGAIN, AGAIN - AVERAGED, AGAIN)
    slopes, end, level = [], u, here
    for i in range(calls):
        slopes.append(slope(end, level, there))
        end, level = u + step * (repaired(slopes[-1]) if i >= first else slopes[-1]), there
    return repaired(sum(slopes[first:last]) / (last - first))


def renoise_regularised(slope, u, schedule, path):
    """ReNoise with its noise regularisation: slopes are pulled towards uncorrelated noise, in patches like fresh noise.

    The reference of a level is what the model sees of the picture under fresh noise, the same for all pictures. The
    noise that is found is whiter, and is less the one that the ODE leads to.
    """
    if schedule.flow:
        raise ValueError("'renoise-regularised' is told of noise, and the slope of a flow is none; choose 'renoise'")
    fresh = torch.randn(u.shape[1:], generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(u)

    def repair(slope, there):
        return partial(
            regularised, reference=slope(u + float(schedule.levels[there]) * fresh, there, there), seed=there
        )

    return renoise(slope, u, schedule, path, repair)


def bdia(slope, u, schedule, path, before=None):
    """Exactly invertible: BDIA with gamma = 1 (Zhang et al., 2024), the leapfrog u+ = u- + (s+ - s-) slope(u).

    Run backwards it is the same equation, solved for u-. It needs two states, u at the first level of the path and
    `before` at the second (Euler's step if None), and returns the last state and the one before it.
    """
    last, now = u, euler(slope, u, schedule, path[:2]) if before is None else before
    for far, here, there in zip(path, path[1:], path[2:]):
        last, now = now, last + schedule.step(far, there) * slope(now, here, here)
    return now, last


def belm(slope, u, schedule, path, before=None):
    """Exactly invertible, second order on any grid: O-BELM (Wang et al., 2024), with two states as BDIA.

    With steps h to the next level and g from the one before, and r = (h / g)^2,

        u+ = r u- + (1 - r) u + h (1 + h / g) slope(u),

    the one such formula of two states and one slope that is exact for a slope linear in the level. Solved for u- it is
    the same formula. Where all steps are equal it is the leapfrog. An error that alternates in sign from level to level
    is multiplied by r: it fades from noise to image, where steps shrink, and grows on the way to the noise.
    """
    last, now = u, euler(slope, u, schedule, path[:2]) if before is None else before
    for far, here, there in zip(path, path[1:], path[2:]):
        h, g = schedule.step(here, there), schedule.step(far, here)
        r = (h / g) ** 2
        last, now = now, r * last + (1 - r) * now + h * (1 + h / g) * slope(now, here, here)
    return now, last


def edict(slope, u, schedule, path, before=None):
    """Exactly invertible, two calls a step: EDICT (Wallace et al., 2023), two coupled chains of DDIM.

    Each chain steps with the slope of the other, and both are mixed. They take turns in going first, level by level. It
    needs the states of both chains, `before` being the second (the same as the first if None), and returns both.
    Mixing draws the chains together by p^2 a step from noise to image, and apart by 1 / p^2 on the way to the noise: 38
    times in 25 steps, 1400 times in 50, two million times in 100. Use it with 50 steps at most, as its authors do.
    """
    pair = [u, u if before is None else before]
    for here, there in zip(path, path[1:]):
        coupled = drawn_together if there < here else drawn_apart
        turn = max(here, there) % 2
        first, second = coupled(slope, pair[turn], pair[1 - turn], here, there, schedule.step(here, there))
        pair = [second, first] if turn else [first, second]
    return tuple(pair)


def drawn_together(slope, x, y, high, low, step, p=MIXING):
    """EDICT's step towards the image (Wallace et al., 2023, eq. 14)."""
    x = x + step * slope(y, high, high)
    y = y + step * slope(x, low, high)
    x = p * x + (1 - p) * y
    return x, p * y + (1 - p) * x


def drawn_apart(slope, x, y, low, high, step, p=MIXING):
    """Its inverse, towards the noise (Wallace et al., 2023, eq. 15)."""
    y = (y - (1 - p) * x) / p
    x = (x - (1 - p) * y) / p
    y = y + step * slope(x, low, high)
    return x + step * slope(y, high, high), y


# Raise a solver's number when what it gives changes beyond rounding: noise that was made by the old one is then known.
SOLVERS = {
    "ab2": ab2,
    "heun": heun,
    "ddim": ddim,
    "euler": euler,
    "fixed-point": fixed_point,
    "renoise": renoise,
    "renoise-regularised": renoise_regularised,
    "bdia": bdia,
    "belm": belm,
    "edict": edict,
}
REVISIONS = dict.fromkeys(SOLVERS, 1)
