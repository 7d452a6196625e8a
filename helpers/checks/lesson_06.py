"""Checks of the exercises of lesson 06, forecasts of a flow."""

from functools import cache

from helpers.checks.core import Wrong, as_choice, as_number, as_parts, bug_hunt, exercise
from helpers.datasets.series import load_water_flow
from helpers.evaluation.events import false_alarms_per_day
from helpers.evaluation.thresholds_in_time import alarms_threshold
from helpers.windows import gap_starts, to_points

import numpy as np

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4"]

STRETCHES, POINTS = (30, 10, 160), 25
TRAIN, VALIDATION, CALIBRATION, TEST = slice(340, 580), slice(604, 711), slice(711, 829), slice(829, 1268)
FAULTS = {
    3: "111 missing hours are drawn as straight lines, water that nobody measured; and as rows are put in, row 829 and "
    "the labels no longer belong together",
    4: "mean and deviation of the whole series, the test included; and the deep falls make the ruler ten times as long",
    5: "rows 0 to 580 hold three of the four events: the network learns to rebuild them",
    7: "windows are cut before they are split, so the first validation windows share points with training windows: "
    "leave a window's length between the parts",
    8: "the largest error on training rows, which were fitted and hold events: no promise, and one odd row decides",
    11: "a slice ends before its end, so the window that starts at i is lost; and it asks windows that end after i, so "
    "nothing can be said before they have come",
    13: "a share of flagged hours is no number of alarms a day: an alarm of ten hours is one alarm",
}
INNOCENT = {
    1: "the times become the index",
    2: "UTC has every hour once",
    6: "all windows, the last one included",
    9: "all windows of the test, the last one included",
    10: "one flag a window",
    12: "one flag a point, from the positions of the odd ones",
}
BLIND = {"below the median": 0, "distance from median": 0, "persistence": 1}  # hours after a gap
WINDOWED = 24
ONE_SIDED = "below the median"
PROMISE = 2 / 7  # false alarms a day


@cache
def alarms_of_changes(starts=(0, 1, 2)) -> tuple[float, ...]:
    """Train the lesson's network on changes, from several starts: false alarms a day with the fixed limit."""
    from helpers.training.loop import predict, set_seed, train

    import keras

    water = load_water_flow()
    flow, labels = water.data["flow"], water.labels
    usual = flow.iloc[TRAIN]
    values, gaps = ((flow - usual.mean()) / usual.std()).to_numpy("float32"), gap_starts(flow.index)
    relative, ends = _windows_of_changes(values, gaps)
    inputs, targets = relative[:, :-1, None], relative[:, -1:]
    fit_on, check_on = ((ends - POINTS + 1 >= part.start) & (ends < part.stop) for part in (TRAIN, VALIDATION))
    rates = []
    for start in starts:
        set_seed(start)
        network = keras.Sequential([keras.Input((POINTS - 1, 1)), keras.layers.LSTM(16), keras.layers.Dense(1)])
        validation = inputs[check_on], targets[check_on]
        options = {"epochs": 150, "patience": 15, "optimizer": keras.optimizers.Adam(0.01), "verbose": False}
        train(network, inputs[fit_on], targets[fit_on], validation_data=validation, **options)
        errors = to_points(np.abs(predict(network, inputs) - targets)[:, 0], len(flow), POINTS, starts=gaps)
        limit = alarms_threshold(errors[CALIBRATION], 24, alarms_per_week=2)
        flags = np.where(np.isnan(errors), np.nan, errors > limit)[TEST]
        rates.append(false_alarms_per_day(labels.iloc[TEST], flags, 24))
    return tuple(rates)


def _windows_of_changes(values, gaps):
    from helpers.windows import make_windows, window_ends

    windows = make_windows(values, POINTS, starts=gaps)
    return windows - windows[:, -2:-1], window_ends(len(values), POINTS, starts=gaps)


@exercise
def exercise_1(n_windows) -> str:
    """Count windows of 24 points to read and one to forecast in stretches of 30, 10 and 160 points.

    >>> exercise_1(176)
    not yet: 176 ignores the gaps: no window may cross one
    """
    n = as_number(n_windows, "n_windows")
    sentences = {
        sum(STRETCHES) - POINTS + 1: "ignores the gaps: no window may cross one",
        sum(max(length - POINTS, 0) for length in STRETCHES): "lacks the last window of each stretch: add one",
        sum(max(length - POINTS + 2, 0) for length in STRETCHES): "counts 24 points: the one to forecast belongs to it",
        sum(STRETCHES) - POINTS + 2: "ignores the gaps, and counts 24 points: a window has 25, and crosses no gap",
        sum(length - POINTS + 1 for length in STRETCHES): "gives the short stretch a negative number of windows",
    }
    if n in sentences:
        raise Wrong(f"{n:g} {sentences[n]}")
    right = sum(max(length - POINTS + 1, 0) for length in STRETCHES)
    if n != right:
        raise Wrong(f"{n:g} is not it. Three stretches of 30, 10 and 160 points; n points have n - 24 windows of 25")
    return f"{right} windows: 6, none and 136"


@exercise
def exercise_2(X_change, y_change, windows, board) -> str:
    """Take each window's last known value out of windows and targets; train the network on them and show its row.

    >>> exercise_2(np.zeros((1, 2, 1)), np.zeros((1, 1)), np.array([[1.0, 2.0, 4.0]]), None)
    not yet: X_change: its last hour should be 0 in every window, and all the others relative to it
    """
    windows = np.asarray(windows)
    relative = windows - windows[:, -2:-1]
    answers = {"X_change": (X_change, relative[:, :-1, None]), "y_change": (y_change, relative[:, -1:])}
    for name, (answer, right) in answers.items():
        answer = np.asarray(answer, dtype=float)
        if answer.shape != right.shape:
            raise Wrong(f"{name} has the shape {answer.shape}; {right.shape} is needed, as before")
        if np.allclose(answer, -right, atol=1e-4):
            raise Wrong(f"{name}: the sign; take the last known value from the others, not the others from it")
        if name == "y_change" and np.allclose(answer, 0):
            raise Wrong("y_change is all 0: its own value was taken out; the last *known* one is X[:, -1]")
        if not np.allclose(answer, right, atol=1e-4):
            raise Wrong(
                "X_change: its last hour should be 0 in every window, and all the others relative to it"
                if name == "X_change"
                else "y_change: the target minus the last known value, X[:, -1]"
            )
    levels = board.loc[[name for name in board.index if name.startswith("LSTM")], "a day"].tolist()
    changes = alarms_of_changes()
    verdict = (
        "taking it out, and nothing else, made the difference"
        if np.median(changes) < min(levels)
        else "here that made no clear difference"
    )
    return (
        f"three networks trained on changes, with a fixed limit: {_listed(changes)} false alarms a day. With the level "
        f"they had {_listed(levels)}: {verdict}. Linear regression has {board.loc['linear regression', 'a day']:.2f}, "
        f"persistence {board.loc['persistence', 'a day']:.2f}. A few alarms more or less are luck: this is no best row"
    )


def _listed(rates):
    return ", ".join(f"{rate:.2f}" for rate in rates)


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=5)


@exercise
def exercise_4(my_rule, board) -> str:
    """Say which row calls at once and which writes a list, what that may cost, and when the first one is blind.

    >>> exercise_4("below the median", None)
    not yet: a dict with the keys calls at once, morning list, calls in 30 days, blind hours is needed, not a str
    """
    keys = ["calls at once", "morning list", "calls in 30 days", "blind hours"]
    at_once, listed, calls, blind = as_parts(my_rule, keys)
    at_once = as_choice(at_once, list(board.index), "what calls at once")
    listed = as_choice(listed, list(board.index), "the morning list")
    calls, blind = as_number(calls, "calls in 30 days"), as_number(blind, "blind hours")
    _refuse_rows(at_once, listed, board)
    _refuse_calls(calls, board.loc[at_once])
    right = BLIND.get(at_once, WINDOWED)
    if blind != right:
        raise Wrong(
            f"{at_once} is blind for {right} {'hour' if right == 1 else 'hours'} after a gap, not for {blind:g}: what "
            "does it compare an hour with?"
        )
    advice = "" if right < WINDOWED else ". Run a rule without memory beside it: on 29 March it would have slept"
    return (
        f"{at_once} calls at once, {listed} can wait. It had {30 * board.loc[at_once, 'a day']:.1f} false alarms in 30 "
        f"days, as counted in two weeks and a half: be ready for up to {30 * board.loc[at_once, 'high']:.1f}, and say "
        f"so before the first night{advice}"
    )


def _refuse_rows(at_once, listed, board):
    if board.loc[at_once, "low"] > PROMISE:
        raise Wrong(
            f"{at_once} broke the promise of two a week: its whole interval lies above it. Not at three at night"
        )
    if at_once == "seasonal naive":
        raise Wrong("seasonal naive has an echo: a day after each fall it calls again, for nothing")
    if listed == at_once:
        raise Wrong("the list should hold what the first row does not call for: choose another row for it")
    if listed == ONE_SIDED:
        raise Wrong(f"{ONE_SIDED} sees no rise, however large: the list needs a row with two sides")


def _refuse_calls(calls, row):
    right = 30 * row["high"]
    for wrong, reason in {
        row["high"]: "that is one day's; take 30",
        30 * row["a day"]: "that is what was counted; the upper end of the interval is in the column high",
        30 * row["low"]: "that is the lower end",
        7 * row["high"]: "that is a week's; take 30 days",
    }.items():
        if np.isclose(calls, wrong, rtol=0.02) and not np.isclose(wrong, right, rtol=0.02):
            raise Wrong(f"{calls:g} calls: {reason}")
    if not right * 0.93 <= calls <= right * 1.07 + 0.5:
        raise Wrong(f"{calls:g} calls in 30 days is not it: 30 times the column high of the row that calls")
