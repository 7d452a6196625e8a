"""Ranking with labels and without, the choice, and the verdict."""

from helpers.detectors import ColumnwiseDetector, ZScore
from helpers.evaluation.metrics import bootstrap_distribution, bootstrap_interval
from helpers.report.columns.describing import describe_columns
from helpers.report.contest.candidates import Candidate, table_candidates
from helpers.report.contest.choosing import choose, rank
from helpers.report.contest.estimate import Estimate
from helpers.report.contest.parts import Part
from helpers.report.contest.preparing import prepare, series_blocks
from helpers.report.contest.training import Entry, train_candidates
from helpers.report.contest.verdict import judge
from helpers.report.contest.with_labels import LabelledRanking, LabelledStanding, rank_with_labels
from helpers.report.contest.without_labels import UnlabelledRanking, UnlabelledStanding, rank_without_labels

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score


class Given(ColumnwiseDetector):
    """Its score is one column of the row: what a detector says is written in the data."""

    def __init__(self, column=0, sign=1.0, jitter=0):
        self.column = column
        self.sign = sign
        self.jitter = jitter

    def _fit(self, rows):
        self.seen_ = float(rows[0, 0])  # another half, another fit

    def _score(self, rows):
        noise = np.random.default_rng(abs(hash(self.seen_)) % 2**32).normal(size=len(rows))
        return self.sign * rows[:, self.column] + self.jitter * noise


def entry(name, detector, rows, seconds=0.0):
    return Entry(Candidate(name, detector, "for a test", "00"), detector.fit(rows), seconds, 1.0)


@pytest.fixture(scope="module")
def scene():
    """Rows whose columns are scores: good, a little worse, useless; 2,000 of them, 40 odd."""
    rng = np.random.default_rng(0)
    labels = (np.arange(2000) % 50 == 0).astype(int)
    good = labels * 3 + rng.normal(size=2000)
    rows = pd.DataFrame({"good": good, "close": good + 0.05 * rng.normal(size=2000), "useless": rng.normal(size=2000)})
    return Part(np.arange(2000), rows, labels)


def entries(scene, *columns):
    names = list(scene.X.columns)
    return [entry(name, Given(names.index(name)), scene.X) for name in columns]


# -------------------------------------------------------------------- with labels


def test_the_ranking_holds_the_metrics_of_scikit_learn(scene):
    ranking = rank_with_labels(entries(scene, "useless", "good"), scene, n_resamples=50)
    assert ranking.index.tolist() == ["useless", "good"]  # simplest first, not best first
    for name in ranking.index:
        assert ranking.table().loc[name, "average precision"] == average_precision_score(scene.labels, scene.X[name])
        assert ranking.table().loc[name, "AUROC"] == pytest.approx(roc_auc_score(scene.labels, scene.X[name]))
    assert ranking.prevalence == 0.02


def test_the_intervals_are_those_of_the_course(scene):
    ranking = rank_with_labels(entries(scene, "good"), scene, n_resamples=100)
    expected = bootstrap_interval(average_precision_score, scene.labels, scene.X["good"], n_resamples=100)
    assert tuple(ranking.table().loc["good", ["AP low", "AP high"]]) == expected


def test_differences_are_paired_so_that_close_detectors_are_compared_on_the_same_rows(scene):
    ranking = rank_with_labels(entries(scene, "good", "close"), scene, n_resamples=200)
    worst = ranking["behind best"].idxmax()
    width = ranking.table().loc[worst, "behind high"] - ranking.table().loc[worst, "behind low"]
    assert width < 0.3 * (ranking.table().loc[worst, "AP high"] - ranking.table().loc[worst, "AP low"])


def test_rows_that_one_detector_cannot_score_judge_none(scene):
    class Partial(Given):
        def _score(self, rows):
            return np.where(np.arange(len(rows)) < 1000, np.nan, super()._score(rows))

    partial = entry("partial", Partial(0), scene.X)
    ranking = rank_with_labels([*entries(scene, "useless"), partial], scene, n_resamples=20)
    expected = average_precision_score(scene.labels[1000:], scene.X["useless"][1000:])
    assert ranking.table().loc["useless", "average precision"] == expected
    assert ranking.n_rows == 1000


def test_what_was_left_out_stays_in_the_ranking_with_its_reason(scene):
    left_out = Entry(Candidate("network", ZScore(), "for a test", "03", network=True), note="left out: no time")
    ranking = rank_with_labels([*entries(scene, "good"), left_out], scene, n_resamples=20)
    assert ranking.table().loc["network"].drop("note").isna().all()
    assert ranking.table().loc["network", "note"] == "left out: no time"


def test_without_time_only_the_simplest_is_ranked(scene):
    slow = entries(scene, "good", "close")
    slow[1] = Entry(slow[1].candidate, slow[1].detector, 1.0, 1e6)
    ranking = rank_with_labels(slow, scene, n_resamples=20, seconds=5)
    assert ranking["average precision"].notna().tolist() == [True, False]
    assert "no time was left" in ranking.table().loc["close", "note"]


def test_blocks_widen_the_interval_of_a_series():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.tile([0, 0, 0, 1], 10), 50)
    scores = labels + np.repeat(rng.normal(size=40), 50) + 0.1 * rng.normal(size=2000)  # neighbours are alike
    single = np.std(bootstrap_distribution(average_precision_score, labels, scores, 200))
    together = np.std(
        bootstrap_distribution(average_precision_score, labels, scores, 200, blocks=series_blocks(labels, 50))
    )
    assert together > 3 * single


def test_a_resample_of_blocks_holds_whole_blocks():
    seen = []

    def remember(labels, scores):
        seen.append(scores)
        return 0.0

    labels, blocks = [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 2, 2]
    bootstrap_distribution(remember, labels, np.arange(6.0), 20, blocks=blocks)
    assert all(sorted(np.bincount(scores.astype(int) // 2, minlength=3))[-1] % 2 == 0 for scores in seen)
    assert all((np.bincount(scores.astype(int), minlength=6)[2:4] == 1).all() for scores in seen)  # the only event
    assert len({tuple(scores) for scores in seen}) > 1


def test_blocks_of_another_length_are_refused():
    with pytest.raises(ValueError, match="3 blocks, but 2 scores"):
        bootstrap_distribution(roc_auc_score, [0, 1], [0.0, 1.0], blocks=[0, 1, 2])


# -------------------------------------------------------------------- without labels


def test_agreement_is_with_the_others_and_not_with_itself(scene):
    three = entries(scene, "good", "close", "useless")
    ranking = rank_without_labels(three, scene, scene)
    assert ranking.table().loc["good", "agreement"] >= 0.2 > 0.1 >= ranking.table().loc["useless", "agreement"]
    assert ranking.n_top == 20
    assert "no accuracy" in ranking.warning


def test_two_detectors_agree_by_what_their_strangest_rows_share(scene):
    ranking = rank_without_labels(entries(scene, "good", "useless"), scene, scene)
    top = [set(scene.X[name].nlargest(20).index) for name in ("good", "useless")]
    assert ranking["agreement"].tolist() == [len(top[0] & top[1]) / 20] * 2


def test_labels_are_not_looked_at(scene):
    flipped = scene._replace(labels=1 - scene.labels)
    first, second = (rank_without_labels(entries(scene, "good", "useless"), part, scene) for part in (scene, flipped))
    pd.testing.assert_frame_equal(first.table(), second.table())


def test_stability_falls_with_chance(scene):
    steady, shaky = entry("steady", Given(0), scene.X), entry("shaky", Given(0, jitter=20.0), scene.X)
    ranking = rank_without_labels([steady, shaky], scene, scene)
    assert ranking.table().loc["steady", "stability"] == 1
    assert ranking.table().loc["shaky", "stability"] < 0.3


def test_the_fits_behind_stability_learn_from_different_halves(scene):
    fits = []

    class Remembering(Given):
        def _fit(self, rows):
            super()._fit(rows)
            fits.append(set(rows[:, 0]))

    one = entry("one", Remembering(0), scene.X)
    rank_without_labels([one], scene, scene)
    whole, first, second = fits
    assert first | second == whole and not first & second


def test_stability_without_time_is_a_note(scene):
    slow = entry("slow", Given(0), scene.X, seconds=100.0)
    ranking = rank_without_labels([slow], scene, scene, seconds=2)
    assert np.isnan(ranking.table().loc["slow", "stability"])
    assert "stability not measured" in ranking.table().loc["slow", "note"]


def test_detectors_whose_top_is_a_tie_do_not_agree_by_the_order_of_rows():
    rows = pd.DataFrame(np.zeros((2000, 2)))
    part = Part(np.arange(2000), rows)
    ranking = rank_without_labels([entry("a", Given(0), rows), entry("b", Given(1), rows)], part, part)
    assert ranking["agreement"].max() < 0.5
    assert "2,000 rows share the score at the border" in ranking.table().loc["a", "note"]


# -------------------------------------------------------------------- the choice


def labelled(**rows):
    """Of average precision with its ends, and the distance to the best with its low end."""
    standings = (
        LabelledStanding(name, 1.0, 1.0, "", Estimate(*values[:3]), 0.5, Estimate(*values[3:]))
        for name, values in rows.items()
    )
    return LabelledRanking(tuple(standings), 1000, 20)


def test_the_simplest_that_cannot_be_told_from_the_best_is_chosen():
    ranking = labelled(
        simple=[0.5, 0.4, 0.6, 0.3, 0.2], middle=[0.75, 0.6, 0.9, 0.05, -0.01], best=[0.8, 0.7, 0.9, 0, 0]
    )
    name, why = choose(ranking)
    assert name == "middle"
    assert why == (
        "Average precision 0.75 [0.60, 0.90]. best has 0.80, but on these rows the two cannot be told "
        "apart: the simpler one is chosen."
    )


def test_a_best_one_that_is_clearly_better_is_chosen():
    ranking = labelled(simple=[0.5, 0.4, 0.6, 0.3, 0.2], best=[0.8, 0.7, 0.9, 0, 0], later=[0.79, 0.7, 0.9, 0.01, -0.1])
    assert choose(ranking)[0] == "best"
    assert "better than simple beyond chance" in choose(ranking)[1]


def unlabelled(top=100, **rows):
    """Of agreement, stability and the cost of a row."""
    standings = (
        UnlabelledStanding(name, cost, cost, "", not np.isnan(cost), agreement, stability)
        for name, (agreement, stability, cost) in rows.items()
    )
    return UnlabelledRanking(tuple(standings), top)


@pytest.mark.parametrize("top, expected", [(20, "simple"), (2000, "best")])
def test_without_labels_what_so_few_rows_cannot_tell_apart_is_equal(top, expected):
    ranking = unlabelled(top, simple=[0.5, 0.9, 1], best=[0.6, 0.9, 1])
    assert choose(ranking)[0] == expected
    assert "neither number is an accuracy" in choose(ranking)[1]


def test_both_numbers_count_without_labels():
    assert choose(unlabelled(shaky=[0.9, 0.1, 1], steady=[0.6, 0.6, 1]))[0] == "steady"


def test_one_whose_stability_is_unknown_is_not_chosen_before_those_that_are_known():
    assert choose(unlabelled(unknown=[0.9, np.nan, 1], known=[0.5, 0.5, 1]))[0] == "known"
    assert choose(unlabelled(unknown=[0.9, np.nan, 1], other=[0.1, np.nan, 1]))[0] == "unknown"


def test_a_single_detector_is_chosen_and_the_reason_says_so():
    name, why = choose(unlabelled(only=[np.nan, 0.5, 1], left_out=[np.nan, np.nan, np.nan]))
    assert name == "only"
    assert "only one that could be trained" in why


def test_nothing_to_choose_from():
    with pytest.raises(ValueError, match="No candidate has a score"):
        choose(labelled(simple=[np.nan] * 5))


# -------------------------------------------------------------------- the verdict


def prepared(n=1000, every=20):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n, 3)), columns=list("abc"))
    labels = (np.arange(n) % every == 0).astype(int)
    frame.loc[labels == 1, "a"] += 6
    return prepare(frame, describe_columns(frame), labels)


def test_the_verdict_looks_at_the_test_part_only():
    ready = prepared()
    strangeness = pd.Series(ready.labels * 2.0)
    strangeness[np.setdiff1d(np.arange(1000), ready.parts.test)] = np.nan  # not even scored
    verdict = judge(ready, strangeness)
    assert verdict.n_rows == 200 and verdict.n_anomalies == 10
    assert verdict.average_precision.value == verdict.recall.value == verdict.precision == 1
    assert verdict.false_alarm_rate.value == 0 < verdict.false_alarm_rate.high < 0.05
    assert "test part" in verdict.judged_on


def test_labels_too_few_to_choose_by_judge_on_all_rows():
    ready = prepared(every=300)
    assert not ready.labels_rank
    verdict = judge(ready, pd.Series(ready.labels * 2.0))
    assert (verdict.n_rows, verdict.n_anomalies, verdict.recall.value) == (1000, 4, 1)
    assert "all rows" in verdict.judged_on


def test_no_labels_no_verdict():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 2)), columns=list("ab"))
    ready = prepare(frame, describe_columns(frame))
    assert judge(ready, pd.Series(np.zeros(200))) is None


def test_events_of_a_series_are_counted():
    times = pd.date_range("2025-01-01", periods=1000, freq="h")
    frame = pd.DataFrame({"time": times, "flow": np.sin(np.arange(1000.0))})
    labels = np.zeros(1000, int)
    for start in (*range(610, 790, 35), *range(810, 990, 35)):
        labels[start : start + 10] = 1
    ready = prepare(frame, describe_columns(frame), labels)
    flagged = pd.Series(np.where(np.arange(1000) == 850, 5.0, 0.0), index=times)
    verdict = judge(ready, flagged)
    assert (verdict.n_events, verdict.n_found, verdict.n_anomalies) == (6, 1, 60)


def test_rank_takes_the_labels_where_they_are_enough():
    ready, few = prepared(), prepared(every=600)
    for part, column in ((ready, "average precision"), (few, "agreement")):
        ranking = rank(part, train_candidates(part, table_candidates(3)[:3], seconds=60), n_resamples=20)
        assert ranking[column].notna().all()
        assert column in ranking


def test_events_are_counted_beside_chance():
    """242 flags of 22,695 rows find nearly all of four long events, wherever they fall."""
    rng = np.random.default_rng(0)
    times = pd.date_range("2024-01-01", periods=6000, freq="h")
    labels = np.zeros(6000, int)
    for start in (1000, 2500, 4000, 5500):
        labels[start : start + 400] = 1
    frame = pd.DataFrame({"time": times, "load": rng.normal(size=6000)})
    ready = prepare(frame, describe_columns(frame), labels)
    flags = rng.permutation(6000) < 60
    n_events, n_found, by_chance = ready.events(labels, flags)
    assert n_events == 4 and by_chance == pytest.approx(4 * (1 - 0.99**400)) and by_chance > 3.9
    verdict = judge(ready, pd.Series(2.0 * flags))
    assert f"{n_found} of 4 events found, where as many flags at random would find 3.9" in str(verdict)
