"""What every detector of series promises: causal scores, the same with a context, the same one point at a time."""

import copy

import helpers.detectors
from helpers.detectors import (
    DenseAutoencoder,
    LSTMAutoencoder,
    LSTMForecaster,
    PCAReconstruction,
    RandomSeriesScore,
    SeasonalNaive,
    SeriesDetector,
    WindowDetector,
    ZScore,
    from_sklearn,
    load_detector,
)
from helpers.detectors.storage import StoredDetectorError
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import IsolationForest

# Small parameters for each family. A network's digits depend on how many windows are scored at once: `close`.
FAMILIES = {
    "LSTMAutoencoder": {"make": lambda **other: LSTMAutoencoder(window=7, units=4, epochs=1, **other), "close": True},
    "LSTMForecaster": {"make": lambda **other: LSTMForecaster(window=7, units=4, epochs=1, **other), "close": True},
    "RandomSeriesScore": {"make": lambda **other: RandomSeriesScore(random_state=3, **other)},
    "SeasonalNaive": {"make": lambda **other: SeasonalNaive(period=6, **other)},
    "WindowDetector": {"make": lambda **other: WindowDetector(ZScore(), window=7, **other)},
}


def is_family(name):
    found = getattr(helpers.detectors, name)
    return isinstance(found, type) and issubclass(found, SeriesDetector) and found is not SeriesDetector


EXPORTED = sorted(filter(is_family, helpers.detectors.__all__))
HOURS = pd.date_range("2025-03-01", periods=260, freq="h")
TRAIN, TEST = slice(0, 120), slice(120, 260)


def simulated(seed=0):
    """Simulated: two channels with a rhythm of six hours."""
    noise = 0.2 * np.random.default_rng(seed).normal(size=(260, 2))
    return pd.DataFrame(noise + np.sin(2 * np.pi * np.arange(260) / 6)[:, None], HOURS, ["load", "flow"])


def with_gaps(frame):
    return frame.drop(HOURS[[30, 31, 150, 151, 152, 200]])


def with_holes(frame):
    """NaN in one channel, in all, at the start of a stretch, in runs."""
    frame = with_gaps(frame).copy()
    rng = np.random.default_rng(1)
    frame = frame.mask(rng.random(frame.shape) < 0.02)
    frame.loc[HOURS[[45, 46, 170, 171, 172]]] = np.nan
    frame.loc[HOURS[[120, 153, 201, 259]], "load"] = np.nan
    return frame


SERIES = {
    "array": (lambda: simulated().to_numpy(), {}),
    "one channel": (lambda: simulated()["load"], {}),
    "times": (simulated, {}),
    "gaps": (lambda: with_gaps(simulated()), {}),
    "NaN filled": (lambda: with_holes(simulated()), {"missing": "fill"}),
    "NaN as gaps": (lambda: with_holes(simulated()), {"missing": "gap"}),
    "NaN filled, no times": (lambda: with_holes(simulated()).to_numpy(), {"missing": "fill"}),
    "NaN as gaps, no times": (lambda: with_holes(simulated()).to_numpy(), {"missing": "gap"}),
    "keeps learning": (lambda: with_gaps(simulated()), {"forgetting": 20}),
    "keeps learning, NaN filled": (lambda: with_holes(simulated()), {"forgetting": 20, "missing": "fill"}),
}
each_family = pytest.mark.parametrize("name", EXPORTED)
each_series = pytest.mark.parametrize("series", SERIES)


def family(name, **other):
    if name not in FAMILIES:
        pytest.fail(f"{name} is exported by helpers.detectors, but has no entry with small parameters in FAMILIES.")
    return FAMILIES[name]["make"](**other)


def fitted(name, series):
    """A detector fitted on the first part, and both parts."""
    make, parameters = SERIES[series]
    X = make()
    cut = X.index.searchsorted(HOURS[120]) if hasattr(X, "index") else 114
    return fit_once(name, series, X[:cut], parameters), X[:cut], X[cut:]


FITTED = {}


def fit_once(name, series, X, parameters):
    """Networks take seconds to fit."""
    if (name, series) not in FITTED:
        FITTED[name, series] = family(name, **parameters).fit(X)
    return copy.copy(FITTED[name, series])  # streams and thresholds of one test are not seen by another


def same(name, found, expected):
    if FAMILIES[name].get("close"):
        return np.allclose(found, expected, rtol=1e-4, atol=1e-6, equal_nan=True)
    return np.array_equal(found, expected, equal_nan=True)


def replaced(X, start, values):
    if hasattr(X, "iloc"):
        X = X.copy()
        X.iloc[start:] = values
        return X
    return np.concatenate([X[:start], np.broadcast_to(values, X[start:].shape)])


def test_every_family_is_listed():
    assert sorted(FAMILIES) == EXPORTED, "FAMILIES holds small parameters for each exported detector of series"
    for name in FAMILIES:
        assert type(family(name)).__name__ == name


@each_family
@each_series
def test_the_future_never_changes_a_score(name, series):
    detector, _, X = fitted(name, series)
    scores = detector.decision_function(X)
    rng = np.random.default_rng(2)
    for start in (20, 31, 32, 75, len(X) - 1):
        futures = [1e3, rng.normal(size=X[start:].shape)]
        if detector.missing == "fill":
            futures += [np.nan, np.where(rng.random(X[start:].shape) < 0.5, np.nan, 5.0)]
        for future in futures:
            changed = detector.decision_function(replaced(X, start, future))
            assert same(name, changed[:start], scores[:start]), f"from {start} on"
        assert same(name, detector.decision_function(X[:start]), scores[:start]), f"up to {start}"


@each_family
@pytest.mark.parametrize("missing", ["fill", "gap"])
def test_later_gaps_and_nan_change_no_earlier_score(name, missing):
    detector = fit_once(name, missing, simulated()[TRAIN], {"missing": missing})
    X = simulated()[TEST]
    expected = detector.decision_function(X)[:60]
    later = {"NaN": replaced(X, 60, np.nan), "a gap": X.drop(X.index[60:90]), "rare": X.drop(X.index[61::2])}
    for what, changed in later.items():
        assert np.allclose(detector.decision_function(changed)[:60], expected, rtol=1e-4, equal_nan=True), what


@each_family
def test_times_that_fit_did_not_have_are_causal_too(name):
    detector = fit_once(name, "untimed", simulated()[TRAIN].to_numpy(), {})
    X = with_gaps(simulated())[TEST]
    scores = detector.decision_function(X)
    days = X[:40].set_axis([*X.index[:20], *(X.index[20] + pd.to_timedelta(np.arange(20), "D"))], axis=0)
    assert same(name, detector.decision_function(days)[:20], scores[:20])
    detector.start_stream()
    assert np.allclose([detector.score_next(v, t) for t, v in X.iterrows()], scores, rtol=1e-4, equal_nan=True)


@each_family
@each_series
def test_scores_with_a_context_are_those_of_the_whole(name, series):
    detector, _, X = fitted(name, series)
    whole = detector.decision_function(X)
    n_before = detector.window_ - 1
    for cut in (max(n_before, 1), 25, 34, 60, len(X) - 1):
        assert np.allclose(detector.decision_function(X[cut:], context=X[:cut]), whole[cut:], rtol=1e-4, equal_nan=True)
    if detector.missing == "raise" and n_before and detector.forgetting is None:
        just_enough = detector.decision_function(X[60:], context=X[60 - n_before : 60])
        assert np.allclose(just_enough, whole[60:], rtol=1e-4, equal_nan=True)
        one_less = detector.decision_function(X[60:], context=X[61 - n_before : 60])
        assert np.isnan(one_less[0]) and np.allclose(one_less[1:], whole[61:], rtol=1e-4, equal_nan=True)


@each_family
@each_series
def test_one_point_at_a_time_after_fit(name, series):
    detector, before, X = fitted(name, series)
    timed = hasattr(X, "index")
    stream = [detector.score_next(value, X.index[i] if timed else None) for i, value in enumerate(np.asarray(X))]
    expected = detector.decision_function(X, context=before)
    assert np.allclose(stream, expected, rtol=1e-4, atol=1e-6, equal_nan=True)
    assert np.isfinite(expected).sum() > 60


@each_family
@each_series
def test_one_point_at_a_time_from_nothing_or_a_context(name, series):
    detector, _, X = fitted(name, series)
    whole = detector.decision_function(X)
    times = X.index if hasattr(X, "index") else [None] * len(X)
    for start in (0, 1, 31, 34, 49, 60):  # some right after a missing value
        detector.start_stream(X[:start] if start else None)
        stream = [detector.score_next(v, t) for v, t in zip(np.asarray(X)[start:], times[start:], strict=True)]
        assert np.allclose(stream, whole[start:], rtol=1e-4, atol=1e-6, equal_nan=True), f"from {start} on"


@each_family
def test_a_stream_without_times_goes_on_by_the_usual_step(name):
    detector, before, X = fitted(name, "times")
    stream = [detector.score_next(value) for value in X.to_numpy()[:9]]
    expected = detector.decision_function(X, context=before)
    stream.append(detector.score_next(X.iloc[9], X.index[9]))
    assert np.allclose(stream, expected[:10], rtol=1e-4)
    with pytest.raises(ValueError, match="the next comes later"):
        detector.score_next(X.iloc[9], X.index[9])


@each_family
@each_series
def test_windows_never_cross_a_gap(name, series):
    detector, _, X = fitted(name, series)
    scores = detector.decision_function(X)
    values = np.asarray(X).reshape(len(X), -1)
    broken = np.ones(len(X), bool) if detector.missing != "gap" else ~np.isnan(values).any(axis=1)
    jumps = np.zeros(len(X), bool)
    if hasattr(X, "index"):
        jumps[1:] = np.diff(X.index) > pd.Timedelta("90min")
    unbroken = 0
    for i in range(len(X)):
        unbroken = 0 if not broken[i] else 1 if jumps[i] else unbroken + 1
        scored = unbroken >= detector.window_ and not np.isnan(values[i]).all()
        assert np.isfinite(scores[i]) == scored, f"at {i}"


@each_family
def test_several_recordings_are_scored_each_by_itself(name):
    detector = fit_once(name, "list", [simulated()[TRAIN], simulated(seed=1)[:90]], {})
    parts = [simulated()[TEST], simulated(seed=1)[90:100], with_gaps(simulated(seed=2))]
    contexts = [simulated()[TRAIN], simulated(seed=1)[:90], simulated(seed=2)[:1].shift(-1, freq="D")]
    scores = detector.decision_function(parts)
    assert isinstance(scores, list) and [len(s) for s in scores] == [len(part) for part in parts]
    for part, found in zip(parts, scores, strict=True):
        assert np.allclose(found, detector.decision_function(part), rtol=1e-4, equal_nan=True)
    together = detector.decision_function(tuple(parts), context=contexts)
    for part, context, found in zip(parts, contexts, together, strict=True):
        assert np.allclose(found, detector.decision_function(part, context), rtol=1e-4, equal_nan=True)
    threshold = float(np.nanmedian(np.concatenate(scores)))
    labels = detector.set_threshold(threshold).predict(parts)
    assert [part.tolist() for part in labels] == [(part > threshold).astype(int).tolist() for part in scores]
    detector.calibrate(parts, 0.05)
    assert np.isclose(detector.threshold_, quantile_threshold(np.concatenate(scores), 0.05))


@each_family
def test_a_recording_too_short_beside_a_long_one_has_no_scores(name):
    detector, _, X = fitted(name, "times")
    short, long = detector.decision_function([X[: max(detector.window_ - 1, 1)], X])
    assert np.isnan(short).all() or detector.window_ == 1
    assert np.isfinite(long).any()


@each_family
def test_no_window_is_learned_from_across_recordings(name):
    first, second = simulated()[:60].drop(HOURS[[30, 31]]), simulated(seed=1)[:60] + 100
    seen = []

    class Watching(type(family(name))):
        def _fit_segments(self, segments):
            seen.extend(segments)
            raise KeyboardInterrupt

    watching = Watching(**family(name).get_params(deep=False))
    with pytest.raises(KeyboardInterrupt):
        watching.fit([first, second])
    assert [len(segment) for segment in seen] == [30, 28, 60]
    assert np.array_equal(np.concatenate(seen), np.concatenate([first, second]))


@each_family
def test_predict_is_score_above_threshold_with_a_context_too(name):
    detector, before, X = fitted(name, "gaps")
    scores = detector.decision_function(X, context=before)
    threshold = float(np.nanmedian(scores))
    labels = detector.set_threshold(threshold).predict(X, context=before)
    assert labels.dtype.kind == "i" and np.array_equal(labels, scores > threshold)
    assert 0 < labels.sum() < np.isfinite(scores).sum()
    detector.calibrate(X, 0.05, context=before)
    assert 0 < np.mean(detector.predict(X, context=before)) <= 0.05


@each_family
def test_fit_forgets_threshold_and_stream(name):
    make = family(name)
    detector = make.fit(simulated()[:60]).set_threshold(1)
    detector.score_next([0.0, 0.0])
    detector.fit(simulated()[TRAIN])
    assert not hasattr(detector, "threshold_")
    expected = detector.decision_function(simulated()[TEST], context=simulated()[TRAIN])[0]
    assert np.isclose(detector.score_next(simulated().iloc[120], HOURS[120]), expected, rtol=1e-4)


@each_family
@pytest.mark.parametrize("series", ["times", "NaN filled", "NaN as gaps, no times", "keeps learning"])
def test_saved_and_loaded_it_goes_on_the_same(name, series, tmp_path):
    detector, before, X = fitted(name, series)
    detector.set_threshold(1.5).save(tmp_path / "my.detector")
    loaded = load_detector(tmp_path / "my.detector")
    assert type(loaded) is type(detector) and loaded.threshold_ == 1.5 and loaded.window_ == detector.window_
    assert same(name, loaded.decision_function(X), detector.decision_function(X))
    times = X.index if hasattr(X, "index") else [None] * len(X)
    expected = detector.decision_function(X, context=before)
    stream = [loaded.score_next(value, time) for value, time in zip(np.asarray(X), times, strict=True)]
    assert np.allclose(stream, expected, rtol=1e-4, atol=1e-6, equal_nan=True)
    if hasattr(before, "columns"):
        with pytest.raises(ValueError, match="pass them in this order"):
            loaded.decision_function(X[["flow", "load"]])


# Single families


def test_what_a_missing_value_is_filled_with():
    X = with_holes(simulated())
    detector = RandomSeriesScore(missing="fill").fit(X)
    assert np.allclose(detector.usual_, X.median())
    first, filled = detector.decision_function(np.array([[np.nan, 2.0], [X["load"].median(), 2.0]]))
    assert first == filled
    before, carried, expected = detector.decision_function(np.array([[5.0, 1.0], [np.nan, 2.0], [5.0, 2.0]]))
    assert carried == expected != before


def test_seasonal_naive_against_its_definition():
    train, X = simulated()[TRAIN].to_numpy(), simulated()[TEST].to_numpy()
    usual = np.sqrt(np.mean((train[24:] - train[:-24]) ** 2, axis=0))
    expected = np.max(np.abs(X[24:] - X[:-24]) / usual, axis=1)
    assert np.allclose(SeasonalNaive(period=24).fit(train).decision_function(X)[24:], expected)
    detector = SeasonalNaive().fit(train)
    assert detector.period_ == 6 and detector.window_ == 7 and np.isfinite(detector.usual_change_).all()


def test_seasonal_naive_without_a_rhythm_takes_the_last_value():
    X = np.random.default_rng(0).normal(size=300)
    assert SeasonalNaive().fit(X).period_ == 1
    constant = SeasonalNaive().fit(np.full(30, 3.0))
    assert constant.decision_function([3.0, 3.0, 4.0])[1:].tolist() == [0.0, 1.0]


def test_random_scores_are_uniform_and_their_own_for_each_seed():
    X = np.random.default_rng(0).normal(size=(4000, 2))
    scores = RandomSeriesScore().fit(X).decision_function(X)
    counts, _ = np.histogram(scores, bins=10, range=(0, 1))
    assert counts.sum() == 4000 and counts.min() > 320
    other = RandomSeriesScore(random_state=1).fit(X).decision_function(X)
    assert abs(np.corrcoef(scores, other)[0, 1]) < 0.1 and abs(np.corrcoef(scores, X[:, 0])[0, 1]) < 0.1


def test_a_window_detector_is_its_detector_on_windows():
    train, X = simulated()[TRAIN].to_numpy(), simulated()[TEST].to_numpy()
    rows, asked = ([np.ravel(part[i - 6 : i + 1]) for i in range(6, len(part))] for part in (train, X))
    for inner in (PCAReconstruction(3), from_sklearn(IsolationForest(n_estimators=10, random_state=0))):
        detector = WindowDetector(inner, window=7).fit(train)
        expected = clone(inner).fit(rows).decision_function(asked)
        assert np.allclose(detector.decision_function(X)[6:], expected)
        assert not hasattr(inner, "n_features_in_")
    by_point = WindowDetector(ZScore(), window=1).fit(train).decision_function(X)
    assert np.allclose(by_point, ZScore().fit(train).decision_function(X))


def test_the_window_nobody_asked_for():
    assert WindowDetector(ZScore()).fit(simulated().iloc[:, :1]).window_ == 8  # the rhythm, 6, is very short
    day = np.sin(2 * np.pi * np.arange(300) / 24)
    assert WindowDetector(ZScore()).fit(day).window_ == 24
    noise = np.random.default_rng(0).normal(size=400)
    assert WindowDetector(ZScore()).fit(noise).window_ == 32
    assert WindowDetector(ZScore()).fit(noise[:40]).window_ == 10  # a quarter of the series
    assert WindowDetector(ZScore()).fit(noise[:3]).window_ == 1


def test_blocks_change_nothing(monkeypatch):
    detector = WindowDetector(ZScore(), window=7).fit(simulated())
    expected = detector.decision_function(simulated())
    monkeypatch.setattr("helpers.detectors.series.base.BLOCK_VALUES", 7 * 2 * 10)
    assert np.array_equal(detector.decision_function(simulated()), expected, equal_nan=True)


def test_results_of_any_shape_come_back_to_the_points():
    detector, before, X = fitted("WindowDetector", "gaps")
    last = detector._for_each_point(X, before, lambda windows: windows[:, -1], shape=(2,))
    scored = np.isfinite(detector.decision_function(X, before))
    assert np.array_equal(last[scored], X.to_numpy()[scored]) and np.isnan(last[~scored]).all()
    assert 0 < scored.sum() < len(X)


def test_a_network_inside_a_window_detector_is_saved_with_it(tmp_path):
    network = DenseAutoencoder(epochs=1, hidden=(4,), random_state=0)
    detector = WindowDetector(network, window=5).fit(simulated())
    detector.save(tmp_path / "my.detector")
    loaded = load_detector(tmp_path / "my.detector")
    assert loaded.detector.get_params() == network.get_params() and not hasattr(loaded.detector, "threshold_")
    assert same("WindowDetector", loaded.decision_function(simulated()), detector.decision_function(simulated()))


def test_what_a_window_detector_holds_must_be_ours_to_be_saved(tmp_path):
    class Own(ZScore):
        pass

    with pytest.raises(StoredDetectorError, match="Own is not one of the course's detectors"):
        WindowDetector(Own(), window=3).fit(simulated()).save(tmp_path / "my.detector")
    assert not list(tmp_path.iterdir())
