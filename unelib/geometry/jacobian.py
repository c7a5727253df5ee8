"""Products with the Jacobian of a network at a point, a block of vectors at a time; the Jacobian is never formed."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.nn.attention import SDPBackend, sdpa_kernel

from ..core.checks import share, whole
from ..linalg.krylov import Triples, leading_triples

BLOCK = 4  # vectors that go through at once; larger blocks need more products, smaller ones more passes
FLOOR = 2  # roundings of the precision that a residual is taken down to; in bfloat16 some processors stop at 1.3
MOST = 100  # products a triple after which a search ends as it stands, and ten times as many at least


class Jacobian:
    """J of a function at a point: `forward(V)` gives the rows V J', `backward(U)` the rows U J; `products` counts them.

    Both go through reverse mode: J'u is the gradient of u'f, it is linear in u, and its own gradient along v is J v. So
    the network runs once for each size of block, and neither forward mode nor vmap, which fused attention and memory
    layouts of images do not stand, is needed; attention takes its plain form, which has second derivatives.

    Parameters
    ----------
    function : callable
        Of tensors (b, ...), row by row, to tensors (b, ...).
    point : Tensor (1, ...)
        Where the Jacobian is taken; as float32.

    Attributes
    ----------
    columns : int
        Size of the point.
    rows : int
        Size of the value there.
    products : int
        Vectors that went through J or J' so far.

    Raises
    ------
    ValueError
        On a function whose value at the point is not finite.

    Examples
    --------
    >>> A = torch.tensor([[1.0, 2.0, 0.0], [0.0, 0.0, 3.0]])
    >>> J = Jacobian(lambda x: x @ A.T, torch.zeros(1, 3))
    >>> J.forward([[1.0, 0.0, 0.0]]).tolist(), J.backward([[1.0, 0.0]]).tolist(), J.products
    ([[1.0, 0.0]], [[1.0, 2.0, 0.0]], 2)
    >>> J.triples(1, 1e-6).sigma.round(3).tolist()
    [3.0]
    """

    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor], point: torch.Tensor) -> None:
        self.function, self.point, self.block, self.products = function, point.detach().float(), 0, 0
        self.record(1)
        self.columns, self.rows = self.x.numel(), self.y.numel()

    def record(self, block):
        """Run the network on so many copies of the point, with everything kept that both products need."""
        if block == self.block:
            return
        self.block, self.x = block, self.point.repeat(block, *[1] * (self.point.ndim - 1)).requires_grad_()
        with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):
            self.y = self.function(self.x)
            if not torch.isfinite(self.y).all():
                raise ValueError("the network gives values that are not finite at this state; use dtype='float32'")
            self.u = torch.zeros_like(self.y, requires_grad=True)
            (self.back,) = torch.autograd.grad(self.y, self.x, self.u, create_graph=True)

    def forward(self, V: ArrayLike) -> NDArray[np.float64]:
        """How the function's value moves with the point: V J'.

        Parameters
        ----------
        V : array-like (b, columns)
            Vectors, flat.

        Returns
        -------
        ndarray (b, rows), float64
            V J', computed in float32.
        """
        v = self.taken(V, self.point)
        return flat_rows64(torch.autograd.grad(self.back, self.u, v, retain_graph=True)[0])

    def backward(self, U: ArrayLike) -> NDArray[np.float64]:
        """How the point is to move for its value to gain along vectors: U J.

        Parameters
        ----------
        U : array-like (b, rows)
            Vectors, flat.

        Returns
        -------
        ndarray (b, columns), float64
            U J, computed in the value's own precision.
        """
        u = self.taken(U, self.y)
        return flat_rows64(torch.autograd.grad(self.y, self.x, u, retain_graph=True)[0])

    def triples(
        self, k: int, tolerance: float, dtype: torch.dtype = torch.float32, block: int = BLOCK, seed: int = 0
    ) -> Triples:
        """Its k leading singular triples, by a network that runs in some precision.

        No residual falls far below the precision's rounding, which processors make differently, so a tolerance below
        `FLOOR` of it is raised to that; and a search that needs too many products, `MOST`, ends as it stands, with a
        warning.

        Parameters
        ----------
        k : int
            How many, 1 to `columns`.
        tolerance : float
            On every residual, of the largest singular value.
        dtype : torch.dtype
            The precision that the network runs in.
        block : int
            Vectors that go through the network at once.
        seed : int
            Of the first block.

        Returns
        -------
        krylov.Triples
            v (k, columns) and u (k, rows) with unit rows, sigma (k,) falling, residual (k,), and the products that
            were needed.

        Raises
        ------
        ValueError
            Unless the tolerance is above 0 and `block` a whole number above it, and on k out of range.
        """
        if not whole(block, 1):
            raise ValueError(f"block is {block!r}; choose how many vectors go through at once, from 1 on")
        share(tolerance, "tolerance")
        tolerance, most = max(tolerance, FLOOR * torch.finfo(dtype).eps), MOST * max(k, 10)
        return leading_triples(self.forward, self.backward, self.columns, k, block, tolerance, most, seed)

    def taken(self, vectors, like):
        """Vectors (b, ...) in the shape and precision of a tensor's rows; the network is recorded for as many."""
        self.record(len(vectors))
        self.products += len(vectors)
        given = torch.from_numpy(np.ascontiguousarray(vectors)).to(like.device, like.dtype)
        return given.reshape(-1, *like.shape[1:])


def flat_rows64(tensor):
    """A tensor (b, ...) as rows (b, d) float64."""
    return tensor.flatten(1).double().cpu().numpy()
