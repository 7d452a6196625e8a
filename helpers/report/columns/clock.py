"""What orders the points of a series: dates, a number that counts up, or the row's own position in the file."""

from dataclasses import dataclass

from helpers.report.columns.cells import date_values, file_rows, number_values, plausible_times
from helpers.report.errors import UnusableFile

import numpy as np
import pandas as pd

__all__ = ["Clock"]

LATEST = 9e9  # steps: what a clock of nanoseconds holds, a step taken as a second


@dataclass(frozen=True)
class Clock:
    """How the times of a series are read and told. Detectors want dates, so that they see gaps: a count gets some.

    Parameters
    ----------
    column : str or None
        The column of times; None if the row's position stands for it (or if dates are the frame's index).
    step : float or None
        What a count usually goes up by; None for dates.

    >>> clock = Clock("cycle", 10.0)
    >>> times = clock.times(pd.DataFrame({"cycle": [10, 20, 40]}))
    >>> clock.text(times[2]), (times[2] - times[1]) / (times[1] - times[0])
    ('cycle 40', 2.0)
    """

    column: str | None = None
    step: float | None = None

    @property
    def has_dates(self):
        """Whether times are dates: only then are there hours and weekdays."""
        return self.step is None

    @property
    def title(self):
        """What a figure writes beside the axis of times."""
        return "time" if self.has_dates else self.column or "row of the file"

    def times(self, frame):
        """When each row was, a DatetimeIndex of shape (n,); NaT where that is missing or beyond all clocks.

        Parameters
        ----------
        frame : DataFrame of shape (n, k)
            With `column`; without it, its index holds the dates, or the rows of the file from 0.
        """
        if isinstance(frame.index, pd.DatetimeIndex) and (self.column is None or self.column not in frame):
            return plausible_times(frame.index)
        if not self.has_dates:
            return pd.to_datetime(self._steps(frame), unit="s")
        if self.column is None or self.column not in frame:
            raise UnusableFile("The series needs its times as the frame's DatetimeIndex.")
        return plausible_times(pd.DatetimeIndex(date_values(frame[self.column])))

    def places(self, frame):
        """The same as the file has them, for a figure: an Index of shape (n,), of dates, counts or rows from 1."""
        if self.has_dates:
            return pd.DatetimeIndex(frame[self.column])
        return pd.Index(file_rows(frame) if self.column is None else number_values(frame[self.column]))

    def text(self, time):
        """A time that :meth:`times` gave, in words: with its weekday, as a count, or as the row of the file."""
        if self.has_dates:
            return f"{time:%A %Y-%m-%d %H:%M}"
        count = round((time - pd.Timestamp(0)) / pd.Timedelta(seconds=1) * self.step, 9)
        return f"row {count + 1:.0f}" if self.column is None else f"{self.column} {count:.12g}"

    def short(self, time):
        """The same with the weekday cut short, for a table."""
        return f"{time:%a %Y-%m-%d %H:%M}" if self.has_dates else self.text(time)

    def _steps(self, frame):
        counts = file_rows(frame) - 1 if self.column is None else number_values(frame[self.column])
        steps = np.asarray(counts, dtype=np.float64) / self.step
        return np.where(np.abs(steps) < LATEST, steps, np.nan)
