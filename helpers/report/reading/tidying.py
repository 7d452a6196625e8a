"""What a table holds that is no row and no column of its own: empty rows, totals, the clock beside its date."""

import re

from helpers.report.reading.dates import screen

import pandas as pd

__all__ = ["tidied", "without_totals"]

TOTALS = {"total", "totals", "sum", "sums", "grand total", "subtotal", "average", "mean", "summe", "gesamt", "total:"}
CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?: ?[AaPp][Mm])?"
HOURS = {"hour", "hours", "hr", "hh", "stunde", "heure", "hora", "ora"}
FULL_DAY = 24


def without_totals(frame):
    """A table without the row of totals at its end.

    Parameters
    ----------
    frame : DataFrame
        As read, before its texts are understood.

    Returns
    -------
    DataFrame
    list of str
        A sentence if a row was left out.

    >>> rows = pd.DataFrame({"day": ["Mo", "Tu", "Total"], "sold": [1, 2, 3]})
    >>> without_totals(rows)[0]["sold"].tolist()
    [1, 2]
    """
    last = frame.iloc[-1].dropna()
    word = str(last.iloc[0]).strip() if len(last) else ""
    if (
        len(frame) < 2
        or word.lower() not in TOTALS
        or (frame[last.index[0]].astype("str").str.strip() == word).sum() > 1
    ):
        return frame, []
    return frame.iloc[:-1], [f"The last row holds {word!r} and is left out: it adds up the others."]


def tidied(frame):
    """A table without rows and unnamed columns in which nothing stands, a clock joined to its date.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    DataFrame
        Its index still holds the row of the file.
    list of str
        A sentence for each change.

    >>> days = pd.DataFrame({"day": pd.to_datetime(["2024-03-01"] * 2), "hour": [1, 2], "load": [5.0, 6.0]})
    >>> tidied(days)[0]["day"].iloc[1]
    Timestamp('2024-03-01 02:00:00')
    """
    notes = []
    for step in (_without_empty_rows, _without_empty_columns, _with_clock_in_date):
        frame, note = step(frame)
        notes += [note] * bool(note)
    return frame, notes


def _without_empty_rows(frame):
    empty = frame.isna().all(axis=1)
    if not empty.any() or empty.all():
        return frame, ""
    return frame[~empty], f"{int(empty.sum()):,} rows hold nothing at all and are left out."


def _without_empty_columns(frame):
    made = [name for name in frame if re.fullmatch(r"column_\d+", str(name)) and frame[name].isna().all()]
    if not made or len(made) == frame.shape[1]:
        return frame, ""
    return frame.drop(columns=made), f"{', '.join(made)}: no name and nothing below it, left out."


def _with_clock_in_date(frame):
    """The one column of days and the one column of clocks as one column of times, under the name of the days."""
    days = [name for name in frame if _holds_days(frame[name])]
    clocks = {name: clock for name in frame if (clock := _clock(frame[name])) is not None}
    if not days and len(clocks) == 1:
        return _with_seconds(frame, *clocks.popitem())
    if len(days) != 1 or len(clocks) != 1:
        return frame, ""
    (name,), ((beside, clock),) = days, clocks.items()
    joined = frame.assign(**{name: frame[name] + clock}).drop(columns=beside)
    return joined, f"{name!r} and {beside!r} are one time, and joined under the name {name!r}."


def _with_seconds(frame, name, clock):
    """Clocks without a day that only go on, as of a measurement, as seconds."""
    present = clock.dropna()
    if frame[name].dtype.kind in "if" or not (present.is_monotonic_increasing and present.is_unique):
        return frame, ""
    return frame.assign(**{name: clock.dt.total_seconds()}), f"{name!r} holds clocks without a day: read as seconds."


def _holds_days(column):
    if column.dtype.kind != "M":
        return False
    present = column.dropna()
    return len(present) > 0 and bool((present == present.dt.normalize()).all())


def _clock(column):
    """A column of clocks or of hours as Timedeltas, or None."""
    present = column.dropna()
    if present.empty:
        return None
    if column.dtype.kind in "if":
        named = bool(set(re.split(r"[^a-z]+", str(column.name).lower())) & HOURS)
        whole = (present % 1 == 0).all() and present.between(0, FULL_DAY).all()
        return pd.to_timedelta(column, unit="h") if named and whole else None
    if not pd.api.types.is_string_dtype(column) or not screen(present).str.fullmatch(CLOCK).all():
        return None
    return _as_timedelta(column)


def _as_timedelta(column):
    text = column.str.strip().str.lower()
    half = text.str.extract(r"([ap])m$")[0]
    parts = (
        text.str.replace(r" ?[ap]m$", "", regex=True)
        .str.replace(",", ".")
        .str.extract(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}(?:\.\d+)?))?")
        .astype("float64")
    )
    hours = parts[0].where(half.isna(), parts[0] % 12 + 12 * (half == "p"))
    return pd.to_timedelta(hours * 3600 + parts[1] * 60 + parts[2].fillna(0), unit="s").dt.round("us")
