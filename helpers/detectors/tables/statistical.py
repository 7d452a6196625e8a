"""Detectors from classical statistics: distances from the centre, in units of the usual spread."""

from helpers.detectors.scaling import not_zero
from helpers.detectors.tables.base import ColumnwiseDetector, TabularDetector
from helpers.detectors.tables.inputs import column_labels
from helpers.evaluation.robust import IQR_OF_NORMAL, MAD_OF_NORMAL, MEAN_DEVIATION_TO_SD

import numpy as np
from scipy.linalg import pinvh
from sklearn.covariance import EmpiricalCovariance, LedoitWolf, MinCovDet
from sklearn.preprocessing import StandardScaler

__all__ = ["IQR", "Mahalanobis", "ModifiedZScore", "ZScore"]


class ZScore(ColumnwiseDetector):
    """How many standard deviations from the mean: the largest ``|x - mean| / sd`` over the columns.

    A column that is constant in training gets the spread 1, as in scikit-learn's ``StandardScaler``: a
    departure from the constant counts in the column's own units. Built in lesson 01.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (n_columns,)
        Mean and (population) standard deviation of the training rows.

    >>> detector = ZScore().fit([[8.0], [10.0], [12.0]])
    >>> detector.decision_function([[10.0], [20.0]]).round(2)
    array([0.  , 6.12])
    >>> detector.set_threshold(3).predict([[10.0], [20.0]])
    array([0, 1])
    """

    def _fit(self, rows):
        scaler = StandardScaler().fit(rows)
        self.mean_ = scaler.mean_
        self.scale_ = scaler.scale_

    def _column_scores(self, columns):
        return _absolute_z(columns, self.mean_, self.scale_)


class ModifiedZScore(ColumnwiseDetector):
    """The Z-score on median and MAD: the largest ``0.6745 |x - median| / MAD`` over the columns.

    Outliers in the training rows hardly move it. Iglewicz and Hoaglin (1993), who call 3.5 a potential
    outlier. Built in lesson 01.

    Where more than half of a column's values are the same, MAD is 0 and 1.253314 times the mean absolute
    deviation from the median takes the place of MAD / 0.6745. A constant column gets the spread 1, as in
    :class:`ZScore`.

    Attributes
    ----------
    median_ : ndarray of shape (n_columns,)
    scale_ : ndarray of shape (n_columns,)
        MAD / 0.6745, comparable with a standard deviation.

    >>> detector = ModifiedZScore().fit([[8.0], [9.0], [10.0], [11.0], [500.0]])
    >>> detector.decision_function([[10.0], [500.0]]).round(1)
    array([  0. , 330.5])
    """

    def _fit(self, rows):
        self.median_ = np.median(rows, axis=0).astype(np.float64)
        deviations = np.abs(rows - self.median_)
        robust = np.median(deviations, axis=0) / MAD_OF_NORMAL
        self.scale_ = _first_positive(robust, MEAN_DEVIATION_TO_SD * deviations.mean(axis=0))

    def _column_scores(self, columns):
        return _absolute_z(columns, self.median_, self.scale_)


class IQR(ColumnwiseDetector):
    """Tukey's fences: how many interquartile ranges beyond the nearer quartile, the largest over the columns.

    ``set_threshold(1.5)`` is exactly Tukey's rule (x < Q1 - 1.5 IQR or x > Q3 + 1.5 IQR),
    ``set_threshold(3)`` his "far out". Between the quartiles the score is negative (-0.5 in the middle), so
    ordinary rows are ranked too. Tukey, Exploratory Data Analysis (1977). Built in lesson 01.

    Where at least half of a column's values are the same, IQR is 0 and every other value would be flagged;
    1.349 normal-equivalent standard deviations (1.253314 times the mean absolute deviation from the median)
    take its place. A constant column gets the width 1: a departure counts in the column's own units.

    Attributes
    ----------
    q1_, q3_, iqr_ : ndarray of shape (n_columns,)

    >>> detector = IQR().fit([[1.0], [2.0], [3.0], [4.0], [5.0]])
    >>> detector.decision_function([[3.0], [7.0], [7.1]])
    array([-0.5 ,  1.5 ,  1.55])
    >>> detector.set_threshold(1.5).predict([[3.0], [7.0], [7.1]])
    array([0, 0, 1])
    """

    def _fit(self, rows):
        self.q1_, median, self.q3_ = np.percentile(rows, [25, 50, 75], axis=0).astype(np.float64)
        deviation = np.abs(rows - median).mean(axis=0)
        self.iqr_ = _first_positive(self.q3_ - self.q1_, IQR_OF_NORMAL * MEAN_DEVIATION_TO_SD * deviation)

    def _column_scores(self, columns):
        scores = np.subtract(self.q1_[:, None], columns, order="C", dtype=np.float64)
        above = np.subtract(columns, self.q3_[:, None], order="C", dtype=np.float64)
        np.maximum(scores, above, out=scores)
        scores /= self.iqr_[:, None]
        return scores


class Mahalanobis(TabularDetector):
    """Distance from the centre, in standard deviations, that knows how columns move together (one column: ``|z|``).

    The columns are standardised first, so units do not matter. Columns that are constant in training stay out
    of the covariance and count as in :class:`ZScore`: independent, in their own units. Built in lesson 01.

    Parameters
    ----------
    covariance : {"shrunk", "robust", "empirical"}
        Ledoit and Wolf's shrunk covariance (safe with many correlated columns), the minimum covariance
        determinant (Rousseeuw; resists outliers in the training rows), or the plain one; all from
        ``sklearn.covariance``.
    random_state : int, RandomState or None
        Used by "robust" only.

    Attributes
    ----------
    location_ : ndarray of shape (n_columns,)
        The centre, in the units of X.
    covariance_ : ndarray of shape (n_columns, n_columns)
        Of the standardised columns.

    >>> import numpy as np
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
    >>> detector = Mahalanobis().fit(np.column_stack([x, x + 0.1 * noise]))
    >>> with_the_crowd, against_it = detector.decision_function([[2.0, 2.0], [1.0, -1.0]])
    >>> bool(with_the_crowd < 3 < 10 < against_it)
    True
    """

    def __init__(self, covariance="shrunk", random_state=0):
        self.covariance = covariance
        self.random_state = random_state

    def _estimator(self):
        choices = {
            "shrunk": LedoitWolf(),
            "robust": MinCovDet(random_state=self.random_state),
            "empirical": EmpiricalCovariance(),
        }
        if self.covariance not in choices:
            raise ValueError(f"covariance must be one of {', '.join(map(repr, choices))}, not {self.covariance!r}.")
        return choices[self.covariance]

    def _validate(self, X, fitting):
        self._estimator()  # a wrong parameter is refused before any work
        return super()._validate(X, fitting)

    def _fit(self, rows):
        scaler = StandardScaler().fit(rows)
        varies = np.ptp(rows, axis=0) > 0
        centre = np.zeros(rows.shape[1])
        covariance = np.eye(rows.shape[1])
        if varies.any():
            fitted = self._fit_covariance(scaler.transform(rows)[:, varies], np.flatnonzero(varies))
            centre[varies] = fitted.location_
            covariance[np.ix_(varies, varies)] = fitted.covariance_
        self.scale_ = scaler.scale_
        self.location_ = scaler.mean_ + centre * scaler.scale_
        self.covariance_ = covariance
        self.precision_ = pinvh(covariance)

    def _fit_covariance(self, standardised, positions):
        if self.covariance == "robust":
            self._refuse_half_constant(standardised, positions)
        return self._estimator().fit(standardised)

    def _refuse_half_constant(self, standardised, positions):
        """The robust covariance is that of half the rows: a column constant there would make it singular."""
        ordered = np.sort(standardised, axis=0)
        half = len(ordered) // 2 + 1
        still = (ordered[half - 1 :] == ordered[: len(ordered) - half + 1]).any(axis=0)
        if still.any():
            label = column_labels(list(positions[still]), self._names())
            raise ValueError(
                "The robust covariance needs columns that vary in every half of the rows, but most values "
                f"are the same in {label}. Leave them out, or use Mahalanobis(covariance='shrunk')."
            )

    def _score(self, rows):
        z = (rows - self.location_) / self.scale_
        squared = np.einsum("ij,ij->i", z @ self.precision_, z)
        return np.sqrt(np.maximum(squared, 0))


def _absolute_z(columns, centre, scale):
    # order="C" lays each column out contiguously, which makes the maximum over columns fast
    scores = np.subtract(columns, centre[:, None], order="C", dtype=np.float64)
    scores /= scale[:, None]
    return np.abs(scores, out=scores)


def _first_positive(spread, fallback):
    """The spread of each column, its fallback where that is 0, and 1 where both are (a constant column)."""
    return not_zero(np.where(spread > 0, spread, fallback).astype(np.float64))
