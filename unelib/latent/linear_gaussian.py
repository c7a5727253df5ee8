"""The linear-Gaussian model of several views, x_v = mu_v + C_v z + e_v, fitted by expectation maximisation.

z ~ N(0, I_k) is shared, e_v ~ N(0, Psi_v) is a view's own, Psi_v = B_v B_v' + D_v: a private part of low rank, and
noise. For diagonal Psi_v it is factor analysis, for two views inter-battery factor analysis (Tucker, 1958; Browne,
1979) or probabilistic CCA (Bach and Jordan, 2005), for more probabilistic generalised CCA. A view enters by coordinates
in which its own columns are few; everything here is in them.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.lapack import dpotrf, dtrtri

from ..core.lazy_values import kept_value
from ..linalg.principal_space import thin
from ..linalg.whitening import SMALL, by_iteration
from .joint_rows import JointRows, times

FLOOR = 1e-8  # of a view's variance: noise is never less, or a view given twice would have none
FEW = 3  # below a third of all eigenvectors it is faster still to turn those of the step before
ROUNDS = 2  # of subspace iteration that turn them
APART = 0.01  # sine of the angle of a column with those before it, above which Cholesky's method is precise
LEAST = 16  # eigenvectors for each that is asked for, from which it is faster to find these by products alone
MANY = 5  # from a fifth of all eigenvectors on it is faster to find all (by divide and conquer) than those asked for
LOG_2PI = np.log(2 * np.pi)


class Axes(NamedTuple):
    """Where a view's coordinates lie: x = mean + basis f + rest, f (r,), `rest` (d - r dimensions) is noise alone.

    basis is (d, r) with orthonormal columns, or None for the columns themselves.
    """

    mean: np.ndarray
    basis: np.ndarray | None

    def coordinates(self, X):
        """f (n, r) of rows X (n, d), and the squared length (n,) of what lies outside the basis."""
        A = X - self.mean
        if self.basis is None:
            return A, np.zeros(len(A))
        F = A @ self.basis
        return F, np.maximum((A**2).sum(1) - (F**2).sum(1), 0)

    def rows(self, F):
        """Rows (n, d) less their mean, of coordinates (n, r)."""
        return F if self.basis is None else F @ self.basis.T


@dataclass(frozen=True, eq=False)
class Noise:
    """Psi = B B' + D in a view's coordinates: D (r,), B (r, p), and D[0] in `rest` dimensions beyond them.

    near (r, q) spans the directions among which B was found, which is where the next step begins to look for it.
    principal   whether D is one number and the columns of B are orthogonal: then nothing has to be factored
    """

    D: np.ndarray
    B: np.ndarray
    rest: int
    near: np.ndarray | None = None
    principal: bool = False

    @kept_value
    def root(self):
        """Lower triangular L (p, p), L L' = I + B' D^-1 B."""
        if self.principal:
            return np.diag(np.sqrt(1 + (self.B**2).sum(0) / self.D[0]))
        return np.linalg.cholesky(np.eye(self.B.shape[1]) + self.B.T @ (self.B / self.D[:, None]))

    @kept_value
    def explained(self):
        """U (r, p), Psi^-1 = D^-1 - U U', by Woodbury's identity."""
        if self.principal:
            return self.B / (self.D[0] * np.diag(self.root))
        return (self.B / self.D[:, None]) @ triangular_inverse(self.root).T

    def solve(self, A):
        """Psi^-1 A (r, m)."""
        return A / self.D[:, None] - self.explained @ (self.explained.T @ A)

    def log_determinant(self):
        """log |Psi|, all d dimensions."""
        return 2 * np.log(np.diag(self.root)).sum() + np.log(self.D).sum() + self.rest * np.log(self.D[0])

    def quadratic(self, F):
        """f' Psi^-1 f (n,) for rows F (n, r)."""
        return (F**2 / self.D).sum(1) - ((F @ self.explained) ** 2).sum(1)

    def log_likelihood(self, F, outside):
        """log p (n,) of rows F (n, r) with squared length `outside` (n,) beyond the coordinates, were they noise."""
        constant = self.log_determinant() + (len(self.D) + self.rest) * LOG_2PI
        return -0.5 * (self.quadratic(F) + outside / self.D[0] + constant)

    def trace(self, S):
        """tr(Psi^-1 S) for a covariance S, (r, r) or its diagonal (r,)."""
        return float((variances_of(S) / self.D).sum() - (self.explained * times(S, self.explained)).sum())

    def variances(self):
        """Total variance of the private part, and of the noise."""
        return float((self.B**2).sum()), float(self.D.sum() + self.rest * self.D[0])


class Model(NamedTuple):
    """Loadings C_v (r_v, k) and noise of every view, lists in one order."""

    loadings: list
    noise: list

    @property
    def k(self):
        """Shared dimensions."""
        return self.loadings[0].shape[1]

    def of(self, views):
        """The model of some of the views, by number."""
        return Model([self.loadings[v] for v in views], [self.noise[v] for v in views])

    def weights(self):
        """Psi_v^-1 C_v (r_v, k) of each view."""
        return [noise.solve(C) for C, noise in zip(self.loadings, self.noise)]

    def precision(self, weights=None):
        """I + sum_v C_v' Psi_v^-1 C_v (k, k): of z, once all these views were seen."""
        return np.eye(self.k) + sum(C.T @ W for C, W in zip(self.loadings, weights or self.weights()))

    def posterior(self, F):
        """Mean (n, k) of z given rows F, one (n, r_v) a view, and its covariance (k, k), the same for all rows."""
        weights = self.weights()
        covariance = np.linalg.inv(self.precision(weights))
        return sum(f @ W for f, W in zip(F, weights)) @ covariance, covariance

    def log_likelihoods(self, F, outside):
        """log p in nats of rows, of all views jointly (n,) and of each view alone [(n,), ...].

        Coordinates F and lengths outside them are as `Axes.coordinates` gives them.
        """
        weights = self.weights()
        seen = [f @ W for f, W in zip(F, weights)]
        known = [C.T @ W for C, W in zip(self.loadings, weights)]
        noise = [noise.log_likelihood(f, o) for noise, f, o in zip(self.noise, F, outside)]
        alone = [own + latent_adds(*parts) for own, *parts in zip(noise, seen, known)]
        return sum(noise) + latent_adds(sum(seen), sum(known)), alone


def latent_adds(seen, known):
    """log E[exp(seen z - z' known z / 2)] (n,), z ~ N(0, I): what z adds to the log likelihood of rows as noise."""
    L = np.linalg.cholesky(np.eye(len(known)) + known)
    return 0.5 * ((seen @ triangular_inverse(L).T) ** 2).sum(1) - np.log(np.diag(L)).sum()


def axes_of(X, noise):
    """`Axes` of centred training rows (n, d), and their coordinates: principal ones where noise is isotropic.

    Nothing is lost by that: then the likelihood knows no other basis, and loadings lie in the span of the rows.
    """
    mean = X.mean(0)
    if noise == "diagonal":
        return Axes(mean, None), X - mean
    U, s, V = thin(X - mean)
    return Axes(mean, V), U * s


def slimmed(model, axes, wide):
    """The same `Model`, and `Axes` of its views, where those that are `wide` have no more axes than they need.

    Where noise is isotropic that is what loadings and private dimensions span. In it a view of n rows keeps a few dozen
    columns of its width in place of n.
    """
    found = [slim(*view) if yes else view for yes, *view in zip(wide, model.loadings, model.noise, axes)]
    loadings, noise, axes = map(list, zip(*found))
    return Model(loadings, noise), axes


def slim(C, noise, axes):
    """Loadings, `Noise` and `Axes` of a view in the span of what it loads on and what varies in it alone."""
    r = len(C)
    needed = np.hstack([C, noise.B]) if C.shape[1] + noise.B.shape[1] else np.eye(r, 1)
    if needed.shape[1] >= r:
        return C, noise, axes
    Q, _ = np.linalg.qr(needed)
    rest = noise.rest + r - Q.shape[1]
    own = Noise(noise.D[: Q.shape[1]], Q.T @ noise.B, rest, principal=noise.principal)
    return Q.T @ C, own, Axes(axes.mean, axes.basis @ Q)


def variances_of(S):
    """The diagonal (r,) of a covariance, which may be all that there is of it."""
    return S if S.ndim == 1 else np.diag(S)


class Residual(NamedTuple):
    """R = S + L M' (r, r), the covariance of what loadings leave of a view; formed only where nothing less will do.

    S (r, r) or its diagonal (r,) is the view's covariance; of L, M (r, q) the product is symmetric.
    """

    S: np.ndarray
    L: np.ndarray
    M: np.ndarray

    def times(self, V):
        """R V, for columns V (r, m)."""
        return times(self.S, V) + self.L @ (self.M.T @ V)

    def variances(self):
        """The diagonal (r,) of R."""
        return variances_of(self.S) + (self.L * self.M).sum(1)

    def scaled(self, root):
        """R with rows and columns divided by root (r,)."""
        S = self.S / root**2 if self.S.ndim == 1 else self.S / root[:, None] / root
        return Residual(S, self.L / root[:, None], self.M / root[:, None])

    def whole(self):
        """R (r, r)."""
        return (np.diag(self.S) if self.S.ndim == 1 else self.S) + self.L @ self.M.T


def isotropic(R, private, d, before=None, edge=1.0):
    """Most likely `Noise` s I + B B' of d dimensions for a `Residual` covariance R: Tipping and Bishop (1999).

    edge  private dimensions that do not vary by more than s edge are taken for noise
    """
    r, total = len(R.L), R.variances().sum()
    values, vectors = near = largest_eigenpairs(R, private, before and before.near)
    while True:
        s = max((total - values.sum()) / (d - len(values)), FLOOR * variances_of(R.S).sum() / d)
        known = values > s * edge
        if known.all():
            B = vectors * np.sqrt(np.maximum(values - s, 0))
            return Noise(np.full(r, s), B, d - r, near[1], principal=True)
        values, vectors = values[known], vectors[:, known]


def diagonal(R, private, d, before=None, edge=1.0):
    """`Noise` D + B B' for a `Residual` covariance R: B the most likely for the D before, then one step of EM for D.

    Of a column that does not vary, the floor is a trace of the others'. Arguments as in `isotropic`.
    """
    variances, own = variances_of(R.S), R.variances()
    floor = FLOOR * np.maximum(variances, FLOOR * variances.sum() / d)
    root = np.sqrt(np.maximum(own, floor) if before is None else before.D)
    values, vectors = largest_eigenpairs(R.scaled(root), private, before and before.near)
    known = values > edge
    B = root[:, None] * vectors[:, known] * np.sqrt(values[known] - 1)
    return Noise(np.maximum(own - (B**2).sum(1), floor), B, 0, vectors)


def largest_eigenpairs(R, count, near=None):
    """The largest eigenvalues of a `Residual` covariance, rising, and their vectors; all where there are no more.

    near (r, count) are vectors that span nearly the same space, as those of the step before do. Rounds of subspace
    iteration turn them to it: what B explains never falls by that, so no step of EM lowers the likelihood (it is then a
    partial one), and a hundredth of the work is left of finding them anew.
    """
    r = len(R.L)
    count = min(count, r)
    if count == 0:
        return np.zeros(0), np.zeros((r, 0))
    if near is not None and near.shape[1] == count and count * FEW < r:
        for _ in range(ROUNDS):  # they were orthonormal and nearly eigenvectors, and stay nearly orthogonal
            near = R.times(near)
        near = orthonormal(near)
        values, turn = np.linalg.eigh(near.T @ R.times(near))
        return values, near @ turn
    found = by_iteration(lambda x: R.times(x[:, None])[:, 0], r, count) if r > SMALL and count * LEAST <= r else None
    if found is not None:
        vectors, values = found
        return values[::-1], vectors[:, ::-1]
    if count * MANY > r:
        values, vectors = np.linalg.eigh(R.whole())
        return values[-count:], vectors[:, -count:]
    return eigh(R.whole(), subset_by_index=[r - count, r - 1])


def orthonormal(Y):
    """Orthonormal columns (r, p) that span those of Y: by Cholesky's method where they are apart, else by QR."""
    gram = Y.T @ Y
    L, failed = dpotrf(gram, lower=1)
    if failed or (np.diag(L) < APART * np.sqrt(np.diag(gram))).any():
        return np.linalg.qr(Y)[0]
    return Y @ triangular_inverse(L).T


def triangular_inverse(L):
    """Inverse (p, p) of a lower triangular matrix, at a fifth of the time that `inv` takes for small ones."""
    return dtrtri(L, lower=1)[0] if L.size else L


NOISES = {"isotropic": isotropic, "diagonal": diagonal}


class Training(NamedTuple):
    """What a fit needs of training rows, and how it is regularised.

    rows     `JointRows` of all views
    widths   columns d_v
    kind     "isotropic" or "diagonal"; private ranks, one a view; ridge as in `une.UNE`
    loads    (views, k) bool: which dimensions a view may load on; None where it is not to be fitted
    """

    rows: JointRows
    widths: list
    kind: str
    private: list
    ridge: float
    loads: np.ndarray | None

    def keep(self):
        """What the ridge leaves of loadings along each coordinate of variance x: x / (x + ridge m min(1, d / n)).

        m is the mean variance over the min(n, d) coordinates that have any: shared variance is expected where a view
        varies much, and the more so the fewer rows there are for its columns.
        """
        n = self.rows.n
        variances = [np.maximum(variances_of(s), np.finfo(float).tiny) for s in self.rows.S]
        shares = [self.ridge * min(1, d / n) / min(n, d) for d in self.widths]
        return [x / (x + share * x.sum()) for x, share in zip(variances, shares)]

    def noise_of(self, v, R, before=None):
        """`Noise` of view v for its `Residual` covariance.

        With a ridge, private dimensions must vary more than noise alone would show: beyond the edge of its spectrum,
        (1 + sqrt(d / n))^2 (Marchenko and Pastur, 1967).
        """
        edge = (1 + np.sqrt(self.widths[v] / self.rows.n)) ** 2 if self.ridge else 1.0
        return NOISES[self.kind](R, self.private[v], self.widths[v], before, edge)


@dataclass(frozen=True, eq=False)
class Known:
    """What a `Model` says of its training rows: once for its likelihood and for the step from it."""

    data: Training
    model: Model

    @kept_value
    def weights(self):
        """Psi_v^-1 C_v (r_v, k) of each view."""
        return self.model.weights()

    @kept_value
    def precision(self):
        """I + sum_v C_v' Psi_v^-1 C_v (k, k)."""
        return self.model.precision(self.weights)

    @kept_value
    def seen(self):
        """X_v' s / n (r_v, k) of each view, s = sum_w X_w Psi_w^-1 C_w (n, k) what the rows show of z."""
        return self.data.rows.times(self.weights)

    @kept_value
    def squares(self):
        """s' s / n (k, k)."""
        return sum(W.T @ seen for W, seen in zip(self.weights, self.seen))

    def expectations(self):
        """X_v' E[z] / n (r_v, k) of each view, and E[z z'] (k, k) averaged over rows."""
        covariance = np.linalg.inv(self.precision)
        return [seen @ covariance for seen in self.seen], covariance + covariance @ self.squares @ covariance

    @kept_value
    def likelihood(self):
        """Log likelihood per training row, in nats."""
        quadratic = sum(noise.trace(s) for noise, s in zip(self.model.noise, self.data.rows.S))
        quadratic -= np.trace(np.linalg.solve(self.precision, self.squares))
        noises = zip(self.model.noise, self.data.widths)
        constant = sum(noise.log_determinant() + d * LOG_2PI for noise, d in noises)
        return -0.5 * (quadratic + constant + np.linalg.slogdet(self.precision)[1])


def steps_of(data, model, tolerance):
    """Yields what is `Known` after each step of EM, from a first `Model`.

    Without a ridge no step lowers the likelihood, and the last is the one that changes it by less than tolerance x
    columns nats per row. With one there is no such promise, and no end: loadings are shrunk anew in every step, and
    where pairs of views share, dimensions that are alike can grow until a LinAlgError.
    """
    keep, before, known = data.keep(), -np.inf, Known(data, model)
    while True:
        known = Known(data, maximised(data, known.model, keep, *known.expectations()))
        yield known
        if data.ridge:
            continue
        if abs(known.likelihood - before) < tolerance * sum(data.widths):
            return
        before = known.likelihood


def first_model(data, Z):
    """`Model` in which z is known to be Z, of unit variance and uncorrelated among dimensions of the same views.

    Z (m, k) stands beside data.rows.T. Loadings are regressions on it, noise is what they leave. Dimensions of
    different views may be alike, so a view deals its variance out among them, or they might explain more than all of
    it.
    """
    crowd = np.sqrt(np.maximum((data.loads / loading_alike(data.loads).sum(0)).sum(1), 1))
    rows = data.rows
    loadings = [T.T @ Z / rows.n * on / c for T, on, c in zip(rows.T, data.loads, crowd)]
    left = [Residual(S, -C, C) for S, C in zip(rows.S, loadings)]
    noise = [data.noise_of(v, R) for v, R in enumerate(left)]
    return Model(loadings, noise)


def maximised(data, model, keep, products, Szz):
    """The most likely `Model` for products X_v' E[z] / n (r_v, k) and E[z z'] = Szz; a ridge shrinks loadings.

    The covariance of z is free in this step and then taken up by the loadings, C <- C Szz^(1/2) (parameter expansion:
    Liu, Rubin and Wu, 1998), which saves many steps. It stays block-diagonal, by which views load on a dimension.
    """
    root, loadings, noise = block_root(Szz, data.loads), [], []
    for v, (S, moved, on) in enumerate(zip(data.rows.S, products, data.loads)):
        on = slice(None) if on.all() else on  # which copies nothing
        C, known, moved = np.zeros((len(S), model.k)), Szz[on][:, on], moved[:, on]
        C[:, on] = regressed(moved, known, data.rows.n, model.noise[v] if data.ridge else None) * keep[v][:, None]
        left = Residual(S, np.hstack([C[:, on] @ known - moved, -C[:, on]]), np.hstack([C[:, on], moved]))
        noise.append(data.noise_of(v, left, model.noise[v]))
        loadings.append(C @ root)
    return Model(loadings, noise)


def regressed(products, Szz, n, noise=None):
    """Loadings (r, k) of a view on z: least squares, or where noise is given, shrunk as a whole in each dimension.

    The prior is c_j ~ N(0, t_j Psi), t_j estimated as James and Stein's positive part: what c_j' Psi^-1 c_j / d exceeds
    its expectation [Szz^-1]_jj / n if the view did not know of z_j. So a view of many columns and few rows does not
    claim to know dimensions that are not in it.
    """
    inverse = np.linalg.inv(Szz)
    C = products @ inverse
    if noise is None or not Szz.size:
        return C
    error = np.diag(inverse) / n
    signal = noise.quadratic(C.T) / (len(noise.D) + noise.rest) - error
    spread = np.sqrt(np.where(signal > 1e-6 * error, signal, 0))  # sqrt(t_j)
    return products @ (spread[:, None] * np.linalg.inv(spread[:, None] * Szz * spread + np.eye(len(Szz)) / n) * spread)


def block_root(Szz, loads):
    """Lower triangular L (k, k), L L' = Szz but for covariances of dimensions on which different views load."""
    return np.linalg.cholesky(np.where(loading_alike(loads), Szz, 0))


def loading_alike(loads):
    """Whether the same views load on two dimensions, bool (k, k)."""
    return (loads[:, :, None] == loads[:, None, :]).all(0)
