"""Checks of the exercises of lesson 08, LSTM autoencoders on heartbeats."""

from functools import cache

from helpers.checks.core import (
    Reply,
    Wrong,
    as_choice,
    as_list,
    as_number,
    as_numbers,
    as_parts,
    bug_hunt,
    exercise,
    refuse,
    try_out,
)
from helpers.datasets.series import load_heartbeats, load_labelled_heartbeats
from helpers.evaluation import count_interval, quantile_threshold, rate_interval
from helpers.windows import windows_at

import numpy as np
import pandas as pd
from scipy.signal import find_peaks, peak_widths

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

UNITS, CHANNELS = 24, 6
BEFORE, AFTER = 96, 144  # samples around a spike
OTHER_MARK = 5  # a beat whose rank tells the usual slips apart
VALIDATION = 46  # beats, and as many held out
FAULTS = {
    2: "smallest and largest sample of all beats, those of the test included: the scaler must see training rows only",
    6: "return_sequences=True: the code is 64 numbers for each of 140 steps, 8,960 for 140; nothing is squeezed",
    10: "the test part as validation data, abnormal beats included: whatever would be stopped or tuned on it is judged "
    "on it (that 20 epochs are few is not meant)",
    12: "the limit comes from the test part's errors and labels: what is judged on it knows the answer",
    13: "precision and recall of the class 1, which is the normal one: the share of found anomalies is never shown",
}
INNOCENT = {
    1: "samples and label apart, as it should be",
    4: "only normal beats of the training part, with an axis for the one channel",
    5: "140 steps of one channel",
    7: "a decoder with one number a step, as it should be; what it decodes comes from line 6",
    8: "a model from inputs to outputs",
    9: "the mean absolute error is a fair loss, and Adam at its default rate learns",
    11: "one number for each beat, the mean over its samples",
}
FAIR = {3}
OF_LINE_3 = (
    "(3) counts neither way: a random split is fair where all beats are alike and one person's; with several persons "
    "split by person, and within a record by time"
)


def find_beats(ecg):
    """Positions of the spikes, as in the lesson."""
    return find_peaks(ecg, prominence=0.6, distance=108, wlen=108)[0]


def beat_windows(ecg, beats, before: int = BEFORE):
    """Windows around the spikes, as in the lesson."""
    windows = windows_at(ecg, beats + AFTER - 1, before + AFTER).reshape(len(beats), -1, 4).mean(axis=2)
    return windows - np.median(windows, axis=1, keepdims=True)


@cache
def labelled():
    """ECG of the record with a marked beat, its labels, and labels that mark another beat."""
    heart = load_labelled_heartbeats()
    ecg, labels = heart.data["ecg"].to_numpy(), heart.labels.to_numpy()
    other = np.zeros_like(labels)
    spike = find_beats(ecg)[OTHER_MARK]
    other[spike - 50 : spike + 50] = 1
    return ecg, labels, other


def kept_beats(before: int, ecg):
    """Beats whose windows lie inside the record."""
    beats = find_beats(ecg)
    return beats[(beats >= before) & (beats + AFTER <= len(ecg))]


def distances(windows, centre=np.mean, size=np.square):
    """Distance of each window from the centre of all."""
    return size(windows - centre(windows, axis=0)).mean(axis=1)


def place(distance, i) -> int:
    """Rank of one of the distances, 1 for the largest."""
    return int((distance > distance[i]).sum()) + 1


def marked(beats, labels) -> int:
    """Which of the beats is marked."""
    return int(np.flatnonzero(labels[beats] == 1)[0])


def rank_of_marked(before: int, ecg, labels) -> int:
    """Rank the marked beat by its squared distance to the mean of all windows that lie inside the record."""
    beats = kept_beats(before, ecg)
    return place(distances(beat_windows(ecg, beats, before)), marked(beats, labels))


def ranks_of_slips(before: int, ecg, labels, own_labels) -> dict[str, int]:
    """What the usual slips make of the rank, by the sentence that names each."""
    beats = kept_beats(before, ecg)
    windows, i = beat_windows(ecg, beats, before), marked(beats, labels)
    distance, others = distances(windows), np.delete(windows, i, axis=0)
    raw = windows_at(ecg, beats + AFTER - 1, before + AFTER)
    inner = np.flatnonzero((beats > find_beats(ecg)[0]) & (beats < find_beats(ecg)[-1]))
    return {
        "the count starts at 1, and yours at 0": place(distance, i) - 1,
        "rank 1 is the largest distance, and you count from the smallest": int((distance < distance[i]).sum()) + 1,
        "np.argsort(-distance)[i] says who is in place i, not in which place i is: count the larger distances": int(
            np.argsort(-distance)[i]
        )
        + 1,
        "that is the distance to the median of all windows; the mean is asked for": place(
            distances(windows, centre=np.median), i
        ),
        "that is the mean *absolute* distance; the squared one is asked for": place(distances(windows, size=np.abs), i),
        "these are raw samples: cut with beat_windows, which averages four and takes the median out": place(
            distances(raw), i
        ),
        "the mean is that of *all* windows, the marked one among them": place(
            np.square(windows - others.mean(axis=0)).mean(axis=1), i
        ),
        "the first and the last beat are missing, though a window fits around the first": place(
            distances(windows[inner]), marked(beats[inner], labels)
        ),
        "it is the same for every `before`: does the argument reach the windows?": rank_of_marked(96, ecg, labels),
        "it follows the record's own labels: let `labels`, the argument, decide which beat is ranked": rank_of_marked(
            before, ecg, own_labels
        ),
    }


def strangest_window(recordings, score, length: int, stride: int):
    """Score recordings by their strangest window; NaN where there is none."""
    cut = [windows_at(x, np.arange(length - 1, len(x), stride), length) for x in recordings]
    return np.array([score(rows).max() if len(rows) else np.nan for rows in cut])


@cache
def least_promise() -> dict:
    """What passes the largest of 46 validation scores, and other limits that come to mind."""
    ecg = load_heartbeats().data["ecg"].to_numpy()
    beats = find_beats(ecg)[:-1]
    intervals = pd.Series(np.diff(beats))
    relative = (intervals / intervals.rolling(9, center=True, min_periods=1).median()).to_numpy()
    on_time = (np.abs(np.r_[1, relative] - 1) < 0.1) & (np.abs(np.r_[relative, 1] - 1) < 0.1)
    windows = beat_windows(ecg, beats)
    distance = np.square(windows - np.median(windows[on_time], axis=0)).mean(axis=1)
    clean = on_time & (distance <= np.quantile(distance[on_time], 0.8))
    rows = np.flatnonzero(clean)
    scores = np.square(windows - np.median(windows[rows[:149]], axis=0)).mean(axis=1)
    calibration = scores[rows[153:199]]
    broad = peak_widths(ecg, beats, rel_height=0.5, wlen=108)[0] / 0.36 > 42
    passed = scores > calibration.max()
    limits = {
        "2 in 47": quantile_threshold(calibration, 0.05),
        "interpolated": np.quantile(calibration, 0.98),
        "all clean beats": np.quantile(scores[rows], 0.98),
    }
    return {
        "alarms a minute": passed.sum() / 5,
        "held-out": int(passed[rows[203:]].sum()),
        "dropped, narrow": passed[on_time & ~clean & ~broad].mean(),
        "dropped": passed[on_time & ~clean].mean(),
        **{name: (scores > limit).sum() / 5 for name, limit in limits.items()},
    }


def weights(inputs: int) -> int:
    """Count those of an LSTM layer: four gates, each with a matrix for state and input and a shift."""
    return 4 * (UNITS * (UNITS + inputs) + UNITS)


@exercise
def exercise_1(n_weights) -> str:
    """Count the weights of the encoder's and of the decoder's LSTM, and how many a longer window adds: none.

    >>> exercise_1((2976, 2976, 0))
    not yet: the decoder's LSTM does not read the channels: at every step it reads the code, 24 numbers
    """
    parts = as_list(n_weights, f"three numbers are needed, as in (1, 2, 3), not {n_weights!r}")
    encoder, decoder, added = as_numbers(parts, 3, "n_weights")
    wide, narrow = weights(UNITS), weights(CHANNELS)
    hints = {
        "the two are swapped: the encoder first": (encoder, decoder) == (wide, narrow),
        "the shifts are missing: each of the four gates has one for each unit": encoder == narrow - 4 * UNITS,
        "that is one gate; an LSTM layer has four": encoder == narrow / 4,
        f"the encoder has not {encoder:g}: 4 (h (h + x) + h), with 24 units and six channels": encoder != narrow,
        "the decoder's LSTM does not read the channels: at every step it reads the code, 24 numbers": decoder == narrow,
        f"the decoder has not {decoder:g}: the same formula, and its input is the code": decoder != wide,
        "a longer window adds no weight: every step uses the same ones": added != 0,
    }
    refuse(hints)
    return "2,976 and 4,704, whatever the window: a long window costs time, not weights"


@exercise
def exercise_2(rank) -> str:
    """Write a function of the samples before the spike, the ECG and the labels: the rank of the marked beat.

    >>> exercise_2(lambda before, ecg, labels: 24)
    not yet: before=96: 24, where 3 was expected. Is 1 the largest distance, and is the marked beat found again?
    """
    ecg, labels, other = labelled()
    trials = [(mark, before) for mark in (labels, other) for before in (96, 216, 156)]
    found = np.array([_tried(rank, before, ecg, mark) for mark, before in trials])
    expected = np.array([rank_of_marked(before, ecg, mark) for mark, before in trials])
    slips = [ranks_of_slips(before, ecg, mark, labels) for mark, before in trials]
    hints = {
        f"{sentence} (before=96 gives {found[0]:g})": (found == [each[sentence] for each in slips]).all()
        for sentence in slips[0]
    }
    right = found == expected
    if right.all():
        return (
            "3 at 96 and 1 at 216: the spike of the beat before enters the window, and even the mean beat ranks it "
            "first. The window decides what can be seen"
        )
    refuse(hints)
    wrong = int(np.argmin(right))
    mark, before = trials[wrong]
    start = f"before={before}: {found[wrong]:g}, where {expected[wrong]} was expected. "
    if mark is other:
        start = f"before={before}, another beat marked: {found[wrong]:g}, where {expected[wrong]} was expected. "
    raise Wrong(f"{start}Is 1 the largest distance, and is the marked beat found again?")


def _tried(rank, *arguments) -> float:
    try:
        return as_number(try_out(rank, *arguments), "what rank_of_marked returns")
    except IndexError as error:
        raise Wrong(
            f"before={arguments[0]}: IndexError: {error}. Some beats were left out: look up the marked one among the "
            "beats that are kept, not among all"
        ) from error


def _largest_step(rows):
    """A score that knows order: the largest rise or fall from one step to the next."""
    rows = np.asarray(rows)
    if rows.ndim != 2 or len(rows) == 0:
        raise Wrong(f"score gets all windows of one recording, (n, length) with n >= 1, not shape {rows.shape}")
    return np.abs(np.diff(rows, axis=1)).max(axis=1) + np.abs(rows[:, 0])


def _alike(found, wrong):
    """Whether the answer is a known wrong one, by the recordings that tell it from the right one."""
    return np.allclose(found[[0, 2]], wrong[[0, 2]])


@exercise
def exercise_3(strangest) -> str:
    """Write a function of recordings, a score, a length and a stride: the score of each recording's strangest window.

    >>> exercise_3(lambda recordings, score, length, stride: [0.0 for _ in recordings])  # doctest: +ELLIPSIS
    not yet: recording 4 has three steps and no window of four. Its score is np.nan: what was not scored must not ...
    """
    for stride in (1, 2):
        _judge_windows(strangest, length=4, stride=stride)
    return "every recording at its own speed, its strangest stretch as its score, as in the table with a stride of 4"


def _judge_windows(strangest, length, stride):
    recordings = [
        np.array([0.0, 1, 0, 0, 8, 0, 1, 0]),
        np.array([2.0, 1, 2, 1]),
        np.array([0.0, 0, 1, 0, 0, 0, 6]),
        np.array([5.0, 5, 5]),
        np.array([9.0, 9, 9, 9, 9]),
    ]
    answer = try_out(strangest, [x.copy() for x in recordings], _largest_step, length, stride)
    found = as_numbers(
        as_list(answer, "one score a recording is needed"), len(recordings), "what strangest_window returns"
    )
    dense = [windows_at(x, np.arange(length - 1, len(x)), length) for x in recordings]
    every_step = [_largest_step(rows) if len(rows) else np.array([np.nan]) for rows in dense]
    scored = [each[::stride] for each in every_step]
    expected = np.array([each.max() for each in scored])
    means = np.array([each.mean() for each in scored])
    without_last = np.array([each[:-1].max() if len(each) > 1 else np.nan for each in scored])
    right = np.isclose(found, expected, equal_nan=True)
    if right.all():
        return
    wrong = int(np.argmin(right))
    hints = {
        "the mean of a recording's windows dilutes a short fault: take the largest score": _alike(found, means),
        "stride=2: these are all windows, one step apart. Does `stride` reach them?": stride > 1
        and _alike(found, np.array([each.max() for each in every_step])),
        "the last window is missing: with stride 1 a recording of n steps has n - length + 1 windows": _alike(
            found, without_last
        ),
        "windows of one recording overlap: they are `stride` steps apart, not `length`": _alike(
            found, np.array([each[::length].max() for each in every_step])
        ),
        "recording 4 has three steps and no window of four. Its score is np.nan: what was not scored must not look "
        f"ordinary, and yours is {found[3]:g}": not np.isnan(found[3]),
        f"recording {wrong + 1} of 5, stride {stride}: {found[wrong]:g}, where {expected[wrong]:g} was expected": True,
    }
    refuse(hints)


_hunt = bug_hunt(FAULTS, INNOCENT, enough=4, fair=FAIR)


def exercise_4(faulty) -> Reply:
    """Hunt for the faulty lines; line 3, which is fair, is named whenever it could be missed.

    >>> exercise_4({3, 6, 10, 12})  # doctest: +ELLIPSIS
    not yet: 3 found, 4 or more are needed. (6) ... (3) counts neither way: ...
    """
    reply = _hunt(faulty)
    named = reply.verdict == "right" or (isinstance(faulty, list | set | tuple) and 3 in faulty)
    return Reply(reply.verdict, f"{reply.text}. {OF_LINE_3}") if named and reply.verdict != "empty" else reply


@exercise
def exercise_5(promise) -> str:
    """Promise what 46 beats can, and say for whom it does not hold and why.

    >>> exercise_5([32.0])  # doctest: +ELLIPSIS
    not yet: a dict with the keys least promise, alarms a minute, held-out up to, dropped, narrow, broken by, model ...
    """
    keys = ["least promise", "alarms a minute", "held-out up to", "dropped, narrow", "broken by", "model"]
    parts = as_parts(promise, keys)
    least, alarms, held_out, dropped = (as_number(part, name) for part, name in zip(parts[:4], keys, strict=False))
    cause = as_choice(parts[4], ["cleaning", "too few epochs", "artefacts"], "broken by")
    model = as_choice(parts[5], ["clock", "median beat", "LSTM"], "model")
    _judge_promise(least)
    _judge_alarms(alarms)
    _judge_shares(held_out, dropped)
    hints = {
        "the median beat trains in no epochs, so too few of them cannot be the cause": cause == "too few epochs",
        "artefacts are broad or far off time as a rule; what holds for every beat of this group by construction?": cause
        == "artefacts",
        "the clock had 76 of 114 on top, and the drawing 110: what does the clock save?": model == "clock",
        "the LSTM found no more here than one drawing. What would her list gain?": model == "LSTM",
    }
    refuse(hints)
    return (
        f"1 in 47 is the least that 46 beats promise: {least_promise()['alarms a minute']:.1f} alarms a minute. One of "
        f"46 held-out beats passes, which goes with up to {_upper():.0%}; and all dropped ones, which were dropped for "
        "the very distance that alarms. One drawing does it"
    )


def _upper() -> float:
    return rate_interval(least_promise()["held-out"], VALIDATION).high


def _judge_promise(least):
    hints = {
        "the least promise is a share, from 0 to 1": not 0 < least < 1,
        "46 beats cannot promise 2 %: that takes 49. What is the chance that a new beat is the largest of 47?": abs(
            least - 0.02
        )
        < 0.0005,
        "1 in 46 is the share of the beats that you have; a new beat is the 47th": abs(least - 1 / VALIDATION) < 0.0004,
        "2 in 47 is kept for 5 %; one score fewer may be passed": abs(least - 2 / (VALIDATION + 1)) < 0.001,
        f"{least:g} is not the chance that a new beat is the largest of 47": abs(least - 1 / (VALIDATION + 1)) > 0.0004,
    }
    refuse(hints)


def _judge_alarms(alarms):
    known = least_promise()
    right = known["alarms a minute"]
    hints = {
        f"{alarms:g} alarms: in all five minutes, or a minute?": abs(alarms - 5 * right) < 0.6,
        f"{alarms:g} a minute pass the second largest score, which promises 2 in 47. The limit is the largest": abs(
            alarms - known["2 in 47"]
        )
        < 0.1,
        f"{alarms:g} a minute pass the interpolated quantile 0.98. It lies below the largest of the 46 scores, so a "
        "new beat may pass it with 2 in 47, more than 2 %. The limit is the largest score": abs(
            alarms - known["interpolated"]
        )
        < 0.1,
        "that limit comes from training beats, too: take the 46 validation beats alone": abs(
            alarms - known["all clean beats"]
        )
        < 0.1,
        f"not {alarms:g} alarms a minute. The limit is the largest of the 46 validation beats' scores; count all 496 "
        "beats above it": abs(alarms - right) > 0.05,
    }
    refuse(hints)


def _judge_shares(held_out, dropped):
    known = least_promise()
    seen, low = known["held-out"] / VALIDATION, rate_interval(known["held-out"], VALIDATION).low
    by_count = count_interval(known["held-out"]).high / VALIDATION  # Poisson, as in lesson 06: right as well
    hints = {
        "held-out up to, and dropped, narrow, are shares, from 0 to 1": max(held_out, dropped) > 1,
        "that is the share of held-out beats that passed, 1 of 46. What may the rate be that lies behind it?": abs(
            held_out - seen
        )
        < 0.002,
        "that is the lower end of the interval; a promise is broken at the upper": abs(held_out - low) < 0.0005,
        f"not {held_out:g}: rate_interval of how many of the 46 held-out clean beats pass, and of 46": not (
            _upper() - 0.006 < held_out < by_count + 0.002
        ),
        f"not {dropped:g}: of the 27 narrow beats that were on time and dropped, how many pass?": abs(
            dropped - known["dropped, narrow"]
        )
        > 0.005,
    }
    refuse(hints)
