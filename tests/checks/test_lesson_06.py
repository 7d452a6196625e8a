"""Answers to the exercises of lesson 06, and what the checks say to them."""

from helpers.checks import lesson_06
from tests.checks.answers import check_cases

import numpy as np
import pandas as pd
import pytest

BOARD = pd.DataFrame(
    {
        "a day": [0.11, 1.13, 0.12, 0.57, 0.41, 0.82, 0.75],
        "low": [0.01, 0.69, 0.01, 0.26, 0.15, 0.42, 0.2],
        "high": [0.41, 1.75, 0.42, 1.09, 0.89, 1.43, 1.35],
    },
    index=[
        *("below the median", "distance from median", "persistence", "seasonal naive", "linear regression"),
        *("LSTM, start 0", "LSTM, start 1"),
    ],
)


@pytest.fixture(autouse=True, scope="module")
def no_training():
    """What three trainings would give: they are run where the lesson is."""
    patched = pytest.MonkeyPatch()
    patched.setattr(lesson_06, "alarms_of_changes", lambda: (0.1, 0.2, 0.3))
    yield
    patched.undo()


def change(sign=1, last=-2):
    """The answers of lesson 06, exercise 2, for its own windows of 25 values, right but for what the arguments say."""
    windows = np.random.default_rng(0).normal(size=(7, 25))
    taken_out = windows[:, [last]]
    return [sign * (windows[:, :-1] - taken_out)[:, :, None], sign * (windows[:, -1:] - taken_out), windows, BOARD]


def rule(**changes):
    """Arguments of exercise 4: the worked solution's answer but for some parts, whose names have _ for a space."""
    answer = {
        "calls at once": "below the median",
        "morning list": "persistence",
        "calls in 30 days": 30 * 0.41,
        "blind hours": 0,
    }
    return [answer | {key.replace("_", " "): value for key, value in changes.items()}, BOARD]


CASES = {
    1: [
        ([...], "empty"),
        ([142], "right"),
        ([np.int64(142)], "right"),
        ([142.0], "right"),
        ([176], "ignores the gaps"),
        ([140], "lacks the last window"),
        ([144], "counts 24 points"),
        ([128], "negative number"),
        ([177], "ignores the gaps, and counts 24 points"),
        ([7], "is not it"),
        ([None], "is empty"),
        ([[6, 0, 136]], "3 of them"),
    ],
    2: [
        ([..., ..., np.zeros((1, 25)), BOARD], "empty"),
        (change(), "right"),
        ([part.astype("float32") if i < 2 else part for i, part in enumerate(change())], "right"),
        ([part.tolist() if i < 2 else part for i, part in enumerate(change())], "right"),
        (change(sign=-1), "the sign"),
        (change(last=0), "X_change: its last hour"),
        (change(last=-1), "X_change: its last hour"),
        ([change()[0], change(last=-1)[1], *change()[2:]], "its own value"),
        ([change()[0], change(last=0)[1], *change()[2:]], "minus the last known"),
        ([change()[0][:, :, 0], *change()[1:]], "the shape (7, 24)"),
        ([change()[0], change()[1][:, 0], *change()[2:]], "the shape (7,)"),
    ],
    3: [
        ([...], "empty"),
        ([{3, 4, 5, 7, 8, 11, 13}], "right"),
        ([[3, 7, 8, 11, 13]], "right"),
        ([(4, 5, 7, 8, 11)], "right"),
        ([{3, 4}], "2 found, 5 or more"),
        ([{3, 4, 5, 7, 9}], "line 9 is innocent"),
        ([{3, 4, 5, 7, 12}], "line 12 is innocent"),
        ([set(range(1, 14))], "6 of these 13 lines are innocent"),
        ([{14}], "there is no line 14"),
        ([{3, ...}], "empty"),
        ([set()], "0 found"),
        (["3, 4"], "a set of line numbers"),
    ],
    4: [
        (rule(blind_hours=...), "empty"),
        (rule(), "right"),
        (
            rule(calls_at_once="persistence", morning_list="LSTM, start 0", calls_in_30_days=12.6, blind_hours=1),
            "right",
        ),
        (rule(calls_at_once="linear regression", calls_in_30_days=np.float64(26.7), blind_hours=24), "right"),
        (rule(calls_in_30_days=13), "right"),
        (rule(calls_in_30_days=3.3), "that is what was counted"),
        (rule(calls_in_30_days=0.41), "one day's"),
        (rule(calls_in_30_days=2.87), "a week's"),
        (rule(calls_in_30_days=50), "is not it"),
        (rule(calls_at_once="LSTM, start 0", calls_in_30_days=43, blind_hours=24), "broke the promise"),
        (rule(calls_at_once="distance from median"), "broke the promise"),
        (rule(calls_at_once="seasonal naive"), "an echo"),
        (rule(morning_list="below the median"), "choose another row"),
        (rule(calls_at_once="persistence", morning_list="below the median"), "sees no rise"),
        (rule(blind_hours=24), "blind for 0 hours"),
        (
            rule(calls_at_once="persistence", morning_list="LSTM, start 0", calls_in_30_days=12.6),
            "blind for 1 hour after",
        ),
        (rule(calls_at_once="median"), "what calls at once is one of"),
        ([{"calls at once": "persistence"}, BOARD], "'morning list': the keys are"),
        (["wake me", BOARD], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_06, CASES)
