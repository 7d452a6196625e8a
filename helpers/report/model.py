"""The detector that was chosen, with all that a new batch needs: which columns, which inputs, which limit."""

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from helpers.detectors.storage import StoredDetectorError, load_detector, replace_file, write_detector
from helpers.report.columns.inputs import TableInputs, date_values, number_values
from helpers.report.reading.files import UnusableFile
from helpers.windows import GAP

import numpy as np
import pandas as pd

__all__ = ["OwnModel"]

FORMAT = "anomaly-detection-course model"
VERSION = 1
HOW = "Make one with model.save(path) or python -m helpers.report my.csv --out folder."


@dataclass(frozen=True, eq=False)
class OwnModel:
    """A fitted and calibrated detector that takes a learner's own columns.

    Parameters
    ----------
    inputs : TableInputs or None
        Fitted; None for a series.
    detector : Detector
        Fitted, with ``threshold_``.
    usual : float
        The median score of calibration rows: what an ordinary row gets.
    columns : tuple of str
        What is read of a frame: a table's columns, or a series' channels in their order.
    name : str
        Of the detector, for readers.
    shape : {"table", "series"}
    about : dict
        Whatever JSON can hold: when it was made, from how many rows, how good it was.
    time : str or None
        A series' column of times; None if they are the frame's index.
    tail : DataFrame or None
        A series' last points (DatetimeIndex, channels): a new batch that follows is scored from its first point.
        None takes what the detector remembers of its training series.

    >>> from helpers.detectors import ZScore
    >>> table = pd.DataFrame({"length": [2.0, 3.0, 4.0], "colour": ["red", "red", "blue"]})
    >>> inputs = TableInputs(numbers=["length"]).fit(table)
    >>> detector = ZScore().fit(inputs.transform(table)).set_threshold(3)
    >>> model = OwnModel(inputs, detector, 0.0, inputs.columns, "z-score", "table")
    >>> model.strangeness(pd.DataFrame({"length": [3.0, 9.0]})).round(1)
    array([0. , 2.4])
    """

    inputs: TableInputs | None
    detector: object
    usual: float
    columns: tuple[str, ...]
    name: str
    shape: str
    about: dict = field(default_factory=dict)
    time: str | None = None
    tail: pd.DataFrame | None = field(default=None, repr=False)

    def scores(self, frame, context=None):
        """The detector's scores of shape (n,), row by row of the frame; NaN marks a point that cannot be scored.

        Parameters
        ----------
        frame : DataFrame of shape (n, n_columns)
            With the columns of training; further ones are not looked at. A series' rows may come in any order: they
            are judged in that of their times, and of rows with the same time the first is.
        context : DataFrame, optional
            A series' points right before: by default ``tail``, as far as it lies before the frame.

        Raises
        ------
        helpers.report.UnusableFile
            Columns are absent, or hold text where numbers or times are expected; a series is too short for the
            detector's window, or has faster rows than it learned from.
        """
        if len(frame) == 0:
            raise UnusableFile("There is nothing to score: the table has no rows.")
        if self.shape == "table":
            return self.detector.decision_function(self.inputs.transform(frame))
        series, positions = self.as_series(frame)
        scores = np.full(len(frame), np.nan)
        try:
            scores[positions] = self.detector.decision_function(series, context=self.history(series, context))
        except ValueError as error:  # a sentence about the series: too short, faster rows, infinity
            raise UnusableFile(str(error)) from error
        return scores

    def strangeness(self, frame, context=None):
        """Scores on a scale that means something: 0 is an ordinary row, 1 the alarm limit; shape (n,)."""
        limit = self.detector.threshold_
        usual = min(self.usual, limit)
        width = limit - usual or max(abs(limit), 1.0) * np.finfo(float).eps  # not 0: what is flagged stays above 1
        return (self.scores(frame, context) - usual) / width

    def flags(self, frame, context=None):
        """Whether each row lies beyond the alarm limit, bool of shape (n,)."""
        return self.scores(frame, context) > self.detector.threshold_

    def as_series(self, frame):
        """The frame's channels in the order of time, and the row of the frame that each point is.

        Returns
        -------
        series : DataFrame of shape (m, n_channels) with an ascending DatetimeIndex
        positions : int ndarray of shape (m,)
        """
        absent = [name for name in self._needed(frame) if name not in frame.columns]
        if absent:
            raise UnusableFile(
                f"The series lacks {', '.join(map(repr, absent))}. Pass the columns of training: "
                f"{', '.join(map(repr, self._needed(frame)))}."
            )
        times = self._times(frame)
        order = np.argsort(times, kind="stable")
        order = order[~times[order].duplicated() & times[order].notna()]
        channels = {name: number_values(frame[name]) for name in self.columns}
        return pd.DataFrame(channels, index=times).iloc[order], np.asarray(order)

    def history(self, series, context=None):
        """What came right before a series from :meth:`as_series`, in its time zone; None if that is not known.

        context : DataFrame, optional
            Instead of ``tail``.
        """
        tail = self._remembered() if context is None else self.as_series(context)[0]
        if tail is None:
            return None
        tail = tail.set_axis(_in_zone(tail.index, series.index.tz))
        tail = tail[tail.index < series.index[0]]
        return tail if len(tail) and not self._gap_between(tail.index[-1], series.index[0]) else None

    def save(self, path, *, overwrite=False):
        """Write this model to one file, without pickle; :meth:`load` reads it.

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
        detector = io.BytesIO()
        write_detector(self.detector, detector)
        content = json.dumps(self._content(), indent=1)
        replace_file(path, lambda stream: _write(stream, content, detector.getvalue()))

    @classmethod
    def load(cls, path):
        """The model that ``save`` wrote: it gives the same rows the same scores.

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
                detector = load_detector(io.BytesIO(file.read("detector.zip")))
                return cls._from_content(content, detector)
        except (StoredDetectorError, FileNotFoundError):
            raise
        except Exception as error:  # whatever a damaged file makes zipfile, zlib or JSON say
            raise StoredDetectorError(
                f"{path} is not a saved model, or it is damaged or cut short ({type(error).__name__}). {HOW}"
            ) from error

    def _content(self):
        return {
            "format": FORMAT,
            "version": VERSION,
            "inputs": None if self.inputs is None else self.inputs.to_dict(),
            "usual": float(self.usual),
            "columns": list(self.columns),
            **{name: getattr(self, name) for name in ("name", "shape", "about", "time")},
            "tail": None if self.tail is None else _tail_content(self.tail),
        }

    @classmethod
    def _from_content(cls, content, detector):
        fields = {name: content[name] for name in ("usual", "name", "shape", "about", "time")}
        inputs = None if content["inputs"] is None else TableInputs.from_dict(content["inputs"])
        tail = None if content["tail"] is None else _read_tail(content["tail"])
        return cls(inputs, detector, columns=tuple(content["columns"]), tail=tail, **fields)

    def _needed(self, frame):
        has_times = self.time is None or (self.time not in frame and isinstance(frame.index, pd.DatetimeIndex))
        return self.columns if has_times else (self.time, *self.columns)

    def _times(self, frame):
        if self.time is not None and self.time in frame:
            return pd.DatetimeIndex(date_values(frame[self.time]))
        if not isinstance(frame.index, pd.DatetimeIndex):
            raise UnusableFile("The series needs its times as the frame's DatetimeIndex.")
        return frame.index

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


def _write(stream, content, detector):
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.json", content)
        file.writestr("detector.zip", detector, zipfile.ZIP_STORED)


def _checked(file):
    if file.testzip() is not None:
        raise zipfile.BadZipFile("checksum")
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
