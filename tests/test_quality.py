"""Quality floors: each detector of the course finds what it is made for, whatever versions are installed.

The data are simulated, but for the digits; the faults in them are injected. Trainings are short, so the floors
are far below what the lessons reach: they fall when something broke, not when a digit moved.
"""

import warnings
from functools import partial

import helpers.detectors
from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors import (
    IQR,
    BiGANDetector,
    ConvAutoencoder,
    DenseAutoencoder,
    GANDetector,
    LSTMAutoencoder,
    LSTMForecaster,
    Mahalanobis,
    ModifiedZScore,
    NearestNeighbours,
    OneColumn,
    PCAReconstruction,
    RandomScore,
    RandomSeriesScore,
    SeasonalNaive,
    WindowDetector,
    ZScore,
    from_sklearn,
)

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

BASES = {"ColumnwiseDetector", "Detector", "SeriesDetector", "TabularDetector"}
ONLY_GUESS = {"RandomScore": RandomScore(random_state=0), "RandomSeriesScore": RandomSeriesScore(random_state=0)}


def plane(rng, n):
    """Rows of four columns that two hidden quantities explain."""
    return rng.normal(size=(n, 2)) @ [[1, 0.5, -1, 2], [1, -1, 0.5, 1]] + 0.1 * rng.normal(size=(n, 4))


def far_rows():
    """One column of an odd row is eight standard deviations away."""
    rng = np.random.default_rng(0)
    odd = plane(rng, 50)
    odd[:, 0] += 8 * plane(rng, 500)[:, 0].std()
    return plane(rng, 500), np.concatenate([plane(rng, 200), odd]), np.repeat([0, 1], [200, 50])


def broken_relations():
    """Every value of an odd row is usual; together they are not."""
    rng = np.random.default_rng(0)
    odd = rng.permuted(plane(rng, 100), axis=0)
    return plane(rng, 500), np.concatenate([plane(rng, 200), odd]), np.repeat([0, 1], [200, 100])


def ring():
    """Usual rows lie on a circle, odd ones inside and outside."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 600)
    rows = 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.1 * rng.normal(size=(600, 2))
    odd = np.concatenate([0.3 * rng.normal(size=(50, 2)), 2 * rows[500:550]])
    return rows[:400], np.concatenate([rows[400:], odd]), np.repeat([0, 1], [200, 100])


def digits():
    """Real zeros from MNIST are usual, the other digits odd."""
    images = load_digits_images()
    split = one_digit_split(images.labels, normal=0, development=True)
    return images.data[split.train], images.data[split.test], split.labels


def rhythm(frozen=8, window=24):
    """A daily rhythm that freezes now and then; the points whose window still holds a frozen one are odd."""
    rng = np.random.default_rng(0)
    series = 10 + 3 * np.sin(2 * np.pi * np.arange(1400) / 24) + 0.2 * rng.normal(size=1400)
    train, test, odd = series[:800, None], series[800:, None].copy(), np.zeros(600, int)
    for start in range(100, 600, 130):
        test[start : start + frozen] = test[start]
        odd[start + 2 : start + frozen + window - 1] = 1
    return train, test, odd


# For each name in helpers.detectors: the detector, data it is made for, and an AUROC that it must exceed.
FLOORS = {
    "ZScore": (ZScore, far_rows, 0.95),
    "ModifiedZScore": (ModifiedZScore, far_rows, 0.95),
    "IQR": (IQR, far_rows, 0.95),
    "OneColumn": (partial(OneColumn, 0), far_rows, 0.95),
    "SklearnDetector": (lambda: from_sklearn(IsolationForest(random_state=0)), far_rows, 0.85),
    "Mahalanobis": (Mahalanobis, broken_relations, 0.9),
    "PCAReconstruction": (partial(PCAReconstruction, 2), broken_relations, 0.9),
    "NearestNeighbours": (NearestNeighbours, broken_relations, 0.9),
    "DenseAutoencoder": (partial(DenseAutoencoder, code_size=2, epochs=40), broken_relations, 0.85),
    "GANDetector": (partial(GANDetector, code_size=2, hidden=(32, 32), steps=800, learning_rate=3e-3), ring, 0.8),
    "BiGANDetector": (partial(BiGANDetector, code_size=2, hidden=(32, 32), steps=800, learning_rate=3e-3), ring, 0.8),
    "ConvAutoencoder": (partial(ConvAutoencoder, steps=100, random_state=0), digits, 0.9),
    "SeasonalNaive": (partial(SeasonalNaive, 24), partial(rhythm, window=1), 0.8),
    "WindowDetector": (partial(WindowDetector, PCAReconstruction(2), window=24), rhythm, 0.9),
    "LSTMForecaster": (partial(LSTMForecaster, window=24, epochs=15), rhythm, 0.85),
    "LSTMAutoencoder": (partial(LSTMAutoencoder, window=24, epochs=15), rhythm, 0.85),
}


def area(detector, train, test, labels):
    """AUROC over the rows or points that get a score."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mode collapse|The discriminator won")  # trainings are short
        scores = detector.fit(train).decision_function(test)
    scored = np.isfinite(scores)
    return roc_auc_score(labels[scored], scores[scored])


@pytest.mark.parametrize("name", FLOORS)
def test_it_finds_what_it_is_made_for(name):
    make, data, floor = FLOORS[name]
    assert area(make(), *data()) > floor


@pytest.mark.parametrize(("name", "data"), [("RandomScore", far_rows), ("RandomSeriesScore", rhythm)])
def test_a_guess_stays_below_every_floor(name, data):
    assert area(ONLY_GUESS[name], *data()) < min(floor for _, _, floor in FLOORS.values())


def test_every_detector_has_its_floor():
    classes = {name for name in helpers.detectors.__all__ if isinstance(getattr(helpers.detectors, name), type)}
    assert classes - BASES == FLOORS.keys() | ONLY_GUESS.keys()
