"""The metrics against slow or published versions of themselves."""

from itertools import permutations

from helpers.evaluation import (
    bootstrap_distribution,
    bootstrap_interval,
    count_interval,
    precision_at_k,
    rate_interval,
    recall_by_kind,
)

import numpy as np
import pytest
from scipy.stats import beta, poisson
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(0)
LABELS = np.repeat([0, 1], [180, 20])
SCORES = np.concatenate([rng.normal(size=180), rng.normal(1.5, 1, size=20)])


def test_precision_at_k():
    assert precision_at_k([1, 0, 1, 0], [4, 3, 2, 1], 1) == 1
    assert precision_at_k([1, 0, 1, 0], [4, 3, 2, 1], 3) == pytest.approx(2 / 3)
    assert precision_at_k([1, 0, 1, 0], [4, 3, 2, 1], 4) == 0.5


def test_precision_at_k_of_ties_is_the_mean_over_their_orders():
    labels, scores = np.array([1, 0, 0, 1, 0]), np.array([5, 2, 2, 2, 1])
    for k in (1, 2, 3, 4, 5):
        orders = [order for order in permutations(range(5)) if (np.diff(scores[list(order)]) <= 0).all()]
        expected = np.mean([labels[list(order[:k])].mean() for order in orders])
        assert precision_at_k(labels, scores, k) == pytest.approx(expected)


@pytest.mark.parametrize("k", [0, 5, -1, 1.5])
def test_k_out_of_range(k):
    with pytest.raises(ValueError, match="whole number from 1 to 4"):
        precision_at_k([1, 0, 1, 0], [4, 3, 2, 1], k)


def test_points_without_a_score_are_left_out_of_metrics():
    labels, scores = [1, 1, 0, 1, 0], [np.nan, 4, 3, 2, 1]
    assert precision_at_k(labels, scores, 2) == precision_at_k(labels[1:], scores[1:], 2)
    with pytest.raises(ValueError, match="from 1 to 4"):
        precision_at_k(labels, scores, 5)
    assert bootstrap_interval(roc_auc_score, labels, scores) == bootstrap_interval(
        roc_auc_score, labels[1:], scores[1:]
    )


def test_every_resample_keeps_the_prevalence():
    seen = []

    def note(labels, scores):
        seen.append(labels.mean())
        return 0.0

    bootstrap_distribution(note, [0] * 30 + [1], np.arange(31), n_resamples=50)
    assert seen == [1 / 31] * 50


@pytest.mark.parametrize("metric", [average_precision_score, roc_auc_score])
def test_fast_paths_equal_scikit_learn_on_every_resample(metric):
    tied = SCORES.round(1)
    fast = bootstrap_distribution(metric, LABELS, tied, 50, random_state=3)
    slow = bootstrap_distribution(lambda y, s: metric(y, s), LABELS, tied, 50, random_state=3)
    assert np.allclose(fast, slow) and fast.std() > 0.01


def test_bootstrap_interval_covers_about_as_often_as_it_says():
    true_auroc = 0.8556  # of normal scores 1.5 standard deviations apart
    covered, draw = 0, np.random.default_rng(1)
    for seed in range(120):
        scores = np.concatenate([draw.normal(size=150), draw.normal(1.5, 1, size=60)])
        low, high = bootstrap_interval(roc_auc_score, np.repeat([0, 1], [150, 60]), scores, 100, 0.9, seed)
        covered += low <= true_auroc <= high
    assert 0.80 < covered / 120 < 0.97


def test_bootstrap_is_repeatable_and_narrows_with_less_confidence():
    low, high = bootstrap_interval(roc_auc_score, LABELS, SCORES, 200)
    assert (low, high) == bootstrap_interval(roc_auc_score, LABELS, SCORES, 200)
    assert (low, high) != bootstrap_interval(roc_auc_score, LABELS, SCORES, 200, random_state=1)
    half = bootstrap_interval(roc_auc_score, LABELS, SCORES, 200, confidence=0.5)
    assert low < half.low < roc_auc_score(LABELS, SCORES) < half.high < high


def test_bootstrap_options_out_of_range():
    with pytest.raises(ValueError, match="confidence is a share"):
        bootstrap_interval(roc_auc_score, LABELS, SCORES, confidence=95)
    with pytest.raises(ValueError, match="at least 1"):
        bootstrap_interval(roc_auc_score, LABELS, SCORES, n_resamples=0)


def test_rate_interval_is_clopper_pearson():
    low, high = rate_interval(7, 200, confidence=0.9)
    assert low == pytest.approx(beta.ppf(0.05, 7, 194)) and high == pytest.approx(beta.ppf(0.95, 8, 193))
    assert rate_interval(0, 50).low == 0 and rate_interval(50, 50).high == 1


@pytest.mark.parametrize(("count", "n"), [(5, 4), (-1, 4), (0, 0), (1.5, 4)])
def test_rate_interval_out_of_range(count, n):
    with pytest.raises(ValueError, match="whole numbers"):
        rate_interval(count, n)


def test_recall_by_kind_leaves_normal_rows_out():
    kinds = ["normal", "burst", "bulk", "burst", "normal", "bulk", None]
    recalls = recall_by_kind(kinds, [1, 1, 0, 0, 1, 0, 1])
    assert recalls.to_dict() == {"bulk": 0.0, "burst": 0.5}
    assert list(recall_by_kind(["ok", "b", "a"], [1, 1, 0], normal="ok").index) == ["a", "b"]


def test_recall_by_kind_refuses():
    with pytest.raises(ValueError, match="no anomaly"):
        recall_by_kind(["normal"] * 3, [0, 1, 0])
    with pytest.raises(ValueError, match="2 labels, but 3 flags"):
        recall_by_kind(["normal", "bulk"], [0, 1, 0])
    with pytest.raises(ValueError, match=r"flags must be 1 .* hold 0\.7"):
        recall_by_kind(["normal", "bulk"], [0, 0.7])


@pytest.mark.parametrize(
    "measure", [lambda y, s: precision_at_k(y, s, 1), lambda y, s: bootstrap_interval(roc_auc_score, y, s)]
)
@pytest.mark.parametrize(
    ("labels", "scores", "message"),
    [
        ([0, 0, 0], [1, 2, 3], r"only normal points \(0\).*stratify"),
        ([1, 1, 1], [1, 2, 3], r"only anomalies \(1\)"),
        ([0, 1], [1, 2, 3], "2 labels, but 3 scores"),
        ([1, -1, 1], [1, 2, 3], "labels == -1"),
        ([0, 1, np.nan], [1, 2, 3], "hold nan"),
        (["ok", "odd", "ok"], [1, 2, 3], "labels must be numbers"),
        ([0, 1, 0], [1, np.inf, 3], "infinity, first at position 1"),
        ([0, 1, 0], [np.nan] * 3, "NaN throughout"),
        ([], [], "labels are empty"),
    ],
)
def test_labels_and_scores_that_cannot_be_used(measure, labels, scores, message):
    with pytest.raises(ValueError, match=message):
        measure(labels, scores)


def test_drawing_blocks_joins_whole_blocks():
    """As if each block drawn were laid behind the last."""
    from helpers.evaluation.metrics import _blocks_of_each, _redraw_blocks

    blocks = np.random.default_rng(1).integers(0, 40, len(LABELS))
    for stratum in _blocks_of_each(LABELS, blocks):
        drawn = _redraw_blocks(stratum, np.random.default_rng(2))
        positions, starts, lengths = stratum
        slow = [
            positions[starts[i] : starts[i] + lengths[i]]
            for i in np.random.default_rng(2).integers(len(starts), size=len(starts))
        ]
        np.testing.assert_array_equal(drawn, np.concatenate(slow))
        for i in range(len(starts)):
            rows = positions[starts[i] : starts[i] + lengths[i]]
            np.testing.assert_array_equal(rows, np.flatnonzero(blocks == blocks[rows[0]]))


@pytest.mark.parametrize("count", [1, 4, 30])
def test_count_interval_leaves_a_twentieth_to_both_tails(count):
    low, high = count_interval(count, confidence=0.9)
    assert poisson.sf(count - 1, low) == pytest.approx(0.05)
    assert poisson.cdf(count, high) == pytest.approx(0.05)
    assert count_interval(0).low == 0


@pytest.mark.parametrize("count", [-1, 1.5])
def test_count_interval_of_what_is_no_count(count):
    with pytest.raises(ValueError, match="whole number"):
        count_interval(count)
