"""Numbers that may not be what they seem: a value that stands for "missing", codes, counters."""

import numpy as np

__all__ = ["doubts_about_numbers"]

OFTEN, OFTEN_SHARE = 5, 0.01  # times that a value comes which stands for no value
FAR = 0.5  # of the width of the other values, from the next of them
CODES = 20  # values that codes have at most
FEW_CODES, FAR_CODE = 6, 3  # with so few values, one so far from the next is a code's
RARELY = 0.02  # of the steps, in which a counter starts again


def doubts_about_numbers(frame):
    """Yield a sentence for each column with a value far beyond the others again and again, for codes and for counters.

    Parameters
    ----------
    frame : DataFrame of numbers, shape (n, k)

    Yields
    ------
    str

    >>> import pandas as pd
    >>> list(doubts_about_numbers(pd.DataFrame({"co": [*np.linspace(1, 3, 90), *[-200] * 10]})))[0][:60]
    "'co' holds -200 in 10% of its rows, far from its other value"
    """
    for name in frame:
        value, share = _stands_for_nothing(frame[name].dropna().to_numpy(np.float64))
        if share:
            yield (
                f"{name!r} holds {value:g} in {share:.0%} of its rows, far from its other values. If that stands for "
                f"no value, say so when the file is read: missing={value:g} (--missing {value:g})."
            )
    codes = [name for name in frame if _may_be_codes(frame[name].dropna())]
    if codes:
        yield (
            f"Taken as quantities, though they have few values: {', '.join(map(repr, codes))}. Codes are names: "
            f"category=[{codes[0]!r}] (--category)."
        )
    if counters := [name for name in frame if _counts_on(frame[name].dropna().to_numpy(np.float64))]:
        yield (
            f"Hardly ever falling, as counters do: {', '.join(map(repr, counters))}. How fast a counter rises is seen "
            "in its differences: add a column of each value minus the one before it."
        )


def _stands_for_nothing(values):
    """The lowest or highest value, if it comes often and lies far from the next; and its share."""
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) < CODES:
        return np.nan, 0.0
    for end, others in ((0, distinct[1:]), (-1, distinct[:-1])):
        often = counts[end] >= max(OFTEN, OFTEN_SHARE * len(values))
        if often and np.abs(others - distinct[end]).min() > FAR * (others[-1] - others[0]):
            return distinct[end], counts[end] / len(values)
    return np.nan, 0.0


def _may_be_codes(present):
    """Whole numbers with few values and holes between them, as counts hardly have."""
    if present.dtype.kind == "b" or len(present) == 0 or not (present % 1 == 0).all():
        return False
    distances = np.diff(np.unique(present))
    if not 2 <= len(distances) < CODES:
        return False
    return bool((distances > 1).mean() > 0.5 or (len(distances) < FEW_CODES and distances.max() > FAR_CODE))


def _counts_on(values):
    """Whether values go up in the order of the rows, further than they vary, but for a few that start again."""
    steps = np.diff(values)
    if len(steps) == 0 or not (steps > 0).mean() > 0.5:
        return False
    return bool((steps < 0).mean() <= RARELY and len(np.unique(values)) > CODES)
