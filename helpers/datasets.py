"""The data that ships with the course, and the four parts into which it is split."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["DataFileError", "Dataset", "Splits", "four_splits", "load_orders", "load_shuttle"]

DATA_DIR = Path(__file__).resolve().parent.parent / "data"


class DataFileError(ValueError):
    """A file under data/ is missing or is not the one that the course was written for."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """One data set of the course.

    data : DataFrame of shape (n, k), the observations.
    labels : Series of shape (n,), 1 = anomaly, 0 = normal; to evaluate with, never to train on.
    names : the k column names.
    card : text; origin, licence, units and the mark (real, real + injected, simulated).
    kinds : Series of shape (n,) of text, the kind of each anomaly ("normal" for the others), or None.
    """

    data: pd.DataFrame
    labels: pd.Series
    names: tuple[str, ...]
    card: str
    kinds: pd.Series | None = None


@dataclass(frozen=True, eq=False)
class Splits:
    """Row positions (integers, for `.iloc`) of the four parts, each in row order."""

    train: np.ndarray
    validation: np.ndarray
    calibration: np.ndarray
    test: np.ndarray


def load_orders() -> Dataset:
    """Simulated orders of an online shop: 20,000 rows sorted by time, 10 columns, five kinds of anomaly.

    Money is in euros, `time` is local shop time. Raises DataFileError if the file is missing or altered.
    Source: data/regenerate/orders.py, a seeded simulator; its text describes every kind.

    >>> orders = load_orders()
    >>> orders.data.shape, int(orders.labels.sum())
    ((20000, 10), 400)
    >>> orders.data[["quantity", "unit_price", "amount"]].iloc[2].tolist()
    [5.0, 2.89, 14.45]
    """
    table = _read_table("orders.csv.gz", parse_dates=["time"])
    return _dataset("orders.csv.gz", table.drop(columns=["label", "kind"]), table["label"], table["kind"])


def load_shuttle() -> Dataset:
    """Real readings of nine space-shuttle sensors: 49,097 rows, 3,511 labelled anomalies (7.2 %).

    The rows are shuffled: a table, never a series. Units are not published.
    Raises DataFileError if the file is missing or altered.
    Source: UCI Statlog (Shuttle) as cast by ODDS, taken from the package river (data/regenerate/shuttle.py).

    >>> shuttle = load_shuttle()
    >>> shuttle.data.shape, int(shuttle.labels.sum())
    ((49097, 9), 3511)
    """
    table = _read_table("shuttle.csv.gz")
    return _dataset("shuttle.csv.gz", table.drop(columns="label"), table["label"])


def four_splits(labels: Sequence[int], fractions: Sequence[float] = (0.4, 0.1, 0.2, 0.3)) -> Splits:
    """Cut the rows, in their order, into train, validation, calibration and test. Built in lesson 02.

    Each part has one job: `train` fits the detector, `validation` stops training and compares recipes,
    `calibration` sets the threshold, `test` is looked at once. A row that did one job cannot check another.
    The first three keep their normal rows only (label 0), the test part keeps all of its rows. Rows sorted
    by time give parts that follow each other in time, as they do in production.

    labels : shape (n,), 0 = normal, 1 = anomaly.
    fractions : four shares of the rows before the anomalies are taken out; positive, summing to 1.
    Raises ValueError for other labels or fractions, or if a part would be empty.

    >>> splits = four_splits([0, 0, 1, 0, 0, 0, 0, 0, 1, 0])
    >>> splits.train.tolist(), splits.validation.tolist(), splits.calibration.tolist(), splits.test.tolist()
    ([0, 1, 3], [4], [5, 6], [7, 8, 9])
    """
    labels = _checked_labels(labels)
    cuts = np.round(np.cumsum(_checked_fractions(fractions))[:-1] * len(labels)).astype(int)
    *normal_parts, test = np.split(np.arange(len(labels)), cuts)
    parts = [part[labels[part] == 0] for part in normal_parts] + [test]
    for name, part in zip(Splits.__dataclass_fields__, parts, strict=True):
        if len(part) == 0:
            raise ValueError(f"the {name} part would be empty: too few normal rows for fractions {fractions}")
    return Splits(*parts)


def _checked_labels(labels: Sequence[int]) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.ndim != 1 or len(labels) == 0:
        raise ValueError(f"labels must have shape (n,) with n > 0, not {labels.shape}")
    if not np.isin(labels, [0, 1]).all():
        raise ValueError("labels must be 0 (normal) or 1 (anomaly) in every row; found other values or NaN")
    return labels


def _checked_fractions(fractions: Sequence[float]) -> np.ndarray:
    shares = np.asarray(fractions, dtype=float)
    if shares.shape != (4,) or not (shares > 0).all() or not np.isclose(shares.sum(), 1.0):
        raise ValueError(f"fractions must be four positive numbers that sum to 1, not {fractions!r}")
    return shares


def _dataset(name: str, data: pd.DataFrame, labels: pd.Series, kinds: pd.Series | None = None) -> Dataset:
    return Dataset(data, labels, tuple(data.columns), _read_card(name), kinds)


def _read_table(name: str, **options) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(_read_checked(name)), compression="gzip", **options)


def _read_checked(name: str) -> bytes:
    """The bytes of data/`name`, compared with data/SHA256SUMS."""
    sums = _read_bytes("SHA256SUMS").decode("utf-8").splitlines()
    content = _read_bytes(name)
    if f"{hashlib.sha256(content).hexdigest()}  {name}" not in sums:
        raise DataFileError(f"data/{name} is not the file of the course (its SHA-256 is not the one in "
                            f"data/SHA256SUMS). {_how_to_restore(name)}")
    return content


def _read_card(name: str) -> str:
    """The section of data/README.md about `name`, heading included."""
    sections = ("\n" + _read_bytes("README.md").decode("utf-8")).split("\n## ")
    for section in sections[1:]:
        if section.splitlines()[0].strip("` ") == name:
            return "## " + section.strip()
    raise DataFileError(f"data/README.md has no card for {name}. {_how_to_restore('README.md')}")


def _read_bytes(name: str) -> bytes:
    try:
        return (DATA_DIR / name).read_bytes()
    except FileNotFoundError:
        raise DataFileError(f"data/{name} is missing. {_how_to_restore(name)}") from None


def _how_to_restore(name: str) -> str:
    return f"Restore it from the top of the repository: git checkout -- data/{name}"
