"""A table or a series, cut into four parts with one job each, as the detectors see it."""

from dataclasses import replace

from helpers.evaluation.events import event_table, events_from_labels
from helpers.evaluation.inputs import labels_and_flags
from helpers.report.columns.cells import file_rows, within_reach
from helpers.report.columns.inputs import TableInputs
from helpers.report.columns.labels import UNLABELLED, read_labels
from helpers.report.columns.pace import held
from helpers.report.contest.candidates import series_candidates, series_ensemble, table_candidates, table_ensemble
from helpers.report.contest.parts import Part, Stretch, split_rows
from helpers.report.errors import UnusableFile
from helpers.report.model import SeriesModel, TableModel

import numpy as np
import pandas as pd

__all__ = ["Prepared", "PreparedSeries", "PreparedTable", "prepare", "prepare_series", "series_blocks", "series_rows"]

MOST_ROWS = {"train": 20_000, "calibration": 10_000, "choice": 20_000, "test": 20_000}  # of a part that are used
MOST_VALUES = 2_000_000  # to learn from: of a wide table fewer rows
FEWEST_ROWS = 1_000  # but never fewer than these
CONTEXT = 2_000  # points of a series that are passed on as what came before
TAIL = 500  # points of a series, at least a window, that the model remembers, so that the next batch has a past
FEWEST_ODD = 5  # labelled anomalies (events of a series) in choice and test part, or they are pooled over all rows
FEWEST_POOLED = 3  # in all rows, for labels to choose by
BLOCK_OF_SERIES = 100  # points that are drawn together: about the longest window
USUAL_ROWS = 5_000  # that reasons compare with


def prepare(frame, columns, labels=None, random_state=0):
    """Make a table or a series ready for the detectors: inputs, labels and four parts.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.describe_columns`.
    labels : array of shape (n,), optional
        0 (normal), 1 (odd) or -1 (not labelled), one for each row of `frame`. Odd rows never teach or calibrate.
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
        try:
            labels = np.asarray(labels)
            unlabelled = labels == UNLABELLED
            labels, _ = labels_and_flags(np.where(unlabelled, 0, labels), np.zeros(len(frame), int))
            labels[unlabelled] = UNLABELLED
        except ValueError as error:
            raise UnusableFile(f"The labels cannot be used: {error}") from None
    return {"table": PreparedTable, "series": PreparedSeries}[columns.shape](frame, columns, labels, random_state)


class Prepared:
    """What :func:`prepare` returns; ``train()``, ``calibration()``, ``choice()`` and ``test()`` give the parts.

    Large parts are represented by some of their rows: by random ones of a table, by the last ones of a series.

    Attributes
    ----------
    frame, columns : as they were passed
    n_rows : int
        Rows to be scored: those of the frame, or the points of the prepared series.
    labels : ndarray of shape (n_rows,), or None
        -1 where a row has none: it teaches and calibrates as all do without labels, and judges nothing.
    parts : Parts
        All positions.
    learned : ndarray of int
        Positions of the rows that detectors learn from, none of them labelled odd.
    shape : {"table", "series"}
    is_ordered : bool
        Whether the last rows are the newest.
    odd_ones, way_of_some : str
        What labels count, and which rows represent a large part, in words.
    """

    def __init__(self, frame, columns, labels, is_ordered, random_state):
        self.frame, self.columns, self.labels = frame, columns, labels
        self.is_ordered, self.random_state = is_ordered, random_state
        self.parts = split_rows(self.n_rows, is_ordered, random_state, None if labels is None else labels == 1)
        self.learned = self._normal(self.used("train"))
        if len(self.learned) < 2:
            problem = "Nothing to learn from: nearly all rows of the training part are labelled odd."
            raise UnusableFile(f"{problem} Is 1 (or the value named as anomaly) the rare one?")

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

    def taught(self, positions):
        """Rows to learn from among any, none of them labelled odd; large parts are represented by some."""
        return self._taught(self._normal(self._some(positions, MOST_ROWS["train"])))

    def blocks_of_rows(self, n):
        """Number the rows by blocks of equal size: of neighbours in time, else drawn, odd ones spread evenly."""
        order = np.arange(self.n_rows)
        if not self.is_ordered:
            order = np.random.default_rng(self.random_state).permutation(self.n_rows)
            order = order[np.argsort(self.labels[order], kind="stable")]
            return np.argsort(order, kind="stable") % n  # where each row stands in that order
        return order * n // self.n_rows

    def part(self, positions):
        """Any rows, given by ascending positions (of a series: neighbours), with labels."""
        labels = None if self.labels is None else self.labels[positions]
        return self._part(positions, self._rows(positions), labels)

    def n_odd(self, part="choice"):
        """Labelled anomalies among a part's rows that are used, or "all"; of a series, events. 0 without labels."""
        if self.labels is None:
            return 0
        labels = self.labels if part == "all" else self.labels[self.used(part)]
        return self._count_odd((labels == 1).astype(int))

    @property
    def n_to_learn_from(self):
        """Rows of the training part that are not labelled odd; detectors learn from all or some of them."""
        return len(self._normal(self.parts.train))

    @property
    def n_unlabelled(self):
        """Rows without a label, where others have one."""
        return 0 if self.labels is None else int((self.labels == UNLABELLED).sum())

    @property
    def knows_normal(self):
        """Whether the rows that calibrate are known to be normal."""
        return self.labels is not None and not self.n_unlabelled

    @property
    def labels_rank(self):
        """Whether there are labelled anomalies enough to choose by and to judge by, and normal rows beside them."""
        return self.labels is not None and all(
            self.n_odd(name) >= FEWEST_ODD and (self.labels[self.used(name)] == 0).any() for name in ("choice", "test")
        )

    @property
    def labels_pool(self):
        """Whether labels are few, and enough to choose by if those of all rows are taken together."""
        return self.labels is not None and not self.labels_rank and self.n_odd("all") >= FEWEST_POOLED

    def candidates(self):
        """Detectors to compare: all with labels enough, simplest first; else the quick ones and the ensemble."""
        single = self._single_ones()
        if self.labels_rank:
            return single
        return [*(candidate for candidate in single if not candidate.network), self._together()]

    def stretches(self, size):
        """Positions of all rows, in neighbouring blocks."""
        for first in range(0, self.n_rows, size):
            yield np.arange(first, min(first + size, self.n_rows))

    def rows_of_file(self, positions):
        """The file's rows, counted from 0, at positions; a sample has them in its index."""
        return file_rows(self.frame)[self.file_rows][positions] - 1

    def to_file(self, values):
        """Values of all rows (points) as a Series over the rows of the file; of a series, the index holds the times."""
        found = np.full(len(self.frame), np.nan)
        found[self.file_rows] = values
        return pd.Series(found, index=self._file_index())

    def from_file(self, values):
        """What :meth:`to_file` did, undone: an array in the order of the rows (points)."""
        return np.asarray(values)[self.file_rows]

    def blocks(self, labels):
        """Which rows a bootstrap draws together: of a table none, of a series events and stretches between them."""
        return None

    def events(self, labels, flags):
        """Labelled events, how many are flagged, and how many would be by chance; None for a table or without any."""
        return None, None, None

    def notes_on_unscored(self, strangeness):
        """Sentences on points without strangeness; of a table, what the time did not allow is told elsewhere."""
        return ()

    def __repr__(self):
        known = "" if self.labels is None else f"; {int((self.labels == 1).sum()):,} labelled odd"
        return f"{self.shape} of {self.n_rows:,} rows and {self._width()}{known}; {self.parts}"

    def used(self, name):
        """Positions of those rows of a part that stand for it."""
        return self._some(getattr(self.parts, name), MOST_ROWS[name])

    def _taught(self, positions):
        return self.part(positions)

    def _normal(self, positions):
        return positions if self.labels is None else positions[self.labels[positions] != 1]


class PreparedTable(Prepared):
    """Rows of a table, as :class:`TableInputs` makes them.

    Attributes
    ----------
    inputs : TableInputs
        Learned from the rows that detectors learn from.
    """

    shape = "table"
    odd_ones = "labelled anomalies"
    way_of_some = "drawn at random"
    file_rows = slice(None)

    def __init__(self, frame, columns, labels, random_state):
        self.n_rows = len(frame)
        super().__init__(frame, columns, labels, columns.in_time_order, random_state)
        inputs = TableInputs(columns.numbers, columns.logs, columns.categories, columns.dates)
        self.inputs = inputs.fit(frame.iloc[self.learned])
        most = max(FEWEST_ROWS, MOST_VALUES // len(inputs.sources_))
        self.learned = self._some(self.learned, most)

    def _single_ones(self):
        return table_candidates(len(self.inputs.sources_), self.random_state)

    def _together(self):
        return table_ensemble(len(self.inputs.sources_), self.n_rows, len(self.learned), self.random_state)

    def model(self, detector, usual, name, about):
        """A model that takes the file's own rows."""
        return TableModel(detector, usual, name, self.inputs, about=about)

    def strangeness(self, model, positions):
        """What a model says of rows, as the file has them."""
        return model.strangeness(self.frame.iloc[positions])

    def usual_rows(self):
        """Rows that reasons compare with."""
        calibration = self.parts.calibration
        return self.frame.iloc[calibration[:: max(1, len(calibration) // USUAL_ROWS)]]

    def _count_odd(self, labels):
        return int(labels.sum())

    def _width(self):
        return f"{len(self.inputs.sources_)} inputs"

    def _file_index(self):
        return pd.RangeIndex(self.n_rows)

    def _rows(self, positions):
        return self.inputs.transform(self.frame.iloc[positions])

    def _part(self, positions, rows, labels):
        return Part(positions, rows, labels)

    def _some(self, positions, most):
        if len(positions) <= most:
            return positions
        rng = np.random.default_rng([self.random_state, len(positions)])
        return np.sort(rng.choice(positions, most, replace=False))


class PreparedSeries(Prepared):
    """Points of a series; where one is labelled odd, detectors that learn or calibrate find a hole.

    Attributes
    ----------
    series : DataFrame of shape (n_rows, n_channels)
        In the order of time.
    file_rows : ndarray of int, shape (n_rows,)
        The row of the frame that each point is.
    """

    shape = "series"
    odd_ones = "labelled events"
    way_of_some = "the latest"

    def __init__(self, frame, columns, labels, random_state):
        self.series, labels = prepare_series(frame, columns, labels)
        self.file_rows = series_rows(frame, columns)
        self.n_rows = len(self.series)
        super().__init__(frame, columns, labels, True, random_state)

    def _single_ones(self):
        return series_candidates(self.series.shape[1], self.random_state)

    def _together(self):
        return series_ensemble()

    def blocks(self, labels):
        """Number what a bootstrap draws together: events, and stretches between them."""
        return series_blocks(labels, BLOCK_OF_SERIES)

    def model(self, detector, usual, name, about):
        """A model that takes the file's own rows, and remembers the last ones."""
        tail, clock = self.series.iloc[-max(TAIL, detector.window_) :], self.columns.clock
        shared = {"about": about, "hold": self.columns.hold, "step": clock.step}
        return SeriesModel(detector, usual, name, tuple(self.series.columns), clock.column, tail, **shared)

    def strangeness(self, model, positions):
        """What a model says of neighbouring points; NaN if they are too few for a window, with nothing before them."""
        try:
            points, context = self.series.iloc[positions], self._context(positions)
            return replace(model, time=None).strangeness(points, context=context)
        except UnusableFile:
            return np.full(len(positions), np.nan)

    def usual_rows(self):
        """What reasons compare with: the whole series."""
        return self.series

    def events(self, labels, flags):
        """Labelled events, how many are flagged, and how many as many flags at random would find; None without any."""
        if not labels.any():
            return None, None, None
        events = event_table(labels, flags)
        by_chance = (1 - (1 - np.mean(flags)) ** events["length"]).sum()
        return len(events), int(events["found"].sum()), float(by_chance)

    def notes_on_unscored(self, strangeness):
        """Sentences on points without strangeness."""
        if missing := int(strangeness.isna().sum()):
            why = "after a gap, without a value, or too early for a window"
            have = "point has" if missing == 1 else "points have"
            yield f"{missing:,} {have} no strangeness: {why}."

    def _count_odd(self, labels):
        return len(events_from_labels(labels))

    def _width(self):
        return f"{self.series.shape[1]} channel{'s' * (self.series.shape[1] != 1)}"

    def _file_index(self):
        return self.columns.clock.places(self.frame)

    def _taught(self, positions):
        stretch = np.arange(positions[0], positions[-1] + 1)
        rows = self._rows(stretch)
        if self.labels is not None:
            rows = rows.where(np.broadcast_to(np.isin(stretch, positions)[:, None], rows.shape))
        return self._part(stretch, rows, None)

    def _rows(self, positions):
        return self.series.iloc[positions]

    def _part(self, positions, rows, labels):
        return Stretch(positions, rows, labels, self._context(positions))

    def _context(self, positions):
        before = self.series.iloc[max(0, positions[0] - CONTEXT) : positions[0]]
        return before if len(before) else None

    def _some(self, positions, most):
        return positions[-most:]


def series_rows(frame, columns):
    """Find the rows that :func:`prepare_series` keeps, in order of time.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns

    Returns
    -------
    ndarray of shape (m,), of int
        Positions in `frame`, without rows that lack a time; of rows of one time the first.
    """
    times = pd.Series(columns.clock.times(frame)).dropna()
    return times.sort_values(kind="stable").drop_duplicates().index.to_numpy()


def prepare_series(frame, columns, labels=None):
    """Put the channels of a series in order of time, ready for a detector of series.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    columns : Columns
        From :func:`helpers.report.describe_columns`, of shape "series".
    labels : array-like of shape (n,), of 0 and 1, optional
        Of the frame's rows; without it, they are read from ``columns.label``, if there is one.

    Returns
    -------
    DataFrame of shape (m, n_numbers)
        With an ascending DatetimeIndex without repetitions; gaps stay open, missing values NaN. Where there are no
        dates, a step is a second.
    ndarray of shape (m,) or None
        The labels of its rows.

    Raises
    ------
    UnusableFile
        If there is no column of times, or the labels cannot be read.

    >>> import numpy as np, pandas as pd
    >>> from helpers.report.columns.describing import describe_columns
    >>> hours = pd.date_range("2025-01-01", periods=200, freq="h")
    >>> frame = pd.DataFrame({"time": hours, "flow": np.sin(np.arange(200))}).iloc[::-1]
    >>> channels, labels = prepare_series(frame, describe_columns(frame))
    >>> channels.shape, channels.index[0], labels
    ((200, 1), Timestamp('2025-01-01 00:00:00'), None)
    """
    if columns.shape != "series":
        raise UnusableFile("There is no column of times to order the series by. Name it time=… (--time).")
    if labels is None and columns.label is not None:
        labels = read_labels(frame[columns.label])
    rows = series_rows(frame, columns)
    channels = frame[list(columns.numbers)].iloc[rows].astype("float64")
    channels = held(channels.where(np.isfinite(channels)).apply(within_reach), columns.hold)
    channels.index = columns.clock.times(frame)[rows].rename(columns.time)
    return channels, None if labels is None else np.asarray(labels)[rows]


def series_blocks(labels, length):
    """Number the neighbours in a series that a bootstrap draws together: each event, and stretches between.

    Parameters
    ----------
    labels : array of shape (n,), 0 or 1
    length : int
        Points of a stretch.

    Returns
    -------
    ndarray of int, shape (n,)

    >>> series_blocks([0, 0, 0, 1, 1, 0, 0], 2).tolist()
    [0, 0, 1, 2, 2, 3, 3]
    """
    labels = np.asarray(labels)
    changes = np.flatnonzero(np.diff(labels, prepend=labels[0]))
    place = np.arange(len(labels)) - np.r_[0, changes][np.searchsorted(changes, np.arange(len(labels)), side="right")]
    begins = ((labels == 0) & (place % max(1, length) == 0)) | (place == 0)
    return np.cumsum(begins) - 1
