"""One line an event: neighbouring alarms of a series are one episode."""

from helpers.report.batch import explain_rows
from helpers.report.columns.cells import file_rows

import numpy as np
import pandas as pd

__all__ = ["episode_table", "episodes_of"]

DAY = pd.Timedelta(days=1)
SHORT_DAY = 48  # steps of a day at most, for alarms on neighbouring days to be one episode
NEAR = 10  # steps between two alarms of one episode, where a day has more


def episodes_of(times, flagged):
    """Number the episodes of alarms in a series.

    Parameters
    ----------
    times : DatetimeIndex of shape (n,)
        Ascending.
    flagged : bool ndarray of shape (n,)

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 in the order of time; -1 where nothing is flagged.

    >>> hours = pd.date_range("2025-01-01", periods=100, freq="h")
    >>> episodes = episodes_of(hours, np.isin(np.arange(100), [3, 4, 20, 90]))
    >>> episodes[[3, 4, 20, 90]].tolist(), int((episodes == -1).sum())
    ([0, 0, 0, 1], 96)
    """
    number, at = np.full(len(times), -1), np.flatnonzero(flagged)
    if len(at):
        number[at] = np.cumsum(np.r_[True, np.diff(times[at]) > _near(times)]) - 1
    return number


def _near(times):
    """How far two alarms of one episode may lie apart."""
    step = pd.Series(times).diff().median()
    return max(DAY, 2 * step) if SHORT_DAY * step >= DAY else NEAR * step


def episode_table(model, frame, strangeness, usual_rows, top=20):
    """List the strangest episodes, each with its strongest row; of a table each row is one.

    Where fewer are flagged, points below the limit follow, none of them near one that is listed.

    Parameters
    ----------
    model : OwnModel
    frame : DataFrame of shape (n, k)
    strangeness : Series of shape (n,)
    usual_rows : DataFrame
        What reasons compare with.
    top : int
        How many are listed.

    Returns
    -------
    DataFrame
        start, end (of a series, by its clock), rows, row (the strongest, 1 is the file's first), strangeness,
        flagged, because.
    """
    values = strangeness.to_numpy(dtype=float)
    if model.shape == "series":
        dated = isinstance(strangeness.index, pd.DatetimeIndex)
        times = strangeness.index if dated else model.clock.times(frame)
        episodes = _strongest_episodes(strangeness.set_axis(times), top)
    else:
        order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
        episodes = pd.DataFrame({"at": order[: min(top, int((~np.isnan(values)).sum()))]})
    at = episodes.pop("at").to_numpy(int)
    found = {"row": file_rows(frame)[at], "strangeness": values[at], "flagged": values[at] > 1}
    because = explain_rows(model, frame.iloc[at], usual_rows)["because"]
    return episodes.assign(**found, because=because.to_numpy())


def _strongest_episodes(strangeness, top):
    """Extent of each, in the order of their strongest points, and where those stand."""
    order = np.argsort(strangeness.index, kind="stable")
    order = order[strangeness.index[order].notna()]
    times, values = strangeness.index[order], strangeness.to_numpy(dtype=float)[order]
    number, near = episodes_of(times, values > 1), _near(times)
    free, found = np.where(np.isnan(values), -np.inf, values), []
    while len(found) < top and np.isfinite(free.max(initial=-np.inf)):
        i = int(free.argmax())
        own = np.flatnonzero(number == number[i]) if number[i] >= 0 else np.array([i])
        found.append((times[own[0]], times[own[-1]], len(own), order[i]))
        free[own] = -np.inf
        free[(number < 0) & (times >= times[own[0]] - near) & (times <= times[own[-1]] + near)] = -np.inf
    return pd.DataFrame(found, columns=["start", "end", "rows", "at"])
