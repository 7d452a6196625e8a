"""data/results/development.csv: the dense autoencoder step by step and its rivals, development tables, five seeds.

Every detector learns from the same clean rows of a table and is judged on the same test. The steps, from the raw error
to `DenseAutoencoder`, share one network for each table and seed, so that a difference is the step's own; "memory alone"
leaves the network out. `kind` is what is known of the table's structure. Here the defaults were chosen.
"""

from functools import lru_cache

from helpers.datasets.development import DEVELOPMENT_TABLES, development_split
from helpers.detectors import BiGANDetector, DenseAutoencoder, NearestNeighbours, from_sklearn
from helpers.detectors.scaling import usual_error
from helpers.evaluation.measuring import seeded, timed

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

SEEDS = (0, 1, 2, 3, 4)
N_NEAREST = 3
KEYS = ["data", "detector", "seed"]
COLUMNS = ["data", "kind", "detector", "seed", "auroc", "seconds"]


def raw_error(network, split):
    """The mean squared error of all columns alike."""
    return _errors(network, split.test).mean(axis=1)


def in_usual_size(network, split):
    """Each column's error in its usual size."""
    return (_errors(network, split.test) / network.usual_error_).mean(axis=1)


def plain_memory(network, split):
    """The error, and the gap to the mean of the three nearest rows."""
    return in_usual_size(network, split) + _gaps(network, split, squash=lambda z: z)


def squashed_memory(network, split):
    """The same with squashed values."""
    return in_usual_size(network, split) + _gaps(network, split, squash=np.arcsinh)


def memory_alone(network, split):
    """The gap alone: squashed, and half-way relative to the gaps around."""
    return network._neighbourhood.column_gaps(network._standardise(split.test)).mean(axis=1)


def both(network, split):
    """The detector's own score."""
    return network.decision_function(split.test)


STEPS = {
    "network, raw error": raw_error,
    "network, usual error": in_usual_size,
    "with a plain memory": plain_memory,
    "with a squashed memory": squashed_memory,
    "dense autoencoder": both,
    "memory alone": memory_alone,
}
RIVALS = {
    "untrained, with memory": DenseAutoencoder(epochs=1, learning_rate=1e-9),
    "BiGAN": BiGANDetector(verbose=False),
    "5 nearest neighbours": NearestNeighbours(n_neighbors=5),
    "isolation forest": from_sklearn(IsolationForest()),
}


def jobs():
    """Table, detector and seed of each row."""
    return [(data, name, seed) for data in DEVELOPMENT_TABLES for seed in SEEDS for name in (*STEPS, *RIVALS)]


def compute_row(data, detector, seed):
    """Fit, or take the network that the other steps share, and judge; `seconds` are those of the fit."""
    if detector in STEPS:
        split, network, seconds = _shared_network(data, seed)
        scores = STEPS[detector](network, split)
    else:
        split = development_split(data, seed)
        fitted, seconds = timed(seeded(RIVALS[detector], seed).fit, split.train)
        scores = fitted.decision_function(split.test)
    auroc = round(roc_auc_score(split.labels, scores), 4)
    row = dict(zip(COLUMNS, (data, DEVELOPMENT_TABLES[data], detector, seed, auroc, round(seconds, 2)), strict=True))
    print(*row.values(), sep=",", flush=True)
    return row


@lru_cache(maxsize=1)
def _shared_network(data, seed):
    split = development_split(data, seed)
    return split, *timed(DenseAutoencoder(random_state=seed).fit, split.train)


def _errors(network, rows):
    return network._errors(network._standardise(rows))


def _gaps(network, split, squash):
    """Mean gap of the test rows to their nearest remembered ones, in the usual size that the training rows have."""
    remembered, test = squash(network.remembered_), squash(network._standardise(split.test))
    own = _gap(remembered, remembered, skipped=1)
    return (_gap(remembered, test) / usual_error(own)).mean(axis=1)


def _gap(remembered, rows, skipped=0):
    index = NearestNeighbors(n_neighbors=N_NEAREST + skipped).fit(remembered)
    nearest = index.kneighbors(rows, return_distance=False)[:, skipped:]
    return np.square(rows - remembered[nearest].mean(axis=1))
