"""Answers to the exercises of lesson 11, and what the checks say to them."""

from helpers.checks import lesson_11
from helpers.datasets import load_results
from tests.checks.answers import check_cases

import numpy as np


def gym(**changes):
    """The right answer of lesson 11, exercise 1, but for what the arguments say."""
    right = {
        "member_id": "leave out",
        "postcode": "category",
        "age": "number",
        "plan": "category",
        "joined": "date",
        "visits_last_month": "number",
        "currency": "leave out",
        "refund_reason": "leave out",
    }
    return right | changes


def overlap(first, second, k):
    return len(np.intersect1d(np.argsort(-first)[:k], np.argsort(-second)[:k])) / k


def in_place(first, second, k):
    """Right, but it turns the scores of its caller round."""
    first *= -1
    second *= -1
    return len(np.intersect1d(np.argsort(first)[:k], np.argsort(second)[:k])) / k


def in_time(seconds=20):
    million = load_results("cost").query("rows == 1_000_000")
    return set(million.loc[million["train_seconds"] + million["score_seconds"] < seconds, "detector"])


def written(**changes):
    """The right answer of lesson 11, exercise 5, but for what the arguments say."""
    right = {"detector": "isolation forest", "promised": 0.01, "achieved": 0.009, "kept": True, "sentences": {*"ace"}}
    return right | changes


CASES = {
    1: [
        ([...], "empty"),
        ([gym()], "right"),
        ([gym(postcode="leave out")], "right"),
        ([gym(age=...)], "empty"),
        ([gym(member_id="number")], "made of digits"),
        ([gym(currency="category")], "one value only"),
        ([gym(refund_reason="category")], "must not teach"),
        ([gym(postcode="number")], "80331"),
        ([gym(joined="number")], "these are days"),
        ([gym(age="date")], "first values again"),
        ([gym(plan="text")], "none of 'number'"),
        ([gym(shoe_size="number")], "no column 'shoe_size'"),
        ([{"age": "number"}], "still to decide: member_id"),
        ([{}], "nothing decided yet"),
        ([["number"]], "a dictionary"),
    ],
    2: [
        ([...], "empty"),
        ([lambda a, b, k: ...], "empty"),
        ([overlap], "right"),
        ([lambda a, b, k: k * overlap(a, b, k)], "divide by k"),
        ([lambda a, b, k: overlap(-a, -b, k)], "the k lowest"),
        ([lambda a, b, k: np.argsort(-a)[:k]], "a ndarray of 4"),
        ([lambda a, b, k: np.isin(a, b).mean()], "where 0.5 was expected"),
        ([lambda a, b, k: len(set(np.argsort(a)[-k:]) & set(np.argsort(b)[-k:])) / k], "right"),
        ([lambda a, b, k: overlap(a, a, k)], "is second compared"),
        ([lambda a, b, k: len(np.intersect1d(np.sort(a)[-k:], np.sort(b)[-k:])) / k], "compare the places"),
        ([lambda a, b, k: (np.argsort(-a)[:k] == np.argsort(-b)[:k]).mean()], "0, where 0.5 was expected"),
        ([in_place], "work on copies"),
        ([0.4], "a function is needed"),
    ],
    3: [
        ([...], "empty"),
        ([lambda r: ...], "empty"),
        ([lambda r: r.index[r["behind low"] <= 0][0]], "right"),
        ([lambda r: r["behind best"].idxmin()], "you take the best"),
        ([lambda r: "forest"], "was left out"),
        ([lambda r: r.index[0]], "behind the best by 0.11"),
        ([lambda r: 2], "the name of one detector"),
        ([lambda r: "autoencoder"], "comes before"),
        ([lambda r: "GAN"], "no detector of the ranking"),
        ([lambda r: r.index[r["behind low"] < 0][0]], "at or below 0"),
    ],
    4: [
        ([...], "empty"),
        ([in_time()], "right"),
        ([sorted(in_time())], "right"),
        ([in_time() - {"z-score"}], "1 more"),
        ([{"telepathy"}], "not in the table"),
        ([in_time(1e9)], "both count"),
        ([3], "a set of names"),
        (["PCA"], "a set of names"),
        ([in_time() | {"5 nearest neighbours"}], "stopped after two minutes"),
    ],
    5: [
        ([written(kept=...)], "empty"),
        ([written()], "right"),
        ([written(detector="Z-score", sentences=["E", "a", "c"])], "right"),
        ([written(detector="Z-score", promised=0.05, achieved=0.04, sentences="ce")], "right"),
        ([written(promised=0.05, achieved=0.04)], "(a) says one in a hundred"),
        ([written(achieved=0.03, kept=False)], "(a) says one in a hundred"),
        ([written(achieved=0.03, kept=False, sentences="ce")], "right"),
        ([written(sentences="ce")], "(a) is what the limit promises"),
        ([written(promised=1)], "every normal row is flagged"),
        ([written(detector="the best one")], "the detector is one of"),
        ([written(achieved=0.92, kept=True)], "was not kept"),
        ([written(achieved=92)], "92 is no share"),
        ([written(achieved=0.008, kept=False)], "the promise was kept"),
        ([written(kept="yes")], "True or False"),
        ([written(promised=0)], "a rate of 0"),
        ([written(sentences=set("abce"))], "the owner decides"),
        ([written(sentences=set("acde"))], "of others nothing is known"),
        ([written(sentences=set("ae"))], "(c) is why"),
        ([{"detector": "PCA"}], "the keys are"),
        (["It is done. " * 20], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_11, CASES)
