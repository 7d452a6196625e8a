"""Packages that only some files need: loaded when such a file comes, asked for if they are not there."""

import importlib
from pathlib import Path

from helpers.report.errors import UnusableFile

__all__ = ["needed"]

COMMAND = ".venv/bin/python -m pip install -e '.[files]'"


def needed(package, path, kind):
    """Import a package that reads one kind of file.

    Parameters
    ----------
    package : str
        Such as "pyarrow.parquet".
    path : str or Path
        The file, for the sentence.
    kind : str
        What it is.

    Returns
    -------
    module

    Raises
    ------
    UnusableFile
        If it is not installed.

    >>> needed("nonexistent_reader", "my.wk1", "a Lotus sheet")
    Traceback (most recent call last):
    helpers.report.errors.UnusableFile: my.wk1 is a Lotus sheet: nonexistent_reader reads it, which is not installed...
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        reader = package.partition(".")[0]
        raise UnusableFile(
            f"{Path(path).name} is {kind}: {reader} reads it, which is not installed. In the course's folder, install "
            f"it with {COMMAND}; or write the table as CSV."
        ) from None
