"""What a detector must beat before it is worth its trouble: chance, a one-liner, PCA, nearest neighbours."""

import numbers

from helpers.detectors.tables.base import ColumnwiseDetector, TabularDetector
from helpers.detectors.tables.inputs import column_labels

import numpy as np
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

__all__ = ["NearestNeighbours", "OneColumn", "PCAReconstruction", "RandomScore"]


class RandomScore(TabularDetector):
    """A score drawn at random for every row: what looks good by luck. Used from lesson 03 on.

    Parameters
    ----------
    random_state : int, RandomState or None
        An int gives the same scores each time it scores a table of the same length.

    >>> RandomScore(random_state=0).fit([[1.0], [2.0]]).decision_function([[1.0], [2.0], [3.0]]).round(2)
    array([0.55, 0.72, 0.6 ])
    """

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, rows):
        pass

    def _score(self, rows):
        return check_random_state(self.random_state).uniform(size=len(rows))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags


class OneColumn(TabularDetector):
    """The one-liner: a single column's value is the score. Used from lesson 03 on.

    Parameters
    ----------
    column : str or int
        Name in a frame, or position.
    side : {"both", "high", "low"}
        Which values are odd: far from the training median on either side (score ``|x - median|``), high ones
        (score ``x``) or low ones (score ``-x``).

    Attributes
    ----------
    median_ : float
    position_ : int

    >>> detector = OneColumn(1, side="high").fit([[0.0, 3.0], [0.0, 5.0], [0.0, 9.0]])
    >>> detector.decision_function([[7.0, 40.0]])
    array([40.])
    """

    def __init__(self, column=0, side="both"):
        self.column = column
        self.side = side

    def _validate(self, X, fitting):
        if self.side not in ("both", "high", "low"):
            raise ValueError(f"side must be 'both', 'high' or 'low', not {self.side!r}.")
        return super()._validate(X, fitting)

    def _fit(self, rows):
        self.position_ = self._find_column(rows.shape[1])
        self.median_ = float(np.median(rows[:, self.position_]))

    def _find_column(self, n_columns):
        names = None if self._names() is None else list(self._names())
        if isinstance(self.column, str):
            if names is not None and self.column in names:
                return names.index(self.column)
        elif isinstance(self.column, numbers.Integral) and 0 <= self.column < n_columns:
            return int(self.column)
        known = column_labels(range(n_columns), names)
        raise ValueError(f"There is no column {self.column!r} in X, which has {known}.")

    def _score(self, rows):
        values = rows[:, self.position_].astype(np.float64)
        if self.side == "both":
            return np.abs(values - self.median_)
        return values if self.side == "high" else -values


class PCAReconstruction(ColumnwiseDetector):
    """The squared error after squeezing a row through a few principal components: a linear autoencoder.

    The score is the mean over the columns, as in Keras's "mse"; ``column_scores`` gives each column's share.
    Used from lesson 03 on; in lesson 04 beside an autoencoder of the same code size.

    Parameters
    ----------
    n_components : int or float
        How many components to keep, at least 1 and fewer than columns; or the share of variance in (0, 1)
        that they explain together. A share never keeps every component: one is always left to measure the
        error by.
    scale : bool
        Standardise the columns first (mean and standard deviation of the training rows). Without it they are
        centred only: right for images, whose pixels share one unit.

    Attributes
    ----------
    n_components_ : int
    components_ : ndarray of shape (n_components_, n_columns)
    mean_, scale_ : ndarray of shape (n_columns,)

    >>> import numpy as np
    >>> x = np.linspace(-1, 1, 50)
    >>> detector = PCAReconstruction(n_components=1).fit(np.column_stack([x, 2 * x]))
    >>> on_the_line, off_it = detector.decision_function([[3.0, 6.0], [1.0, -2.0]])
    >>> bool(on_the_line < 1e-9 < 1 < off_it)
    True
    """

    _summarise = staticmethod(np.mean)

    def __init__(self, n_components=0.9, scale=True):
        self.n_components = n_components
        self.scale = scale

    def _validate(self, X, fitting):
        rows = super()._validate(X, fitting)
        if fitting:
            self._check_n_components(rows.shape[1])
        return rows

    def _check_n_components(self, n_columns):
        n = self.n_components
        if isinstance(n, bool) or not isinstance(n, numbers.Real):
            raise ValueError(f"n_components must be a number, not {n!r}.")
        if isinstance(n, numbers.Integral) and not 1 <= n < n_columns:
            raise ValueError(
                f"n_components={n}, but X has {n_columns} feature(s): keep at least 1 and fewer than that, "
                "or every row is reconstructed perfectly."
            )
        if not isinstance(n, numbers.Integral) and not 0 < n < 1:
            raise ValueError(f"n_components={n}: a share of variance lies between 0 and 1.")

    def _fit(self, rows):
        scaler = StandardScaler(with_std=self.scale).fit(rows)
        self.mean_ = scaler.mean_
        self.scale_ = scaler.scale_ if self.scale else np.ones(rows.shape[1])
        pca = PCA(svd_solver="full").fit((rows - self.mean_) / self.scale_)
        self.n_components_ = self._choose(pca.explained_variance_)
        self.components_ = pca.components_[: self.n_components_].astype(np.float64)

    def _choose(self, variances):
        if isinstance(self.n_components, numbers.Integral):
            return int(self.n_components)
        explained = np.cumsum(variances) / max(variances.sum(), np.finfo(float).tiny)
        return min(int(np.searchsorted(explained, self.n_components)) + 1, self.n_features_in_ - 1)

    def _column_scores(self, columns):
        z = (columns - self.mean_[:, None]) / self.scale_[:, None]
        z -= self.components_.T @ (self.components_ @ z)
        return np.square(z, out=z)


class NearestNeighbours(TabularDetector):
    """The distance to the nearest training rows. Used from lesson 03 on.

    A training row finds itself at distance 0: score rows that ``fit`` has not seen.

    Parameters
    ----------
    n_neighbors : int
    method : {"largest", "mean"}
        The distance to the k-th neighbour (Ramaswamy et al. 2000; PyOD's default), or the mean of all k.
    scale : bool
        Standardise the columns first. Right for columns of different units; leave it off for images.

    Attributes
    ----------
    rows_ : ndarray of shape (n, n_columns)
        The training rows, standardised; a saved detector holds them all.
    mean_, scale_ : ndarray of shape (n_columns,)

    >>> detector = NearestNeighbours(n_neighbors=2, scale=False).fit([[0.0], [1.0], [3.0]])
    >>> detector.decision_function([[0.5], [10.0]])
    array([0.5, 9. ])
    """

    def __init__(self, n_neighbors=5, method="largest", scale=True):
        self.n_neighbors = n_neighbors
        self.method = method
        self.scale = scale

    def _validate(self, X, fitting):
        if self.method not in ("largest", "mean"):
            raise ValueError(f"method must be 'largest' or 'mean', not {self.method!r}.")
        rows = super()._validate(X, fitting)
        if fitting and not 1 <= self.n_neighbors <= len(rows):
            raise ValueError(
                f"n_neighbors={self.n_neighbors}, but X has {len(rows)} rows: "
                "fit on more rows or choose between 1 and that number."
            )
        return rows

    def _fit(self, rows):
        scaler = StandardScaler().fit(rows)
        self.mean_ = scaler.mean_ if self.scale else np.zeros(rows.shape[1])
        self.scale_ = scaler.scale_ if self.scale else np.ones(rows.shape[1])
        self.rows_ = self._scaled(rows)
        self.neighbours_ = self._index()

    def _score(self, rows):
        distances, _ = self.neighbours_.kneighbors(self._scaled(rows))
        return distances[:, -1].copy() if self.method == "largest" else distances.mean(axis=1)

    def _scaled(self, rows):
        scaled = rows.copy()  # in place keeps the rows' precision
        scaled -= self.mean_
        scaled /= self.scale_
        return scaled

    def _index(self):
        return NearestNeighbors(n_neighbors=self.n_neighbors).fit(self.rows_)

    def _stored(self):
        return {name: value for name, value in super()._stored().items() if name != "neighbours_"}

    def _restore(self, stored):
        super()._restore(stored)
        if hasattr(self, "rows_"):
            self.neighbours_ = self._index()
