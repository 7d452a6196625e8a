"""Answers to the exercises of lesson 07, and what the checks say to them."""

from helpers.checks import lesson_07
from helpers.datasets import load_telemetry
from helpers.detectors import PCAReconstruction, RandomSeriesScore, SeasonalNaive, WindowDetector, ZScore
from helpers.evaluation import count_interval, events_from_labels
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd

DAY, WEEK = 144, 1008
WEEK_ALONE = {"found": 17, "alarms a week": 4.197, "under alarm": 0.1333}


def week(**changes):
    """Arguments of exercise 1: the worked solution's answer but for some parts, whose names have _ for a space."""
    return [WEEK_ALONE | {key.replace("_", " "): value for key, value in changes.items()}]


def scores():
    """Four columns of the lesson's table of scores, restarts taken out."""
    data = load_telemetry().data
    train, watched = data.iloc[: 6 * WEEK], data.iloc[6 * WEEK :]
    detectors = {
        "random": RandomSeriesScore(),
        "z-score": WindowDetector(ZScore(), window=1),
        "PCA, one row": WindowDetector(PCAReconstruction(), window=1),
        "naive, day or week": SeasonalNaive(period=(DAY, WEEK)),
    }
    found = {
        name: detector.fit(train).decision_function(watched, context=train) for name, detector in detectors.items()
    }
    return pd.DataFrame({name: lesson_07.planned(pd.Series(x, watched.index)) for name, x in found.items()})


SCORES = scores()
MOST = 13 * count_interval(4).high / 4.28754  # both rows have four false alarms


def handover(**changes):
    """Arguments of exercise 4, as `week` makes those of exercise 1."""
    answer = {
        "detector": "PCA, one row",
        "alarms in 13 weeks": MOST,
        "blind to": "frozen channel",
        "mute restarts": "yes",
    }
    return [answer | {key.replace("_", " "): value for key, value in changes.items()}, SCORES]


def day_or_week(**changes):
    """Arguments of exercise 4 for the row that the lesson would run, which found two or more of each kind."""
    most = 13 * count_interval(7).high / 4.28754
    return handover(**{"detector": "naive, day or week", "alarms_in_13_weeks": most, "blind_to": "none"} | changes)


def adjusted(labels, flags):
    """The worked solution."""
    adjusted = np.array(flags)
    for start, stop in events_from_labels(labels):
        adjusted[start:stop] = adjusted[start:stop].any()
    return adjusted


def as_list(labels, flags):
    """Another right way: by numbering the runs, and a list comes back."""
    run = np.cumsum(np.diff(labels, prepend=0) != 0)
    return [int(flag or (label and flags[run == r].any())) for label, flag, r in zip(labels, flags, run, strict=True)]


def as_series(labels, flags):
    """A third right way: the maximum of each run, inside events only."""
    labels, flags = pd.Series(labels), pd.Series(flags)
    run = labels.diff().fillna(0).ne(0).cumsum()
    return flags.groupby(run).transform("max").where(labels == 1, flags)


def in_place(labels, flags):
    """Right, but it changes what it was given."""
    for start, stop in events_from_labels(labels):
        flags[start:stop] = flags[start:stop].any()
    return flags


CASES = {
    1: [
        (week(found=...), "empty"),
        (week(), "right"),
        (week(alarms_a_week=np.float64(4.2)), "right"),
        (week(under_alarm=0.134), "right"),
        (week(found=13, alarms_a_week=2.57, under_alarm=0.046), "a day's period"),
        (week(found=14, alarms_a_week=1.63, under_alarm=0.015), "day or week"),
        (week(found=18, alarms_a_week=4.36), "restarts are still in"),
        (week(found=18, alarms_a_week=19 / 4.2877), "restarts are still in"),
        (week(found=18, alarms_a_week=17 / 4.2877), "fit it on train"),
        (week(found=7, alarms_a_week=3 / 4.2877, under_alarm=0.057), "have no past"),
        (week(found=0.85), "the number of faults"),
        (week(found=5), "of 20 is not it"),
        (week(alarms_a_week=0.6), "a day; a week has seven"),
        (week(alarms_a_week=18), "divide it by weeks"),
        (week(alarms_a_week=1), "the second thing"),
        (week(under_alarm=13.3), "in percent"),
        (week(under_alarm=0.5), "the third thing"),
        ([17], "a dict with the keys"),
    ],
    2: [
        ([...], "empty"),
        ([lambda labels, flags: ...], "empty"),
        ([adjusted], "right"),
        ([as_list], "right"),
        ([as_series], "right"),
        ([in_place], "work on a copy"),
        ([lambda labels, flags: labels * flags.any()], "is wanted, not"),
        ([lambda labels, flags: labels & flags], "is wanted, not"),
        ([lambda labels, flags: adjusted(labels, flags) * labels], "is wanted, not"),
        ([lambda labels, flags: flags.any()], "one flag a row"),
        ([crash], "KeyError"),
        ([3], "a function is needed"),
    ],
    3: [
        ([...], "empty"),
        ([{1, 3, 4, 6, 7, 9, 11}], "right"),
        ([[1, 4, 6, 7, 11, 12]], "right"),
        ([(3, 4, 6, 7, 9)], "right"),
        ([{4, 6}], "2 found, 5 or more"),
        ([{1, 3, 4, 6, 7, 8}], "line 8 is innocent"),
        ([{4, 6, 10}], "line 10 is innocent"),
        ([set(range(1, 13))], "4 of these 11 lines are innocent"),
        ([{13}], "there is no line 13"),
    ],
    4: [
        (handover(detector=...), "empty"),
        (handover(), "right"),
        (handover(detector="z-score", blind_to="broken correlation"), "right"),
        (handover(blind_to="Frozen channel", alarms_in_13_weeks=31, mute_restarts="Yes"), "right"),
        (handover(detector="random"), "the floor"),
        (handover(detector="LSTM"), "the detector is one of"),
        (handover(alarms_in_13_weeks=13 * 4 / 4.2875), "what was counted"),
        (handover(alarms_in_13_weeks=10.24), "a quarter has 13"),
        (handover(alarms_in_13_weeks=3.3), "the lower end"),
        (handover(alarms_in_13_weeks=13 * 10.24), "divide by weeks"),
        (handover(alarms_in_13_weeks=90), "is not it"),
        (handover(detector="z-score", blind_to="slow leak"), "z-score found 3 of 4"),
        (handover(blind_to="leak"), "what it is blind to is one of"),
        (handover(mute_restarts="no"), "each Sunday"),
        (handover(mute_restarts=True), "right"),
        (handover(mute_restarts=np.bool_(False)), "each Sunday"),
        (handover(mute_restarts="perhaps"), "mute restarts is one of"),
        (handover(blind_to="none"), "at most one of four: count by kind"),
        (day_or_week(), "right"),
        (day_or_week(alarms_in_13_weeks=44, blind_to="None"), "right"),
        (day_or_week(blind_to="broken correlation"), 'at least two of every kind: then it is "none"'),
        (day_or_week(alarms_in_13_weeks=21.2), "what was counted"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_07, CASES)
