"""Limits for scores in time: as many alarms as allowed, and nothing seen of the future."""

from helpers.evaluation import alarm_episodes, alarms_threshold, quantile_threshold, rolling_threshold, rolling_z

import numpy as np
import pytest


def simulated_scores(n, seed, holes=0.05):
    """Absolute values of an autoregressive noise, hourly, some of them not scored."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=n)
    for i in range(1, n):
        noise[i] += 0.7 * noise[i - 1]
    scores = np.abs(noise)
    scores[rng.random(n) < holes] = np.nan
    return scores


def literal_threshold(scores, allowed, merge):
    """Down from the highest score, as long as there are fewer alarms than allowed."""
    lowest = None
    for candidate in np.unique(scores[~np.isnan(scores)])[::-1]:
        if len(alarm_episodes(scores > candidate, merge)) >= allowed:
            return lowest
        lowest = candidate
    raise AssertionError("never used up")


@pytest.mark.parametrize("merge", [0, 1, 5])
@pytest.mark.parametrize("alarms_per_week", [1, 2.5, 7])
@pytest.mark.parametrize("seed", range(5))
def test_alarms_threshold_equals_the_literal_search(seed, alarms_per_week, merge):
    scores = simulated_scores(24 * 25, seed)
    scores = scores.round(1) if seed % 2 else scores  # ties
    allowed = int(np.sum(~np.isnan(scores)) / 168 * alarms_per_week)
    assert alarms_threshold(scores, 24, alarms_per_week, merge) == literal_threshold(scores, allowed, merge)


@pytest.mark.parametrize("merge", [0, 6])
def test_new_data_keep_the_allowance_on_average_and_the_naive_rule_breaks_it(merge):
    kept, naive = [], []
    for seed in range(300):
        past, new = np.split(simulated_scores(24 * 56, seed, holes=0), 2)  # four weeks each
        kept.append(len(alarm_episodes(new > alarms_threshold(past, 24, 1, merge), merge)))
        naive.append(len(alarm_episodes(new > literal_threshold(past, 5, merge), merge)))
    assert np.mean(kept) / 4 == pytest.approx(1, abs=0.1)
    assert np.mean(naive) / 4 > 1.15


def test_alarms_are_fewer_than_points():
    scores = np.ones(24 * 14)
    scores[100:120] = 5 + np.arange(20) / 10  # one long alarm
    scores[[200, 300]] = 3, 2
    assert alarms_threshold(scores, 24, 1) == 3
    assert quantile_threshold(scores, 2 / 337) > 6


def test_alarms_grown_together_at_low_thresholds_do_not_count_as_few():
    wave = 5 + np.sin(np.arange(24 * 14) * 2 * np.pi / 24)
    wave += np.arange(len(wave)) / 1e4  # each crest above the last
    threshold = alarms_threshold(wave, 24, 1)
    assert len(alarm_episodes(wave > wave.min())) < 14  # a low threshold: few alarms, nearly always on
    assert len(alarm_episodes(wave > threshold)) == 1
    assert np.mean(wave > threshold) < 0.01


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.arange(100.0), 24, 1), r"4\.2 days: too little to promise 1 alarms a week. At least 168"),
        ((np.full(400, 2.0), 24, 1), "No threshold reaches 2 alarms"),
        ((simulated_scores(400, 0), 24, 1, 400), "merge=400 so large"),
        ((np.full(400, np.nan), 24, 1), "NaN throughout"),
        ((np.full(400, np.inf), 24, 1), "infinity"),
        ((np.arange(400.0), 0, 1), "rows_per_day is a positive number"),
        ((np.arange(400.0), 24, -1), "alarms_per_week is a positive number"),
        ((np.arange(400.0), 24, 1, -1), "merge is a whole number of rows, 0 or more"),
    ],
)
def test_alarms_threshold_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        alarms_threshold(*arguments)


def literal_limit(scores, window, k, t):
    past = [score for score in scores[max(0, t - window) : t] if not np.isnan(score)]
    if len(past) < window / 2:
        return np.nan
    deviations = np.abs(past - np.median(past))
    spread = np.median(deviations) / 0.6745
    if spread == 0:
        spread = np.mean(deviations) * 1.253314
    return np.median(past) + k * (1 if spread == 0 else spread)


@pytest.mark.parametrize("window", [3, 10, 25])
@pytest.mark.parametrize("decimals", [0, 3])
def test_rolling_threshold_equals_the_literal_limit(window, decimals):
    scores = simulated_scores(150, seed=window, holes=0.2).round(decimals)
    expected = [literal_limit(scores, window, 4, t) for t in range(len(scores))]
    np.testing.assert_allclose(rolling_threshold(scores, window, 4), expected)


@pytest.mark.parametrize("rule", [lambda s: rolling_threshold(s, 24, 3), lambda s: rolling_z(s, 24)])
@pytest.mark.parametrize("t", [0, 12, 24, 100, 199])
def test_the_future_changes_nothing_before_it(rule, t):
    scores = simulated_scores(200, seed=1)
    before = rule(scores)
    changed = scores.copy()
    changed[t:] = 1000 + np.arange(200 - t)
    np.testing.assert_array_equal(rule(changed)[:t], before[:t])


def test_the_limit_at_t_does_not_know_the_score_at_t():
    scores = simulated_scores(200, seed=1)
    changed = scores.copy()
    changed[100] = 1000
    np.testing.assert_array_equal(rolling_threshold(changed, 24, 3)[:101], rolling_threshold(scores, 24, 3)[:101])
    assert rolling_threshold(changed, 24, 3)[101] != rolling_threshold(scores, 24, 3)[101]


def test_rolling_z_and_limit_flag_the_same():
    scores = simulated_scores(1000, seed=2)
    flags = scores > rolling_threshold(scores, 48, 2.5)
    assert 0 < flags.sum() < 200
    np.testing.assert_array_equal(flags, rolling_z(scores, 48) > 2.5)


def test_a_rolling_limit_follows_a_drift_and_survives_an_event():
    scores = simulated_scores(2000, seed=3, holes=0) + np.arange(2000) / 100
    scores[1000:1030] += 50
    fixed = scores > quantile_threshold(scores[:500], 0.01)
    rolling = scores > rolling_threshold(scores, 168, 8)
    assert fixed[1500:].mean() > 0.9
    assert rolling[1000:1030].all()
    assert rolling[1030:].mean() < 0.01
    mean, deviation = scores[862:1030].mean(), scores[862:1030].std()  # the event hides the next one
    assert mean + 3 * deviation > scores[1000:1030].min() > rolling_threshold(scores, 168, 8)[1030]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rolling_threshold(np.arange(9.0), 2, 3), "window is a whole number of rows, 3 or more"),
        (lambda: rolling_threshold(np.arange(9.0), 4, 0), "k is a positive number"),
        (lambda: rolling_z(np.full(9, np.nan), 4), "NaN throughout"),
        (lambda: rolling_z([1, np.inf, 2, 3], 4), "infinity"),
    ],
)
def test_rolling_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
