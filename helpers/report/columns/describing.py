"""What the columns of a table are, what is done with each and why; and whether the rows are a series."""

from collections import Counter
from dataclasses import dataclass, field, replace

from helpers.report.columns.answers import find_answers
from helpers.report.columns.clock import Clock
from helpers.report.columns.doubts import doubts_about_numbers
from helpers.report.columns.grouping import find_group
from helpers.report.columns.meaning import ASKED, Decision, Meaning, example_of, find_meaning
from helpers.report.columns.pace import Paces, find_paces
from helpers.report.columns.shape import find_shape, goes_regularly, names_a_count, numbers_rows
from helpers.report.errors import UnusableFile

import pandas as pd

__all__ = ["Column", "Columns", "describe_columns"]

FEWEST_ROWS = 100
OTHER_INPUTS = (Decision.CATEGORY, Decision.DATE)  # beside quantities
MOST_INPUTS = {"table": 1000, "series": 600}  # columns that are entered: a reason tries each of them


@dataclass(frozen=True)
class Column:
    """What was found of one column, and decided.

    Attributes
    ----------
    name : str
    kind : str
    missing : float
        Share of the rows.
    distinct : int
        Values that differ.
    example : str
    decision : Decision
    why : str
    """

    name: str
    kind: str
    missing: float
    distinct: int
    example: str
    decision: Decision
    why: str


@dataclass(frozen=True, eq=False)
class Columns:
    """What was decided about the columns of a table.

    Attributes
    ----------
    columns : tuple of Column
    label : str or None
        The column of labels.
    time : str or None
        The column that orders the rows: dates, or numbers that count up. None of a series whose rows' position does.
    shape : {"table", "series"}
        Rows that are judged one by one, or values over time; `why_shape` says why.
    why_shape : str
    step : Timedelta, float or None
        Of a series, the usual time between rows, or what a count goes up by.
    in_time_order : bool
        Whether the rows stand in the order of `time`.
    n_rows, n_duplicates : int
        Rows, and rows that repeat an earlier one in every column.
    notes : tuple of str
        Sentences.
    hold : dict of str to int
        Channels of a series that are measured every few rows: for how many further rows a value counts.
    """

    columns: tuple[Column, ...]
    label: str | None
    time: str | None
    shape: str
    why_shape: str
    step: pd.Timedelta | float | None
    in_time_order: bool
    n_rows: int
    n_duplicates: int
    notes: tuple[str, ...]
    hold: dict[str, int] = field(default_factory=dict)

    def named(self, *decisions):
        """Names of the columns with one of these decisions, a tuple."""
        return tuple(column.name for column in self.columns if column.decision in decisions)

    @property
    def clock(self):
        """How the times of a series are read and told, a Clock."""
        return Clock(self.time, self.step if isinstance(self.step, float) else None)

    @property
    def numbers(self):
        """Columns entered as numbers or, of them, as logarithms."""
        return self.named(Decision.NUMBER, Decision.LOGARITHM)

    @property
    def logs(self):
        """Those of `numbers` that are entered as logarithm."""
        return self.named(Decision.LOGARITHM)

    @property
    def categories(self):
        """Columns entered as categories."""
        return self.named(Decision.CATEGORY)

    @property
    def dates(self):
        """Columns entered as dates."""
        return self.named(Decision.DATE)

    @property
    def table(self):
        """A DataFrame with a row for each column (the index): kind, missing, distinct, example, decision, why."""
        rows = [{**vars(column), "decision": column.decision.value} for column in self.columns]
        return pd.DataFrame(rows).set_index("name").rename_axis("column")

    def __repr__(self):
        used = f"{len(self.numbers)} numbers, {len(self.categories)} categories, {len(self.dates)} dates"
        used += f"; {len(self.named(Decision.LEFT_OUT))} columns left out"
        return "\n".join([f"{self.shape} of {self.n_rows:,} rows: {used}", self.why_shape, *self.notes])


def describe_columns(frame, *, label=None, leave_out=(), keep=(), category=(), time=None, shape=None):
    """Say what each column is and what becomes of it: entered as number, logarithm, category or date, or left out.

    Left out are columns that cannot show an odd row (empty, constant, 90 % missing, free text, a copy of another), that
    name a row and measure nothing (identifiers) and that hold the answer (labels). A number that names something is
    no quantity: customer 900 is not odd because most numbers are smaller.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
        As :func:`helpers.report.read_table` reads it, or made by you.
    label : str, optional
        The column of labels: to judge detectors with, never to learn from.
    leave_out, keep : str or sequence of str
        Columns that you know better about.
    category : str or sequence of str
        Columns whose values are names, also where they are written as numbers.
    time : str, optional
        The column of times that orders the rows: dates, or numbers that count up.
    shape : {"table", "series"}, optional
        Without it, a series is what has a column of times with one regular step, or one column of numbers alone. Asked
        for without such a column, the rows follow each other.

    Returns
    -------
    Columns

    Raises
    ------
    UnusableFile
        Fewer than 100 rows, nothing to learn from, a column of dates in two formats, all rows identical, unknown column
        names.

    >>> import numpy as np, pandas as pd
    >>> n = np.arange(500)
    >>> frame = pd.DataFrame({"id": n + 70, "size": np.sin(n), "colour": np.where(n % 3, "red", "blue")})
    >>> columns = describe_columns(frame)
    >>> columns.table[["kind", "decision"]].values.tolist()
    [['identifier', 'left out'], ['number', 'number'], ['category', 'category']]
    """
    leave_out, keep, category = _as_names(leave_out), _as_names(keep), _as_names(category)
    _check_frame(frame)
    _check_choices(frame, {"label": _as_names(label or ()), "leave_out": leave_out, "category": category}, keep, time)
    _check_shape(shape)
    asked = {name: _asked(name, label, leave_out, keep, category) for name in frame.columns}
    meanings = {name: find_meaning(frame[name], asked[name]) for name in frame.columns}
    _leave_out_copies(frame, meanings, keep)
    answers = find_answers(frame, meanings, label, keep)
    for name, why in answers.why.items():
        _leave_out(meanings, name, why, kind="looks like a label")
    found = _find_shape(frame, meanings, time, shape)
    paces, group = Paces(), None
    if found.shape == "table" and shape is None:
        group = find_group(frame, meanings, FEWEST_ROWS)
    if found.shape == "series":
        _leave_out_of_series(meanings, found.time)
        paces = _at_their_paces(frame, meanings, found.time)
    surplus = _leave_out_surplus(frame, meanings, MOST_INPUTS[found.shape], keep)
    _check_inputs(frame, meanings)
    n_duplicates = 0 if frame.shape[1] == 1 else int(frame.duplicated().sum())  # of one column any value comes again
    numbers = [name for name, meaning in meanings.items() if meaning.is_quantity]
    notes = (
        *_notes(answers, n_duplicates),
        *doubts_about_numbers(frame[numbers]),
        *found.notes,
        *paces.notes(),
        *surplus,
    )
    notes += _note_on_group(frame, group)
    columns = tuple(_column(frame[name], meaning) for name, meaning in meanings.items())
    counts = {"n_rows": len(frame), "n_duplicates": n_duplicates}
    return Columns(columns, label, **{**vars(found), "notes": notes}, **counts, hold=paces.hold)


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
        problem = f"There are {len(frame)} rows: too few to learn what is usual and to check it."
        raise UnusableFile(f"{problem} Bring at least {FEWEST_ROWS}; a thousand are better.")


def _asked(name, label, leave_out, keep, category):
    """What the owner has decided of a column; "" if nothing."""
    decided = {"label": (label,), "leave out": leave_out, "category": category, "keep": keep}
    return next((decision for decision, names in decided.items() if name in names), "")


def _check_choices(frame, exclusive, keep, time):
    named = {**exclusive, "keep": keep, "time": _as_names(time or ())}
    for parameter, names in named.items():
        for name in names:
            if name not in frame.columns:
                known = f"{', '.join(map(str, frame.columns[:10]))}{' …' * (frame.shape[1] > 10)}"
                raise UnusableFile(f"{parameter}={name!r}: there is no such column. There are {known}.")
    twice = [
        name for name, count in Counter(name for names in exclusive.values() for name in names).items() if count > 1
    ]
    twice += [name for name in {*exclusive["leave_out"]} & {*keep, time}] + [*{*keep} & {*exclusive["label"]}]
    if twice:
        problem = f"{twice[0]!r} is asked for in two ways that exclude each other"
        raise UnusableFile(f"{problem}: decide for one of leave_out, keep, category, label and time.")


def _check_shape(shape):
    if shape not in (None, "table", "series"):
        raise UnusableFile(f"shape={shape!r}: it is 'table' or 'series', or left to be found.")


# -------------------------------------------------------------------- columns beside each other


def _leave_out_copies(frame, meanings, keep):
    seen = {}
    for name, meaning in meanings.items():
        if meaning.decision in (Decision.LEFT_OUT, Decision.LABEL):
            continue
        twin = seen.setdefault(_fingerprint(frame[name]), name)
        if twin != name and name not in keep:
            _leave_out(meanings, name, f"the same values as {twin!r}", kind="copy")


def _leave_out(meanings, name, why, **changes):
    meanings[name] = replace(meanings[name], decision=Decision.LEFT_OUT, why=why, **changes)


def _fingerprint(column):
    hashes = pd.util.hash_pandas_object(column, index=False).to_numpy()
    return column.dtype.kind, hashes.tobytes()


# -------------------------------------------------------------------- table or series


def _find_shape(frame, meanings, time, shape):
    dates = [name for name, meaning in meanings.items() if meaning.decision is Decision.DATE]
    quantities = [name for name, meaning in meanings.items() if meaning.is_quantity]
    alone = len(quantities) == 1 and not any(meaning.decision in OTHER_INPUTS for meaning in meanings.values())
    wanted = shape == "series", alone and shape is None
    counts = [name for name in meanings if _may_count(frame[name], meanings[name], name == time, *wanted)]
    if time is not None and time not in (*dates, *counts):
        known = f" ({', '.join(dates)})" if dates else ""
        problem = f"time={time!r} holds neither dates nor numbers that count: {meanings[time].kind}, "
        raise UnusableFile(f"{problem}{meanings[time].why}. Name a column of times{known}.")
    if time is not None:
        dates, counts = ([time], []) if time in dates else ([], [time])
    return find_shape(frame, dates, quantities, shape, counts)


def _may_count(column, meaning, named, asked, alone):
    """Whether numbers may stand for time: as you say, as their name says, or where rows are only numbered.

    The latter where a series was asked for, or a row holds a single number: odd beside what, if not those before it?
    """
    decided = meaning.decision in (Decision.LABEL, Decision.CATEGORY) or column.isna().all()
    if column.dtype.kind not in "iuf" or decided:
        return False
    if named:
        return column.is_monotonic_increasing or goes_regularly(column)
    if meaning.kind == "looks like a label" or meaning.why == ASKED:
        return False
    counts = meaning.kind == "identifier" and column.is_unique
    numbered = alone and column.is_monotonic_increasing and numbers_rows(column.name)
    return names_a_count(column.name) or (counts and (asked or numbered))


def _leave_out_of_series(meanings, time):
    for name, meaning in meanings.items():
        if name == time:
            kind = meaning.kind if meaning.decision is Decision.DATE else "count"
            meanings[name] = replace(meaning, kind=kind, decision=Decision.TIME, why="orders the rows of the series")
        elif meaning.decision in (Decision.CATEGORY, Decision.DATE):
            _leave_out(meanings, name, "a series is judged by its numbers")
        elif meaning.decision is Decision.LOGARITHM:
            meanings[name] = replace(meaning, decision=Decision.NUMBER, why="a quantity")


def _at_their_paces(frame, meanings, time):
    """Take in what is measured seldom and regularly, leave out what begins too late."""
    sorted_by_time = frame if time is None else frame.sort_values(time, kind="stable")
    rare = [name for name, meaning in meanings.items() if meaning.kind == "mostly missing"]
    rare = [name for name in rare if frame[name].dtype.kind in "iuf" and frame[name].nunique() > 1]
    paces = find_paces(sorted_by_time[[*(name for name in meanings if meanings[name].is_quantity), *rare]])
    for name in rare:
        if name in paces.hold:
            meanings[name] = Meaning("number", Decision.NUMBER, "a quantity, measured seldom and regularly")
    for name, why in paces.late.items():
        _leave_out(meanings, name, why, kind="begins late")
    return paces


def _leave_out_surplus(frame, meanings, most, keep):
    """Enter those of very many columns that lack the fewest values, and say so."""
    entered = [name for name, meaning in meanings.items() if meaning.is_quantity or meaning.decision in OTHER_INPUTS]
    if len(entered) <= most:
        return ()
    missing = {name: -1.0 if name in keep else frame[name].isna().mean() for name in entered}
    for name in sorted(entered, key=missing.get)[most:]:
        _leave_out(meanings, name, f"one column too many: {most:,} are entered")
    return (
        f"{len(entered):,} columns could be entered; the {most:,} that lack the fewest values are. Name others that "
        "matter: keep=[…] (--keep).",
    )


def _check_inputs(frame, meanings):
    decisions = [meaning.decision for meaning in meanings.values()]
    n_used = sum(decision not in (Decision.LEFT_OUT, Decision.LABEL) for decision in decisions)
    if n_used == sum(decision in (Decision.DATE, Decision.TIME) for decision in decisions):
        reasons = "; ".join(f"{name!r}: {meaning.kind}" for name, meaning in list(meanings.items())[:8])
        identical = "All rows are identical. " if len(frame.drop_duplicates()) == 1 else ""
        raise UnusableFile(
            f"{identical}No column is left to learn from ({reasons}{' …' * (len(meanings) > 8)}). Numbers with units "
            "or words in them read as text: mend the file, pass its delimiter=, or name columns with keep=."
        )


# -------------------------------------------------------------------- the result


def _column(values, meaning):
    present = values.dropna()
    missing, distinct = float(values.isna().mean()), values.nunique()
    return Column(values.name, meaning.kind, missing, distinct, example_of(present), meaning.decision, meaning.why)


def _note_on_group(frame, group):
    if group is None:
        return ()
    series = f"{group!r} seems to tell {frame[group].nunique():,} series apart, below each other in one file"
    return (f"{series}. To judge each by its own past: examine_groups(frame, {group!r}) (--group {group}).",)


def _notes(answers, n_duplicates):
    for name in answers.unnamed[:1]:
        yield f"{name!r} looks like a label and is left out; name it label={name!r} to judge with it."
    if others := [name for name in answers.why if name not in answers.unnamed[:1]]:
        yield (
            f"Left out, because they may hold the answer: {', '.join(map(repr, others))}. What is no answer, keep: "
            f"keep=[{others[0]!r}] (--keep)."
        )
    yield from answers.doubts
    if n_duplicates:
        repeated = f"{n_duplicates:,} rows repeat an earlier row in every column."
        yield f"{repeated} They are kept: repetition may be usual here."
