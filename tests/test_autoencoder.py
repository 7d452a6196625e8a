"""DenseAutoencoder as a detector: interface, scores, parameters. Nets are small, trainings short."""

import copy
import pickle
import subprocess
import sys

from helpers.detectors import DenseAutoencoder
from helpers.detectors.tables.neighbourhood import Neighbourhood
from helpers.training.loop import TimeBudgetWarning, TrainingDiverged

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(0)
SMALL = {"epochs": 2, "hidden": (4,), "n_members": 2}


def curve(n, noise=0.05):
    x = rng.uniform(-1, 1, n)
    return np.column_stack([x, x**2, np.sin(3 * x)]) + noise * rng.normal(size=(n, 3))


TRAIN = curve(600)
TEST = np.concatenate([curve(200), rng.permuted(curve(60), axis=0)])  # each value is usual, the rows are not
LABELS = np.repeat([0, 1], [200, 60])


@pytest.fixture(scope="module")
def fitted():
    frame = pd.DataFrame(TRAIN, columns=["a", "b", "c"])
    return DenseAutoencoder(code_size=1, epochs=60).fit(frame)


def test_finds_rows_off_the_curve(fitted):
    scores = fitted.decision_function(pd.DataFrame(TEST, columns=["a", "b", "c"]))
    assert roc_auc_score(LABELS, scores) > 0.85


def test_the_score_is_the_mean_of_the_columns(fitted):
    frame = pd.DataFrame(TEST, columns=["a", "b", "c"], index=range(5, 265))
    columns = fitted.column_scores(frame)
    assert list(columns.columns) == ["a", "b", "c"] and columns.index[0] == 5
    assert np.allclose(columns.mean(axis=1), fitted.decision_function(frame))


@pytest.mark.parametrize("n_remembered", [0, 400])
def test_scores_are_the_formula(n_remembered):
    fitted = DenseAutoencoder(**SMALL, n_remembered=n_remembered).fit(TRAIN)
    z = ((TEST - TRAIN.mean(axis=0)) / TRAIN.std(axis=0)).astype(np.float32)
    rebuilt = np.asarray(fitted.model_(z))
    expected = np.mean((rebuilt - z[:, None]) ** 2, axis=1) / fitted.usual_error_
    if n_remembered:
        assert fitted.remembered_.shape == (400, 3)
        memory = Neighbourhood(fitted.remembered_, fitted.usual_gap_, fitted.around_)
        expected = (expected + memory.column_gaps(z)) / 2
    assert np.allclose(fitted.column_scores(TEST), expected, rtol=1e-3, atol=1e-6)


def test_the_memory_sees_a_gap_that_the_network_rebuilds():
    angle = rng.uniform(0, 2 * np.pi, 900)
    ring = 3 * np.column_stack([np.cos(angle), np.sin(angle), np.zeros(900)]) + 0.1 * rng.normal(size=(900, 3))
    odd = 0.3 * rng.normal(size=(100, 3))
    test, labels = np.concatenate([ring[600:], odd]), np.repeat([0, 1], [300, 100])
    wide = {"code_size": 2, "hidden": (16,), "epochs": 40}  # a code with room for the whole plane
    alone, both = (DenseAutoencoder(**wide, n_remembered=n).fit(ring[:600]) for n in (0, 10_000))
    assert roc_auc_score(labels, both.decision_function(test)) > 0.97
    assert roc_auc_score(labels, alone.decision_function(test)) < 0.9


def test_the_memory_is_of_rows_that_were_trained_on():
    detector = DenseAutoencoder(**SMALL, validation_fraction=0.2).fit(TRAIN)
    z = (TRAIN - detector.mean_) / detector.scale_
    assert len(detector.remembered_) == 480 and np.isin(detector.remembered_, z.astype(np.float32)).all()


def test_the_column_that_gives_a_row_away(fitted):
    odd = pd.DataFrame([[0.5, 0.25, np.sin(1.5) - 9]], columns=["a", "b", "c"])
    assert fitted.column_scores(odd).idxmax(axis=1).tolist() == ["c"]


def test_far_outliers_rank_by_distance(fitted):
    ray = pd.DataFrame(np.outer([1, 3, 10, 100, 1e6, 1e30], [1, -1, 1]), columns=["a", "b", "c"])
    scores = fitted.decision_function(ray)
    assert np.isfinite(scores).all() and (np.diff(scores) > 0).all()


def test_same_seed_same_scores():
    a, b, c = (DenseAutoencoder(**SMALL, random_state=s).fit(TRAIN).decision_function(TEST) for s in (1, 1, 2))
    assert np.array_equal(a, b) and not np.allclose(a, c)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_other_numbers(dtype):
    assert DenseAutoencoder(**SMALL).fit((TRAIN * 9).astype(dtype)).decision_function(TEST).dtype == np.float64


def test_code_size_comes_from_the_data():
    flat = np.repeat(rng.normal(size=(100, 1)), 5, axis=1) + 1e-3 * rng.normal(size=(100, 5))
    assert DenseAutoencoder(**SMALL).fit(flat).code_size_ == 1
    assert DenseAutoencoder(**SMALL).fit(rng.normal(size=(100, 5))).code_size_ == 4
    assert DenseAutoencoder(**SMALL).fit(flat[:, :1]).code_size_ == 1
    assert DenseAutoencoder(**SMALL, code_size=9).fit(flat).code_size_ == 9


def test_constant_columns_and_two_rows():
    detector = DenseAutoencoder(**SMALL).fit(np.column_stack([TRAIN, np.ones(600)]))
    assert np.isfinite(detector.usual_error_).all()
    assert np.isfinite(DenseAutoencoder(**SMALL).fit(TRAIN[:2]).decision_function(TEST)).all()


@pytest.mark.parametrize(
    ("name", "value"),
    [("code_size", 0), ("epochs", 1.5), ("batch_size", True), ("n_members", 0),
     ("n_remembered", -1), ("hidden", (8, 0)), ("noise", -1),
     ("learning_rate", 0), ("learning_rate", np.nan), ("validation_fraction", 1), ("patience", 0)],
)  # fmt: skip
def test_unfit_parameters_are_named(name, value):
    with pytest.raises(ValueError, match=name):
        DenseAutoencoder(**{name: value}).fit(TRAIN)


def test_bad_input_fails_before_tensorflow_is_imported():
    code = """
import sys
from helpers.detectors import DenseAutoencoder
for X, parameters in (([[float("nan")], [1.0]], {}), ([[1.0], [2.0]], {"code_size": 0})):
    try:
        DenseAutoencoder(**parameters).fit(X)
    except ValueError:
        print("tensorflow" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_time_budget():
    with pytest.warns(TimeBudgetWarning):
        detector = DenseAutoencoder(epochs=10**6, patience=10**6, time_budget=1).fit(TRAIN)
    assert detector.history_.stopped == "time budget"
    assert np.isfinite(detector.decision_function(TEST)).all()


@pytest.mark.parametrize("problem", [TrainingDiverged, KeyboardInterrupt])
def test_failed_training_leaves_it_unfitted(problem, monkeypatch):
    detector = DenseAutoencoder(**SMALL).fit(TRAIN)

    def fail(*_, **__):
        raise problem

    monkeypatch.setattr("helpers.training.loop.run_steps", fail)
    with pytest.raises(problem):
        detector.fit(TRAIN)
    with pytest.raises(NotFittedError):
        detector.decision_function(TEST)


def test_a_diverging_network_says_what_to_do():
    with pytest.raises(TrainingDiverged, match="learning rate"):
        DenseAutoencoder(learning_rate=1e30, epochs=20, activation="relu").fit(TRAIN)


def test_copies_score_the_same(fitted):
    frame = pd.DataFrame(TEST, columns=["a", "b", "c"])
    for twin in (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert np.array_equal(twin.decision_function(frame), fitted.decision_function(frame))


def test_held_out_rows_are_not_trained_on(monkeypatch):
    from helpers.training import loop

    seen, original = [], loop.train

    def watched(model, inputs, targets, *, validation_data, **options):
        seen.extend([inputs, validation_data[0]])
        return original(model, inputs, targets, validation_data=validation_data, **options)

    monkeypatch.setattr(loop, "train", watched)
    detector = DenseAutoencoder(**SMALL, validation_fraction=0.2).fit(TRAIN)
    kept, held_out = ({row.tobytes() for row in rows} for rows in seen)
    assert len(kept) == 480 and len(held_out) == 120 and not kept & held_out
    errors = np.square(loop.predict(detector.model_, seen[1]) - seen[1][:, None]).mean(axis=(0, 1))
    assert np.allclose(detector.usual_error_, (errors * 120 + 20 * errors.mean()) / 140, rtol=1e-3)


def test_a_parameter_set_after_fit_waits_for_the_next_fit():
    alone, both = (DenseAutoencoder(**SMALL, n_remembered=n).fit(TRAIN) for n in (0, 100))
    for detector, other in ((alone, 100), (both, 0)):
        expected = detector.decision_function(TEST)
        assert np.array_equal(detector.set_params(n_remembered=other).decision_function(TEST), expected)
