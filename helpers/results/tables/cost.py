"""data/results/cost.csv: how seconds and memory grow with the rows, from 1,000 to 1,000,000, simulated, 10 columns.

Tables are points near a curved surface of four dimensions, series a daily rhythm of ten channels (windows of 25
points). Both are simulated, and only their size matters here. Each detector learns from so many rows and then scores
as many new ones, in a process of its own. A process that is not done after 120 s is stopped: what it did not come to
is missing, and `stopped` is True. `train_seconds` includes compiling; `score_seconds` does not.
"""

from helpers.detectors.catalogue import CATALOGUE
from helpers.results import fresh
from helpers.results.figures import STOPPED_AFTER
from helpers.results.figures import cost_figure as figure  # noqa: F401  what `writing` draws

ROWS = (1_000, 10_000, 100_000, 1_000_000)
KEYS = ["detector", "rows"]
COLUMNS = ["detector", "kind", "rows", "train_seconds", "score_seconds", "peak_mb", "stopped"]


def jobs():
    """Detector and number of rows of each row: first those of tables, then those of series."""
    names = sorted((name for name, entry in CATALOGUE.items() if entry.cost), key=of_series)
    return [(name, n_rows) for name in names for n_rows in ROWS]


def of_series(detector):
    """Whether it takes series alone."""
    return CATALOGUE[detector].kinds == ("series",)


def compute_row(detector, n_rows):
    """`helpers.results.cost_of_one.measure_cost` in a fresh process, and its peak memory."""
    series = of_series(detector)
    found = fresh.run("helpers.results.cost_of_one", "measure_cost", detector, n_rows, series, timeout=STOPPED_AFTER)
    known = {"detector": detector, "kind": "series" if series else "table", "rows": n_rows}
    row = {column: (known | found).get(column) for column in COLUMNS}
    print(*row.values(), sep=",", flush=True)
    return row
