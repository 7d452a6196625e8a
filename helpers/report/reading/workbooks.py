"""Excel workbooks: the first sheet that holds a table, as the text that is read further like any other."""

import csv
import datetime
import io
import zipfile

from helpers.report.errors import UnusableFile
from helpers.report.reading.extras import needed

__all__ = ["is_workbook", "notes_on_sheets", "sheet_as_csv"]

FEWEST_ROWS = 2  # with a number or a date, in a sheet that holds a table
KNOWN = {}  # the last workbook that was converted: a file is opened several times while it is read


def is_workbook(raw):
    """Tell whether an open file is a document of Office; it is left at its beginning.

    Parameters
    ----------
    raw : open binary file

    Returns
    -------
    bool
    """
    raw.seek(0)
    found = raw.read(4) == b"PK\x03\x04" and zipfile.is_zipfile(raw)
    found = found and "[Content_Types].xml" in zipfile.ZipFile(raw).namelist()
    raw.seek(0)
    return found


def sheet_as_csv(path, raw):
    """Write the first sheet that holds a table as CSV: a line a row, dates as ISO 8601, in UTF-8.

    Parameters
    ----------
    path : Path
    raw : open binary file

    Returns
    -------
    bytes

    Raises
    ------
    UnusableFile
        The document is no workbook, is locked, or holds no table.
    """
    return _converted(path, raw)[0]


def notes_on_sheets(path):
    """Say which sheet was read, if a file is a workbook of several.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of str
    """
    with path.open("rb") as raw:
        return _converted(path, raw)[1] if is_workbook(raw) else ()


def _converted(path, raw):
    stat = path.stat()
    key = (path.absolute(), stat.st_mtime_ns, stat.st_size)
    if key not in KNOWN:
        KNOWN.clear()
        KNOWN[key] = _convert(path, raw)
    return KNOWN[key]


def _convert(path, raw):
    openpyxl = needed("openpyxl", path, "an Excel file (or another document of Office)")
    try:
        book = openpyxl.load_workbook(raw, read_only=True, data_only=True)
        sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # whatever XML, zip or a password makes openpyxl say
        problem = f"{path.name} cannot be read as an Excel workbook ({type(error).__name__})"
        raise UnusableFile(f"{problem}. Open it in Excel and save it anew, or its sheet as CSV (UTF-8).") from error
    name = next((name for name, rows in sheets.items() if _holds_a_table(rows)), None)
    if name is None:
        raise UnusableFile(f"No sheet of {path.name} holds a table: rows with numbers or dates.")
    others = [other for other in sheets if other != name]
    notes = (f"Of the sheets, {name!r} is read, the first with a table ({', '.join(others)}: not read).",)
    return _as_csv(sheets[name]), notes if others else ()


def _rows(sheet):
    sheet.reset_dimensions()  # some programs write a wrong size
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _holds_a_table(rows):
    kinds = (int, float, datetime.date)  # a datetime is a date
    return sum(any(isinstance(cell, kinds) for cell in row) for row in rows) >= FEWEST_ROWS


def _as_csv(rows):
    width = max(map(len, rows))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(cell) for cell in row] + [""] * (width - len(row)))
    return text.getvalue().encode()


def _cell(value):
    if value is None:
        return ""
    return value.replace("\r", " ").replace("\n", " ") if isinstance(value, str) else str(value)
