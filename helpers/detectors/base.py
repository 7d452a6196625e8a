"""The interface that every detector shares: fit, decision_function, calibrate, predict."""

import numbers

from helpers.detectors.storage import register_detector, save_detector
from helpers.evaluation.thresholds import quantile_threshold
from helpers.training.interrupts import interrupts_deferred

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

__all__ = ["Detector", "is_fitted"]


class Detector(BaseEstimator):
    """Scores, threshold and labels; each family says how it learns and scores.

    Scores and labels follow PyOD: a higher score is more abnormal; ``predict`` gives 1 for an anomaly, 0 for
    normal. (scikit-learn's own outlier detectors have the opposite sign, so this is no ``OutlierMixin``.)

    Subclasses have only parameters in ``__init__``, stored unchanged; where there are many, the fields of a dataclass
    write it. They write ``_validate(X, fitting)``, which checks the input and returns what the next two work on,
    ``_fit(data)`` and ``_score(data)``. Built in lessons 01 and 02.

    Attributes
    ----------
    threshold_ : float
        Rows with a score above it are called anomalies. Absent until ``calibrate`` or ``set_threshold``;
        ``fit`` forgets it.
    """

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        register_detector(cls)

    def fit(self, X, y=None):
        """Learn what is usual.

        Parameters
        ----------
        X : table of shape (n, n_columns)
            Normal rows, or unlabelled rows that are mostly normal.
        y : ignored
            Present so that scikit-learn's tools can call it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Bad input, before anything learned earlier is touched.
        """
        data = self._validate(X, fitting=True)
        self._forget()
        try:
            self._remember_columns(X)
            with interrupts_deferred():
                self._fit(data)
        except BaseException:  # an interrupt too: half-learned state must not score
            self._forget()
            raise
        return self

    def decision_function(self, X):
        """Anomaly scores of shape (n,): higher is more abnormal.

        Parameters
        ----------
        X : table of shape (n, n_columns)

        Returns
        -------
        ndarray of shape (n,), float64
            NaN marks a point that cannot be scored (series).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Bad input, or other columns than at ``fit``.
        """
        return self._score(self._validate_for_scoring(X))

    def calibrate(self, X_calibration, false_alarm_rate=0.01):
        """Set the threshold from held-out normal rows: new normal rows pass it at most at the promised rate.

        Built in lesson 02 (see :func:`helpers.evaluation.thresholds.quantile_threshold`).

        Parameters
        ----------
        X_calibration : table of shape (n, n_columns)
            Normal rows that ``fit`` has not seen.
        false_alarm_rate : float in (0, 1)

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Bad input, or too few rows to promise this rate (the message says how many are needed).
        """
        scores = self.decision_function(X_calibration)
        return self.set_threshold(quantile_threshold(scores, false_alarm_rate))

    def set_threshold(self, value):
        """Set the threshold, a score found by any rule in :mod:`helpers.evaluation.thresholds` or given by the domain.

        Parameters
        ----------
        value : float

        Returns
        -------
        self

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``, which would forget the threshold.
        ValueError
            If the value is not one finite number.
        """
        check_is_fitted(self, msg="Fit this %(name)s before giving it a threshold: fit forgets an old one.")
        if not isinstance(value, numbers.Real) or isinstance(value, bool) or not np.isfinite(value):
            raise ValueError(f"A threshold is one finite number, but got {value!r}.")
        self.threshold_ = float(value)
        return self

    def save(self, path):
        """Write this fitted detector to one file; :func:`helpers.detectors.load_detector` reads it.

        Parameters
        ----------
        path : str or Path
            :func:`helpers.detectors.storage.save_detector` says what is raised.
        """
        save_detector(self, path)

    @property
    def predict(self):
        """``predict(X)``: labels of shape (n,), 1 where the score is above ``threshold_``, else 0.

        A point that cannot be scored (NaN) is not called an anomaly.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``calibrate`` or ``set_threshold``.
        """
        # A property: without a threshold hasattr() is False, and scikit-learn's tools pass the method by.
        if not hasattr(self, "threshold_"):
            raise NotFittedError(
                f"This {type(self).__name__} has no threshold yet. Before predict, call "
                "calibrate(X_calibration, rate) with held-out normal rows, or set_threshold(value)."
            )
        return self._predict

    def _predict(self, X):
        return (self.decision_function(X) > self.threshold_).astype(int)

    def _validate_for_scoring(self, X):
        self._check_fitted()
        return self._validate(X, fitting=False)

    def _check_fitted(self):
        check_is_fitted(self, msg="This %(name)s is not fitted yet. Call fit(X_train) first.")

    def _remember_columns(self, X):
        """Tables remember names and number of columns."""

    def _learned(self):
        return [name for name in vars(self) if name.endswith("_") and not name.startswith("_")]

    def _stored(self):
        """What a file keeps of all that was learned; families leave out what ``_restore`` makes again."""
        return {name: getattr(self, name) for name in self._learned()}

    def _restore(self, stored):
        for name, value in stored.items():
            setattr(self, name, value)

    def _forget(self):
        for name in self._learned():
            delattr(self, name)

    def __sklearn_is_fitted__(self):
        return bool(self._learned())


def is_fitted(detector):
    """Whether a detector has learned already: ours, scikit-learn's or PyOD's.

    >>> from helpers.detectors import ZScore
    >>> is_fitted(ZScore()), is_fitted(ZScore().fit([[1.0], [2.0]]))
    (False, True)
    """
    if type(detector).__module__.startswith("pyod."):
        # some unfitted PyOD detectors own attributes that end in "_" and would pass for fitted
        return hasattr(detector, "decision_scores_")
    try:
        check_is_fitted(detector)
    except NotFittedError:
        return False
    return True
