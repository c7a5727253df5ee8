"""Ways of stepping along a direction: straight on, or round the sphere near which Gaussian noise lies.

A row x is p v + q e: its projection p on the unit vector v, and the rest, of length q along a unit vector e. A step
changes p and scales the rest. The norm of noise N(0, I) in d dimensions is sqrt(d), with a standard deviation of about
1 / sqrt(2) whatever d is: a thin shell, which a long straight step leaves.
"""

import warnings

import numpy as np

from ..core.checks import choice, per_row

SHELL = 3.0  # standard deviations of the norm by which a step may change it before a warning
NORM_SD = np.sqrt(0.5)  # of the norm of Gaussian noise
POLE = 1e-6  # share of a row off the direction below which it is rounding: single precision holds no less


def stepped(X, d, strength, path="straight"):
    """Rows X (n, d) moved along a `Direction` by `strength`, a number or (n,), of its standard deviations; float64.

    path  "straight"  x + s sigma v
          "norm"      the projection on v changes by s sigma, and the rest is scaled so that the row keeps its norm
          "geodesic"  an arc of length s sigma on the sphere of radius |x|, in the plane of x and v, towards v
    A strength of 0 returns the row itself, and a step back along the same path undoes a step. On the two curved paths
    that holds up to the pole, where a row lies on v itself and no way leads back: ValueError, naming the row, its
    strength and those it can take, if a step would pass it; ValueError also if the strength is not finite.
    """
    length = per_row(strength, len(X), "strength") * d.sigma
    if choice(path, ("straight", *CURVED), "path") == "straight" or not d.vector.any():
        return X + length[:, None] * d.vector
    p = X @ d.vector
    rest = X - p[:, None] * d.vector
    q = np.linalg.norm(rest, axis=1)
    further, reach = CURVED[path]
    check_reach(d, path, p, q, length, reach(p, q))
    change, factor = further(p, np.where(length == 0, 1, q), length)  # a row that stays may lie on v
    return X + change[:, None] * d.vector + (factor - 1)[:, None] * rest


def norm_kept(p, q, length):
    """Change of p, and the factor of the rest, that keep p^2 + q^2: l and sqrt(1 - l (2 p + l) / q^2)."""
    return length, np.sqrt(np.maximum(1 - length * (2 * p + length) / q**2, 0))


def norm_reach(p, q):
    """The steps (n,), back and forth, that take the projection to its ends -|x| and |x|."""
    r = np.hypot(p, q)
    return -r - p, r - p


def geodesic(p, q, length):
    """Change of p, and the factor of the rest, by an arc: the angle between x and v falls by l / |x|.

    >>> change, factor = geodesic(np.array([0.0]), np.array([2.0]), np.array([np.pi / 3]))  # 90 degrees become 60
    >>> change.round(6).item(), factor.round(6).item()
    (1.0, 0.866025)
    """
    r, angle = np.hypot(p, q), np.arctan2(q, p)
    nearer = angle - length / r
    return r * (np.cos(nearer) - np.cos(angle)), np.sin(nearer) / np.sin(angle)


def geodesic_reach(p, q):
    """The arcs (n,), back and forth, that lead to -v and to v."""
    r, angle = np.hypot(p, q), np.arctan2(q, p)
    return r * (angle - np.pi), r * angle


CURVED = {"norm": (norm_kept, norm_reach), "geodesic": (geodesic, geodesic_reach)}


def check_reach(d, path, p, q, length, reach):
    """Raise ValueError for the first row whose step would pass the pole; from the pole itself nothing leads on."""
    r = np.hypot(p, q)
    low, high = (np.where(q <= POLE * r, 0, end * (1 + 1e-9)) for end in reach)
    beyond = np.flatnonzero((length < low) | (length > high))
    if beyond.size:
        i = beyond[0]
        asked, least, most = (value[i] / d.sigma for value in (length, low, high))
        raise ValueError(
            f"image {i} cannot go {asked:g} standard deviations along {d.name} with path={path!r}: its projection is"
            f" {p[i]:.4g} and cannot exceed its norm, {r[i]:.4g}; the strengths it can take are {least:.4g} to"
            f" {most:.4g}"
        )


def off_shell(before, after):
    """By how many standard deviations of the norm of Gaussian noise each image's norm changed, (n,) or (s, n).

    before (n, ...); after (n, ...), or (s, n, ...) with a row a strength

    >>> off_shell(np.array([[3.0, 4.0]]), np.array([[6.0, 8.0]])).round(2).tolist()
    [7.07]
    """
    n = len(before)
    own, norms = (np.linalg.norm(np.reshape(x, (-1, n, before[0].size)).astype(float), axis=2) for x in (before, after))
    change = np.abs(norms - own) / NORM_SD
    return change if np.ndim(after) > np.ndim(before) else change[0]


def warn_off_shell(before, after, what, strengths=None):
    """Warn once if steps change the norm of any image by more than SHELL standard deviations of Gaussian noise's norm.

    before (n, ...); after (n, ...), or (s, n, ...) with a row a strength; strengths a number, (n,), or (s, n)
    what   a `Direction` that was followed by these strengths, or what was done, in words
    """
    change = off_shell(before, after)
    if change.max() <= SHELL:
        return
    if strengths is not None:
        strength = np.broadcast_to(strengths, change.shape).flat[change.argmax()]
        what = f"a straight step of strength {strength:g} along {what.name}"
    warnings.warn(
        f"{what} leads an image off its shell: it changes the norm by"
        f" {change.max():.1f} standard deviations of that of Gaussian noise, and"
        f" {(np.atleast_2d(change) > SHELL).any(0).sum()} of {len(before)} images by more than {SHELL:g}: what a"
        " generator makes of such noise says little. Take path='norm' or path='geodesic', or a smaller strength",
        stacklevel=3,
    )
