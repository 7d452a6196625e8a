"""A table or a series, cut into four parts with one job each, as the detectors see it."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

from helpers.evaluation.events import events_from_labels
from helpers.evaluation.inputs import labels_and_flags
from helpers.report.columns.describing import prepare_series, series_rows
from helpers.report.columns.inputs import TableInputs
from helpers.report.reading.files import UnusableFile

import numpy as np
import pandas as pd

__all__ = ["Part", "Parts", "Prepared", "prepare", "scores_of", "split_rows"]

SHARES = (0.4, 0.2, 0.2, 0.2)
MOST_ROWS = {"train": 20_000, "calibration": 10_000, "choice": 20_000, "test": 20_000}  # of a part that are used
MOST_VALUES = 2_000_000  # to learn from: of a wide table fewer rows
FEWEST_ROWS = 1_000  # but never fewer than these
CONTEXT = 2_000  # points of a series that are passed on as what came before
FEWEST_ODD = 2  # labelled anomalies (events of a series) in a part, for labels to choose or to judge by


@dataclass(frozen=True, eq=False)
class Parts:
    """Positions of rows (ascending integers) with one job each.

    train : learned from. calibration : set the limit. choice : rank the detectors. test : judge the chosen one, once.
    """

    train: np.ndarray
    calibration: np.ndarray
    choice: np.ndarray
    test: np.ndarray

    def __repr__(self):
        return ", ".join(f"{name} {len(getattr(self, name)):,}" for name in self.__dataclass_fields__)


class Part(NamedTuple):
    """Rows with one job, as a detector reads them.

    positions : (n,) integers. X : inputs (n, n_inputs), or a stretch of the series. labels : (n,) 0 or 1, or None.
    context : the stretch of the series before X, or None.
    """

    positions: np.ndarray
    X: pd.DataFrame
    labels: np.ndarray | None = None
    context: pd.DataFrame | None = None


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


def prepare(frame, columns, labels=None, random_state=0):
    """Make a table or a series ready for the detectors: inputs, labels and four parts.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.describe_columns`.
    labels : array of shape (n,), optional
        0 (normal) or 1 (odd), one for each row of `frame`. Odd rows never teach or calibrate.
    random_state : int

    Returns
    -------
    Prepared

    Raises
    ------
    helpers.report.UnusableFile
        Labels that do not fit, or nothing normal to learn from.
    """
    if labels is not None:
        labels = _checked_labels(labels, len(frame))
    return (PreparedSeries if columns.shape == "series" else PreparedTable)(frame, columns, labels, random_state)


def _checked_labels(labels, n_rows):
    try:
        labels, _ = labels_and_flags(np.asarray(labels), np.zeros(n_rows, int))
    except ValueError as error:
        raise UnusableFile(f"The labels cannot be used: {error}") from None
    return labels


class Prepared:
    """What :func:`prepare` returns; ``train()``, ``calibration()``, ``choice()`` and ``test()`` give the parts.

    Large parts are represented by some of their rows: by random ones of a table, by the last ones of a series.

    Attributes
    ----------
    frame, columns : as they were passed
    n_rows : int
        Rows to be scored: those of the frame, or the points of the prepared series.
    labels : ndarray of shape (n_rows,), or None
    parts : Parts
        All positions.
    learned : ndarray of int
        Positions of the rows that detectors learn from, none of them labelled odd.
    inputs : TableInputs or None
        None for a series, whose points are in `series`; `file_rows` says which row of the frame each one is.
    """

    def __init__(self, frame, columns, labels, ordered, random_state):
        self.frame, self.columns, self.labels = frame, columns, labels
        self.random_state = random_state
        self.parts = split_rows(self.n_rows, ordered, random_state, labels)
        self.learned = self._normal(self.used("train"))
        if len(self.learned) < 2:
            raise UnusableFile(
                "Nothing to learn from: nearly all rows of the training part are labelled odd. Is 1 (or "
                "the value named as anomaly) the rare one?"
            )

    def train(self):
        """Rows to learn from, at most 20,000, fewer of a wide table; none of them is labelled odd."""
        return self._taught(self.learned)

    def calibration(self):
        """Rows to set the limit by, at most 10,000; none of them is labelled odd."""
        return self._taught(self._normal(self.used("calibration")))

    def choice(self):
        """Rows to rank the detectors by, at most 20,000, with their labels if there are any."""
        return self.part(self.used("choice"))

    def test(self):
        """Rows to judge the chosen detector by, at most 20,000. Look once."""
        return self.part(self.used("test"))

    def others(self):
        """Rows for a second model, that scores what the first one learned from: as many from choice and test."""
        rest = np.sort(np.concatenate([self.parts.choice, self.parts.test]))
        return self._taught(self._normal(self._some(rest, len(self.learned))))

    def part(self, positions):
        """Any rows, given by ascending positions (of a series: neighbours), with labels."""
        labels = None if self.labels is None else self.labels[positions]
        return Part(positions, self._rows(positions), labels, self._context(positions))

    def n_odd(self, part="choice"):
        """Labelled anomalies among a part's rows that are used; of a series, events. 0 without labels."""
        if self.labels is None:
            return 0
        labels = self.labels[self.used(part)]
        return int(labels.sum()) if self.shape == "table" else len(events_from_labels(labels))

    @property
    def n_to_learn_from(self):
        """Rows of the training part that are not labelled odd; detectors learn from all or some of them."""
        return len(self._normal(self.parts.train))

    @property
    def labels_rank(self):
        """Whether there are labelled anomalies enough to choose by and to judge by, and normal rows beside them."""
        return self.labels is not None and all(
            self.n_odd(name) >= FEWEST_ODD and not self.labels[self.used(name)].all() for name in ("choice", "test")
        )

    @property
    def shape(self):
        """ "table" or "series"."""
        return self.columns.shape

    def __repr__(self):
        width = self._rows(self.learned[:2]).shape[1]
        known = "" if self.labels is None else f"; {int(self.labels.sum()):,} labelled odd"
        what = "inputs" if self.shape == "table" else "channel" + "s" * (width != 1)
        return f"{self.shape} of {self.n_rows:,} rows and {width} {what}{known}; {self.parts}"

    def used(self, name):
        """Positions of those rows of a part that stand for it."""
        return self._some(getattr(self.parts, name), MOST_ROWS[name])

    def _normal(self, positions):
        return positions if self.labels is None else positions[self.labels[positions] == 0]


class PreparedTable(Prepared):
    """Rows of a table, as :class:`TableInputs` makes them."""

    def __init__(self, frame, columns, labels, random_state):
        self.n_rows = len(frame)
        super().__init__(frame, columns, labels, columns.in_time_order, random_state)
        inputs = TableInputs(columns.numbers, columns.logs, columns.categories, columns.dates)
        self.inputs = inputs.fit(frame.iloc[self.learned])
        most = max(FEWEST_ROWS, MOST_VALUES // len(inputs.sources_))
        self.learned = self._some(self.learned, most)

    def to_file(self, values):
        """Values of all rows as a Series over the rows of the file."""
        return pd.Series(values, index=pd.RangeIndex(self.n_rows))

    def from_file(self, values):
        """What :meth:`to_file` did, undone."""
        return np.asarray(values)

    def _taught(self, positions):
        return self.part(positions)

    def own_rows(self, positions):
        """Rows as the file has them, for a model that makes its inputs itself."""
        return self.frame.iloc[positions]

    def stretches(self, size):
        """Positions of all rows in blocks, and of each block whether it was learned from."""
        learned = np.isin(np.arange(self.n_rows), self.learned)
        for first in range(0, self.n_rows, size):
            block = np.arange(first, min(first + size, self.n_rows))
            parts = (block[learned[block]], True), (block[~learned[block]], False)
            yield from ((rows, known) for rows, known in parts if len(rows))

    def _rows(self, positions):
        return self.inputs.transform(self.frame.iloc[positions])

    def _context(self, positions):
        return None

    def _some(self, positions, most):
        if len(positions) <= most:
            return positions
        rng = np.random.default_rng([self.random_state, len(positions)])
        return np.sort(rng.choice(positions, most, replace=False))


class PreparedSeries(Prepared):
    """Points of a series; where one is labelled odd, detectors that learn or calibrate find a hole."""

    inputs = None

    def __init__(self, frame, columns, labels, random_state):
        self.series, labels = prepare_series(frame, columns, labels)
        self.file_rows = series_rows(frame, columns)
        self.n_rows = len(self.series)
        super().__init__(frame, columns, labels, True, random_state)

    def to_file(self, values):
        """Values of all points as a Series over the rows of the file, whose index holds their times."""
        found = np.full(len(self.frame), np.nan)
        found[self.file_rows] = values
        return pd.Series(found, index=pd.DatetimeIndex(self.frame[self.columns.time]))

    def from_file(self, values):
        """What :meth:`to_file` did, undone: values of the points, in the order of time."""
        return np.asarray(values)[self.file_rows]

    def own_rows(self, positions):
        """Points of the prepared series."""
        return self.series.iloc[positions]

    def stretches(self, size):
        """Positions of all points in neighbouring blocks, and of each block whether it was learned from."""
        start, stop = self.learned[0], self.learned[-1] + 1
        for first, end in itertools.pairwise(sorted({0, self.n_rows, start, stop, *range(0, self.n_rows, size)})):
            yield np.arange(first, end), start <= first < stop

    def _taught(self, positions):
        stretch = np.arange(positions[0], positions[-1] + 1)
        rows = self._rows(stretch)
        if self.labels is not None:
            rows = rows.where(np.broadcast_to(self.labels[stretch, None] == 0, rows.shape))
        return Part(stretch, rows, None, self._context(stretch))

    def _rows(self, positions):
        return self.series.iloc[positions]

    def _context(self, positions):
        before = self.series.iloc[max(0, positions[0] - CONTEXT) : positions[0]]
        return before if len(before) else None

    def _some(self, positions, most):
        return positions[-most:]


def scores_of(detector, part):
    """Scores of a part's rows, shape (n,); what came before a stretch of a series is its context."""
    if part.context is None:
        return np.asarray(detector.decision_function(part.X))
    return np.asarray(detector.decision_function(part.X, context=part.context))
