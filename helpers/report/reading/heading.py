"""Where the column names of a text file stand, and which lines around them are no data."""

import csv
import re
from collections import Counter
from dataclasses import dataclass

from helpers.report.reading.cells import is_date, is_missing, is_number

__all__ = ["Heading", "csv_rows", "find_heading", "line_below_names"]

MOST_LINES = 40  # above the names
MOST_BELOW = 3  # lines of units or types between the names and the data
NAMED_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.I)


@dataclass(frozen=True)
class Heading:
    """What stands around the names of the columns.

    Attributes
    ----------
    above : int
        Lines before the line of names.
    delimiter : str or None
        If a line above names it.
    notes : tuple of str
        Sentences.
    """

    above: int = 0
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


def find_heading(lines, find_delimiter):
    r"""Find the line of the column names below titles, comments and what a spreadsheet or a logger writes above them.

    Parameters
    ----------
    lines : list of str
        The first lines of a file.
    find_delimiter : callable
        From lines to the character that separates their fields.

    Returns
    -------
    Heading

    >>> find_heading(["sep=;\n", "a;b\n", "1;2\n"], lambda lines: ";").above
    1
    >>> find_heading(["Sales 2024\n", "\n", "day,sold,left\n", "1,2,3\n"], lambda lines: ",").above
    2
    """
    if named := NAMED_SEPARATOR.fullmatch(lines[0]):
        return Heading(1, named[1])
    n_comments = _comments(lines)
    delimiter = find_delimiter(lines[n_comments:] or lines)
    if _is_logger(lines[n_comments], delimiter):
        note = "The first line is a logger's (TOA5): the names are taken from the second."
        return Heading(n_comments + 1, notes=(note,))
    above = n_comments + _titles(lines[n_comments:], delimiter)
    above -= _names_are_a_comment(lines, above, delimiter)
    if not above:
        return Heading()
    many = "The first line holds" if above == 1 else f"The first {above} lines hold"
    return Heading(above, notes=(f"{many} no column names ({_shortened(lines[0])}): left out.",))


def line_below_names(names, rows):
    """Count the lines directly below the names that hold units, types or a second heading.

    Parameters
    ----------
    names : list of str
        Cells of the line of names.
    rows : list of list of str
        What stands below.

    Returns
    -------
    int

    >>> line_below_names(["time", "load"], [["s", "kW"], ["1", "2.5"], ["2", "2.6"]])
    1
    """
    later = rows[len(rows) // 2 :]
    measured = [i for i in range(len(names)) if _holds_measures([row[i] for row in later if i < len(row)])]
    for n, row in enumerate(rows[:MOST_BELOW]):
        cells = [row[i] for i in measured if i < len(row) and not is_missing(row[i])]
        if not cells or any(is_number(cell) or is_date(cell) for cell in cells):
            return n
    return min(MOST_BELOW, len(rows))


def csv_rows(lines, delimiter):
    """Read lines as rows of cells; a blank as delimiter stands for any number of blanks.

    Parameters
    ----------
    lines : iterable of str
    delimiter : str

    Returns
    -------
    csv.reader
    """
    if delimiter == " ":
        lines = (line.strip() + "\n" for line in lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _holds_measures(cells):
    """Whether a column holds numbers or dates: nearly all of what it holds."""
    present = [cell for cell in cells if not is_missing(cell)]
    return sum(is_number(cell) or is_date(cell) for cell in present) > 0.8 * max(len(present), 1)


def _comments(lines):
    """Lines at the top that begin with #, as long as others follow."""
    n = next((n for n, line in enumerate(lines) if not line.lstrip().startswith("#")), 0)
    return n if n < len(lines) else 0


def _names_are_a_comment(lines, above, delimiter):
    """Whether the last comment is the line of names: as many fields as the data that follow at once."""
    if not above or not lines[above - 1].lstrip().startswith("#"):
        return False
    names, first = (next(csv_rows([line], delimiter), []) for line in lines[above - 1 : above + 1])
    return len(names) == len(first) > 1 and any(map(is_number, first)) and not any(map(is_number, names))


def _is_logger(line, delimiter):
    return next(csv_rows([line], delimiter), [""])[0] == "TOA5"


def _titles(lines, delimiter):
    """Lines at the top that hold one text where most lines hold several fields."""
    rows = [next(csv_rows([line], delimiter), []) for line in lines[:500]]
    usual = Counter(len(row) for row in rows if row).most_common(1)[0][0]
    for n, row in enumerate(rows[:MOST_LINES]):
        if lines[n].count('"') % 2:  # a text of several lines, or one that never ends
            return 0
        held = sum(bool(cell.strip()) for cell in row)
        if held > 1 or (held == 1 and not (len(row) == 1 < usual or usual > 2)):
            return n if usual > 1 else 0
    return 0


def _shortened(line):
    text = line.strip().strip(",;\t|").strip()
    return repr(text if len(text) <= 40 else text[:40] + "…")
