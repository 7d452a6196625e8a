"""scikit-learn's outlier detectors with the course's sign, labels and threshold."""

import warnings

from helpers.detectors.base import is_fitted
from helpers.detectors.storage import StoredDetectorError
from helpers.detectors.tables.base import TabularDetector
from helpers.detectors.tables.inputs import FLOATS

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone, is_outlier_detector
from sklearn.neighbors import LocalOutlierFactor
from sklearn.utils.validation import check_array

__all__ = ["SklearnDetector", "from_sklearn", "refuse_other_than_tables"]

CHECKED_ROWS = 50  # scored before saving and after loading: the estimator that was fitted again must be the same


def from_sklearn(estimator):
    """A detector with our interface around any scikit-learn outlier detector, or a pipeline that ends in one.

    scikit-learn's scores are high for normal rows; the sign is turned here. So an isolation forest gives its
    paper's anomaly score in (0, 1], the local outlier factor gives LOF itself (about 1 is normal). Used from
    lesson 03 on.

    Parameters
    ----------
    estimator : scikit-learn outlier detector
        ``IsolationForest()``, ``OneClassSVM()``, ``LocalOutlierFactor(novelty=True)``,
        ``EllipticEnvelope()``, … It is cloned at ``fit``. One that is fitted already is used as it is, until
        ``fit`` is called.

    Returns
    -------
    SklearnDetector

    Raises
    ------
    TypeError
        If it is something else: a class, a classifier, a PyOD detector.
    ValueError
        For ``LocalOutlierFactor()`` without ``novelty=True``, which cannot score new rows.

    >>> from sklearn.neighbors import LocalOutlierFactor
    >>> detector = from_sklearn(LocalOutlierFactor(n_neighbors=2, novelty=True))
    >>> detector = detector.fit([[0.0], [1.0], [2.0], [3.0]])
    >>> usual, odd = detector.decision_function([[1.5], [30.0]])
    >>> bool(usual < odd)
    True
    """
    _refuse_unfit_kind(estimator)
    detector = SklearnDetector(estimator)
    if is_fitted(estimator):
        detector._adopt(estimator)
    return detector


def refuse_other_than_tables(detector):
    """Refuse what cannot be carried as a detector of tables.

    Parameters
    ----------
    detector : any object

    Raises
    ------
    ValueError
        For a class, a detector of series, an estimator of scikit-learn that is not turned.

    >>> from sklearn.ensemble import IsolationForest
    >>> refuse_other_than_tables(IsolationForest())
    Traceback (most recent call last):
        ...
    ValueError: detector=IsolationForest(): scikit-learn's scores are low for anomalies; from_sklearn(...) turns them.
    """
    of_series = hasattr(detector, "score_next")  # the package of series stands on this one
    if isinstance(detector, type) or of_series or not hasattr(detector, "decision_function"):
        raise ValueError(f"detector={detector!r}: pass a detector of tables, such as PCAReconstruction().")
    if type(detector).__module__.startswith("sklearn."):
        raise ValueError(
            f"detector={detector!r}: scikit-learn's scores are low for anomalies; from_sklearn(...) turns them."
        )


class SklearnDetector(TabularDetector):
    """What :func:`from_sklearn` returns.

    Saved without pickle: the file holds the training rows, and loading fits the estimator again. So an estimator that
    draws random numbers needs a whole number as ``random_state`` to be saved.

    Parameters
    ----------
    estimator : scikit-learn outlier detector

    Attributes
    ----------
    estimator_ : the fitted clone
    rows_ : ndarray of shape (n, n_columns)
        A copy of the training rows; absent if the estimator came fitted.
    """

    def __init__(self, estimator):
        self.estimator = estimator

    def _validate(self, X, fitting):
        _refuse_unfit_kind(self.estimator)
        super()._validate(X, fitting)
        return X  # with its column names: the estimator inside remembers them too

    def _fit(self, X):
        self.estimator_ = clone(self.estimator).fit(X)
        self.rows_ = check_array(X, dtype=FLOATS, copy=True)

    def _score(self, X):
        score = getattr(self.estimator_, "score_samples", self.estimator_.decision_function)
        with warnings.catch_warnings():
            # the columns are checked already; LocalOutlierFactor drops their names itself, then misses them
            warnings.filterwarnings("ignore", message="X does not have valid feature names")
            return -score(X)

    def _stored(self):
        learned = super()._stored()
        if not learned:
            return {}
        if not hasattr(self, "rows_"):
            raise StoredDetectorError(
                f"This {type(self.estimator_).__name__} came fitted, so its training rows are unknown; a file needs "
                "them to fit it again. Fit it here, from_sklearn(estimator).fit(X), before saving."
            )
        return {**learned, "checked_scores": self._checked_scores(), "version": sklearn.__version__}

    def _restore(self, stored):
        expected, version = stored.pop("checked_scores", None), stored.pop("version", None)
        super()._restore(stored)
        if expected is None:
            return
        self.estimator_.fit(self._named(self.rows_))
        found = self._checked_scores()
        if not np.allclose(found, expected, rtol=1e-6):
            raise StoredDetectorError(
                f"The file's {type(self.estimator_).__name__} was fitted by scikit-learn {version}; fitted again by "
                f"{sklearn.__version__}, it scores its own training rows differently (by up to "
                f"{np.abs(found - expected).max():.2g}). Fit and save it again, or install scikit-learn {version}."
            )

    def _checked_scores(self):
        step = max(1, len(self.rows_) // CHECKED_ROWS)
        return self._score(self._named(self.rows_[::step][:CHECKED_ROWS]))

    def _named(self, rows):
        return rows if self._names() is None else pd.DataFrame(rows, columns=self._names())

    def _adopt(self, fitted):
        self.estimator_ = fitted
        self.n_features_in_ = fitted.n_features_in_
        if hasattr(fitted, "feature_names_in_"):
            self.feature_names_in_ = fitted.feature_names_in_


def _refuse_unfit_kind(estimator):
    if isinstance(estimator, type):
        raise TypeError(f"Pass an instance, {estimator.__name__}(), not the class.")
    last = estimator[-1] if hasattr(estimator, "named_steps") else estimator
    if isinstance(last, LocalOutlierFactor) and not last.novelty:
        raise ValueError(
            "LocalOutlierFactor() can only judge the rows it was fitted on. "
            "Use LocalOutlierFactor(novelty=True) to score new ones."
        )
    if type(estimator).__module__.startswith("pyod."):
        raise TypeError("PyOD's detectors have our sign and interface already: use them as they are.")
    if not hasattr(estimator, "__sklearn_tags__") or not is_outlier_detector(estimator):
        raise TypeError(
            f"{type(estimator).__name__} is not an outlier detector of scikit-learn. from_sklearn takes "
            "IsolationForest, OneClassSVM, LocalOutlierFactor(novelty=True), EllipticEnvelope and their like."
        )
