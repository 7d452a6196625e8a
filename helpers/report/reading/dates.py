"""Texts as dates: ISO 8601, the writings of Europe and America, and those of machines."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

__all__ = ["ODD_SHARE", "Dates", "numbers_as_dates", "read_dates", "screen"]

ODD_SHARE = 0.05  # up to so many values of another kind are taken as missing
SCREEN = 500  # values looked at before a whole column is
FEW = 60  # values that each way of writing dates is tried on
ISO = "ISO8601"
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d-%m-%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y")
NAMED_MONTH = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%a, %d %b %Y")
DAYS = (ISO, "%d.%m.%Y", "%d.%m.%y", *DAY_FIRST, *MONTH_FIRST, "%Y/%m/%d", "%Y.%m.%d", *NAMED_MONTH)
DAYS += ("%Y/%m", "%m/%Y", "%b %Y", "%B %Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", ":%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
TIMES += (" %H:%M:%S %z", ":%H:%M:%S %z")
SEPARATED = r"(?=.*\d.*\d.*\d)(\d{1,4}[-/.: ]|[A-Za-z]{3,9},? ?\d).*[-/.: ].*\d.*"
SHORT = r"\d{4}[-/]\d{1,2}|\d{1,2}/\d{4}|[A-Za-z]{3,9} \d{4}|\d{8}T\d{4,6}Z?"  # a month; ISO without separators
LIKE_A_DATE = re.compile(f"{SEPARATED}|{SHORT}", re.S)
IN_UTC = r"(?<=\d) ?(?:UTC|GMT)$"  # as databases write it
MIDNIGHT_AT_24 = r"(?<=[T ])24(?=[:.]00(?:[:.]00(?:[.,]0+)?)?$)"
POINTS_IN_CLOCK = r"(?<=[T ])\d{1,2}\.\d{2}(?:\.\d{2})?$"
NAMES_OF_TIMES = {"time", "times", "timestamp", "ts", "date", "datetime", "epoch", "unixtime", "day", "month", "period"}
NAMES_OF_TIMES |= {"zeit", "datum", "fecha", "data", "dt", "yyyymmdd", "yyyymm", "stamp"}
SINCE_1970 = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SECONDS_NOW = (315_532_800, 4_102_444_800)  # since 1970, of the years 1980 to 2099
IN_FIGURES = {6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # by their number


@dataclass(frozen=True, eq=False)
class Dates:
    """Texts read as dates.

    Attributes
    ----------
    values : Series of datetime64, or None
        NaT where a text is none; None if the texts are no dates, or not of one format.
    problem : str
        A sentence for dates in two formats, or whose day and month cannot be told apart; or "".
    note : str
        A sentence about how they were read; or "".
    """

    values: pd.Series | None
    problem: str = ""
    note: str = ""


def read_dates(text, place=lambda row: f"row {row + 1}"):
    """Texts as dates, if nearly all are of one format: ISO 8601 and the usual writings of Europe and America.

    Parameters
    ----------
    text : Series of str, without missing values
    place : callable, optional
        From a row to where the reader finds it.

    Returns
    -------
    Dates

    >>> read_dates(pd.Series(["31.12.2024 23:00", "01.01.2025"])).values.tolist()
    [Timestamp('2024-12-31 23:00:00'), Timestamp('2025-01-01 00:00:00')]
    >>> read_dates(pd.Series(["31/12/2024", "12/31/2024"])).problem
    'dates in two formats: 31/12/2024 (row 1) and 12/31/2024 (row 2)'
    """
    written, later, in_utc = _as_calendars_write(text)
    found = _read(written, place)
    if found.values is None:
        return found
    values = found.values + later if later.any() else found.values
    if in_utc and values.dt.tz is None:
        values = values.dt.tz_localize("UTC")
    return replace(found, values=values)


def numbers_as_dates(column):
    """Numbers as times, if the name of their column says so: since 1970 in any unit, or a date in figures.

    Parameters
    ----------
    column : Series of numbers, shape (n,)

    Returns
    -------
    Series of datetime64, or None
        None if they are no times.
    str
        A sentence about how they were read.

    >>> numbers_as_dates(pd.Series([20240301, 20240302], name="day"))[0].iloc[1]
    Timestamp('2024-03-02 00:00:00')
    """
    words = set(re.split(r"[^a-z]+", str(column.name).lower()))
    present = column.dropna()
    if column.dtype.kind not in "if" or not words & NAMES_OF_TIMES or present.empty:
        return None, ""
    for unit, factor in SINCE_1970.items():
        low, high = (second * factor for second in SECONDS_NOW)
        if present.between(low, high).all() and (times := _in_figures(column, present)) is None:
            times = pd.to_datetime(column, unit=unit)
            first = times.dropna().iloc[0]
            return times, f"{column.name!r} counts {unit} since 1970: read as times, the first is {first}."
    times = _in_figures(column, present)
    if times is None:
        return None, ""
    return times, f"{column.name!r} holds dates in figures: the first is {times.dropna().iloc[0]}."


def _in_figures(column, present):
    """Whole numbers such as 20240301 as dates, if all of them are dates of the years 1900 to 2100."""
    if not (present % 1 == 0).all() or not present.between(190_001, 21_001_231_235_959).all():
        return None
    figures = present.astype("int64").astype("str")
    pattern = IN_FIGURES.get(len(figures.iloc[0]))
    if pattern is None or (figures.str.len() != len(figures.iloc[0])).any():
        return None
    times = pd.to_datetime(figures, format=pattern, errors="coerce")
    return times.reindex(column.index) if times.dt.year.between(1900, 2100).all() else None


def _as_calendars_write(text):
    """Texts without what machines add; what is to be added to each, and whether they say that they are in UTC."""
    in_utc = screen(text).str.contains(IN_UTC).mean() > 0.5
    if in_utc:
        text = text.str.replace(IN_UTC, "", regex=True)
    at_24 = text.str.contains(MIDNIGHT_AT_24)
    if at_24.any():
        text = text.str.replace(MIDNIGHT_AT_24, "00", regex=True)
    if screen(text).str.contains(POINTS_IN_CLOCK).mean() > 0.5:
        text = text.str.replace(POINTS_IN_CLOCK, _with_colons, regex=True)
    return text, pd.to_timedelta(at_24.astype("int64"), unit="D"), in_utc


def _with_colons(found):
    return found[0].replace(".", ":")


def _read(text, place):
    readings = _readings(text) if screen(text).str.fullmatch(LIKE_A_DATE).mean() > 0.5 else {}
    if not readings:
        return Dates(None)
    shares = {day: values.notna().mean() for day, values in readings.items()}
    best = max(shares.values())
    # Nobody types 5 % of the dates the other way round by chance: what another format can read is no odd value.
    other = _read_by_another(readings, shares, best)
    if other is not None:
        return Dates(None, _two_formats(text, *other, place))
    if best < 1 - ODD_SHARE:
        return Dates(None)
    return _tell_apart(text, readings, [day for day, share in shares.items() if share == best], place)


def _readings(text):
    """The texts as read by each way of writing days that reads some of them: {way: Series}.

    What no way reads is looked at once more, for a second way that comes late in the file.
    """
    readings = {ISO: _iso(text)}
    for _ in range(2):
        unread = text[np.logical_and.reduce([values.isna() for values in readings.values()])]
        few = screen(unread, FEW)
        for day in DAYS[1:]:
            if len(few) and day not in readings:
                times = [time for time in TIMES if _to_datetime(few, day + time).notna().any()]
                zoned = [time for time in times if "%z" in time]  # with and without a zone cannot stand together
                readings |= {day: _parse(text, day, zoned or times)} if times else {}
    return {day: values for day, values in readings.items() if values.notna().any()}


def _parse(text, day, times):
    values = _to_datetime(text, day + times[0])
    for time in times[1:]:
        unread = values.isna()
        values = values.where(~unread, _to_datetime(text[unread], day + time).reindex(values.index))
    return values


def _to_datetime(text, pattern):
    return pd.to_datetime(text, format=pattern, errors="coerce", utc="%z" in pattern)


def _iso(text):
    """ISO 8601 with a day in it: a bare number is no date, nor is an amount such as 2024.5."""
    whole = text.where(text.str.match(r"\d{4}-?\d{2}-?\d{2}|\d{4}-\d{2}$"))
    try:
        return pd.to_datetime(whole, format=ISO, errors="coerce")
    except ValueError:  # offsets that differ, as where a time changes
        return pd.to_datetime(whole, format=ISO, errors="coerce", utc=True)


def _read_by_another(readings, shares, best):
    """Two formats that together read more than the best alone: (best, other), or None."""
    first = max(shares, key=shares.get)
    unread = readings[first].isna()
    for values in readings.values():
        if best < 1 and (values.notna() & unread).sum() > 0 and (values.notna() | ~unread).mean() >= 1 - ODD_SHARE:
            return readings[first], values
    return None


def _two_formats(text, first, second, place):
    one = text.index[(first.notna() & second.isna()).argmax()]
    other = text.index[(second.notna() & first.isna()).argmax()]
    one, other = sorted((one, other))
    return f"dates in two formats: {text[one]} ({place(one)}) and {text[other]} ({place(other)})"


def _tell_apart(text, readings, good, place):
    """The only reading; or of day first and month first the one in which the rows are in time order."""
    different = [day for day in good if not readings[day].equals(readings[good[0]])]
    if not different:
        return Dates(readings[good[0]])
    candidates = [good[0], *different]
    ordered = [day for day in candidates if readings[day].dropna().is_monotonic_increasing]
    if len(ordered) != 1:
        first = f"{text.iloc[0]} ({place(text.index[0])})"
        return Dates(None, f"dates whose day and month cannot be told apart, such as {first}")
    order = "day/month" if ordered[0] in DAY_FIRST else "month/day"
    note = f"{text.iloc[0]} is read as {order}, because the rows are in time order then."
    return Dates(readings[ordered[0]], note=note)


def screen(text, n=SCREEN):
    """The first value, the last and some between: what a whole column is judged by first.

    Parameters
    ----------
    text : Series of shape (m,)
    n : int

    Returns
    -------
    Series of shape (min(m, n),)
    """
    return text if len(text) <= n else text.iloc[np.linspace(0, len(text) - 1, n).astype(int)]
