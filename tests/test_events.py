"""Metrics in time against slow literal versions that look at one row after the other."""

from helpers.evaluation import (
    alarm_episodes,
    detection_delay,
    event_recall,
    event_table,
    events_from_labels,
    false_alarms_per_day,
    oracle_f1,
    point_adjusted_f1,
    quantile_threshold,
    rows_in_a_day,
)

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score


def literal_runs(marks):
    """Lists of the positions of each run."""
    runs = []
    for i, mark in enumerate(marks):
        if mark == 1:
            if i > 0 and marks[i - 1] == 1:
                runs[-1].append(i)
            else:
                runs.append([i])
    return runs


def literal_episodes(flags, merge):
    episodes = []
    for run in literal_runs(flags):
        if episodes and run[0] - episodes[-1][-1] - 1 <= merge:
            episodes[-1] = episodes[-1] + run
        else:
            episodes.append(run)
    return episodes


def literal_delays(labels, flags, tolerance):
    delays = []
    for event in literal_runs(labels):
        delay, i = np.nan, event[0]
        while i < len(labels) and i <= event[-1] + tolerance and (i <= event[-1] or labels[i] == 0):
            if flags[i] == 1:
                delay = float(i - event[0])
                break
            i += 1
        delays.append(delay)
    return delays


def literal_false_alarms(labels, flags, tolerance, merge):
    """Their number, and the observed normal rows."""
    near = [any(labels[max(0, i - tolerance) : i + 1]) for i in range(len(labels))]
    normal = sum(not near[i] and not np.isnan(flags[i]) for i in range(len(labels)))
    return sum(not any(near[i] for i in episode) for episode in literal_episodes(flags, merge)), normal


def best_of_all(labels, scores, adjust):
    """Best F1 over every threshold, each event filled up first where `adjust`."""
    scored, found = ~np.isnan(scores), []
    for threshold in np.unique(scores[scored]):
        flags = scores >= threshold
        for event in literal_runs(labels):
            if adjust and flags[event].any():
                flags[event] = True
        found.append(f1_score(labels[scored], flags[scored], zero_division=0))
    return max(found)


def random_case(seed):
    """Events and alarms of all lengths, at both ends too, in a short series."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    labels = np.repeat(rng.integers(0, 2, n), rng.integers(1, 5, n))[:n]
    flags = np.where(rng.random(n) < rng.choice([0.1, 0.5, 0.9]), 1.0, 0.0)
    flags[rng.random(n) < 0.1] = np.nan
    return labels, flags, int(rng.integers(0, 5)), int(rng.integers(0, 4))


@pytest.mark.parametrize("seed", range(300))
def test_all_equal_their_slow_versions(seed):
    labels, flags, tolerance, merge = random_case(seed)
    assert [list(range(*event)) for event in events_from_labels(labels)] == literal_runs(labels)
    expected = [[episode[0], episode[-1] + 1] for episode in literal_episodes(flags, merge)]
    assert alarm_episodes(flags, merge).tolist() == expected
    delays = literal_delays(labels, flags, tolerance)
    np.testing.assert_array_equal(detection_delay(labels, flags, tolerance=tolerance), delays)
    if delays:
        assert event_recall(labels, flags, tolerance) == np.mean(~np.isnan(delays))
    false_alarms, normal = literal_false_alarms(labels, flags, tolerance, merge)
    if normal:
        per_day = false_alarms_per_day(labels, flags, 24, tolerance, merge)
        assert per_day == pytest.approx(false_alarms / (normal / 24))
    else:
        with pytest.raises(ValueError, match="no time to count false alarms in"):
            false_alarms_per_day(labels, flags, 24, tolerance, merge)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([1, 0, 0, 1], [[0, 1], [3, 4]]),
        ([1, 1, 1], [[0, 3]]),
        ([0, 0], []),
        ([0, 1, 0, 1, 0], [[1, 2], [3, 4]]),
        ([True, False], [[0, 1]]),
    ],
)
def test_events_at_the_very_ends(labels, expected):
    assert events_from_labels(labels).tolist() == expected
    assert events_from_labels(labels).shape == (len(expected), 2)


LABELS = np.array([0, 0, 0, 1, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("flagged", "tolerance", "recall", "false_alarms"),
    [
        (2, 0, 0, 1),  # one row early
        (3, 0, 1, 0),
        (5, 0, 1, 0),
        (6, 0, 0, 1),  # one row late
        (6, 1, 1, 0),
        (7, 1, 0, 1),
        (2, 5, 0, 1),  # tolerance looks one way only
    ],
)
def test_one_row_more_or_less(flagged, tolerance, recall, false_alarms):
    flags = np.arange(10) == flagged
    assert event_recall(LABELS, flags, tolerance) == recall
    normal_rows = 7 - tolerance if tolerance < 4 else 3
    assert false_alarms_per_day(LABELS, flags, normal_rows, tolerance) == false_alarms


def test_all_flags_and_no_flags():
    assert (event_recall(LABELS, np.ones(10)), event_recall(LABELS, np.zeros(10))) == (1, 0)
    assert false_alarms_per_day(LABELS, np.ones(10), 24) == 0  # one alarm that touches an event: as documented
    assert false_alarms_per_day(LABELS, np.zeros(10), 24) == 0
    assert false_alarms_per_day(np.zeros(48), np.ones(48), 24) == 0.5
    assert detection_delay(LABELS, np.ones(10)).tolist() == [0]


def test_a_flag_counts_for_the_event_it_lies_in_only():
    labels, flags = [1, 0, 1, 1, 0], [0, 0, 1, 0, 0]
    assert event_recall(labels, flags, tolerance=3) == 0.5
    assert event_table(labels, flags, tolerance=3)["found"].tolist() == [False, True]


def test_unscored_points_are_no_alarms_and_no_observed_time():
    labels, flags = [0, 0, 0, 0, 1, 1], [np.nan, np.nan, 1, 0, np.nan, np.nan]
    assert event_recall(labels, flags) == 0
    assert false_alarms_per_day(labels, flags, rows_per_day=2) == 1
    assert false_alarms_per_day(labels, np.nan_to_num(flags), rows_per_day=2) == 0.5
    assert alarm_episodes([1, np.nan, 1]).tolist() == [[0, 1], [2, 3]]


def test_merging_lets_a_true_alarm_take_a_near_one_with_it():
    flags = np.array([0, 1, 0, 1, 0, 0, 0, 0, 1, 0])
    assert [false_alarms_per_day(LABELS, flags, 7, merge=merge) for merge in (0, 1, 4)] == [2, 1, 0]


def test_delays_in_time_see_gaps_that_rows_do_not():
    index = pd.DatetimeIndex(["2022-03-01 00:00", "2022-03-01 01:00", "2022-03-01 05:00", "2022-03-01 06:00"], tz="UTC")
    labels, flags = [1, 1, 0, 1], [0, 0, 1, 0]
    delays = detection_delay(labels, flags, index, tolerance=1)
    assert delays[0] == pd.Timedelta("5h")
    assert pd.isna(delays[1])
    assert detection_delay(labels, flags, tolerance=1)[0] == 2
    seconds = detection_delay(labels, flags, [0.0, 0.25, 1.5, 2.0], tolerance=1)
    np.testing.assert_array_equal(seconds, [1.5, np.nan])


def test_event_table():
    index = pd.date_range("2022-03-01", periods=7, freq="h")
    kinds = ["", "leak", "leak", "spike", "", "", "freeze"]
    table = event_table([0, 1, 1, 1, 0, 0, 1], [0, 0, 1, 0, 0, 0, 0], kinds, index)
    assert table.columns.tolist() == ["kind", "start", "length", "found", "delay"]
    assert table["kind"].tolist() == ["leak + spike", "freeze"]
    assert table["start"].tolist() == [index[1], index[6]]
    assert table["length"].tolist() == [3, 1]
    assert table["found"].tolist() == [True, False]
    assert table["delay"][0] == pd.Timedelta("1h")
    assert table["delay"].isna().tolist() == [False, True]


@pytest.mark.parametrize("index", [None, pd.date_range("2022-03-01", periods=4, freq="h")])
def test_no_event(index):
    table = event_table([0] * 4, [0, 1, 0, 0], kinds=[""] * 4, index=index)
    assert table.empty
    assert table.columns.tolist() == ["kind", "start", "length", "found", "delay"]
    with pytest.raises(ValueError, match="hold no event"):
        event_recall([0] * 4, [0, 1, 0, 0])


@pytest.mark.parametrize("seed", range(40))
def test_best_f1_is_the_best_of_all_thresholds(seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat(rng.permutation([0, 1] * 4), rng.integers(1, 6, 8))
    scores = rng.normal(labels * rng.choice([-1, 0, 1])).round(1)  # ties
    scores[1:][rng.random(len(labels) - 1) < 0.2] = np.nan
    if len(np.unique(labels[~np.isnan(scores)])) < 2:
        labels, scores = np.append(labels, [0, 1]), np.append(scores, [0.5, 0.5])
    assert oracle_f1(labels, scores) == pytest.approx(best_of_all(labels, scores, adjust=False))
    assert point_adjusted_f1(labels, scores) == pytest.approx(best_of_all(labels, scores, adjust=True))


def test_point_adjustment_leaves_the_callers_scores_alone():
    scores = np.array([0.1, 0.9, 0.2, 0.3])
    point_adjusted_f1([0, 1, 1, 0], scores)
    assert scores.tolist() == [0.1, 0.9, 0.2, 0.3]


def test_point_adjustment_crowns_a_random_score():
    """Simulated: 10,000 points, five events of 80 (4 %) in which normal noise lies two standard deviations higher."""
    labels = np.zeros(10_000, int)
    for start in (1500, 3200, 5100, 7400, 9000):
        labels[start : start + 80] = 1
    adjusted, plain, honest, recalls = [], [], [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        series, chance, past = rng.normal(size=10_000) + 2 * labels, rng.uniform(size=10_000), rng.normal(size=10_000)
        adjusted.append(point_adjusted_f1(labels, chance))
        plain.append(oracle_f1(labels, chance))
        honest.append(oracle_f1(labels, series))
        limits = quantile_threshold(past, 0.001), quantile_threshold(rng.uniform(size=10_000), 0.001)
        recalls.append([event_recall(labels, series > limits[0]), event_recall(labels, chance > limits[1])])
    assert max(plain) < 0.1  # what chance is worth at a prevalence of 4 %
    assert np.mean(adjusted) > np.mean(honest) + 0.15
    by_series, by_chance = np.mean(recalls, axis=0)  # at the same false-alarm rate
    assert by_series > 0.95
    assert by_chance < 0.2


def test_rows_in_a_day_ignores_gaps():
    index = pd.date_range("2022-03-01", periods=100, freq="h").delete(range(20, 60))
    assert rows_in_a_day(index) == 24
    for bad in (index[:1], range(10), index[::-1]):
        with pytest.raises(ValueError, match=r"at least two times|in order"):
            rows_in_a_day(bad)


@pytest.mark.parametrize("judge", [event_recall, detection_delay, lambda y, f: false_alarms_per_day(y, f, 24)])
@pytest.mark.parametrize(
    ("labels", "flags", "message"),
    [
        ([0, 1], [0, 1, 0], "2 labels, but 3 flags"),
        ([0, 2], [0, 1], "labels must be 1"),
        ([0, 1], [1, -1], "scikit-learn's -1 and 1"),
        ([0, 1], [0.2, 0.9], "flags must be 1"),
        ([], [], "empty"),
        ([[0], [1]], [[0], [1]], "one dimension"),
    ],
)
def test_unusable_labels_and_flags(judge, labels, flags, message):
    with pytest.raises(ValueError, match=message):
        judge(labels, flags)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: event_recall(LABELS, LABELS, tolerance=-1), "tolerance is a whole number"),
        (lambda: false_alarms_per_day(LABELS, LABELS, 24, merge=0.5), "merge is a whole number"),
        (lambda: false_alarms_per_day(LABELS, LABELS, 0), "rows_per_day is a positive number"),
        (lambda: detection_delay(LABELS, LABELS, range(9)), "9 times in the index, but 10 rows"),
        (lambda: detection_delay(LABELS, LABELS, range(10, 0, -1)), "in order"),
        (lambda: event_table(LABELS, LABELS, kinds=["a"]), "one kind a row"),
        (lambda: oracle_f1([0, 0], [1, 2]), "only normal"),
        (lambda: point_adjusted_f1([0, 1], [1, np.inf]), "infinity"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()
