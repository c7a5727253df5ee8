"""UNE, the model of the hypothesis: several views of one Gaussian latent, each linear, each with noise of its own.

    x_v = mu_v + C_v z + e_v,    z ~ N(0, I_k),    e_v ~ N(0, B_v B_v' + D_v)

B_v is what varies in one view alone, D_v its noise. From a fitted model follow the posterior of z and the prediction of
any view from any others, how much of each view is shared, and how likely rows are that it never saw.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from numbers import Real
from typing import Literal, NamedTuple, Self, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ..alignment.canonical import column_signs
from ..core.checks import Rows, centred, choice, constant, named_views, same_columns, share, two_views, whole
from ..core.cpus import in_threads
from ..linalg.principal_space import thin
from .dimension import PRIVATE_FOLDS, dealt, private_rank
from .linear_gaussian import NOISES, axes_of, slimmed
from .selection import FOLDS, MARKS, RIDGES, STEPS, Fit, Fold, Search

MOST_PRIVATE = 128  # private dimensions of a view that are tried
WIDE = 8192  # columns beyond which a fitted view keeps no more axes than its loadings and private part need
Views = Mapping[str, Rows]


class Prediction(NamedTuple):
    """Mean, and the ends of the interval that holds each value with the asked probability.

    Parameters are taken as known: fitted to few rows, intervals hold somewhat less.

    Attributes
    ----------
    mean, low, high : ndarray (m, d)
        One row an image, in the units of the view.
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class UNE(BaseEstimator):
    """Noisy linear views of one Gaussian latent (probabilistic generalised CCA, inter-battery factor analysis).

    The model is x_v = mu_v + C_v z + e_v, z ~ N(0, I_k), e_v ~ N(0, B_v B_v' + D_v).

    Parameters
    ----------
    components : int, list of int or "cv"
        k, the shared dimensions. Of a list, the k under which rows held out of the training rows are likeliest,
        jointly. "cv": the fewest whose held-out gain (see `gain`) is within one standard error of the best
        (`selection_`). A k under which held-out rows are less likely than under a smaller one pays the difference.
    noise : {"isotropic", "diagonal"}
        D_v: "isotropic" (one variance; nothing then depends on a view's basis) or "diagonal" (one a column).
    private : int, list of int or "cv"
        Rank of B_v in every view, or one a view; 0 for none. "cv": for each view the rank at which its own held-out
        likelihood is best [1]_.
    sharing : {"all", "pairs"}
        "all": every view may load on every dimension. "pairs": each pair of views has k dimensions of its own, and
        nothing is common to three.
    ridge : float or "cv"
        0: maximum likelihood. Else loadings are shrunk: along directions in which a view varies little, by
        ridge min(1, d / n), and in dimensions that a view cannot be told to know (`linear_gaussian.regressed`). Both
        vanish as rows become many. "cv": of `selection.RIDGES` the one that makes the held-out rows likeliest, jointly,
        for every k that is tried: too strong a ridge takes strong private variance for shared.
    seed : int
        Deals the folds.
    steps : int or "cv"
        Of expectation maximisation, which begins at ridge GCCA. "cv": as many as make the held-out rows likeliest,
        jointly, of `selection.MARKS` (each shrinks loadings anew); without a ridge till the likelihood settles.

    Attributes
    ----------
    k_ : int
        Shared dimensions; for each pair of views with `sharing` "pairs".
    loadings_ : dict {view: ndarray (d, k)}
        C of each view. Dimensions are ordered by what all views together know of them.
    shared_ : ndarray (n, k)
        E[z] of the training rows.
    shares_ : DataFrame (view x shared, private, noise)
        Shares of each view's variance, which add up to 1.
    likelihood_ : ndarray (steps,)
        Log likelihood, in nats per training row, by step.
    ridge_ : float
        The ridge, chosen or given.
    steps_ : int
        Steps of expectation maximisation, at most.
    selection_ : DataFrame or None
        By k that was tried, None if nothing was: gain, its standard error se, ridge, steps, and beyond, by how much
        held-out rows are likelier, jointly, than at the first k of the table.
    views_ : list of str
        Names of the views.
    private_ : list of int
        Rank of B_v of each view.

    References
    ----------
    .. [1] Tipping and Bishop, 1999.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> Z = rng.standard_normal((400, 2))
    >>> views = {name: Z @ rng.standard_normal((2, 6)) + rng.standard_normal((400, 6)) for name in "abc"}
    >>> une = UNE(2, private=0).fit(views)
    >>> une.latent({"a": views["a"]}).shape, une.predict("b", given={"a": views["a"], "c": views["c"]}).shape
    ((400, 2), (400, 6))
    >>> une.predict("b", given={"a": views["a"]}, level=0.9).low.shape, une.sample("c", n=3).shape
    ((400, 6), (3, 6))
    >>> bool(une.gain(views).mean() > 0), une.shares_.columns.tolist()
    (True, ['shared', 'private', 'noise'])
    """

    def __init__(
        self,
        components: int | list[int] | Literal["cv"] = "cv",
        noise: Literal["isotropic", "diagonal"] = "isotropic",
        private: int | list[int] | Literal["cv"] = "cv",
        sharing: Literal["all", "pairs"] = "all",
        ridge: float | Literal["cv"] = "cv",
        seed: int = 0,
        steps: int | Literal["cv"] = "cv",
    ) -> None:
        self.components = components
        self.noise = noise
        self.private = private
        self.sharing = sharing
        self.ridge = ridge
        self.seed = seed
        self.steps = steps

    def fit(self, views: Views, columns: Mapping[str, int] | None = None) -> Self:
        """Fit to several views of the same images.

        Parameters
        ----------
        views : dict {name: array-like (n, d)}
            Arrays or DataFrames by id, one row an image.
        columns : dict {name: int}, optional
            Of a view whose rows are coordinates, in an orthonormal basis, of all that varies in more columns: how many
            these are. The model is then that of all the columns; isotropic noise only.

        Returns
        -------
        UNE
            Itself, fitted.

        Raises
        ------
        TypeError
            On views that are no dict.
        ValueError
            On fewer than two views, other lengths or ids (naming the first that differs), values that are not finite,
            a view of one repeated row (or one without a fold's rows, where there is a "cv"), k beyond the smallest
            rank, another option out of range, columns fewer than a view has, or a fit that breaks off.
        """
        views = named_views(views)
        self.check_options(views)
        return self.fit_placed({name: axes_of(x, self.noise) for name, x in views.items()}, columns)

    def fit_placed(self, placed, columns=None):
        """`fit` to views whose rows were checked, and are known in coordinates: {name: (`Axes`, (n, r))}."""
        self.views_, widths = list(placed), self.widths_of(placed, columns or {})
        self.axes_, F = zip(*placed.values())
        self.check_sizes(F)
        if self.private == "cv":
            of_view = partial(private_rank, most=MOST_PRIVATE, seed=self.seed)
            self.private_ = in_threads(lambda pair: of_view(pair[0], columns=pair[1]), zip(F, widths))
        else:
            self.private_ = self.private if isinstance(self.private, list) else [self.private] * len(F)
        self.k_, self.ridge_, self.steps_, self.selection_ = self.chosen(F, widths)
        model, self.likelihood_ = Fit(self, F, widths).walked(self.k_, self.ridge_, self.steps_)
        model = ordered(model) if self.sharing == "all" else model
        self.shared_ = model.posterior(F)[0]
        self.model_, self.axes_ = slimmed(model, self.axes_, [self.noise == "isotropic" and d > WIDE for d in widths])
        self.loadings_ = {v: a.rows(C.T).T for v, a, C in zip(self.views_, self.axes_, self.model_.loadings)}
        self.shares_ = shares(self.views_, self.model_)
        return self

    def widths_of(self, placed, columns):
        """Columns of each view, those named in place of its own; ValueError where they cannot be."""
        widths = {name: len(axes.mean) for name, (axes, _) in placed.items()}
        for name, count in columns.items():
            own = widths[choice(name, list(widths), "view")]
            if self.noise != "isotropic" or not whole(count, own):
                raise ValueError(
                    f"columns of {name} is {count!r}; its rows have {own}, so give that or more, and isotropic noise"
                )
        return [columns.get(name, own) for name, own in widths.items()]

    def chosen(self, F, widths):
        """k, ridge, steps, and the table of what was tried for them, or None, for rows in coordinates."""
        ridges = RIDGES if self.ridge == "cv" else (self.ridge,)
        by_default = MARKS if any(ridges) else (STEPS,)
        marks = by_default if self.steps == "cv" else (self.steps,)
        if whole(self.components, 0) and len(marks) == len(ridges) == 1:
            return self.components, ridges[0], marks[0], None
        folds = in_threads(partial(Fold, self, F, widths), dealt(len(F[0]), FOLDS, self.seed))
        return Search(folds, ridges, marks).best(self.components)

    def latent(self, given: Views) -> NDArray[np.float64]:
        """E[z | given], the posterior mean, for rows of any of the views.

        Parameters
        ----------
        given : dict {view: array-like (m, d)}
            Rows of one view at least, of the same m images.

        Returns
        -------
        ndarray (m, k)
            One row an image; z ~ N(0, I) before anything is seen.

        Raises
        ------
        ValueError
            Without views, or on an unknown one, or one with another number of columns.
        """
        numbers, rows = self.rows_of(given)
        axes, model = [self.axes_[v] for v in numbers], self.model_.of(numbers)
        weights = [a.rows(W.T).T for a, W in zip(axes, model.weights())]  # on columns: few, and coordinates are many
        return sum((x - a.mean) @ W for x, a, W in zip(rows, axes, weights)) @ np.linalg.inv(model.precision())

    def latent_covariance(self, given: str | Iterable[str]) -> NDArray[np.float64]:
        """Covariance of z once the named views were seen, the same for every row.

        Parameters
        ----------
        given : str or iterable of str
            Names of views; a dict of rows will do. No names, no knowledge: I.

        Returns
        -------
        ndarray (k, k)
            The covariance.
        """
        views = self.numbers(given)
        return np.linalg.inv(self.model_.of(views).precision()) if views else np.eye(self.model_.k)

    @overload
    def predict(self, view: str, given: Views, level: None = None) -> NDArray[np.float64]: ...

    @overload
    def predict(self, view: str, given: Views, level: float) -> Prediction: ...

    def predict(self, view: str, given: Views, level: float | None = None) -> NDArray[np.float64] | Prediction:
        """What a view would be, given rows of others.

        Parameters
        ----------
        view : str
            The view to predict.
        given : dict {view: array-like (m, d)}
            Rows of other views, of the same m images.
        level : float in (0, 1), optional
            The share of values, of this view's rows and columns, that lie between `low` and `high`, such as 0.9.

        Returns
        -------
        ndarray (m, d) or Prediction
            The mean; with a level, a `Prediction` (mean, low, high).

        Raises
        ------
        ValueError
            On an unknown view, a view that is among those given, a level out of range, and as `latent`.
        """
        z, (v,) = self.latent(given), self.numbers([view], but=given)
        mean = self.axes_[v].mean + z @ self.loadings_[view].T
        if level is None:
            return mean
        half = norm.isf((1 - share(level, "level", high=1.0)) / 2)
        half = half * np.sqrt(self.variances(v, self.latent_covariance(given)))
        return Prediction(mean, mean - half, mean + half)

    def variances(self, v, covariance):
        """Variance (d,) of each column of a view, by number, where z has this covariance."""
        basis, C, noise = self.axes_[v].basis, self.model_.loadings[v], self.model_.noise[v]
        known = C @ covariance @ C.T + noise.B @ noise.B.T
        if basis is None:
            return np.diag(known) + noise.D
        return ((basis @ known) * basis).sum(1) + noise.D[0]

    def sample(self, view: str, given: Views | None = None, n: int | None = None, seed: int = 0) -> NDArray[np.float64]:
        """A draw of a view for each row of the given ones, or n draws of it where nothing is given.

        Rows before a row do not change with those after it; draws of two views are independent, whatever their seeds.

        Parameters
        ----------
        view : str
            The view to draw.
        given : dict {view: array-like (m, d)}, optional
            Rows of other views, of the same m images.
        n : int, optional
            How many rows to draw where nothing is given.
        seed : int
            Of the draws.

        Returns
        -------
        ndarray (m, d) or (n, d)
            One draw a row.

        Raises
        ------
        ValueError
            Unless either `given` or `n` is, on n below 1, and as `predict`.
        """
        if (given is None) == (n is None):
            raise ValueError("give either rows of other views, or n, the number of rows to draw without any")
        if given is None and not whole(n, 1):
            raise ValueError(f"n is {n!r}; it must be a whole number above 0, of rows to draw")
        z = np.zeros((n or 0, self.model_.k)) if given is None else self.latent(given)
        (v,) = self.numbers([view], but=given or ())
        axes, C, noise = self.axes_[v], self.model_.loadings[v], self.model_.noise[v]
        root = np.linalg.cholesky(self.latent_covariance(given or []))
        widths = np.cumsum([self.model_.k, noise.B.shape[1], len(axes.mean)])
        drawn = np.random.default_rng([seed, v]).standard_normal((len(z), widths[-1]))
        own, private, white = np.split(drawn, widths[:-1], axis=1)
        scale = np.sqrt(noise.D if axes.basis is None else noise.D[0])
        return axes.mean + axes.rows((z + own @ root.T) @ C.T + private @ noise.B.T) + scale * white

    def score(self, views: Views) -> float:
        """Mean log likelihood of rows of some or all views.

        Parameters
        ----------
        views : dict {view: array-like (m, d)}
            Rows of the same m images.

        Returns
        -------
        float
            In nats an image.
        """
        return float(self.log_likelihood(views).mean())

    def log_likelihood(self, views: Views) -> NDArray[np.float64]:
        """Joint log likelihood of rows of some or all views.

        Parameters
        ----------
        views : dict {view: array-like (m, d)}
            Rows of the same m images.

        Returns
        -------
        ndarray (m,)
            In nats, one an image.
        """
        numbers, F = self.coordinates(views)
        return self.model_.of(numbers).log_likelihoods(*zip(*F))[0]

    def gain(self, views: Views) -> NDArray[np.float64]:
        """How much likelier rows are together than the same views apart, both by this model.

        Where the model is right its mean over new rows is the information that views share. Below 0 it claims too much.
        It is no likelihood: a model that describes single views badly can gain by it, which shows in `log_likelihood`.

        Parameters
        ----------
        views : dict {view: array-like (m, d)}
            Rows of the same m images.

        Returns
        -------
        ndarray (m,)
            In nats, one an image.
        """
        numbers, F = self.coordinates(views)
        joint, alone = self.model_.of(numbers).log_likelihoods(*zip(*F))
        return joint - sum(alone)

    def rows_of(self, given):
        """Numbers of the given views, and their rows, which are checked."""
        given = named_views(given)
        numbers = self.numbers(given)
        if not numbers:
            raise ValueError(f"no view was given; give rows of one at least of {', '.join(map(str, self.views_))}")
        for v, x in zip(numbers, given.values()):
            same_columns(x, len(self.axes_[v].mean), self.views_[v])
        return numbers, list(given.values())

    def coordinates(self, given):
        """Numbers of the given views, and their rows in coordinates."""
        numbers, rows = self.rows_of(given)
        return numbers, [self.axes_[v].coordinates(x) for v, x in zip(numbers, rows)]

    def numbers(self, names, but=()):
        """Numbers of views by name, or of the one named; ValueError for a name that is none, or must not be."""
        check_is_fitted(self)
        names = [names] if isinstance(names, str) else list(names)
        for name in names:
            choice(name, self.views_, "view")
            if name in but:
                raise ValueError(f"view {name!r} is among those given; ask for another, or leave it out of them")
        return [self.views_.index(name) for name in names]

    def check_options(self, views):
        """Raise ValueError on a bad option, views that are none, or too few different rows for the folds."""
        choice(self.noise, NOISES, "noise")
        choice(self.sharing, ("all", "pairs"), "sharing")
        number = isinstance(self.ridge, Real) and not isinstance(self.ridge, bool) and 0 <= self.ridge < np.inf
        if self.ridge != "cv" and not number:
            raise ValueError(f"ridge is {self.ridge!r}; it must be a number, 0 (maximum likelihood) or above, or 'cv'")
        if not whole(self.seed, 0):
            raise ValueError(f"seed is {self.seed!r}; it must be a whole number, 0 or above")
        if self.steps != "cv" and not whole(self.steps, 1):
            raise ValueError(f"steps is {self.steps!r}; it must be a whole number above 0, or 'cv'")
        two_views(views)
        for name, x in views.items():
            centred(x, name)
        listed = isinstance(self.components, list)
        chosen = {what for what, value in self.get_params().items() if value == "cv" or what == "components" and listed}
        for what in ("components", "private", *(("steps", "ridge") if self.ridge else ())):
            folds = PRIVATE_FOLDS if what == "private" else FOLDS
            if what in chosen:
                vary_in_folds(views, what, dealt(len(next(iter(views.values()))), folds, self.seed))

    def check_sizes(self, F):
        """Raise ValueError on numbers of dimensions, shared or private, that views with coordinates F do not allow."""
        ranks = [f.shape[1] if self.noise == "isotropic" else thin(f)[1].size for f in F]
        for what, most in (("components", min(ranks)), ("private", min(ranks) - 1)):
            value = getattr(self, what)
            if what == "private" and isinstance(value, list):  # one number a view, as "cv" chooses them
                fits = len(value) == len(ranks) and all(whole(k, 0, r) for k, r in zip(value, ranks))
                most = f"{ranks}, one a view"
            else:
                several = isinstance(value, list) and len(value) > 0
                fits = value == "cv" or all(whole(k, 0, most) for k in (value if several else [value]))
            if not fits:
                raise ValueError(f"{what} is {value!r}; these views allow 0 to {most}, or 'cv'")


def ordered(model):
    """The same model with dimensions in order of what all views together know of them, each most positive at its
    largest loading."""
    _, turn = np.linalg.eigh(model.precision())
    turned = [C @ turn[:, ::-1] for C in model.loadings]
    signs = column_signs(np.vstack(turned)) if model.k else np.ones(0)
    return model._replace(loadings=[C * signs for C in turned])


def shares(names, model):
    """DataFrame (view x shared, private, noise): shares of the variance that the model gives each view."""
    parts = [[float((C**2).sum()), *noise.variances()] for C, noise in zip(model.loadings, model.noise)]
    table = pd.DataFrame(parts, pd.Index(names, name="view"), ["shared", "private", "noise"])
    return table.div(table.sum(axis=1), axis=0)


def vary_in_folds(views, what, held_out):
    """Raise ValueError unless every fold holds rows out, and no view is one repeated row without them."""
    for name, x in views.items():
        if any(not out.any() or constant(x[~out]).all() for out in held_out):
            raise ValueError(
                f"{what} is 'cv', but too few of the {len(x)} rows of {name} differ for {len(held_out)} folds; "
                f"give {what} as a number, or take more rows"
            )
