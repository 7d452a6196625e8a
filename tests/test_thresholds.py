"""Thresholds keep what they promise, and say so when they cannot."""

from helpers.evaluation import (
    cost_threshold,
    cross_validated_threshold,
    cross_validation_table,
    pot_threshold,
    quantile_threshold,
)

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import f1_score


def total_cost(labels, flags, cost_miss, cost_false_alarm):
    labels, flags = np.asarray(labels), np.asarray(flags)
    return np.sum(cost_miss * (labels > flags)) + cost_false_alarm * np.sum(flags > labels)


def labelled_scores(seed=0, n_normal=950, n_abnormal=50):
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(size=n_normal), rng.normal(2, 1, size=n_abnormal)])
    return scores, np.repeat([0, 1], [n_normal, n_abnormal])


@pytest.mark.parametrize(
    ("n", "rate"), [(99, 0.01), (100, 0.01), (1000, 0.01), (199, 0.05), (9, 0.1), (99, 0.29), (13, 0.07 * 2)]
)
def test_quantile_is_the_conformal_order_statistic(n, rate):
    scores = np.random.default_rng(n).permutation(np.arange(1, n + 1))
    assert quantile_threshold(scores, rate) == np.ceil(np.round((n + 1) * (1 - rate), 9))


def test_quantile_keeps_the_promise_on_average_where_the_naive_quantile_breaks_it():
    rng = np.random.default_rng(0)
    calibration = rng.normal(size=(4000, 99))
    promised = np.mean([norm.sf(quantile_threshold(scores, 0.05)) for scores in calibration])
    naive = np.mean([norm.sf(np.quantile(scores, 0.95)) for scores in calibration])
    assert promised == pytest.approx(0.05, abs=0.0012)
    assert naive > 0.053


@pytest.mark.parametrize(("rate", "needed"), [(0.01, 99), (0.05, 19), (0.001, 999), (0.03, 33)])
def test_quantile_says_how_many_scores_it_needs(rate, needed):
    assert quantile_threshold(np.arange(needed), rate) == needed - 1
    with pytest.raises(ValueError, match=f"{needed - 1} calibration scores .* at least {needed} are needed"):
        quantile_threshold(np.arange(needed - 1), rate)


def test_points_without_a_score_are_left_out():
    scores, labels = labelled_scores()
    holed = np.concatenate([np.full(30, np.nan), scores])
    holed_labels = np.concatenate([np.ones(30, int), labels])
    assert quantile_threshold(holed) == quantile_threshold(scores)
    assert pot_threshold(holed, 0.01) == pot_threshold(scores, 0.01)
    assert cost_threshold(holed, holed_labels, 5, 1) == cost_threshold(scores, labels, 5, 1)
    assert cross_validated_threshold(holed, holed_labels) == cross_validated_threshold(scores, labels)


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([np.nan] * 200, "NaN throughout"),
        ([1.0] * 199 + [np.inf], "infinity, first at position 199"),
        ([], "scores are empty"),
        (np.ones((200, 1)), r"one dimension, but have shape \(200, 1\)"),
        (["high"] * 200, "must be numbers"),
    ],
)
def test_unusable_scores(scores, message):
    for threshold in (quantile_threshold, pot_threshold):
        with pytest.raises(ValueError, match=message):
            threshold(scores)
    with pytest.raises(ValueError, match=message):
        cost_threshold(scores, np.zeros(len(scores), int) if len(scores) else [0], 1, 1)


@pytest.mark.parametrize("rate", [0, 1, -0.1, 5, np.nan])
def test_a_rate_is_a_share(rate):
    for threshold in (quantile_threshold, pot_threshold):
        with pytest.raises(ValueError, match="share between 0 and 1"):
            threshold(np.arange(1000), rate)


@pytest.mark.parametrize("rate", [0.01, 0.001, 0.0001])
@pytest.mark.parametrize(
    ("draw", "survival"),
    [
        (lambda rng: rng.exponential(size=20_000), lambda x: np.exp(-x)),
        (lambda rng: rng.pareto(3, size=20_000), lambda x: (1 + x) ** -3),
        (lambda rng: rng.normal(size=20_000), norm.sf),
        (lambda rng: rng.uniform(size=20_000), lambda x: max(1 - x, 1e-9)),
    ],
    ids=["exponential", "heavy", "normal", "bounded"],
)
def test_pot_reaches_the_rate_on_known_tails(draw, survival, rate):
    threshold = pot_threshold(draw(np.random.default_rng(0)), rate)
    assert rate / 2.5 < survival(threshold) < rate * 2.5


def test_pot_does_not_depend_on_the_unit():
    scores = np.random.default_rng(0).exponential(size=2000)
    assert pot_threshold(scores * 1e6 + 5, 0.001) == pytest.approx(pot_threshold(scores, 0.001) * 1e6 + 5, rel=1e-3)


def test_pot_reaches_beyond_the_sample():
    scores = np.random.default_rng(0).exponential(size=500)
    with pytest.raises(ValueError, match="at least 9999"):
        quantile_threshold(scores, 0.0001)
    assert pot_threshold(scores, 0.0001) > scores.max()


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        (np.arange(300.0), {}, r"Only 15 of 300 .* at least 401 scores"),
        (np.arange(1000.0), {"false_alarm_rate": 0.05}, "must be smaller than tail_share"),
        (np.repeat([0.0, 1.0], [970, 30]), {}, "all equal"),
        (np.ones(1000), {}, "Only 0 of 1000"),
    ],
)
def test_pot_refuses(scores, options, message):
    with pytest.raises(ValueError, match=message):
        pot_threshold(scores, **options)


@pytest.mark.parametrize(("cost_miss", "cost_false_alarm"), [(1, 1), (10, 1), (1, 10), (0, 1), (1, 0)])
def test_cost_threshold_is_the_cheapest_of_all(cost_miss, cost_false_alarm):
    scores, labels = labelled_scores(n_normal=150)
    scores = scores.round(1)  # ties
    chosen = cost_threshold(scores, labels, cost_miss, cost_false_alarm)
    costs = [
        total_cost(labels, scores > t, cost_miss, cost_false_alarm) for t in [scores.min() - 1, *np.unique(scores)]
    ]
    assert total_cost(labels, scores > chosen, cost_miss, cost_false_alarm) == min(costs)


def test_cost_threshold_can_flag_all_or_nothing():
    scores, labels = [3.0, 1.0, 2.0, 4.0], [1, 1, 0, 0]
    assert cost_threshold(scores, labels, cost_miss=1, cost_false_alarm=100) == 4.0
    assert (np.array(scores) > cost_threshold(scores, labels, cost_miss=100, cost_false_alarm=1)).all()


def test_a_cost_of_its_own_for_each_row():
    scores, labels = labelled_scores(n_normal=150)
    worth = np.random.default_rng(1).lognormal(3, 1, size=len(scores))
    chosen = cost_threshold(scores, labels, worth, 5)
    costs = [total_cost(labels, scores > t, worth, 5) for t in [scores.min() - 1, *np.unique(scores)]]
    assert total_cost(labels, scores > chosen, worth, 5) == pytest.approx(min(costs))
    assert cost_threshold(scores, labels, np.full(len(scores), 7.0), 1) == cost_threshold(scores, labels, 7, 1)
    holed = np.append(np.nan, scores)
    assert cost_threshold(holed, np.append(1, labels), np.append(1e9, worth), 5) == chosen
    with pytest.raises(ValueError, match="3 costs of a miss, but 200 scores"):
        cost_threshold(scores, labels, [1, 2, 3], 5)


def test_cuts_between_neighbouring_floats_still_separate():
    low = np.nextafter(1.0, 2)
    high = np.nextafter(low, 2)  # rounding puts their middle on the upper one
    threshold = cost_threshold([low, high], [0, 1], 1, 1)
    assert low <= threshold < high


@pytest.mark.parametrize("costs", [(-1, 1), (1, -1), (np.nan, 1), (1, np.inf), ([1, -1], 1)])
def test_costs_are_finite_and_not_negative(costs):
    with pytest.raises(ValueError, match="Costs are finite"):
        cost_threshold([1, 2], [0, 1], *costs)


@pytest.mark.parametrize("threshold", [lambda s, y: cost_threshold(s, y, 1, 1), cross_validated_threshold])
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0] * 20, r"only normal points \(0\)"),
        ([1] * 20, r"only anomalies \(1\)"),
        ([0] * 10 + [1] * 9, "19 labels, but 20 scores"),
        ([-1, 1] * 10, r"hold -1 \(scikit-learn's"),
        ([0, 2] * 10, "hold 2"),
    ],
)
def test_labels_that_cannot_be_used(threshold, labels, message):
    with pytest.raises(ValueError, match=message):
        threshold(np.arange(20.0), labels)


def test_fold_thresholds_are_chosen_without_the_rows_held_out():
    scores, labels = labelled_scores()
    table = cross_validation_table(scores, labels)
    assert len(table) == 5
    assert cross_validated_threshold(scores, labels) == table["threshold"].median()
    changed = cross_validation_table(scores, labels, random_state=1)
    assert not np.allclose(table["threshold"], changed["threshold"])
    assert table["held out"].mean() < table["chosen on"].mean()  # the best is too good to last


def test_the_fast_f1_equals_scikit_learns():
    scores, labels = labelled_scores(n_normal=300)
    scores = scores.round(1)
    fast = cross_validation_table(scores, labels)
    slow = cross_validation_table(scores, labels, metric=lambda y, f: f1_score(y, f, zero_division=0))
    assert np.allclose(fast, slow)
    best_of_all = max(f1_score(labels, scores > t) for t in np.unique(scores)[:-1])
    assert f1_score(labels, scores > cross_validated_threshold(scores, labels)) > 0.95 * best_of_all


def test_cross_validation_by_cost_follows_the_costs():
    scores, labels = labelled_scores()
    dear_misses = cross_validated_threshold(scores, labels, metric=lambda y, f: -total_cost(y, f, 100, 1))
    dear_alarms = cross_validated_threshold(scores, labels, metric=lambda y, f: -total_cost(y, f, 1, 100))
    assert dear_misses < cross_validated_threshold(scores, labels) < dear_alarms


def test_more_folds_than_anomalies():
    with pytest.raises(ValueError, match=r"5 folds .* one has 3"):
        cross_validated_threshold(np.arange(20.0), [1] * 3 + [0] * 17)
    with pytest.raises(ValueError, match="metric must be 'f1'"):
        cross_validated_threshold(np.arange(20.0), [0, 1] * 10, metric="recall")
