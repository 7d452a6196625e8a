"""The score that keeps learning: its arithmetic, what it forgives, and what it is worth on streams that drift."""

import copy
import math

from helpers.datasets.streams import DRIFTS, simulate_drift
from helpers.detectors import PCAReconstruction, SeasonalNaive, WindowDetector, ZScore, load_detector
from helpers.detectors.series.adapting import ALARM, FARTHEST, LONGEST_FREEZE, first_state, keep_learning

import numpy as np
import pandas as pd
import pytest

USUAL = np.random.default_rng(0).exponential(size=1000)
START = first_state(USUAL)


def test_scores_are_their_definition():
    """Mean and variance of all errors before, weighted by age; the fitted ones stand in for what is older."""
    forgetting, errors = 30, np.random.default_rng(1).exponential(size=80)
    scores, _ = keep_learning(errors, START, forgetting)
    for t in (0, 1, 10, 79):
        weights = (1 - 1 / forgetting) ** np.arange(t - 1, -1, -1) / forgetting
        left = (1 - 1 / forgetting) ** t
        mean = left * START[0] + weights @ errors[:t]
        square = left * (START[1] + START[0] ** 2) + weights @ errors[:t] ** 2
        assert scores[t] == pytest.approx((errors[t] - mean) / math.sqrt(square - mean**2), rel=1e-9)


@pytest.mark.parametrize("parts", [1, 7, 100])
def test_in_parts_it_is_the_same_to_the_last_bit(parts):
    errors = np.concatenate([USUAL[:60], [math.nan] * 3, 50 + USUAL[:40]])
    whole, end = keep_learning(errors, START, 20)
    state, scores = START, []
    for part in np.array_split(errors, parts):
        found, state = keep_learning(part.tolist(), state, 20)
        scores.extend(found)
    assert np.array_equal(scores, whole, equal_nan=True) and state == end


def test_what_is_not_scored_teaches_nothing():
    scores, state = keep_learning([math.nan, math.nan], START, 20)
    assert np.isnan(scores).all() and state == START


def test_nothing_is_learned_while_an_alarm_lasts():
    odd = START[0] + 2 * ALARM * math.sqrt(START[1])
    longest = int(LONGEST_FREEZE * 100)
    scores, state = keep_learning([odd] * longest, START, 100)
    assert len(set(scores)) == 1 and state[:3] == START[:3]
    thawed, state = keep_learning([odd] * 2, state, 100)
    assert thawed[0] == scores[0] and thawed[1] < scores[0] and state[0] > START[0]
    _, state = keep_learning([START[0]], state, 100)
    assert state[3] == 0, "the next alarm freezes anew"


@pytest.mark.parametrize("rise", [20, 1e3, 1e9, 1e100])
def test_a_new_level_is_forgiven(rise):
    scores, state = keep_learning((USUAL + rise * math.sqrt(START[1])).tolist(), START, 100)
    forgiven = np.flatnonzero(scores > ALARM).max()
    assert np.isfinite(scores).all() and all(map(math.isfinite, state))
    assert 5 <= forgiven < 20 + 20 * math.log10(rise)
    assert abs(scores[-100:].mean()) < 0.5 or rise > 1e3


def test_one_far_point_does_not_blind():
    _, state = keep_learning([1e300] * 3, START, 100)
    assert state[:3] == START[:3]
    _, state = keep_learning([1e300] * 6, START, 100)
    assert state[1] < START[1] * (1 + 2 * FARTHEST**2 / 100)


def test_silence_is_no_yardstick():
    _, state = keep_learning([START[0]] * 5000, START, 20)
    scores, _ = keep_learning([START[0] + math.sqrt(START[1])], state, 20)
    assert scores[0] == pytest.approx(10)
    for same in ([0.0, 0.0], [3.0, 3.0]):
        scores, _ = keep_learning([*same, 9.0], first_state(same), 20)
        assert np.array_equal(scores[:2], [0, 0]) and 1 < scores[2] < math.inf


@pytest.mark.parametrize("value", [1, 0, -5, True, "long", math.nan, math.inf])
def test_bad_numbers_are_refused_before_anything_is_learned(value):
    detector = SeasonalNaive(period=1).fit([1.0, 2.0, 4.0])
    with pytest.raises(ValueError, match=r"forgetting=.*it is None"):
        detector.set_params(forgetting=value).fit([1.0, 5.0, 6.0])
    assert detector.usual_change_[0] == math.sqrt(2.5)


def test_without_it_and_before_the_next_fit_scores_stay_as_they_were():
    x = simulate_drift("level").data
    expected = SeasonalNaive().fit(x[:600]).decision_function(x)
    detector = SeasonalNaive().fit(x[:600]).set_params(forgetting=100)
    assert np.array_equal(detector.decision_function(x), expected, equal_nan=True)
    assert np.array_equal([detector.score_next(v) for v in x["value"][600:700]], expected[600:700])
    learning = SeasonalNaive(forgetting=100).fit(x[:600])
    scores, _ = keep_learning(expected.tolist(), learning.first_errors_, 100)
    assert np.array_equal(learning.decision_function(x), scores, equal_nan=True)


@pytest.mark.parametrize("make", [SeasonalNaive, lambda **other: WindowDetector(ZScore(), window=3, **other)])
def test_batch_and_stream_are_the_same_to_the_last_bit(make, tmp_path):
    x = simulate_drift("season", seed=2).data["value"].to_numpy()
    detector = make(forgetting=50).fit(x[:600])
    expected = detector.decision_function(x[600:], context=x[:600])
    detector.save(tmp_path / "detector")
    loaded = load_detector(tmp_path / "detector")
    assert np.array_equal([loaded.score_next(v) for v in x[600:2000]], expected[:1400])
    detector.start_stream(x[:900])
    assert np.array_equal([detector.score_next(v) for v in x[900:1000]], expected[300:400])
    assert not np.array_equal(detector.decision_function(x[900:], context=x[800:900]), expected[300:])


def test_gaps_and_missing_values_do_not_reset_what_was_learned():
    times = pd.date_range("2025-01-01", periods=4000, freq="h")
    x = simulate_drift("level", seed=1).data["value"].set_axis(times)
    x = x.drop(times[[2000, 2500, 2501]])
    x[times[2700:2703]] = np.nan
    detector = SeasonalNaive(period=48, forgetting=100, missing="gap").fit(x[:600])
    scores = detector.decision_function(x)
    off = SeasonalNaive(period=48, missing="gap").fit(x[:600]).decision_function(x)
    assert np.array_equal(np.isnan(scores), np.isnan(off))
    assert np.array_equal(scores, keep_learning(off.tolist(), detector.first_errors_, 100)[0], equal_nan=True)


def test_a_threshold_changes_no_score_so_that_calibration_keeps_its_promise():
    x = simulate_drift("none", seed=4).data["value"].to_numpy()
    detector = SeasonalNaive(forgetting=100).fit(x[:600])
    before = detector.decision_function(x[800:], context=x[:800])
    detector.calibrate(x[800:], 0.01, context=x[:800])
    assert np.array_equal(detector.decision_function(x[800:], context=x[:800]), before, equal_nan=True)
    assert 0 < detector.predict(x[800:], context=x[:800]).mean() <= 0.01


def found_with_one_limit(detector, share=0.005):
    """Events found in 25 streams with the limit that calls 0.5 % of their normal points for nothing."""
    streams = [simulate_drift(drift, seed=seed) for drift in DRIFTS for seed in range(5)]
    maxima, normal = [], []
    for stream in streams:
        fitted = copy.deepcopy(detector).fit(stream.data[:600])
        scores = fitted.decision_function(stream.data[600:], context=stream.data[:600])
        near = stream.labels.rolling(fitted.window_, min_periods=1).max().to_numpy()[600:] == 1
        normal.append(scores[~near])
        reach = [slice(e.start - 600, e.end - 600 + fitted.window_) for e in stream.events.itertuples()]
        maxima.extend(scores[inside].max() for inside in reach)
    return np.mean(np.array(maxima) > np.quantile(np.concatenate(normal), 1 - share))


@pytest.mark.parametrize(
    "make, least, gain",
    [
        (SeasonalNaive, 0.8, 0.1),
        (lambda **other: WindowDetector(PCAReconstruction(), **other), 0.45, 0.4),
        (lambda **other: WindowDetector(ZScore(), window=1, **other), 0.2, 0.1),
    ],
    ids=["seasonal naive", "PCA", "z-score"],
)
def test_more_events_are_found_in_streams_that_drift(make, least, gain):
    off, on = found_with_one_limit(make()), found_with_one_limit(make(forgetting=100))
    print(f"events found: {off:.2f} fixed after fit, {on:.2f} with a score that keeps learning")
    assert on > least and on - off > gain


def test_each_recording_starts_from_what_was_fitted_and_its_context():
    parts = [simulate_drift("none", seed=seed).data["value"].to_numpy()[:900] for seed in (1, 2)]
    detector = SeasonalNaive(period=48, forgetting=50).fit([part[:400] for part in parts])
    together = detector.decision_function([part[400:] for part in parts], context=[part[:400] for part in parts])
    for part, scores in zip(parts, together, strict=True):
        assert np.array_equal(scores, detector.decision_function(part)[400:])
    assert np.array_equal([detector.score_next(v) for v in parts[1][400:500]], together[1][:100])
    plain = SeasonalNaive(period=48).fit([part[:400] for part in parts])
    errors = np.concatenate(plain.decision_function([part[:400] for part in parts]))
    assert detector.first_errors_ == first_state(errors)


def test_forgetting_set_after_fit_waits_for_the_next_fit():
    x = np.random.default_rng(0).normal(size=200)
    for before, after in ((30, None), (None, 30), (30, 60)):
        detector, same = (SeasonalNaive(12, forgetting=before).fit(x) for _ in range(2))
        detector.set_params(forgetting=after)
        assert np.array_equal(detector.decision_function(x), same.decision_function(x), equal_nan=True)
        assert [detector.score_next(v) for v in (0.0, 7.0)] == [same.score_next(v) for v in (0.0, 7.0)]


@pytest.mark.parametrize("far", [-50.0, -np.inf, 50.0, np.inf])
def test_one_far_error_does_not_blind_it(far):
    usual = np.random.default_rng(0).normal(1, 0.01, 300)
    _, state = keep_learning([*usual, far], first_state(usual), forgetting=100)
    (score,), _ = keep_learning([1.3], state, forgetting=100)
    assert score > 5


def test_a_training_series_without_a_score_is_refused():
    series = np.r_[np.arange(12.0), np.full(20, np.nan)]
    with pytest.raises(ValueError, match="no point of it has a score"):
        SeasonalNaive(12, missing="fill", forgetting=50).fit(series)


@pytest.mark.parametrize("forgetting", [5, 19, 21])
def test_it_is_frozen_for_one_point_at_least(forgetting):
    usual = np.abs(np.random.default_rng(0).normal(size=300))
    state = keep_learning(usual, first_state(usual), forgetting)[1]
    assert keep_learning([50.0], state, forgetting)[1][:2] == state[:2]
