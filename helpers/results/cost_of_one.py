"""Seconds that one detector takes for so many simulated rows. Run in a fresh process by `tables.cost`."""

from importlib import import_module

from helpers.evaluation.measuring import timed
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
    _, train_seconds = timed(model.fit, train)
    yield (known := {"train_seconds": round(train_seconds, 6)})
    model.decision_function(new[:100])  # compiles
    _, score_seconds = timed(model.decision_function, new)
    yield known | {"score_seconds": round(score_seconds, 6)}


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
