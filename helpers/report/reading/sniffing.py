"""What kind of file this is: compressed or not, its encoding, its delimiter, its decimal sign and its header."""

import bz2
import codecs
import csv
import gzip
import io
import lzma
import re
import zipfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = [
    "DAMAGED",
    "MISSING",
    "Layout",
    "UnusableFile",
    "count_fields",
    "damaged",
    "is_missing",
    "is_number",
    "line_of_row",
    "not_decodable",
    "open_bytes",
    "open_text",
    "sniff",
    "uneven",
]

HEAD_BYTES = 2**18
HEAD_LINES = 1000  # looked at cell by cell
DELIMITERS = ("\t", ";", "|", ",", " ")  # a tab in every line is rarely anything else; a blank often is
MISSING = frozenset({"", "?", "-", "--", "–", ".", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "null", "none"})
NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?|[-+]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?|[-+]?inf", re.I)
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(e[-+]?\d+)?", re.I)
THREE_DIGITS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")

COMPRESSED = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
DAMAGED = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zipfile.BadZipFile, OSError, ValueError)
OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": ("an old Excel file", "Open it in Excel and save it as CSV (UTF-8)."),
    b"PAR1": ("a Parquet file", "Write it as CSV: pandas.read_parquet(path).to_csv('table.csv', index=False)."),
    b"\x89PNG": ("a picture (PNG)", "This report reads tables: name a CSV file."),
    b"\xff\xd8\xff": ("a picture (JPEG)", "This report reads tables: name a CSV file."),
    b"%PDF": ("a PDF document", "Take the table where the document took it from, as CSV."),
    b"\x89HDF": ("an HDF5 file", "Write its table as CSV first."),
    b"SQLite format 3": ("a SQLite database", "Write one of its tables as CSV first."),
    b"\x93NUMPY": ("a NumPy array", "Write it as CSV, with a line of column names, first."),
}
BYTE_ORDER_MARKS = {  # utf-32 before utf-16: its mark begins with the other's
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class UnusableFile(ValueError):
    """The file (or table) cannot be examined; the message says what is wrong, where, what to do."""


@dataclass(frozen=True)
class Layout:
    """How the text of a file is to be read.

    delimiter : one character; a blank stands for any number of blanks.
    encoding : a codec's name.
    decimal : "." or ",".
    names : the column names, stripped.
    has_header : False if the first line holds data, and `names` are made up.
    text_columns : names of columns whose numbers have leading zeros: codes, to be read as text.
    notes : sentences about what was guessed.
    """

    delimiter: str
    encoding: str
    decimal: str
    names: tuple[str, ...]
    has_header: bool
    text_columns: tuple[str, ...]
    notes: tuple[str, ...]


def sniff(path, delimiter=None, encoding=None) -> Layout:
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
    head, whole = _head(path)
    encoding = encoding or _find_encoding(path, head)
    lines = _lines(path, head, whole, encoding)
    found = delimiter or _find_delimiter(lines)
    cells = [row for row in _rows(lines[:HEAD_LINES], found) if row]
    if not cells:
        raise _unclosed(path, 1)
    if len(cells[0]) == 1:
        _refuse_one_column(path, lines, cells, delimiter)
    has_header = not _is_data(cells)
    names, notes = _names(path, cells[0], has_header)
    _refuse_uneven(path, lines, whole, found, len(names))
    values = cells[has_header:]
    if not values:
        raise UnusableFile(
            f"{path.name} holds a line of column names and no row below it. Was it cut off when it was "
            "saved or downloaded?"
        )
    decimal, doubt = _find_decimal(values, found)
    if decimal == ",":
        notes.append(f"Numbers are read with a decimal comma{doubt}.")
    return Layout(found, encoding, decimal, names, has_header, _codes(names, values), tuple(notes))


@contextmanager
def open_bytes(path):
    """The bytes of a file, decompressed, and the raw file below (its position tells how much was read).

    The first bytes decide on gzip, bzip2, xz and zip, not the name.
    """
    with _open(path) as raw:
        magic = raw.read(16)
        raw.seek(0)
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(raw) as archive, archive.open(_only_member(path, archive)) as stream:
                yield stream, raw
            return
        opener = next((opener for start, opener in COMPRESSED.items() if magic.startswith(start)), None)
        if opener is None:
            yield raw, raw
            return
        with opener(raw) as stream:
            yield stream, raw


@contextmanager
def open_text(path, encoding):
    """The text of a file as pandas and csv want it, and the raw file below."""
    with open_bytes(path) as (stream, raw), io.TextIOWrapper(stream, encoding, newline="") as text:
        yield text, raw


def line_of_row(path, layout, row):
    """The line of the file (from 1) on which data row `row` (from 0) begins: quoted texts may span several lines."""
    for number, (line, _) in enumerate(count_fields(path, layout)):
        if number == row + layout.has_header:
            return line
    raise IndexError(f"{path.name} has no row {row}.")


def count_fields(path, layout):
    """Yield the line on which each row begins and its number of fields, a delimiter at the very end not counted."""
    with open_text(path, layout.encoding) as (text, _):
        yield from _count(path, text, layout.delimiter, len(layout.names))


def is_missing(cell):
    """Whether a cell's text stands for "no value".

    >>> is_missing("?"), is_missing("0")
    (True, False)
    """
    return cell.strip().lower() in MISSING


def is_number(cell):
    """Whether a cell's text is a number, in English or continental writing.

    >>> [is_number(cell) for cell in ("-1.5e3", "1.234,50", "12 kg")]
    [True, True, False]
    """
    return NUMBER.fullmatch(cell.strip()) is not None


# -------------------------------------------------------------------- the file


def _open(path):
    try:
        if path.is_dir():
            raise UnusableFile(f"{path} is a folder. Name one CSV file in it.")
        if not path.exists():
            raise UnusableFile(f"There is no file {path}. Check its name and the folder you are in.")
        return path.open("rb")
    except PermissionError:
        raise UnusableFile(f"{path} may not be read by you. Ask its owner for permission, or copy it.") from None


def _only_member(path, archive):
    members = [member for member in archive.namelist() if not member.endswith("/")]
    members = [member for member in members if not member.startswith("__MACOSX")]
    if "[Content_Types].xml" in members:
        raise UnusableFile(
            f"{path.name} is an Excel file (or another document of Office), not a CSV file. "
            "Open it and save the sheet as CSV (UTF-8)."
        )
    if len(members) != 1:
        raise UnusableFile(
            f"{path.name} is a zip archive of {len(members)} files, which table is meant? "
            "Unpack it and name one CSV file."
        )
    return members[0]


def _head(path):
    """The first bytes of the text, and whether they are the whole file."""
    try:
        with open_bytes(path) as (stream, _):
            head = stream.read(HEAD_BYTES + 1)
    except UnusableFile:
        raise
    except DAMAGED as error:
        raise damaged(path, error) from None
    _refuse_other_files(path, head)
    return head[:HEAD_BYTES], len(head) <= HEAD_BYTES


def damaged(path, error):
    """The error for a compressed file that cannot be unpacked."""
    return UnusableFile(
        f"{path.name} is compressed and cannot be unpacked ({error}). Was the download cut off? Fetch it again."
    )


def _refuse_other_files(path, head):
    if not head.strip():
        raise UnusableFile(f"{path.name} is empty. Was it cut off when it was saved or downloaded?")
    for start, (kind, cure) in OTHER_FILES.items():
        if head.startswith(start):
            raise UnusableFile(f"{path.name} is {kind}, not a CSV file. {cure}")
    start = head.lstrip()[:15].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise UnusableFile(
            f"{path.name} is a web page or XML, not a CSV file. Was a page saved in place of the file that it links to?"
        )
    if start.startswith((b"{", b"[{", b"[[")):
        raise UnusableFile(
            f"{path.name} is JSON, not a CSV file. Write it as CSV: "
            "pandas.read_json(path).to_csv('table.csv', index=False)."
        )


# -------------------------------------------------------------------- encoding


def _find_encoding(path, head):
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = head.count(0)
    if zeros > 0.3 * len(head):
        order = "le" if head[1:2] == b"\0" else "be"
        raise UnusableFile(
            f"Every other byte of {path.name} is zero: UTF-16 without the mark that says so? "
            f"Then pass encoding='utf-16-{order}' (--encoding utf-16-{order})."
        )
    if zeros:
        raise UnusableFile(
            f"{path.name} is a binary file, not text (byte {head.index(0) + 1} is zero). Save the table as CSV."
        )
    return "utf-8"


def _lines(path, head, whole, encoding):
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except LookupError:
        raise UnusableFile(
            f"There is no encoding {encoding!r}. Common ones: 'utf-8', 'cp1252', 'latin-1', 'utf-16'."
        ) from None
    except UnicodeError as error:
        raise not_decodable(path, encoding, error) from None
    lines = text.splitlines(keepends=True)
    return lines if whole or len(lines) < 2 else lines[:-1]


def not_decodable(path, encoding, error):
    """The error for bytes that do not fit the encoding: which line, and how it would read as cp1252."""
    with open_bytes(path) as (stream, _):
        for number, line in enumerate(stream, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return _with_preview(path, encoding, number, line.strip())
    return UnusableFile(f"{path.name} is not {encoding}: {error}. Pass its encoding, such as encoding='cp1252'.")


def _with_preview(path, encoding, number, line):
    problem = f"{path.name} is not {encoding.upper()}: line {number} holds bytes that do not fit."
    other = "utf-8" if encoding.lower().startswith("cp") else "cp1252"
    try:
        preview = line.decode(other)
    except UnicodeError:
        return UnusableFile(f"{problem} Save the file as UTF-8, or pass its encoding (--encoding).")
    preview = preview if len(preview) <= 80 else preview[:80] + " …"
    return UnusableFile(
        f"{problem} Read as {other} the line is: {preview} If that looks right, pass "
        f"encoding={other!r} (--encoding {other})."
    )


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
    if delimiter == " ":
        lines = (line.strip() + "\n" for line in lines)
    try:
        yield from csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    except csv.Error:  # a quotation mark that is never closed: reported by whoever reads the whole file
        return


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
        raise UnusableFile(
            f"The first line of {path.name} has one field, most others have {usual}: delete what stands "
            "above the line of column names."
        )
    raise UnusableFile(
        f"{path.name} has a single column, {cells[0][0].strip()!r}. If another character than comma, semicolon, tab, "
        "| or blank separates its fields, pass it as delimiter=. If it is a series, add a column of times: odd values "
        "show beside others."
    )


def _refuse_uneven(path, lines, whole, delimiter, n):
    rows = list(_count(path, lines, delimiter, n))
    for line, width in rows if whole else rows[:-1]:  # the last one may be cut off within a quoted text
        if width != n:
            raise uneven(path, line, width, n)


def uneven(path, line, width, n):
    """The error for a line with more or fewer fields than the header."""
    return UnusableFile(
        f"Line {line} of {path.name} has {width} field{'s' * (width != 1)}, the first line has {n}. "
        "Mend that line: a missing quotation mark, or a delimiter inside a text, is the usual reason."
    )


def _count(path, lines, delimiter, n):
    if delimiter == " ":
        lines = (line.strip() + "\n" for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    line = 1
    try:
        for row in reader:
            if row:
                ends_with_delimiter = len(row) == n + 1 and not row[n]
                yield line, n if ends_with_delimiter else len(row)
            line = reader.line_num + 1
    except csv.Error:  # a field of over 131,072 characters
        raise _unclosed(path, line) from None


def _unclosed(path, line):
    return UnusableFile(
        f"In line {line} of {path.name} a quotation mark is opened and never closed. Close it, or remove it."
    )


# -------------------------------------------------------------------- header, codes, decimal sign


def _is_data(cells):
    """Whether the first line is a row like the others: numbers over numbers, texts that come again below."""
    first, rest = cells[0], cells[1:]
    if not any(is_number(cell) for cell in first):
        return False
    for position, cell in enumerate(first):
        below = [row[position] for row in rest if position < len(row) and not is_missing(row[position])]
        if not _is_like(cell, below):
            return False
    return True


def _is_like(cell, below):
    if is_missing(cell) or not below:
        return is_missing(cell)
    numeric = sum(map(is_number, below)) > 0.5 * len(below)
    dates = sum(DATE.fullmatch(value.strip()) is not None for value in below) > 0.5 * len(below)
    if numeric:
        return is_number(cell)
    return DATE.fullmatch(cell.strip()) is not None if dates else cell in below


def _names(path, first, has_header):
    if not has_header:
        names = tuple(f"column_{position}" for position in range(1, len(first) + 1))
        return names, [
            f"The first line holds data, no names ({', '.join(first[:4])} …): "
            f"the columns are called {names[0]} to {names[-1]}."
        ]
    names = tuple(name.strip() or f"column_{position}" for position, name in enumerate(first, 1))
    unnamed = [made for name, made in zip(first, names, strict=True) if not name.strip()]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UnusableFile(
            f"{path.name} has {'names' if len(twice) > 1 else 'a name'} more than once among its "
            f"columns: {', '.join(twice[:5])}. Give each column a name of its own."
        )
    return names, [f"No name in the first line for {', '.join(unnamed)}: called so."] * bool(unnamed)


def _codes(names, values):
    """Columns of whole numbers with leading zeros, such as postcodes: reading them as numbers would lose the zeros."""
    found = []
    for position, name in enumerate(names):
        cells = [row[position].strip() for row in values if position < len(row) and not is_missing(row[position])]
        if cells and all(cell.isdigit() for cell in cells) and any(len(cell) > 1 and cell[0] == "0" for cell in cells):
            found.append(name)
    return tuple(found)


def _find_decimal(values, delimiter):
    """The decimal sign, and a doubt if commas may as well group thousands."""
    cells = [cell.strip() for row in values for cell in row]
    commas = [cell for cell in cells if DECIMAL_COMMA.fullmatch(cell)]
    points = sum("." in cell and NUMBER.fullmatch(cell) is not None and "," not in cell for cell in cells)
    if delimiter == "," or len(commas) <= points:
        return ".", ""
    if all(THREE_DIGITS.fullmatch(cell) for cell in commas):
        return ",", (
            f" ({commas[0]} as {commas[0].replace(',', '.')}); if commas group thousands here, remove them "
            "from the file first"
        )
    return ",", ""
