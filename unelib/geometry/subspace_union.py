"""The union of subspaces near which clean latents lie, as a denoiser knows it: tangent spaces, and what they agree on.

Of a mixture of low-rank Gaussians the posterior mean's Jacobian at a state of low noise projects on the subspace that
the state came from (Wang et al., 2024). So leading singular vectors at several states, put into clusters, give all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.linalg import subspace_angles
from scipy.spatial.distance import squareform

from ..core.checks import matrix, share, whole
from ..inversion.ode import check_noise
from ..linalg.grassmann import frechet_mean
from ..models.contracts import GeneratorLike
from .mean_rank import ENERGY, check_energy, mean_jacobian, numerical_rank
from .state_walks import check_timestep

ROUNDS = 2  # of finding the half of a cluster that is nearest to its middle
ORTHONORMAL = 1e-3  # by how much products of rows may differ from those of orthonormal ones


class SubspaceUnion(NamedTuple):
    """Subspaces that were found, and which of them each tangent space belongs to.

    Attributes
    ----------
    subspaces : list of ndarray (r, d)
        Orthonormal rows, the largest cluster's first.
    labels : ndarray (n,) of int
        Number of the subspace of each tangent space; -1 where too few others agree with it, or it holds a subspace.
    """

    subspaces: list[NDArray[np.float64]]
    labels: NDArray[np.int64]


def tangent_spaces(
    gen: GeneratorLike,
    states: ArrayLike,
    t: float,
    most: int = 10,
    energy: float = ENERGY,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> list[NDArray[np.float64]]:
    """What the posterior mean moves along at each of some states: the right singular vectors that its rank counts.

    Parameters
    ----------
    gen : GeneratorLike
        A denoiser at any noise level.
    states : array-like (n, *latent_shape) or (n, d)
        As the model sees them at t, such as `states_at` gives.
    t : float
        Timestep, within the schedule.
    most : int
        Dimensions of a tangent space at most: so many singular values are looked at.
    energy : float
        Share of their length that those of the tangent space hold, as in `numerical_rank`.
    tolerance : float
        On the residuals, of the largest singular value.
    seed : int
        Of the first block.

    Returns
    -------
    list of ndarray (r, d)
        Orthonormal rows, one array a state.

    Raises
    ------
    ValueError
        On states of another shape, a timestep outside the schedule, and `most` or `energy` out of range.

    References
    ----------
    .. [1] Wang et al., 2024.

    Examples
    --------
    >>> from unelib.models import ExactMixture
    >>> gen = ExactMixture([2, 3], side=4)
    >>> latents, member = gen.draw(4)
    >>> [len(rows) for rows in tangent_spaces(gen, latents, 1, most=5)] == [len(gen.subspaces[k]) for k in member]
    True
    """
    t, states = check_timestep(gen, t), check_noise(gen, states.numpy() if isinstance(states, torch.Tensor) else states)
    if not whole(most, 1, gen.latent_dim):
        raise ValueError(f"most is {most!r}; choose a whole number from 1 to {gen.latent_dim}")
    check_energy(energy)
    # as many at once as are asked for: of equal singular values, which a projection has, no more are found
    found = [mean_jacobian(gen, state[None], t).triples(most, tolerance, gen.dtype, most, seed) for state in states]
    return [triples.v[: numerical_rank(triples.sigma, energy)] for triples in found]


def union_of_subspaces(tangents: Sequence[ArrayLike], angle: float = 0.5, least: int = 2) -> SubspaceUnion:
    """Subspaces on which tangent spaces agree: clusters of them, and the middle of each cluster.

    Clusters are made by average linkage of the largest principal angle; spaces of different dimensions are as far
    apart as can be. A state between two subspaces has a tangent space that leans towards both, or holds both: so the
    middle is the Frechet mean of the half of a cluster nearest to it, and a subspace that holds another one, of a
    cluster as large, is none.

    Parameters
    ----------
    tangents : sequence of array-like (r, d)
        Orthonormal rows, as `tangent_spaces` gives them; r may differ.
    angle : float
        Radians, up to pi / 2: what is further apart on average is another subspace.
    least : int
        Tangent spaces that must agree. The noisier states are, the more of them lie between subspaces.

    Returns
    -------
    SubspaceUnion
        `.subspaces` and the `.labels` (n,) of the tangent spaces.

    Raises
    ------
    ValueError
        Without tangent spaces, on such of different numbers of columns or whose rows are not orthonormal, and on an
        angle or `least` out of range.

    Examples
    --------
    >>> eye = np.eye(4)
    >>> found = union_of_subspaces([eye[:2], eye[2:], eye[1::-1], eye[2:], eye[::2]])
    >>> len(found.subspaces), found.labels.tolist()
    (2, [0, 1, 0, 1, -1])
    """
    spaces = [matrix(rows, "a tangent space") for rows in tangents]
    if len({rows.shape[1] for rows in spaces}) != 1:
        raise ValueError(
            f"tangent spaces have {sorted({rows.shape[1] for rows in spaces})} columns; give one or more of one number"
        )
    for number, rows in enumerate(spaces):
        if len(rows) > rows.shape[1] or np.abs(rows @ rows.T - np.eye(len(rows))).max() > ORTHONORMAL:
            raise ValueError(f"rows of tangent space {number} are not orthonormal; give them as tangent_spaces does")
    share(angle, "angle", high=np.pi / 2)
    if not whole(least, 1):
        raise ValueError(f"least is {least!r}; choose a whole number of tangent spaces, from 1")
    labels = np.ones(1, int) if len(spaces) == 1 else fcluster(linkage(apart(spaces), "average"), angle, "distance")
    clusters = [np.flatnonzero(labels == label) for label in dict.fromkeys(labels)]  # in order of appearance
    clusters = sorted((rows for rows in clusters if len(rows) >= least), key=len, reverse=True)
    means = [middle_of([spaces[i] for i in rows]) for rows in clusters]
    kept = [i for i in range(len(means)) if not holds_another(i, means, clusters, angle)]
    numbered = np.full(len(spaces), -1)
    for number, i in enumerate(kept):
        numbered[clusters[i]] = number
    return SubspaceUnion([means[i] for i in kept], numbered)


def middle_of(spaces):
    """Frechet mean of the half of some spaces (r, d) that is nearest to it, two at least; of all at first."""
    mean = frechet_mean(spaces)
    for _ in range(ROUNDS):
        nearest = np.argsort([largest_angle(one, mean) for one in spaces], kind="stable")
        mean = frechet_mean([spaces[i] for i in nearest[: max(2, (len(spaces) + 1) // 2)]])
    return mean


def holds_another(i, means, clusters, angle):
    """Whether mean i holds one of fewer dimensions, up to an angle, whose cluster is as large as its own at least."""
    others = [mean for mean, rows in zip(means, clusters) if len(rows) >= len(clusters[i])]
    return any(len(one) < len(means[i]) and largest_angle(one, means[i]) < angle for one in others)


def largest_angle(A, B):
    """The largest principal angle in radians of spaces (r, d) and (s, d)."""
    return subspace_angles(A.T, B.T).max()


def apart(spaces):
    """Largest principal angles of all pairs, as `scipy.spatial.distance.pdist` orders them."""
    far = np.zeros((len(spaces), len(spaces)))
    for i, one in enumerate(spaces):
        for j, other in enumerate(spaces[:i]):
            same = len(one) == len(other)
            far[i, j] = far[j, i] = largest_angle(one, other) if same else np.pi
    return squareform(far)
