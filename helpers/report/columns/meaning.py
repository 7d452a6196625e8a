"""What one column of a table is, what becomes of it and why."""

import re
from dataclasses import dataclass
from enum import StrEnum

from helpers.report.columns.labels import PLAINLY_NORMAL
from helpers.report.errors import UnusableFile
from helpers.report.reading.dates import read_dates
from helpers.report.reading.numbers import read_numbers

import numpy as np

__all__ = ["ASKED", "Decision", "Meaning", "example_of", "find_meaning", "looks_like_labels"]

ASKED = "you asked for it"  # why a column is left out
MOSTLY_MISSING = 0.9
FEWEST_POSITIVE = 20  # values, to see how far they spread
FEW_VALUES = 20  # a number that names something is a category up to so many values
REPEATED = 0.2  # texts with at most this share of distinct values are categories
NEARLY_UNIQUE = 0.9
RARE = 0.5  # the rarer of a label's two values
NAMING = re.compile(
    "id|ids|uid|uuid|guid|nr|no|num|key|code|zip|zipcode|postcode|plz|phone|index|idx|unnamed|serial|rowid|(customer|user|order|product|account|device|transaction|session|sensor|item|merchant|patient|store|trip|client|invoice|machine|card|unit)(id|nr|no|number|key|code)"
)
LABELLING = re.compile(
    "label|labels|class|target|fraud|isfraud|anomaly|anomalies|anomalous|isanomaly|outlier|outliers|isoutlier|abnormal|"
    "attack|intrusion|fault|faulty|failure|fail|failed|passfail|defect|truth|y|groundtruth|changepoint|changepoints|alarm|alert|isalarm"
)


class Decision(StrEnum):
    """What becomes of a column."""

    NUMBER = "number"
    LOGARITHM = "logarithm"
    CATEGORY = "category"
    DATE = "date"
    TIME = "time"
    LABEL = "label"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Meaning:
    """What a column is and what becomes of it.

    Attributes
    ----------
    kind : str
        In words, for a reader.
    decision : Decision
    why : str
    """

    kind: str
    decision: Decision
    why: str

    @property
    def is_quantity(self):
        """Whether it enters as a number or its logarithm."""
        return self.decision in (Decision.NUMBER, Decision.LOGARITHM)


def find_meaning(column, asked=""):
    """Say what a column is, by itself, and what becomes of it.

    Parameters
    ----------
    column : Series of shape (n,)
    asked : {"", "label", "leave out", "category", "keep"}
        What its owner has decided.

    Returns
    -------
    Meaning

    Raises
    ------
    UnusableFile
        For dates as text, or in two formats.

    >>> import pandas as pd
    >>> find_meaning(pd.Series(["red", "blue"] * 50, name="colour")).decision
    <Decision.CATEGORY: 'category'>
    """
    if asked == "leave out":
        return _left_out(_plain_kind(column), ASKED)
    if asked == "label":
        return Meaning("label", Decision.LABEL, "you named it: it judges detectors and teaches none")
    present = _present(column)
    if nothing := _nothing_in_it(present, len(column), is_kept=asked == "keep"):
        return nothing
    if asked == "category":
        return Meaning("category", Decision.CATEGORY, f"you asked for it, {present.nunique():,} values")
    if present.dtype.kind == "M":
        return Meaning("date", Decision.DATE, "times: entered as hour of the day and day of the week")
    if present.dtype.kind == "b":
        return Meaning("boolean", Decision.NUMBER, "two values, entered as 0 and 1")
    meaning = _number(column.name, present) if present.dtype.kind in "iuf" else _text(column.name, present)
    return _kept(present, meaning) if asked == "keep" and meaning.decision is Decision.LEFT_OUT else meaning


def looks_like_labels(column, meaning):
    """Tell whether a column seems to hold the answer: by its name and a rare value, or by words for normal.

    Parameters
    ----------
    column : Series of shape (n,)
    meaning : Meaning

    Returns
    -------
    bool
    """
    named, is_category = names_an_answer(column.name), meaning.decision is Decision.CATEGORY
    if not named and not is_category:
        return False
    shares = column.value_counts(normalize=True)
    rare = named and len(shares) == 2 and shares.iloc[1] < RARE
    words = is_category and (named or len(shares) <= FEW_VALUES)
    commonest = str(shares.index[0]).lower().rstrip(".")
    return bool(rare or (words and commonest in PLAINLY_NORMAL and shares.iloc[0] > 0.5))


def names_an_answer(name):
    """Tell whether a column's name says that it holds labels, or what another detector said.

    Parameters
    ----------
    name : str

    Returns
    -------
    bool

    >>> names_an_answer("is_anomaly"), names_an_answer("change point"), names_an_answer("anomaly_score")
    (True, True, True)
    """
    return _has_word(name, LABELLING) or _has_word(re.sub(r"[^A-Za-z0-9]", "", str(name)), LABELLING)


def example_of(present):
    """Give a value that a column holds, as a short text; "" if it holds none.

    Parameters
    ----------
    present : Series
        Without missing values.

    Returns
    -------
    str
    """
    value = "" if present.empty else str(present.iloc[0])
    return value if len(value) <= 40 else value[:40] + "…"


def _left_out(kind, why):
    return Meaning(kind, Decision.LEFT_OUT, why)


def _present(column):
    """The values that are there; categories and mixtures as text."""
    present = column.dropna()
    if present.dtype.kind == "f":
        return present[np.isfinite(present)]
    return present if present.dtype.kind in "iubM" else present.astype("str")


def _plain_kind(column):
    kind = _present(column).dtype.kind
    return {"f": "number", "i": "whole number", "u": "whole number", "b": "boolean", "M": "date"}.get(kind, "text")


def _nothing_in_it(present, n, is_kept):
    if present.empty:
        return _left_out("empty", "no value in it")
    if (missing := 1 - len(present) / n) >= MOSTLY_MISSING:
        return None if is_kept else _left_out("mostly missing", f"{_percent(missing)} of its values are missing")
    if (present == present.iloc[0]).all():
        return _left_out("constant", f"the same value everywhere: {example_of(present)}")
    return None


def _percent(share):
    return f"{share:.0%}" if share < 0.995 else "over 99%"


def _kept(present, meaning):
    decision = Decision.NUMBER if present.dtype.kind in "iuf" else Decision.CATEGORY
    return Meaning(decision.value, decision, f"you asked to keep it ({meaning.why})")


def _number(name, present):
    values = present.to_numpy()
    whole = values.dtype.kind in "iu" or bool((values % 1 == 0).all())
    counting = _counts_up(values, whole)
    if counting:
        return _left_out("identifier", counting)
    if whole and _has_word(name, NAMING):
        n = len(np.unique(values))
        if n <= FEW_VALUES:
            return Meaning("category", Decision.CATEGORY, f"a number that names something, {n} values")
        return _left_out("identifier", f"its name says that it names something ({n:,} values): no quantity")
    kind = "whole number" if whole else "number"
    if _spans_magnitudes(values):
        reach = f"{present.min():,.4g} to {present.max():,.4g}"
        return Meaning(kind, Decision.LOGARITHM, f"over many magnitudes, {reach}")
    return Meaning(kind, Decision.NUMBER, "a quantity")


def _counts_up(values, whole):
    """A reason to take numbers for a count of rows, or ""."""
    steps = np.diff(values.astype(np.float64))
    if (steps > 0).all() and np.allclose(steps, steps[0], rtol=1e-6):
        return "counts up in equal steps: a row number or a clock"
    if whole and (steps > 0).all():
        return "goes up with every row: a running number"
    if whole and np.ptp(values) + 1 == len(values) == len(np.unique(values)):
        return "each number once, without a gap: a row number"
    return ""


def _spans_magnitudes(values):
    """Not negative, over two orders of magnitude wide and crowded at the low end, zeros and outer thousandths aside."""
    positive = values[values > 0]
    if values.min() < 0 or len(positive) < FEWEST_POSITIVE:
        return False
    low, middle, high = np.quantile(positive, [0.001, 0.5, 0.999])
    return bool(high > 100 * low and middle - low < 0.2 * (high - low))


def _has_word(name, pattern):
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name))
    return any(map(pattern.fullmatch, re.split(r"[^a-z0-9]+", spaced.lower())))


def _text(name, present):
    _refuse_dates(name, present)
    n = present.nunique()
    distinct = n / len(present)
    if _has_word(name, NAMING) and n > FEW_VALUES:
        return _left_out("identifier", f"its name says that it names something ({n:,} values): no quantity")
    if distinct <= REPEATED and present.str.len().mean() <= 60:
        return Meaning("category", Decision.CATEGORY, f"text with {n:,} values")
    if distinct >= NEARLY_UNIQUE and not present.str.contains(r"\s").mean() > 0.1:
        return _left_out("identifier", f"codes that hardly ever come again ({n:,} values)")
    return _left_out("text", f"text with {n:,} values in {len(present):,} rows{_numbers_as_text(present)}")


def _refuse_dates(name, present):
    dates = read_dates(present)
    if dates.problem:
        cure = f"leave the column out: leave_out=[{name!r}] (--leave-out)"
        raise UnusableFile(f"{name!r} holds {dates.problem}. Write them one way, such as 2025-03-31, or {cure}.")
    if dates.values is not None:
        cure = f"frame[{name!r}] = pd.to_datetime(frame[{name!r}]); read_table does it for a file"
        raise UnusableFile(f"{name!r} holds dates as text. Turn them into dates: {cure}.")


def _numbers_as_text(present):
    share = read_numbers(present.head(1000)).notna().mean()
    if share == 1:
        return ". They read as numbers: pd.to_numeric makes them so"
    return f", numbers among them ({share:.0%})" if share > 0.2 else ""
