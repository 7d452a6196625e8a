"""What the texts of a column mean: numbers, dates, or texts."""

from functools import partial

from helpers.report.reading.dates import ODD_SHARE, read_dates, screen
from helpers.report.reading.numbers import decimal_comma, read_numbers, units_of

import pandas as pd

__all__ = ["is_numeric", "typed"]

REMARKS, FEW_REMARKS = 0.4, 5  # share and number of words that stand in the place of numbers
THREE_DIGITS = r"[-+]?[1-9]\d{0,2},\d{3}"


def is_numeric(column):
    """Whether a column holds numbers or booleans.

    >>> is_numeric(pd.Series([1, 2])), is_numeric(pd.Series(["1", "2"]))
    (True, False)
    """
    return pd.api.types.is_numeric_dtype(column.dtype)


def typed(column, place=lambda row: f"row {row + 1}", comma=None):
    """A column of texts (or of texts and numbers) as what it means.

    Parameters
    ----------
    column : Series of shape (n,)
        Its index holds the row of the file, from 0.
    place : callable, optional
        From a row to where the reader finds it, such as "line 12".
    comma : bool, optional
        Whether the comma is the decimal sign, where other columns tell.

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
    for read in (partial(_as_numbers, comma=comma), _as_dates):
        values, note = read(column, text, place)
        if values is not None:
            return values, note
    note = note or _mixture(column, text, place)
    return column.astype("str").where(column.notna()), note


def _texts(column):
    """The column's values as texts without the missing ones, or None if there is no text among them."""
    present = column.dropna()
    if column.dtype == object and not present.map(lambda value: isinstance(value, str)).any():
        return None
    return present.astype("str").str.strip() if len(present) else None


def _as_numbers(column, text, place, comma):
    if read_numbers(screen(text), comma).notna().mean() < 0.5:
        return None, ""
    values = read_numbers(text, comma)
    odd = text[values.isna()]
    if len(odd) > ODD_SHARE * len(text) and not _are_remarks(odd, len(text)):
        return None, ""
    return values.reindex(column.index), " ".join(_notes_on_numbers(column.name, text, odd, place, comma))


def _are_remarks(odd, n):
    """Whether a few words that come again and again stand where a number is missing, as in a historian's export."""
    return len(odd) <= REMARKS * n and odd.nunique() <= FEW_REMARKS and not odd.str.match(r"[^#]*\d").any()


def _notes_on_numbers(name, text, odd, place, comma):
    if len(odd):
        taken = "taken as missing" if len(odd) == 1 else "such values are taken as missing"
        yield f"{name!r} holds numbers, but also {_odd(odd, place)}: {taken}."
    units = units_of(text) if pd.to_numeric(text.head(1), errors="coerce").isna().any() else []
    if len(units) > 1:
        yield f"{name!r} holds numbers in {', '.join(units)}: brought to one unit."
    if comma is None and text.str.fullmatch(THREE_DIGITS).any() and decimal_comma(text) is None:
        first = text[text.str.fullmatch(THREE_DIGITS)].iloc[0]
        read = f"{first} as {first.replace(',', '')}"
        yield f"{name!r}: commas are taken to group thousands ({read}). If they are decimal, write points in the file."


def _odd(odd, place):
    first = f"{_short(odd.iloc[0])} ({place(odd.index[0])})"
    return first if len(odd) == 1 else f"{len(odd):,} other values, the first {first}"


def _mixture(column, text, place):
    """A sentence if numbers and texts are mixed so much that neither is the exception."""
    values = read_numbers(screen(text))
    if not values.notna().mean() > 0.2:
        return ""
    odd = text[read_numbers(text).isna()]
    return (
        f"{column.name!r} mixes numbers and texts: {len(odd):,} of {len(text):,} values are no numbers, the first "
        f"{_short(odd.iloc[0])} ({place(odd.index[0])}). It is read as text; mend the file if it should hold numbers."
    )


def _short(value):
    return repr(value) if len(value) <= 40 else repr(value[:40] + "…")


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
