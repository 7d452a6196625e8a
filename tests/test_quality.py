"""Quality floors: each detector of the course finds what it is made for, whatever versions are installed.

The data are simulated, but for the digits; the faults in them are injected. Trainings are short, so the floors
are far below what the lessons reach: they fall when something broke, not when a digit moved.
"""

import warnings
from functools import partial

import helpers.detectors
from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors.base import Detector
from helpers.detectors.catalogue import BASES, CATALOGUE
from helpers.evaluation.measuring import seeded

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

WITH_FLOOR = {name: entry for name, entry in CATALOGUE.items() if entry.floor}
ONLY_GUESS = {"RandomScore", "RandomSeriesScore"}


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


DATA = {
    "far rows": far_rows,
    "broken relations": broken_relations,
    "ring": ring,
    "digits": digits,
    "rhythm": rhythm,
    "rhythm of a point": partial(rhythm, window=1),
}


def area(detector, train, test, labels):
    """AUROC over the rows or points that get a score."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mode collapse|The discriminator won")  # trainings are short
        scores = detector.fit(train).decision_function(test)
    scored = np.isfinite(scores)
    return roc_auc_score(labels[scored], scores[scored])


@pytest.mark.parametrize("name", WITH_FLOOR)
def test_it_finds_what_it_is_made_for(name):
    entry = WITH_FLOOR[name]
    detector = clone(entry.detector).set_params(**entry.floor.parameters)
    assert area(detector, *DATA[entry.floor.data]()) > entry.floor.auroc


@pytest.mark.parametrize(("kind", "data"), [("tables", far_rows), ("series", rhythm)])
def test_a_guess_stays_below_every_floor(kind, data):
    guess = seeded(CATALOGUE["random"].unfitted(kind), 0)
    assert area(guess, *data()) < min(entry.floor.auroc for entry in WITH_FLOOR.values())


def test_every_detector_has_its_floor():
    exported = [getattr(helpers.detectors, name) for name in helpers.detectors.__all__]
    classes = {thing for thing in exported if isinstance(thing, type) and issubclass(thing, Detector)} - set(BASES)
    floors = {type(entry.detector).__name__ for entry in WITH_FLOOR.values()}
    assert {made.__name__ for made in classes} == floors | ONLY_GUESS
