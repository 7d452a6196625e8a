"""Why is this point of a series strange? Channel by channel, with the time and what came before."""

from helpers.report.reasons.occlusion import occlusion_shares
from helpers.report.reasons.wording import in_words, join_reasons, usual_range

import numpy as np
import pandas as pd

__all__ = ["explain_points"]

DAYS = 7  # fewer values of an hour of the day say little about what is usual then
SHOWN = 3  # points before
NOT_JUDGED = "not judged: its time is missing or repeated, or too little came before it"


def explain_points(model, rows, whole, top):
    """Sentences and shares of (n, n_channels) for points of a series (:func:`helpers.report.explain_rows`).

    A channel becomes usual by taking, throughout the window, its median at the hour of the day; over all hours if the
    series has less than a week of them.
    """
    series = _with_history(model, whole)
    ends = _positions(model, rows, series)
    known = ends >= model.detector.window_ - 1
    shares = np.zeros((len(rows), len(model.columns)))
    because = np.full(len(rows), NOT_JUDGED, dtype=object)
    if known.any():
        real, usual = _windows(model, series, ends[known])
        parts = [[channel] for channel in range(len(model.columns))]
        shares[known] = occlusion_shares(lambda windows: _scores(model, windows), real, usual, parts)
        forecasts = _forecasts(model, real)
        because[known] = [
            _sentence(model, series, end, row, forecast, top)
            for end, row, forecast in zip(ends[known], shares[known], forecasts, strict=True)
        ]
    return list(because), shares


def _with_history(model, whole):
    series, _ = model.as_series(whole)
    history = model.history(series)
    return series if history is None else pd.concat([history.set_axis(series.columns, axis=1), series])


def _positions(model, rows, series):
    """Where in the series each row stands, -1 if nowhere."""
    points, positions = model.as_series(rows)
    ends = np.full(len(rows), -1)
    ends[positions] = series.index.get_indexer(points.index)
    return ends


def _windows(model, series, ends):
    """The windows that end there, and what would have been usual, both of shape (n, window_, n_channels), no NaN."""
    filled = series.ffill().fillna(series.median()).fillna(0.0)
    usual = filled.groupby(_hours(series)).transform("median")
    at = ends[:, None] + np.arange(1 - model.detector.window_, 1)
    return filled.to_numpy()[at], usual.to_numpy()[at]


def _hours(series):
    """Each point's hour of the day, or 0 throughout if that is no rhythm we could know."""
    hours = series.index.hour.to_numpy()
    days = pd.Series(series.index.normalize()).groupby(hours).nunique()
    return hours if len(days) > 1 and days.min() >= DAYS else np.zeros(len(series), int)


def _scores(model, windows):
    return model.detector.decision_function(_apart(model, windows))[model.detector.window_ - 1 :: len(windows[0])]


def _forecasts(model, windows):
    if not hasattr(model.detector, "forecast"):
        return [None] * len(windows)
    return model.detector.forecast(_apart(model, windows)).to_numpy()[model.detector.window_ - 1 :: len(windows[0])]


def _apart(model, windows):
    """Windows as one series with a gap after each, so that each is scored once."""
    n, length, n_channels = windows.shape
    step = pd.Timedelta(model.detector.step_seconds_ or 1.0, unit="s")
    steps = np.arange(n)[:, None] * (length + 2) + np.arange(length)
    index = pd.Timestamp("2000-01-01") + pd.to_timedelta(steps.ravel() * step.value)
    return pd.DataFrame(windows.reshape(-1, n_channels), index=index, columns=list(model.columns))


def _sentence(model, series, end, shares, forecast, top):
    hours = _hours(series)
    usual = series[hours == hours[end]]

    def describe(channel):
        name = model.columns[channel]
        details = [] if forecast is None else [f"forecast {in_words(forecast[channel])}"]
        low, high = usual_range(usual[name].to_numpy())
        details.append(f"usually {in_words(low)} to {in_words(high)}{' at this hour' if hours.any() else ''}")
        details += _what_came_before(series[name].iloc[: end + 1], model.detector.window_, low, high)
        value = series[name].iloc[end]
        return f"{name} {'missing' if np.isnan(value) else in_words(value)} ({'; '.join(details)})"

    return f"{series.index[end]:%A %Y-%m-%d %H:%M}: {join_reasons(shares, describe, top)}"


def _what_came_before(channel, window, low, high):
    """The values right before the last one; if that one is usual itself, the farthest from usual in its window."""
    *before, value = channel.iloc[-window:].to_numpy() if window > 1 else channel.iloc[-SHOWN - 1 :].to_numpy()
    if window > 1 and low <= value <= high:
        away = (channel.iloc[-window:] - (low + high) / 2).abs()
        if away.notna().any() and away.max() > (high - low) / 2:
            return [f"within its window {in_words(channel[away.idxmax()])} at {away.idxmax():%A %H:%M}"]
    known = [in_words(x) for x in before[-SHOWN:] if not np.isnan(x)]
    return [f"before it {', '.join(known)}"] if known else []
