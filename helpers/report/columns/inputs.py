"""From the columns of a learner's table to numbers that every detector reads: no text, no holes, no infinity."""

import difflib
from dataclasses import asdict, dataclass

from helpers.report.columns.cells import category_texts, date_values, number_values, within_reach
from helpers.report.errors import UnusableFile

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

__all__ = ["CategoryInputs", "DateInputs", "NumberInputs", "TableInputs"]

FEW_DAYS = 2  # on which each weekday must have been seen, at least


class TableInputs(TransformerMixin, BaseEstimator):
    """Turn a table's columns into finite numbers, and new batches in the same way.

    A **number** enters as it is or, named in `logs`, as its logarithm. Infinity, and a value whose logarithm does not
    exist, is put as far outside the training range as that range is wide: odd for every detector, and finite.
    A missing value becomes the training median; a second input marks it if training rows missed any.

    A **category** gives the surprise, -log(share of its value among the training rows); what they held once or never
    counts as 1 of n + 1. Why not a 0/1 input for each value? That of 1 row in 50 lies 7 standard deviations from its
    mean, a number as rare lies 2 from its own: rare names would drown all else. The price: which value it is gets lost,
    so that two common values that never go together pass unseen. Missing is a value like any other.

    A **date** gives its time of day and its weekday, each as sine and cosine of a clock's hand, so that 23:59 lies
    beside 00:00; only those that vary in training. The date itself is left out: tomorrow's lies outside any training.

    Parameters
    ----------
    numbers, logs, categories, dates : sequences of str
        Names of columns; `logs` are those among `numbers` to be entered as logarithms.

    Attributes
    ----------
    sources_ : dict
        The name of each input, in their order, to the column it was made from.

    Raises
    ------
    helpers.report.UnusableFile
        At ``fit`` and ``transform``: a column is absent, or holds text where numbers (or dates) are expected.
    ValueError
        At ``fit``: no column, no rows, or a logarithm of a column that is no number.

    >>> orders = pd.DataFrame({"amount": [10.0, 100.0, 1000.0], "country": ["DE", "DE", "FR"]})
    >>> inputs = TableInputs(numbers=["amount"], logs=["amount"], categories=["country"]).fit(orders)
    >>> inputs.transform(orders).round(1)
       log amount  surprise of country
    0         2.3                  0.4
    1         4.6                  0.4
    2         6.9                  1.4
    """

    def __init__(self, numbers=(), logs=(), categories=(), dates=()):
        self.numbers = numbers
        self.logs = logs
        self.categories = categories
        self.dates = dates

    def fit(self, frame, y=None):
        """Learn medians, ranges and values from training rows (y is ignored).

        Parameters
        ----------
        frame : DataFrame of shape (n, n_columns)
            May hold further columns; they are not looked at.
        """
        self._refuse_nothing(frame)
        encoders = [NumberInputs.learn(frame[name], log=name in self.logs) for name in self.numbers]
        encoders += [CategoryInputs.learn(frame[name]) for name in self.categories]
        encoders += [DateInputs.learn(frame[name]) for name in self.dates]
        self.encoders_ = tuple(encoders)
        self.sources_ = _sources(self.encoders_)
        if not self.sources_:
            raise ValueError("No column says anything: these dates never vary in time of day or weekday.")
        return self

    def transform(self, frame):
        """The inputs of each row, a float64 DataFrame with the frame's index and the columns ``sources_``."""
        check_is_fitted(self, "encoders_", msg="Fit these inputs on training rows first: fit(frame).")
        self._refuse_absent(frame)
        columns = [column for encoder in self.encoders_ for column in encoder.inputs(frame[encoder.source]).values()]
        return pd.DataFrame(dict(zip(self.sources_, columns, strict=True)), index=frame.index, dtype=np.float64)

    def get_feature_names_out(self, input_features=None):
        """The inputs' names."""
        return np.array(list(self.sources_), dtype=object)

    @property
    def columns(self):
        """Names of all columns that are read, a tuple."""
        return (*self.numbers, *self.categories, *self.dates)

    @property
    def missing_before(self):
        """Columns of numbers that lacked a value in training, a tuple."""
        learned = [encoder for encoder in self.encoders_ if isinstance(encoder, NumberInputs)]
        return tuple(encoder.source for encoder in learned if encoder.marks_missing)

    def to_dict(self):
        """All that was learned, for ``json.dumps``; :meth:`from_dict` reads it."""
        check_is_fitted(self, "encoders_", msg="Fit these inputs on training rows first: fit(frame).")
        parameters = {name: list(value) for name, value in self.get_params().items()}
        kinds = {encoder: kind for kind, encoder in ENCODERS.items()}
        learned = [{"kind": kinds[type(encoder)], **asdict(encoder)} for encoder in self.encoders_]
        return {"parameters": parameters, "encoders": learned}

    @classmethod
    def from_dict(cls, content):
        """The inputs that ``to_dict`` described.

        >>> table = pd.DataFrame({"amount": [1.0, 2.0]})
        >>> inputs = TableInputs(["amount"]).fit(table)
        >>> TableInputs.from_dict(inputs.to_dict()).transform(table).equals(inputs.transform(table))
        True
        """
        inputs = cls(**{name: tuple(value) for name, value in content["parameters"].items()})
        inputs.encoders_ = tuple(
            ENCODERS[entry["kind"]](**{k: v for k, v in entry.items() if k != "kind"}) for entry in content["encoders"]
        )
        inputs.sources_ = _sources(inputs.encoders_)
        return inputs

    def _refuse_nothing(self, frame):
        if not self.columns:
            raise ValueError("Name at least one column: numbers=, categories= or dates=.")
        if not set(self.logs) <= set(self.numbers):
            raise ValueError(f"logs={list(self.logs)}: these must be among numbers={list(self.numbers)}.")
        if len(frame) == 0:
            raise ValueError("The table has no rows to learn from.")
        self._refuse_absent(frame)

    def _refuse_absent(self, frame):
        absent = [name for name in self.columns if name not in frame.columns]
        if absent:
            raise UnusableFile(
                f"The table lacks {_listed(absent)}, which training had.{_guess(absent[0], self.columns, frame)} "
                "Pass a table with the columns of training; further ones do no harm."
            )


@dataclass(frozen=True)
class NumberInputs:
    """A column of numbers or booleans. All learned values are in the input's units: logarithms if `log`.

    `unit`, the smallest positive value, is added before the logarithm if the column holds zeros; else it is 0.
    """

    source: str
    log: bool
    usual: float
    low: float
    high: float
    marks_missing: bool
    unit: float = 0.0

    @classmethod
    def learn(cls, column, log):
        """Look at a training column."""
        values = number_values(column)
        unit = _unit(values) if log else 0.0
        values = _logarithms(values, unit) if log else values
        finite = within_reach(values[np.isfinite(values)]) if np.isfinite(values).any() else np.zeros(1)
        low, usual, high = (float(value) for value in np.percentile(finite, [0, 50, 100]))
        return cls(column.name, log, usual, low, high, bool(np.isnan(values).any()), unit)

    def inputs(self, column):
        """Name and values of each input that the column gives, a dict."""
        values = number_values(column)
        values = _logarithms(values, self.unit) if self.log else values
        missing = np.isnan(values)
        width = (self.high - self.low) or 1.0
        values = np.nan_to_num(values, nan=self.usual, posinf=self.high + width, neginf=self.low - width)
        values = within_reach(values)
        name = f"log {self.source}" if self.log else self.source
        return {name: values, **({f"{self.source} is missing": missing} if self.marks_missing else {})}

    def typical(self, values):
        """The usual inputs among those of shape (n, n_inputs): the median."""
        return np.median(values, axis=0)


@dataclass(frozen=True)
class CategoryInputs:
    """A column of names. `shares` of the values that training saw at least twice; `unseen` is that of any other."""

    source: str
    shares: dict
    unseen: float

    @classmethod
    def learn(cls, column):
        """Look at a training column."""
        counts = category_texts(column).value_counts()
        return cls(column.name, (counts[counts > 1] / len(column)).to_dict(), 1 / (len(column) + 1))

    def inputs(self, column):
        """Name and values of each input that the column gives, a dict."""
        shares = category_texts(column).map(self.shares).fillna(self.unseen)
        return {f"surprise of {self.source}": -np.log(shares.to_numpy(np.float64))}

    def typical(self, values):
        """The usual inputs among those of shape (n, n_inputs): the commonest."""
        return _commonest(values)


@dataclass(frozen=True)
class DateInputs:
    """A column of dates: what varies among time of day, weekday and being there at all.

    Of weekdays that were seen on a single day, nobody can say what is usual: then they are no input.
    """

    source: str
    hour: bool
    weekday: bool
    marks_missing: bool

    @classmethod
    def learn(cls, column):
        """Look at a training column."""
        dates = date_values(column)
        known = dates.dropna()
        days = known.dt.normalize()
        of_weekday = days.drop_duplicates().dt.day_of_week.value_counts()
        hour = (known - days).nunique() > 1 and days.nunique() >= FEW_DAYS
        weekday = len(of_weekday) > 1 and of_weekday.min() >= FEW_DAYS
        return cls(column.name, bool(hour), bool(weekday), bool(dates.isna().any()))

    def inputs(self, column):
        """Name and values of each input that the column gives, a dict."""
        dates = date_values(column)
        day = (dates - dates.dt.normalize()) / pd.Timedelta(days=1)
        hands = {"hour": (self.hour, day), "weekday": (self.weekday, dates.dt.day_of_week / 7)}
        inputs = {
            f"{self.source} {name} {function.__name__}": function(2 * np.pi * share.to_numpy(np.float64))
            for name, (wanted, share) in hands.items()
            if wanted
            for function in (np.sin, np.cos)
        }
        inputs = {name: np.nan_to_num(values) for name, values in inputs.items()}  # missing: the clock's centre
        missing = dates.isna().to_numpy(np.float64)
        return {**inputs, **({f"{self.source} is missing": missing} if self.marks_missing else {})}

    def typical(self, values):
        """The usual inputs among those of shape (n, n_inputs): the commonest."""
        return _commonest(values)


ENCODERS = {"Number": NumberInputs, "Category": CategoryInputs, "Clock": DateInputs}  # names in saved models


def _commonest(values):
    """A row of (n, n_inputs): one of the largest group of rows that agree to one decimal."""
    _, first, counts = np.unique(values.round(1), axis=0, return_index=True, return_counts=True)
    return values[first[counts.argmax()]]


def _logarithms(values, unit):
    """-inf where there is none, NaN where the value is missing."""
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(values, 0) + unit)


def _unit(values):
    """The smallest positive value, the lowest hundredth aside, of a column with zeros; else 0."""
    positive = values[(values > 0) & np.isfinite(values)]
    return float(np.quantile(positive, 0.01)) if len(positive) and (values == 0).any() else 0.0


def _sources(encoders):
    """Input name to column, in order; a name that two columns would give is told apart by a number."""
    sources = {}
    for encoder in encoders:
        for name in encoder.inputs(_nothing(encoder)):
            while name in sources:
                name = f"{name} (2)"
            sources[name] = encoder.source
    return sources


def _nothing(encoder):
    dtype = "datetime64[ns]" if isinstance(encoder, DateInputs) else "float64"
    return pd.Series([], dtype=dtype, name=encoder.source)


def _listed(names):
    shown = ", ".join(map(repr, names[:5]))
    return f"the column{'s' if len(names) > 1 else ''} {shown}{f' and {len(names) - 5} more' if len(names) > 5 else ''}"


def _guess(name, known, frame):
    others = {str(column).casefold(): column for column in frame.columns if column not in known}
    close = difflib.get_close_matches(name.casefold(), list(others), n=1)
    return f" Is {others[close[0]]!r} meant?" if close else ""
