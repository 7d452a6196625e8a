"""The detector that was chosen, with all that a new batch needs: which columns, which inputs, which limit."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from helpers.detectors.series import ensemble as _known_to_files  # noqa: F401  a file may hold one
from helpers.detectors.storage import StoredDetectorError, load_detector, replace_file, write_detector
from helpers.report.columns.cells import number_values, within_reach
from helpers.report.columns.clock import Clock
from helpers.report.columns.inputs import TableInputs
from helpers.report.columns.pace import held
from helpers.report.errors import UnusableFile
from helpers.report.reasons.points import explain_points
from helpers.report.reasons.rows import explain_table_rows
from helpers.report.reasons.together import explain_by_members
from helpers.windows import GAP

import numpy as np
import pandas as pd

__all__ = ["Judge", "OwnModel", "SeriesModel", "TableModel"]

FORMAT = "anomaly-detection-course model"
VERSION = 3
HOW = "Make one with model.save(path) or python -m helpers.report my.csv --out folder."


@dataclass(frozen=True, eq=False)
class Judge:
    """A detector and what it gives an ordinary row.

    Parameters
    ----------
    detector : Detector
        Fitted, with ``threshold_``.
    usual : float
        The median score of calibration rows.
    """

    detector: object
    usual: float

    def strangeness(self, scores):
        """Scores of shape (n,) on a scale that means something: 0 is an ordinary row, 1 the alarm limit."""
        limit = self.detector.threshold_
        usual = min(self.usual, limit)
        width = limit - usual or max(abs(limit), 1.0) * np.finfo(float).eps  # not 0: what is flagged stays above 1
        return (scores - usual) / width


@dataclass(frozen=True, eq=False)
class OwnModel:
    """A fitted and calibrated detector that takes a learner's own columns: a TableModel or a SeriesModel.

    A detector finds what it learned from less strange than it is: a nearest neighbour finds the row itself. So a model
    has two of a kind, if it could, that learned from different rows; a row is as strange as the one says to whom it is
    stranger. That holds for the file they learned from and for any other.

    Parameters
    ----------
    detector : Detector
        Fitted, with ``threshold_``.
    usual : float
        The median score of calibration rows: what an ordinary row gets.
    name : str
        Of the detector, for readers.
    about : dict
        Whatever JSON can hold: when it was made, from how many rows, how good it was.
    second : Judge or None
        The same detector, learned from other rows.
    scale : float
        The strangeness of both at which a row is flagged: the larger of two is larger than either.

    Attributes
    ----------
    columns : tuple of str
        What is read of a frame: a table's columns, or a series' channels in their order.
    shape : {"table", "series"}
    """

    detector: object
    usual: float
    name: str
    about: dict = field(default_factory=dict, kw_only=True)
    second: Judge | None = field(default=None, kw_only=True)
    scale: float = field(default=1.0, kw_only=True)
    shape: ClassVar[str]

    @property
    def judges(self):
        """The one or two that judge a row, a tuple of :class:`Judge`."""
        first = Judge(self.detector, self.usual)
        return (first,) if self.second is None else (first, self.second)

    def scores(self, frame, context=None):
        """Score the rows of a frame with the first detector.

        Parameters
        ----------
        frame : DataFrame of shape (n, n_columns)
            With the columns of training; further ones are not looked at. A series' rows may come in any order: they
            are judged in that of their times, and of rows with the same time the first is.
        context : DataFrame, optional
            A series' points right before: by default ``tail``, as far as it lies before the frame.

        Returns
        -------
        ndarray of shape (n,)
            NaN marks a point that cannot be scored.

        Raises
        ------
        helpers.report.UnusableFile
            Columns are absent, or hold text where numbers or times are expected; a series is too short for the
            detector's window, or has faster rows than it learned from.
        """
        return next(iter(self._scored_by_each(_not_empty(frame), context)))

    def strangeness(self, frame, context=None):
        """How strange rows are, 0 an ordinary one, 1 the alarm limit; shape (n,), NaN as in :meth:`scores`."""
        scored = self._scored_by_each(_not_empty(frame), context)
        each = [judge.strangeness(scores) for judge, scores in zip(self.judges, scored, strict=True)]
        return np.fmax.reduce(each) / self.scale

    def flags(self, frame, context=None):
        """Whether each row lies beyond the alarm limit, bool of shape (n,)."""
        return self.strangeness(frame, context) > 1

    def _by_louder(self, scored, members, explain):
        """Sentences and shares of rows, each by the judge to whom it is stranger, of an ensemble by its members."""
        loudness = [judge.strangeness(scores) for judge, scores in zip(self.judges, scored, strict=True)]
        louder = np.nan_to_num(np.array(loudness), nan=-np.inf).argmax(axis=0)
        because, shares = np.empty(len(louder), dtype=object), np.zeros((len(louder), len(self.columns)))
        for number in np.unique(louder):
            detector, rows = self.judges[number].detector, np.flatnonzero(louder == number)
            if hasattr(detector, "member_scores"):
                own = members(detector)[rows]
                for some, why, parts in explain_by_members(detector, own, lambda one, i, at=rows: explain(one, at[i])):
                    because[rows[some]], shares[rows[some]] = why, parts
            else:
                because[rows], shares[rows] = explain(detector, rows)
        return list(because), shares

    def save(self, path, *, overwrite=False):
        """Write this model to one file, without pickle; :meth:`load` reads it.

        Parameters
        ----------
        path : str or Path
        overwrite : bool

        Raises
        ------
        FileExistsError
            If the file is there already and `overwrite` is False.
        helpers.detectors.storage.StoredDetectorError
            For a detector that cannot be stored.
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path} exists already: choose another name, or pass overwrite=True.")
        replace_file(path, self.write)

    def write(self, stream):
        """Write this model to an open binary file, as :meth:`save` does."""
        content = json.dumps(self._content(), indent=1)
        detectors = {name: _stored(judge.detector) for name, judge in zip(STORED, self.judges, strict=False)}
        _write(stream, content, detectors)

    @classmethod
    def load(cls, path):
        """Read the model that ``save`` wrote: it gives the same rows the same scores.

        Parameters
        ----------
        path : str, Path or open binary file

        Returns
        -------
        TableModel or SeriesModel

        Raises
        ------
        FileNotFoundError
        helpers.detectors.storage.StoredDetectorError
            If the file is something else, damaged, cut short, or of another version.
        """
        try:
            with zipfile.ZipFile(path) as file:
                content = json.loads(_checked(file).read("model.json"))
                _refuse_other_format(content)
                detectors = [load_detector(io.BytesIO(file.read(name))) for name in STORED if name in file.namelist()]
                shared = {name: content[name] for name in ("usual", "name", "about", "scale")}
                shared["second"] = Judge(detectors[1], content["usual_of_second"]) if len(detectors) == 2 else None
                return MODELS[content["shape"]]._from_content(content, detector=detectors[0], **shared)
        except (StoredDetectorError, FileNotFoundError):
            raise
        except Exception as error:  # whatever a damaged file makes zipfile, zlib or JSON say
            raise StoredDetectorError(
                f"{path} is not a saved model, or it is damaged or cut short ({type(error).__name__}). {HOW}"
            ) from error

    def _content(self):
        shared = {"name": self.name, "shape": self.shape, "about": self.about, "time": None, "tail": None}
        content = {"format": FORMAT, "version": VERSION, "inputs": None, "usual": float(self.usual)}
        content |= {"usual_of_second": self.second and float(self.second.usual), "scale": float(self.scale)}
        return content | {"columns": list(self.columns)} | shared


@dataclass(frozen=True, eq=False)
class TableModel(OwnModel):
    """A detector that judges rows of a table, each by itself.

    Parameters
    ----------
    detector, usual, name, about : see :class:`OwnModel`
    inputs : TableInputs
        Fitted.

    >>> from helpers.detectors import ZScore
    >>> table = pd.DataFrame({"length": [2.0, 3.0, 4.0], "colour": ["red", "red", "blue"]})
    >>> inputs = TableInputs(numbers=["length"]).fit(table)
    >>> detector = ZScore().fit(inputs.transform(table)).set_threshold(3)
    >>> TableModel(detector, 0.0, "z-score", inputs).strangeness(pd.DataFrame({"length": [3.0, 9.0]})).round(1)
    array([0. , 2.4])
    """

    inputs: TableInputs
    shape = "table"
    place = "row of the file"
    one_of_many = "row, in the order of the file"

    @property
    def columns(self):
        """Names of the columns that are read, a tuple."""
        return self.inputs.columns

    @property
    def numbers(self):
        """Those of `columns` that hold numbers."""
        return self.inputs.numbers

    @property
    def missing_before(self):
        """Those of `numbers` that lacked a value in training."""
        return self.inputs.missing_before

    def explain(self, rows, usual_rows, top):
        """Sentences and shares of (n, n_columns): see :func:`helpers.report.explain_rows`."""
        inputs = self.inputs.transform(rows)
        scored = [judge.detector.decision_function(inputs) for judge in self.judges]

        def explain(detector, some):
            return explain_table_rows(self.inputs, detector, rows.iloc[some], usual_rows, top)

        return self._by_louder(scored, lambda ensemble: ensemble.member_scores(inputs).to_numpy(), explain)

    def places(self, index):
        """Where rows stand, for a figure, from the index of their strangeness."""
        return np.asarray(index) + 1

    def _scored_by_each(self, frame, context):
        rows = self.inputs.transform(frame)
        return (judge.detector.decision_function(rows) for judge in self.judges)

    def _content(self):
        return super()._content() | {"inputs": self.inputs.to_dict()}

    @classmethod
    def _from_content(cls, content, **shared):
        model = cls(inputs=TableInputs.from_dict(content["inputs"]), **shared)
        if list(model.columns) != content["columns"]:
            raise ValueError("columns")
        return model


@dataclass(frozen=True, eq=False)
class SeriesModel(OwnModel):
    """A detector that judges points of a series, by what came before.

    Parameters
    ----------
    detector, usual, name, about : see :class:`OwnModel`
    columns : tuple of str
        The channels.
    time : str or None
        The column of times; None if they are the frame's index, or if the row's position stands for them.
    tail : DataFrame or None
        The last points (DatetimeIndex, channels): a new batch that follows is scored from its first point. None takes
        what the detector remembers of its training series.
    hold : dict of str to int
        Channels that are measured every few rows: for how many further rows a value counts.
    step : float or None
        Of a series without dates, what its count of time goes up by.
    """

    columns: tuple[str, ...]
    time: str | None = None
    tail: pd.DataFrame | None = field(default=None, repr=False)
    hold: dict = field(default_factory=dict)
    step: float | None = None
    shape = "series"
    one_of_many = "point in time"

    @property
    def clock(self):
        """How times are read and told."""
        return Clock(self.time, self.step)

    @property
    def place(self):
        """What a figure writes beside the axis of times."""
        return self.clock.title

    @property
    def numbers(self):
        """The channels."""
        return self.columns

    @property
    def missing_before(self):
        """All channels: a point with a hole is a gap of the series."""
        return self.columns

    def explain(self, rows, usual_rows, top):
        """Sentences and shares of (n, n_channels): see :func:`helpers.report.explain_rows`."""
        series, _ = self.as_series(usual_rows)
        past = self.history(series)
        series = series if past is None else pd.concat([past.set_axis(series.columns, axis=1), series])
        points, positions = self.as_series(rows)
        ends = np.full(len(rows), -1)
        ends[positions] = series.index.get_indexer(points.index)
        scored = [judge.detector.decision_function(series)[ends] for judge in self.judges]
        return self._by_louder(
            scored,
            lambda ensemble: np.where(ends[:, None] < 0, np.nan, ensemble.member_scores(series).to_numpy()[ends]),
            lambda one, some: explain_points(one, series, ends[some], top, self.clock),
        )

    def places(self, index):
        """Where points stand, for a figure, from the index of their strangeness."""
        return index

    def as_series(self, frame):
        """Put the frame's channels in the order of time.

        Parameters
        ----------
        frame : DataFrame of shape (n, k)

        Returns
        -------
        series : DataFrame of shape (m, n_channels) with an ascending DatetimeIndex
        positions : int ndarray of shape (m,)
            The row of the frame that each point is.
        """
        absent = [name for name in self._needed(frame) if name not in frame.columns]
        if absent:
            raise UnusableFile(
                f"The series lacks {', '.join(map(repr, absent))}. Pass the columns of training: "
                f"{', '.join(map(repr, self._needed(frame)))}."
            )
        times = self.clock.times(frame)
        order = np.argsort(times, kind="stable")
        order = order[~times[order].duplicated() & times[order].notna()]
        channels = {name: within_reach(number_values(frame[name])) for name in self.columns}
        return held(pd.DataFrame(channels, index=times).iloc[order], self.hold), np.asarray(order)

    def history(self, series, context=None):
        """Find what came right before a series from :meth:`as_series`.

        Parameters
        ----------
        series : DataFrame of shape (m, n_channels)
        context : DataFrame, optional
            Instead of ``tail``.

        Returns
        -------
        DataFrame or None
            In the time zone of the series; None if it is not known.
        """
        tail = self._remembered() if context is None else self.as_series(context)[0]
        if tail is None:
            return None
        tail = tail.set_axis(_in_zone(tail.index, series.index.tz))
        tail = tail[tail.index < series.index[0]]
        return tail if len(tail) and not self._gap_between(tail.index[-1], series.index[0]) else None

    def _scored_by_each(self, frame, context):
        series, positions = self.as_series(frame)
        context = self.history(series, context)
        for judge in self.judges:
            scores = np.full(len(frame), np.nan)
            try:
                scores[positions] = judge.detector.decision_function(series, context=context)
            except ValueError as error:  # a sentence about the series: too short, faster rows, infinity
                before = judge.detector.window_ - 1
                cure = f" In a file, begin with the {before} rows that came before." if len(series) <= before else ""
                raise UnusableFile(f"{error}{cure}") from error
            yield scores

    def _content(self):
        tail = None if self.tail is None else _tail_content(self.tail)
        return super()._content() | {"time": self.time, "tail": tail, "hold": self.hold, "step": self.step}

    @classmethod
    def _from_content(cls, content, **shared):
        tail = None if content["tail"] is None else _read_tail(content["tail"])
        own = {"tail": tail} | {name: content[name] for name in ("time", "hold", "step")}
        return cls(columns=tuple(content["columns"]), **own, **shared)

    def _needed(self, frame):
        has_times = self.time is None or (self.time not in frame and isinstance(frame.index, pd.DatetimeIndex))
        return self.columns if has_times else (self.time, *self.columns)

    def _gap_between(self, end, start):
        step = self.detector.step_seconds_
        return step is not None and (start - end).total_seconds() > GAP * step

    def _remembered(self):
        if self.tail is not None:
            return self.tail
        if self.detector.tail_time_ is None or not self.detector.step_seconds_:
            return None
        values, step = self.detector.tail_, pd.Timedelta(self.detector.step_seconds_, unit="s")
        times = pd.Timestamp(self.detector.tail_time_) - step * np.arange(len(values))[::-1]
        return pd.DataFrame(values, index=pd.DatetimeIndex(times), columns=list(self.columns))


STORED = ("detector.zip", "second.zip")
MODELS = {model.shape: model for model in (TableModel, SeriesModel)}


def _in_zone(times, zone):
    """Times without a zone are taken as UTC, as the report does when it reads them."""
    if (times.tz is None) == (zone is None):
        return times if zone is None else times.tz_convert(zone)
    return times.tz_localize("UTC").tz_convert(zone) if zone is not None else times.tz_convert("UTC").tz_localize(None)


def _tail_content(tail):
    values = tail.astype(object).where(tail.notna(), None)
    return {
        "times": [time.isoformat() for time in tail.index],
        "values": values.to_numpy().tolist(),
        "channels": list(tail.columns),
    }


def _read_tail(content):
    values = np.array(content["values"], dtype=np.float64).reshape(len(content["times"]), len(content["channels"]))
    return pd.DataFrame(values, index=pd.DatetimeIndex(content["times"]), columns=content["channels"])


def _not_empty(frame):
    if len(frame) == 0:
        raise UnusableFile("There is nothing to score: the table has no rows.")
    return frame


def _stored(detector):
    stream = io.BytesIO()
    write_detector(detector, stream)
    return stream.getvalue()


def _write(stream, content, detectors):
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.json", content)
        for name, stored in detectors.items():
            file.writestr(name, stored, zipfile.ZIP_STORED)


def _checked(file):
    if file.testzip() is not None:
        raise zipfile.BadZipFile("checksum")
    if "groups.json" in file.namelist():
        raise StoredDetectorError("The file holds a model for each group of rows: use load_own_model.")
    if "detector.json" in file.namelist():
        raise StoredDetectorError("The file holds a detector alone, without the columns it reads: use load_detector.")
    return file


def _refuse_other_format(content):
    if content.get("format") != FORMAT:
        raise StoredDetectorError(f"The file is not a saved model. {HOW}")
    if content["version"] != VERSION:
        raise StoredDetectorError(
            f"The file has version {content['version']} of the format, this course reads {VERSION}: make it again."
        )
