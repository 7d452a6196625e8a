"""Checks of the exercises of lesson 11, choosing a detector for your own data."""

from helpers.checks.core import (
    Wrong,
    as_choice,
    as_list,
    as_number,
    as_parts,
    as_set,
    demand_all,
    exercise,
    refuse,
    try_out,
)
from helpers.datasets.results import load_results
from helpers.detectors.catalogue import CATALOGUE

import numpy as np
import pandas as pd

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

DECISIONS = {
    "member_id": {"leave out": "it counts the members: a name, and a different one in each row"},
    "postcode": {"category": "few of them can be compared", "leave out": "too many of them to compare"},
    "age": {"number": "a quantity"},
    "plan": {"category": "a few names"},
    "joined": {"date": "its month and weekday may speak"},
    "visits_last_month": {"number": "a quantity"},
    "currency": {"leave out": "it never changes, so it tells nothing apart"},
    "refund_reason": {"leave out": "empty nearly everywhere, and filled in after the fact: it is the answer"},
}
HINTS = {
    "member_id": "is the mean of member numbers anything? It is a name made of digits, different in each row",
    "postcode": "is 80331 more than 10115? A name made of digits",
    "joined": "these are days: month and weekday may speak",
    "currency": "it has one value only: what could it tell apart?",
    "refund_reason": "when is it filled in, and by whom? A column that knows the answer must not teach",
}
FIRST_CASE = "detectors that agree on 2 of the 4 highest"
KINDS = ("number", "category", "date", "leave out")
SECONDS, MANY_ROWS = 20, 1_000_000
PARTS = ("detector", "promised", "achieved", "kept", "sentences")
TOO_MUCH = {
    "b": "(b) an alarm says strange, not wrong: the owner decides what it is",
    "d": "(d) recall was counted on the kinds of trouble that the file holds; of others nothing is known",
}
SUPPORTED = {
    "c": "(c) is why the test part was kept back: it neither taught nor chose",
    "e": "(e) is what the interval of `behind best` says, no more and no less",
}


@exercise
def exercise_1(decisions) -> str:
    """Decide what becomes of each of eight columns of a gym's list of members.

    >>> exercise_1({"member_id": "number"})
    not yet: member_id: is the mean of member numbers anything? It is a name made of digits, different in each row
    """
    if not isinstance(decisions, dict):
        raise Wrong('decisions should be a dictionary, as in {"age": "number", ...}')
    for column, answer in decisions.items():
        _judge_column(column, answer)
    if not decisions:
        raise Wrong("nothing decided yet: the dictionary is empty")
    if missing := [column for column in DECISIONS if column not in decisions]:
        raise Wrong(f"right so far; still to decide: {', '.join(missing)}")
    return "names are no quantities, a constant says nothing, and what is filled in after the fact is the answer"


def _judge_column(column, answer):
    if column not in DECISIONS:
        raise Wrong(f"there is no column {column!r}")
    demand_all([answer])
    if answer not in KINDS:
        raise Wrong(f"{column}: {answer!r} is none of {', '.join(map(repr, KINDS))}")
    if answer not in DECISIONS[column]:
        raise Wrong(f"{column}: {HINTS.get(column, 'look at its first values again')}")


@exercise
def exercise_2(overlap) -> str:
    """Write a function of two arrays of scores and k: the share of the k highest that both have.

    >>> exercise_2(lambda first, second, k: 0.5)
    not yet: a detector and itself in other units: 0.5, where 1 was expected
    """
    a = np.array([9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    b = np.array([8.0, 0.1, 6.5, 0.2, 0.3, 9, 7, 0.7, 0.0, 0.6])
    cases = {
        FIRST_CASE: (a, b, 4, 1 / 2),
        "a detector and itself in other units": (a, 100 * a - 7, 3, 1.0),
        "opposite detectors": (a, -a, 4, 0.0),
    }
    for what, (first, second, k, right) in cases.items():
        given = first.copy(), second.copy()
        share = try_out(overlap, *given, k)
        if np.ndim(share):
            raise Wrong(f"one number is needed, and this is a {type(share).__name__} of {np.size(share)}")
        share = as_number(share, "overlap(first, second, k)")
        if not (np.array_equal(given[0], first) and np.array_equal(given[1], second)):
            raise Wrong("the function changes the scores that it was given; work on copies, as in -first")
        if np.isclose(share, right * k) and right * k > 1:
            raise Wrong(f"{share:g} rows of {k}: divide by k, a share is asked for")
        if what == "opposite detectors" and np.isclose(share, 1.0):
            raise Wrong("opposite detectors agree fully? Take the k *highest* of both")
        lowest = len(np.intersect1d(np.argsort(first)[:k], np.argsort(second)[:k])) / k
        if np.isclose(share, lowest) and not np.isclose(share, right):
            raise Wrong("these are the k lowest of both; argsort goes upwards: sort -first and -second")
        if what == FIRST_CASE and np.isclose(share, 1):
            raise Wrong("two detectors that share half of their lists get 1: is second compared with first?")
        by_value = len(np.intersect1d(np.sort(first)[-k:], np.sort(second)[-k:])) / k
        if np.isclose(share, by_value) and not np.isclose(share, right):
            raise Wrong(
                "these are scores that both have; compare the places of the k highest, two detectors never "
                "measure in the same units"
            )
        if not np.isclose(share, right):
            raise Wrong(f"{what}: {share:.3g}, where {right:.3g} was expected")
    return "the same list in other units gives 1, the reversed one 0"


@exercise
def exercise_3(simplest) -> str:
    """Write a function of a ranking: the first detector whose distance to the best may be 0.

    >>> exercise_3(lambda ranking: ranking["behind best"].idxmin())
    not yet: you take the best, BiGAN; PCA cannot be told from it and is simpler
    """
    names = ["Z-score", "forest", "PCA", "autoencoder", "BiGAN"]
    near = _ranking(names, [0.20, np.nan, 0.03, 0.01, 0.0], [0.11, np.nan, -0.02, -0.03, 0.0])
    clear = _ranking(names, [0.20, 0.15, 0.08, np.nan, 0.0], [0.11, 0.08, 0.01, np.nan, 0.0])
    for ranking, right in ((near, "PCA"), (clear, "BiGAN")):
        try:
            name = try_out(simplest, ranking.copy())
        except IndexError:
            raise Wrong(
                "no detector is left in one ranking: the best is 0 behind itself, so ask for at or below 0"
            ) from None
        if not isinstance(name, str):
            raise Wrong(f"the name of one detector is needed, and this is a {type(name).__name__}")
        if name == right:
            continue
        if name not in names:
            raise Wrong(f"{name!r} is no detector of the ranking: {', '.join(names)}")
        if np.isnan(ranking.loc[name, "behind best"]):
            raise Wrong(f"{name} was left out: its numbers are NaN")
        if name == "BiGAN" and ranking.loc[right, "behind best"] > 0:
            raise Wrong(f"you take the best, BiGAN; {right} cannot be told from it and is simpler")
        low = ranking.loc[name, "behind low"]
        raise Wrong(
            f"{name} is behind the best by {low:.2f} at least: that can be told"
            if low > 0
            else f"{right} comes before {name} in the ranking and cannot be told from the best either"
        )
    return "PCA where three are level, and the BiGAN where it is beyond chance"


def _ranking(names, behind, low):
    return pd.DataFrame({"behind best": behind, "behind low": low}, index=pd.Index(names, name="detector"))


@exercise
def exercise_4(in_time) -> str:
    """Name the detectors that learn from a million rows and score a million in less than 20 seconds together.

    >>> exercise_4({"telepathy"})
    not yet: 'telepathy' is not in the table
    """
    needed = f'a set of names is needed, as in {{"PCA"}}, not {in_time!r}'
    names = {str(name) for name in as_list(in_time, needed, but=(str,))}
    cost = load_results("cost").query("rows == @MANY_ROWS").set_index("detector")
    if unknown := names - set(cost.index):
        raise Wrong(f"{min(unknown)!r} is not in the table")
    seconds = cost["train_seconds"] + cost["score_seconds"]
    for name in sorted(names):
        if np.isnan(seconds[name]):
            raise Wrong(f"{name} was stopped after two minutes, while it scored")
        if seconds[name] >= SECONDS:
            raise Wrong(f"{name} takes {seconds[name]:.0f} s: learning and scoring both count")
    if missing := set(seconds.index[seconds < SECONDS]) - names:
        raise Wrong(f"{len(missing)} more would be done in time; look at every row of 1,000,000")
    return (
        f"{len(names)} of {len(cost)}. The GANs train the same number of steps whatever the rows; the autoencoders "
        "could learn from a sample, and the neighbours keep one"
    )


@exercise
def exercise_5(my_report) -> str:
    """Report what was chosen, what was promised and kept, and which sentences that supports.

    >>> exercise_5({"detector": "PCA", "promised": 0.01, "achieved": 0.05, "kept": True, "sentences": "abc"})
    not yet: 0.05 of the normal rows were flagged where 0.01 was promised: the promise was not kept
    """
    detector, promised, achieved, kept, sentences = as_parts(my_report, PARTS)
    as_choice(detector, {name for entry in CATALOGUE.values() for name in _names(entry)}, "the detector")
    _judge_promise(as_number(promised, "promised"), as_number(achieved, "achieved"), kept)
    letters = as_set(sentences, set("abcde"))
    refuse({sentence: letter in letters for letter, sentence in TOO_MUCH.items()})
    refuse({sentence: letter not in letters for letter, sentence in SUPPORTED.items()})
    supported = bool(kept) and np.isclose(promised, 0.01)
    flagged = f"{achieved:g} of the normal rows were flagged, where {promised:g} was promised"
    refuse(
        {
            "(a) is what the limit promises, and what the verdict counted": supported and "a" not in letters,
            f"(a) says one in a hundred; {flagged}": not supported and "a" in letters,
        }
    )
    return "that can be defended. Say on which rows it was counted, and ask again when the source changes"


def _names(entry):
    return {contender.name for contender in entry.contenders.values()}


def _judge_promise(promised, achieved, kept):
    for share in (promised, achieved):
        if not 0 <= share <= 1:
            raise Wrong(f"{share:g} is no share: 1 % is 0.01")
    flagged = f"{achieved:g} of the normal rows were flagged where {promised:g} was promised"
    hints = {
        "a rate of 0 cannot be promised": promised == 0,
        f"{promised:g} promises that every normal row is flagged; 1 % is 0.01": promised == 1,
        f"kept should be True or False, not {kept!r}": kept not in (True, False),
        f"{flagged}: the promise was not kept": bool(kept) and achieved > 2 * promised,
        f"{flagged}: the promise was kept": not kept and achieved <= promised,
    }
    refuse(hints)
