"""Answers to the exercises of lesson 05, and what the checks say to them."""

from helpers.checks import lesson_05
from tests.checks.answers import check_cases, crash

import numpy as np


def area_of(**wrong):
    """`pca_auroc` of lesson 05, exercise 2, right but for what the arguments say."""

    def pca_auroc(digit):
        found = lesson_05.areas(wrong.get("digit", digit))[wrong.get("error", "tolerant")]
        return 1 - found if wrong.get("swapped") else found

    return pca_auroc


CASES = {
    1: [
        ([..., ...], "empty"),
        ([0.0048181, 1.0], "right"),
        ([np.float32(0.0048181), 1], "right"),
        ([0.0048181 * 784, 1.0], "sum over the pixels"),
        ([0.0048181**0.5, 1.0], "root"),
        ([0.003016, 1.0], "32"),
        ([0.39, 1.0], "is not 0.39"),
        ([0.0048181, 100], "count or percent"),
        ([0.0048181, 0.0], "share is not 0"),
        ([0.0048181, None], "is empty"),
        (["blank", 1.0], "not a str"),
        ([np.zeros(784), 1.0], "784 of them"),
    ],
    2: [
        ([lambda digit: ...], "empty"),
        ([area_of()], "right"),
        ([area_of(swapped=True)], "swapped"),
        ([area_of(error="squared")], "use tolerant_error"),
        ([area_of(error="relative")], "divided by the ink"),
        ([area_of(digit=1)], "depends on the digit"),
        ([crash], "KeyError"),
        ([0.97], "a function is needed"),
        ([lambda digit: None], "is empty"),
    ],
    3: [
        ([...], "empty"),
        ([{1, 2, 7, 8, 11, 13}], "right"),
        ([[1, 2, 7, 11, 13]], "right"),
        ([{1, ...}], "empty"),
        ([{1, 2, 7, 8}], "4 found"),
        ([{1, 2, 7, 8, 11, 10}], "line 10 is innocent"),
        ([{14}], "there is no line 14"),
        ([set()], "0 found"),
        (["1, 2"], "a set of line numbers"),
        ([{"one"}], "not a str"),
    ],
    4: [([...], "empty"), (["word " * 30], "right"), (["PCA."], "1 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_05, CASES)
