"""Decide between table and series: is there a column of times with one regular step."""

from dataclasses import dataclass

from helpers.report.columns.cells import plausible_times
from helpers.report.errors import UnusableFile

import pandas as pd

__all__ = ["Shape", "find_shape"]

REGULAR = 0.7  # of the distances between times: five working days a week are a regular step
JITTER = 0.05  # of a step
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
        The column that orders the rows.
    step : Timedelta or None
        Its usual step.
    in_time_order : bool
        Whether the rows stand in its order.
    notes : tuple of str
        Sentences.
    """

    shape: str
    why_shape: str
    time: str | None = None
    step: pd.Timedelta | None = None
    in_time_order: bool = False
    notes: tuple[str, ...] = ()


def find_shape(frame, dates, n_numbers, shape=None):
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
    Shape

    Raises
    ------
    UnusableFile
        If a series is asked for that has no times or no numbers.
    """
    found = [_look_at(frame[name]) for name in dates]
    # that of a series, else the one in whose order the rows stand, else the first
    best = max(found, key=lambda times: (times.is_series, times.in_order), default=None)
    if shape == "series":
        _check_series(best, n_numbers)
        return best.as_series("A series, as you asked for.")
    if shape == "table":
        return _table(best, "A table, as you asked for: its rows are judged one by one.")
    if best is None:
        return _table(best, "A table: no column holds times.")
    if not (best.is_series and n_numbers):
        return _table(best, f"A table: {best.why_no_series(n_numbers)}.")
    regular = f"{_step_text(best.step)} ({best.regular:.1%} of the distances between rows)"
    return best.as_series(f"A series: {best.name!r} has one regular step, {regular}.")


@dataclass(frozen=True)
class _Times:
    """What one column of times is like."""

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
            cure = "If these are several series in one file, examine one at a time"
            return f"{self.repeats:.0%} of the rows repeat a time of {self.name!r}. {cure}"
        irregular = f"no regular step (at most {self.regular:.0%} of the distances are alike)"
        return f"the times of {self.name!r} have {irregular}, so each row is an event of its own"


def _look_at(column):
    times = plausible_times(column).dropna()
    steps = times.sort_values().diff().iloc[1:]
    moving = steps[steps > pd.Timedelta(0)]
    n_missing = len(column) - len(times)
    in_order = bool(times.is_monotonic_increasing and not n_missing)
    repeats = 1 - len(moving) / max(len(steps), 1)
    if moving.empty:
        return _Times(column.name, None, 0.0, repeats, in_order, n_missing, 0)
    near = (moving - moving.median()).abs() <= JITTER * moving.median()
    step = moving[near].mode().iloc[0] if near.any() else moving.median()
    n_gaps = int((moving > 1.5 * step).sum())
    return _Times(column.name, step, float(near.mean()), repeats, in_order, n_missing, n_gaps)


def _check_series(times, n_numbers):
    if times is None:
        problem = "A series needs a column of times, and none was found."
        raise UnusableFile(f"{problem} Add one, or judge the rows one by one: shape='table' (--shape table).")
    if not n_numbers:
        raise UnusableFile("A series needs a column of numbers beside its times, and none is left.")


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
