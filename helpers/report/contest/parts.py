"""Rows cut into four parts with one job each."""

from dataclasses import dataclass
from typing import NamedTuple

from helpers.evaluation.inputs import labels_and_flags
from helpers.evaluation.measuring import scores_of

import numpy as np
import pandas as pd

__all__ = ["Part", "Parts", "Stretch", "split_rows"]

SHARES = (0.4, 0.2, 0.2, 0.2)


@dataclass(frozen=True, eq=False)
class Parts:
    """Positions of rows (ascending integers) with one job each.

    Attributes
    ----------
    train, calibration, choice, test : ndarray of int
        Learned from; set the limit; rank the detectors; judge the chosen one, once.
    """

    train: np.ndarray
    calibration: np.ndarray
    choice: np.ndarray
    test: np.ndarray

    def __repr__(self):
        return ", ".join(f"{name} {len(getattr(self, name)):,}" for name in self.__dataclass_fields__)


class Part(NamedTuple):
    """Rows with one job, as a detector reads them.

    Attributes
    ----------
    positions : ndarray of int, shape (n,)
    X : DataFrame of shape (n, n_inputs)
        Inputs, or a stretch of the series.
    labels : ndarray of shape (n,), or None
        0 or 1.
    context : DataFrame or None
        The stretch of the series before `X`.
    """

    positions: np.ndarray
    X: pd.DataFrame
    labels: np.ndarray | None = None
    context: pd.DataFrame | None = None

    def scores_by(self, detector):
        """Scores of the rows by a fitted detector, an array of shape (n,)."""
        return scores_of(detector, self.X, self.context)

    def halves(self, rng):
        """Two halves of the rows, drawn at random, without labels."""
        order = rng.permutation(len(self.X))
        return [Part(self.positions[half], self.X.iloc[half]) for half in np.split(order, [len(order) // 2])]

    def first(self, n_rows):
        """So many rows; they repeat if there are fewer, so that a call's own cost weighs as in earnest."""
        return self._replace(X=self.X.iloc[np.resize(np.arange(len(self.X)), n_rows)])


class Stretch(Part):
    """A part of a series: neighbouring points."""

    def halves(self, rng):
        """The earlier and the later half."""
        middle = len(self.X) // 2
        return [Stretch(self.positions[half], self.X.iloc[half]) for half in (slice(middle), slice(middle, None))]

    def first(self, n_rows):
        """The first points, at most so many."""
        return self._replace(X=self.X.iloc[:n_rows])


def split_rows(n_rows, ordered=False, random_state=0, labels=None):
    """Cut 40, 20, 20 and 20 % of the rows: to learn, to calibrate, to choose, to test. See lesson 02 for the jobs.

    Parameters
    ----------
    n_rows : int
    ordered : bool
        The rows follow each other in time: so do the parts, as in production. Otherwise they are drawn at random.
    random_state : int
    labels : array of shape (n_rows,), optional
        0 or 1: a random split gives each part its share of the odd rows.

    Returns
    -------
    Parts

    Raises
    ------
    ValueError
        If a part would be empty, or the labels do not fit.

    >>> split_rows(1000)
    train 400, calibration 200, choice 200, test 200
    >>> split_rows(10, ordered=True).calibration.tolist()
    [4, 5]
    """
    if n_rows < 5:
        raise ValueError(f"{n_rows} rows cannot be cut into four parts: at least 5 are needed.")
    if ordered or labels is None:
        groups = [np.arange(n_rows)]
    else:
        labels, _ = labels_and_flags(labels, np.zeros(n_rows, int))
        groups = [np.flatnonzero(labels == value) for value in (0, 1)]
    rng = np.random.default_rng(random_state)
    cut = [_cut(group if ordered else rng.permutation(group)) for group in groups]
    return Parts(*(np.sort(np.concatenate(pieces)) for pieces in zip(*cut, strict=True)))


def _cut(positions):
    return np.split(positions, np.round(np.cumsum(SHARES)[:-1] * len(positions)).astype(int))
