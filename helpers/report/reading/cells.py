"""What one cell of a text file looks like: nothing, a number, a date."""

import re

__all__ = ["MISSING_WORDS", "is_date", "is_missing", "is_number"]

MISSING_WORDS = frozenset(
    {"", "?", "-", "--", "–", ".", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "null", "none"}
)
NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)(e[-+]?\d+)?|[-+]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?|[-+]?inf", re.I)
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?")


def is_missing(cell):
    """Tell whether a cell's text stands for "no value".

    Parameters
    ----------
    cell : str

    Returns
    -------
    bool

    >>> is_missing("?"), is_missing("0")
    (True, False)
    """
    return cell.strip().lower() in MISSING_WORDS


def is_number(cell):
    """Tell whether a cell's text is a number, in English or continental writing.

    Parameters
    ----------
    cell : str

    Returns
    -------
    bool

    >>> [is_number(cell) for cell in ("-1.5e3", "1.234,50", "12 kg")]
    [True, True, False]
    """
    return NUMBER.fullmatch(cell.strip()) is not None


def is_date(cell):
    """Tell whether a cell's text looks like a date in figures.

    Parameters
    ----------
    cell : str

    Returns
    -------
    bool

    >>> is_date("2024-03-31 12:00"), is_date("March")
    (True, False)
    """
    return DATE.fullmatch(cell.strip()) is not None
