"""Seconds that one detector takes for so many simulated rows. Run in a fresh process by `tables.cost`."""

from helpers.detectors.catalogue import CATALOGUE
from helpers.evaluation.measuring import timed
from helpers.results.contest import load_network_library

import numpy as np

__all__ = ["measure_cost"]

N_COLUMNS, N_HIDDEN = 10, 4
PERIOD = 24


def measure_cost(detector, n_rows, series):
    """What one detector takes to learn and to score simulated rows, or points of a series.

    Parameters
    ----------
    detector : str
        Its name in the catalogue.
    n_rows : int
        To learn from, and as many new ones to score.
    series : bool

    Yields
    ------
    dict
        train_seconds once it has learned; then with score_seconds.
    """
    train, new = (simulated(series, n_rows, seed) for seed in (0, 1))
    model = unfitted(detector, "series" if series else "tables")
    load_network_library(CATALOGUE[detector])
    _, train_seconds = timed(model.fit, train)
    yield (known := {"train_seconds": round(train_seconds, 6)})
    model.decision_function(new[:100])  # compiles
    _, score_seconds = timed(model.decision_function, new)
    yield known | {"score_seconds": round(score_seconds, 6)}


def unfitted(detector, kind):
    """With its defaults; windows have a fixed length, so that they do not grow with the series."""
    model = CATALOGUE[detector].unfitted(kind)
    lengths = {"window": PERIOD + 1, "period": PERIOD}
    return model.set_params(**{name: length for name, length in lengths.items() if name in model.get_params()})


def simulated(series, n_rows, seed):
    """Points near a curved surface of four dimensions, or a daily rhythm of ten channels."""
    rng = np.random.default_rng(seed)
    noise = 0.3 * rng.normal(size=(n_rows, N_COLUMNS))
    if series:
        return np.sin((np.arange(n_rows)[:, None] + np.arange(N_COLUMNS)) * 2 * np.pi / PERIOD) + noise
    surface = np.random.default_rng(0).normal(size=(N_HIDDEN, N_COLUMNS))  # the same for both seeds
    return np.tanh(rng.normal(size=(n_rows, N_HIDDEN)) @ surface) + noise
