"""Thresholds for scores in time: by alarms a week, and rolling.

Points that could not be scored are NaN: they are never flagged and teach nothing.
"""

import math

from helpers.evaluation.inputs import check_positive, check_rows, clean_scores
from helpers.evaluation.robust import MAD_OF_NORMAL, MEAN_DEVIATION_TO_SD

import numpy as np
import pandas as pd

__all__ = ["alarms_threshold", "rolling_threshold", "rolling_z"]


def alarms_threshold(scores, rows_per_day, alarms_per_week=1, merge=0):
    """Find the lowest threshold that keeps new normal data, on average, within so many alarms a week.

    Counted are alarms, not points: runs of scores above the threshold, joined where at most ``merge`` rows lie
    between them. Weeks of scores allow m = floor(weeks × alarms_per_week) alarms; this and every higher threshold
    shows *fewer* than m on the scores given. One is kept in reserve for the same reason that
    :func:`helpers.evaluation.quantile_threshold` counts to n + 1: the scores at hand chose the threshold and look a
    little too good for it. The promise is about averages: single weeks scatter, and a month holds few alarms to
    learn from.

    Lowering a threshold makes alarms grow together, so low thresholds can show few alarms again, all of them long.
    That is why every higher threshold must keep the allowance too; the time spent under alarm is not limited.

    Parameters
    ----------
    scores : array of shape (n,)
        Scores of held-out normal rows, in order of time; NaN for points that could not be scored.
    rows_per_day : float
        24 for an hourly series; :func:`helpers.evaluation.rows_in_a_day` reads it off a time index.
    alarms_per_week : float
    merge : int
        As in :func:`helpers.evaluation.false_alarms_per_day`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Too few scores for this allowance (the message says how many are needed); an allowance that no threshold
        uses up (scores that are all equal, too large a merge); infinite scores, NaN throughout, bad numbers.

    >>> scores = np.zeros(14 * 24)  # two weeks, hourly: two alarms allowed, one in reserve
    >>> scores[[50, 51, 52, 200, 300]] = 7, 9, 7, 5, 4
    >>> alarms_threshold(scores, rows_per_day=24, alarms_per_week=1)
    5.0
    """
    check_positive(rows_per_day, "rows_per_day")
    check_positive(alarms_per_week, "alarms_per_week")
    check_rows(merge, "merge")
    n_scored = len(clean_scores(scores))
    rows_an_alarm = 7 * rows_per_day / alarms_per_week
    allowed = math.floor(round(n_scored / rows_an_alarm, 9))
    if allowed < 1:
        raise ValueError(
            f"{n_scored} scores are {n_scored / rows_per_day:.1f} days: too little to promise {alarms_per_week:g} "
            f"alarms a week. At least {math.ceil(round(rows_an_alarm, 9))} normal scores are needed, or a larger "
            "allowance."
        )
    values, n_alarms = _alarms_above(np.asarray(scores, dtype=float), int(merge))
    too_many = np.flatnonzero(n_alarms >= allowed)
    if len(too_many) == 0:
        raise ValueError(
            f"No threshold reaches {allowed} alarms, so none is the lowest. Are the scores all equal, or is "
            f"merge={merge} so large that everything is one alarm? Allow fewer alarms, lower merge, or use "
            "quantile_threshold."
        )
    return float(values[too_many[-1] + 1])  # at the largest value there is no alarm, so this never runs over


def rolling_threshold(scores, window, k):
    """Let a limit follow a drifting level: median + k × MAD / 0.6745 of the last `window` scores before each point.

    The relative of Hundman et al. (KDD 2018), whose limit is mean + z × standard deviation of the errors in a past
    window. Median and MAD (the Hampel identifier, Hampel 1974; Leys et al. 2013) because an anomaly still in the
    window would lift mean and deviation and so hide the next one; here up to half of the window may be anomalous.
    What lasts longer becomes the new normal: a slow leak, a level shift. Judge those by a fixed threshold.

    Causal: the limit at t uses scores before t only.

    Parameters
    ----------
    scores : array of shape (n,)
        In order of time; NaN for points that could not be scored.
    window : int
        Rows to look back, at least 3: a few days' worth or more so that the daily rhythm is inside. Gaps in the
        clock are not seen.
    k : float
        How many robust standard deviations. ``alarms_threshold(rolling_z(scores_calibration, window), ...)`` or
        ``quantile_threshold`` of the same finds it.

    Returns
    -------
    array of shape (n,)
        NaN until half of a window is scored: ``scores > limit`` is False there. To judge a test part from its first
        row on, let the scores before it run in front and cut them off.

    Raises
    ------
    ValueError
        A window below 3 or no whole number, a k that is not positive, infinite scores, NaN throughout.

    >>> rolling_threshold([1, 2, 3, 2, 1, 90, 2, 3], window=5, k=3).round(1)
    array([nan, nan, nan, 6.4, 4.2, 6.4, 6.4, 6.4])
    """
    check_positive(k, "k")
    median, spread = _past(scores, window)
    return median + k * spread


def rolling_z(scores, window):
    """Measure how far each score lies above the median of the last `window` before it, in robust standard deviations.

    ``rolling_z(scores, window) > k`` flags what ``scores > rolling_threshold(scores, window, k)`` flags. So k can be
    chosen from held-out normal scores like any other threshold.

    Parameters
    ----------
    scores, window
        As in :func:`rolling_threshold`.

    Returns
    -------
    array of shape (n,)
        NaN where the score is NaN, and until half of a window is scored.

    Raises
    ------
    ValueError
        As in :func:`rolling_threshold`.

    >>> rolling_z([1, 2, 3, 2, 1, 90, 2, 3], window=5).round(1)
    array([ nan,  nan,  nan,  0. , -1.3, 59.4,  0. ,  0.7])
    """
    median, spread = _past(scores, window)
    return (np.asarray(scores, dtype=float) - median) / spread


def _alarms_above(scores, merge):
    """Find the distinct scores, ascending, and the number of alarms when each of them is the threshold.

    A row begins an alarm at threshold t if it lies above t and none of the merge + 1 rows before it does: for t
    from the highest of these up to, not including, its own score. So alarms are counted by counting intervals.
    """
    heights = pd.Series(np.where(np.isnan(scores), -np.inf, scores))
    ranks = heights.rank(method="dense")  # rolling() takes infinity for missing
    before = ranks.shift(1).rolling(merge + 1, min_periods=1).max().fillna(0).to_numpy()
    ranks = ranks.to_numpy()
    begins = ranks > before
    values, first = np.unique(heights, return_index=True)
    levels = ranks[first]
    opened = np.searchsorted(np.sort(before[begins]), levels, side="right")
    closed = np.searchsorted(np.sort(ranks[begins]), levels, side="right")
    finite = np.isfinite(values)
    return values[finite], (opened - closed)[finite]


def _past(scores, window):
    """Median and robust standard deviation of the last `window` scores before each point."""
    check_rows(window, "window", least=3)
    clean_scores(scores)
    past = pd.Series(np.asarray(scores, dtype=float)).shift(1).rolling(int(window), min_periods=-(-int(window) // 2))
    return past.median().to_numpy(), past.apply(_spread, raw=True).to_numpy()


def _spread(window):
    """MAD / 0.6745; where over half of the scores are equal, and where all are, as in ModifiedZScore."""
    scores = window[~np.isnan(window)]
    deviations = np.abs(scores - np.median(scores))
    return np.median(deviations) / MAD_OF_NORMAL or MEAN_DEVIATION_TO_SD * deviations.mean() or 1.0
