"""data/results/cost.csv: how seconds and memory grow with the rows, from 1,000 to 1,000,000, simulated, 10 columns.

Tables are points near a curved surface of four dimensions, series a daily rhythm of ten channels (windows of 25
points). Both are simulated, and only their size matters here. Each detector learns from so many rows and then scores
as many new ones, in a process of its own. A process that is not done after 120 s is stopped: what it did not come to
is missing, and `stopped` is True. `train_seconds` includes compiling; `score_seconds` does not.
"""

from helpers.results import fresh, resume
from helpers.results.figures import STOPPED_AFTER
from helpers.results.figures import cost_figure as figure  # noqa: F401  what `results` draws

import pandas as pd

ROWS = (1_000, 10_000, 100_000, 1_000_000)
TABLES = (
    "z-score",
    "IQR fences",
    "Mahalanobis",
    "PCA",
    "isolation forest",
    "5 nearest neighbours",
    "dense autoencoder",
    "GAN",
    "BiGAN",
)
SERIES = ("seasonal naive", "LSTM forecaster", "LSTM autoencoder")
COLUMNS = ["detector", "kind", "rows", "train_seconds", "score_seconds", "peak_mb", "stopped"]


def table():
    """One row for each detector and number of rows."""
    jobs = [(detector, n_rows) for detector in (*TABLES, *SERIES) for n_rows in ROWS]
    return pd.DataFrame(resume.rows("cost", jobs, compute_row), columns=COLUMNS)


def compute_row(detector, n_rows):
    found = fresh.run(
        "helpers.results.cost_of_one", "measure", detector, n_rows, detector in SERIES, timeout=STOPPED_AFTER
    )
    known = {"detector": detector, "kind": "series" if detector in SERIES else "table", "rows": n_rows}
    row = {column: (known | found).get(column) for column in COLUMNS}
    print(*row.values(), sep=",", flush=True)
    return row
