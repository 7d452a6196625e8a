"""Seconds that one detector takes for so many simulated rows. Run in a fresh process by `tables.cost`."""

import time
from importlib import import_module

from helpers.results.contest import DETECTORS

import numpy as np
from sklearn.base import clone

__all__ = ["measure"]

N_COLUMNS, N_HIDDEN = 10, 4
PERIOD = 24


def measure(detector, n_rows, series):
    """Yields what is known after training on simulated rows (or points of a series), then after scoring as many."""
    train, new = (simulated(series, n_rows, seed) for seed in (0, 1))
    model = unfitted(detector)
    if DETECTORS[detector].network:
        import_module("helpers.training.loop")  # TensorFlow's import is not training
    train_seconds = seconds_of(model.fit, train)
    yield {"train_seconds": train_seconds}
    model.decision_function(new[:100])  # compiles
    yield {"train_seconds": train_seconds, "score_seconds": seconds_of(model.decision_function, new)}


def unfitted(detector):
    """With its defaults; windows have a fixed length, so that they do not grow with the series."""
    model = clone(DETECTORS[detector].detector)
    lengths = {"window": PERIOD + 1, "period": PERIOD}
    return model.set_params(**{name: length for name, length in lengths.items() if name in model.get_params()})


def simulated(series, n_rows, seed):
    rng = np.random.default_rng(seed)
    noise = 0.3 * rng.normal(size=(n_rows, N_COLUMNS))
    if series:
        return np.sin((np.arange(n_rows)[:, None] + np.arange(N_COLUMNS)) * 2 * np.pi / PERIOD) + noise
    surface = np.random.default_rng(0).normal(size=(N_HIDDEN, N_COLUMNS))  # the same for both seeds
    return np.tanh(rng.normal(size=(n_rows, N_HIDDEN)) @ surface) + noise


def seconds_of(function, rows):
    start = time.perf_counter()
    function(rows)
    return round(time.perf_counter() - start, 6)
