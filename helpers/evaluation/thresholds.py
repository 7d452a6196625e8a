"""Thresholds: from scores, and costs or labels where there are any, to one number.

A row is flagged when its score is *above* the threshold. Points that a series detector could not score (NaN)
are left out. Every function returns a plain float for :meth:`helpers.detectors.base.Detector.set_threshold`,
but for the rolling ones of :mod:`helpers.evaluation.thresholds_in_time`, where the rules for series are written.
"""

import math

from helpers.evaluation.inputs import check_rate, clean_scores, labels_and_scores

import numpy as np
import pandas as pd
from scipy.stats import genpareto
from sklearn.model_selection import StratifiedKFold

__all__ = [
    "cost_threshold",
    "cross_validated_threshold",
    "cross_validation_table",
    "pot_threshold",
    "quantile_threshold",
]

MIN_EXCESSES = 20  # fewer leave the two parameters of the tail to chance
MAX_CANDIDATES = 500


def quantile_threshold(scores, false_alarm_rate=0.01):
    """Find the threshold that new normal rows pass with at most the promised probability.

    The k-th smallest of n calibration scores, k = ceil((n + 1)(1 - rate)): the split-conformal quantile (Vovk
    et al. 2005; Angelopoulos and Bates 2023). The promise holds on average over calibration sets, when
    calibration and new rows come from the same source. Built in lesson 02.

    Parameters
    ----------
    scores : array of shape (n,)
        Scores of held-out normal rows.
    false_alarm_rate : float in (0, 1)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If n is too small for this rate (n must be at least 1/rate - 1); for infinite scores or NaN
        throughout.

    >>> quantile_threshold(range(1, 100), false_alarm_rate=0.05)
    95.0
    """
    check_rate(false_alarm_rate)
    scores = clean_scores(scores)
    n = len(scores)
    allowed_above = math.floor(_exact((n + 1) * false_alarm_rate))
    if allowed_above < 1:
        needed = math.ceil(_exact(1 / false_alarm_rate)) - 1
        raise ValueError(
            f"{n} calibration scores cannot promise a false-alarm rate of {false_alarm_rate:g}: at least "
            f"{needed} are needed. Hold out more normal rows, or promise a higher rate."
        )
    return float(np.partition(scores, n - allowed_above)[n - allowed_above])


def pot_threshold(scores, false_alarm_rate=0.01, tail_share=0.05):
    """Find the threshold for a small rate, read off a curve fitted to the tail (peaks over threshold).

    The excesses above the (1 - tail_share) quantile follow a generalised Pareto distribution (Coles 2001,
    chapter 4; Siffer et al. 2017), fitted by maximum likelihood (``scipy.stats.genpareto``). It reaches rates
    that the calibration scores are too few to show. Built in lesson 02.

    Parameters
    ----------
    scores : array of shape (n,)
        Scores of held-out normal rows.
    false_alarm_rate : float in (0, tail_share)
    tail_share : float in (0, 1)
        The share of the scores that counts as the tail; at least 20 scores must lie in it.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Too few scores in the tail, a rate that is not below tail_share, infinite scores, NaN throughout.

    >>> import numpy as np
    >>> scores = np.random.default_rng(0).exponential(size=10_000)  # exact answer: -log(0.0001) = 9.2
    >>> 8 < pot_threshold(scores, false_alarm_rate=0.0001) < 11
    True
    """
    check_rate(false_alarm_rate)
    check_rate(tail_share, "tail_share")
    if false_alarm_rate >= tail_share:
        raise ValueError(
            f"false_alarm_rate={false_alarm_rate:g} must be smaller than tail_share={tail_share:g}: the "
            "curve describes the tail only. Use quantile_threshold for such a rate."
        )
    scores = clean_scores(scores)
    start = np.quantile(scores, 1 - tail_share)
    excesses = scores[scores > start] - start
    _refuse_short_tail(len(scores), excesses, tail_share)
    scale = excesses.mean()  # fitting numbers near 1 keeps the optimiser on firm ground
    shape, _, spread = genpareto.fit(excesses / scale, floc=0)
    share_of_excesses = false_alarm_rate * len(scores) / len(excesses)
    return float(start + scale * genpareto.isf(min(share_of_excesses, 1.0), shape, scale=spread))


def cost_threshold(scores, labels, cost_miss, cost_false_alarm):
    """Find the threshold with the lowest total cost on labelled rows.

    Every cut between two neighbouring scores is tried, flagging all and flagging nothing too; of equally
    cheap cuts the highest is taken. The cost on these rows is too good to expect elsewhere: report it on
    others. Built in lesson 02.

    Parameters
    ----------
    scores, labels : arrays of shape (n,)
        Labels are 1 (anomaly) or 0 (normal).
    cost_miss : float or array of shape (n,)
        Cost of a missed anomaly, the same for all or one of each row's own, not negative. What stands beside a normal
        row is not used.
    cost_false_alarm : float
        Cost of one false alarm, in the same currency, not negative.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Labels of one class or other than 0 and 1, different lengths, negative costs.

    >>> cost_threshold([1, 2, 3, 4], [0, 1, 0, 1], cost_miss=10, cost_false_alarm=1)
    1.5
    >>> cost_threshold([1, 2, 3, 4], [0, 1, 0, 1], cost_miss=1, cost_false_alarm=10)
    3.5
    >>> cost_threshold([1, 2, 3, 4], [0, 1, 0, 1], cost_miss=[0, 50, 0, 5], cost_false_alarm=10)
    1.5
    """
    if not all((np.isfinite(cost) & (np.asarray(cost) >= 0)).all() for cost in (cost_miss, cost_false_alarm)):
        raise ValueError(f"Costs are finite and not negative, but got {cost_miss!r} and {cost_false_alarm!r}.")
    if np.ndim(cost_miss):
        cost_miss = _costs_of_scored(cost_miss, scores)
    labels, scores = labels_and_scores(labels, scores, needed_by="a threshold by cost")
    cuts = _cuts(scores)
    hits, false_alarms = _counts_above(cuts, labels, scores)
    missed = _total_below(cuts, labels * cost_miss, scores) if np.ndim(cost_miss) else cost_miss * (labels.sum() - hits)
    costs = missed + cost_false_alarm * false_alarms
    return float(cuts[len(cuts) - 1 - np.argmin(costs[::-1])])


def cross_validated_threshold(scores, labels, n_splits=5, random_state=0, metric="f1"):
    """Take the median of the thresholds that are best on the training parts of stratified folds.

    :func:`cross_validation_table` shows the folds. Built in lesson 02.

    Parameters
    ----------
    scores, labels : arrays of shape (n,)
        Labels are 1 (anomaly) or 0 (normal), at least n_splits of each.
    n_splits : int
    random_state : int
    metric : "f1" or callable
        What a threshold should make large: ``metric(labels, flags) -> float``. For a cost, return its
        negative.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Labels of one class, fewer of a class than folds, different lengths, labels other than 0 and 1.

    >>> scores = [1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 22, 23]
    >>> 8 < cross_validated_threshold(scores, [0] * 8 + [1] * 4, n_splits=4) < 21
    True
    """
    table = cross_validation_table(scores, labels, n_splits, random_state, metric)
    return float(table["threshold"].median())


def cross_validation_table(scores, labels, n_splits=5, random_state=0, metric="f1"):
    """Tell fold by fold the threshold chosen, what it reached where it was chosen, and on the rows held out.

    Built in lesson 02.

    Parameters
    ----------
    scores, labels, n_splits, random_state, metric
        As in :func:`cross_validated_threshold`.

    Returns
    -------
    DataFrame
        One row a fold, with the columns "threshold", "chosen on" and "held out".

    Raises
    ------
    ValueError
        As in :func:`cross_validated_threshold`.

    >>> table = cross_validation_table([1, 2, 3, 4, 11, 12], [0, 0, 0, 0, 1, 1], n_splits=2)
    >>> table["held out"].tolist()
    [1.0, 1.0]
    """
    labels, scores = labels_and_scores(labels, scores, needed_by="a cross-validated threshold")
    rarest = int(min(labels.sum(), len(labels) - labels.sum()))
    if rarest < n_splits:
        raise ValueError(f"{n_splits} folds need as many rows of each class, but one has {rarest}: use fewer folds.")
    metric = _f1 if isinstance(metric, str) and metric == "f1" else metric
    if not callable(metric):
        raise ValueError(f"metric must be 'f1' or a function of labels and flags, not {metric!r}.")
    folds = StratifiedKFold(n_splits, shuffle=True, random_state=random_state)
    rows = [_one_fold(scores, labels, *parts, metric) for parts in folds.split(scores, labels)]
    return pd.DataFrame(rows, columns=["threshold", "chosen on", "held out"]).rename_axis("fold")


def _one_fold(scores, labels, chosen_on, held_out, metric):
    threshold, best = _best_threshold(scores[chosen_on], labels[chosen_on], metric)
    return threshold, best, float(metric(labels[held_out], (scores[held_out] > threshold).astype(np.int8)))


def _best_threshold(scores, labels, metric):
    cuts = _promising_cuts(scores, labels)
    if metric is _f1:
        hits, false_alarms = _counts_above(cuts, labels, scores)
        values = 2 * hits / (hits + false_alarms + labels.sum())
    else:
        values = np.array([metric(labels, (scores > cut).astype(np.int8)) for cut in cuts], dtype=float)
    best = len(values) - 1 - int(np.argmax(values[::-1]))  # of equally good cuts, the one with fewest alarms
    return float(cuts[best]), float(values[best])


def _f1(labels, flags):
    hits = np.sum((labels == 1) & (flags == 1))
    return float(2 * hits / (labels.sum() + flags.sum()))


def _promising_cuts(scores, labels):
    """Cuts just below an anomaly: only there can more be found without more false alarms than needed."""
    cuts = _cuts(scores)
    hits, _ = _counts_above(cuts, labels, scores)
    cuts = cuts[np.append(hits[:-1] > hits[1:], True)]
    if len(cuts) > MAX_CANDIDATES:
        cuts = cuts[np.linspace(0, len(cuts) - 1, MAX_CANDIDATES).round().astype(int)]
    return cuts


def _cuts(scores):
    """Ascending thresholds: below all scores, halfway between neighbours, at the largest (flags none)."""
    values = np.unique(scores)
    halfway = values[:-1] + (values[1:] - values[:-1]) / 2
    halfway = np.where(halfway < values[1:], halfway, values[:-1])  # neighbouring floats have nothing between
    return np.concatenate([[np.nextafter(values[0], -np.inf)], halfway, [values[-1]]])


def _counts_above(cuts, labels, scores):
    """Anomalies and normal rows above each cut."""
    order = np.argsort(scores)
    above = len(scores) - np.searchsorted(scores[order], cuts, side="right")
    hits = np.append(0, np.cumsum(labels[order][::-1], dtype=np.int64))[above]
    return hits, above - hits


def _total_below(cuts, values, scores):
    """The sum of the values whose scores do not exceed each cut."""
    order = np.argsort(scores)
    return np.append(0, np.cumsum(values[order]))[np.searchsorted(scores[order], cuts, side="right")]


def _costs_of_scored(costs, scores):
    if np.shape(costs) != np.shape(scores):
        raise ValueError(f"{np.size(costs)} costs of a miss, but {np.size(scores)} scores: one for each row is needed.")
    return np.asarray(costs, dtype=np.float64)[~np.isnan(np.asarray(scores, dtype=np.float64))]


def _refuse_short_tail(n, excesses, tail_share):
    if len(excesses) < MIN_EXCESSES:
        needed = math.ceil(_exact(MIN_EXCESSES / tail_share)) + 1
        raise ValueError(
            f"Only {len(excesses)} of {n} scores lie in the tail of {tail_share:g}, but {MIN_EXCESSES} are "
            f"needed. Take at least {needed} scores or a larger tail_share (equal scores shorten the tail)."
        )
    if np.ptp(excesses) == 0:
        raise ValueError("The scores in the tail are all equal: no curve can be fitted. Use quantile_threshold.")


def _exact(number):
    """Undo floating-point dust before rounding: (n + 1) * 0.07 must not fall just short of an integer."""
    return round(number, 9)
