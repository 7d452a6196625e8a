"""The tasks of the scoreboard over all data (`helpers.results.contest`), split as their lessons split them.

A task has one or more *views*: the same split as rows of a table, as images or as a series, so that every detector
finds a kind that it takes. Detectors learn from the lesson's training part alone and are judged on its test part.

Two recordings of the course are left out. The long electrocardiogram of lesson 08 has no labels, so no measure can be
claimed on it. The labelled one has 26 beats and one labelled stretch: one event is a story, and no measure of rows says
more than whether that beat came first. Lesson 08 gives its rank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from helpers.datasets import (
    four_splits,
    load_digits_images,
    load_orders,
    load_shuttle,
    load_telemetry,
    load_watch,
    load_water_flow,
    one_digit_split,
    one_exercise_split,
)
from helpers.datasets.features import order_features
from helpers.windows import gap_starts, make_windows, window_ends

import numpy as np

__all__ = ["TASKS", "Task", "TaskData"]

WEEK = 7 * 144  # rows of the telemetry
WATCH_WINDOW, WATCH_STRIDE = 100, 25  # points: 2 s, a new window each half second, as in lesson 08


@dataclass(frozen=True, eq=False)
class TaskData:
    """What a detector learns from and is judged on.

    Attributes
    ----------
    train, test : table (n, k), images (n, height, width), series (n_times, k), or a list of series
    labels : ndarray of shape (n_judged,)
        0 = normal, 1 = anomaly.
    context : series, optional
        What came right before a series `test`, so that its first points have scores.
    judged : ndarray of shape (n_judged,), optional
        Positions in the scores of `test`, one recording after the other; None takes all.

    >>> water = TASKS["water flow"].views["series"]()
    >>> water.train.shape, len(water.test), len(water.judged), int(water.labels.sum())
    ((240, 1), 439, 367, 16)
    """

    train: object
    test: object
    labels: np.ndarray
    context: object = None
    judged: np.ndarray | None = None


@dataclass(frozen=True)
class Task:
    """One data set of the scoreboard: what is to be found in it, and how.

    Attributes
    ----------
    mark : {"real", "real + injected", "simulated"}
        As on its card.
    views : mapping
        "tables", "images" or "series" to a function without arguments that gives its :class:`TaskData`.
    window : int, optional
        Points in a window, for detectors that read series.
    period : int, optional
        Points after which seasonal naive expects the same again.
    recipe : str
        The name under which the catalogue's entries have other parameters for it than their defaults.

    >>> TASKS["telemetry"].mark, list(TASKS["digit 8"].views)
    ('simulated', ['tables', 'images'])
    """

    mark: str
    views: Mapping[str, Callable[[], TaskData]]
    window: int | None = None
    period: int | None = None
    recipe: str = ""


def _orders():
    orders = load_orders()
    return _table(order_features(orders.data), orders.labels)


def _shuttle():
    shuttle = load_shuttle()
    return _table(shuttle.data, shuttle.labels)


def _table(rows, labels):
    """Normal rows of the first 40 % to learn from, all of the last 30 % to test."""
    splits = four_splits(labels)
    return TaskData(rows.iloc[splits.train], rows.iloc[splits.test], labels.iloc[splits.test].to_numpy())


def _digit_images(normal):
    digits = load_digits_images()
    split = one_digit_split(digits.labels, normal)
    return TaskData(digits.data[split.train], digits.data[split.test], split.labels)


def _digit_rows(normal):
    images = _digit_images(normal)
    train, test = (part.reshape(len(part), -1) / np.float32(255) for part in (images.train, images.test))
    return TaskData(train, test, images.labels)


def _water():
    """Lesson 06's 240 clean hours to learn from; judged where the day before is complete, which all detectors have."""
    water = load_water_flow()
    test, labels = water.data.iloc[829:], water.labels.iloc[829:].to_numpy()
    judged = window_ends(len(test), TASKS["water flow"].window, starts=gap_starts(test.index))
    return TaskData(water.data.iloc[340:580], test, labels[judged], judged=judged)


def _telemetry():
    """Six weeks to learn from, four that came before the test, six to test."""
    server = load_telemetry()
    before, test = server.data.iloc[6 * WEEK : 10 * WEEK], server.data.iloc[10 * WEEK :]
    return TaskData(server.data.iloc[: 6 * WEEK], test, server.labels.iloc[10 * WEEK :].to_numpy(), context=before)


def _watch_recordings():
    """Persons 1 to 6 doing TRAP to learn from, 8 to 10 with all exercises; judged at each window's last point."""
    watch = load_watch()
    split = one_exercise_split(watch, "TRAP")
    learned = np.r_[split.train, split.validation]
    train, test = ([watch.recordings[i] for i in chosen] for chosen in (learned, split.test))
    ends = [window_ends(len(recording), WATCH_WINDOW, WATCH_STRIDE) for recording in test]
    begins = np.cumsum([0, *map(len, test)])[:-1]
    judged = np.concatenate([begin + end for begin, end in zip(begins, ends, strict=True)])
    return TaskData(train, test, np.repeat(split.labels, [len(end) for end in ends]), judged=judged)


def _watch_rows():
    """The same windows as rows, each channel with mean 0 and spread 1 over the training windows."""
    recordings = _watch_recordings()
    train, test = (
        np.concatenate([make_windows(recording, WATCH_WINDOW, WATCH_STRIDE) for recording in part])
        for part in (recordings.train, recordings.test)
    )
    mean, spread = train.mean(axis=(0, 1)), train.std(axis=(0, 1))
    rows = [((windows - mean) / spread).reshape(len(windows), -1) for windows in (train, test)]
    return TaskData(*rows, recordings.labels)


def _digit(normal):
    views = {"tables": partial(_digit_rows, normal), "images": partial(_digit_images, normal)}
    return Task("real", views, recipe="digits")


TASKS = {
    "orders": Task("simulated", {"tables": _orders}),
    "Shuttle": Task("real", {"tables": _shuttle}),
    "digit 0": _digit(0),
    "digit 4": _digit(4),
    "digit 8": _digit(8),
    "water flow": Task("real", {"series": _water}, window=25, period=24),
    "telemetry": Task("simulated", {"series": _telemetry}, window=37, period=144),
    "watch TRAP": Task(
        "real",
        {"tables": _watch_rows, "series": _watch_recordings},
        window=WATCH_WINDOW,
        period=WATCH_WINDOW - 1,
        recipe="watch",
    ),
}
