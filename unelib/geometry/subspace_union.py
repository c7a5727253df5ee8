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


class SubspaceUnion(NamedTuple):
    """Subspaces that were found, and which of them each tangent space belongs to.

    Attributes
    ----------
    subspaces : list of ndarray (r, d)
        Orthonormal rows, the largest cluster's first.
    labels : ndarray (n,) of int
        Number of the subspace of each tangent space; -1 where too few others agree with it.
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
    """Subspaces on which tangent spaces agree: clusters of them, and the Frechet mean of each cluster.

    Clusters are made by average linkage of the largest principal angle; spaces of different dimensions are as far
    apart as can be.

    Parameters
    ----------
    tangents : sequence of array-like (r, d)
        Orthonormal rows, as `tangent_spaces` gives them; r may differ.
    angle : float
        Radians, up to pi / 2: what is further apart on average is another subspace.
    least : int
        Tangent spaces that must agree. A state between two subspaces has a tangent space of its own, and the noisier
        states are, the more there are of these.

    Returns
    -------
    SubspaceUnion
        `.subspaces` and the `.labels` (n,) of the tangent spaces.

    Raises
    ------
    ValueError
        Without tangent spaces, on such of different numbers of columns, and on an angle or `least` out of range.

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
    share(angle, "angle", high=np.pi / 2)
    if not whole(least, 1):
        raise ValueError(f"least is {least!r}; choose a whole number of tangent spaces, from 1")
    labels = np.ones(1, int) if len(spaces) == 1 else fcluster(linkage(apart(spaces), "average"), angle, "distance")
    sizes = {label: (labels == label).sum() for label in dict.fromkeys(labels)}  # in order of appearance
    order = sorted((label for label in sizes if sizes[label] >= least), key=lambda label: -sizes[label])
    numbered = np.array([order.index(label) if label in order else -1 for label in labels])
    means = [frechet_mean([s for s, own in zip(spaces, numbered == i) if own]) for i in range(len(order))]
    return SubspaceUnion(means, numbered)


def apart(spaces):
    """Largest principal angles of all pairs, as `scipy.spatial.distance.pdist` orders them."""
    far = np.zeros((len(spaces), len(spaces)))
    for i, one in enumerate(spaces):
        for j, other in enumerate(spaces[:i]):
            same = len(one) == len(other)
            far[i, j] = far[j, i] = subspace_angles(one.T, other.T).max() if same else np.pi
    return squareform(far)
