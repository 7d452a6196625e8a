"""Checks of the exercises of lesson 08, LSTM autoencoders on heartbeats."""

from functools import cache

from helpers.checks.core import as_list, as_number, as_numbers, bug_hunt, exercise, open_exercise, refuse, try_out
from helpers.datasets.series import load_labelled_heartbeats
from helpers.windows import windows_at

import numpy as np
from scipy.signal import find_peaks

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4"]

UNITS, CHANNELS = 32, 6
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
FAIR = {3}  # defensible where all beats are one person's; with several persons, split by person


@cache
def rank_of_marked(before: int, after: int = 144) -> int:
    """Rank the marked beat by its squared distance to the mean of all windows that lie inside the record."""
    heart = load_labelled_heartbeats()
    ecg = heart.data["ecg"].to_numpy()
    beats, _ = find_peaks(ecg, prominence=0.6, distance=108, wlen=108)
    beats = beats[(beats >= before) & (beats + after <= len(ecg))]
    windows = windows_at(ecg, beats + after - 1, before + after).reshape(len(beats), -1, 4).mean(axis=2)
    windows = windows - np.median(windows, axis=1, keepdims=True)
    distance = np.square(windows - windows.mean(axis=0)).mean(axis=1)
    return int((distance > distance[heart.labels.to_numpy()[beats] == 1]).sum()) + 1


def weights(inputs: int) -> int:
    """Count those of an LSTM layer: four gates, each with a matrix for state and input and a shift."""
    return 4 * (UNITS * (UNITS + inputs) + UNITS)


@exercise
def exercise_1(n_weights) -> str:
    """Count the weights of the encoder's and of the decoder's LSTM, and how many a longer window adds: none.

    >>> exercise_1((4992, 4992, 0))
    not yet: the decoder's LSTM does not read the channels: at every step it reads the code, 32 numbers
    """
    parts = as_list(n_weights, f"three numbers are needed, as in (1, 2, 3), not {n_weights!r}")
    encoder, decoder, added = as_numbers(parts, 3, "n_weights")
    wide, narrow = weights(UNITS), weights(CHANNELS)
    hints = {
        "the two are swapped: the encoder first": (encoder, decoder) == (wide, narrow),
        "the shifts are missing: each of the four gates has one for each unit": encoder == narrow - 4 * UNITS,
        "that is one gate; an LSTM layer has four": encoder == narrow / 4,
        f"the encoder has not {encoder:g}: 4 (h (h + x) + h), with 32 units and six channels": encoder != narrow,
        "the decoder's LSTM does not read the channels: at every step it reads the code, 32 numbers": decoder == narrow,
        f"the decoder has not {decoder:g}: the same formula, and its input is the code": decoder != wide,
        "a longer window adds no weight: every step uses the same ones": added != 0,
    }
    refuse(hints)
    return "4,992 and 8,320, whatever the window: a long window costs time, not weights"


@exercise
def exercise_2(rank) -> str:
    """Write a function of the samples before the spike: the rank of the marked beat.

    >>> exercise_2(lambda before: 24)
    not yet: before=96: 24, where 3 was expected. Is 1 the largest distance, and is the marked beat found again?
    """
    for before in (96, 216):
        found, expected = as_number(try_out(rank, before), "what rank_of_marked returns"), rank_of_marked(before)
        start = f"before={before}: {found:g}, where {expected} was expected. "
        hints = {
            f"{start}Does the count start at 1, and is the mean that of *all* windows?": found == expected - 1,
            f"before=216: still {found:g}. Does `before` reach the windows?": before == 216
            and found == rank_of_marked(96),
            f"{start}Is 1 the largest distance, and is the marked beat found again?": found != expected,
        }
        refuse(hints)
    return (
        "with 216 samples the spike of the beat before enters the window, and even the mean beat ranks it first: "
        "the window decides what can be seen"
    )


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=4, fair=FAIR)
exercise_4 = open_exercise("three or four sentences to the cardiologist")
