"""Read a table that somebody else wrote: delimiter, encoding, numbers and dates found; what is broken, said."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from helpers.report.errors import UnusableFile
from helpers.report.reading.cells import MISSING_WORDS, is_number
from helpers.report.reading.dates import numbers_as_dates
from helpers.report.reading.numbers import decimal_comma
from helpers.report.reading.opening import DAMAGED, damaged, not_decodable, open_text
from helpers.report.reading.parquet import parquet_chunks
from helpers.report.reading.records import record_chunks
from helpers.report.reading.sniffing import PARQUET, RECORDS, count_fields, line_of_row, skip_lines, sniff, uneven
from helpers.report.reading.tidying import tidied, without_totals
from helpers.report.reading.values import is_numeric, typed

import numpy as np
import pandas as pd

__all__ = ["Reading", "read_table"]

SCREEN = 1000  # values looked at before a whole column is
CHUNK_CELLS = 1_000_000  # what is parsed at a time: 8 MB of numbers
NOT_A_VALUE = sorted(MISSING_WORDS - {""} | {word.upper() for word in MISSING_WORDS if word})


@dataclass(frozen=True, eq=False)
class Reading:
    """A file that was read.

    Attributes
    ----------
    frame : DataFrame
        Its index is the row of the file (0 is the first row below the names), also in a sample.
    path : Path
    delimiter, encoding : str
    n_rows : int
        Rows of the file; more than the frame has if it is a sample.
    notes : tuple of str
        Sentences about what was guessed, sampled or taken as missing.
    missing : tuple
        Values that were named as standing for no value.
    """

    frame: pd.DataFrame
    path: Path
    delimiter: str
    encoding: str
    n_rows: int
    notes: tuple[str, ...]
    missing: tuple = ()

    def __repr__(self):
        named = {"\t": "tab", " ": "blank", RECORDS: "none (JSON lines)", PARQUET: "none (Parquet)"}
        delimiter = named.get(self.delimiter, self.delimiter)
        read = "" if len(self.frame) == self.n_rows else f" ({len(self.frame):,} of them read)"
        size = f"{self.path.name}: {self.n_rows:,} rows{read}, {self.frame.shape[1]} columns"
        return "\n".join([f"{size}, delimiter {delimiter}, {self.encoding}", *self.notes])


def read_table(
    path,
    *,
    delimiter=None,
    encoding=None,
    rows=None,
    columns=None,
    missing=(),
    random_state=0,
    memory_limit=500,
    progress=None,
):
    """Read a delimited text file (.csv, .tsv, .txt) or JSON lines, also compressed; a Parquet file or an Excel sheet.

    Delimiter (comma, semicolon, tab, | or blanks), encoding (UTF-8, or UTF-16 that says so), decimal comma, grouped
    thousands, dates and a missing header are found. Empty cells and NA, NaN, null, ?, - and . are missing values.

    Parameters
    ----------
    path : str or Path
    delimiter, encoding : str, optional
        Name them if they are not found.
    rows : int, optional
        Draw so many rows at random, each with equal chance, in one pass and flat memory; their order is kept.
    columns : sequence of str, optional
        Read these only.
    missing : value or sequence of values
        What stands for no value in this file, such as -200, beside what always does.
    random_state : int
        Of the draw.
    memory_limit : float
        Megabytes that the frame may take.
    progress : callable, optional
        Called as ``progress(share, text)``, share in [0, 1].

    Returns
    -------
    Reading

    Raises
    ------
    UnusableFile
        Missing, empty, binary, not in the encoding, one column, a name twice, lines of unequal length, too large.

    >>> from helpers.datasets.files import DATA_DIR
    >>> reading = read_table(DATA_DIR / "water_flow.csv.gz")
    >>> reading
    water_flow.csv.gz: 1,268 rows, 4 columns, delimiter ,, utf-8
    >>> reading.frame["time"].iloc[0]
    Timestamp('2022-03-20 10:00:00+0000', tz='UTC')
    """
    path = Path(path)
    _check_rows(rows)
    layout = sniff(path, delimiter, encoding)
    names = _chosen(path, layout.names, columns)
    keeper = _Sample(rows, random_state) if rows else _AllRows(path, memory_limit)
    missing = _as_values(missing)
    n_rows = _read_all(path, layout, names, keeper, progress, missing)
    rows, left_out = without_totals(keeper.frame())
    frame, typing = _typed(rows, path, layout)
    frame, tidying = tidied(frame)
    notes = (*layout.notes, *keeper.notes(n_rows), *left_out, *typing, *tidying)
    return Reading(frame, path, layout.delimiter, layout.encoding, n_rows, notes, missing)


# -------------------------------------------------------------------- what is kept of the file


class _AllRows:
    """Keeps all rows, and stops early if they will not fit."""

    def __init__(self, path, memory_limit):
        self.path, self.memory_limit = path, memory_limit
        self.parts, self.megabytes, self.n_rows = [], 0.0, 0

    def add(self, chunk, share):
        self.parts.append(chunk)
        self.megabytes += _megabytes(chunk)
        self.n_rows += len(chunk)
        expected = self.megabytes / max(share, 0.01)
        if self.megabytes > self.memory_limit or (share > 0.1 and expected > 1.1 * self.memory_limit):
            raise self._too_large(expected, share)

    def _too_large(self, expected, share):
        fits = int(0.8 * self.n_rows * self.memory_limit / self.megabytes)
        fits -= fits % 10 ** (len(str(fits)) - 1)  # one digit and zeros
        return UnusableFile(
            f"{self.path.name} would take about {expected:,.0f} MB in memory ({self.n_rows / share:,.0f} rows), the "
            f"limit is {self.memory_limit:,.0f} MB. Read a random sample of its rows, such as rows={fits} (--rows "
            f"{fits}), or some columns only: columns=[…] (--columns)."
        )

    def frame(self):
        parts, self.parts = self.parts, []
        return pd.concat(parts) if len(parts) > 1 else parts[0]

    def notes(self, n_rows):
        return ()


class _Sample:
    """Keeps the rows with the smallest random keys: a uniform sample without replacement, in one pass."""

    def __init__(self, rows, random_state):
        self.rows, self.rng, self.limit = rows, np.random.default_rng(random_state), 1.0
        self.parts, self.keys = [], []

    def add(self, chunk, share):
        keys = self.rng.uniform(size=len(chunk))
        kept = keys <= self.limit
        self.parts.append(chunk[kept])
        self.keys.append(keys[kept])
        if sum(map(len, self.keys)) > 2 * self.rows + CHUNK_CELLS // chunk.shape[1]:
            self._prune()

    def _prune(self):
        keys = np.concatenate(self.keys)
        table = pd.concat(self.parts)
        if len(keys) > self.rows:
            self.limit = np.partition(keys, self.rows - 1)[self.rows - 1]
            table, keys = table[keys <= self.limit], keys[keys <= self.limit]
        self.parts, self.keys = [table], [keys]

    def frame(self):
        self._prune()
        return self.parts[0]

    def notes(self, n_rows):
        if n_rows <= self.rows:
            return ()
        return (f"A random sample of {self.rows:,} of {n_rows:,} rows was read; they keep their order and number.",)


def _megabytes(chunk):
    """What a chunk adds to memory; the parser keeps each distinct text of a column once."""
    total = 0
    for name in chunk:
        column = chunk[name]
        total += 8 * len(column)
        if not is_numeric(column):
            distinct = column.dropna().astype("str").unique()
            total += sum(map(len, distinct)) + 50 * len(distinct)
    return total / 1e6


# -------------------------------------------------------------------- reading


def _as_values(missing):
    return (missing,) if isinstance(missing, str | int | float) else tuple(missing)


def _without(chunk, missing):
    """The chunk with holes where a cell holds one of these values, written as text or as number."""
    texts = {str(value).strip() for value in missing}
    numbers = {float(text) for text in texts if is_number(text) and "," not in text}
    held = chunk.apply(lambda column: column.isin(numbers) if is_numeric(column) else column.isin(texts))
    return chunk.mask(held)


def _read_all(path, layout, names, keeper, progress, missing):
    """Hand the file's rows to the keeper; their number, or a sentence about what is broken."""
    try:
        return _read_chunks(path, layout, names, keeper, progress, missing)
    except UnusableFile:
        raise
    except UnicodeError as error:
        raise not_decodable(path, layout.encoding, error) from None
    except pd.errors.ParserError as error:
        raise _explain(path, layout, error) from None
    except DAMAGED as error:
        raise damaged(path, error) from None


def _read_chunks(path, layout, names, keeper, progress, missing):
    n_rows = 0
    for chunk, share in _chunks(path, layout, names):
        n_rows += len(chunk)
        keeper.add(_without(chunk[names], missing) if missing else chunk[names], share)
        if progress is not None:
            progress(share, f"reading: {n_rows:,} rows")
    return n_rows


def _chunks(path, layout, names):
    """Yield parts of the table, and the share of the file that was read."""
    n_rows = max(CHUNK_CELLS // len(layout.names), 100)
    if layout.delimiter == PARQUET:
        yield from parquet_chunks(path, names, n_rows)
        return
    size, counted = path.stat().st_size, False
    with open_text(path, layout.encoding) as (text, raw):
        skip_lines(text, layout.above)
        for chunk in _text_chunks(path, text, layout, n_rows):
            counted = counted or _check_widths(path, layout, chunk)
            yield chunk, min(raw.tell() / size, 1.0)


def _text_chunks(path, text, layout, n_rows):
    if layout.delimiter == RECORDS:
        return record_chunks(path, text, layout.names, n_rows)
    return pd.read_csv(
        text,
        sep=r"\s+" if layout.delimiter == " " else layout.delimiter,
        names=list(layout.names),
        header=0 if layout.has_header else None,
        skiprows=range(1, layout.n_before) if layout.below else None,
        index_col=False,
        dtype=dict.fromkeys(layout.text_columns, "str"),
        na_values=NOT_A_VALUE,
        decimal=layout.decimal,
        skipinitialspace=True,
        skip_blank_lines=len(layout.names) > 1,
        low_memory=False,
        chunksize=n_rows,
    )


def _check_widths(path, layout, chunk):
    """Count the fields where the last column lacks a value: pandas fills a line that is too short with missing ones.

    Returns whether the whole file was counted.
    """
    if layout.delimiter == RECORDS or not chunk.iloc[:, -1].isna().any():
        return False
    for error in _uneven_lines(path, layout):
        raise error
    return True


def _uneven_lines(path, layout):
    """The errors for lines with more or fewer fields than the header."""
    n = len(layout.names)
    return (uneven(path, line, width, n) for line, width in count_fields(path, layout) if width != n)


def _explain(path, layout, error):
    unclosed = re.search(r"EOF inside string starting at row (\d+)", str(error))
    if unclosed:
        where = f"in or after line {int(unclosed[1]) + 1}"
        problem = f"In {path.name} a quotation mark is opened {where} and never closed."
        return UnusableFile(f"{problem} Close it, or remove it.")
    found = next(_uneven_lines(path, layout), None)
    if found is not None:
        return found
    counted = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
    if counted:
        expected, line, width = map(int, counted.groups())
        return uneven(path, line, width, expected)
    return UnusableFile(f"{path.name} cannot be read as a table: {error}")


def _chosen(path, names, columns):
    if columns is None:
        return list(names)
    columns = [columns] if isinstance(columns, str) else list(columns)
    unknown = [name for name in columns if name not in names]
    if unknown:
        close = difflib.get_close_matches(str(unknown[0]), names, 1)
        meant = f"Did you mean {close[0]!r}?" if close else f"It has {', '.join(names[:10])}{' …' * (len(names) > 10)}."
        raise UnusableFile(f"{path.name} has no column {unknown[0]!r}. {meant}")
    if not columns:
        raise UnusableFile("columns=[] names no column: name those to read, or leave it out to read all.")
    return [name for name in names if name in columns]


def _check_rows(rows):
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 1):
        raise UnusableFile(f"rows={rows!r}: name how many rows to draw, a whole number of at least 1.")


# -------------------------------------------------------------------- what the columns mean


def _typed(frame, path, layout):
    def place(row):
        if layout.delimiter == PARQUET:
            return f"row {row + 1:,}"
        return f"line {line_of_row(path, layout, row):,}"

    columns, notes, comma = {}, [], _comma_of(frame)
    for name in frame.columns:
        columns[name], note = _meaning(frame[name], place, name in layout.text_columns, comma)
        notes += [note] * bool(note)
    return pd.DataFrame(columns, index=frame.index), notes


def _comma_of(frame):
    """Whether quoted numbers have a decimal comma, as far as one column tells and none denies it; else None."""
    texts = [frame[name].dropna().astype("str").head(SCREEN) for name in frame if not is_numeric(frame[name])]
    told = {decimal_comma(text) for text in texts if len(text)} - {None}
    return told.pop() if len(told) == 1 else None


def _meaning(column, place, is_code, comma):
    if is_code:
        return column, f"{column.name!r} has numbers with leading zeros: codes, read as text."
    if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        return typed(column, place, comma)
    if column.dtype.kind == "f" and np.isinf(column).any():
        infinite = np.isinf(column)
        return column.mask(infinite), (
            f"{column.name!r} holds infinity ({int(infinite.sum()):,} times, first in "
            f"{place(column.index[infinite.argmax()])}): taken as missing."
        )
    times, note = numbers_as_dates(column)
    return (column, note) if times is None else (times, note)
