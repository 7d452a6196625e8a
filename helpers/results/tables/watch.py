"""data/results/watch.csv: each exercise in turn is normal, three seeds, every model on the same windows and people.

Windows of 100 points (2 s), one each 25 points. Persons 1 to 6 with the normal exercise to learn from (the LSTM
networks hold the sixth back for early stopping), persons 8 to 10 with all exercises to test. `auroc` is against the
other six exercises; `swapped` against the same normal windows with their two halves swapped.
"""

from helpers.datasets import load_watch, one_exercise_split
from helpers.detectors import DenseAutoencoder, LSTMAutoencoder, NearestNeighbours, PCAReconstruction, from_sklearn
from helpers.windows import make_windows

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2)
WINDOW, STRIDE = 100, 25
# chosen on persons 1 to 5 (`development=True`)
RECIPE = {"window": WINDOW, "level": "keep", "learning_rate": 0.01, "validation_fraction": 1 / 6}


def table():
    """One row for each model, normal exercise and seed; models without chance in them have seed 0 only."""
    watch = load_watch()
    rows = []
    for normal in sorted(set(watch.exercise)):
        parts = windows_of(watch, normal)
        for model, seed, score in models():
            rows.append((model, normal, seed, *judged(score(parts, seed), parts["kind"])))
            print(*rows[-1], sep=",", flush=True)
    return pd.DataFrame(rows, columns=["model", "normal", "seed", "auroc", "swapped"]).sort_values(
        ["model", "normal", "seed"], kind="stable"
    )


def windows_of(watch, normal):
    """Recordings to learn from; windows to learn from and to test; the kind of each test window.

    Kinds: 0 the normal exercise, 1 another one, 2 the normal one with its halves swapped.
    """
    split = one_exercise_split(watch, normal)
    recordings = [watch.recordings[i] for i in np.r_[split.train, split.validation]]
    own, others = (cut(watch.recordings[i] for i in split.test[split.labels == label]) for label in (0, 1))
    tests = [own, others, np.roll(own, WINDOW // 2, axis=1)]
    return {
        "recordings": recordings,
        "train": cut(recordings),
        "test": np.concatenate(tests),
        "kind": np.repeat([0, 1, 2], [len(windows) for windows in tests]),
    }


def cut(recordings):
    """All their windows, one recording after the other."""
    return np.concatenate([make_windows(recording, WINDOW, STRIDE) for recording in recordings])


def judged(scores, kind):
    """AUROC of other exercises, and of swapped halves, against the normal windows; equal up to rounding is equal."""
    scores = np.round(scores, 6)
    return [round(roc_auc_score(kind[kind != left_out] > 0, scores[kind != left_out]), 4) for left_out in (2, 1)]


def models():
    """Pairs of name, seed and scoring function of (parts, seed)."""
    for seed in SEEDS:
        yield "LSTM autoencoder", seed, lstm
        yield "LSTM autoencoder, untrained", seed, untrained
        yield (
            "dense autoencoder",
            seed,
            lambda parts, seed: rows(DenseAutoencoder(random_state=seed, n_remembered=0), parts),
        )
        yield (
            "isolation forest",
            seed,
            lambda parts, seed: rows(from_sklearn(IsolationForest(random_state=seed)), parts),
        )
    yield "PCA 8", 0, lambda parts, _: rows(PCAReconstruction(8, scale=False), parts)
    yield "PCA 32", 0, lambda parts, _: rows(PCAReconstruction(32, scale=False), parts)
    yield "5 nearest neighbours", 0, lambda parts, _: rows(NearestNeighbours(scale=False), parts)
    yield "mean and spread, 5 neighbours", 0, lambda parts, _: rows(NearestNeighbours(), parts, mean_and_spread)


def lstm(parts, seed, **options):
    """Error of each window, channel by channel in units of its usual one."""
    detector = LSTMAutoencoder(random_state=seed, **(RECIPE | options)).fit(parts["recordings"])
    errors = np.square((detector.reconstruct(parts["test"]) - parts["test"]) / detector.scale_).mean(axis=1)
    return (errors / detector.usual_error_).mean(axis=1)  # decision_function, at the windows' last points only


def untrained(parts, seed):
    """The same network as it is before it has learned."""
    return lstm(parts, seed, epochs=1, learning_rate=1e-9)


def rows(detector, parts, features=lambda windows: windows.reshape(len(windows), -1)):
    """Scores of a detector of tables on windows whose channels have mean 0 and spread 1 on the training windows."""
    mean, spread = (statistic(parts["train"], axis=(0, 1)) for statistic in (np.mean, np.std))
    train, test = (features((parts[part] - mean) / spread) for part in ("train", "test"))
    return detector.fit(train).decision_function(test)


def mean_and_spread(windows):
    """Twelve numbers a window that do not know in which order its points came."""
    return np.concatenate([windows.mean(axis=1), windows.std(axis=1)], axis=1)
