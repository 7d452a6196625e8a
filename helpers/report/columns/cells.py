"""What the cells of a column hold, as numbers, dates or texts; what does not fit is refused with its row."""

from helpers.report.errors import UnusableFile
from helpers.report.reading.values import is_numeric

import numpy as np
import pandas as pd

__all__ = [
    "NO_VALUE",
    "REACH",
    "category_texts",
    "date_values",
    "file_rows",
    "number_values",
    "plausible_times",
    "within_reach",
]

NO_VALUE = "(missing)"
REACH = 1e15
FIRST_YEAR, LAST_YEAR = 1677, 2262


def number_values(column):
    """Read a column as numbers.

    Parameters
    ----------
    column : Series of shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        Missing values as NaN.

    Raises
    ------
    UnusableFile
        For text that is no number, named with its row.

    >>> number_values(pd.Series(["1.5", None, "3"], name="amount"))
    array([1.5, nan, 3. ])
    """
    if is_numeric(column):
        return column.to_numpy(np.float64, na_value=np.nan)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise UnusableFile(f"Column {column.name!r} held numbers in training, but holds dates now.")
    values = pd.to_numeric(column, errors="coerce")
    _refuse_odd(column, values, "numbers")
    return values.to_numpy(np.float64, na_value=np.nan)


def within_reach(values):
    """Let numbers beyond 1e15 count as 1e15: squared and summed, in single precision too, they stay finite.

    >>> within_reach(np.array([1.5, -1e300]))
    array([ 1.5e+00, -1.0e+15])
    """
    return np.where(np.isinf(values), values, np.clip(values, -REACH, REACH))


def plausible_times(times):
    """Times, without those that a clock of nanoseconds cannot hold, such as the year 9999 for "never".

    >>> plausible_times(pd.DatetimeIndex(["2024-01-01", "9999-12-31"])).isna().tolist()
    [False, True]
    """
    years = times.dt.year if isinstance(times, pd.Series) else times.year
    return times.where((years > FIRST_YEAR) & (years < LAST_YEAR))


def date_values(column):
    """Read a column as datetimes of one time zone or none.

    Parameters
    ----------
    column : Series of shape (n,)

    Returns
    -------
    Series of datetime64, shape (n,)

    Raises
    ------
    UnusableFile
        For text that is no date, named with its row.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if is_numeric(column) and column.notna().any():
        raise UnusableFile(f"Column {column.name!r} held dates in training, but holds numbers now.")
    dates = pd.to_datetime(column, errors="coerce", format="ISO8601", utc=True)
    _refuse_odd(column, dates, "dates (YYYY-MM-DD HH:MM:SS)")
    return dates


def category_texts(column):
    """Read a column as texts: 3 and 3.0 are the same code, missing is the value "(missing)".

    Parameters
    ----------
    column : Series of shape (n,)

    Returns
    -------
    Series of str, shape (n,)

    >>> category_texts(pd.Series([3.0, None])).tolist()
    ['3', '(missing)']
    """
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("str").where(column.notna(), NO_VALUE)


def _refuse_odd(column, values, what):
    odd = np.flatnonzero(values.isna() & column.notna())
    if len(odd):
        raise UnusableFile(
            f"Column {column.name!r} held {what} in training, but holds {str(column.iloc[odd[0]])!r} in data row "
            f"{odd[0] + 1} now ({len(odd)} such value{'s' if len(odd) > 1 else ''}). Correct or empty these cells."
        )


def file_rows(frame):
    """Rows as a reader counts them, from 1.

    A frame from :func:`helpers.report.read_table` has the file's rows in its index, with holes if they are a sample.

    >>> file_rows(pd.DataFrame({"a": [1, 2]}, index=[0, 7])).tolist()
    [1, 8]
    """
    counted = frame.index if pd.api.types.is_integer_dtype(frame.index.dtype) else np.arange(len(frame))
    return np.asarray(counted) + 1
