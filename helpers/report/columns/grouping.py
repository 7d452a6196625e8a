"""Many series, or the rows of many units, below each other in one file: which column tells them apart."""

from helpers.report.columns.cells import category_texts
from helpers.report.columns.meaning import Decision
from helpers.report.columns.shape import goes_regularly, names_a_count

__all__ = ["MOST_GROUPS", "find_group", "group_names"]

MOST_GROUPS = 100
LOOKED_AT = 5  # groups, the largest ones


def group_names(frame, group):
    """Name the group of each row, as a text: 3 and 3.0 are the same, what is missing is "(missing)".

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    group : str

    Returns
    -------
    Series of str, shape (n,)
    """
    return category_texts(frame[group])


def find_group(frame, meanings, fewest_rows):
    """Find a column that tells series apart: within each of its values, times go up by one regular step.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    meanings : dict of str to Meaning
    fewest_rows : int
        That a series needs.

    Returns
    -------
    str or None

    >>> import pandas as pd
    >>> from helpers.report.columns.meaning import find_meaning
    >>> hours = [*pd.date_range("2025-01-01", periods=50, freq="h")]
    >>> frame = pd.DataFrame({"shop": ["A"] * 50 + ["B"] * 50, "time": hours * 2})
    >>> find_group(frame, {name: find_meaning(frame[name]) for name in frame}, fewest_rows=50)
    'shop'
    """
    times = [name for name, meaning in meanings.items() if meaning.decision is Decision.DATE]
    times += [name for name in meanings if frame[name].dtype.kind in "iuf" and names_a_count(name)]
    named = [name for name, meaning in meanings.items() if _may_name_groups(frame[name], meaning)] if times else []
    for name in named:
        of_each = frame.groupby(name, sort=False)
        largest = of_each.size().nlargest(LOOKED_AT)
        if largest.iloc[0] >= fewest_rows and any(
            all(goes_regularly(of_each.get_group(value)[time]) for value in largest.index) for time in times
        ):
            return name
    return None


def _may_name_groups(column, meaning):
    is_name = meaning.decision is Decision.CATEGORY or meaning.kind == "identifier"
    return is_name and 2 <= column.nunique() <= MOST_GROUPS
