"""A series that arrives point by point, and the window that ends at the last one."""

from helpers.windows import GAP

import numpy as np
import pandas as pd

__all__ = ["Stream"]


class Stream:
    """Remembers the last window less one point, and one point at least: a missing value is filled from it.

    Parameters
    ----------
    window : int
    tail : ndarray of shape (n, n_channels)
        The points before the first that comes.
    time : str, Timestamp or None
        Of the tail's last point.
    step : Timedelta or None
        The usual distance of two points.
    usual : ndarray of shape (n_channels,)
        Stands in for a value that is missing at the very start.

    >>> stream = Stream(2, np.array([[1.0]]), None, None, np.zeros(1))
    >>> stream.push(np.array([7.0])).tolist()
    [[1.0], [7.0]]
    """

    def __init__(self, window, tail, time, step, usual):
        self.window, self.step, self.usual = window, step, usual
        self.rows = list(tail)
        self.time = None if time is None else pd.Timestamp(time)

    def push(self, values, time=None, *, missing="fill"):
        """Add a point; the window of shape (window, n_channels) that it ends, or None if there is none.

        Parameters
        ----------
        values : ndarray of shape (n_channels,)
        time : Timestamp or None
        missing : {"fill", "gap"}
            What becomes of NaN in `values`.

        Raises
        ------
        ValueError
            A time that does not ascend, or is none. Nothing is remembered of such a point.
        """
        time, gap = self._read(time)
        absent = np.isnan(values)
        if gap or (missing == "gap" and absent.any()):
            self.rows = []
        self.time = time
        if missing == "gap" and absent.any():
            return None
        before = self.rows[-1] if self.rows else self.usual
        self.rows = [*self.rows, np.where(absent, before, values)][-max(self.window, 2) :]
        return np.array(self.rows[-self.window :]) if len(self.rows) >= self.window and not absent.all() else None

    def _read(self, time):
        """The point's time, and whether a gap lies before it."""
        if time is None:
            return (self.time + self.step if self.time is not None and self.step is not None else None), False
        time = time.to_timestamp() if isinstance(time, pd.Period) else pd.Timestamp(time)
        if time is pd.NaT:
            raise ValueError("The point's time is NaT. Leave it out if the point comes one usual step after the last.")
        if self.time is None:
            return time, False
        if (time.tz is None) != (self.time.tz is None):
            raise ValueError(f"The last point came at {self.time}, this one at {time}: one has a time zone.")
        if time <= self.time:
            raise ValueError(f"The last point came at {self.time}; the next comes later, not at {time}.")
        return time, self.step is not None and time - self.time > GAP * self.step
