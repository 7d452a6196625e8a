"""Judging a detector in time: events found, false alarms a day, delay.

An event is a run of rows labelled 1; an alarm is a run of flagged rows. Both are counted once, however long they
last. Flags are 1, 0, or NaN where a point could not be scored: such a point is never an alarm and no observed time.
``scores > threshold`` gives 0 there, so its time counts as observed. Rows are neighbours even across a gap in the
clock.
"""

from helpers.evaluation.inputs import check_positive, check_rows, labels_and_flags, labels_and_scores
from helpers.windows import runs

import numpy as np
import pandas as pd

__all__ = [
    "alarm_episodes",
    "detection_delay",
    "event_recall",
    "event_table",
    "events_from_labels",
    "false_alarms_per_day",
    "oracle_f1",
    "point_adjusted_f1",
    "rows_in_a_day",
]


def events_from_labels(labels):
    """Find where the events lie.

    Labels that touch are one event: keep a row of 0 between two events.

    Parameters
    ----------
    labels : array of shape (n,)
        1 inside an event, 0 outside.

    Returns
    -------
    int array of shape (n_events, 2)
        Positions ``start`` and ``stop`` of each event, its rows being ``labels[start:stop]``.

    Raises
    ------
    ValueError
        Labels other than 0 and 1.

    >>> events_from_labels([1, 1, 0, 0, 1])
    array([[0, 2],
           [4, 5]])
    """
    labels, _ = labels_and_flags(labels, labels)
    return runs(labels)


def alarm_episodes(flags, merge=0):
    """Find where the alarms lie: runs of flagged rows, those with few rows between them joined to one.

    Parameters
    ----------
    flags : array of shape (n,)
        1, 0 or NaN (not scored).
    merge : int
        Runs with at most so many rows between them are one episode: a person who is already looking is not called
        again.

    Returns
    -------
    int array of shape (n_episodes, 2)
        Positions ``start`` and ``stop``.

    Raises
    ------
    ValueError
        Flags other than 0, 1 and NaN, a merge that is negative or no whole number.

    >>> alarm_episodes([1, 1, 0, 1, 0, 0, 1], merge=1)
    array([[0, 4],
           [6, 7]])
    """
    _, flags, _ = _observed(np.zeros(np.shape(flags)), flags)
    return _episodes(flags, merge)


def event_recall(labels, flags, tolerance=0):
    """Compute the share of events with at least one flag inside.

    An event that could not be scored counts as missed. One flag is enough, so a detector that flags everything finds
    every event: read it beside :func:`false_alarms_per_day`.

    Parameters
    ----------
    labels, flags : arrays of shape (n,)
        Labels are 1 or 0; flags are 1, 0 or NaN (not scored).
    tolerance : int
        So many rows after an event's end still count as inside, unless the next event has begun. With windows of w
        rows that are scored at their last row, w - 1 rows after the event still hold a piece of it.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        No event in the labels, different lengths, values other than those above, a bad tolerance.

    >>> event_recall([0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1])
    0.5
    >>> event_recall([0, 1, 1, 0, 0, 1], [0, 0, 0, 1, 0, 1], tolerance=1)
    1.0
    """
    _, first_flags = _first_flags(labels, flags, tolerance)
    return float(np.mean(~np.isnan(first_flags)))


def false_alarms_per_day(labels, flags, rows_per_day, tolerance=0, merge=0):
    """Count how often a day somebody is called for nothing: false alarm episodes over the observed normal time.

    An episode is a run of flags, or several with at most ``merge`` rows between them. It is false unless one of its
    flags lies in an event or at most ``tolerance`` rows after it. Observed normal time: rows outside events and
    their tolerance, without those whose flag is NaN, at ``rows_per_day`` rows a day.

    An alarm that never ends is a single episode, and if it touches an event not even a false one. So look at the
    share of normal rows flagged, ``flags[labels == 0].mean()``, too.

    Parameters
    ----------
    labels, flags : arrays of shape (n,)
        Labels are 1 or 0; flags are 1, 0 or NaN (not scored).
    rows_per_day : float
        24 for an hourly series; :func:`rows_in_a_day` reads it off a time index.
    tolerance, merge : int
        As in :func:`event_recall` and :func:`alarm_episodes`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        No observed normal row, different lengths, values other than those above, bad rows_per_day, tolerance or
        merge.

    >>> false_alarms_per_day([0, 0, 0, 0, 1, 0], [1, 1, 0, 1, 1, 0], rows_per_day=5)
    1.0
    """
    check_positive(rows_per_day, "rows_per_day", ", such as 24 for an hourly series")
    labels, flags, observed = _observed(labels, flags)
    near = _near_events(labels, tolerance)
    n_normal = np.sum(observed & ~near)
    if n_normal == 0:
        raise ValueError("No row is normal, past the tolerance and scored: there is no time to count false alarms in.")
    false_alarms = [not (flags & near)[start:stop].any() for start, stop in _episodes(flags, merge)]
    return float(sum(false_alarms) * rows_per_day / n_normal)


def detection_delay(labels, flags, index=None, tolerance=0):
    """Measure from the start of each event to its first flag.

    0 means flagged in the event's first row, also by an alarm that was already on. Finding one slow event
    more makes the mean delay worse: report it beside the recall.

    Parameters
    ----------
    labels, flags : arrays of shape (n,)
        Labels are 1 or 0; flags are 1, 0 or NaN (not scored).
    index : array or index of shape (n,), optional
        Times of the rows, in order: delays are differences of these (Timedelta for a DatetimeIndex) instead of rows.
    tolerance : int
        As in :func:`event_recall`.

    Returns
    -------
    Series of shape (n_events,)
        NaN (or NaT) where the event was missed; empty without events.

    Raises
    ------
    ValueError
        Different lengths, values other than those above, an index out of order.

    >>> detection_delay([0, 1, 1, 1, 0, 1], [1, 0, 0, 1, 0, 0]).tolist()
    [2.0, nan]
    """
    events, first_flags = _first_flags(labels, flags, tolerance, needed=False)
    if index is None:
        delays = pd.Series(first_flags - events[:, 0])
    else:
        times = pd.Series(_in_order(index, len(labels)))
        delays = times.reindex(first_flags).reset_index(drop=True) - times.iloc[events[:, 0]].reset_index(drop=True)
    return delays.rename("delay").rename_axis("event")


def event_table(labels, flags, kinds=None, index=None, tolerance=0):
    """Tell of each event, in a row, what it was, whether it was found, and how late.

    Parameters
    ----------
    labels, flags, index, tolerance
        As in :func:`detection_delay`.
    kinds : array of shape (n,), optional
        The kind of each row. An event of several kinds gets all of them, joined by " + ".

    Returns
    -------
    DataFrame
        Columns "kind" (with `kinds` only), "start" (position, or the index there), "length" (rows), "found" (bool)
        and "delay" (rows, or a difference of the index).

    Raises
    ------
    ValueError
        As in :func:`detection_delay`; kinds of another length.

    >>> kinds = ["", "leak", "leak", "", "spike"]
    >>> event_table([0, 1, 1, 0, 1], [0, 0, 1, 0, 0], kinds)  # doctest: +NORMALIZE_WHITESPACE
            kind  start  length  found  delay
    event
    0       leak      1       2   True    1.0
    1      spike      4       1  False    NaN
    """
    delays, events = detection_delay(labels, flags, index, tolerance), events_from_labels(labels)
    starts, stops = events.T
    table = pd.DataFrame({"start": starts, "length": stops - starts, "found": delays.notna(), "delay": delays})
    if index is not None:
        table["start"] = pd.Index(index)[starts]
    if kinds is not None:
        kinds = np.asarray(kinds, dtype=object)
        if kinds.shape != (len(labels),):
            raise ValueError(f"kinds have shape {kinds.shape}, labels {len(labels)} rows: give one kind a row.")
        table.insert(0, "kind", [" + ".join(map(str, pd.unique(kinds[start:stop]))) for start, stop in events])
    return table.rename_axis("event")


def oracle_f1(labels, scores):
    """Find the best F1 of any threshold, point by point, chosen on the very labels it is judged by.

    No detector can expect it on new data: it is an upper bound, and named so. Ties share a threshold.

    Parameters
    ----------
    labels, scores : arrays of shape (n,)
        Points that could not be scored (NaN) are left out.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Labels of one class or other than 0 and 1, different lengths, infinite scores.

    >>> oracle_f1([0, 0, 1, 1], [0.1, 0.8, 0.2, 0.9])
    0.8
    """
    from sklearn.metrics import precision_recall_curve  # here: every lesson's plots load this module, few need more

    labels, scores = labels_and_scores(labels, scores, needed_by="the best F1")
    precision, recall, _ = precision_recall_curve(labels, scores)
    return float(np.max(2 * precision * recall / np.maximum(precision + recall, np.finfo(float).tiny)))


def point_adjusted_f1(labels, scores):
    """Find the best F1 after point adjustment.

    **Here to be refuted, not to be reported.**

    Point adjustment (Xu et al., WWW 2018) calls every point of an event found as soon as one of them is flagged.
    One lucky point in an event of 100 then counts as 100 hits, so a *random* score with a high threshold beats many
    published detectors: Kim et al., "Towards a Rigorous Evaluation of Time-series Anomaly Detection", AAAI 2022.
    Use :func:`event_recall`, :func:`false_alarms_per_day` and :func:`detection_delay`.

    Parameters
    ----------
    labels, scores
        As in :func:`oracle_f1`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As in :func:`oracle_f1`.

    >>> labels, scores = [0, 0, 1, 1, 1, 1, 0, 0], [0.1, 0.3, 0.2, 0.9, 0.1, 0.2, 0.8, 0.2]
    >>> round(oracle_f1(labels, scores), 2), point_adjusted_f1(labels, scores)
    (0.67, 1.0)
    """
    labels_and_scores(labels, scores)
    adjusted = np.array(scores, dtype=float)
    for start, stop in events_from_labels(labels):
        highest = np.fmax.reduce(adjusted[start:stop])  # ignores NaN
        adjusted[start:stop] = np.where(np.isnan(adjusted[start:stop]), np.nan, highest)
    return oracle_f1(labels, adjusted)


def rows_in_a_day(index):
    """Count the rows in a day of observation, by the median step of a time index; gaps do not make it smaller.

    Parameters
    ----------
    index : DatetimeIndex
        At least two times, in order.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        No time index, or one that is too short or out of order.

    >>> rows_in_a_day(pd.date_range("2022-03-01", periods=10, freq="5min"))
    288.0
    """
    if not isinstance(index, pd.DatetimeIndex) or len(index) < 2:
        raise ValueError("rows_in_a_day needs a DatetimeIndex of at least two times, such as frame.index.")
    return float(pd.Timedelta("1D") / _in_order(index, len(index)).diff().median())


def _episodes(flags, merge):
    check_rows(merge, "merge")
    joined = flags.copy()
    for stop, start in runs(flags).ravel()[1:-1].reshape(-1, 2):  # the gaps between the runs
        if start - stop <= merge:
            joined[stop:start] = 1
    return runs(joined)


def _observed(labels, flags):
    """Labels and flags as 0 and 1 (as -1 and 1 they are refused), and which points were scored."""
    flags = np.asarray(flags)
    unscored = np.isnan(flags) if flags.dtype.kind == "f" else np.zeros(flags.shape, bool)
    labels, flags = labels_and_flags(labels, np.where(unscored, 0, flags))
    return labels, flags, ~unscored


def _first_flags(labels, flags, tolerance, needed=True):
    """Events, and the position of each one's first flag (NaN: none)."""
    check_rows(tolerance, "tolerance")
    labels, flags, _ = _observed(labels, flags)
    events = runs(labels)
    if needed and len(events) == 0:
        raise ValueError("The labels hold no event (no 1): there is nothing that could be found.")
    ends = np.minimum(events[:, 1] + tolerance, np.append(events[1:, 0], len(labels))[: len(events)])
    flagged = np.append(np.flatnonzero(flags), len(labels))
    first = flagged[np.searchsorted(flagged, events[:, 0])]
    return events, np.where(first < ends, first, np.nan)


def _near_events(labels, tolerance):
    """Rows in an event or at most `tolerance` rows after one."""
    check_rows(tolerance, "tolerance")
    near = labels.astype(bool)
    for _, stop in runs(labels):
        near[stop : stop + tolerance] = True
    return near


def _in_order(index, n):
    times = pd.Index(index)
    if len(times) != n:
        raise ValueError(f"{len(times)} times in the index, but {n} rows: they must belong together.")
    if times.hasnans or not times.is_monotonic_increasing:
        raise ValueError("The index must be in order and without missing times: sort the series by time first.")
    return times
