"""Series to windows, and from windows back to points. Built in lesson 06.

A window is a stretch of `window` neighbouring points and is named after its last one: what it says is known when
that point has arrived, and not earlier. Windows never cross a gap: `starts` are the positions at which a new
stretch without gaps begins, as `gap_starts` finds them.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.signal import correlate, find_peaks

__all__ = ["dominant_period", "gap_starts", "longer_period", "make_windows", "to_points", "window_ends", "windows_at"]

GAP = 1.5  # times the usual step
WEAKEST_RHYTHM = 0.2  # autocorrelation
CLOSE_TO_BEST = 0.8  # of the highest peak: the shortest such period, so a day and not a week
ROUNDING = 1e-12  # of the largest value: what is left of a straight line once its trend is taken away
MOST_MULTIPLES = 31  # of the shorter period: a month of days
CLEARLY = 0.8  # of the error without it, or a longer period does not count
MOST_OF_IT = 0.8  # of the largest gain: the shortest such period, so one week and not two
FAR_OUT = 5  # robust standard deviations; beyond them a spike would speak louder than the rhythm


def window_ends(n_times, window, stride=1, starts=(0,)):
    """Find the position of each window's last point, in ascending order.

    Parameters
    ----------
    n_times : int
        Points in the series.
    window : int
        Points in a window; a stretch shorter than that has none.
    stride : int
        Points from one window to the next, counted anew in each stretch.
    starts : sequence of int
        Positions at which a stretch without gaps begins; the first is 0.

    Returns
    -------
    ndarray of shape (n_windows,)

    Raises
    ------
    ValueError
        For lengths below 1 or starts that do not ascend from 0.

    >>> window_ends(8, window=3, starts=(0, 4)).tolist()
    [2, 3, 6, 7]
    """
    _check_lengths(window=window, stride=stride)
    starts = _checked_starts(starts, n_times)
    stretches = [np.arange(start + window - 1, stop, stride) for start, stop in pairwise([*starts, n_times])]
    return np.concatenate([np.empty(0, int), *stretches])


def make_windows(values, window, stride=1, starts=(0,)):
    """Cut a series into all its windows, oldest first, as a new array.

    Parameters
    ----------
    values : array of shape (n_times,) or (n_times, n_channels)
    window, stride : int
    starts : sequence of int
        All three, and what is raised, as in :func:`window_ends`.

    Returns
    -------
    ndarray of shape (n_windows, window) or (n_windows, window, n_channels)
        `window_ends` says where each one ends.

    >>> make_windows([1, 2, 3, 4, 5], window=3).tolist()
    [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    >>> make_windows([1, 2, 30, 40], window=2, starts=(0, 2)).tolist()
    [[1, 2], [30, 40]]
    """
    values = np.asarray(values)
    return windows_at(values, window_ends(len(values), window, stride, starts), window)


def windows_at(values, ends, window):
    """Cut out the windows whose last points stand at `ends`.

    Parameters
    ----------
    values : array of shape (n_times,) or (n_times, n_channels)
    ends : array of int of shape (n_windows,)
    window : int

    Returns
    -------
    ndarray of shape (n_windows, window) or (n_windows, window, n_channels)

    Raises
    ------
    ValueError
        For an end that has fewer than `window - 1` points before it.

    >>> windows_at(np.array([1, 2, 3, 4]), np.array([3]), window=2).tolist()
    [[3, 4]]
    """
    ends = np.asarray(ends, dtype=int)
    if (ends < window - 1).any():  # NumPy would take the missing points from the end of the series
        raise ValueError(f"No window of {window} points ends at position {ends.min()}: the first ends at {window - 1}.")
    return np.asarray(values)[ends[:, None] + np.arange(1 - window, 1)]


def to_points(window_scores, n_times, window, stride=1, starts=(0,)):
    """Give each window's score to its last point: causal, nothing after a point enters its score.

    Parameters
    ----------
    window_scores : array of shape (n_windows, ...)
        In the order of `make_windows`.
    n_times, window, stride : int
    starts : sequence of int
        All four as in :func:`window_ends`.

    Returns
    -------
    ndarray of shape (n_times, ...)
        NaN where no window ends: the first `window - 1` points of each stretch.

    Raises
    ------
    ValueError
        If there is not one score for each window.

    >>> to_points([0.5, 0.7], n_times=4, window=3)
    array([nan, nan, 0.5, 0.7])
    """
    window_scores = np.asarray(window_scores, float)
    ends = _matching_ends(window_scores, n_times, window, stride, starts)
    points = np.full((n_times, *window_scores.shape[1:]), np.nan)
    points[ends] = window_scores
    return points


def gap_starts(times, step=None):
    """Find the positions at which a stretch without gaps begins; the first is 0.

    Parameters
    ----------
    times : pd.DatetimeIndex
        Ascending, without duplicates.
    step : pd.Timedelta or None
        The usual distance of two rows; None takes the median. A gap is more than one and a half steps.

    Returns
    -------
    ndarray of int

    >>> gap_starts(pd.DatetimeIndex(["2025-01-01 00:00", "2025-01-01 01:00", "2025-01-01 02:00", "2025-01-01 07:00"]))
    array([0, 3])
    """
    distances = np.diff(times.asi8)
    if len(distances) == 0:
        return np.zeros(1, int)
    usual = np.median(distances) if step is None else step / pd.Timedelta(1, unit=times.unit)
    return np.concatenate([[0], np.flatnonzero(distances > GAP * usual) + 1])


def runs(mask):
    """Find where runs of 1 begin and end.

    Parameters
    ----------
    mask : array of shape (n,)
        0 or 1.

    Returns
    -------
    ndarray of int of shape (n_runs, 2)
        Positions `start` and `stop`.

    >>> runs([1, 1, 0, 1]).tolist()
    [[0, 2], [3, 4]]
    """
    return np.flatnonzero(np.diff(np.concatenate([[0], mask, [0]]))).reshape(-1, 2)  # zeros close runs at both ends


def dominant_period(values, longest=None):
    """Find the period of a rhythm: the shortest strong peak of the autocorrelation.

    Parameters
    ----------
    values : array of shape (n_times,) or (n_times, n_channels)
        Finite; channels that vary are averaged.
    longest : int or None
        In points; None looks up to a third of the series, so that the rhythm is seen three times.

    Returns
    -------
    int or None
        In points; None if there is no rhythm.

    >>> hours = np.arange(24 * 14)
    >>> dominant_period(np.sin(2 * np.pi * hours / 24))
    24
    >>> dominant_period(np.random.default_rng(0).normal(size=500)) is None
    True
    """
    values = np.asarray(values, float)
    longest = len(values) // 3 if longest is None else min(longest, len(values) // 3)
    if longest < 3:
        return None
    correlations = [_autocorrelation(column) for column in np.atleast_2d(values.T)]
    varying = [correlation[: 2 * longest] for correlation in correlations if correlation is not None]
    if not varying:
        return None
    mean = np.mean(varying, axis=0)
    peaks, _ = find_peaks(mean, height=WEAKEST_RHYTHM, prominence=WEAKEST_RHYTHM / 2)
    peaks = peaks[peaks <= longest]
    if len(peaks) == 0:
        return None
    return _sharpened(int(peaks[mean[peaks] >= CLOSE_TO_BEST * mean[peaks].max()][0]), mean, longest)


def longer_period(values, period):
    """Find a second rhythm, longer than the first: the week of a series that also repeats by the day.

    A multiple of `period` counts if it forecasts clearly better: "as one longer period ago, and higher by as much as
    the last `period` points were" (:func:`changes_beside_the_last`). It is chosen on the first half of the series. On
    the second half its mean absolute error must be less than 0.8 of that of the same forecast from `period` itself, and
    of "as one `period` ago". So a series that repeats by the day only has no week, although it looked the same a week
    ago, and a level that drifts makes none.

    Parameters
    ----------
    values : array of shape (n_times,) or (n_times, n_channels)
        Finite, without gaps; the errors' ratios of channels that vary are averaged.
    period : int
        In points, as :func:`dominant_period` found it.

    Returns
    -------
    int or None
        In points, at most a third of the series; None if there is no such rhythm.

    >>> hours = np.arange(24 * 7 * 6)
    >>> flow = np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 0.1, len(hours))
    >>> longer_period(flow, 24) is None
    True
    >>> longer_period(flow * np.where(hours // 24 % 7 < 5, 1, 0.5), 24)
    168
    """
    values = np.atleast_2d(np.asarray(values, float).T).T
    longest = min(MOST_MULTIPLES, len(values) // (3 * period))
    n_judged = len(values) - (longest + 1) * period
    if longest < 2 or n_judged < 4:
        return None
    candidates = period * np.arange(1, longest + 1)
    errors = np.array([np.abs(changes_beside_the_last(values, lag, period)[-n_judged:]) for lag in candidates])
    plain = np.abs(values[period:] - values[:-period])[-n_judged:]
    early, late = errors[:, : n_judged // 2].mean(axis=1), errors[:, n_judged // 2 :].mean(axis=1)
    ratios = _ratios(early, early[0])
    best = int(np.flatnonzero(1 - ratios >= MOST_OF_IT * (1 - ratios.min()))[0])
    without = np.minimum(late[0], plain[n_judged // 2 :].mean(axis=0))
    return int(candidates[best]) if best and _ratios(late[[best]], without)[0] < CLEARLY else None


def changes_beside_the_last(values, lag, n_last):
    """Compute how far each change over `lag` points is from the mean of the `n_last` changes before it.

    That is the error of the forecast "as `lag` points ago, and higher by as much as the last points were".

    Parameters
    ----------
    values : ndarray of shape (n_times, n_channels)
    lag, n_last : int

    Returns
    -------
    ndarray of shape (n_times - lag - n_last, n_channels)

    >>> changes_beside_the_last(np.array([[1.0], [2.0], [11.0], [12.0], [21.0], [25.0]]), lag=2, n_last=1).ravel()
    array([0., 0., 3.])
    """
    changes = values[lag:] - values[:-lag]
    sums = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(changes, axis=0)])
    return changes[n_last:] - (sums[n_last:-1] - sums[: -n_last - 1]) / n_last


def _ratios(errors, usual):
    """Of errors (m, n_channels) to the usual ones, averaged over the channels that have any; 1 if none has."""
    varying = usual > 0
    return (errors[:, varying] / usual[varying]).mean(axis=1) if varying.any() else np.ones(len(errors))


def _sharpened(period, correlation, longest):
    """The neighbour of `period` at whose multiples the correlation is highest: noise moves a single peak."""
    reach = max(1, period // 10)
    candidates = np.arange(max(2, period - reach), min(period + reach, longest) + 1)
    multiples = range(1, (len(correlation) - 1) // candidates[-1] + 1)
    return int(candidates[np.argmax(sum(correlation[k * candidates] for k in multiples))])


def _autocorrelation(x):
    """At lags 0 to n - 1, without trend and with far points pulled in; None for a constant or a straight line."""
    largest = np.abs(x).max()
    times = np.arange(len(x))
    x = x - np.polyval(np.polyfit(times, x, 1), times)
    if x.std() <= ROUNDING * largest:
        return None
    middle = np.median(x)
    spread = 1.4826 * np.median(np.abs(x - middle)) or x.std()
    x = np.clip(x - middle, -FAR_OUT * spread, FAR_OUT * spread)
    x -= x.mean()
    overlap = np.arange(len(x), 0, -1) / len(x)  # a long lag has fewer pairs
    return correlate(x, x, method="fft")[len(x) - 1 :] / np.sum(x**2) / overlap


def _check_lengths(**lengths):
    for name, value in lengths.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is a whole number of points, at least 1, not {value!r}.")


def _checked_starts(starts, n_times):
    starts = np.asarray(starts, dtype=int)
    if len(starts) == 0 or starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] > max(n_times - 1, 0):
        raise ValueError(f"starts must ascend from 0 and lie inside the {n_times} points, not {starts.tolist()}.")
    return starts


def _matching_ends(window_values, n_times, window, stride, starts):
    ends = window_ends(n_times, window, stride, starts)
    if len(ends) != len(window_values):
        raise ValueError(
            f"{len(window_values)} windows are given, but {n_times} points have {len(ends)} windows of {window} points "
            f"(stride {stride}, {len(starts)} stretches without gaps): use the arguments of make_windows."
        )
    return ends
