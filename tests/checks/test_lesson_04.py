"""Answers to the exercises of lesson 04, and what the checks say to them."""

from helpers.checks import lesson_04
from tests.checks.answers import check_cases

import numpy as np

CASES = {
    1: [
        ([...], "empty"),
        ([288], "right"),
        ([np.int64(288)], "right"),
        ([256], "matrices"),
        ([300], "Four layers"),
        ([None], "is empty"),
    ],
    2: [
        ([...], "empty"),
        ([0.01363], "right"),
        ([np.float32(0.01363)], "right"),
        ([0.1908], "sum over the 14"),
        ([0.1167], "the root"),
        ([0.5], "is not it"),
        ([-1.0], "negative"),
        (["low"], "not a str"),
    ],
    3: [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 2, 5, 8, 9, 10, 11, 13}], "right"),
        ([[1, 2, 8, 9, 10, 11]], "right"),
        ([{1, 2}], "2 found, 6 or more"),
        ([{1, 4}], "line 4 is innocent"),
        ([{1, 2, 3, 8, 9, 10, 11, 12}], "right"),
        ([np.array([1, 2, 8, 9, 10, 11])], "right"),
        ([{1.5, 2}], "there is no line"),
        ([{99}], "there is no line"),
        ([5], "a set of line numbers"),
        ([set()], "0 found"),
    ],
    4: [
        ([..., np.arange(100.0), np.ones(100)], "empty"),
        ([27.5, np.arange(100.0), np.ones(100)], "right"),
        ([99.0, np.arange(100.0), np.ones(100)], "promise a higher"),
        ([-1.0, np.arange(100.0), np.ones(100)], "lower"),
        ([27.5, np.arange(100.0), np.zeros(100)], "fewer than half"),
    ],
    5: [([...], "empty"), (["word " * 30], "right"), (["short"], "1 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_04, CASES)
