"""data/results/everything.csv: every detector of the course on every data set that it fits, three seeds.

`helpers.results.contest` says which detectors, which data, how they are split and judged. Detectors without chance
are measured once, with seed 0. Each fit has a process of its own: `peak_mb` is its resident peak, Python and packages
included, and `train_seconds` includes compiling. A run that was cut goes on where it stopped.
"""

from helpers.results import fresh
from helpers.results.contest import fitting_pairs, seeds_of
from helpers.results.figures import contest_figure as figure  # noqa: F401  what `writing` draws

KEYS = ["data", "detector", "seed"]
COLUMNS = [
    "data",
    "mark",
    "detector",
    "seed",
    "auroc",
    "average_precision",
    "recall_at_1",
    "train_seconds",
    "score_microseconds",
    "peak_mb",
    "n_train",
    "n_test",
    "prevalence",
]


def jobs():
    """Data set, detector and seed of each row."""
    return [(data, detector, seed) for data, detector in fitting_pairs() for seed in seeds_of(detector)]


def compute_row(data, detector, seed):
    """`helpers.results.contest.measure` in a fresh process, and its peak memory."""
    found = fresh.run("helpers.results.contest", "measure", data, detector, seed)
    row = {column: found[column] for column in COLUMNS}
    print(*row.values(), sep=",", flush=True)
    return row
