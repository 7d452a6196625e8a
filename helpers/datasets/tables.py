"""Tables that ship with the course, and the four parts that they are cut into."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.datasets.files import Dataset, as_dataset, read_table

import numpy as np

__all__ = ["Splits", "four_splits", "load_orders", "load_shuttle"]


@dataclass(frozen=True, eq=False)
class Splits:
    """Row positions of the four parts, each in row order.

    Attributes
    ----------
    train, validation, calibration, test : int arrays
        For `.iloc`.
    """

    train: np.ndarray
    validation: np.ndarray
    calibration: np.ndarray
    test: np.ndarray


def load_orders() -> Dataset:
    """Load simulated orders of an online shop: 20,000 rows sorted by time, 10 columns, five kinds of anomaly.

    Returns
    -------
    Dataset
        Money is in euros, `time` is local shop time.

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: data/regenerate/orders.py, a seeded simulator; its text describes every kind.

    >>> orders = load_orders()
    >>> orders.data.shape, int(orders.labels.sum())
    ((20000, 10), 400)
    >>> orders.data[["quantity", "unit_price", "amount"]].iloc[2].tolist()
    [5.0, 2.89, 14.45]
    """
    return as_dataset("orders.csv.gz", read_table("orders.csv.gz", parse_dates=["time"]))


def load_shuttle() -> Dataset:
    """Load real readings of nine space-shuttle sensors: 49,097 rows, 3,511 labelled anomalies (7.2 %).

    Returns
    -------
    Dataset
        The rows are shuffled: a table, never a series. Units are not published.

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: UCI Statlog (Shuttle) as cast by ODDS, taken from the package river (data/regenerate/shuttle.py).

    >>> shuttle = load_shuttle()
    >>> shuttle.data.shape, int(shuttle.labels.sum())
    ((49097, 9), 3511)
    """
    return as_dataset("shuttle.csv.gz", read_table("shuttle.csv.gz"))


def four_splits(labels: Sequence[int], fractions: Sequence[float] = (0.4, 0.1, 0.2, 0.3)) -> Splits:
    """Cut the rows, in their order, into train, validation, calibration and test.

    Built in lesson 02. Each part has one job: `train` fits the detector, `validation` stops training and compares
    recipes, `calibration` sets the threshold, `test` is looked at once. A row that did one job cannot check another.
    The first three keep their normal rows only (label 0), the test part keeps all of its rows. Rows sorted
    by time give parts that follow each other in time, as they do in production.

    Parameters
    ----------
    labels : array of shape (n,)
        0 = normal, 1 = anomaly.
    fractions : four floats
        Shares of the rows before the anomalies are taken out; positive, summing to 1.

    Returns
    -------
    Splits

    Raises
    ------
    ValueError
        Other labels or fractions, or a part that would be empty.

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
