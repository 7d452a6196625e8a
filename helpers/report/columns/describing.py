"""What the columns of a table are, what is done with each and why; and whether the rows are a series."""

import re
from dataclasses import dataclass, replace

from helpers.report.columns.labels import PLAINLY_NORMAL, read_labels
from helpers.report.columns.shape import Rhythm, prepare_series, rhythm, series_rows
from helpers.report.reading.sniffing import UnusableFile
from helpers.report.reading.values import read_dates, read_numbers

import numpy as np
import pandas as pd

__all__ = ["Columns", "UnusableFile", "describe_columns", "prepare_series", "read_labels", "series_rows"]

FEWEST_ROWS = 100
MOST_INPUTS = 200
MOSTLY_MISSING = 0.9
FEW_VALUES = 20  # a number that names something is a category up to so many values
REPEATED = 0.2  # texts with at most this share of distinct values are categories
NEARLY_UNIQUE = 0.9
RARE = 0.2  # the rarer of a label's two values
NAMING = {
    "id",
    "ids",
    "uid",
    "uuid",
    "guid",
    "nr",
    "no",
    "num",
    "key",
    "code",
    "zip",
    "zipcode",
    "postcode",
    "plz",
    "phone",
    "index",
    "idx",
    "unnamed",
    "serial",
    "rowid",
}
NAMING_WORD = re.compile(
    r"(customer|user|order|product|account|device|transaction|session|sensor|item|merchant|"
    r"patient|store|trip|client|invoice|machine|card|unit)(id|nr|no|number|key|code)"
)
LABELLING = {
    "label",
    "labels",
    "class",
    "target",
    "fraud",
    "isfraud",
    "anomaly",
    "anomalies",
    "anomalous",
    "isanomaly",
    "outlier",
    "abnormal",
    "attack",
    "intrusion",
    "fault",
    "faulty",
    "failure",
    "defect",
    "truth",
    "y",
}
LEFT_OUT = "left out"


@dataclass(frozen=True, eq=False)
class Columns:
    """What was decided about the columns of a table.

    table : DataFrame, one row a column (the index): kind, missing (share), distinct, example, decision, why.
    numbers : columns entered as numbers; `logs`, those of them entered as logarithm.
    categories, dates : columns entered as such.
    label : the column of labels, or None.
    time : the column that orders the rows, or None.
    shape : "table" (rows are judged one by one) or "series" (values over time); `why_shape` says why.
    step : of a series, the usual time between rows; or None.
    n_rows, n_duplicates : rows, and rows that repeat an earlier one in every column.
    in_time_order : whether the rows stand in the order of `time`.
    notes : sentences.
    """

    table: pd.DataFrame
    numbers: tuple[str, ...]
    logs: tuple[str, ...]
    categories: tuple[str, ...]
    dates: tuple[str, ...]
    label: str | None
    time: str | None
    shape: str
    why_shape: str
    step: pd.Timedelta | None
    n_rows: int
    n_duplicates: int
    in_time_order: bool
    notes: tuple[str, ...]

    def __repr__(self):
        used = f"{len(self.numbers)} numbers, {len(self.categories)} categories, {len(self.dates)} dates"
        n_out = int((self.table["decision"] == LEFT_OUT).sum())
        return "\n".join(
            [f"{self.shape} of {self.n_rows:,} rows: {used}; {n_out} columns left out", self.why_shape, *self.notes]
        )


@dataclass(frozen=True)
class _Verdict:
    kind: str
    decision: str
    why: str


def describe_columns(frame, *, label=None, leave_out=(), keep=(), time=None, shape=None) -> Columns:
    """Say what each column is and what becomes of it: entered as number, logarithm, category or date, or left out.

    Left out are columns that cannot show an odd row (empty, constant, 90 % missing, free text, a copy of another), that
    name a row and measure nothing (identifiers) and that hold the answer (labels). A number that names something is
    no quantity: customer 900 is not odd because most numbers are smaller.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
        As :func:`helpers.report.reading.files.read_table` reads it, or made by you.
    label : str, optional
        The column of labels: to judge detectors with, never to learn from.
    leave_out, keep : str or sequence of str
        Columns that you know better about.
    time : str, optional
        The column of times that orders the rows.
    shape : {"table", "series"}, optional
        Without it, a series is what has a column of times with one regular step.

    Returns
    -------
    Columns

    Raises
    ------
    UnusableFile
        Fewer than 100 rows, nothing to learn from, more than 200 columns to enter, a column of dates in two formats,
        all rows identical, unknown column names.

    >>> import numpy as np, pandas as pd
    >>> n = np.arange(500)
    >>> frame = pd.DataFrame({"id": n + 70, "size": np.sin(n), "colour": np.where(n % 3, "red", "blue")})
    >>> columns = describe_columns(frame)
    >>> columns.table[["kind", "decision"]].values.tolist()
    [['identifier', 'left out'], ['number', 'number'], ['category', 'category']]
    """
    leave_out, keep = _as_names(leave_out), _as_names(keep)
    _check_frame(frame)
    _check_choices(frame, label, leave_out, keep, time, shape)
    verdicts = {name: _verdict(frame[name], name == label, name in leave_out, name in keep) for name in frame.columns}
    _leave_out_copies(frame, verdicts, keep)
    _leave_out_answers(frame, verdicts, label, keep)
    beat = _find_rhythm(frame, verdicts, time, shape)
    if beat.shape == "series":
        _leave_out_of_series(verdicts, beat.time)
    _check_inputs(frame, verdicts)
    return _columns(frame, verdicts, label, beat)


# -------------------------------------------------------------------- what is asked


def _as_names(names):
    return (names,) if isinstance(names, str) else tuple(names)


def _check_frame(frame):
    if not isinstance(frame, pd.DataFrame):
        raise UnusableFile(f"A DataFrame is wanted, not {type(frame).__name__}. read_table(path).frame is one.")
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise UnusableFile(f"The column name {twice[0]!r} is there more than once. Give each column a name of its own.")
    if len(frame) < FEWEST_ROWS:
        raise UnusableFile(
            f"There are {len(frame)} rows: too few to learn what is usual and to check it. Bring at "
            f"least {FEWEST_ROWS}; a thousand are better."
        )


def _check_choices(frame, label, leave_out, keep, time, shape):
    named = {"label": _as_names(label or ()), "leave_out": leave_out, "keep": keep, "time": _as_names(time or ())}
    for parameter, names in named.items():
        for name in names:
            if name not in frame.columns:
                raise UnusableFile(
                    f"{parameter}={name!r}: there is no such column. There are "
                    f"{', '.join(map(str, frame.columns[:10]))}{' …' * (frame.shape[1] > 10)}."
                )
    both = (set(leave_out) & {*keep, label, time}) or (set(keep) & {label})
    if both:
        raise UnusableFile(
            f"{both.pop()!r} is asked for in two ways that exclude each other: decide for one of "
            "leave_out, keep, label and time."
        )
    if shape not in (None, "table", "series"):
        raise UnusableFile(f"shape={shape!r}: it is 'table' or 'series', or left to be found.")


# -------------------------------------------------------------------- one column


def _verdict(column, is_label, is_left_out, is_kept):
    if is_left_out:
        return _Verdict(_plain_kind(column), LEFT_OUT, "you asked for it")
    if is_label:
        return _Verdict("label", "label", "you named it: it judges detectors and teaches none")
    present = _present(column)
    unusable = _nothing_in_it(present, len(column))
    if unusable and not (is_kept and unusable.kind == "mostly missing"):
        return unusable
    if present.dtype.kind == "M":
        return _Verdict("date", "date", "times: entered as hour of the day and day of the week")
    if present.dtype.kind == "b":
        return _Verdict("boolean", "number", "two values, entered as 0 and 1")
    verdict = _number(column.name, present) if present.dtype.kind in "iuf" else _text(column.name, present)
    return _kept(present, verdict) if is_kept and verdict.decision == LEFT_OUT else verdict


def _present(column):
    """The values that are there; categories and mixtures as text."""
    present = column.dropna()
    if present.dtype.kind == "f":
        return present[np.isfinite(present)]
    return present if present.dtype.kind in "iubM" else present.astype("str")


def _plain_kind(column):
    kind = _present(column).dtype.kind
    return {"f": "number", "i": "whole number", "u": "whole number", "b": "boolean", "M": "date"}.get(kind, "text")


def _nothing_in_it(present, n):
    if present.empty:
        return _Verdict("empty", LEFT_OUT, "no value in it")
    if (missing := 1 - len(present) / n) >= MOSTLY_MISSING:
        return _Verdict("mostly missing", LEFT_OUT, f"{_percent(missing)} of its values are missing")
    if (present == present.iloc[0]).all():
        return _Verdict("constant", LEFT_OUT, f"the same value everywhere: {_example(present)}")
    return None


def _percent(share):
    return f"{share:.0%}" if share < 0.995 else "over 99%"


def _kept(present, verdict):
    if present.dtype.kind in "iuf":
        return _Verdict("number", "number", f"you asked to keep it ({verdict.why})")
    return _Verdict("category", "category", f"you asked to keep it ({verdict.why})")


def _number(name, present):
    values = present.to_numpy()
    whole = values.dtype.kind in "iu" or bool((values % 1 == 0).all())
    counting = _counts_up(values, whole)
    if counting:
        return _Verdict("identifier", LEFT_OUT, counting)
    if whole and _names_something(name):
        n = len(np.unique(values))
        if n <= FEW_VALUES:
            return _Verdict("category", "category", f"a number that names something, {n} values")
        return _Verdict("identifier", LEFT_OUT, f"its name says that it names something ({n:,} values): no quantity")
    kind = "whole number" if whole else "number"
    if _spans_magnitudes(values):
        reach = f"{present.min():,.4g} to {present.max():,.4g}"
        return _Verdict(kind, "logarithm", f"positive over many magnitudes, {reach}")
    return _Verdict(kind, "number", "a quantity")


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
    """Positive, over two orders of magnitude wide and crowded at the low end, the outermost thousandths aside."""
    low, middle, high = np.quantile(values, [0.001, 0.5, 0.999])
    return bool(values.min() > 0 and high > 100 * low and middle - low < 0.2 * (high - low))


def _words(name):
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name))
    return set(re.split(r"[^a-z0-9]+", spaced.lower()))


def _names_something(name):
    return bool(_words(name) & NAMING or any(NAMING_WORD.fullmatch(word) for word in _words(name)))


def _text(name, present):
    _refuse_dates(name, present)
    n = present.nunique()
    distinct = n / len(present)
    if _names_something(name) and n > FEW_VALUES:
        return _Verdict("identifier", LEFT_OUT, f"its name says that it names something ({n:,} values): no quantity")
    if distinct <= REPEATED and present.str.len().mean() <= 60:
        return _Verdict("category", "category", f"text with {n:,} values")
    if distinct >= NEARLY_UNIQUE and not present.str.contains(r"\s").mean() > 0.1:
        return _Verdict("identifier", LEFT_OUT, f"codes that hardly ever come again ({n:,} values)")
    return _Verdict("text", LEFT_OUT, f"text with {n:,} values in {len(present):,} rows{_numbers_as_text(present)}")


def _refuse_dates(name, present):
    dates = read_dates(present)
    if dates.problem:
        raise UnusableFile(
            f"{name!r} holds {dates.problem}. Write them one way, such as 2025-03-31, or leave the "
            f"column out: leave_out=[{name!r}] (--leave-out)."
        )
    if dates.values is not None:
        raise UnusableFile(
            f"{name!r} holds dates as text. Turn them into dates: frame[{name!r}] = "
            f"pd.to_datetime(frame[{name!r}]); read_table does it for a file."
        )


def _numbers_as_text(present):
    share = read_numbers(present.head(1000)).notna().mean()
    if share == 1:
        return ". They read as numbers: pd.to_numeric makes them so"
    return f", numbers among them ({share:.0%})" if share > 0.2 else ""


# -------------------------------------------------------------------- columns beside each other


def _leave_out_copies(frame, verdicts, keep):
    seen = {}
    for name, verdict in verdicts.items():
        if verdict.decision in (LEFT_OUT, "label"):
            continue
        twin = seen.setdefault(_fingerprint(frame[name]), name)
        if twin != name and name not in keep:
            verdicts[name] = _Verdict("copy", LEFT_OUT, f"the same values as {twin!r}")


def _fingerprint(column):
    hashes = pd.util.hash_pandas_object(column, index=False).to_numpy()
    return column.dtype.kind, hashes.tobytes()


def _leave_out_answers(frame, verdicts, label, keep):
    """Labels nobody named, and columns each of whose values goes with one label only."""
    open_to_doubt = [
        name
        for name, verdict in verdicts.items()
        if verdict.decision in ("number", "logarithm", "category") and name not in keep
    ]
    alike = [name for name in open_to_doubt if _looks_like_labels(name, frame[name], verdicts[name])]
    answers = [label] if label else alike
    for name in open_to_doubt:
        told = next((answer for answer in answers if answer != name and _tells(frame[name], frame[answer])), None)
        if name in answers:
            why = f"it seems to hold the answer: to judge with it, name it label={name!r}"
        elif told is not None:
            why = f"each of its values goes with one value of {told!r}: it holds the answer"
        elif name in alike:
            why = f"it seems to hold the answer, as {label!r} does"
        else:
            continue
        verdicts[name] = _Verdict("looks like a label", LEFT_OUT, why)


def _looks_like_labels(name, column, verdict):
    named = bool(_words(name) & LABELLING)
    if not named and verdict.kind != "category":
        return False
    shares = column.value_counts(normalize=True)
    rare = named and len(shares) == 2 and shares.iloc[1] < RARE
    words = verdict.kind == "category" and len(shares) <= FEW_VALUES
    return bool(rare or (words and str(shares.index[0]).lower() in PLAINLY_NORMAL and shares.iloc[0] > 0.5))


def _tells(column, answer):
    if column.nunique() > FEW_VALUES:
        return False
    both = pd.DataFrame({"value": column.astype("str"), "answer": answer.astype("str")}).groupby("value")["answer"]
    return bool((both.nunique() == 1).all() and answer.nunique() > 1)


# -------------------------------------------------------------------- table or series


def _find_rhythm(frame, verdicts, time, shape):
    dates = [name for name, verdict in verdicts.items() if verdict.decision == "date"]
    if time is not None and time not in dates:
        raise UnusableFile(
            f"time={time!r} is no column of dates: {verdicts[time].kind}, {verdicts[time].why}. Name a "
            f"column of dates{' (' + ', '.join(dates) + ')' if dates else ''}."
        )
    n_numbers = sum(verdict.decision in ("number", "logarithm") for verdict in verdicts.values())
    return rhythm(frame, [time] if time else dates, n_numbers, shape)


def _leave_out_of_series(verdicts, time):
    for name, verdict in verdicts.items():
        if name == time:
            verdicts[name] = replace(verdict, decision="time", why="orders the rows of the series")
        elif verdict.decision in ("category", "date"):
            verdicts[name] = replace(verdict, decision=LEFT_OUT, why="a series is judged by its numbers")
        elif verdict.decision == "logarithm":
            verdicts[name] = replace(verdict, decision="number", why="a quantity")


def _check_inputs(frame, verdicts):
    used = [name for name, verdict in verdicts.items() if verdict.decision not in (LEFT_OUT, "label")]
    learned = [name for name in used if verdicts[name].decision not in ("date", "time")]
    if not learned:
        reasons = "; ".join(f"{name!r}: {verdict.kind}" for name, verdict in list(verdicts.items())[:8])
        identical = "All rows are identical. " if len(frame.drop_duplicates()) == 1 else ""
        raise UnusableFile(
            f"{identical}No column is left to learn from ({reasons}{' …' * (len(verdicts) > 8)}). "
            "Numbers with units or words in them read as text: mend the file, pass its delimiter=, or "
            "name columns with keep=."
        )
    if len(used) > MOST_INPUTS:
        raise UnusableFile(
            f"{len(used):,} columns would be entered, at most {MOST_INPUTS} can be. Name those that "
            "matter when the file is read, columns=[…] (--columns), or the others with leave_out=[…] "
            "(--leave-out)."
        )


# -------------------------------------------------------------------- the result


def _columns(frame, verdicts, label, beat: Rhythm):
    def named(*decisions):
        return tuple(name for name, verdict in verdicts.items() if verdict.decision in decisions)

    n_duplicates = int(frame.duplicated().sum())
    return Columns(
        table=_table(frame, verdicts),
        numbers=named("number", "logarithm"),
        logs=named("logarithm"),
        categories=named("category"),
        dates=named("date"),
        label=label,
        time=beat.time,
        shape=beat.shape,
        why_shape=beat.why,
        step=beat.step,
        n_rows=len(frame),
        n_duplicates=n_duplicates,
        in_time_order=beat.in_order,
        notes=(*_notes(verdicts, n_duplicates), *beat.notes),
    )


def _table(frame, verdicts):
    rows = {
        name: {
            "kind": verdict.kind,
            "missing": float(frame[name].isna().mean()),
            "distinct": frame[name].nunique(),
            "example": _example(frame[name].dropna()),
            "decision": verdict.decision,
            "why": verdict.why,
        }
        for name, verdict in verdicts.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("column")


def _example(present):
    if present.empty:
        return ""
    value = str(present.iloc[0])
    return value if len(value) <= 40 else value[:40] + "…"


def _notes(verdicts, n_duplicates):
    notes = []
    lookalikes = [name for name, verdict in verdicts.items() if "name it label=" in verdict.why]
    if lookalikes:
        name = lookalikes[0]
        notes.append(f"{name!r} looks like a label and is left out; name it label={name!r} to judge with it.")
    if n_duplicates:
        notes.append(
            f"{n_duplicates:,} rows repeat an earlier row in every column. They are kept: repetition may be usual here."
        )
    return notes
