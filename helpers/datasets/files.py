"""The files under data/: read, compared with their checksums, turned into the course's data sets."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = [
    "DATA_DIR",
    "DataFileError",
    "Dataset",
    "as_dataset",
    "checksums",
    "how_to_restore",
    "read_bytes",
    "read_card",
    "read_checked",
    "read_table",
    "verify_files",
]

DATA_DIR = Path(__file__).resolve().parents[2] / "data"


class DataFileError(ValueError):
    """A file under data/ is missing or is not the one that the course was written for."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """One data set of the course.

    A series has its rows in order of time: a DatetimeIndex where times are known, else evenly sampled at `rate`.

    Attributes
    ----------
    data : DataFrame of shape (n, k)
        The observations; images are an array of shape (n, height, width).
    labels : Series of shape (n,)
        1 = anomaly, 0 = normal; to evaluate with, never to train on. Digits are labelled 0 to 9: which of them is
        normal is the question's choice (see `one_digit_split`). None where nobody labelled the data: then there is
        nothing to score a detector with.
    names : tuple of k str
        The column names; none for images.
    card : str
        Origin, licence, units and the mark (real, real + injected, simulated).
    kinds : Series of shape (n,) of str, or None
        The kind of each anomaly ("normal" for the others).
    events : DataFrame or None
        Of a labelled series, one row an anomaly: `start` and `end`, the index of its first and of its last row,
        `rows`, `kind`, and `channel` where only one is affected.
    rate : float or None
        Of an evenly sampled series without times, samples a second.
    """

    data: pd.DataFrame | np.ndarray
    labels: pd.Series | None
    names: tuple[str, ...]
    card: str
    kinds: pd.Series | None = None
    events: pd.DataFrame | None = None
    rate: float | None = None


def as_dataset(name: str, table: pd.DataFrame, **more) -> Dataset:
    """Make the Dataset of a file: the columns `label` and `kind`, if there are any, apart from the data.

    Parameters
    ----------
    name : str
        Of the file, whose card is read.
    table : DataFrame of shape (n, k)
    **more
        `events` and `rate` of a series.

    Returns
    -------
    Dataset
    """
    data = table.drop(columns=["label", "kind"], errors="ignore")
    return Dataset(data, table.get("label"), tuple(data.columns), read_card(name), table.get("kind"), **more)


def read_table(name: str, **options) -> pd.DataFrame:
    """Read the table in data/`name`, a compressed CSV.

    Parameters
    ----------
    name : str
    **options
        Of ``pandas.read_csv``.

    Returns
    -------
    DataFrame

    Raises
    ------
    DataFileError
        As in :func:`read_checked`.
    """
    return pd.read_csv(io.BytesIO(read_checked(name)), compression="gzip", **options)


def read_checked(name: str) -> bytes:
    """Read the bytes of data/`name`, compared with data/SHA256SUMS.

    Parameters
    ----------
    name : str

    Returns
    -------
    bytes

    Raises
    ------
    DataFileError
        The file is missing or altered.
    """
    content = read_bytes(name)
    if hashlib.sha256(content).hexdigest() != checksums().get(name):
        raise DataFileError(
            f"data/{name} is not the file of the course (its SHA-256 is not the one in "
            f"data/SHA256SUMS). {how_to_restore(name)}"
        )
    return content


def verify_files() -> None:
    """Compare every shipped data file with data/SHA256SUMS.

    Raises
    ------
    DataFileError
        Names the first that is missing or altered.

    >>> from helpers.datasets import verify_files
    >>> verify_files()
    """
    for name in checksums():
        read_checked(name)


def checksums() -> dict[str, str]:
    """Read the SHA-256 of each data file, by name.

    Returns
    -------
    dict of str to str
        In the order of data/SHA256SUMS.
    """
    return dict(reversed(line.split()) for line in read_bytes("SHA256SUMS").decode("utf-8").splitlines())


def read_card(name: str) -> str:
    """Read the section of data/README.md about `name`, heading included.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Raises
    ------
    DataFileError
        There is no such section.
    """
    sections = ("\n" + read_bytes("README.md").decode("utf-8")).split("\n## ")
    for section in sections[1:]:
        if section.splitlines()[0].strip("` ") == name:
            return "## " + section.strip()
    raise DataFileError(f"data/README.md has no card for {name}. {how_to_restore('README.md')}")


def read_bytes(name: str) -> bytes:
    """Read the bytes of data/`name`, whatever they are.

    Parameters
    ----------
    name : str

    Returns
    -------
    bytes

    Raises
    ------
    DataFileError
        The file is missing.
    """
    try:
        return (DATA_DIR / name).read_bytes()
    except FileNotFoundError:
        raise DataFileError(f"data/{name} is missing. {how_to_restore(name)}") from None


def how_to_restore(name: str) -> str:
    """Write a sentence for errors about data/`name`.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    >>> how_to_restore("orders.csv.gz")
    'Restore it from the top of the repository: git checkout -- data/orders.csv.gz'
    """
    return f"Restore it from the top of the repository: git checkout -- data/{name}"
