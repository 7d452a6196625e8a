"""Values in words: what a cell holds, and what is usual in its column."""

from functools import singledispatch

from helpers.report.columns.cells import NO_VALUE, category_texts, date_values, number_values
from helpers.report.columns.inputs import CategoryInputs, DateInputs, NumberInputs

import numpy as np
import pandas as pd

__all__ = ["columns_to_name", "describe_cell", "in_short", "in_words", "share_in_words", "usual_range"]

ENOUGH = 1 / 3  # a column with less of the strangeness does not explain a row
WORTH_NAMING = 1 / 5
USUAL = (5, 95)  # percentiles: nine values of ten


def in_words(value):
    """Write a number as a reader wants it.

    Parameters
    ----------
    value : float

    Returns
    -------
    str

    >>> [in_words(value) for value in (1264.9, 12.0, 0.00123, 2.5e9, -40)]
    ['1,264.90', '12', '0.00123', '2.5e+09', '-40']
    """
    if abs(value) >= 1e9:
        return f"{value:.3g}"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def in_short(strangeness):
    """Write a strangeness with one decimal, or as a power of ten where that would be a line of digits.

    Parameters
    ----------
    strangeness : float

    Returns
    -------
    str

    >>> in_short(2.345), in_short(3.2e93)
    ('2.3', '3.2e+93')
    """
    return f"{strangeness:.1f}" if strangeness < 1e6 else f"{strangeness:.1e}"


def share_in_words(share):
    """Write a share of rows.

    Parameters
    ----------
    share : float in [0, 1]

    Returns
    -------
    str

    >>> [share_in_words(share) for share in (0, 0.0004, 0.0234, 0.43)]
    ['none', 'under 0.1 %', '2.3 %', '43 %']
    """
    if share == 0:
        return "none"
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def usual_range(values):
    """Find the middle nine tenths of an array without NaN and infinity.

    Parameters
    ----------
    values : array of shape (n,)

    Returns
    -------
    low, high : float
        NaN if there are no values.

    >>> low, high = usual_range(np.arange(101.0))
    >>> print(low, high)
    5.0 95.0
    """
    values = values[np.isfinite(values)]
    return tuple(np.percentile(values, USUAL)) if len(values) else (np.nan, np.nan)


@singledispatch
def describe_cell(encoder, cell, usual):
    """Put a cell into words, beside what is usual in its column.

    Parameters
    ----------
    encoder : NumberInputs, CategoryInputs or DateInputs
        How the column is read; of dates, what counts of them.
    cell : Series of length 1
    usual : Series
        The same column of usual rows.

    Returns
    -------
    str

    >>> usual = pd.Series(np.arange(101.0))
    >>> describe_cell(NumberInputs.learn(usual, log=False), pd.Series([1264.9], name="amount"), usual)
    'amount 1,264.90 (usually 5 to 95)'
    >>> usual = pd.Series(["DE"] * 49 + ["PT"])
    >>> describe_cell(CategoryInputs.learn(usual), pd.Series(["PT"], name="country"), usual)
    'country PT (2 % of rows)'
    """
    raise TypeError(f"no words for {type(encoder).__name__}")


@describe_cell.register
def _(encoder: NumberInputs, cell, usual):
    value, others = number_values(cell)[0], number_values(usual.rename(cell.name))
    if np.isnan(value):
        return f"{cell.name} is missing (as in {_of_rows(np.isnan(others).mean())})"
    low, high = usual_range(others)
    if np.isnan(low):
        return f"{cell.name} {in_words(value)} (usually missing)"
    return f"{cell.name} {in_words(value)} (usually {_range(low, high)})"


@describe_cell.register
def _(encoder: CategoryInputs, cell, usual):
    value = category_texts(cell).iloc[0]
    share = _of_rows((category_texts(usual) == value).mean())
    return f"{cell.name} is missing (as in {share})" if value == NO_VALUE else f"{cell.name} {value} ({share})"


@describe_cell.register
def _(encoder: DateInputs, cell, usual):
    date, others = date_values(cell).iloc[0], date_values(usual.rename(cell.name))
    if pd.isna(date):
        return f"{cell.name} is missing (as in {_of_rows(others.isna().mean())})"
    details = []
    if encoder.hour:
        away = (_hours(others) - _hours(pd.Series([date])).iloc[0] + 12) % 24 - 12
        details.append(f"{_of_rows((away.abs() <= 1).mean())} within an hour of that time of day")
    if encoder.weekday:
        details.append(f"{_of_rows((others.dt.day_of_week == date.day_of_week).mean())} on that weekday")
    return f"{cell.name} {date:%A %Y-%m-%d %H:%M} ({', '.join(details)})"


def _hours(dates):
    return (dates - dates.dt.normalize()) / pd.Timedelta(hours=1)


def _of_rows(share):
    return f"{share_in_words(share)} of rows"


def _range(low, high):
    return in_words(low) if low == high else f"{in_words(low)} to {in_words(high)}"


def columns_to_name(shares, top):
    """Tell how a sentence about a row begins, and which of its columns it names, from their shares of the strangeness.

    Parameters
    ----------
    shares : array of shape (n_columns,)
    top : int
        The most columns that are named.

    Returns
    -------
    beginning : str
    columns : list of int
        Positions, the largest share first.

    >>> columns_to_name(np.array([0.1, 0.7, 0.3]), top=3)
    ('', [1, 2])
    >>> columns_to_name(np.array([0.3, 0.0, 0.2]), top=3)
    ('no single column: the combination of ', [0, 2])
    """
    order = np.argsort(-shares, kind="stable")[:top].tolist()
    if shares[order[0]] <= 0:
        return "nothing stands out", []
    if shares[order[0]] >= ENOUGH:
        return "", [i for i in order if shares[i] >= WORTH_NAMING]
    return "no single column: the combination of ", [i for i in order if shares[i] > 0]
