"""What all detectors of time series share: windows, gaps, context, causal scores, one point at a time."""

import math
from typing import NamedTuple

from helpers.detectors.base import Detector
from helpers.detectors.series.adapting import check_forgetting, first_state, keep_learning
from helpers.detectors.series.inputs import (
    MISSING_RULES,
    channel_names,
    join,
    read_point,
    read_recordings,
    refuse_faster_rows,
    split_recordings,
    step_text,
    stretches,
    usual_step,
    usual_values,
)
from helpers.detectors.series.stream import Stream
from helpers.evaluation.thresholds import quantile_threshold
from helpers.windows import dominant_period, longer_period, window_ends, windows_at

import numpy as np
import pandas as pd

__all__ = ["SeriesDetector", "longer_period_in"]

BLOCK_VALUES = 2**22  # windows are scored in blocks of so many numbers, to keep memory flat
LEAST_JUDGED = 0.5  # of the points, or a longer period does not pay where there are gaps
SENSIBLE_WINDOW = 32  # where no rhythm is found
WINDOWS = (8, 96)  # shortest and longest window that is chosen when none is asked for


class SeriesDetector(Detector):
    """A detector of points in time series. Scores are causal: nothing after a point enters its score.

    X is an array of shape (n_times,) or (n_times, n_channels), a Series or a DataFrame, rows in the order of time; or
    a list of these, several recordings of the same channels. A DatetimeIndex is used: windows never cross a gap (more
    than one and a half of the usual step). Without one, rows are taken to follow each other.

    The score at t judges the window of ``window_`` points that ends at t, so the first ``window_ - 1`` points of a
    recording (and after a gap) have none: NaN. ``context=`` gives what came before. Several recordings give a list of
    scores.

    ``forgetting`` lets the score keep learning (:mod:`helpers.detectors.series.adapting`): how unusual it is, in
    standard deviations, given the scores so far, of which it remembers about so many points. It starts from those of
    the training series, with each recording anew; what is passed as ``context=`` is learned from. The threshold does
    not enter: learning is frozen above a fixed number of deviations, or ``calibrate`` would change the scores for which
    it has just found a threshold.

    Families have the parameters ``window``, ``missing`` and ``forgetting`` and write ``_fit_segments(segments)``, where
    segments is a list of float64 arrays of shape (n_i, n_channels), each at least a window long and without gaps or
    NaN, and ``_score_windows(windows)``, from (m, window_, n_channels) to (m,). Built in lesson 06.

    Attributes
    ----------
    window_ : int
        Points in a window, the judged one included.
    n_channels_in_ : int
    channel_names_in_ : list of str or None
        Of a frame's columns.
    step_seconds_ : float or None
        The usual distance of two rows; None if fitted without times: then no gap is seen later either.
    usual_ : ndarray of shape (n_channels,)
        Median of each channel.
    tail_, tail_time_ : ndarray of shape (n, n_channels), str or None
        The training series' last points, less than a window of them, and the time of the very last.
    first_errors_, tail_errors_ : tuple of float
        With ``forgetting`` only: where a score that keeps learning starts, and where it is after the training series
        (the last one, of several).
    """

    forgetting = None
    _shortest_window = 1

    def decision_function(self, X, context=None):
        """Anomaly scores of shape (n_times,), higher is more abnormal; a list of these for a list of recordings.

        Parameters
        ----------
        X : series, or list of series
        context : series (or list of series), optional
            The points right before X, so that its first points have scores too: at least ``window_ - 1`` of them; more
            do no harm, and are learned from if ``forgetting`` is set.

        Returns
        -------
        ndarray of shape (n_times,), or a list of these

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Bad input, other channels than at ``fit``, faster rows; or nothing can be scored for want of a context.

        >>> from helpers.detectors import SeasonalNaive
        >>> SeasonalNaive(period=1).fit([1.0, 2.0, 1.0, 2.0]).decision_function([2.0, 5.0], context=[1.0])
        array([1., 3.])
        """
        return self._for_each_point(X, context, self._score_windows, learning=self._learns())

    def calibrate(self, X_calibration, false_alarm_rate=0.01, context=None):
        """Set the threshold from held-out normal points, as tables do (:meth:`Detector.calibrate`).

        The rate is that of single points; neighbouring points share most of a window, so alarms come in runs:
        :func:`helpers.evaluation.alarms_threshold` promises runs a week instead.

        Parameters
        ----------
        X_calibration, context : as for ``decision_function``
        false_alarm_rate : float in (0, 1)

        Returns
        -------
        self
        """
        scores = self.decision_function(X_calibration, context)
        scores = np.concatenate(scores) if isinstance(scores, list) else scores
        return self.set_threshold(quantile_threshold(scores, false_alarm_rate))

    def start_stream(self, context=None):
        """Let ``score_next`` continue from the end of `context`, a series, or from nothing.

        Parameters
        ----------
        context : series (or list of series), optional

        Returns
        -------
        self

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Bad input, other channels than at ``fit``, faster rows. The stream stays where it was.

        >>> from helpers.detectors import SeasonalNaive
        >>> SeasonalNaive(period=2).fit([1.0, 5.0, 1.2, 5.1]).start_stream().score_next(1.0)
        nan
        """
        self._check_fitted()
        recordings = [] if context is None else self._validate(context, fitting=False)
        errors = self._state_after(*map(self._unlearned, recordings[-1:])) if self._learns() else None
        self._stream, self._stream_errors = self._continue(*self._tail(recordings)), errors
        return self

    def score_next(self, point, time=None):
        """The score of the point that follows: what ``decision_function`` would give it.

        After ``fit`` it follows the training series (the last one, of several); after ``start_stream``, its context.

        Parameters
        ----------
        point : number, or array of shape (n_channels,)
        time : Timestamp, optional
            None means one usual step after the last point. After a gap a new window begins.

        Returns
        -------
        float
            NaN while fewer than ``window_`` points have come without a gap.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Other channels, a missing value (unless ``missing`` says what to do), a time that does not ascend. The
            stream stays where it was.

        >>> from helpers.detectors import SeasonalNaive
        >>> detector = SeasonalNaive(period=2).fit([1.0, 5.0, 1.2, 5.1, 1.1, 5.3])
        >>> detector.score_next(1.1) < 1 < detector.score_next(9.9)
        True
        """
        self._check_fitted()
        values = read_point(point, self.n_channels_in_, self.missing, self.channel_names_in_)
        if not hasattr(self, "_stream"):
            self._stream = self._continue(self.tail_, self.tail_time_)
            self._stream_errors = self.tail_errors_ if self._learns() else None
        window = self._stream.push(values, time, missing=self.missing)
        score = math.nan if window is None else float(self._score_windows(window[None])[0])
        if self._stream_errors is None:
            return score
        (score,), self._stream_errors = keep_learning([score], self._stream_errors, self.forgetting_)
        return float(score)

    def _predict(self, X, context=None):
        scores = self.decision_function(X, context)
        if isinstance(scores, list):
            return [(values > self.threshold_).astype(int) for values in scores]
        return (scores > self.threshold_).astype(int)

    def _validate(self, X, fitting):
        if self.missing not in MISSING_RULES:
            raise ValueError(f"missing={self.missing!r}: it is one of {', '.join(map(repr, MISSING_RULES))}.")
        check_forgetting(self.forgetting)
        recordings = read_recordings(X, self.missing)
        self._refuse_other_channels(split_recordings(X)[0], recordings, fitting)
        if fitting:
            self._check_parameters()
            return self._plan(recordings)
        for recording in recordings:
            refuse_faster_rows(recording, self._step())
        return recordings

    def _check_parameters(self):
        """Families refuse parameters out of range here, before anything is learned."""

    def _plan(self, recordings):
        """All that can be refused is computed before anything learned earlier is touched."""
        step, usual = usual_step(recordings), usual_values(recordings)
        segments = [segment for r in recordings for segment in _segments(r, step, self.missing, usual)]
        window = self._choose_window(segments)
        self._refuse_short(window, segments)
        return _Plan(recordings, step, usual, [s for s in segments if len(s) >= window], window)

    def _choose_window(self, segments):
        return self._sensible_window(segments) if self.window is None else _checked(self.window, self._shortest_window)

    def _sensible_window(self, segments):
        """The dominant period if there is one, never more than a quarter of the longest stretch."""
        longest = max(segments, key=len, default=np.empty((0, 1)))
        wanted = np.clip(dominant_period(longest) or SENSIBLE_WINDOW, *WINDOWS)
        return max(self._shortest_window, int(min(wanted, len(longest) // 4)))

    def _refuse_short(self, window, segments):
        longest = max(map(len, segments), default=0)
        if longest < max(window, 2):
            needed = "A detector learns from 2 points at least" if longest >= window else self._named_window(window)
            raise ValueError(
                f"{needed}, but the longest stretch of the series without a gap has {longest} "
                f"point{'s' if longest != 1 else ''}. Pass a longer series{self._or_less(window)}."
            )

    def _or_less(self, window):
        return " or a shorter window" if window > self._shortest_window else ""

    def _named_window(self, window):
        return f"A window of {window} point{'s' if window != 1 else ''} is needed"

    def _refuse_other_channels(self, series, recordings, fitting):
        n_channels = recordings[0].values.shape[1] if fitting else self.n_channels_in_
        names = channel_names(series[0]) if fitting else self.channel_names_in_
        for x, recording in zip(series, recordings, strict=True):
            found = recording.values.shape[1]
            if found != n_channels:
                known = f" ({', '.join(names)})" if names else ""
                raise ValueError(
                    f"X has {found} channel{'s' if found != 1 else ''}, but {n_channels}{known} "
                    f"{'were expected: all recordings need the same' if fitting else 'were fitted'}."
                )
            if names and channel_names(x) not in (None, names):
                known = "the first recording has" if fitting else "the detector was fitted on"
                raise ValueError(
                    f"X has the channels {', '.join(channel_names(x))}, but {known} {', '.join(names)}: "
                    "pass them in this order."
                )

    def _remember_columns(self, X):
        first = split_recordings(X)[0][0]
        self.channel_names_in_ = channel_names(first)
        self.n_channels_in_ = 1 if np.ndim(first) == 1 else np.shape(first)[1]

    def _fit(self, plan):
        self.step_seconds_ = None if plan.step is None else plan.step.total_seconds()
        self.usual_, self.window_ = plan.usual, plan.window
        self.tail_, self.tail_time_ = self._tail(plan.recordings)
        self._fit_segments(plan.segments)
        self.forgetting_ = self.forgetting
        if self._learns():
            errors = [self._unlearned(recording) for recording in plan.recordings]
            self.first_errors_ = first_state(np.concatenate(errors))
            self.tail_errors_ = self._state_after(errors[-1])

    def _learns(self):
        return getattr(self, "forgetting_", None) is not None  # None before fit, too

    def _unlearned(self, recording):
        """The scores before anything is learned from them."""
        return self._in_blocks(recording, None, self._score_windows, (), learning=False)

    def _state_after(self, errors=()):
        """What a score that keeps learning knows once these have come."""
        return keep_learning(np.asarray(errors).tolist(), self.first_errors_, self.forgetting_)[1]

    def _step(self):
        return None if self.step_seconds_ is None else pd.Timedelta(self.step_seconds_, unit="s")

    def _tail(self, recordings):
        """What a stream remembers (:class:`Stream`) of the last recording, and the time of its last point."""
        if not recordings:
            return np.empty((0, self.n_channels_in_)), None
        last = recordings[-1]
        values, positions, starts = stretches(last, self._step(), self.missing, self.usual_)
        ended = len(positions) == 0 or positions[-1] < len(last) - 1  # by a missing value
        first = len(values) if ended else max(starts[-1], len(values) - max(1, self.window_ - 1))
        return values[first:], None if last.times is None else last.times[-1].isoformat()

    def _continue(self, tail, time):
        return Stream(self.window_, tail, time, self._step(), self.usual_)

    def _for_each_point(self, X, context, function, shape=(), learning=False):
        """Apply a function of windows and bring its results, (m, *shape), back to the points of X."""
        recordings = self._validate_for_scoring(X)
        _, several = split_recordings(X)
        pairs = list(zip(recordings, self._contexts(context, several, len(recordings)), strict=True))
        results = [self._in_blocks(recording, before, function, shape, learning) for recording, before in pairs]
        if all(
            np.isnan(result).all() and self._lacks_context(before)
            for result, (_, before) in zip(results, pairs, strict=True)
        ):
            self._refuse_unscored(recordings)
        return results if several else results[0]

    def _contexts(self, context, several, n_recordings):
        if context is None:
            return [None] * n_recordings
        contexts, listed = split_recordings(context)
        if listed != several or len(contexts) != n_recordings:
            raise ValueError(
                f"X holds {n_recordings} recording(s) and context {len(contexts)}: give each its own, in "
                "a list if X is a list."
            )
        return self._validate_for_scoring(context)

    def _lacks_context(self, context):
        """With enough of it, X without a score is no mistake of the caller's: nothing was measured, or a gap ended."""
        return self.window_ > 1 and (context is None or len(context) < self.window_ - 1)

    def _in_blocks(self, recording, context, function, shape, learning):
        joined = recording if context is None else join(context, recording)
        n_before = len(joined) - len(recording)
        values, positions, starts = stretches(joined, self._step(), self.missing, self.usual_)
        ends = window_ends(len(values), self.window_, starts=starts)
        ends = ends[positions[ends] >= (0 if learning else n_before)]  # what came before is learned from
        size = max(1, BLOCK_VALUES // (self.window_ * values.shape[1]))
        blocks = [function(windows_at(values, ends[i : i + size], self.window_)) for i in range(0, len(ends), size)]
        points = np.full((len(joined), *shape), np.nan)
        points[positions[ends]] = np.concatenate([np.empty((0, *shape)), *blocks])
        points[np.isnan(joined.values).all(axis=1)] = np.nan  # nothing was measured: nothing is judged
        if learning:
            points, _ = keep_learning(points.tolist(), self.first_errors_, self.forgetting_)
        return points[n_before:]

    def _refuse_unscored(self, recordings):
        n_times = max(map(len, recordings))
        step = "" if self._step() is None else f" (one row each {step_text(self._step())} as at fit, or there is a gap)"
        raise ValueError(
            f"No point can be scored: {self._named_window(self.window_).lower()} without a gap{step}, and X has "
            f"{n_times} row{'s' if n_times != 1 else ''}. Pass what came before as context=, or a longer series."
        )

    def _forget(self):
        super()._forget()
        for name in ("_stream", "_stream_errors"):
            vars(self).pop(name, None)


def longer_period_in(segments, window):
    """Find a second period that is worth a longer window.

    Parameters
    ----------
    segments : list of ndarray of shape (n_i, n_channels)
        Stretches without gaps; the longest tells.
    window : int
        Points that are needed without it; with it, so many more.

    Returns
    -------
    int
        In points; 0 if there is none (:func:`helpers.windows.longer_period`), or if gaps would leave less than half of
        the points with a score.
    """
    longest = max(segments, key=len, default=np.empty((0, 1)))
    first = dominant_period(longest)
    second = longer_period(longest, first) if first else None
    if second is None:
        return 0
    without, judged = (sum(max(len(s) - n, 0) for s in segments) for n in (window - 1, window - 1 + second))
    return second if judged >= LEAST_JUDGED * without else 0


class _Plan(NamedTuple):
    recordings: list
    step: pd.Timedelta | None
    usual: np.ndarray
    segments: list
    window: int


def _segments(recording, step, missing, usual):
    values, _, starts = stretches(recording, step, missing, usual)
    return [part for part in np.split(values, starts[1:]) if len(part)]


def _checked(window, shortest):
    if isinstance(window, bool) or not isinstance(window, (int, np.integer)) or window < shortest:
        raise ValueError(f"window={window!r}: it is None or a whole number of points, at least {shortest}.")
    return int(window)
