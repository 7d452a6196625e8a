"""Metrics that scikit-learn lacks. AUROC, average precision, precision and recall are its own: use those.

Labels are 1 (anomaly) or 0 (normal). Points that a series detector could not score (NaN) are left out
together with their labels. What counts events in time instead of rows is written in :mod:`helpers.evaluation.events`.
"""

from typing import NamedTuple

from helpers.evaluation.inputs import check_rate, labels_and_flags, labels_and_scores

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, roc_auc_score

__all__ = [
    "Interval",
    "bootstrap_distribution",
    "bootstrap_interval",
    "percentile_interval",
    "precision_at_k",
    "rate_interval",
    "recall_by_kind",
]


class Interval(NamedTuple):
    """Two ends: ``low, high = interval`` works.

    Attributes
    ----------
    low, high : float

    >>> Interval(0.1, 0.3).high
    0.3
    """

    low: float
    high: float


def precision_at_k(labels, scores, k):
    """Compute the share of anomalies among the k highest scores: what a team that checks k rows a day will find.

    Where equal scores straddle the k-th place, the expected value over their random order. Built in lesson 02.

    Parameters
    ----------
    labels, scores : arrays of shape (n,)
    k : int
        From 1 to n.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        k out of range, labels without an anomaly or without a normal row, different lengths.

    >>> precision_at_k([0, 1, 0, 1], [0.1, 0.9, 0.8, 0.7], k=2)
    0.5
    """
    labels, scores = labels_and_scores(labels, scores, needed_by="precision at k")
    if k != int(k) or not 1 <= k <= len(scores):
        raise ValueError(f"k={k}: it must be a whole number from 1 to {len(scores)}, the number of scored points.")
    k = int(k)
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    above, tied = scores > kth, scores == kth
    found = labels[above].sum() + (k - above.sum()) * labels[tied].mean()
    return float(found / k)


def bootstrap_interval(metric, labels, scores, n_resamples=1000, confidence=0.95, random_state=0, blocks=None):
    """Estimate how much a metric would move with another sample of the same size (percentile bootstrap).

    Stratified: anomalies and normal points are drawn separately, with replacement. So the prevalence stays,
    and no resample is left without one class. Efron and Tibshirani (1993). Built in lesson 03.

    Parameters
    ----------
    metric : callable
        ``metric(labels, scores) -> float``, such as ``sklearn.metrics.average_precision_score``
        (that and ``roc_auc_score`` take a fast path).
    labels, scores : arrays of shape (n,)
    n_resamples : int
    confidence : float in (0, 1)
    random_state : int
    blocks : array of shape (n,), optional
        Rows of the same number (of one customer, person, event) are drawn together: they are alike, so that intervals
        from single rows would be too narrow. See :func:`bootstrap_distribution`.

    Returns
    -------
    Interval
        ``low`` and ``high``.

    Raises
    ------
    ValueError
        Labels of one class or other than 0 and 1, different lengths, infinite scores.

    >>> from sklearn.metrics import roc_auc_score
    >>> low, high = bootstrap_interval(roc_auc_score, [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6])
    >>> low < roc_auc_score([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]) <= high
    True
    """
    check_rate(confidence, "confidence")
    values = bootstrap_distribution(metric, labels, scores, n_resamples, random_state, blocks)
    return percentile_interval(values, confidence)


def bootstrap_distribution(metric, labels, scores, n_resamples=1000, random_state=0, blocks=None):
    """Compute the metric on each resample; the same random_state and labels draw the same rows.

    Parameters
    ----------
    metric, labels, scores, n_resamples, random_state
        As in :func:`bootstrap_interval`.
    blocks : array of shape (n,), optional
        Rows of the same number are drawn together, as neighbours in a series must be. A block with an anomaly counts
        as one.

    Returns
    -------
    float array of shape (n_resamples,)

    Raises
    ------
    ValueError
        As in :func:`bootstrap_interval`; no resample, blocks of another length.

    >>> from sklearn.metrics import roc_auc_score
    >>> bootstrap_distribution(roc_auc_score, [0, 0, 1, 1], [1, 2, 3, 4], n_resamples=3)
    array([1., 1., 1.])
    """
    if blocks is not None:
        blocks = _blocks_of_scored(blocks, scores)
    labels, scores = labels_and_scores(labels, scores, needed_by="a bootstrap interval")
    if n_resamples < 1:
        raise ValueError(f"n_resamples={n_resamples}: at least 1 is needed.")
    from_counts, ranked = _FROM_COUNTS.get(metric), _Ranked(labels, scores)
    rng = np.random.default_rng(random_state)
    redraw = _redraw if blocks is None else _redraw_blocks
    strata = _rows_of_each(labels) if blocks is None else _blocks_of_each(labels, blocks)
    values = np.empty(n_resamples)
    for i in range(n_resamples):
        drawn = np.concatenate([redraw(stratum, rng) for stratum in strata])
        values[i] = from_counts(*ranked.counts(drawn)) if from_counts else metric(labels[drawn], scores[drawn])
    return values


def percentile_interval(values, confidence=0.95):
    """Cut out the middle share of the values.

    Parameters
    ----------
    values : array of shape (n,)
    confidence : float in (0, 1)
        The share.

    Returns
    -------
    Interval

    >>> low, high = percentile_interval(range(101), confidence=0.9)
    >>> round(low), round(high)
    (5, 95)
    """
    low, high = np.quantile(np.asarray(values), [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(low), float(high))


def rate_interval(count, n, confidence=0.95):
    """Say what a rate may be when it showed count times in n: the exact binomial interval.

    Clopper and Pearson (1934). Built in lesson 02.

    Parameters
    ----------
    count, n : int
        0 <= count <= n.
    confidence : float in (0, 1)

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If count does not lie between 0 and n, or n is not positive.

    >>> low, high = rate_interval(0, 100)
    >>> low, round(high, 3)
    (0.0, 0.036)
    """
    check_rate(confidence, "confidence")
    if count != int(count) or n != int(n) or not 0 <= count <= n or n < 1:
        raise ValueError(f"count={count}, n={n}: both are whole numbers, n at least 1, count from 0 to n.")
    interval = binomtest(int(count), int(n)).proportion_ci(confidence_level=confidence, method="exact")
    return Interval(float(interval.low), float(interval.high))


def recall_by_kind(kinds, flags, normal="normal"):
    """Say which kinds of anomaly are found: the share of flagged rows in each.

    Rows of the kind `normal` are left out: their share of flags is the false-alarm rate, not a recall. Built in
    lesson 01.

    Parameters
    ----------
    kinds : array of str of shape (n,)
        The kind of each row.
    flags : array of shape (n,)
        1 (flagged) or 0.
    normal : str
        How kinds names a normal row; a missing kind counts as normal too.

    Returns
    -------
    Series
        Indexed by kind, in alphabetical order.

    Raises
    ------
    ValueError
        Different lengths, flags other than 0 and 1, or no anomaly among the kinds.

    >>> recall_by_kind(["normal", "bulk", "bulk", "burst"], [1, 1, 0, 1]).to_dict()
    {'bulk': 0.5, 'burst': 1.0}
    """
    kinds = pd.Series(np.asarray(kinds, dtype=object))
    abnormal = (kinds.notna() & (kinds != normal)).to_numpy()
    _, flags = labels_and_flags(abnormal, flags)
    if not abnormal.any():
        raise ValueError(f"Every kind is {normal!r}: there is no anomaly whose recall could be computed.")
    return pd.Series(flags[abnormal], dtype=float).groupby(kinds[abnormal].to_numpy()).mean().rename("recall")


def _rows_of_each(labels):
    return np.flatnonzero(labels == 0), np.flatnonzero(labels == 1)


def _redraw(positions, rng):
    return positions[rng.integers(len(positions), size=len(positions))]


def _blocks_of_scored(blocks, scores):
    if len(blocks) != len(scores):
        raise ValueError(f"{len(blocks)} blocks, but {len(scores)} scores: they must belong to the same rows.")
    return np.asarray(blocks)[~np.isnan(np.asarray(scores, dtype=np.float64))]


def _blocks_of_each(labels, blocks):
    """Find the positions of each block's rows: first the blocks without an anomaly, then those with one."""
    order = np.argsort(blocks, kind="stable")
    positions = np.split(order, np.flatnonzero(np.diff(np.asarray(blocks)[order])) + 1)
    odd = np.array([labels[rows].any() for rows in positions])
    strata = [[rows for rows, one in zip(positions, odd, strict=True) if one == wanted] for wanted in (False, True)]
    return [_laid_out(stratum) for stratum in strata if stratum]


def _laid_out(blocks):
    """All positions in a row, and where each block begins and how long it is: quicker to draw from than a list."""
    lengths = np.array([len(rows) for rows in blocks])
    return np.concatenate(blocks), np.cumsum(lengths) - lengths, lengths


def _redraw_blocks(stratum, rng):
    positions, starts, lengths = stratum
    drawn = rng.integers(len(starts), size=len(starts))
    before = np.cumsum(lengths[drawn]) - lengths[drawn]  # of what is drawn, how many positions stand before each block
    return positions[np.arange(lengths[drawn].sum()) + np.repeat(starts[drawn] - before, lengths[drawn])]


class _Ranked:
    """Counts above each score of many resamples: scores are sorted once, not anew for each resample.

    Twenty times faster than scikit-learn's functions, which a test compares with these.
    """

    def __init__(self, labels, scores):
        values, self.group_of = np.unique(-scores, return_inverse=True)  # equal scores share a group
        self.n_groups = len(values)
        self.labels = labels

    def counts(self, drawn):
        """Anomalies and all rows of each group, highest scores first."""
        groups = self.group_of[drawn]
        anomalies = np.bincount(groups[self.labels[drawn] == 1], minlength=self.n_groups)
        return anomalies, np.bincount(groups, minlength=self.n_groups)


def _average_precision(anomalies, rows):
    anomalies, rows = anomalies[rows > 0], rows[rows > 0]
    return float((anomalies * anomalies.cumsum() / rows.cumsum()).sum() / anomalies.sum())


def _auroc(anomalies, rows):
    normal = rows - anomalies
    below = normal.sum() - normal.cumsum() + normal / 2  # a tie counts half
    return float((anomalies * below).sum() / (anomalies.sum() * normal.sum()))


_FROM_COUNTS = {average_precision_score: _average_precision, roc_auc_score: _auroc}
