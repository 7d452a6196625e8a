"""What the texts of a column mean: numbers in their many writings, dates, or texts."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = ["Dates", "read_dates", "read_numbers", "typed"]

ODD_SHARE = 0.05  # up to so many values of another kind are taken as missing, and said so
SCREEN = 500  # values looked at before a whole column is
FEW = 60  # values that each way of writing dates is tried on
ISO = "ISO8601"
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%d-%m-%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y")
NAMED_MONTH = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%a, %d %b %Y")
DAYS = (ISO, "%d.%m.%Y", "%d.%m.%y", *DAY_FIRST, *MONTH_FIRST, "%Y/%m/%d", "%Y.%m.%d", *NAMED_MONTH)
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M:%S", ":%H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
TIMES += (" %H:%M:%S %z", ":%H:%M:%S %z")
LIKE_A_DATE = re.compile(r"(?=.*\d.*\d.*\d)(\d{1,4}[-/.: ]|[A-Za-z]{3,9},? ?\d).*[-/.: ].*\d.*", re.S)
SIGNS = r"[$€£¥%]|\s"  # currency, per cent and blanks (thousands in French writing)
ENGLISH = r"[-+]?(?:\d+|\d{1,3}(?:[,']\d{3})+)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+"
CONTINENTAL = r"[-+]?(?:\d+|\d{1,3}(?:[.']\d{3})+)(?:,\d*)?(?:[eE][-+]?\d+)?|[-+]?,\d+"


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


def typed(column, place=lambda row: f"row {row + 1}"):
    """A column of texts (or of texts and numbers) as what it means.

    Parameters
    ----------
    column : Series of shape (n,)
        Its index holds the row of the file, from 0.
    place : callable, optional
        From a row to where the reader finds it, such as "line 12".

    Returns
    -------
    Series of shape (n,)
        Numbers (NaN for missing), datetime64 or text.
    str
        A sentence if anything was decided, else "".

    >>> values, note = typed(pd.Series(["1,200.50", "3", None], name="amount"))
    >>> values.tolist(), note
    ([1200.5, 3.0, nan], '')
    """
    text = _texts(column)
    if text is None:
        return pd.to_numeric(column.astype(object)).astype("float64"), ""
    for read in (_as_numbers, _as_dates):
        values, note = read(column, text, place)
        if values is not None:
            return values, note
    note = note or _mixture(column, text, place)
    return column.astype("str").where(column.notna()), note


def read_numbers(text):
    """Texts as numbers: grouped thousands, currency and per cent signs, English and continental writing.

    Parameters
    ----------
    text : Series of str, without missing values

    Returns
    -------
    Series of float64
        NaN for what is no number.

    >>> read_numbers(pd.Series(["$1,234.50", "12", "n. a."])).tolist()
    [1234.5, 12.0, nan]
    >>> read_numbers(pd.Series(["1.234,50", "12,5"])).tolist()
    [1234.5, 12.5]
    """
    plain = pd.to_numeric(text, errors="coerce").astype("float64")
    if plain.notna().all():
        return plain
    bare = text.str.replace(SIGNS, "", regex=True)
    readings = [plain]
    for pattern, group, decimal in ((ENGLISH, "[,']", "."), (CONTINENTAL, "[.']", ",")):
        fits = bare.str.fullmatch(pattern)
        digits = bare.where(fits).str.replace(group, "", regex=True).str.replace(decimal, ".", regex=False)
        readings.append(pd.to_numeric(digits).astype("float64"))
    return max(readings, key=lambda values: values.notna().sum())


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
    readings = _readings(text) if _screen(text).str.fullmatch(LIKE_A_DATE).mean() > 0.5 else {}
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


# -------------------------------------------------------------------- numbers


def _texts(column):
    """The column's values as texts without the missing ones, or None if there is no text among them."""
    present = column.dropna()
    if column.dtype == object and not present.map(lambda value: isinstance(value, str)).any():
        return None
    return present.astype("str").str.strip() if len(present) else None


def _as_numbers(column, text, place):
    if read_numbers(_screen(text)).notna().mean() < 0.5:
        return None, ""
    values = read_numbers(text)
    odd = text[values.isna()]
    if len(odd) > ODD_SHARE * len(text):
        return None, ""
    taken = "taken as missing" if len(odd) == 1 else "such values are taken as missing"
    note = f"{column.name!r} holds numbers, but also {_odd(odd, place)}: {taken}." if len(odd) else ""
    return values.reindex(column.index), note


def _odd(odd, place):
    first = f"{_short(odd.iloc[0])} ({place(odd.index[0])})"
    return first if len(odd) == 1 else f"{len(odd):,} other values, the first {first}"


def _mixture(column, text, place):
    """A sentence if numbers and texts are mixed so much that neither is the exception."""
    values = read_numbers(_screen(text))
    if not values.notna().mean() > 0.2:
        return ""
    odd = text[read_numbers(text).isna()]
    return (
        f"{column.name!r} mixes numbers and texts: {len(odd):,} of {len(text):,} values are no numbers, the first "
        f"{_short(odd.iloc[0])} ({place(odd.index[0])}). It is read as text; mend the file if it should hold numbers."
    )


def _short(value):
    return repr(value) if len(value) <= 40 else repr(value[:40] + "…")


def _screen(text, n=SCREEN):
    """The first value, the last and some between."""
    return text if len(text) <= n else text.iloc[np.linspace(0, len(text) - 1, n).astype(int)]


# -------------------------------------------------------------------- dates


def _as_dates(column, text, place):
    dates = read_dates(text, place)
    if dates.values is None:
        problem = f"{column.name!r} holds {dates.problem}. It is read as text; write them one way."
        return None, problem if dates.problem else ""
    odd = text[dates.values.isna()]
    notes = [f"{column.name!r}: {dates.note}"] * bool(dates.note)
    if len(odd):
        notes.append(f"{column.name!r} holds dates, but also {_odd(odd, place)}: taken as missing.")
    return dates.values.reindex(column.index), " ".join(notes)


def _readings(text):
    """The texts as read by each way of writing days that reads some of them: {way: Series}.

    What no way reads is looked at once more, for a second way that comes late in the file.
    """
    readings = {ISO: _iso(text)}
    for _ in range(2):
        unread = text[np.logical_and.reduce([values.isna() for values in readings.values()])]
        few = _screen(unread, FEW)
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
