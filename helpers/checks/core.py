"""What every exercise check does alike: notice an empty answer, turn a complaint or a crash into a sentence."""

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

__all__ = [
    "NOT_ATTEMPTED",
    "Reply",
    "Wrong",
    "as_choice",
    "as_list",
    "as_number",
    "as_numbers",
    "as_parts",
    "as_series",
    "as_set",
    "bug_hunt",
    "demand_all",
    "exercise",
    "refuse",
    "try_out",
]

NOT_ATTEMPTED = "not attempted yet: replace the ... above and run both cells again"


class Wrong(Exception):
    """Raised inside a check: the answer is not right yet; the message says why and what to try."""


@dataclass(frozen=True)
class Reply:
    """A check's answer, shown without quotes at the end of a cell.

    Attributes
    ----------
    verdict : {"right", "not yet", "empty"}
    text : str

    >>> Reply("right", "42 it is")
    right: 42 it is
    """

    verdict: str
    text: str

    def __repr__(self) -> str:
        return self.text if self.verdict == "empty" else f"{self.verdict}: {self.text}"


def exercise(check: Callable[..., str]) -> Callable[..., Reply]:
    """Make a check of a function that returns a line of praise, or raises `Wrong` with a hint.

    An answer that is still `...` counts as not attempted. Any other exception becomes a reply, never a traceback:
    a learner's mistake must not stop Run All Cells.

    Parameters
    ----------
    check : callable
        ``check(*answers) -> str``; a `Wrong` without a message says that an answer is still empty.

    Returns
    -------
    callable
        ``reply(*answers) -> Reply``.

    >>> @exercise
    ... def is_even(number):
    ...     if number % 2:
    ...         raise Wrong("that one is odd")
    ...     return "even"
    >>> is_even(...)
    not attempted yet: replace the ... above and run both cells again
    >>> is_even(3)
    not yet: that one is odd
    >>> is_even(4)
    right: even
    >>> is_even("four")
    not yet: checking your answer stopped with TypeError: not all arguments converted during string formatting
    """

    @functools.wraps(check)
    def reply(*answers) -> Reply:
        try:
            demand_all(answers)
            return Reply("right", check(*answers))
        except Wrong as wrong:
            return Reply("not yet", str(wrong)) if str(wrong) else Reply("empty", NOT_ATTEMPTED)
        except Exception as error:
            return Reply("not yet", f"checking your answer stopped with {type(error).__name__}: {error}")

    return reply


def bug_hunt(
    faults: dict[int, str],
    innocent: dict[int, str],
    enough: int,
    fair=frozenset(),
    same: Mapping = MappingProxyType({}),
) -> Callable[..., Reply]:
    """Make the check of a set of faulty lines: praise with the reason of each, or too few, or an innocent line.

    Whoever names three innocent lines learns their number and not which: naming all lines gives nothing away.

    Parameters
    ----------
    faults, innocent : dict of int to str
        Line numbers, and why each is faulty or innocent.
    enough : int
        So many faulty lines are enough for a right.
    fair : collection of int
        Lines that may be named and do not count.
    same : mapping of int to int
        A line at which a fault may be named as well, and the line among the faults that stands for it.

    Returns
    -------
    callable
        ``reply(lines) -> Reply``.

    >>> hunt = bug_hunt({1: "ids are names", 2: "a leak"}, {4: "this is right"}, enough=1, fair={3})
    >>> hunt({1, 3})
    right: (1) ids are names. And also: (2) a leak
    >>> hunt({1, 4})
    not yet: line 4 is innocent: this is right
    >>> bug_hunt({1: "ids are names"}, dict.fromkeys([2, 3, 4], "right"), enough=1)({1, 2, 3, 4})
    not yet: 3 of these 4 lines are innocent: keep the lines whose fault you can say in a sentence
    """

    @exercise
    def check(faulty) -> str:
        parts = as_list(faulty, "faulty should be a set of line numbers, as in {1, 2}", but=(str, dict))
        lines = {same.get(line, line) for line in (as_number(part, "a line number") for part in parts)} - set(fair)
        if strange := lines - faults.keys() - innocent.keys():
            raise Wrong(f"there is no line {min(strange):g}")
        named = [line for line in innocent if line in lines]
        if len(named) > 2:
            guessed = f"{len(named)} of these {len(lines)} lines are innocent"
            raise Wrong(f"{guessed}: keep the lines whose fault you can say in a sentence")
        if named:
            raise Wrong("; ".join(f"line {line} is innocent: {innocent[line]}" for line in named))
        found, left = (
            "; ".join(f"({line}) {reason}" for line, reason in faults.items() if (line in lines) == wanted)
            for wanted in (True, False)
        )
        if len(lines) < enough:
            raise Wrong(f"{len(lines)} found, {enough} or more are needed. {found}".strip())
        return found + (f". And also: {left}" if left else "")

    return check


def refuse(hints: Mapping[str, bool]) -> None:
    """Raise `Wrong` with the first hint that applies.

    Parameters
    ----------
    hints : mapping of str to bool
        A sentence, and whether it applies; in the order in which they are looked at.

    Raises
    ------
    Wrong
        With the first sentence that applies.

    >>> refuse({"a mean of squares cannot be negative": 0.2 < 0})
    """
    for sentence, applies in hints.items():
        if applies:
            raise Wrong(sentence)


def demand_all(parts: Iterable) -> None:
    """Count an answer as not attempted if one of its parts is still `...`.

    Parameters
    ----------
    parts : iterable

    Raises
    ------
    Wrong
        Without a sentence.

    >>> demand_all([1, 2])
    """
    if any(part is ... for part in parts):
        raise Wrong("")


def try_out(function: Callable, *arguments):
    """Call the learner's function; one that still returns `...` counts as not attempted.

    Parameters
    ----------
    function : callable
    *arguments
        What it is called with.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    Wrong
        `function` cannot be called at all, or returned `...`.

    >>> try_out(abs, -2)
    2
    """
    if not callable(function):
        raise Wrong(f"a function is needed here, not {function!r}")
    answer = function(*arguments)
    demand_all([answer])
    return answer


def as_number(answer, what: str) -> float:
    """Read an answer as one float.

    Parameters
    ----------
    answer : object
    what : str
        The answer's name, for the sentence.

    Returns
    -------
    float

    Raises
    ------
    Wrong
        With what it was instead.

    >>> as_number(3, "the limit")
    3.0
    """
    if answer is None:
        raise Wrong(f"{what} is empty (None)")
    array = _floats(answer, f"{what} should be a number")
    if array.size != 1:
        raise Wrong(f"{what} should be one number, and this has {array.size} of them; a sum or a mean may be missing")
    return float(array.reshape(()))


def as_numbers(answer, n: int, what: str) -> np.ndarray:
    """Read an answer as n floats.

    Parameters
    ----------
    answer : object
    n : int
    what : str
        The answer's name, for the sentence.

    Returns
    -------
    float array of shape (n,)

    Raises
    ------
    Wrong
        With what it was instead.

    >>> as_numbers([1, 2], 2, "the scores")
    array([1., 2.])
    """
    array = _floats(answer, f"{what} should be numbers")
    if array.shape != (n,):
        raise Wrong(f"{what} should have shape ({n},), one number a row, and this has shape {array.shape}")
    return array


def as_series(answer, index: pd.Index, what: str) -> pd.Series:
    """Read an answer as one number a row of `index`; a Series in another order is put into this one.

    Parameters
    ----------
    answer : object
    index : Index of shape (n,)
    what : str
        The answer's name, for the sentence.

    Returns
    -------
    Series of shape (n,)

    Raises
    ------
    Wrong
        With what it was instead.

    >>> as_series(pd.Series([1.0, 2.0], index=["b", "a"]), pd.Index(["a", "b"]), "the scores").tolist()
    [2.0, 1.0]
    """
    if isinstance(answer, pd.Series) and not answer.index.equals(index):
        if not answer.index.is_unique or len(answer) != len(index) or not answer.index.isin(index).all():
            raise Wrong(f"{what} has another index than the orders; transform and arithmetic keep it, apply does not")
        answer = answer.reindex(index)
    return pd.Series(as_numbers(answer, len(index), what), index=index)


def as_list(answer, needed: str, but: tuple[type, ...] = ()) -> list:
    """Take an answer of several parts apart; with a part that is `...` it counts as not attempted.

    Parameters
    ----------
    answer : object
    needed : str
        The sentence for an answer that has no parts.
    but : tuple of types
        What has parts and is refused all the same.

    Returns
    -------
    list

    Raises
    ------
    Wrong
        The answer has no parts, or one is `...`.

    >>> as_list((1, 2), "two numbers are needed")
    [1, 2]
    """
    try:
        parts = list(None if isinstance(answer, but) else answer)
    except TypeError:
        raise Wrong(needed) from None
    demand_all(parts)
    return parts


def as_parts(answer, keys: Collection[str]) -> list:
    """Read an answer that is a dict with given keys; with a value that is `...` it counts as not attempted.

    Parameters
    ----------
    answer : object
    keys : collection of str
        The keys that the exercise names.

    Returns
    -------
    list
        The values, in the order of `keys`.

    Raises
    ------
    Wrong
        No dict, a key too few or too many, or a value that is `...`.

    >>> as_parts({"rule": "cost", "euros": 5}, ["euros", "rule"])
    [5, 'cost']
    """
    if not isinstance(answer, dict):
        raise Wrong(f"a dict with the keys {', '.join(keys)} is needed, not a {type(answer).__name__}")
    if wrong := [*(key for key in keys if key not in answer), *(key for key in answer if key not in keys)]:
        raise Wrong(f"{wrong[0]!r}: the keys are {', '.join(keys)}, no more and no fewer")
    demand_all(answer.values())
    return [answer[key] for key in keys]


def as_choice(answer, allowed: Collection[str], what: str) -> str:
    """Read an answer as one of a few names.

    Parameters
    ----------
    answer : str
    allowed : collection of str
        The names there are to choose from.
    what : str
        What is asked for, for the sentence about another answer.

    Returns
    -------
    str
        As it stands in `allowed`.

    Raises
    ------
    Wrong
        None of the names.

    >>> as_choice(" Cost ", {"cost", "promise"}, "the rule")
    'cost'
    """
    names = {name.casefold(): name for name in allowed}
    if not isinstance(answer, str) or answer.strip().casefold() not in names:
        raise Wrong(f"{what} is one of {', '.join(sorted(allowed))}; {answer!r} is none of them")
    return names[answer.strip().casefold()]


def as_set(answer, allowed: Collection[str]) -> set[str]:
    """Read an answer as a set of letters.

    Parameters
    ----------
    answer : iterable of str
    allowed : collection of str
        The letters there are to choose from.

    Returns
    -------
    set of str
        Lower case.

    Raises
    ------
    Wrong
        With what does not belong into it.

    >>> sorted(as_set(["a", "B"], {"a", "b"}))
    ['a', 'b']
    """
    parts = as_list(answer, f'a set of letters is needed, as in {{"a", "b"}}, not {answer!r}')
    letters = {str(part).strip().lower() for part in parts} - {"", ","}
    if strange := sorted(letters - set(allowed)):
        raise Wrong(f"{', '.join(strange)}: choose from {', '.join(sorted(allowed))}")
    return letters


def _floats(answer, wanted):
    try:
        return np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{wanted}, not a {type(answer).__name__}") from None
