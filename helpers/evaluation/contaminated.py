"""A limit from calibration rows that nobody has checked: a few odd ones among them must not become the limit."""

from helpers.evaluation.inputs import check_rate, clean_scores
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
from scipy.optimize import brentq

__all__ = ["contaminated_threshold", "plausible_scores"]

MOST_ODD = 0.06  # of the rows, that can be put aside
CHANCE = 0.1  # normal scores that lie beyond the cut in one calibration part, as far as the tail goes on as it begins
BODY = (0.5, 0.75, 0.9)  # quantiles from which the tail is read: 5 % of odd rows hardly move them
SHAPES = (-0.2, 0.5)  # of the tail: from one that ends to one with half a variance
FEW = 150  # scores do not tell whether a tail ends


def contaminated_threshold(scores, false_alarm_rate=0.01):
    """Set the limit from calibration scores of which up to 5 % may be of odd rows.

    As :func:`quantile_threshold`, of the scores that can be normal (:func:`plausible_scores`). In simulation, with
    seven kinds of scores and 400 of them, a promise of 1 % gave 0.9 to 1.5 % where no row was odd, 0.8 to 1.4 % with
    1 % of odd rows and 0.1 to 0.9 % with 5 %: odd rows that are hardly odd make the limit too high.

    Parameters
    ----------
    scores : array of shape (n,)
        Of calibration rows; NaN are left out.
    false_alarm_rate : float in (0, 1)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As :func:`quantile_threshold`.

    >>> rng = np.random.default_rng(0)
    >>> scores = np.abs(rng.normal(size=400))
    >>> spoiled = np.r_[scores, [40.0] * 8]
    >>> [round(float(limit), 1) for limit in (contaminated_threshold(spoiled), quantile_threshold(spoiled))]
    [2.6, 40.0]
    """
    check_rate(false_alarm_rate)
    return quantile_threshold(plausible_scores(scores), false_alarm_rate)


def plausible_scores(scores):
    """Leave out scores so high that normal rows would hardly ever have them, at most 6 %.

    The tail is taken to go on as it begins: as a generalised Pareto distribution above the median, its shape read from
    three quantiles (Pickands 1975). Repeated until nothing more lies beyond the cut.

    Parameters
    ----------
    scores : array of shape (n,)

    Returns
    -------
    ndarray of shape (m,)
        Ascending, without NaN.
    """
    kept = np.sort(clean_scores(scores))
    fewest = int(np.ceil(len(kept) * (1 - MOST_ODD)))
    while len(kept) > fewest:
        n_below = max(int(np.searchsorted(kept, _cut(kept), side="right")), fewest)
        if n_below == len(kept):
            break
        kept = kept[:n_below]
    return kept


def _cut(scores):
    """The score that one in ten such calibration parts would reach."""
    middle, upper, high = np.quantile(scores, BODY)
    if not middle < upper < high:
        return np.inf
    rest = [1 - share for share in BODY]
    shape = _shape((high - middle) / (upper - middle), rest[0] / rest[2], rest[0] / rest[1])
    shape = np.clip(shape, SHAPES[0] if len(scores) >= FEW else 0.0, SHAPES[1])
    return middle + (high - middle) * _reach(rest[0] * len(scores) / CHANCE, shape) / _reach(rest[0] / rest[2], shape)


def _shape(ratio, far, near):
    """The shape for which the tail reaches `ratio` times as far at one level as at the other."""

    def difference(shape):
        return _reach(far, shape) / _reach(near, shape) - ratio

    low, high = -3.0, 3.0
    if difference(low) > 0 or difference(high) < 0:
        return low if difference(low) > 0 else high
    return brentq(difference, low, high)


def _reach(rarity, shape):
    """How far a tail of this shape reaches at one in `rarity`, in units of its scale."""
    return np.log(rarity) if abs(shape) < 1e-9 else (rarity**shape - 1) / shape
