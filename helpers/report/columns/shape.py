"""Decide between table and series: is there a column of times, dates or a count, with one regular step."""

import re
from dataclasses import dataclass

from helpers.report.columns.cells import plausible_times
from helpers.report.errors import UnusableFile

import numpy as np
import pandas as pd

__all__ = ["Shape", "find_shape", "goes_regularly", "names_a_count", "numbers_rows"]

REGULAR = 0.7  # of the distances between times: five working days a week are a regular step
JITTER = 0.05  # of a step
COUNTING = re.compile(
    "t|time|times|timestamp|ts|step|steps|timestep|tick|ticks|cycle|cycles|sample|samples|frame|period|seconds|secs|"
    "sec|ms|minutes|hours|days|zeit|elapsed|elapsedtime|second|minute|hour|day|week|month|quarter|year|years|jahr"
)
NUMBERING = re.compile(r"column_\d+|unnamed.*|index|idx|row|n|nr|no|obs|")
FEW_REPEATS = 0.05  # of the rows: an hour that the clock repeats in autumn; many series in one file repeat more


@dataclass(frozen=True)
class Shape:
    """What the times of a table say.

    Attributes
    ----------
    shape : {"table", "series"}
    why_shape : str
        A sentence.
    time : str or None
        The column that orders the rows; None of a series in which the row's position stands for time.
    step : Timedelta, float or None
        Its usual step: of dates a Timedelta, of a count a number.
    in_time_order : bool
        Whether the rows stand in its order.
    notes : tuple of str
        Sentences.
    """

    shape: str
    why_shape: str
    time: str | None = None
    step: pd.Timedelta | float | None = None
    in_time_order: bool = False
    notes: tuple[str, ...] = ()


def find_shape(frame, dates, quantities, shape=None, counts=()):
    """Decide between table and series.

    Parameters
    ----------
    frame : DataFrame
    dates : list of str
        Columns of times that may order the rows.
    quantities : list of str
        Columns of numbers that a series could consist of; that of its times does not count.
    shape : {"table", "series"}, optional
        If it is decided already.
    counts : list of str
        Columns of numbers that may order the rows, where no dates make a series.

    Returns
    -------
    Shape

    Raises
    ------
    UnusableFile
        If a series is asked for that has no numbers.

    >>> find_shape(pd.DataFrame({"cycle": range(1, 9), "load": 1.0}), [], ["load"], counts=["cycle"]).why_shape
    "A series: 'cycle' counts up in steps of 1 (100.0% of the distances between rows)."
    """
    found = [_look_at(frame[name]) for name in dates]
    counted = [times for times in map(_look_at, (frame[name] for name in counts)) if times.is_series or not dates]
    # that of a series, else the one in whose order the rows stand, else the first
    best = max([*found, *counted], key=lambda times: (times.is_series, times.in_order), default=None)
    n_numbers = len([name for name in quantities if best is None or name != best.name])
    if shape == "series":
        return _series_as_asked(best, n_numbers)
    if shape == "table":
        return _table(best, "A table, as you asked for: its rows are judged one by one.")
    if best is None and n_numbers == frame.shape[1] == 1:
        return _by_position("A series: one column of numbers.")
    if best is None:
        return _table(best, "A table: no column holds times.")
    if not (best.is_series and n_numbers):
        return _table(best, f"A table: {best.why_no_series(n_numbers)}.")
    share = f"{best.regular:.1%} of the distances between rows"
    return best.as_series(f"A series: {best.name!r} {best.rhythm()} ({share}).")


def _by_position(why):
    """Make a series of rows that hold no times: they follow each other."""
    note = "The rows hold no times: their position stands for it, as if each came one step after the last."
    return Shape("series", why, None, 1.0, True, (note,))


def goes_regularly(column):
    """Tell whether times, or numbers that count them, have one regular step and hardly repeat.

    Parameters
    ----------
    column : Series of dates or numbers, shape (n,)

    Returns
    -------
    bool

    >>> goes_regularly(pd.Series([1, 2, 3, 4])), goes_regularly(pd.Series([1, 1, 2, 2]))
    (True, False)
    """
    return _look_at(column).is_series


def numbers_rows(name):
    """Tell whether a column is named as programs name the number of a row.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    >>> numbers_rows("Unnamed: 0"), numbers_rows("order_id")
    (True, False)
    """
    return NUMBERING.fullmatch(str(name).strip().lower()) is not None


def names_a_count(name):
    """Tell whether a column's name says that it counts time.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    >>> names_a_count("time_step"), names_a_count("customer")
    (True, False)
    """
    words = re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower())
    return any(map(COUNTING.fullmatch, words)) or COUNTING.fullmatch("".join(words)) is not None


@dataclass(frozen=True)
class _Times:
    """What one column of times is like."""

    name: str
    step: pd.Timedelta | float | None
    regular: float  # share of distances of about a step
    repeats: float  # share of rows whose time was there before
    in_order: bool
    n_missing: int
    n_gaps: int

    @property
    def is_series(self):
        return self.regular >= REGULAR and self.repeats <= FEW_REPEATS

    def rhythm(self):
        if isinstance(self.step, pd.Timedelta):
            return f"has one regular step, {_step_text(self.step)}"
        return f"counts up in steps of {self.step:g}"

    def as_series(self, why):
        return Shape("series", why, self.name, self.step, self.in_order, tuple(self._notes()))

    def _notes(self):
        if not self.in_order:
            yield f"The rows do not stand in order of {self.name!r}: they are sorted."
        if self.repeats:
            yield f"{self.repeats:.1%} of the rows repeat a time: the first row of each time is kept."
        if self.n_missing:
            yield f"{self.n_missing:,} rows have no time, or one far beyond all clocks, and are left out."
        if self.n_gaps:
            yield f"{self.n_gaps:,} gaps are longer than a step and a half: they stay open."

    def why_no_series(self, n_numbers):
        if not n_numbers:
            return "times, but no numbers beside them"
        if self.repeats > FEW_REPEATS and self.regular >= REGULAR:
            repeated = f"{self.repeats:.0%} of the rows repeat a time of {self.name!r}"
            return f"{repeated}, so each row is an event of its own"
        irregular = f"no regular step (at most {self.regular:.0%} of the distances are alike)"
        return f"the times of {self.name!r} have {irregular}, so each row is an event of its own"


def _look_at(column):
    is_count = column.dtype.kind in "iuf"
    times = column.astype("float64").replace([np.inf, -np.inf], np.nan) if is_count else plausible_times(column)
    times, zero = times.dropna(), 0.0 if is_count else pd.Timedelta(0)
    steps = times.sort_values().diff().iloc[1:]
    moving = steps[steps > zero]
    n_missing = len(column) - len(times)
    in_order = bool(times.is_monotonic_increasing and not n_missing)
    repeats = 1 - len(moving) / max(len(steps), 1)
    if moving.empty:
        return _Times(column.name, None, 0.0, repeats, in_order, n_missing, 0)
    near = (moving - moving.median()).abs() <= JITTER * moving.median()
    step = moving[near].mode().iloc[0] if near.any() and not is_count else moving.median()
    step = float(f"{step:.9g}") if is_count else step  # 0.05, though fractions are never quite that
    n_gaps = int((moving > 1.5 * step).sum())
    return _Times(column.name, step, float(near.mean()), repeats, in_order, n_missing, n_gaps)


def _series_as_asked(times, n_numbers):
    if not n_numbers:
        raise UnusableFile("A series needs a column of numbers beside its times, and none is left.")
    why = "A series, as you asked for."
    return _by_position(why) if times is None or times.step is None else times.as_series(why)


def _table(times, why):
    if times is None:
        return Shape("table", why)
    order = () if times.in_order else (f"The rows do not stand in order of {times.name!r}.",)
    return Shape("table", why, times.name, None, times.in_order, order)


def _step_text(step):
    parts = [(step.components.days, "day"), (step.components.hours, "hour"), (step.components.minutes, "minute")]
    texts = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count]
    seconds = step.total_seconds() % 60
    return " ".join([*texts, f"{seconds:g} seconds"] if seconds or not texts else texts)
