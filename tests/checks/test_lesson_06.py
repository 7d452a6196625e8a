"""Answers to the exercises of lesson 06, and what the checks say to them."""

from helpers.checks import lesson_06
from tests.checks.answers import check_cases

import numpy as np


def change(sign=1, last=-2):
    """The answers of lesson 06, exercise 2, for its own windows of 25 values, right but for what the arguments say."""
    windows = np.random.default_rng(0).normal(size=(7, 25))
    taken_out = windows[:, [last]]
    return [sign * (windows[:, :-1] - taken_out)[:, :, None], sign * (windows[:, -1:] - taken_out), windows]


CASES = {
    1: [
        ([...], "empty"),
        ([142], "right"),
        ([np.int64(142)], "right"),
        ([176], "ignores the gaps"),
        ([140], "lacks the last window"),
        ([144], "counts 24 points"),
        ([128], "negative number"),
        ([7], "is not it"),
        ([None], "is empty"),
        ([[6, 0, 136]], "3 of them"),
    ],
    2: [
        ([..., ..., np.zeros((1, 25))], "empty"),
        (change(), "right"),
        (change(sign=-1), "the sign"),
        (change(last=0), "X_change: its last hour"),
        (change(last=-1), "X_change: its last hour"),
        ([change()[0], change(last=-1)[1], change()[2]], "its own value"),
        ([change()[0], change(last=0)[1], change()[2]], "minus the last known"),
        ([change()[0][:, :, 0], change()[1], change()[2]], "the shape (7, 24)"),
        ([change()[0], change()[1][:, 0], change()[2]], "the shape (7,)"),
    ],
    3: [
        ([...], "empty"),
        ([{3, 4, 5, 7, 8, 11, 12}], "right"),
        ([[3, 7, 8, 11, 12, 13]], "right"),
        ([{3, 4, 13}], "2 found, 5 or more"),
        ([{3, 4, 5, 7, 9}], "line 9 is innocent"),
        ([{14}], "there is no line 14"),
        ([{3, ...}], "empty"),
        ([set()], "0 found"),
        (["3, 4"], "a set of line numbers"),
    ],
    4: [
        ([..., ...], "empty"),
        ([18, 4.359], "right"),
        ([np.int64(18), np.float64(4.4)], "right"),
        ([13, 3.2117], "a day's period"),
        ([18, 0.6227], "a day; take them times 7"),
        ([18, 1.0], "second thing"),
        ([4, 4.36], "of 20 is not it"),
        ([None, 4.36], "is empty"),
    ],
    5: [([...], "empty"), (["word " * 30], "right"), (["Call me."], "2 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_06, CASES)
