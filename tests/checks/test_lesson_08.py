"""Answers to the exercises of lesson 08, and what the checks say to them."""

from helpers.checks import lesson_08
from helpers.windows import make_windows
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd

RIGHT = {
    "least promise": 1 / 47,
    "alarms a minute": 32.0,
    "held-out up to": 0.1153,
    "dropped, narrow": 1,
    "broken by": "cleaning",
    "model": "median beat",
}


def distances(before, ecg, centre=np.mean, cut=lesson_08.beat_windows):
    beats = lesson_08.kept_beats(before, ecg)
    windows = cut(ecg, beats, before)
    return beats, np.square(windows - centre(windows, axis=0)).mean(axis=1)


def raw_windows(ecg, beats, before):
    return np.stack([ecg[beat - before : beat + 144] for beat in beats])


def by_sorting(before, ecg, labels):
    beats, distance = distances(before, ecg)
    return np.argsort(-distance).tolist().index(np.flatnonzero(labels[beats])[0]) + 1


def by_ranks(before, ecg, labels):
    beats, distance = distances(before, ecg)
    return pd.Series(np.sqrt(distance), index=beats).rank(ascending=False)[labels[beats] == 1].iloc[0]


def slip(count=lambda distance, i: (distance > distance[i]).sum() + 1, **options):
    """A learner's function that goes wrong in one place."""

    def rank(before, ecg, labels):
        beats, distance = distances(before, ecg, **options)
        return count(distance, np.flatnonzero(labels[beats])[0])

    return rank


def without_ends(before, ecg, labels):
    beats = lesson_08.find_beats(ecg)[1:-1]
    windows = lesson_08.beat_windows(ecg, beats[beats >= before], before)
    distance = np.square(windows - windows.mean(axis=0)).mean(axis=1)
    i = np.flatnonzero(labels[beats[beats >= before]])
    return (distance > distance[i[0]]).sum() + 1


def of_the_last_beat(before, ecg, labels):
    _, distance = distances(before, ecg)
    return (distance > distance[-1]).sum() + 1


def one_too_many(before, ecg, labels):
    """Wrong by one, and only where the mark lies early."""
    return lesson_08.rank_of_marked(before, ecg, labels) + labels[:5000].any()


def not_found_again(before, ecg, labels):
    """The marked beat's place among all 26, though some were left out."""
    _, distance = distances(before, ecg)
    place = np.flatnonzero(labels[lesson_08.find_beats(ecg)])[0]
    return (distance > distance[place]).sum() + 1


def in_a_loop(recordings, score, length, stride, of=np.max, last=1, too_short=np.nan):
    result = []
    for recording in recordings:
        rows = make_windows(recording, length, stride)
        rows = rows[: len(rows) - 1 + last] if len(rows) > 1 else rows
        result.append(of(score(rows)) if len(rows) else too_short)
    return result


def by_view(recordings, score, length, stride):
    result = np.full(len(recordings), np.nan)
    for i, recording in enumerate(recordings):
        if len(recording) >= length:
            result[i] = score(np.lib.stride_tricks.sliding_window_view(recording, length)[::stride]).max()
    return result


CASES = {
    1: [
        ([...], "empty"),
        ([(2976, ..., 0)], "empty"),
        ([(2976, 4704, 0)], "right"),
        ([np.array([2976, 4704, 0])], "right"),
        ([(2880, 4608, 0)], "shifts are missing"),
        ([(744, 1176, 0)], "one gate"),
        ([(2500, 4704, 0)], "not 2500"),
        ([(2976, 2976, 0)], "does not read the channels"),
        ([(2976, 100, 0)], "decoder has not 100"),
        ([(4704, 2976, 0)], "swapped"),
        ([(2976, 4704, 4704)], "adds no weight"),
        ([2976], "three numbers"),
        ([(2976, 4704)], "shape (3,)"),
        ([("a", "b", "c")], "should be numbers"),
    ],
    2: [
        ([lambda before, ecg, labels: ...], "empty"),
        ([lesson_08.rank_of_marked], "right"),
        ([by_sorting], "right"),
        ([by_ranks], "right"),
        ([lambda before, ecg, labels: np.array([lesson_08.rank_of_marked(before, ecg, labels)])], "right"),
        ([lambda before, ecg, labels: lesson_08.rank_of_marked(before, ecg, labels) - 1], "starts at 1"),
        ([lambda before, ecg, labels: lesson_08.rank_of_marked(96, ecg, labels)], "for every `before`"),
        ([slip(count=lambda distance, i: (distance < distance[i]).sum() + 1)], "you count from the smallest"),
        ([slip(count=lambda distance, i: np.argsort(-distance)[i] + 1)], "who is in place i"),
        ([slip(centre=np.median)], "the mean is asked for"),
        ([slip(cut=raw_windows)], "raw samples"),
        ([without_ends], "first and the last beat"),
        ([lambda before, ecg, labels: lesson_08.rank_of_marked(before, *lesson_08.labelled()[:2])], "own labels"),
        ([lambda before, ecg, labels: {96: 3, 216: 1, 156: 3}[before]], "own labels"),
        ([of_the_last_beat], "own labels"),
        ([one_too_many], "another beat marked: 20"),
        ([not_found_again], "among the beats that are kept"),
        ([lambda before, ecg, labels: 24], "24, where 3"),
        ([lambda before, ecg, labels: None], "is empty"),
        ([3], "a function is needed"),
        ([crash], "KeyError"),
    ],
    3: [
        ([lambda recordings, score, length, stride: ...], "empty"),
        ([by_view], "right"),
        ([lambda recordings, score, length, stride: in_a_loop(recordings, score, length, 1)], "Does `stride` reach"),
        ([lambda recordings, score, length, stride: in_a_loop(recordings, score, length, length)], "not `length`"),
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
        ([{3, 6, 10, 12}], "(3) counts neither way"),
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
        ([RIGHT | {"least promise": ...}], "empty"),
        ([RIGHT], "right"),
        ([RIGHT | {"least promise": 0.0213, "held-out up to": 0.12, "model": " Median Beat"}], "right"),
        ([RIGHT | {"alarms a minute": np.float64(160 / 5), "broken by": "Cleaning"}], "right"),
        ([RIGHT | {"least promise": 0.02}], "cannot promise 2 %"),
        ([RIGHT | {"least promise": 1 / 46}], "a new beat is the 47th"),
        ([RIGHT | {"least promise": 2 / 47}], "kept for 5 %"),
        ([RIGHT | {"least promise": 2.13}], "from 0 to 1"),
        ([RIGHT | {"least promise": 0.05}], "largest of 47"),
        ([RIGHT | {"alarms a minute": 160}], "or a minute"),
        ([RIGHT | {"alarms a minute": 36.6}], "second largest score"),
        ([RIGHT | {"alarms a minute": 36.2}], "interpolated quantile"),
        ([RIGHT | {"alarms a minute": 32.4}], "training beats, too"),
        ([RIGHT | {"alarms a minute": 40}], "not 40 alarms a minute"),
        ([RIGHT | {"held-out up to": 1 / 46}], "1 of 46"),
        ([RIGHT | {"held-out up to": 0.00055}], "lower end"),
        ([RIGHT | {"held-out up to": 0.08}], "rate_interval of how many"),
        ([RIGHT | {"held-out up to": 11.5}], "from 0 to 1"),
        ([RIGHT | {"dropped, narrow": 0.18}], "of the 27 narrow"),
        ([RIGHT | {"broken by": "too few epochs"}], "no epochs"),
        ([RIGHT | {"broken by": "artefacts"}], "by construction"),
        ([RIGHT | {"broken by": "noise"}], "none of them"),
        ([RIGHT | {"model": "LSTM"}], "no more here"),
        ([RIGHT | {"model": "clock"}], "76 of 114"),
        ([{"alarms a minute": 32.0}], "the keys are"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_08, CASES)
