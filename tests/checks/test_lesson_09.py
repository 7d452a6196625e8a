"""Answers to the exercises of lesson 09, and what the checks say to them."""

from helpers.checks import lesson_09
from tests.checks.answers import check_cases, crash

import numpy as np

CASES = {
    1: [
        ([..., ...], "empty"),
        ([2 / 3, 0.00016961], "right"),
        ([np.float32(0.667), 0.00017], "right"),
        ([1 / 3, 0.00016961], "chance of being forged"),
        ([2 / 3, 0.99983], "chance of being forged"),
        ([0.5, 0.00016961], "half as high"),
        ([0.9, 0.1], "at 0: 0.9 is not p"),
        ([2 / 3, 0.1], "at 5: 0.1 is not p"),
        ([2 / 3, None], "is empty"),
        (["high", 0.1], "not a str"),
        ([2 / 3, 0.0], "do not round"),
    ],
    2: [
        ([lambda logits: ...], "empty"),
        ([lambda logits: -np.logaddexp(0, logits).mean()], "right"),
        ([lambda logits: np.logaddexp(0, -logits).mean()], "-log D"),
        ([lambda logits: np.logaddexp(0, logits).mean()], "sign is turned"),
        ([lambda logits: -np.logaddexp(0, -logits).mean()], "a sign slipped"),
        ([lambda logits: -np.logaddexp(0, logits).sum()], "the sum"),
        ([lambda logits: 0.0], "not 0.000"),
        ([lambda logits: np.log(1 - 1 / (1 + np.exp(-logits))).mean()], "yours gives -inf"),
        ([lambda logits: -np.logaddexp(0, logits)], "4 of them"),
        ([crash], "KeyError"),
        ([0.5], "a function is needed"),
    ],
    3: [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 4, 9, 11, 12, 14, 15}], "right"),
        ([[1, 4, 9, 12, 14]], "right"),
        ([{1, 4, 9, 11, 13, 14, 15}], "right"),
        ([{1, 4}], "2 found, 5 or more"),
        ([{1, 7}], "line 7 is innocent"),
        ([{16}], "there is no line 16"),
        ([set()], "0 found"),
        ([5], "a set of line numbers"),
    ],
    4: [
        ([..., ..., np.linspace(-1, 3, 1000)], "empty"),
        ([0.75, 2.962, np.linspace(-1, 3, 1000)], "right"),
        ([0.25, 2.962, np.linspace(-1, 3, 1000)], "called real"),
        ([750, 2.962, np.linspace(-1, 3, 1000)], "percent"),
        ([0.6, 2.962, np.linspace(-1, 3, 1000)], "is not 0.600"),
        ([0.75, 0.0, np.linspace(-1, 3, 1000)], "flags 75.0"),
        ([0.75, 9.0, np.linspace(-1, 3, 1000)], "flags 0 of 1,000"),
        ([0.75, 2.993, np.linspace(-1, 3, 1000)], "right"),
        ([0.75, 3.0, np.linspace(-1, 3, 1000)], "hides odd points too"),
        ([0.75, None, np.linspace(-1, 3, 1000)], "is empty"),
    ],
    5: [([...], "empty"), (["word " * 30], "right"), (["No."], "1 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_09, CASES)
