"""Training rows of several views, of which a fit asks the products alone.

Every step of expectation maximisation needs sum_w X_v' X_w W_w, for weights W_w on each view's coordinates. Products of
views are formed once, and no step goes over the rows; where many views have about as many columns as there are rows, it
is faster to go over these.
"""

from dataclasses import dataclass

import numpy as np

from ..core.lazy_values import kept_value

MORE = 1.5  # rows for each column, from which fewer rows save more than it costs to find them


def compressed(F):
    """Rows T_v (m, r_v) with the products of F_v (n, r_v) among all views, m all columns if rows are `MORE`."""
    ends = np.cumsum([f.shape[1] for f in F])
    if len(F[0]) <= MORE * ends[-1]:
        return F
    return np.split(np.linalg.qr(np.hstack(F), mode="r"), ends[:-1], axis=1)


def times(S, V):
    """S V for a covariance S, (r, r) or its diagonal (r,), and columns V (r, m)."""
    return S[:, None] * V if S.ndim == 1 else S @ V


@dataclass(frozen=True, eq=False)
class JointRows:
    """Centred training rows of all views in coordinates, and their products.

    T          one (m, r_v) a view with T_v' T_w = X_v' X_w, as `compressed` gives them
    n          rows there were
    principal  whether coordinates are principal ones: the columns of a view are then orthogonal
    """

    T: list
    n: int
    principal: bool

    @kept_value
    def S(self):
        """Covariance of each view's coordinates: (r, r), or where they are principal ones its diagonal (r,)."""
        return [(T**2).sum(0) / self.n if self.principal else T.T @ T / self.n for T in self.T]

    @kept_value
    def cross(self):
        """X_v' X_w / n (r_v, r_w) of views v < w, {(v, w): product}; None where it costs less to go over the rows."""
        ranks = np.array([T.shape[1] for T in self.T])
        if ranks.sum() ** 2 - (ranks**2).sum() > 2 * len(self.T[0]) * ranks.sum():
            return None
        return {(v, w): self.T[v].T @ self.T[w] / self.n for w in range(len(ranks)) for v in range(w)}

    def times(self, weights):
        """sum_w X_v' X_w W_w / n (r_v, k) of every view v, for weights W_w (r_w, k)."""
        if self.cross is None:
            seen = sum(T @ W for T, W in zip(self.T, weights))
            return [T.T @ seen / self.n for T in self.T]
        found = [times(S, W) for S, W in zip(self.S, weights)]
        for (v, w), product in self.cross.items():
            found[v] += product @ weights[w]
            found[w] += product.T @ weights[v]
        return found
