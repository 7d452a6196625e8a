"""Answers to the exercises of lesson 08, and what the checks say to them."""

from helpers.checks import lesson_08
from helpers.windows import make_windows
from tests.checks.answers import check_cases, crash

import numpy as np

RIGHT = {
    "alarms a minute": 36.2,
    "broad found": 1.0,
    "dropped fifth": 1,
    "broken by": "cleaning",
    "model": "median beat",
}


def distances(before, ecg):
    beats = lesson_08.find_beats(ecg)
    beats = beats[(beats >= before) & (beats + 144 <= len(ecg))]
    windows = lesson_08.beat_windows(ecg, beats, before)
    return beats, np.square(windows - windows.mean(axis=0)).mean(axis=1)


def by_sorting(before, ecg, labels):
    beats, distance = distances(before, ecg)
    return np.argsort(-distance).tolist().index(np.flatnonzero(labels[beats])[0]) + 1


def of_the_last_beat(before, ecg, labels):
    _, distance = distances(before, ecg)
    return (distance > distance[-1]).sum() + 1


def not_found_again(before, ecg, labels):
    """The marked beat's place among all 26, though some were left out."""
    _, distance = distances(before, ecg)
    place = np.flatnonzero(labels[lesson_08.find_beats(ecg)])[0]
    return (distance > distance[place]).sum() + 1


def in_a_loop(recordings, score, length, of=np.max, last=1, too_short=np.nan):
    result = []
    for recording in recordings:
        rows = make_windows(recording, length)
        rows = rows[: len(rows) - 1 + last] if len(rows) > 1 else rows
        result.append(of(score(rows)) if len(rows) else too_short)
    return result


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
        ([lambda before, ecg, labels: ...], "empty"),
        ([lesson_08.rank_of_marked], "right"),
        ([by_sorting], "right"),
        ([lambda before, ecg, labels: np.array([lesson_08.rank_of_marked(before, ecg, labels)])], "right"),
        ([lambda before, ecg, labels: lesson_08.rank_of_marked(before, ecg, labels) - 1], "start at 1"),
        ([lambda before, ecg, labels: lesson_08.rank_of_marked(96, ecg, labels)], "Does `before` reach"),
        ([lambda before, ecg, labels: {96: 3, 216: 1, 156: 3}[before]], "with another beat marked"),
        ([of_the_last_beat], "with another beat marked"),
        ([not_found_again], "IndexError"),
        ([lambda before, ecg, labels: 24], "24, where 3"),
        ([lambda before, ecg, labels: None], "is empty"),
        ([3], "a function is needed"),
        ([crash], "KeyError"),
    ],
    3: [
        ([lambda recordings, score, length: ...], "empty"),
        ([lesson_08.strangest_window], "right"),
        ([in_a_loop], "right"),
        ([lambda *arguments: list(lesson_08.strangest_window(*arguments))], "right"),
        ([lambda *arguments: in_a_loop(*arguments, of=np.mean)], "dilutes"),
        ([lambda *arguments: in_a_loop(*arguments, last=0)], "the last window is missing"),
        ([lambda *arguments: in_a_loop(*arguments, too_short=0.0)], "recording 4 has three steps"),
        ([lambda *arguments: np.nan_to_num(in_a_loop(*arguments))], "recording 4 has three steps"),
        ([lambda *arguments: in_a_loop(*arguments, of=np.min)], "recording 1 of 5"),
        ([lambda *arguments: in_a_loop(*arguments)[:4]], "shape (5,)"),
        ([lambda *arguments: None], "one score a recording"),
        ([3], "a function is needed"),
        ([crash], "KeyError"),
    ],
    4: [
        ([...], "empty"),
        ([{2, 6, 10, 12, 13}], "right"),
        ([[2, 6, 12, 13]], "right"),
        ([{2, 3, 6, 10, 12}], "right"),
        ([{2, 6, 10}], "3 found"),
        ([{2, 6, 9, 10}], "line 9 is innocent"),
        ([set(range(1, 14))], "7 of these"),
        ([{14}], "there is no line 14"),
        ([{1, ...}], "empty"),
        (["2, 6"], "a set of line numbers"),
    ],
    5: [
        ([...], "empty"),
        ([RIGHT | {"broad found": ...}], "empty"),
        ([RIGHT], "right"),
        ([RIGHT | {"broad found": 114 / 114, "model": " Median Beat"}], "right"),
        ([RIGHT | {"alarms a minute": np.float64(36.2), "broken by": "Cleaning"}], "right"),
        ([RIGHT | {"alarms a minute": 181}], "or a minute"),
        ([RIGHT | {"alarms a minute": 46.2}], "she wants 2 %"),
        ([RIGHT | {"alarms a minute": 40}], "0.98 quantile"),
        ([RIGHT | {"broad found": 100}], "from 0 to 1"),
        ([RIGHT | {"broad found": 0.63}], "of the 114"),
        ([RIGHT | {"dropped fifth": 0.18}], "not broad, how many"),
        ([RIGHT | {"broken by": "too few epochs"}], "no epochs"),
        ([RIGHT | {"broken by": "artefacts"}], "by construction"),
        ([RIGHT | {"broken by": "noise"}], "none of them"),
        ([RIGHT | {"model": "LSTM"}], "no more here"),
        ([RIGHT | {"model": "clock"}], "76 of 114"),
        ([{"alarms a minute": 36.2}], "the keys are"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_08, CASES)
