"""Numbers that may not be what they seem: a value that stands for "missing", codes that are no quantities."""

import numpy as np

__all__ = ["doubts_about_numbers"]

OFTEN, OFTEN_SHARE = 5, 0.01  # times that a value comes which stands for no value
FAR = 0.5  # of the width of the other values, from the next of them
CODES = 20  # values that codes have at most


def doubts_about_numbers(frame):
    """Yield a sentence for each column with a value far beyond the others again and again, and one for codes.

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
    distinct = np.unique(present)
    return 3 <= len(distinct) <= CODES and bool((np.diff(distinct) > 1).mean() > 0.5)
