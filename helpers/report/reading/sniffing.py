"""How the text of a file is laid out: its delimiter, its decimal sign, its header and its lines."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace

from helpers.report.errors import UnusableFile
from helpers.report.reading.cells import NUMBER, is_date, is_missing, is_number
from helpers.report.reading.heading import csv_rows, find_heading, line_below_names
from helpers.report.reading.opening import decoded_lines, find_encoding, open_text, read_head, zeros_at_end
from helpers.report.reading.parquet import MAGIC, names_in_parquet, parquet_chunks
from helpers.report.reading.records import are_records, names_of_records
from helpers.report.reading.workbooks import notes_on_sheets

import pandas as pd

__all__ = ["PARQUET", "RECORDS", "Layout", "count_fields", "line_of_row", "skip_lines", "sniff", "uneven"]

HEAD_LINES = 1000  # looked at cell by cell
DELIMITERS = ("\t", ";", "|", ",", " ")  # a tab in every line is rarely anything else; a blank often is
ROW_NAME = "row_name"
PARQUET = "parquet"  # the delimiter of files that need none
RECORDS = ""  # the delimiter of files with an object in each line
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(e[-+]?\d+)?", re.I)
THREE_DIGITS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True)
class Layout:
    """How the text of a file is to be read.

    Attributes
    ----------
    delimiter : str
        One character; a blank stands for any number of blanks. Empty where each line is a JSON object.
    encoding : str
        A codec's name.
    decimal : {".", ","}
    names : tuple of str
        The column names, stripped.
    has_header : bool
        False if the first line holds data, and `names` are made up.
    above, below : int
        Lines before the line of names, and between it and the data, that are left out.
    text_columns : tuple of str
        Columns whose numbers have leading zeros: codes, to be read as text.
    notes : tuple of str
        Sentences about what was guessed.
    """

    delimiter: str
    encoding: str
    decimal: str
    names: tuple[str, ...]
    has_header: bool
    text_columns: tuple[str, ...]
    notes: tuple[str, ...]
    above: int = 0
    below: int = 0

    @property
    def n_before(self):
        """Lines of the table before its first row of data."""
        return self.has_header + self.below


def sniff(path, delimiter=None, encoding=None):
    """Look at the first quarter of a megabyte of a file.

    Parameters
    ----------
    path : Path
    delimiter, encoding : str, optional
        Known better than guessed.

    Returns
    -------
    Layout

    Raises
    ------
    UnusableFile
        Missing, empty, no text table, not in the encoding, duplicate names, lines of unequal length in what was seen.

    >>> from helpers.datasets.files import DATA_DIR
    >>> layout = sniff(DATA_DIR / "water_flow.csv.gz")
    >>> layout.delimiter, layout.encoding, layout.names
    (',', 'utf-8', ('time', 'flow', 'label', 'kind'))
    """
    _check_delimiter(delimiter)
    head, whole = read_head(path)
    if head.startswith(MAGIC):
        return _layout_of_parquet(path)
    encoding = encoding or find_encoding(path, head)
    lines = decoded_lines(path, head, whole, encoding)
    if are_records(lines):
        return Layout(RECORDS, encoding, ".", names_of_records(lines), False, (), ())
    heading = find_heading(lines, lambda some: delimiter or _of_one_column(some) or _find_delimiter(some))
    lines, notes = lines[heading.above :], [*notes_on_sheets(path), *heading.notes]
    if n_zeros := zeros_at_end(path):
        notes.append(f"{n_zeros:,} zero bytes at the end of the file are left out: did the logger lose its power?")
    found = delimiter or heading.delimiter or _of_one_column(lines) or _find_delimiter(lines)
    cells = [row for row in _rows(lines[:HEAD_LINES], found) if row]
    if not cells:
        raise _unclosed(path, heading.above + 1)
    if len(cells[0]) == 1 and not _of_one_column(lines):
        _refuse_one_column(path, lines, cells, delimiter)
    has_header = not _is_data(cells)
    cells[0], more = _with_row_names(cells)
    names, made = _names(path, cells[0], has_header)
    notes += [*more, *made]
    below = line_below_names(cells[0], cells[1:]) if has_header else 0
    if below:
        left_out = "; ".join(", ".join(row) for row in cells[1 : below + 1])
        notes.append(f"Left out below the column names, no data: {left_out}.")
    layout = Layout(found, encoding, ".", names, has_header, (), (), heading.above, below)
    _refuse_uneven(path, lines, whole, layout)
    values = cells[layout.n_before :]
    if not values:
        problem = f"{path.name} holds a line of column names and no row below it."
        raise UnusableFile(f"{problem} Was it cut off when it was saved or downloaded?")
    decimal, doubt = _find_decimal(values, found)
    if decimal == ",":
        notes.append(f"Numbers are read with a decimal comma{doubt}.")
    return replace(layout, decimal=decimal, text_columns=_codes(names, values), notes=tuple(notes))


def _layout_of_parquet(path):
    names = names_in_parquet(path)
    few, _ = next(parquet_chunks(path, names, HEAD_LINES))
    texts = [name for name in names if pd.api.types.is_string_dtype(few[name])]
    codes = tuple(name for name in texts if _are_codes([str(value) for value in few[name].dropna()]))
    return Layout(PARQUET, "binary", ".", names, False, codes, ())


def line_of_row(path, layout, row):
    """Find the line of the file on which a row begins: quoted texts may span several lines.

    Parameters
    ----------
    path : Path
    layout : Layout
    row : int
        Of the data, from 0.

    Returns
    -------
    int
        From 1.
    """
    for number, (line, _) in enumerate(count_fields(path, layout)):
        if number == row:
            return line
    raise IndexError(f"{path.name} has no row {row}.")


def count_fields(path, layout):
    """Yield the line on which each row of data begins and its number of fields, a delimiter at the end not counted.

    Parameters
    ----------
    path : Path
    layout : Layout

    Yields
    ------
    line, n_fields : int
    """
    with open_text(path, layout.encoding) as (text, _):
        skip_lines(text, layout.above)
        if layout.delimiter == RECORDS:
            yield from ((number, len(layout.names)) for number, line in enumerate(text, 1) if line.strip())
        else:
            yield from _count(path, text, layout)


def skip_lines(text, n):
    """Read so many lines of an open text and forget them.

    Parameters
    ----------
    text : text stream
    n : int
    """
    for _ in range(n):
        text.readline()


# -------------------------------------------------------------------- delimiter and lines of unequal length


def _check_delimiter(delimiter):
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1):
        raise UnusableFile(f"delimiter={delimiter!r}: name one character, such as ',' or ';' (a tab is '\\t').")


def _find_delimiter(lines):
    """The first delimiter that gives nine in ten lines as many fields as the header; else what most lines share.

    The latter is for files that will be refused: the sentence should count the right fields.
    """
    widths = {delimiter: [len(row) for row in _rows(lines[:500], delimiter) if row] or [1] for delimiter in DELIMITERS}
    agreement = {delimiter: _share(found, found[0]) for delimiter, found in widths.items()}
    sure = next((delimiter for delimiter in DELIMITERS if agreement[delimiter] >= 0.9), None)
    if sure or max(agreement.values()) > 0.3:
        return sure or max(agreement, key=agreement.get)
    return max(reversed(DELIMITERS[:-1]), key=lambda delimiter: _share(widths[delimiter], max(widths[delimiter])))


def _share(widths, wanted):
    """The share of lines with so many fields (or one more: a delimiter at the end), 0 if that is one."""
    return sum(width in (wanted, wanted + 1) for width in widths) / len(widths) if wanted > 1 else 0.0


def _rows(lines, delimiter):
    try:
        yield from csv_rows(lines, delimiter)
    except csv.Error:  # a quotation mark that is never closed: reported by whoever reads the whole file
        return


def _of_one_column(lines):
    """A delimiter that leaves a number a line in one piece, below one name at most; else ""."""
    texts = [line.strip().strip('"') for line in lines[:HEAD_LINES] if line.strip()]
    numbers = [is_number(text) or is_missing(text) for text in texts[1:]]
    if not numbers or sum(numbers) < 0.9 * len(numbers):
        return ""
    if all(map(DECIMAL_COMMA.fullmatch, texts)) and not any(re.search(r",0\d", text) for text in texts):
        return ""  # 5,3 in every line, without a name above, are two numbers as likely as one; 5,03 is one
    return ";" if is_number(texts[0]) or len(next(csv_rows(texts[:1], ","))) == 1 else ""


def _refuse_one_column(path, lines, cells, delimiter):
    other = _find_delimiter(lines)
    widths = [len(row) for row in _rows(lines, other)]
    if not widths:
        raise _unclosed(path, 1)
    if delimiter is not None and widths[0] > 1:
        raise UnusableFile(
            f"With the delimiter {delimiter!r} {path.name} has a single column; with {other!r} it has "
            f"{widths[0]}. Pass delimiter={other!r} (--delimiter), or nothing: it is found."
        )
    usual = Counter(widths).most_common(1)[0][0]
    if usual > 1:
        problem = f"The first line of {path.name} has one field, most others have {usual}"
        raise UnusableFile(f"{problem}: delete what stands above the line of column names.")
    raise UnusableFile(
        f"{path.name} has a single column, {cells[0][0].strip()!r}. If another character than comma, semicolon, tab, "
        "| or blank separates its fields, pass it as delimiter= (--delimiter). If it is a series, write one number a "
        "line and nothing else."
    )


def _refuse_uneven(path, lines, whole, layout):
    rows = list(_count(path, lines, layout))
    for line, width in rows if whole else rows[:-1]:  # the last one may be cut off within a quoted text
        if width != len(layout.names):
            raise uneven(path, line, width, len(layout.names))


def uneven(path, line, width, n):
    """Make the error for a line with more or fewer fields than the header.

    Parameters
    ----------
    path : Path
    line : int
        From 1.
    width : int
        Its number of fields.
    n : int
        Column names.

    Returns
    -------
    UnusableFile
    """
    return UnusableFile(
        f"Line {line} of {path.name} has {width} field{'s' * (width != 1)}, and there are {n} column names. "
        "Mend that line: a missing quotation mark, or a delimiter inside a text, is the usual reason."
    )


def _count(path, lines, layout):
    reader, line, n, number = csv_rows(lines, layout.delimiter), 1, len(layout.names), 0
    try:
        for row in reader:
            if row or n == 1:  # of one column, an empty line is a missing value
                ends_with_delimiter = len(row) == n + 1 and not row[n]
                if number >= layout.n_before:
                    yield layout.above + line, n if ends_with_delimiter or not row else len(row)
                number += 1
            line = reader.line_num + 1
    except csv.Error:  # a field of over 131,072 characters
        raise _unclosed(path, layout.above + line) from None


def _unclosed(path, line):
    problem = f"In line {line} of {path.name} a quotation mark is opened and never closed."
    return UnusableFile(f"{problem} Close it, or remove it.")


# -------------------------------------------------------------------- header, codes, decimal sign


def _is_data(cells):
    """Whether the first line is a row like the others: numbers over numbers, texts that come again below."""
    first, rest = cells[0], cells[1:]
    if _count_from(first, 0) or _count_from(first, 1):  # names that a program made, unless the rows go on like that
        return bool(rest) and rest[0] == first
    return any(map(is_number, first)) and all(_is_like(cell, _present(rest, i)) for i, cell in enumerate(first))


def _count_from(cells, start):
    return len(cells) > 1 and [cell.strip() for cell in cells] == [str(start + i) for i in range(len(cells))]


def _with_row_names(cells):
    """The first line, with a name in front if it is one shorter than all others: R writes row names so."""
    n = len(cells[0])
    if len(cells) < 3 or any(len(row) != n + 1 or not row[n].strip() for row in cells[1:50]):
        return cells[0], []
    note = (
        f"The rows have one field more than there are names: the first is called {ROW_NAME!r}, as R writes row names."
    )
    return [ROW_NAME, *cells[0]], [note]


def _present(rows, position):
    """A column's cells that hold something."""
    return [row[position] for row in rows if position < len(row) and not is_missing(row[position])]


def _is_like(cell, below):
    if is_missing(cell) or not below:
        return is_missing(cell)
    numeric = sum(map(is_number, below)) > 0.5 * len(below)
    dates = sum(is_date(value) for value in below) > 0.5 * len(below)
    if numeric:
        return is_number(cell)
    return is_date(cell) if dates else cell in below


def _names(path, first, has_header):
    if not has_header:
        names = tuple(f"column_{position}" for position in range(1, len(first) + 1))
        data = f"The first line holds data, no names ({', '.join(first[:4])} …)"
        called = f"columns are called {names[0]} to {names[-1]}" if len(names) > 1 else f"column is called {names[0]}"
        return names, [f"{data}: the {called}."]
    first = [re.sub(r"^\s*#\s*(?=\S)", "", first[0]), *first[1:]]  # a comment that holds the names
    names = tuple(name.strip() or f"column_{position}" for position, name in enumerate(first, 1))
    unnamed = [made for name, made in zip(first, names, strict=True) if not name.strip()]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnusableFile(
            f"{path.name} has {'names' if len(twice) > 1 else 'a name'} more than once among its columns: "
            f"{', '.join(twice[:5])}. Give each column a name of its own."
        )
    return names, [f"No name in the first line for {', '.join(unnamed)}: called so."] * bool(unnamed)


def _codes(names, rows):
    """Columns of whole numbers with leading zeros, such as postcodes: reading them as numbers would lose the zeros."""
    return tuple(name for i, name in enumerate(names) if _are_codes([cell.strip() for cell in _present(rows, i)]))


def _are_codes(cells):
    return any(len(cell) > 1 and cell[0] == "0" for cell in cells) and all(cell.isdigit() for cell in cells)


def _find_decimal(values, delimiter):
    """The decimal sign, and a doubt if commas may as well group thousands."""
    cells = [cell.strip() for row in values for cell in row]
    commas = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    points = sum("." in cell and NUMBER.fullmatch(cell) is not None and "," not in cell for cell in cells)
    if delimiter == "," or len(commas) <= points:
        return ".", ""
    if not all(THREE_DIGITS.fullmatch(cell) for cell in commas):
        return ",", ""
    reading = f" ({commas[0]} as {commas[0].replace(',', '.')})"
    return ",", f"{reading}; if commas group thousands here, remove them from the file first"
