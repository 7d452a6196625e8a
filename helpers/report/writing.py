"""Files for a reader: the report, the anomalies and the detector, all or nothing and never over something else."""

import os
import shutil
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from helpers.report.groups import GroupedStudy

import pandas as pd

__all__ = [
    "REPORT_FILES",
    "OutputExists",
    "OutputImpossible",
    "anomalies_csv",
    "refuse_existing",
    "write_all_or_nothing",
    "write_report",
    "write_tables",
]

REPORT_FILES = ("report.html", "anomalies.csv", "detector.zip")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OutputExists(FileExistsError):
    """Something of this name is there already; the message says what, and how to replace it."""


class OutputImpossible(OSError):
    """Nothing can be written there; the message says why."""


def write_report(study, reading, folder, *, overwrite=False, command=None):
    """Write report.html, anomalies.csv and detector.zip; an error or an interrupt leaves the folder as it was.

    Parameters
    ----------
    study : Study or GroupedStudy
        From :func:`helpers.report.examine` or :func:`helpers.report.examine_groups`.
    reading : Reading or None
        How the file was read, for the report; None for a frame that came from elsewhere.
    folder : str or Path
        Made if it does not exist.
    overwrite : bool
        Replace files of these three names.
    command : str, optional
        What the report names as its origin.

    Returns
    -------
    list of Path
        The three files.

    Raises
    ------
    OutputExists
        If one of the files is there and `overwrite` is false. Nothing is written then.
    """
    from helpers.report.page import render, render_groups  # draw: load matplotlib

    refuse_existing(folder, REPORT_FILES, overwrite)
    page = render_groups if isinstance(study, GroupedStudy) else render
    writers = (
        lambda path: path.write_text(page(study, reading, command), encoding="utf-8"),
        lambda path: path.write_text(anomalies_csv(study.anomalies), encoding="utf-8"),
        partial(_write_model, _as_read(study.model, reading)),
    )
    return write_all_or_nothing(folder, dict(zip(REPORT_FILES, writers, strict=True)))


def _as_read(model, reading):
    """The model with what its file's cells hold for no value: a new batch is read alike."""
    missing = [str(value) for value in reading.missing] if reading is not None else []
    return replace(model, about={**model.about, "missing": missing}) if missing else model


def write_tables(tables, folder):
    """Write tables as CSV files, all or none.

    Parameters
    ----------
    tables : dict of str to DataFrame
        By the names of the files.
    folder : str or Path

    Returns
    -------
    list of Path
    """
    texts = {name: anomalies_csv(table) for name, table in tables.items()}
    writers = {name: partial(Path.write_text, data=text, encoding="utf-8") for name, text in texts.items()}
    return write_all_or_nothing(folder, writers)


def _write_model(model, path):
    """Not by `model.save`, whose file is for nobody else: three files that one command wrote are read by the same."""
    with path.open("wb") as stream:
        model.write(stream)


def refuse_existing(folder, names, overwrite=False):
    """Raise OutputExists if files of these names are in the folder, or if the folder is a file.

    :class:`OutputImpossible` is raised if no file can be made there: said before the work, not after it.

    Parameters
    ----------
    folder : str or Path
    names : sequence of str
    overwrite : bool

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "report.html").write_text("precious")
    ...     refuse_existing(folder, ["report.html"], overwrite=True)
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise OutputExists(f"{folder} is a file, not a folder. Name another place for the results.")
    _refuse_unwritable(folder)
    found = [name for name in names if (folder / name).exists()]
    if found and not overwrite:
        problem = f"{folder} holds {', '.join(found)} already, and nothing is replaced unasked."
        raise OutputExists(f"{problem} Name another folder, or pass overwrite=True (--overwrite in the terminal).")


def _refuse_unwritable(folder):
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise OutputImpossible(
            f"{there} is a file, so {folder} cannot be a folder. Name another place for the results."
        )
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise OutputImpossible(f"Nothing can be written to {there} ({error.strerror}). Name another place.") from None


def write_all_or_nothing(folder, writers):
    """Call each writer with a path in a temporary place; move the files to the folder when all are done.

    Parameters
    ----------
    folder : str or Path
    writers : mapping of file name to function of a Path

    Returns
    -------
    list of Path

    >>> with tempfile.TemporaryDirectory() as place:
    ...     (path,) = write_all_or_nothing(Path(place, "new"), {"a.txt": lambda path: path.write_text("A")})
    ...     path.read_text()
    'A'
    """
    folder = Path(folder)
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=folder))
    try:
        for name, write in writers.items():
            write(unfinished / name)
        for name in writers:
            os.replace(unfinished / name, folder / name)
    except BaseException:
        shutil.rmtree(missing[-1] if missing else unfinished)
        raise
    unfinished.rmdir()
    return [folder / name for name in writers]


def anomalies_csv(anomalies):
    """Write a table as CSV text that is safe to open in a spreadsheet.

    A text that begins with ``=``, ``+``, ``-`` or ``@`` would be run there as a formula; an apostrophe before it keeps
    it a text (OWASP, "CSV injection").

    Parameters
    ----------
    anomalies : DataFrame of shape (n, k)

    Returns
    -------
    str

    >>> print(anomalies_csv(pd.DataFrame({"row": [7], "name": ["=HYPERLINK(0)"], "change": [-2.5]})), end="")
    row,name,change
    7,'=HYPERLINK(0),-2.5
    """
    safe = anomalies.rename(columns=_as_text)
    for position, dtype in enumerate(safe.dtypes):
        if not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_any_dtype(dtype)):
            safe.isetitem(position, safe.iloc[:, position].map(_as_text))
    return safe.to_csv(index=False, lineterminator="\n")


def _as_text(value):
    if not isinstance(value, str):
        return value
    line = value.replace("\r", " ")  # a lone carriage return ends a line for many readers, and is not quoted
    return f"'{line}" if value.startswith(FORMULA) else line
