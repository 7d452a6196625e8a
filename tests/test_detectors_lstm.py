"""LSTMForecaster and LSTMAutoencoder as detectors of series. Nets are small, trainings short, series simulated."""

import copy
import pickle
import subprocess
import sys

from helpers.detectors import LSTMAutoencoder, LSTMForecaster, load_detector
from helpers.training.loop import TimeBudgetWarning, TrainingDiverged
from helpers.windows import make_windows

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

FAMILIES = (LSTMForecaster, LSTMAutoencoder)
SMALL = {"window": 12, "units": 4, "epochs": 2}
BOTH = pytest.mark.parametrize("family", FAMILIES)


def simulated(n, n_channels=1, seed=0):
    """A daily rhythm, each channel a quarter of a day after the one before, plus noise."""
    rng = np.random.default_rng(seed)
    phase = np.arange(n)[:, None] / 24 - np.arange(n_channels) / 4
    return 10 + 3 * np.sin(2 * np.pi * phase) + 0.2 * rng.normal(size=(n, n_channels))


TRAIN, NEW = simulated(400, 2), simulated(200, 2, seed=1)


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.__name__)
def fitted(request):
    return request.param(**SMALL).fit(TRAIN)


@pytest.fixture(scope="module", params=FAMILIES, ids=lambda family: family.__name__)
def trained(request):
    """With its defaults, as a learner would."""
    return request.param().fit(simulated(600))


def test_a_faulty_stretch_scores_highest(trained):
    faulty = simulated(300, seed=2)
    faulty[150:160] = faulty[150:160].mean()  # frozen at an ordinary value
    scores = trained.decision_function(faulty)
    affected = np.r_[150 : 160 + trained.window_]
    assert np.nanargmax(scores) in affected
    assert scores[affected].max() > 3 * np.nanmax(np.delete(scores, affected))


def test_ordinary_scores_are_about_1(trained):
    assert 0.5 < np.nanmean(trained.decision_function(simulated(400, seed=3))) < 2


def test_the_window_is_the_rhythm(trained):
    assert trained.window_ == 24 + (type(trained) is LSTMForecaster)


def test_the_score_is_the_mean_of_the_channels(fitted):
    channels = fitted.channel_scores(NEW)
    assert channels.shape == NEW.shape
    assert np.allclose(channels.mean(axis=1), fitted.decision_function(NEW), equal_nan=True)


@BOTH
def test_the_channel_that_gives_a_point_away(family):
    frame = pd.DataFrame(TRAIN, columns=["cpu", "memory"])
    new = pd.DataFrame(NEW, columns=["cpu", "memory"], index=range(50, 250))
    new.loc[150, "memory"] += 9
    scores = family(**SMALL).fit(frame).channel_scores(new)
    assert list(scores.columns) == ["cpu", "memory"] and scores.index[0] == 50
    assert scores.loc[150].idxmax() == "memory"


def test_forecaster_scores_are_the_formula():
    detector = LSTMForecaster(**SMALL, n_recent=3).fit(TRAIN)
    windows = make_windows((NEW - detector.center_) / detector.scale_, 12)
    level = windows[:, :9].mean(axis=1, keepdims=True)
    forecasts = np.asarray(detector.model_((windows[:, :11] - level).astype(np.float32)))
    errors = (windows[:, 9:] - level - forecasts) ** 2
    expected = (errors.mean(axis=1) + 0.5 * errors[:, -1]) / 1.5 / detector.usual_error_
    assert np.allclose(detector.channel_scores(NEW)[11:], expected, rtol=1e-3, atol=1e-5)
    in_units = (forecasts[:, -1] + level[:, 0]) * detector.scale_ + detector.center_
    assert np.allclose(detector.forecast(NEW)[11:], in_units, rtol=1e-4)


def test_forecasts_use_nothing_of_their_point():
    detector, changed = LSTMForecaster(**SMALL).fit(TRAIN), NEW.copy()
    changed[100] += 5
    before, after = detector.forecast(NEW), detector.forecast(changed)
    assert np.isnan(before[:11]).all()
    assert np.allclose(before[11:101], after[11:101], rtol=1e-6) and not np.allclose(before[101], after[101])


@pytest.mark.parametrize("level", ["keep", "remove"])
def test_autoencoder_scores_are_its_reconstructions_errors(level):
    detector = LSTMAutoencoder(**SMALL, level=level).fit(TRAIN)
    windows = make_windows(NEW, 12)
    rebuilt = detector.reconstruct(windows)
    expected = (((rebuilt - windows) / detector.scale_) ** 2).mean(axis=1) / detector.usual_error_
    assert rebuilt.shape == windows.shape
    assert np.allclose(detector.channel_scores(NEW)[11:], expected, rtol=1e-3, atol=1e-5)


def test_reconstruct_takes_one_channel_without_its_axis():
    detector, windows = LSTMAutoencoder(**SMALL).fit(TRAIN[:, 0]), make_windows(NEW[:, 0], 12)
    assert np.array_equal(detector.reconstruct(windows), detector.reconstruct(windows[..., None])[..., 0])
    with pytest.raises(ValueError, match=r"shape \(m, 12, 1\) are needed, but got \(189, 11\)"):
        detector.reconstruct(windows[:, 1:])


def test_a_level_that_was_removed_does_no_harm():
    keep, remove = (LSTMAutoencoder(**SMALL, level=level).fit(TRAIN) for level in ("keep", "remove"))
    moved = NEW + 5
    assert np.allclose(remove.decision_function(moved), remove.decision_function(NEW), rtol=1e-2, equal_nan=True)
    assert np.nanmedian(keep.decision_function(moved)) > 2 * np.nanmedian(keep.decision_function(NEW))


def test_n_recent_is_at_most_half_a_window():
    assert LSTMForecaster(**SMALL, n_recent=8).fit(TRAIN).n_recent_ == 6


@BOTH
def test_same_seed_same_bits(family):
    a, b, c = (family(**SMALL, noise=0.1, random_state=s).fit(TRAIN).decision_function(NEW) for s in (1, 1, 2))
    assert np.array_equal(a, b, equal_nan=True) and not np.allclose(a, c, equal_nan=True)


@BOTH
def test_held_out_windows_are_later_and_share_no_point(family, monkeypatch):
    from helpers.training import loop

    seen, original = [], loop.train

    def watched(model, inputs, targets, *, validation_data, **options):
        seen.extend([inputs, validation_data[0]])
        return original(model, inputs, targets, validation_data=validation_data, **options)

    monkeypatch.setattr(loop, "train", watched)
    detector = family(**SMALL).fit(TRAIN)
    inputs, _, _ = detector._inputs_and_targets(make_windows(detector._scaled(TRAIN), 12))
    n_held_out = round(0.2 * len(inputs))
    assert np.array_equal(seen[1], inputs[-n_held_out:])
    assert np.array_equal(seen[0], inputs[: len(inputs) - n_held_out - 12])


@BOTH
def test_recordings(family):
    detector = family(**SMALL).fit([TRAIN, simulated(100, 2, seed=5), simulated(5, 2)])
    first, second = detector.decision_function([NEW, NEW[:50]])
    assert len(first) == 200 and np.allclose(first[:50], second, rtol=1e-4, equal_nan=True)
    assert [channels.shape for channels in detector.channel_scores([NEW, NEW[:50]])] == [(200, 2), (50, 2)]


@BOTH
def test_many_windows_are_thinned_out(family, monkeypatch):
    monkeypatch.setattr("helpers.detectors.series.lstm.MOST_WINDOWS", 50)
    detector = family(**SMALL).fit(TRAIN)
    assert np.isfinite(detector.decision_function(NEW)[11:]).all()


@BOTH
@pytest.mark.parametrize("n", [9, 20, 75, 500])
def test_short_series(family, n):
    detector = family(units=4, epochs=2).fit(simulated(n)[:, 0])
    scores = detector.decision_function(simulated(500, seed=1)[:, 0])
    assert np.isfinite(scores[detector.window_ - 1 :]).all() and detector.window_ <= max(4, n // 4 + 1)


@BOTH
def test_constant_channels(family):
    still = np.column_stack([TRAIN[:, 0], np.full(400, 7.0)])
    detector = family(**SMALL).fit(still)
    assert np.isfinite(detector.decision_function(still)[11:]).all()
    moved = still[:100].copy()
    moved[50, 1] = 9
    assert detector.channel_scores(moved)[50].argmax() == 1
    assert np.isfinite(family(**SMALL).fit(np.zeros(60)).decision_function(np.arange(20.0))[11:]).all()


def test_far_outliers_stay_finite_and_rank_by_distance(fitted):
    highest = []
    for size in (10, 1e3, 1e6, 1e30):
        odd = NEW[:30].copy()
        odd[20] += size
        highest.append(np.nanmax(fitted.decision_function(odd)))
    assert np.isfinite(highest).all() and (np.diff(highest) > 0).all()


@BOTH
@pytest.mark.parametrize(
    ("name", "value"),
    [("window", 1), ("units", 0), ("epochs", 1.5), ("batch_size", True), ("noise", -1), ("learning_rate", 0),
     ("learning_rate", np.nan), ("validation_fraction", 1), ("patience", 0), ("time_budget", 0)],
)  # fmt: skip
def test_unfit_parameters_are_named(family, name, value):
    with pytest.raises(ValueError, match=name):
        family(**{**SMALL, name: value}).fit(TRAIN)


@pytest.mark.parametrize(
    "detector",
    [LSTMForecaster(n_recent=0), LSTMAutoencoder(code_size=0), LSTMAutoencoder(level="up")],
    ids=["n_recent", "code_size", "level"],
)
def test_unfit_parameters_of_one_family(detector, request):
    with pytest.raises(ValueError, match=request.node.callspec.id):
        detector.fit(TRAIN)


def test_bad_input_fails_before_tensorflow_is_imported():
    code = """
import sys
from helpers.detectors import LSTMAutoencoder, LSTMForecaster
for family in (LSTMAutoencoder, LSTMForecaster):
    for X, parameters in (([1.0, float("nan")], {}), ([1.0, 2.0, 3.0], {"window": 9}), ([1.0] * 50, {"units": 0})):
        try:
            family(**parameters).fit(X)
        except ValueError:
            print("tensorflow" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"] * 6


@BOTH
def test_too_short_a_series(family):
    with pytest.raises(ValueError, match=r"A window of 12 points is needed.*has 5 points"):
        family(**SMALL).fit(TRAIN[:5])


@BOTH
def test_time_budget(family):
    with pytest.warns(TimeBudgetWarning):
        detector = family(window=12, epochs=10**6, patience=10**6, time_budget=1).fit(TRAIN)
    assert detector.history_.stopped == "time budget" and detector.history_.seconds < 10
    assert np.isfinite(detector.decision_function(NEW)[11:]).all()


@pytest.mark.parametrize("problem", [TrainingDiverged, KeyboardInterrupt])
def test_failed_training_leaves_it_unfitted(problem, monkeypatch):
    detector = LSTMForecaster(**SMALL).fit(TRAIN)

    def fail(*_, **__):
        raise problem

    monkeypatch.setattr("helpers.training.loop.run_steps", fail)
    with pytest.raises(problem):
        detector.fit(TRAIN)
    with pytest.raises(NotFittedError):
        detector.decision_function(NEW)


def test_copies_and_files_score_the_same(fitted, tmp_path):
    fitted.save(tmp_path / "series.detector")
    twins = load_detector(tmp_path / "series.detector"), copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted))
    for twin in twins:
        assert np.array_equal(twin.decision_function(NEW), fitted.decision_function(NEW), equal_nan=True)
        assert twin.get_params() == fitted.get_params()
