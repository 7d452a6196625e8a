"""How often the channels of a series are measured: each at its own pace, some from late on only."""

import numpy as np

__all__ = ["Paces", "find_paces", "held"]

LATE = 0.3  # of the rows, before a channel's first value: the part to learn from would be nearly empty
SLOWEST = 200  # rows from one value to the next
REGULAR = 0.7  # of the distances between values


class Paces:
    """What was found of the channels of a series.

    Attributes
    ----------
    hold : dict of str to int
        Channels that are measured every few rows: for how many further rows a value counts.
    late : dict of str to str
        Channels that begin too late to learn from, and why they are left out.
    """

    def __init__(self):
        self.hold, self.late = {}, {}

    def notes(self):
        """Yield a sentence for each of them."""
        for name, rows in self.hold.items():
            yield f"{name!r} is measured every {(rows + 1) // 2} rows: each value counts for the {rows} rows after it."
        for name, why in self.late.items():
            yield f"{name!r} is left out: {why}."


def find_paces(channels):
    """Find channels that begin late, and those that are measured at a regular pace of their own.

    Parameters
    ----------
    channels : DataFrame of numbers, shape (n, k)
        In the order of time.

    Returns
    -------
    Paces

    >>> import pandas as pd
    >>> slow = pd.Series(np.arange(100.0)).where(np.arange(100) % 5 == 0)
    >>> find_paces(pd.DataFrame({"fast": np.arange(100.0), "slow": slow})).hold
    {'slow': 9}
    """
    found = Paces()
    for name in channels:
        there = np.flatnonzero(channels[name].notna())
        if len(there) == 0 or len(there) == len(channels):
            continue
        if there[0] > LATE * len(channels):
            share = there[0] / len(channels)
            found.late[name] = f"its first value comes after {share:.0%} of the rows, too late to learn from"
        elif (pace := _pace(there)) > 1:
            found.hold[name] = 2 * pace - 1
    return found


def held(channels, hold):
    """Channels with each value held for the rows that follow it.

    Parameters
    ----------
    channels : DataFrame of shape (n, k)
    hold : dict of str to int

    Returns
    -------
    DataFrame of shape (n, k)
    """
    return channels.assign(**{name: channels[name].ffill(limit=rows) for name, rows in hold.items()})


def _pace(there):
    """The usual number of rows from one value to the next; 1 if there is none."""
    steps = np.diff(there)
    if len(steps) == 0:
        return 1
    pace = int(np.median(steps))
    return pace if pace <= SLOWEST and (steps == pace).mean() >= REGULAR else 1
