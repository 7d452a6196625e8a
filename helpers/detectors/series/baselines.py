"""What a detector of series must beat: chance, the same hour yesterday, and detectors of tables fed with windows."""

from helpers.detectors.scaling import not_zero
from helpers.detectors.series.base import SeriesDetector
from helpers.windows import dominant_period, make_windows

import numpy as np
import pandas as pd
from sklearn.base import clone

__all__ = ["RandomSeriesScore", "SeasonalNaive", "WindowDetector"]

SMALLEST_SHARE = 1e-3  # of a channel's spread: a change that never varies is not divided by zero


class RandomSeriesScore(SeriesDetector):
    """A score that has nothing to do with the series: what looks good by luck. Used from lesson 05 on.

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
    section 5.2. Built in lesson 05.

    Parameters
    ----------
    period : int or None
        In points. None takes the dominant period (:func:`helpers.windows.dominant_period`), or 1, the last value, if
        there is none.
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
    usual_change_ : ndarray of shape (n_channels,)

    >>> detector = SeasonalNaive(period=2).fit([1.0, 5.0, 1.2, 5.1, 1.1, 5.3])
    >>> detector.decision_function([1.0, 5.0, 1.0, 8.0]).round(1)
    array([nan, nan,  0., 19.])
    """

    def __init__(self, period=None, missing="raise", forgetting=None):
        self.period = period
        self.missing = missing
        self.forgetting = forgetting

    def _choose_window(self, segments):
        period = self.period
        if period is None:
            return 1 + (dominant_period(max(segments, key=len)) or 1) if segments else 2
        if isinstance(period, bool) or not isinstance(period, (int, np.integer)) or period < 1:
            raise ValueError(f"period={period!r}: it is None or a whole number of points, at least 1.")
        return int(period) + 1

    def _named_window(self, window):
        return f"A period of {window - 1} needs {window} points"

    def _or_less(self, window):
        return " or a shorter period" if window > 2 else ""

    def _fit_segments(self, segments):
        self.period_ = self.window_ - 1
        changes = np.concatenate([segment[self.period_ :] - segment[: -self.period_] for segment in segments])
        spread = np.concatenate(segments).std(axis=0)
        usual = np.maximum(np.sqrt(np.mean(changes**2, axis=0)), SMALLEST_SHARE * spread)
        self.usual_change_ = not_zero(usual)

    def _score_windows(self, windows):
        return (np.abs(windows[:, -1] - windows[:, 0]) / self.usual_change_).max(axis=1)


class WindowDetector(SeriesDetector):
    """A detector of tables on windows: each window, point after point, is a row. Used from lesson 05 on.

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
        if not hasattr(self.detector, "decision_function") or isinstance(self.detector, (type, SeriesDetector)):
            raise ValueError(f"detector={self.detector!r}: pass a detector of tables, such as PCAReconstruction().")
        if type(self.detector).__module__.startswith("sklearn."):
            raise ValueError(
                f"detector={self.detector!r}: scikit-learn's scores are low for anomalies; "
                "from_sklearn(...) turns them."
            )

    def _fit_segments(self, segments):
        rows = np.concatenate([_rows(make_windows(segment, self.window_)) for segment in segments])
        self.detector_ = clone(self.detector).fit(rows)

    def _score_windows(self, windows):
        return self.detector_.decision_function(_rows(windows))


def _rows(windows):
    return windows.reshape(len(windows), -1)
