"""data/results/cost.csv: how seconds and memory grow with the rows, from 1,000 to 1,000,000, simulated, 10 columns.

Tables are points near a curved surface of four dimensions, series a daily rhythm of ten channels (windows of 25
points). Both are simulated, and only their size matters here. Each detector learns from so many rows and then scores
as many new ones, in a process of its own. A process that is not done after 120 s is stopped: what it did not come to
is missing, and `stopped` is True. `train_seconds` includes compiling; `score_seconds` does not.
"""

import time
from importlib import import_module

from helpers.everything import DETECTORS
from helpers.result_plots import STOPPED_AFTER
from helpers.result_plots import cost_figure as figure  # noqa: F401  what `results` draws

import fresh
import numpy as np
import pandas as pd
import resume
from sklearn.base import clone

ROWS = (1_000, 10_000, 100_000, 1_000_000)
N_COLUMNS, N_HIDDEN = 10, 4
PERIOD = 24
TABLES = ("z-score", "IQR fences", "Mahalanobis", "PCA", "isolation forest", "5 nearest neighbours",
          "dense autoencoder", "GAN", "BiGAN")
SERIES = ("seasonal naive", "LSTM forecaster", "LSTM autoencoder")
COLUMNS = ["detector", "kind", "rows", "train_seconds", "score_seconds", "peak_mb", "stopped"]


def table():
    """One row for each detector and number of rows."""
    jobs = [(detector, n_rows) for detector in (*TABLES, *SERIES) for n_rows in ROWS]
    return pd.DataFrame(resume.rows("cost", jobs, compute_row), columns=COLUMNS)


def compute_row(detector, n_rows):
    found = fresh.run("results_cost", "measure", detector, n_rows, timeout=STOPPED_AFTER)
    known = {"detector": detector, "kind": "series" if detector in SERIES else "table", "rows": n_rows}
    row = {column: (known | found).get(column) for column in COLUMNS}
    print(*row.values(), sep=",", flush=True)
    return row


def measure(detector, n_rows):
    """Yields what is known after training, then after scoring."""
    train, new = (simulated(detector in SERIES, n_rows, seed) for seed in (0, 1))
    model = unfitted(detector)
    if DETECTORS[detector].network:
        import_module("helpers.training")  # TensorFlow's import is not training
    train_seconds = seconds_of(model.fit, train)
    yield {"train_seconds": train_seconds}
    model.decision_function(new[:100])  # compiles
    yield {"train_seconds": train_seconds, "score_seconds": seconds_of(model.decision_function, new)}


def unfitted(detector):
    """With its defaults; windows have a fixed length, so that they do not grow with the series."""
    model = clone(DETECTORS[detector].detector)
    lengths = {"window": PERIOD + 1, "period": PERIOD} if detector in SERIES else {}
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
