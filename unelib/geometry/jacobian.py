"""Products with the Jacobian of a network at a point, a block of vectors at a time; the Jacobian is never formed."""

import numpy as np
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from ..core.checks import share, whole
from ..linalg.krylov import leading_triples

BLOCK = 4  # vectors that go through at once; larger blocks need more products, smaller ones more passes
FLOOR = 2  # roundings of the precision that a residual is taken down to; in bfloat16 some processors stop at 1.3
MOST = 100  # products a triple after which a search ends as it stands, and ten times as many at least


class Jacobian:
    """J of a function at a point: `forward(V)` gives the rows V J', `backward(U)` the rows U J; `products` counts them.

    function  of tensors (b, ...), row by row, to tensors (b, ...)
    point     (1, ...) tensor; `columns` is its size, `rows` that of the value there

    Both go through reverse mode: J'u is the gradient of u'f, it is linear in u, and its own gradient along v is J v. So
    the network runs once for each size of block, and neither forward mode nor vmap, which fused attention and memory
    layouts of images do not stand, is needed; attention takes its plain form, which has second derivatives.
    """

    def __init__(self, function, point):
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
            self.u = torch.zeros_like(self.y, requires_grad=True)
            (self.back,) = torch.autograd.grad(self.y, self.x, self.u, create_graph=True)

    def forward(self, V):
        """V J' (b, rows) float64 for vectors V (b, columns)."""
        v = self.taken(V, self.point)
        return flat_rows64(torch.autograd.grad(self.back, self.u, v, retain_graph=True)[0])

    def backward(self, U):
        """U J (b, columns) float64 for vectors U (b, rows)."""
        u = self.taken(U, self.y)
        return flat_rows64(torch.autograd.grad(self.y, self.x, u, retain_graph=True)[0])

    def triples(self, k, tolerance, dtype=torch.float32, block=BLOCK, seed=0):
        """Its k leading singular `krylov.Triples`, by a network that runs in some precision.

        No residual falls far below the precision's rounding, which processors make differently, so a tolerance below
        `FLOOR` of it is raised to that; and a search that needs too many products, `MOST`, ends as it stands, with a
        warning. ValueError unless the tolerance is above 0 and `block` a whole number above it.
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
