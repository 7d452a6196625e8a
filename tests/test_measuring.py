"""The engine that measures detectors: seeds, seconds, scores in one array, and what they are worth."""

import time

from helpers.detectors import IQR, RandomScore, SeasonalNaive, WindowDetector, from_sklearn
from helpers.evaluation.measuring import judge, scores_of, seed_parameters, seeded, timed

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

rng = np.random.default_rng(0)
LABELS = np.repeat([0, 1], [60, 20])
SCORES = rng.normal(size=80) + LABELS


def test_a_judgement_is_that_of_scikit_learn():
    worth, flags = judge(LABELS, SCORES, 0.7), SCORES > 0.7
    assert worth.auroc == roc_auc_score(LABELS, SCORES)
    assert worth.average_precision == average_precision_score(LABELS, SCORES)
    assert worth.precision == precision_score(LABELS, flags) and worth.recall == recall_score(LABELS, flags)
    assert worth.false_alarm_rate == flags[:60].mean()
    assert (worth.n_rows, worth.n_anomalies, worth.prevalence) == (80, 20, 0.25)


def test_points_without_a_score_are_left_out():
    gaps = np.r_[np.full(10, np.nan), SCORES[10:]]
    assert judge(LABELS, gaps, 0.7) == judge(LABELS[10:], SCORES[10:], 0.7)


@pytest.mark.parametrize(("labels", "known"), [(0 * LABELS, "false_alarm_rate"), (0 * LABELS + 1, "recall")])
def test_labels_of_one_class_judge_no_ranking(labels, known):
    worth, share = judge(labels, SCORES, 0.7), (SCORES > 0.7).mean()
    assert np.isnan([worth.auroc, worth.average_precision]).all()
    assert getattr(worth, known) == share
    assert np.isnan([worth.recall, worth.false_alarm_rate]).sum() == 1


def test_without_alarms_there_is_no_precision_and_without_a_threshold_no_rate():
    worth = judge(LABELS, SCORES, 99)
    assert np.isnan(worth.precision) and worth.recall == worth.false_alarm_rate == 0
    worth = judge(LABELS, SCORES)
    assert np.isnan([worth.precision, worth.recall, worth.false_alarm_rate]).all() and worth.auroc > 0.5


def test_seeds_reach_what_is_wrapped_and_leave_the_detector_alone():
    forest = WindowDetector(from_sklearn(IsolationForest()), window=3)
    assert seed_parameters(forest) == ["detector__estimator__random_state"] and seed_parameters(IQR()) == []
    assert seeded(forest, 5).get_params()["detector__estimator__random_state"] == 5
    assert forest.get_params()["detector__estimator__random_state"] is None
    draws = [seeded(RandomScore(), seed).fit(SCORES[:, None]).decision_function(SCORES[:, None]) for seed in (1, 1, 2)]
    assert np.array_equal(draws[0], draws[1]) and not np.array_equal(draws[0], draws[2])


def test_recordings_become_one_array_and_context_fills_the_beginning():
    naive = SeasonalNaive(period=1).fit([SCORES[:40], SCORES[40:]])
    first, second = naive.decision_function([SCORES[:40], SCORES[40:]])
    assert np.array_equal(scores_of(naive, [SCORES[:40], SCORES[40:]]), np.r_[first, second], equal_nan=True)
    assert np.isnan(scores_of(naive, SCORES[40:])[0])
    assert np.isfinite(scores_of(naive, SCORES[40:], context=SCORES[:40])[0])


def test_time_is_measured_around_the_call_alone():
    result, seconds = timed(lambda pause, back: time.sleep(pause) or back, 0.05, back="here")
    assert result == "here" and 0.05 <= seconds < 5
