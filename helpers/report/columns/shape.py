"""Table or series: is there a column of times with one regular step, and which rows make the series."""

from dataclasses import dataclass

from helpers.report.columns.labels import read_labels
from helpers.report.reading.sniffing import UnusableFile

import numpy as np
import pandas as pd

__all__ = ["Rhythm", "prepare_series", "rhythm", "series_rows"]

REGULAR = 0.7  # of the distances between times: five working days a week are a regular step
JITTER = 0.05  # of a step
FEW_REPEATS = 0.01


@dataclass(frozen=True)
class Rhythm:
    """What the times of a table say: its shape and why, the column that orders it, its usual step, notes."""

    shape: str
    why: str
    time: str | None = None
    step: pd.Timedelta | None = None
    in_order: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Clock:
    name: str
    step: pd.Timedelta | None
    regular: float  # share of distances of about a step
    repeats: float  # share of rows whose time was there before
    in_order: bool
    n_missing: int
    n_gaps: int

    @property
    def is_series(self):
        return self.regular >= REGULAR and self.repeats <= FEW_REPEATS


def rhythm(frame, dates, n_numbers, shape=None) -> Rhythm:
    """Decide between table and series.

    Parameters
    ----------
    frame : DataFrame
    dates : list of str
        Columns of times that may order the rows.
    n_numbers : int
        Columns a series could consist of.
    shape : {"table", "series"}, optional
        If it is decided already.

    Returns
    -------
    Rhythm

    Raises
    ------
    UnusableFile
        If a series is asked for that has no times or no numbers.
    """
    clocks = [_clock(frame[name]) for name in dates]
    best = _best(clocks)
    if shape == "series":
        _check_series(clocks, n_numbers)
        return _series(best, "A series, as you asked for.")
    if shape == "table":
        return _table(best, "A table, as you asked for: its rows are judged one by one.")
    if best is None:
        return _table(best, "A table: no column holds times.")
    if best.is_series and n_numbers:
        return _series(
            best,
            f"A series: {best.name!r} has one regular step, {_step_text(best.step)} "
            f"({best.regular:.1%} of the distances between rows).",
        )
    return _table(best, f"A table: {_why_no_series(best, n_numbers)}.")


def series_rows(frame, columns):
    """Positions in `frame` of the rows that :func:`prepare_series` keeps, in order of time.

    Returns
    -------
    ndarray of shape (m,), of int
        Without rows that lack a time; of rows of one time the first.
    """
    times = frame[columns.time].reset_index(drop=True).dropna()
    times = times.sort_values(kind="stable")
    return times[~times.duplicated()].index.to_numpy()


def prepare_series(frame, columns, labels=None):
    """The channels of a series in order of time, ready for a detector of series.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.columns.describing.describe_columns`, of shape "series".
    labels : array-like of shape (n,), of 0 and 1, optional
        Of the frame's rows; without it, they are read from ``columns.label``, if there is one.

    Returns
    -------
    DataFrame of shape (m, n_numbers)
        With an ascending DatetimeIndex without repetitions; gaps stay open, missing values NaN.
    ndarray of shape (m,) or None
        The labels of its rows.

    Raises
    ------
    UnusableFile
        If there is no column of times, or the labels cannot be read.

    >>> import numpy as np, pandas as pd
    >>> from helpers.report.columns.describing import describe_columns
    >>> hours = pd.date_range("2025-01-01", periods=200, freq="h")
    >>> frame = pd.DataFrame({"time": hours, "flow": np.sin(np.arange(200))}).iloc[::-1]
    >>> channels, labels = prepare_series(frame, describe_columns(frame))
    >>> channels.shape, channels.index[0], labels
    ((200, 1), Timestamp('2025-01-01 00:00:00'), None)
    """
    if columns.time is None:
        raise UnusableFile("There is no column of times to order the series by. Name it time=… (--time).")
    if labels is None and columns.label is not None:
        labels = read_labels(frame[columns.label])
    rows = series_rows(frame, columns)
    channels = frame[list(columns.numbers)].iloc[rows].astype("float64")
    channels = channels.replace([np.inf, -np.inf], np.nan)
    channels.index = pd.DatetimeIndex(frame[columns.time].iloc[rows], name=columns.time)
    return channels, None if labels is None else np.asarray(labels)[rows]


# -------------------------------------------------------------------- clocks


def _clock(column):
    times = column.dropna()
    steps = times.sort_values().diff().iloc[1:]
    moving = steps[steps > pd.Timedelta(0)]
    n_missing = len(column) - len(times)
    in_order = bool(times.is_monotonic_increasing and not n_missing)
    repeats = 1 - len(moving) / max(len(steps), 1)
    if moving.empty:
        return _Clock(column.name, None, 0.0, repeats, in_order, n_missing, 0)
    near = (moving - moving.median()).abs() <= JITTER * moving.median()
    step = moving[near].mode().iloc[0] if near.any() else moving.median()
    n_gaps = int((moving > 1.5 * step).sum())
    return _Clock(column.name, step, float(near.mean()), repeats, in_order, n_missing, n_gaps)


def _best(clocks):
    """The clock of a series, else the one in whose order the rows stand, else the first."""
    return max(clocks, key=lambda clock: (clock.is_series, clock.in_order), default=None)


def _check_series(clocks, n_numbers):
    if not clocks:
        raise UnusableFile(
            "A series needs a column of times, and none was found. Add one, or judge the rows one by "
            "one: shape='table' (--shape table)."
        )
    if not n_numbers:
        raise UnusableFile("A series needs a column of numbers beside its times, and none is left.")


def _series(clock, why):
    notes = []
    if not clock.in_order:
        notes.append(f"The rows do not stand in order of {clock.name!r}: they are sorted.")
    if clock.repeats:
        notes.append(f"{clock.repeats:.1%} of the rows repeat a time: the first row of each time is kept.")
    if clock.n_missing:
        notes.append(f"{clock.n_missing:,} rows have no time and are left out.")
    if clock.n_gaps:
        notes.append(f"{clock.n_gaps:,} gaps are longer than a step and a half: they stay open.")
    return Rhythm("series", why, clock.name, clock.step, clock.in_order, tuple(notes))


def _table(clock, why):
    if clock is None:
        return Rhythm("table", why)
    order = () if clock.in_order else (f"The rows do not stand in order of {clock.name!r}.",)
    return Rhythm("table", why, clock.name, None, clock.in_order, order)


def _why_no_series(clock, n_numbers):
    if not n_numbers:
        return "times, but no numbers beside them"
    if clock.repeats > FEW_REPEATS and clock.regular >= REGULAR:
        return (
            f"{clock.repeats:.0%} of the rows repeat a time of {clock.name!r}. If these are several series in one "
            "file, examine one at a time"
        )
    return (
        f"the times of {clock.name!r} have no regular step (at most {clock.regular:.0%} of the distances are "
        "alike), so each row is an event of its own"
    )


def _step_text(step):
    parts = [(step.components.days, "day"), (step.components.hours, "hour"), (step.components.minutes, "minute")]
    texts = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count]
    seconds = step.total_seconds() % 60
    return " ".join([*texts, f"{seconds:g} seconds"] if seconds or not texts else texts)
