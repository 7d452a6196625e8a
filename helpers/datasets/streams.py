"""SIMULATED streams that drift: what is usual changes on the way, and a few points are odd.

Nothing here is real. The generator is seeded and was written and tested before any detector saw its streams.

A stream repeats a smooth shape, drawn anew for each seed, in units and with an offset of its own, plus noise that
remembers a little of the last point. The noise has a normal, a heavy (Student's t, 4 degrees of freedom) or a skewed
(centred exponential) tail. The four drifts begin between 35 and 50 % of the stream and are not labelled:

- "level": from one point to the next everything lies 1 to 2 amplitudes of the rhythm higher or lower;
- "trend": everything rises or falls without end, 2 to 4 amplitudes by the stream's end;
- "variance": the noise becomes 2 to 3 times as large within one period;
- "season": within one period another shape takes over.

Eight odd stretches, labelled 1, lie in equal parts of the last 80 %, at least three periods after a drift's beginning:

- "spike": one point, 6 to 10 standard deviations of the noise of that time away;
- "flat": 40 to 80 % of a period that repeats the value before it to the last digit;
- "shape": 30 to 60 % of a period that runs upside down, about its own mean.
"""

from helpers.datasets.files import Dataset

import numpy as np
import pandas as pd
from scipy.signal import lfilter

__all__ = ["DRIFTS", "simulate_drift"]

DRIFTS = ("none", "level", "trend", "variance", "season")
ODD = ("spike", "flat", "shape")
N_ODD = 8
REMEMBERED = 0.3  # by the noise, of its last value
FIRST_ODD = 0.2  # of the stream
SETTLING = 3  # periods from a drift's beginning to the first odd stretch


def simulate_drift(drift, n_times=4000, period=48, seed=0):
    """Simulate one stream that drifts, with eight odd stretches.

    Parameters
    ----------
    drift : {"none", "level", "trend", "variance", "season"}
        What changes on the way; the module's text says how.
    n_times : int
        Points, at least 40 periods.
    period : int
        Points after which the shape repeats, at least 8.
    seed : int

    Returns
    -------
    Dataset
        `data` has one column, `value`, and rows that follow each other; `labels` and `kinds` mark the odd stretches,
        never the drift; `events` has one row of each, with positions as `start` and `end`.

    Raises
    ------
    ValueError
        Another drift, or a stream that is too short.

    >>> stream = simulate_drift("level", seed=1)
    >>> stream.data.shape, len(stream.events), sorted(set(stream.kinds))
    ((4000, 1), 8, ['flat', 'normal', 'shape', 'spike'])
    """
    if drift not in DRIFTS:
        raise ValueError(f"drift={drift!r}: it is one of {', '.join(map(repr, DRIFTS))}.")
    if period < 8 or n_times < 40 * period:
        raise ValueError(f"{n_times} points of period {period}: a period has 8 points at least, a stream 40 periods.")
    rng = np.random.default_rng([seed, DRIFTS.index(drift)])
    start = int(rng.uniform(0.35, 0.5) * n_times)
    usual, spread = _usual_course(rng, drift, n_times, period, start)
    avoided = range(0) if drift == "none" else range(start - period, start + SETTLING * period)
    events = _draw_events(rng, n_times, period, avoided)
    values = _with_events(rng, usual, spread, events)
    unit, offset = 10 ** rng.uniform(-1, 3), rng.uniform(-3, 10)
    return _as_dataset(drift, unit * (offset + values), events)


def _usual_course(rng, drift, n_times, period, start):
    """The values without anything odd, in amplitudes of the rhythm, and the noise's standard deviation."""
    times = np.arange(n_times)
    new = np.clip((times - start) / period, 0, 1)  # how much of the drift has come, over one period
    shapes = [_shape(rng, period)[times % period] for _ in range(2)]
    course = shapes[0] + (drift == "season") * new * (shapes[1] - shapes[0])
    sign = rng.choice([-1, 1])
    course = course + sign * rng.uniform(1, 2) * ((drift == "level") * (times >= start))
    course = course + sign * rng.uniform(2, 4) * (drift == "trend") * np.maximum(times - start, 0) / (n_times - start)
    spread = rng.uniform(0.1, 0.3) * (1 + (drift == "variance") * new * rng.uniform(1, 2))
    return course + spread * _noise(rng, n_times), spread


def _shape(rng, period):
    """One period of three harmonics, with mean 0 and amplitude 1."""
    angle = 2 * np.pi * np.arange(period) / period
    waves = [rng.uniform(0.3, 1) / k * np.cos(k * angle + rng.uniform(0, 2 * np.pi)) for k in (1, 2, 3)]
    return np.sum(waves, axis=0) / np.abs(np.sum(waves, axis=0)).max()


def _noise(rng, n):
    """Of variance 1, with one of three tails."""
    tails = [rng.normal(size=n), rng.standard_t(4, size=n) / np.sqrt(2), rng.exponential(size=n) - 1]
    return lfilter([np.sqrt(1 - REMEMBERED**2)], [1, -REMEMBERED], tails[rng.integers(3)])


def _draw_events(rng, n_times, period, avoided):
    """(start, length, kind) of each odd stretch, one in each equal part of the time in which they may lie."""
    lengths = {"spike": (1, 2), "flat": (0.4 * period, 0.8 * period), "shape": (0.3 * period, 0.6 * period)}
    kinds = [*rng.permutation(ODD), *rng.permutation(ODD), *rng.permutation(ODD)][:N_ODD]
    allowed = np.setdiff1d(np.arange(int(FIRST_ODD * n_times), n_times - period), avoided)
    events = []
    for part, kind in zip(np.array_split(allowed, N_ODD), kinds, strict=True):
        places = part[: len(part) - 2 * period]
        events.append((int(rng.choice(places)), int(rng.uniform(*lengths[kind])), str(kind)))
    return events


def _with_events(rng, usual, spread, events):
    values = usual.copy()
    for start, length, kind in events:
        stretch = slice(start, start + length)
        if kind == "spike":
            values[start] += rng.choice([-1, 1]) * rng.uniform(6, 10) * spread[start]
        elif kind == "flat":
            values[stretch] = values[start - 1]
        else:
            values[stretch] = 2 * values[stretch].mean() - values[stretch]
    return values


def _as_dataset(drift, values, events):
    kinds = np.full(len(values), "normal", dtype=object)
    for start, length, kind in events:
        kinds[start : start + length] = kind
    rows = [(start, start + length - 1, length, kind) for start, length, kind in events]
    return Dataset(
        pd.DataFrame({"value": values}),
        pd.Series((kinds != "normal").astype(int), name="label"),
        ("value",),
        f"Simulated: a rhythm with noise and eight odd stretches; drift: {drift}. helpers.datasets.streams says how.",
        pd.Series(kinds, name="kind"),
        pd.DataFrame(rows, columns=["start", "end", "rows", "kind"]),
    )
