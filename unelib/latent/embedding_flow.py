"""A noise for embeddings: a small flow that carries the embeddings of an encoder to a Gaussian, and back.

A diffusion model assigns to each image a noise that is Gaussian, as far as it has learnt its images. An encoder assigns
an embedding that is not. A flow trained on embeddings gives them what pictures have: a code that is Gaussian.
"""

import copy

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import nn

from ..core.checks import matrix, same_columns, whole
from ..linalg.principal_space import thin

BATCH, RATE, DECAY, HELD = 256, 2e-3, 0.99, 0.1  # rows a step, its rate, that of averages; share of rows that choose
CHECKS, SOLVER_STEPS = 20, 32  # looks at the rows that choose; steps of the ODE


class EmbeddingFlow:
    """Flow matching (Lipman et al., 2023) from a Gaussian to embeddings in whitened principal coordinates.

    The field is a network of two hidden layers that is told x_t = (1 - t) z + t y and t, and learns y - z, for y a row
    and z ~ N(0, I). Followed from t = 1 to 0, by Runge and Kutta's method of order four, it carries a row to its code.
    Of Gaussian rows the code is, but for errors of training, the whitened row itself.

    Parameters
    ----------
    components : int
        Leading principal components that are carried; what lies beyond them is left out.
    steps : int
        Of the training.
    width : int
        Of the hidden layers.
    seed : int
        Of the start, the batches, and the rows that choose the step at which training was best.

    Attributes
    ----------
    losses_ : ndarray (checks, 2)
        Step, and loss on the rows that choose; the fit is the averaged network at the least.

    Raises
    ------
    ValueError
        In `fit`, on fewer than 50 rows, or more components than rows or columns allow.

    References
    ----------
    Lipman, Chen, Ben-Hamu, Nickel and Le, *Flow Matching for Generative Modeling*, ICLR 2023.

    Examples
    --------
    >>> X = np.random.default_rng(0).standard_normal((200, 4))
    >>> flow = EmbeddingFlow(2, steps=20).fit(X)
    >>> flow.code(X).shape, flow.whitened(X).shape
    ((200, 2), (200, 2))
    """

    def __init__(self, components: int = 32, steps: int = 3000, width: int = 256, seed: int = 0) -> None:
        self.components, self.steps, self.width, self.seed = components, steps, width, seed

    def fit(self, X: ArrayLike) -> "EmbeddingFlow":
        """Learn from embeddings (n, d)."""
        X = matrix(X, rows=50)
        if not whole(self.components, 1, min(X.shape) - 1):
            raise ValueError(
                f"components is {self.components!r}; {X.shape} rows and columns allow 1 to {min(X.shape) - 1}"
            )
        self.mean_ = X.mean(0)
        _, s, V = thin(X - self.mean_)
        self.axes_ = V[:, : self.components] / (s[: self.components] / np.sqrt(len(X)))
        Y = torch.from_numpy(self.whitened(X)).float()
        held = torch.from_numpy(np.random.default_rng(self.seed).permutation(len(Y)) < max(HELD * len(Y), 10))
        self.field_, self.losses_ = trained_field(Y[~held], Y[held], self.steps, self.width, self.seed)
        return self

    def whitened(self, X: ArrayLike) -> NDArray[np.float64]:
        """Whitened principal coordinates (m, components) of embeddings: the code of a flow that is linear."""
        X = matrix(X)
        same_columns(X, len(self.mean_))
        return (X - self.mean_) @ self.axes_

    def code(self, X: ArrayLike) -> NDArray[np.float64]:
        """Code (m, components) of embeddings (m, d)."""
        return self.carried_rows_of(self.whitened(X), 1.0, 0.0)

    def from_code(self, Z: ArrayLike) -> NDArray[np.float64]:
        """Whitened coordinates (m, components) that codes lead to; of fresh Gaussian codes, samples."""
        return self.carried_rows_of(matrix(Z, "Z"), 0.0, 1.0)

    @torch.inference_mode()
    def carried_rows_of(self, Y, start, end):
        """Rows along the field from one time to another."""
        x, h = torch.from_numpy(Y).float(), (end - start) / SOLVER_STEPS
        for step in range(SOLVER_STEPS):
            t = start + step * h
            k1 = self.field_(x, t)
            k2 = self.field_(x + h / 2 * k1, t + h / 2)
            k3 = self.field_(x + h / 2 * k2, t + h / 2)
            k4 = self.field_(x + h * k3, t + h)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return x.double().numpy()


class SlopeNetwork(nn.Module):
    """The slope dx/dt at x (m, k) and time t: what a Gaussian would have, in closed form, and what the network adds.

    Of whitened Gaussian rows it is E[y - z | x_t] = (2 t - 1) x_t / ((1 - t)^2 + t^2).
    """

    def __init__(self, columns, width):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(columns + 3, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, columns)
        )
        nn.init.zeros_(self.layers[-1].weight)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, x, t):
        t = torch.as_tensor(t, dtype=x.dtype).expand(len(x))[:, None]
        told = torch.cat([x, t, torch.sin(torch.pi * t), torch.cos(torch.pi * t)], 1)
        return (2 * t - 1) * x / ((1 - t) ** 2 + t**2) + self.layers(told)


def trained_field(Y, held, steps, width, seed):
    """The averaged field at the step where its loss on held rows is least, and those losses (checks, 2)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        field = SlopeNetwork(Y.shape[1], width)
        average, best, losses = copy.deepcopy(field), copy.deepcopy(field), [(0, held_loss(field, held, seed))]
        optimizer = torch.optim.AdamW(field.parameters(), lr=RATE, weight_decay=0.01)
        rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for step in range(1, steps + 1):
            rows = Y[torch.randint(len(Y), (BATCH,))]
            optimizer.zero_grad(set_to_none=True)
            matching_loss(field, rows, torch.randn_like(rows), torch.rand(BATCH)).backward()
            optimizer.step()
            rate.step()
            averaged_in(average, field, min(DECAY, step / (10 + step)))
            if step % max(steps // CHECKS, 1) == 0:
                losses.append((step, held_loss(average, held, seed)))
                best = copy.deepcopy(average) if losses[-1][1] <= min(loss for _, loss in losses) else best
    return best.eval(), np.array(losses)


def matching_loss(field, y, z, t):
    """Mean squared error of the slope at (1 - t) z + t y."""
    return (field((1 - t[:, None]) * z + t[:, None] * y, t) - (y - z)).square().mean()


@torch.no_grad()
def held_loss(field, rows, seed, repeats=8):
    """The loss of rows with noise and times that are the same at every look."""
    generator = torch.Generator().manual_seed(seed)
    many = rows.repeat(repeats, 1)
    z, t = torch.randn(many.shape, generator=generator), torch.rand(len(many), generator=generator)
    return float(matching_loss(field, many, z, t))


@torch.no_grad()
def averaged_in(average, field, decay):
    """average <- decay average + (1 - decay) field."""
    torch._foreach_lerp_(list(average.parameters()), list(field.parameters()), 1 - decay)
