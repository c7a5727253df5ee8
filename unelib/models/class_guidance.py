"""A generator at a class, without training one: Bayes' rule with a linear discriminant at every noise level."""

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from ..core.checks import labels as checked_labels
from ..core.checks import matrix, share
from ..core.files import value_hash
from ..linalg.covariance import ShrunkCovariance
from ..linalg.principal_space import thin
from .contracts import GeneratorLike


class ClassGuided:
    r"""A generator led to one class of its pictures: classifier guidance [1]_ whose classifier is a closed form.

    The latents of both classes are taken for Gaussians with means $m_1, m_0$ and one covariance $C$. A state at noise
    level $\sigma$ then is of the class with probability $r = 1 / (1 + e^{-\Delta})$, where

    $$\Delta(u) = a \cdot (u - (m_1 + m_0) / 2) + \log(n_1 / n_0), \quad a = (C + \sigma^2 I)^{-1} (m_1 - m_0),$$

    and the noise that is seen becomes $\epsilon - w \sigma (1 - r) a$. Where latents are so, and w = 1, this is the
    best denoiser of the class. Of trained generators it is what a linear discriminant makes of them. C is shrunk by
    Ledoit and Wolf's rule.

    Parameters
    ----------
    gen : GeneratorLike
        With noise levels `levels`, as `load_generator` gives it; no flow.
    latents : array-like (n, *latent_shape)
        Clean latents, as `inversion.to_latents` gives them; not those that are looked at afterwards.
    labels : array-like (n,)
        1 for the class, 0 for the others, -1 or NaN where it is not known; at least two of each class.
    sign : {1, -1}
        -1 leads to the others.
    weight : float
        w, above 0. More than 1 leads to what is typical of the class.

    Attributes
    ----------
    gen, sign, weight
        As given. All else is the generator's.

    Raises
    ------
    ValueError
        For a flow, on latents of another shape, labels of another number or of several attributes, and on other signs
        and weights.

    References
    ----------
    .. [1] Dhariwal and Nichol, 2021.

    Examples
    --------
    >>> from unelib.models import ExactGaussian
    >>> latents = np.random.default_rng(0).standard_normal((20, 1, 4, 4))
    >>> bright = ClassGuided(ExactGaussian(), latents, latents.mean((1, 2, 3)) > 0, weight=2.0)
    >>> bright.eps(torch.zeros(3, 1, 4, 4), 500.0).shape
    torch.Size([3, 1, 4, 4])
    """

    def __init__(
        self, gen: GeneratorLike, latents: ArrayLike, labels: ArrayLike, sign: int = 1, weight: float = 1.0
    ) -> None:
        if gen.flow:
            raise ValueError(f"{gen.name} is a flow, whose levels are times; choose a generator that predicts noise")
        if sign not in (1, -1):
            raise ValueError(f"sign is {sign!r}; choose 1, the class, or -1, the others")
        X = matrix(np.reshape(latents, (len(np.asarray(latents)), -1)), "latents", rows=4)
        if X.shape[1] != gen.latent_dim:
            raise ValueError(f"latents have {X.shape[1]} values each, {gen.name} has {gen.latent_dim}; take its own")
        if np.ndim(labels) != 1:
            raise ValueError(f"labels have shape {np.shape(labels)}; give those of one attribute, ({len(X)},)")
        told = checked_labels(labels, len(X), "labels")
        X, has = X[told.known[:, 0]], told.truth[told.known[:, 0], 0]
        self.gen: Any = gen
        self.sign, self.weight = int(sign), share(weight, "weight")
        means, self.odds = [X[has == kind].mean(0) for kind in (0, 1)], float(np.log(has.mean() / (1 - has.mean())))
        self.difference, self.middle = means[1] - means[0], (means[1] + means[0]) / 2
        self.covariance = Eigenbasis(X - np.where(has[:, None], means[1], means[0]))

    def __getattr__(self, name: str) -> Any:
        if name == "gen":  # copies begin without one
            raise AttributeError(name)
        return getattr(self.gen, name)

    @property
    def settings(self) -> dict[str, Any]:
        """The generator's, and what leads it: noise found so is not the generator's own."""
        led = value_hash([self.difference.tolist(), self.middle.tolist(), self.odds])[:16]
        return self.gen.settings | {"class": led, "sign": self.sign, "weight": self.weight}

    def slope(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The ODE's right-hand side: as `eps`."""
        return self.eps(x, t)

    def eps(self, x: torch.Tensor, t: float) -> torch.Tensor:
        """The noise that is seen in states x (n, *latent_shape), as the model sees them, at a timestep."""
        sigma = float(np.exp(np.interp(t, np.arange(len(self.gen.levels)), np.log(self.gen.levels))))
        a = torch.from_numpy(self.covariance.solve(self.difference, sigma**2)).to(x.device, torch.float32)
        middle = torch.from_numpy(self.middle).to(x.device, torch.float32)
        u = x.float().flatten(1) * (1 + sigma**2) ** 0.5
        others = torch.sigmoid(-self.sign * ((u - middle) @ a + self.odds))  # the probability of not being there yet
        lead = self.sign * self.weight * sigma * others[:, None] * a
        return self.gen.eps(x, t) - lead.view(x.shape)


class Eigenbasis:
    """A shrunk covariance by its axes, to divide by it and a noise's variance: rows are centred."""

    def __init__(self, rows):
        known = ShrunkCovariance(rows)
        _, s, self.axes = thin(rows - known.mean)
        self.others = known.shrinkage * known.level
        self.along = (1 - known.shrinkage) * s**2 / len(rows) + self.others

    def solve(self, v, added):
        """(C + added I)^-1 v of a vector (d,)."""
        inside = v @ self.axes
        return self.axes @ (inside * (1 / (self.along + added) - 1 / (self.others + added))) + v / (self.others + added)
