"""Measure detectors: the seconds they take, and what their scores are worth by the labels.

One engine for the lessons' scoreboard, for the long tables and for the report. A detector is whatever has ``fit(X)``
and ``decision_function(X)``, higher scores meaning more abnormal.
"""

import time
from dataclasses import dataclass

from helpers.evaluation.inputs import labels_and_scores

import numpy as np
from sklearn.base import clone
from sklearn.metrics import average_precision_score, roc_auc_score

__all__ = ["Worth", "judge", "scores_of", "seed_parameters", "seeded", "timed"]


@dataclass(frozen=True)
class Worth:
    """What scores are worth on labelled rows. NaN where it takes a class of rows, or a threshold, that is not there.

    Attributes
    ----------
    n_rows, n_anomalies : int
        That have a score.
    auroc, average_precision : float
        Of the ranking.
    precision, recall, false_alarm_rate : float
        Of the rows above the threshold.
    """

    n_rows: int
    n_anomalies: int
    auroc: float
    average_precision: float
    precision: float
    recall: float
    false_alarm_rate: float

    @property
    def prevalence(self):
        """The share of anomalies: the average precision of chance."""
        return self.n_anomalies / self.n_rows


def timed(function, *arguments, **options):
    """What a function returns, and the seconds it took.

    Parameters
    ----------
    function : callable
    *arguments, **options
        It is called with these.

    Returns
    -------
    result : object
    seconds : float

    >>> result, seconds = timed(sorted, [3, 1, 2], reverse=True)
    >>> result, seconds < 1
    ([3, 2, 1], True)
    """
    start = time.perf_counter()
    result = function(*arguments, **options)
    return result, time.perf_counter() - start


def seed_parameters(detector):
    """The names of a detector's parameters that hold a seed, those of what it wraps included.

    Parameters
    ----------
    detector : detector

    Returns
    -------
    list of str

    >>> from helpers.detectors import NearestNeighbours, RandomScore
    >>> seed_parameters(RandomScore()), seed_parameters(NearestNeighbours())
    (['random_state'], [])
    """
    return [name for name in detector.get_params() if name.split("__")[-1] == "random_state"]


def seeded(detector, seed):
    """An unfitted copy of a detector that draws by this seed.

    Parameters
    ----------
    detector : detector
    seed : int

    Returns
    -------
    detector

    >>> from helpers.detectors import RandomScore
    >>> seeded(RandomScore(), 7)
    RandomScore(random_state=7)
    """
    return clone(detector).set_params(**dict.fromkeys(seed_parameters(detector), seed))


def scores_of(detector, X, context=None):
    """Scores as one array, those of several recordings one after the other.

    Parameters
    ----------
    detector : fitted detector
    X : table, images, series, or list of series
    context : series, optional
        What came right before the series `X`, so that its first points have scores.

    Returns
    -------
    ndarray of shape (n,)

    >>> from helpers.detectors import SeasonalNaive
    >>> scores_of(SeasonalNaive(period=1).fit([0.0, 1.0, 0.0]), [2.0, 2.0], context=[0.0])
    array([2., 0.])
    """
    options = {} if context is None else {"context": context}
    scores = detector.decision_function(X, **options)
    return np.concatenate(scores) if isinstance(scores, list) else np.asarray(scores)


def judge(labels, scores, threshold=np.nan):
    """What scores are worth by the labels, and what the alarms above a threshold are.

    Parameters
    ----------
    labels : array of shape (n,)
        1 (anomaly) or 0 (normal).
    scores : array of shape (n,)
        Points without a score (NaN) are left out together with their labels.
    threshold : float, optional
        What is above it is flagged.

    Returns
    -------
    Worth

    >>> judge([0, 0, 1, 1], [0.1, 0.6, 0.5, 0.9], threshold=0.55)  # doctest: +NORMALIZE_WHITESPACE
    Worth(n_rows=4, n_anomalies=2, auroc=0.75, average_precision=0.8333333333333333, precision=0.5, recall=0.5,
          false_alarm_rate=0.5)
    """
    labels, scores = labels_and_scores(labels, scores)
    flags, odd = scores > threshold, labels == 1
    both = odd.any() and not odd.all()
    alarms = (odd[flags], flags[odd], flags[~odd])
    return Worth(
        len(labels),
        int(odd.sum()),
        float(roc_auc_score(labels, scores)) if both else np.nan,
        float(average_precision_score(labels, scores)) if both else np.nan,
        *(_share(rows) if not np.isnan(threshold) else np.nan for rows in alarms),
    )


def _share(flags):
    return float(flags.mean()) if len(flags) else np.nan
