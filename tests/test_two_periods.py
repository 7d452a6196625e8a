"""A day and a week: when a second period counts, and what it is worth to seasonal naive and to the forecaster."""

from helpers.datasets.streams import DRIFTS, simulate_drift
from helpers.detectors import LSTMForecaster, SeasonalNaive, load_detector
from helpers.windows import changes_beside_the_last, dominant_period, longer_period

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import average_precision_score, roc_auc_score

DAY, WEEK = 24, 168
each_seed = pytest.mark.parametrize("seed", range(5))


def hourly(seed=0, n_weeks=8, weekend=1.0, drift=0.0, noise=0.3):
    """Simulated: a daily rhythm, flatter and lower at the weekend, on a level that walks at random."""
    rng = np.random.default_rng(seed)
    at = np.arange(n_weeks * WEEK)
    x = 10 + 3 * np.sin(2 * np.pi * (at % DAY - 8) / DAY) + 1.2 * np.sin(4 * np.pi * at / DAY)
    x = np.where(at // DAY % 7 >= 5, 10 + (x - 10) * (1 - 0.6 * weekend) - 1.5 * weekend, x)
    return x + np.cumsum(drift * rng.normal(size=len(at))) + noise * rng.normal(size=len(at))


@each_seed
@pytest.mark.parametrize("drift", [0, 0.05])
@pytest.mark.parametrize("n_weeks", [3, 8])
def test_the_week_is_found_beside_the_day(seed, drift, n_weeks):
    assert longer_period(hourly(seed, n_weeks, drift=drift), DAY) == WEEK
    assert SeasonalNaive().fit(hourly(seed, n_weeks, drift=drift)).periods_ == (DAY, WEEK)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("n_weeks, drift", [(2, 0), (2, 0.05), (3, 0), (3, 0.05), (8, 0), (8, 0.05), (8, 0.15)])
def test_a_day_that_repeats_has_no_week(seed, n_weeks, drift):
    x = hourly(seed, n_weeks, weekend=0, drift=drift)
    assert longer_period(x, DAY) is None and SeasonalNaive().fit(x).periods_ == (DAY,)


@pytest.mark.parametrize("drift", DRIFTS)
@each_seed
def test_one_season_that_drifts_stays_one(drift, seed):
    x = simulate_drift(drift, seed=seed).data
    assert SeasonalNaive().fit(x).periods_ == (dominant_period(x),)


@pytest.mark.parametrize("seed", range(20))
def test_noise_and_a_random_walk_have_no_second_period(seed):
    noise = np.random.default_rng(seed).normal(size=1000)
    assert SeasonalNaive().fit(noise).periods_ == (1,)
    assert len(SeasonalNaive().fit(np.cumsum(noise)).periods_) == 1


@pytest.mark.parametrize(
    "values", [np.zeros((200, 2)), np.arange(300.0), np.ones(3), np.empty((0, 1))], ids=["0", "line", "short", "none"]
)
def test_what_has_no_rhythm_has_no_longer_one(values):
    assert longer_period(values, 5) is None


def test_channels_that_stand_still_do_not_count():
    x = np.column_stack([hourly(), np.zeros(8 * WEEK), hourly(1)])
    assert longer_period(x, DAY) == WEEK


def test_changes_beside_the_last_are_their_definition():
    x = np.random.default_rng(0).normal(size=(90, 2))
    found = changes_beside_the_last(x, lag=21, n_last=7)
    changes = x - np.roll(x, 21, axis=0)
    expected = [changes[t] - changes[t - 7 : t].mean(axis=0) for t in range(28, 90)]
    assert np.allclose(found, expected)


def test_the_score_is_its_definition():
    train, x = hourly(), hourly(1)
    detector = SeasonalNaive().fit(train)
    assert detector.period_ == DAY and detector.window_ == WEEK + 1

    def nearest(x):
        by_day, by_week = (np.abs(x[WEEK:] - x[WEEK - period : -period]) for period in (DAY, WEEK))
        return np.minimum(by_day, by_week)

    usual = np.sqrt(np.mean(nearest(train) ** 2))
    assert np.allclose(detector.usual_change_, usual)
    scores = detector.decision_function(x)
    assert np.isnan(scores[:WEEK]).all() and np.allclose(scores[WEEK:], nearest(x) / usual)
    asked = SeasonalNaive(period=(DAY, WEEK)).fit(train)
    assert np.array_equal(asked.decision_function(x), scores, equal_nan=True)


def auroc(x, period, labels):
    detector = SeasonalNaive(period).fit(x[: 8 * WEEK])
    return roc_auc_score(labels, detector.decision_function(x[8 * WEEK :], context=x[: 8 * WEEK]))


@pytest.mark.parametrize("drift", [0, 0.05])
def test_two_periods_find_what_one_does_not(drift):
    """Single hours 2 units off: AUROC higher by at least 0.03 for each of five seeds, by 0.07 on average."""
    gains = []
    for seed in range(5):
        rng, x = np.random.default_rng(seed), hourly(seed, n_weeks=16, drift=drift)
        odd = rng.choice(np.arange(9 * WEEK, 16 * WEEK), size=40, replace=False)
        x[odd] += rng.choice([-2, 2], size=40)
        labels = np.isin(np.arange(8 * WEEK, 16 * WEEK), odd)
        one, two = (auroc(x, period, labels) for period in (DAY, None))
        print(f"AUROC {one:.3f} with the day, {two:.3f} with the week too")
        gains.append(two - one)
    assert min(gains) > 0.03 and np.mean(gains) > 0.07


def framed(values):
    return pd.DataFrame(values, pd.date_range("2025-01-06", periods=len(values), freq="h"), ["load", "flow"])


@pytest.mark.parametrize("other", [{}, {"forgetting": 50}, {"missing": "fill"}, {"missing": "gap"}], ids=str)
def test_batch_stream_gaps_and_files(other, tmp_path):
    x = framed(np.column_stack([hourly(), hourly(1)]))
    train, test = x[: 4 * WEEK], x[4 * WEEK :].drop(x.index[5 * WEEK + 3 : 5 * WEEK + 6])
    if "missing" in other:
        test.iloc[60:62, 0] = np.nan
    detector = SeasonalNaive(**other).fit(train)
    assert detector.periods_ == (DAY, WEEK) and clone(detector).fit(train).periods_ == (DAY, WEEK)
    scores = detector.decision_function(test, context=train)
    gap = WEEK + 3
    assert np.isfinite(scores[:60]).all() and np.isnan(scores[gap : gap + WEEK]).all()
    assert np.isfinite(scores[gap + WEEK :]).all()
    detector.save(tmp_path / "detector")
    loaded = load_detector(tmp_path / "detector")
    assert loaded.periods_ == (DAY, WEEK)
    stream = [loaded.score_next(value, time) for time, value in test.iterrows()]
    assert np.allclose(stream, scores, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_where_gaps_would_leave_little_to_judge_the_day_must_do():
    x = pd.Series(hourly(n_weeks=16), pd.date_range("2025-01-06", periods=16 * WEEK, freq="h"))
    assert SeasonalNaive().fit(x).periods_ == (DAY, WEEK)
    days = x.index[WEEK * 4 :].normalize().unique()
    gappy = x.drop([day + pd.Timedelta("3h") for day in days[::3]])
    assert longer_period(gappy.iloc[: 4 * WEEK].to_numpy(), DAY) == WEEK
    assert SeasonalNaive().fit(gappy).periods_ == (DAY,)


@pytest.mark.parametrize("period", [0, -1, 1.5, True, "day", (24,), (24, 24), (168, 24), (0, 7), (1, 2, 3)])
def test_other_periods_are_refused(period):
    with pytest.raises(ValueError, match="period="):
        SeasonalNaive(period).fit(hourly())


def test_too_short_a_series_names_both_periods():
    with pytest.raises(ValueError, match="periods of 24 and 168 needs 169 points"):
        SeasonalNaive((24, 168)).fit(hourly()[:168])
    with pytest.raises(ValueError, match="periods of 24 and 168 needs 169 points"):
        SeasonalNaive().fit(hourly()).decision_function(hourly()[:168])


# The forecaster


@pytest.fixture(scope="module")
def forecaster():
    return LSTMForecaster(units=4, epochs=1).fit(hourly())


def test_the_forecaster_reads_the_week_too(forecaster):
    assert forecaster.longer_period_ == WEEK and forecaster.window_ == DAY + 1 + WEEK
    assert forecaster.model_.input_shape == (None, DAY, 2) and forecaster.model_.output_shape == (None, 8, 1)
    x = hourly(1)
    scores, forecast = forecaster.decision_function(x), forecaster.forecast(x)[:, 0]
    assert np.isnan(scores[: DAY + WEEK]).all() and np.isfinite(scores[DAY + WEEK :]).all()
    read = {}
    for lag in (0, 1, DAY, DAY + 1, WEEK - 1, WEEK, WEEK + DAY, WEEK + DAY + 1):
        changed = x.copy()
        changed[900 - lag] += 3
        read[lag] = abs(forecaster.forecast(changed)[900, 0] - forecast[900]) > 1e-6
    assert read == {0: 0, 1: 1, DAY: 1, DAY + 1: 0, WEEK - 1: 0, WEEK: 1, WEEK + DAY: 1, WEEK + DAY + 1: 0}


def test_a_new_level_does_no_harm_once_a_week_has_passed(forecaster):
    x = hourly(1)
    moved = forecaster.decision_function(x + np.where(np.arange(len(x)) < 700, 0, 5.0))
    assert np.allclose(moved[900:], forecaster.decision_function(x)[900:], rtol=1e-3, atol=1e-4)


def test_with_one_season_or_a_window_of_its_own_the_forecaster_is_as_it_was():
    x = hourly(weekend=0)
    found = LSTMForecaster(units=4, epochs=1).fit(x)
    none = LSTMForecaster(units=4, epochs=1, longer_period=0).fit(x)
    assert found.longer_period_ == none.longer_period_ == 0 and found.window_ == DAY + 1
    assert np.array_equal(found.decision_function(x), none.decision_function(x), equal_nan=True)
    assert LSTMForecaster(window=12, units=4, epochs=1).fit(hourly()).longer_period_ == 0
    asked = LSTMForecaster(window=12, longer_period=WEEK, units=4, epochs=1).fit(hourly())
    assert asked.window_ == 12 + WEEK and asked.model_.input_shape == (None, 11, 2)


@pytest.mark.parametrize("other", [{}, {"forgetting": 50}, {"missing": "fill"}], ids=str)
def test_the_forecaster_in_batch_stream_gaps_and_files(other, tmp_path):
    x = framed(np.column_stack([hourly(), hourly(1)]))
    train, test = x[: 6 * WEEK], x[6 * WEEK :].drop(x.index[6 * WEEK + 20 : 6 * WEEK + 23])
    if "missing" in other:
        test.iloc[5:7, 0] = np.nan
    detector = LSTMForecaster(units=4, epochs=1, **other).fit(train)
    scores = detector.decision_function(test, context=train)
    assert np.isfinite(scores[:20]).all() and np.isfinite(scores[20 + DAY + WEEK :]).all()
    assert np.isnan(scores[20 : 20 + DAY + WEEK]).all()
    assert detector.channel_scores(test, context=train).shape == test.shape
    detector.save(tmp_path / "detector")
    loaded = load_detector(tmp_path / "detector")
    assert loaded.longer_period_ == WEEK
    stream = [loaded.score_next(value, time) for time, value in test.iterrows()]
    assert np.allclose(stream, scores, rtol=1e-4, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("longer_period", [-1, 1.5, True, "week", 12])
def test_other_longer_periods_are_refused(longer_period):
    with pytest.raises(ValueError, match=r"longer_period=.*it is None, 0"):
        LSTMForecaster(window=12, longer_period=longer_period).fit(hourly())


def test_the_week_helps_the_forecaster():
    """Single hours 2 units off: average precision higher by at least 0.08 on average over five seeds."""
    gains = []
    for seed in range(5):
        rng, x = np.random.default_rng(seed), hourly(seed, n_weeks=16)
        odd = rng.choice(np.arange(9 * WEEK, 16 * WEEK), size=40, replace=False)
        x[odd] += rng.choice([-2, 2], size=40)
        labels, train, test = np.isin(np.arange(8 * WEEK, 16 * WEEK), odd), x[: 8 * WEEK], x[8 * WEEK :]
        without, found = (
            average_precision_score(labels, LSTMForecaster(longer_period=q).fit(train).decision_function(test, train))
            for q in (0, None)
        )
        print(f"average precision {without:.3f} with the day, {found:.3f} with the week too")
        gains.append(found - without)
    assert np.mean(gains) > 0.08
