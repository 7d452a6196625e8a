"""Checks of the exercises of lesson 06, forecasts of series."""

from functools import cache

from helpers.checks.core import Wrong, as_number, bug_hunt, exercise, open_exercise
from helpers.datasets.series import load_telemetry
from helpers.detectors.series.baselines import SeasonalNaive
from helpers.evaluation.events import event_table, false_alarms_per_day
from helpers.evaluation.thresholds_in_time import alarms_threshold

import numpy as np

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

STRETCHES, POINTS = (30, 10, 160), 25
HOUR, DAY, WEEK = 6, 144, 1008  # rows of the telemetry
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
    12: "after point adjustment a random score looks excellent",
}
FAIR = {13}  # it inherits the fault of line 12
INNOCENT = {
    1: "the times become the index",
    2: "UTC has every hour once",
    6: "all windows, the last one included",
    9: "all windows of the test, the last one included",
    10: "one flag a window",
}


@cache
def found_and_weekly(period) -> tuple[int, float]:
    """Count events found and false alarms a week of the seasonal naive forecast on the telemetry."""
    server = load_telemetry()
    train, calibration, test = np.split(server.data.to_numpy(), [6 * WEEK, 10 * WEEK])
    labels = server.labels.iloc[10 * WEEK :]
    detector = SeasonalNaive(period=period).fit(train)
    scores = detector.decision_function(calibration, context=train)
    flags = detector.decision_function(test, context=calibration) > alarms_threshold(scores, DAY, merge=HOUR)
    a_day = false_alarms_per_day(labels, flags, DAY, tolerance=HOUR, merge=HOUR)
    return int(event_table(labels, flags)["found"].sum()), 7 * a_day


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
        sum(length - POINTS + 1 for length in STRETCHES): "gives the short stretch a negative number of windows",
    }
    if n in sentences:
        raise Wrong(f"{n:g} {sentences[n]}")
    right = sum(max(length - POINTS + 1, 0) for length in STRETCHES)
    if n != right:
        raise Wrong(f"{n:g} is not it. Three stretches of 30, 10 and 160 points; n points have n - 24 windows of 25")
    return f"{right} windows: 6, none and 136"


@exercise
def exercise_2(X_change, y_change, windows) -> str:
    """Take each window's last known value out of windows and targets.

    >>> exercise_2(np.zeros((1, 2, 1)), np.zeros((1, 1)), np.array([[1.0, 2.0, 4.0]]))
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
    return "the network now forecasts a change, and never learns at which level it lives"


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=5, fair=FAIR)


@exercise
def exercise_4(n_found, weekly) -> str:
    """Try seasonal naive by the week instead of by the day, on the telemetry.

    >>> exercise_4(7, 0.5)
    not yet: 7 faults of 20 is not it: a week has 7 * 144 rows (context= gives the first a past; Sundays stay in)
    """
    n, rate = as_number(n_found, "n_found"), as_number(weekly, "weekly")
    if n != int(n):
        raise Wrong(f"{n:g} is no number of faults: are the two swapped?")
    right_n, right_rate = found_and_weekly(WEEK)
    daily_n, daily_rate = found_and_weekly(DAY)
    if n == daily_n and np.isclose(rate, daily_rate, atol=0.06):
        raise Wrong("these are the numbers of a day's period; a week has 7 * 144 rows")
    if n != right_n:
        raise Wrong(
            f"{n:g} faults of 20 is not it: a week has 7 * 144 rows (context= gives the first a past; Sundays stay in)"
        )
    if np.isclose(rate, right_rate / 7, atol=0.01):
        raise Wrong("these are false alarms a day; take them times 7")
    if not np.isclose(rate, right_rate, atol=0.06):
        raise Wrong(f"{rate:g} false alarms a week is not it: it is the second thing that judge_server returns")
    return (
        f"{right_n} faults, more than any row above, and {right_rate:.1f} false alarms a week instead of one: each "
        "fault and each campaign has an echo seven days later. Would you take it?"
    )


exercise_5 = open_exercise("the rule for the night shift")
