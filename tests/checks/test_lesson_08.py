"""Answers to the exercises of lesson 08, and what the checks say to them."""

from helpers.checks import lesson_08
from tests.checks.answers import check_cases, crash

import numpy as np

CASES = {
    1: [
        ([...], "empty"),
        ([(4992, ..., 0)], "empty"),
        ([(4992, 8320, 0)], "right"),
        ([np.array([4992, 8320, 0])], "right"),
        ([(4864, 8192, 0)], "shifts are missing"),
        ([(1248, 2080, 0)], "one gate"),
        ([(4000, 8320, 0)], "not 4000"),
        ([(4992, 4992, 0)], "does not read the channels"),
        ([(4992, 100, 0)], "decoder has not 100"),
        ([(8320, 4992, 0)], "swapped"),
        ([(4992, 8320, 8320)], "adds no weight"),
        ([4992], "three numbers"),
        ([(4992, 8320)], "shape (3,)"),
        ([("a", "b", "c")], "should be numbers"),
    ],
    2: [
        ([lambda before: ...], "empty"),
        ([lesson_08.rank_of_marked], "right"),
        ([lambda before: lesson_08.rank_of_marked(before) - 1], "start at 1"),
        ([lambda before: lesson_08.rank_of_marked(96)], "Does `before` reach"),
        ([lambda before: 24], "24, where 3"),
        ([lambda before: None], "is empty"),
        ([3], "a function is needed"),
        ([crash], "KeyError"),
    ],
    3: [
        ([...], "empty"),
        ([{2, 6, 10, 12, 13}], "right"),
        ([[2, 6, 12, 13]], "right"),
        ([{2, 3, 6, 10, 12}], "right"),
        ([{2, 6, 10}], "3 found"),
        ([{2, 6, 9, 10}], "line 9 is innocent"),
        ([{14}], "there is no line 14"),
        ([{1, ...}], "empty"),
        (["2, 6"], "a set of line numbers"),
    ],
    4: [([...], "empty"), (["word " * 30], "right"), (["List."], "1 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_08, CASES)
