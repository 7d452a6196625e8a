"""What a time series must be before a detector works on it, and sentences that say so when it is not."""

from dataclasses import dataclass

from helpers.detectors.tables.inputs import column_labels, refuse_text
from helpers.windows import GAP, gap_starts

import numpy as np
import pandas as pd

__all__ = [
    "MISSING_RULES",
    "Recording",
    "channel_names",
    "join",
    "read_point",
    "read_recording",
    "read_recordings",
    "refuse_faster_rows",
    "split_recordings",
    "step_text",
    "stretches",
    "usual_step",
    "usual_values",
]

MISSING_RULES = ("raise", "fill", "gap")


@dataclass(frozen=True, eq=False)
class Recording:
    """One series, checked: what a detector reads.

    Attributes
    ----------
    values : ndarray of shape (n_times, n_channels), float64
    times : DatetimeIndex of length n_times, or None
        None if the rows simply follow each other.
    """

    values: np.ndarray
    times: pd.DatetimeIndex | None = None

    def __len__(self):
        return len(self.values)


def split_recordings(X):
    """A list of series, and whether X was one already.

    Parameters
    ----------
    X : series, or list of series

    Returns
    -------
    series : list
    several : bool

    Notes
    -----
    A list or tuple whose entries are arrays, Series or frames is several recordings; anything else is one.
    """
    several = isinstance(X, (list, tuple)) and len(X) > 0 and isinstance(X[0], (np.ndarray, pd.Series, pd.DataFrame))
    return (list(X), True) if several and np.ndim(X[0]) > 0 else ([X], False)


def channel_names(X):
    """Column names of a frame as text, None for anything else."""
    return [str(name) for name in X.columns] if isinstance(X, pd.DataFrame) else None


def read_recordings(X, missing="raise"):
    """Check each series of X, one or a list; what is raised says which. The rest as in :func:`read_recording`.

    Returns
    -------
    list of Recording

    >>> read_recordings([np.array([1.0]), np.array([np.nan])])
    Traceback (most recent call last):
    ValueError: Recording 1 (from 0): The series holds NaN in column 0 ...
    """
    series, several = split_recordings(X)
    recordings = []
    for i, x in enumerate(series):
        try:
            recordings.append(read_recording(x, missing))
        except ValueError as error:
            if not several:
                raise
            raise ValueError(f"Recording {i} (from 0): {error}") from None
    return recordings


def read_recording(X, missing="raise"):
    """Check one series.

    Parameters
    ----------
    X : array of shape (n_times,) or (n_times, n_channels), Series, or DataFrame
        Rows in the order of time. A DatetimeIndex is read: it must ascend; where rows are missing is a gap.
    missing : {"raise", "fill", "gap"}
        Whether NaN is an error or will be treated later.

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        No rows, more than two dimensions, text, infinity, NaN with ``missing="raise"``, times that repeat, go
        backwards or are text.
    """
    names = channel_names(X)
    _refuse_ragged(X)
    if np.ndim(X) not in (1, 2):
        raise ValueError(
            f"A series has shape (n_times,) or (n_times, n_channels), but X has shape {np.shape(X)}. Several "
            "recordings are passed as a list of such arrays."
        )
    if len(X) == 0:
        raise ValueError("The series is empty: it has no rows. Check the filter that made it.")
    table = X.to_frame() if isinstance(X, pd.Series) else X if np.ndim(X) == 2 else np.asarray(X).reshape(-1, 1)
    refuse_text(table)
    values = _numbers(table)
    if values.shape[1] == 0:
        raise ValueError("The series has no channel: its frame has no columns.")
    times = _read_times(X)
    _refuse_infinity(values, names)
    if missing == "raise":
        _refuse_nan(values, names)
    return Recording(values, times)


def usual_step(recordings):
    """The median distance of two rows.

    Parameters
    ----------
    recordings : list of Recording

    Returns
    -------
    Timedelta, or None without times
    """
    distances = [np.diff(r.times.as_unit("ns").asi8) for r in recordings if r.times is not None]
    distances = np.concatenate([np.empty(0), *distances])
    return pd.Timedelta(int(np.median(distances)), unit="ns") if len(distances) else None


def usual_values(recordings):
    """Median of each channel.

    Parameters
    ----------
    recordings : list of Recording

    Returns
    -------
    ndarray of shape (n_channels,)

    Raises
    ------
    ValueError
        If a channel holds nothing but NaN.
    """
    values = np.concatenate([recording.values for recording in recordings])
    empty = np.isnan(values).all(axis=0)
    if empty.any():
        raise ValueError(f"Nothing but NaN in {column_labels(list(np.flatnonzero(empty)))}: leave it out.")
    return np.nanmedian(values, axis=0)


def read_point(point, n_channels, missing="raise", names=None):
    """One point of a series as float64 of shape (n_channels,).

    Parameters
    ----------
    point : number, array, or a frame's row
    n_channels : int
    missing : {"raise", "fill", "gap"}
    names : list of str or None
        The channels' names, compared with those of a frame's row.

    Raises
    ------
    ValueError
        Another number of values, other names, text, infinity, NaN with ``missing="raise"``.

    >>> read_point(3, n_channels=1)
    array([3.])
    """
    if names and isinstance(point, pd.Series) and list(map(str, point.index)) != names:
        raise ValueError(
            f"The point has the channels {', '.join(map(str, point.index))}, but the detector was fitted "
            f"on {', '.join(names)}: pass them in this order."
        )
    try:
        values = np.asarray(point, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise ValueError(f"A point is a number, or one number for each channel, not {point!r}.") from None
    if len(values) != n_channels:
        raise ValueError(f"A point of this series has {n_channels} value(s), one for each channel, not {len(values)}.")
    if np.isinf(values).any():
        raise ValueError(f"The point holds infinity: {values}.")
    if missing == "raise" and np.isnan(values).any():
        raise ValueError(
            f"The point holds NaN: {values}. Choose missing='fill' or missing='gap' when you make the detector."
        )
    return values


def join(context, recording):
    """The rows of two recordings, `context` first.

    Parameters
    ----------
    context, recording : Recording

    Returns
    -------
    Recording

    Raises
    ------
    ValueError
        If the context does not end before the recording begins, or one of them has no times.
    """
    if (context.times is None) != (recording.times is None):
        raise ValueError("Either both X and its context have a DatetimeIndex, or neither has.")
    values = np.concatenate([context.values, recording.values])
    if recording.times is None:
        return Recording(values)
    if (context.times.tz is None) != (recording.times.tz is None):
        raise ValueError("Either both X and its context have a time zone, or neither has.")
    times = context.times if context.times.tz is None else context.times.tz_convert(recording.times.tz)
    if not times[-1] < recording.times[0]:
        raise ValueError(
            f"The context must end before X begins, but it ends at {times[-1]} and X begins at {recording.times[0]}."
        )
    return Recording(values, times.append(recording.times))


def stretches(recording, step, missing, usual):
    """Cut a recording where times jump, and fill or cut where values are missing.

    Parameters
    ----------
    recording : Recording
    step : Timedelta or None
        The usual distance of two rows. With None times have no gaps: a distance taken from the recording itself would
        let later rows say what was a gap before.
    missing : {"raise", "fill", "gap"}
        "fill" carries a channel's last value on to its next one, or to the end of the stretch, however many rows that
        takes: there is no limit, and a hole of a week becomes a week of one value. "gap" leaves such rows out and cuts
        there.
    usual : ndarray of shape (n_channels,)
        What a channel is filled with before its first value in a stretch.

    Returns
    -------
    values : ndarray of shape (n_kept, n_channels), without NaN
    positions : int ndarray of shape (n_kept,), the row of the recording that each one is
    starts : int ndarray, where in `values` a stretch without gaps begins
    """
    timeless = recording.times is None or step is None
    starts = np.zeros(1, int) if timeless else gap_starts(recording.times, step)
    stretch = np.searchsorted(starts, np.arange(len(recording)), side="right")
    absent = np.isnan(recording.values)
    if missing == "fill":
        values = pd.DataFrame(recording.values).groupby(stretch).ffill().fillna(pd.Series(usual)).to_numpy()
        positions = np.arange(len(values))
    else:
        stretch = stretch + np.cumsum(absent.any(axis=1))
        positions = np.flatnonzero(~absent.any(axis=1))
        values, stretch = recording.values[positions], stretch[positions]
        starts = np.flatnonzero(np.diff(stretch, prepend=-1)) if len(positions) else np.zeros(1, int)
    return values, positions, starts


def step_text(delta):
    """A Timedelta as pandas' resample takes it.

    >>> step_text(pd.Timedelta("0 days 01:30:00"))
    '90min'
    """
    seconds = pd.Timedelta(delta).total_seconds()
    for unit, size in (("D", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"


def refuse_faster_rows(recording, step):
    """Rows that usually come much faster than those of fit would fill a window with another span of time.

    Parameters
    ----------
    recording : Recording
    step : Timedelta or None
        The usual distance of two rows at fit.

    Raises
    ------
    ValueError
        If they do.
    """
    if recording.times is None or step is None or len(recording) < 2:
        return
    found = usual_step([recording])
    if found < step / GAP:
        raise ValueError(
            f"X has rows {step_text(found)} apart, but the detector was fitted on one row each {step_text(step)}. "
            f"Bring X to the same step first, e.g. X.resample({step_text(step)!r}).mean()."
        )


def _numbers(table):
    """A copy as float64, pandas' NA as NaN."""
    if isinstance(table, pd.DataFrame):
        return table.to_numpy(np.float64, na_value=np.nan, copy=True)
    return np.array(table, dtype=np.float64)


def _read_times(X):
    index = getattr(X, "index", None)
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if not isinstance(index, pd.DatetimeIndex):
        _refuse_text_index(index)
        return None
    if index.isna().any():
        raise ValueError(f"The time index holds NaT, first at position {int(np.argmax(index.isna()))}: drop such rows.")
    distances = np.diff(index.asi8)
    wrong = np.flatnonzero(distances <= 0)
    if len(wrong):
        at = wrong[0] + 1
        if (distances == 0).any():
            at = int(np.flatnonzero(distances == 0)[0]) + 1
            problem, cure = f"has {index[at]} more than once", "X[~X.index.duplicated()] keeps the first of each"
        else:
            problem, cure = f"goes back from {index[at - 1]} to {index[at]}", "X.sort_index() puts it in order"
        raise ValueError(f"The time index {problem} (position {at}): {cure}. Clocks that change cause both: use UTC.")
    return index


def _refuse_text_index(index):
    if isinstance(index, pd.Index) and len(index) and isinstance(index[0], str):
        raise ValueError(
            f"The index holds text, first {index[0]!r}. If these are times, X.index = pd.to_datetime(X.index) makes "
            "them so; if rows simply follow each other, X.reset_index(drop=True)."
        )


def _refuse_ragged(X):
    try:
        np.ndim(X)
    except ValueError:  # NumPy speaks of "inhomogeneous shapes"
        raise ValueError(
            "The series has rows of different lengths. Several recordings are passed as a list of arrays, "
            "[np.array(first), np.array(second)]."
        ) from None


def _refuse_infinity(values, names):
    infinite = np.isinf(values)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        raise ValueError(
            f"The series holds infinity in {column_labels([column], names)}, first at position {row}: find out where "
            "it comes from (a division by zero?) and replace it by NaN if nothing was measured."
        )


def _refuse_nan(values, names):
    absent = np.isnan(values)
    if absent.any():
        rows = np.flatnonzero(absent.any(axis=1))
        raise ValueError(
            f"The series holds NaN in {column_labels(list(np.flatnonzero(absent.any(axis=0))), names)} ({len(rows)} of "
            f"{len(values)} rows, the first at position {rows[0]}). Choose: missing='fill' carries the last value "
            "forward (for short holes), missing='gap' lets no window touch such a row (for long ones)."
        )
