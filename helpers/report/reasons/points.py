"""Why is this point of a series strange? Channel by channel, with the time and what came before."""

from helpers.report.columns.clock import Clock
from helpers.report.reasons.occlusion import occlusion_shares, occlusion_trials
from helpers.report.reasons.wording import columns_to_name, in_words, usual_range

import numpy as np
import pandas as pd

__all__ = ["explain_points"]

DAYS = 7  # fewer values of an hour of the day say little about what is usual then
SHOWN = 3  # points before
LONG_STILL = 5  # rows of one value
FAR_LONGER = 2  # times as long as ever else
NOT_JUDGED = "not judged: its time is missing or repeated, or too little came before it"


def explain_points(detector, series, ends, top, clock=None):
    """Explain points of a series (:func:`helpers.report.explain_rows`).

    A channel becomes usual by taking, throughout the window, its median at the hour of the day; over all hours if the
    series has less than a week of them, or no dates.

    Parameters
    ----------
    detector : SeriesDetector
    series : DataFrame of shape (m, n_channels)
        With an ascending DatetimeIndex.
    ends : int ndarray of shape (n,)
        Where in the series each point stands, -1 if nowhere.
    top : int
    clock : Clock, optional
        How the times are told; as dates if None.

    Returns
    -------
    because : list of str
    shares : ndarray of shape (n, n_channels)
    """
    clock = clock or Clock()
    known = ends >= detector.window_ - 1
    shares = np.zeros((len(ends), series.shape[1]))
    because = np.full(len(ends), NOT_JUDGED, dtype=object)
    if known.any():
        real, usual = _windows(detector, series, ends[known], clock)
        parts = [[channel] for channel in range(series.shape[1])]
        trials = occlusion_trials(real, usual, parts)
        shares[known] = occlusion_shares(np.hstack([_scores(detector, each, series.columns) for each in trials]))
        because[known] = [
            _sentence(detector, series, end, row, forecast, top, clock)
            for end, row, forecast in zip(
                ends[known], shares[known], _forecasts(detector, real, series.columns), strict=True
            )
        ]
    return list(because), shares


def _windows(detector, series, ends, clock):
    """The windows that end there, and what would have been usual, both of shape (n, window_, n_channels), no NaN."""
    filled = series.ffill().fillna(series.median()).fillna(0.0)
    usual = filled.groupby(_hours(series, clock)).transform("median")
    at = ends[:, None] + np.arange(1 - detector.window_, 1)
    return filled.to_numpy()[at], usual.to_numpy()[at]


def _hours(series, clock):
    """Each point's hour of the day, or 0 throughout if that is no rhythm we could know."""
    if not clock.has_dates:
        return np.zeros(len(series), int)
    hours = series.index.hour.to_numpy()
    days = pd.Series(series.index.normalize()).groupby(hours).nunique()
    return hours if len(days) > 1 and days.min() >= DAYS else np.zeros(len(series), int)


def _scores(detector, windows, channels):
    """Of shape (n_trials, n), from (n_trials, n, window_, n_channels)."""
    rows = _apart(detector, windows.reshape(-1, *windows.shape[2:]), channels)
    return detector.decision_function(rows)[detector.window_ - 1 :: detector.window_].reshape(windows.shape[:2])


def _forecasts(detector, windows, channels):
    if not hasattr(detector, "forecast"):
        return [None] * len(windows)
    return detector.forecast(_apart(detector, windows, channels)).to_numpy()[detector.window_ - 1 :: detector.window_]


def _apart(detector, windows, channels):
    """Windows as one series with a gap after each, so that each is scored once."""
    n, length, n_channels = windows.shape
    step = pd.Timedelta(detector.step_seconds_ or 1.0, unit="s")
    steps = np.arange(n)[:, None] * (length + 2) + np.arange(length)
    index = pd.Timestamp("2000-01-01") + pd.to_timedelta(steps.ravel() * step.value)
    return pd.DataFrame(windows.reshape(-1, n_channels), index=index, columns=channels)


def _sentence(detector, series, end, shares, forecast, top, clock):
    place = clock.text(series.index[end])
    if standing := _standing_still(series, end):
        return f"{place}: {standing}"
    beginning, named = columns_to_name(shares, top)
    if not named:
        return f"{place}: {_farthest(series, end) or beginning}"
    forecasts = [None if forecast is None else forecast[channel] for channel in named]
    words = (_describe(detector, series.iloc[:, i], end, own, clock) for i, own in zip(named, forecasts, strict=True))
    return f"{place}: {beginning}{', '.join(words)}"


def _standing_still(series, end):
    """A sentence on the channel that has kept one value for longest, if longer than it usually does."""
    for name, channel in series.items():
        stays = _runs(channel.to_numpy())
        length, others = int(stays[end]), np.delete(stays, np.arange(max(0, end - int(stays[end]) + 1), len(stays)))
        usual = int(np.max(others, initial=1))
        if length >= LONG_STILL and length > FAR_LONGER * usual:
            return f"{name} stayed at {in_words(channel.iloc[end])} for {length} rows (usually at most {usual})"
    return ""


def _runs(values):
    """For each value, for how many rows it has been the same; 0 where it is missing."""
    new = np.r_[True, values[1:] != values[:-1]]
    begins = np.maximum.accumulate(np.where(new, np.arange(len(values)), 0))
    return np.where(np.isnan(values), 0, np.arange(len(values)) - begins + 1)


def _farthest(series, end):
    """A sentence on the channel whose change, or value, is farthest from what it usually is; nothing if none is."""
    found = []
    for name, channel in series.items():
        for what, values in (("changed by", channel.diff()), ("is", channel)):
            low, high = usual_range(values.to_numpy())
            away = max(low - values.iloc[end], values.iloc[end] - high) / ((high - low) or 1.0)
            words = f"{name} {what} {in_words(values.iloc[end])} (usually {in_words(low)} to {in_words(high)})"
            found += [(away, words)] if away > 0 else []
    return max(found, default=(0, ""))[1]


def _describe(detector, channel, end, forecast, clock):
    """A channel's value at a point, beside what is usual at that hour and what came before."""
    hours, value = _hours(channel, clock), channel.iloc[end]
    low, high = usual_range(channel.to_numpy()[hours == hours[end]])
    details = [] if forecast is None else [f"forecast {in_words(forecast)}"]
    details.append(f"usually {in_words(low)} to {in_words(high)}{' at this hour' if hours.any() else ''}")
    details += _what_came_before(channel.iloc[: end + 1], detector.window_, low, high, clock)
    return f"{channel.name} {'missing' if np.isnan(value) else in_words(value)} ({'; '.join(details)})"


def _what_came_before(channel, window, low, high, clock):
    """The values right before the last one; if that one is usual itself, the farthest from usual in its window."""
    *before, value = channel.iloc[-window:].to_numpy() if window > 1 else channel.iloc[-SHOWN - 1 :].to_numpy()
    if window > 1 and low <= value <= high:
        away = (channel.iloc[-window:] - (low + high) / 2).abs()
        if away.notna().any() and away.max() > (high - low) / 2:
            farthest = away.idxmax()
            when = f"{farthest:%A %H:%M}" if clock.has_dates else clock.text(farthest)
            return [f"within its window {in_words(channel[farthest])} at {when}"]
    known = [in_words(x) for x in before[-SHOWN:] if not np.isnan(x)]
    return [f"before it {', '.join(known)}"] if known else []
