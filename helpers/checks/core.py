"""What every exercise check does alike: notice an empty answer, turn a complaint or a crash into a sentence."""

import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

__all__ = [
    "NOT_ATTEMPTED",
    "Reply",
    "Wrong",
    "as_number",
    "as_numbers",
    "as_series",
    "as_set",
    "as_text",
    "exercise",
    "find_faults",
    "try_out",
]

NOT_ATTEMPTED = "not attempted yet: replace the ... above and run both cells again"


class Wrong(Exception):
    """Raised inside a check: the answer is not right yet; the message says why and what to try."""


@dataclass(frozen=True)
class Reply:
    """A check's answer, shown without quotes at the end of a cell.

    >>> Reply("right", "42 it is")
    right: 42 it is
    """

    verdict: str  # "right", "not yet" or "empty"
    text: str

    def __repr__(self) -> str:
        return self.text if self.verdict == "empty" else f"{self.verdict}: {self.text}"


def exercise(check: Callable[..., str]) -> Callable[..., Reply]:
    """Make a check of a function that returns a line of praise, or raises `Wrong` with a hint.

    An answer that is still `...` counts as not attempted. Any other exception becomes a reply, never a traceback:
    a learner's mistake must not stop Run All Cells.

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
        if any(answer is ... for answer in answers):
            return Reply("empty", NOT_ATTEMPTED)
        try:
            return Reply("right", check(*answers))
        except Wrong as wrong:
            return Reply("not yet", str(wrong)) if str(wrong) else Reply("empty", NOT_ATTEMPTED)
        except Exception as error:
            return Reply("not yet", f"checking your answer stopped with {type(error).__name__}: {error}")

    return reply


def try_out(function: Callable, *arguments):
    """Call the learner's function; one that still returns `...` counts as not attempted.

    Raises `Wrong` when `function` cannot be called at all.

    >>> try_out(abs, -2)
    2
    """
    if not callable(function):
        raise Wrong(f"a function is needed here, not {function!r}")
    answer = function(*arguments)
    if answer is ...:
        raise Wrong("")
    return answer


def as_number(answer, what: str) -> float:
    """The answer as one float; `Wrong` says what it was instead.

    >>> as_number(3, "the limit")
    3.0
    """
    if answer is None:
        raise Wrong(f"{what} is empty (None)")
    try:
        array = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} should be a number, not a {type(answer).__name__}") from None
    if array.size != 1:
        raise Wrong(f"{what} should be one number, and this has {array.size} of them; a sum or a mean may be missing")
    return float(array.reshape(()))


def as_numbers(answer, n: int, what: str) -> np.ndarray:
    """The answer as a float array of shape (n,); `Wrong` says what it was instead.

    >>> as_numbers([1, 2], 2, "the scores")
    array([1., 2.])
    """
    try:
        array = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} should be numbers, not a {type(answer).__name__}") from None
    if array.shape != (n,):
        raise Wrong(f"{what} should have shape ({n},), one number a row, and this has shape {array.shape}")
    return array


def as_series(answer, index: pd.Index, what: str) -> pd.Series:
    """The answer as one number a row of `index`; a Series in another order is put into this one.

    >>> as_series(pd.Series([1.0, 2.0], index=["b", "a"]), pd.Index(["a", "b"]), "the scores").tolist()
    [2.0, 1.0]
    """
    if isinstance(answer, pd.Series) and not answer.index.equals(index):
        if not answer.index.is_unique or len(answer) != len(index) or not answer.index.isin(index).all():
            raise Wrong(f"{what} has another index than the orders; transform and arithmetic keep it, apply does not")
        answer = answer.reindex(index)
    return pd.Series(as_numbers(answer, len(index), what), index=index)


def as_set(answer, allowed: Collection[str]) -> set[str]:
    """The answer as a set of letters; `Wrong` names what does not belong into it.

    >>> sorted(as_set(["a", "B"], {"a", "b"}))
    ['a', 'b']
    """
    try:
        parts = list(answer)
    except TypeError:
        raise Wrong(f'a set of letters is needed, as in {{"a", "b"}}, not {answer!r}') from None
    if any(part is ... for part in parts):
        raise Wrong("")
    letters = {str(part).strip().lower() for part in parts} - {"", ","}
    if strange := sorted(letters - set(allowed)):
        raise Wrong(f"{', '.join(strange)}: choose from {', '.join(sorted(allowed))}")
    return letters


def as_text(answer, wanted: str, words: int = 20) -> str:
    """Praise for an open answer that is long enough; a text, or several sentences in a list or dict.

    >>> as_text("a b c", "three letters", words=3)
    'written down. Compare it with the worked solution in the folder solutions'
    """
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list | tuple):
        answer = " ".join(map(str, answer))
    if not isinstance(answer, str):
        raise Wrong(f'write your answer as a text, between """ and """, not as a {type(answer).__name__}')
    n = len(answer.split())
    if n < words:
        raise Wrong(f"{n} words so far; write {wanted}, {words} words or more: you will come back to them")
    return "written down. Compare it with the worked solution in the folder solutions"


def find_faults(answer, faults: dict[int, str], innocent: dict[int, str], enough: int, fair=frozenset()) -> str:
    """Judge a set of line numbers: praise with the reason of each fault, or `Wrong` for too few or an innocent line.

    fair: lines that may be named and do not count.

    >>> find_faults({1, 3}, {1: "ids are names", 2: "a leak"}, {4: "this is right"}, enough=1, fair={3})
    '(1) ids are names. And also: (2) a leak'
    """
    if isinstance(answer, str | dict) or not isinstance(answer, Iterable):
        raise Wrong("faulty should be a set of line numbers, as in {1, 2}")
    if any(line is ... for line in answer):
        raise Wrong("")
    lines = {as_number(line, "a line number") for line in answer} - set(fair)
    if strange := lines - faults.keys() - innocent.keys():
        raise Wrong(f"there is no line {min(strange):g}")
    if named := [line for line in innocent if line in lines]:
        raise Wrong("; ".join(f"line {line} is innocent: {innocent[line]}" for line in named))
    found, left = (
        "; ".join(f"({line}) {reason}" for line, reason in faults.items() if (line in lines) == wanted)
        for wanted in (True, False)
    )
    if len(lines) < enough:
        raise Wrong(f"{len(lines)} found, {enough} or more are needed. {found}".strip())
    return found + (f". And also: {left}" if left else "")
