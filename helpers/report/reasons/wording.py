"""Values in words: what a cell holds, and what is usual in its column."""

from helpers.report.columns.inputs import MISSING, category_texts, date_values, number_values

import numpy as np
import pandas as pd

__all__ = [
    "describe_category",
    "describe_date",
    "describe_number",
    "in_words",
    "join_reasons",
    "share_in_words",
    "usual_range",
]

ENOUGH = 1 / 3  # a column with less of the strangeness does not explain a row
WORTH_NAMING = 1 / 5
USUAL = (5, 95)  # percentiles: nine values of ten


def in_words(value):
    """A number as a reader wants it.

    >>> [in_words(value) for value in (1264.9, 12.0, 0.00123, 2.5e9, -40)]
    ['1,264.90', '12', '0.00123', '2.5e+09', '-40']
    """
    if abs(value) >= 1e9:
        return f"{value:.3g}"
    if value == round(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def share_in_words(share):
    """A share of rows.

    >>> [share_in_words(share) for share in (0, 0.0004, 0.0234, 0.43)]
    ['none', 'under 0.1 %', '2.3 %', '43 %']
    """
    if share == 0:
        return "none"
    return "under 0.1 %" if share < 0.001 else f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def usual_range(values):
    """The middle nine tenths of an array without NaN and infinity: two numbers, NaN if there are none.

    >>> low, high = usual_range(np.arange(101.0))
    >>> print(low, high)
    5.0 95.0
    """
    values = values[np.isfinite(values)]
    return tuple(np.percentile(values, USUAL)) if len(values) else (np.nan, np.nan)


def describe_number(cell, usual):
    """A cell's number beside those of usual rows.

    Parameters
    ----------
    cell : Series of length 1
    usual : Series
        The same column of usual rows.

    >>> describe_number(pd.Series([1264.9], name="amount"), pd.Series(np.arange(101.0)))
    'amount 1,264.90 (usually 5 to 95)'
    """
    value, others = number_values(cell)[0], number_values(usual.rename(cell.name))
    if np.isnan(value):
        return f"{cell.name} is missing (as in {_of_rows(np.isnan(others).mean())})"
    low, high = usual_range(others)
    if np.isnan(low):
        return f"{cell.name} {in_words(value)} (usually missing)"
    return f"{cell.name} {in_words(value)} (usually {_range(low, high)})"


def describe_category(cell, usual):
    """A cell's value and how common it is.

    >>> describe_category(pd.Series(["PT"], name="country"), pd.Series(["DE"] * 49 + ["PT"]))
    'country PT (2 % of rows)'
    """
    value = category_texts(cell).iloc[0]
    share = _of_rows((category_texts(usual) == value).mean())
    return f"{cell.name} is missing (as in {share})" if value == MISSING else f"{cell.name} {value} ({share})"


def describe_date(cell, usual, clock):
    """A cell's time of day and weekday, as far as they count (clock : helpers.report.columns.inputs.Clock)."""
    date, others = date_values(cell).iloc[0], date_values(usual.rename(cell.name))
    if pd.isna(date):
        return f"{cell.name} is missing (as in {_of_rows(others.isna().mean())})"
    details = []
    if clock.hour:
        away = (_hours(others) - _hours(pd.Series([date])).iloc[0] + 12) % 24 - 12
        details.append(f"{_of_rows((away.abs() <= 1).mean())} within an hour of that time of day")
    if clock.weekday:
        details.append(f"{_of_rows((others.dt.day_of_week == date.day_of_week).mean())} on that weekday")
    return f"{cell.name} {date:%A %Y-%m-%d %H:%M} ({', '.join(details)})"


def _hours(dates):
    return (dates - dates.dt.normalize()) / pd.Timedelta(hours=1)


def _of_rows(share):
    return f"{share_in_words(share)} of rows"


def _range(low, high):
    return in_words(low) if low == high else f"{in_words(low)} to {in_words(high)}"


def join_reasons(shares, describe, top):
    """One sentence from the columns' shares of a row's strangeness.

    Parameters
    ----------
    shares : array of shape (n_columns,)
    describe : function from a column's position to words
    top : int
        The most columns that are named.

    >>> join_reasons(np.array([0.1, 0.7, 0.3]), ["a 1", "b 2", "c 3"].__getitem__, top=3)
    'b 2, c 3'
    >>> join_reasons(np.array([0.3, 0.0, 0.2]), ["a 1", "b 2", "c 3"].__getitem__, top=3)
    'no single column: the combination of a 1, c 3'
    """
    order = np.argsort(-shares, kind="stable")[:top]
    if shares[order[0]] <= 0:
        return "nothing stands out"
    if shares[order[0]] >= ENOUGH:
        return ", ".join(describe(i) for i in order if shares[i] >= WORTH_NAMING)
    return f"no single column: the combination of {', '.join(describe(i) for i in order if shares[i] > 0)}"
