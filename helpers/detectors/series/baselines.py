"""What a detector of series must beat: chance, the same hour yesterday, and detectors of tables fed with windows."""

from helpers.detectors.scaling import not_zero
from helpers.detectors.series.base import SeriesDetector, longer_period_in
from helpers.detectors.tables.adapters import refuse_other_than_tables
from helpers.windows import dominant_period, make_windows

import numpy as np
import pandas as pd
from sklearn.base import clone

__all__ = ["RandomSeriesScore", "SeasonalNaive", "WindowDetector"]

SMALLEST_SHARE = 1e-3  # of a channel's spread: a change that never varies is not divided by zero


class RandomSeriesScore(SeriesDetector):
    """A score that has nothing to do with the series: what looks good by luck. Used from lesson 07 on.

    Drawn from the point's value by a hash, so that it is uniform in [0, 1), does not depend on other points and comes
    out the same one point at a time. Equal points have equal scores.

    Parameters
    ----------
    random_state : int
    missing, forgetting
        See :class:`SeasonalNaive`.

    >>> RandomSeriesScore().fit([1.0, 2.0]).decision_function([5.0, 6.0, 7.0]).round(2)
    array([1.  , 0.02, 0.79])
    """

    window = 1

    def __init__(self, random_state=0, missing="raise", forgetting=None):
        self.random_state = random_state
        self.missing = missing
        self.forgetting = forgetting

    def _fit_segments(self, segments):
        pass

    def _score_windows(self, windows):
        keyed = pd.DataFrame(windows.reshape(len(windows), -1)).assign(seed=self.random_state)
        return pd.util.hash_pandas_object(keyed, index=False).to_numpy() / 2.0**64


class SeasonalNaive(SeriesDetector):
    """The forecast "as one period ago"; the score is how far the point is from it.

    In units of the channel's usual change over a period (its root mean square on the training series); with several
    channels, that of the strangest one. Hyndman and Athanasopoulos, Forecasting: Principles and Practice (2021),
    section 5.2. Built in lesson 06.

    With two periods, a day and a week, the nearer of both values counts: a point is odd if neither a day ago nor a week
    ago looked like it. That spares Saturdays, and the day after an oddity, too.

    Parameters
    ----------
    period : int, pair of int, or None
        In points; of a pair, the shorter first. None takes the dominant period
        (:func:`helpers.windows.dominant_period`), or 1, the last value, if there is none; and beside it a longer one
        if that forecasts clearly better (:func:`helpers.windows.longer_period`) and gaps leave at least half of the
        points that could be judged without it: a score then needs the longer period without a gap.
    missing : {"raise", "fill", "gap"}
        NaN is an error; or is filled with the last value before it; or ends the stretch, as a gap in time does. A point
        without any value is not scored in either case.

        "fill" has no limit: a channel that falls silent is judged by its last value for as long as others speak,
        however long that is, as if it stood still. Take "gap" where holes may be longer than a few points.
    forgetting : float or None
        A number lets the score keep learning, for series that drift: it is then how unusual the change is, in standard
        deviations, given those so far, of which about so many points are remembered
        (:func:`helpers.detectors.series.adapting.keep_learning`). Try a hundred points, or two windows. None leaves the
        score as it is.

    Attributes
    ----------
    period_ : int
        The shorter of two.
    periods_ : tuple of one or two int
    usual_change_ : ndarray of shape (n_channels,)

    >>> detector = SeasonalNaive(period=2).fit([1.0, 5.0, 1.2, 5.1, 1.1, 5.3])
    >>> detector.decision_function([1.0, 5.0, 1.0, 8.0]).round(1)
    array([nan, nan,  0., 19.])
    """

    def __init__(self, period=None, missing="raise", forgetting=None):
        self.period = period
        self.missing = missing
        self.forgetting = forgetting

    def _check_parameters(self):
        period = self.period
        pair = isinstance(period, (tuple, list)) and len(period) == 2
        if period is not None and not all(map(_is_period, period if pair else [period])):
            raise ValueError(
                f"period={period!r}: it is None or a whole number of points, at least 1, or a pair of these."
            )
        if pair and not period[0] < period[1]:
            raise ValueError(f"period={period!r}: of two periods, such as a day and a week, the shorter comes first.")

    def _choose_window(self, segments):
        if self.period is not None:
            return 1 + int(np.max(self.period))
        if not segments:
            return 2
        window = 1 + self._first_period(segments)
        longer = longer_period_in(segments, window)
        return 1 + longer if longer else window

    def _first_period(self, segments):
        if self.period is None:
            return dominant_period(max(segments, key=len)) or 1
        return int(np.min(self.period))

    def _named_window(self, window):
        periods = getattr(self, "periods_", ()) if self.period is None else np.atleast_1d(self.period)
        if len(periods) == 2:
            return f"A forecast with periods of {periods[0]} and {periods[1]} needs {window} points"
        return f"A period of {window - 1} needs {window} points"

    def _or_less(self, window):
        return " or a shorter period" if window > 2 else ""

    def _fit_segments(self, segments):
        self.period_ = self._first_period(segments)
        self.periods_ = tuple(sorted({self.period_, self.window_ - 1}))
        errors = np.concatenate([self._errors(segment) for segment in segments])
        spread = np.concatenate(segments).std(axis=0)
        usual = np.maximum(np.sqrt(np.mean(errors**2, axis=0)), SMALLEST_SHARE * spread)
        self.usual_change_ = not_zero(usual)

    def _errors(self, values):
        """Of shape (n_times - window_ + 1, n_channels)."""
        return self._nearest(values[self.window_ - 1 :], [values[self.window_ - 1 - p : -p] for p in self.periods_])

    def _score_windows(self, windows):
        errors = self._nearest(windows[:, -1], [windows[:, -1 - period] for period in self.periods_])
        return (np.abs(errors) / self.usual_change_).max(axis=1)

    def _nearest(self, values, forecasts):
        """How far the values are from the nearest of their forecasts."""
        errors = values - forecasts[0]
        for forecast in forecasts[1:]:
            other = values - forecast
            errors = np.where(np.abs(other) < np.abs(errors), other, errors)
        return errors


def _is_period(value):
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 1


class WindowDetector(SeriesDetector):
    """A detector of tables on windows: each window, point after point, is a row. Used from lesson 07 on.

    With ``window=1`` it is the table's detector itself, point by point, with no memory.

    Parameters
    ----------
    detector : detector of tables
        Ours, or scikit-learn's through :func:`helpers.detectors.from_sklearn`; cloned at ``fit``.
    window : int or None
        Points in a window. None takes the dominant period, or a sensible length.
    missing, forgetting
        See :class:`SeasonalNaive`.

    Attributes
    ----------
    detector_ : the fitted clone

    >>> from helpers.detectors import PCAReconstruction
    >>> x = np.sin(np.arange(100))
    >>> detector = WindowDetector(PCAReconstruction(2), window=5).fit(x)
    >>> usual, odd = detector.decision_function([*x[:5], 2.0])[-2:]
    >>> bool(usual < 1e-6 < odd)
    True
    """

    def __init__(self, detector, window=None, missing="raise", forgetting=None):
        self.detector = detector
        self.window = window
        self.missing = missing
        self.forgetting = forgetting

    def _check_parameters(self):
        refuse_other_than_tables(self.detector)

    def _fit_segments(self, segments):
        rows = np.concatenate([_rows(make_windows(segment, self.window_)) for segment in segments])
        self.detector_ = clone(self.detector).fit(rows)

    def _score_windows(self, windows):
        return self.detector_.decision_function(_rows(windows))


def _rows(windows):
    return windows.reshape(len(windows), -1)
