"""The report's candidates, the parts they learn from, and the training contest with its time budget."""

import re
import time
from dataclasses import replace
from importlib import import_module

from helpers.detectors import ZScore
from helpers.detectors.tables.base import TabularDetector
from helpers.report.budget import TimeBudget
from helpers.report.columns.describing import describe_columns
from helpers.report.contest.candidates import Candidate, series_candidates, table_candidates
from helpers.report.contest.parts import split_rows
from helpers.report.contest.preparing import prepare
from helpers.report.contest.training import TooLittleTime, fit_again, train_candidates
from helpers.report.errors import UnusableFile

import numpy as np
import pandas as pd
import pytest


def table(n=600, n_columns=4, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(n, n_columns)), columns=list("abcdefgh")[:n_columns])


def series(n=600, seed=0):
    rng = np.random.default_rng(seed)
    flow = 10 + np.sin(np.arange(n) * 2 * np.pi / 24) + 0.1 * rng.normal(size=n)
    return pd.DataFrame({"time": pd.date_range("2025-01-01", periods=n, freq="h"), "flow": flow})


def prepared(frame, labels=None, **options):
    return prepare(frame, describe_columns(frame, **options), labels)


def simple(prepared, n=2):
    """The first few candidates, none of them a network."""
    candidates = series_candidates(1) if prepared.shape == "series" else table_candidates(4)
    return candidates[:n]


@pytest.fixture
def clock(monkeypatch):
    """`time.sleep` puts the clock forward: nobody has to wait."""
    slept, running = [], time.perf_counter
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "perf_counter", lambda: running() + sum(slept))


class Sleeper(ZScore):
    """Slow to learn, by the row, or slow to score."""

    def __init__(self, fitting=0.0, scoring=0.0):
        self.fitting = fitting
        self.scoring = scoring

    def _fit(self, rows):
        time.sleep(self.fitting * len(rows))
        super()._fit(rows)

    def _score(self, rows):
        time.sleep(self.scoring * len(rows))
        return super()._score(rows)


class Refuser(TabularDetector):
    """Cannot learn from these rows."""

    def _fit(self, rows):
        raise ValueError("these rows are all alike.")


# -------------------------------------------------------------------- candidates


@pytest.mark.parametrize("candidates", [table_candidates(5), table_candidates(1), series_candidates(2)])
def test_candidates_come_simplest_first_with_networks_last(candidates):
    names = [candidate.name for candidate in candidates]
    networks = [candidate.network for candidate in candidates]
    assert len(set(names)) == len(names)
    assert networks == sorted(networks)
    assert all(
        candidate.idea and candidate.lesson in {"01", "03", "04", "06", "07", "08", "10"} for candidate in candidates
    )


def test_the_random_state_reaches_every_candidate_that_draws():
    def states(seed):
        nested = [c.detector.get_params() for c in [*table_candidates(4, seed), *series_candidates(1, seed)]]
        return [value for parameters in nested for name, value in parameters.items() if name.endswith("random_state")]

    assert len(states(3)) >= 7
    assert set(states(3)) == {3}


def test_networks_can_be_given_a_time_budget():
    networks = [c for c in [*table_candidates(4), *series_candidates(1)] if c.network]
    assert all("time_budget" in candidate.detector.get_params() for candidate in networks)
    assert len(networks) == 4


# -------------------------------------------------------------------- parts


@pytest.mark.parametrize("ordered", [True, False])
def test_every_row_is_in_one_part(ordered):
    parts = split_rows(1003, ordered=ordered)
    everything = np.concatenate([parts.train, parts.calibration, parts.choice, parts.test])
    assert sorted(everything) == list(range(1003))
    assert [len(getattr(parts, name)) for name in ("train", "calibration", "choice", "test")] == [401, 201, 200, 201]


def test_ordered_parts_follow_each_other_and_random_ones_do_not():
    ordered, drawn = split_rows(1000, ordered=True), split_rows(1000)
    assert ordered.train[-1] < ordered.calibration[0] <= ordered.calibration[-1] < ordered.choice[0]
    assert ordered.choice[-1] < ordered.test[0]
    assert drawn.train[-1] > drawn.test[0]
    assert (np.diff(drawn.train) > 0).all()


def test_a_random_split_gives_each_part_its_share_of_the_odd_rows():
    labels = (np.arange(1000) % 50 == 0).astype(int)  # 20 of them
    parts = split_rows(1000, labels=labels, random_state=5)
    odd = [int(labels[getattr(parts, name)].sum()) for name in ("train", "calibration", "choice", "test")]
    assert odd == [8, 4, 4, 4]


def test_the_split_follows_from_the_random_state():
    assert np.array_equal(split_rows(200, random_state=1).test, split_rows(200, random_state=1).test)
    assert not np.array_equal(split_rows(200, random_state=1).test, split_rows(200, random_state=2).test)


def test_too_few_rows_for_four_parts():
    with pytest.raises(ValueError, match="3 rows cannot be cut into four parts: at least 5 are needed"):
        split_rows(3)


# -------------------------------------------------------------------- prepared rows


def test_odd_rows_of_a_table_neither_teach_nor_calibrate():
    frame = table()
    labels = (np.arange(600) % 10 == 0).astype(int)
    ready = prepared(frame, labels)
    taught = np.concatenate([ready.train().positions, ready.calibration().positions, ready.others().positions])
    assert not labels[taught].any()
    assert labels[ready.choice().positions].sum() == labels[ready.choice().positions].sum() > 0
    assert np.array_equal(ready.test().labels, labels[ready.parts.test])


@pytest.mark.parametrize("n_channels", [1, 2])
def test_odd_points_of_a_series_are_holes_for_those_who_learn(n_channels):
    frame = series()
    if n_channels == 2:
        frame["level"] = np.cos(np.arange(600.0))
    labels = np.zeros(600, int)
    labels[50:60] = 1
    ready = prepared(frame, labels)
    assert ready.train().X.isna().all(axis=1).to_numpy().nonzero()[0].tolist() == list(range(50, 60))
    assert ready.train().X.isna().to_numpy().sum() == 10 * n_channels
    assert ready.part(np.arange(45, 65)).X.notna().all(axis=None)  # they are still there to be scored


def test_rows_of_a_series_in_any_order_find_their_strangeness():
    frame = series()
    shuffled = frame.sample(frac=1, random_state=0)
    ready = prepared(shuffled, time="time", shape="series")
    marked = ready.to_file(np.arange(600.0))
    assert np.array_equal(marked.to_numpy(), shuffled.index)
    assert np.array_equal(ready.from_file(marked), np.arange(600.0))
    assert marked.index[0] == shuffled["time"].iloc[0]


def test_a_stretch_of_a_series_knows_what_came_before():
    ready = prepared(series())
    choice = ready.choice()
    assert choice.context.index[-1] < choice.X.index[0]
    detector = fit_again(train_candidates(ready, simple(ready, 3), seconds=30)[2], ready.train())
    assert not np.isnan(choice.scores_by(detector)).any()


def test_inputs_are_learned_from_training_rows_only():
    frame = table(1000).assign(colour=np.where(np.arange(1000) % 3, "red", "blue"))
    columns = describe_columns(frame)
    expected = prepare(frame, columns)
    frame.loc[np.setdiff1d(np.arange(1000), expected.parts.train), "colour"] = "violet"
    pd.testing.assert_frame_equal(prepare(frame, columns).train().X, expected.train().X)


def test_labels_rank_only_if_choice_and_test_hold_five_odd_rows_each_and_few_are_pooled():
    frame, labels = table(), np.zeros(600, int)
    for n_odd, ranked, pooled in ((2, False, False), (3, False, True), (20, False, True), (25, True, False)):
        labels[:n_odd] = 1
        ready = prepared(frame, labels)
        assert (ready.labels_rank, ready.labels_pool) == (ranked, pooled)
        assert ready.n_odd("all") == n_odd
    assert (ready.n_odd("choice"), ready.n_odd("test")) == (5, 5)


def test_neighbouring_odd_points_of_a_series_are_one_event():
    labels = np.zeros(600, int)
    labels[400:430] = labels[500:530] = 1
    ready = prepared(series(), labels)
    assert (ready.n_odd("choice"), ready.n_odd("test")) == (1, 1)
    assert not ready.labels_rank


@pytest.mark.parametrize(
    "labels, sentence",
    [
        (np.zeros(599, int), "599 labels"),
        (np.full(600, 2), "must be 1 .anomaly. or 0 .normal."),
        (np.ones(600, int), "Nothing to learn from"),
    ],
)
def test_labels_that_do_not_fit_get_a_sentence(labels, sentence):
    with pytest.raises(UnusableFile, match=sentence):
        prepared(table(), labels)


def test_of_a_wide_table_fewer_rows_teach(monkeypatch):
    monkeypatch.setattr("helpers.report.contest.preparing.MOST_VALUES", 4 * 100)
    monkeypatch.setattr("helpers.report.contest.preparing.FEWEST_ROWS", 50)
    ready = prepared(table())
    assert len(ready.learned) == 100
    assert set(ready.learned) <= set(ready.parts.train)


def test_a_prepared_table_says_what_it_is():
    assert repr(prepared(table())).startswith("table of 600 rows and 4 inputs; train 240, calibration 120")


# -------------------------------------------------------------------- the contest


def test_entries_stand_in_the_order_of_the_candidates_with_their_costs():
    ready = prepared(table())
    candidates = table_candidates(4)[:6]
    entries = train_candidates(ready, candidates, seconds=60)
    assert [entry.name for entry in entries] == [candidate.name for candidate in candidates]
    assert all(entry.detector is not None and entry.fit_seconds > 0 < entry.score_microseconds for entry in entries)
    assert "µs a row" in repr(entries[0])


def test_the_candidates_stay_unfitted():
    ready = prepared(table())
    candidates = simple(ready)
    train_candidates(ready, candidates, seconds=30)
    assert not any(candidate.detector.__sklearn_is_fitted__() for candidate in candidates)


def test_a_fit_that_would_take_too_long_is_not_begun(monkeypatch, clock):
    monkeypatch.setattr("helpers.report.contest.training.PROBE_ROWS", (10, 20))
    ready = prepared(table())
    slow = Candidate("slow", Sleeper(fitting=0.1), "sleeps", "00")  # 24 s for 240 rows; the probes take 3
    start = time.perf_counter()
    first, entry = train_candidates(ready, [*simple(ready, 1), slow], seconds=12)
    assert first.detector is not None
    assert entry.detector is None
    assert re.match(r"left out: \d+ s were left, it needs about 2\d s", entry.note)
    assert time.perf_counter() - start < 24


def test_the_first_candidate_is_trained_however_short_the_time():
    ready = prepared(table())
    first, *others = train_candidates(ready, table_candidates(4), seconds=0.001, n_to_score=1)
    assert first.detector is not None
    assert all(entry.detector is None for entry in others if entry.candidate.network)


def test_one_that_would_score_too_long_is_left_out(clock):
    ready = prepared(table())
    slow = Candidate("slow", Sleeper(scoring=0.001), "sleeps", "00")
    first, entry = train_candidates(ready, [*simple(ready, 1), slow], seconds=20, n_to_score=100_000)
    assert first.detector is not None
    assert entry.detector is None
    assert "scoring 100,000 rows would take about 1" in entry.note and "10 s are allowed" in entry.note


def test_networks_are_left_out_with_a_sentence_when_time_is_short():
    ready = prepared(table())
    entries = train_candidates(ready, table_candidates(4)[-2:] + simple(ready, 1), seconds=1)
    assert [entry.detector is None for entry in entries] == [True, True, False]
    assert all("s were left, it needs about" in entry.note for entry in entries[:2])


def test_a_network_keeps_to_the_budget_and_says_so(monkeypatch):
    monkeypatch.setattr("helpers.report.contest.training.IMPORT_SECONDS", 0)  # on a busy machine it would be left out
    monkeypatch.setattr("helpers.report.contest.training.COMPILE_SECONDS", 0)
    monkeypatch.setattr("helpers.report.contest.training.SHORTEST_TRAINING", 0.1)
    import_module("helpers.training.loop")
    ready = prepared(table(2000))
    network = table_candidates(4)[-2]
    endless = replace(network, detector=network.detector.set_params(epochs=100_000, patience=100_000))
    _, entry = train_candidates(ready, [*simple(ready, 1), endless], seconds=2, n_to_score=1)
    assert entry.detector.history_.stopped == "time budget"
    assert entry.detector.time_budget <= 2
    assert "training ended by the time budget" in entry.note


def test_time_for_one_network_goes_to_the_simpler_one(monkeypatch):
    monkeypatch.setattr("helpers.report.contest.training.IMPORT_SECONDS", 0)
    monkeypatch.setattr("helpers.report.contest.training.COMPILE_SECONDS", 0)
    monkeypatch.setattr("helpers.report.contest.training.SHORTEST_TRAINING", 30)
    import_module("helpers.training.loop")
    ready = prepared(table())
    quick = replace(table_candidates(4)[-2], detector=table_candidates(4)[-2].detector.set_params(epochs=1))
    first, _ = train_candidates(ready, [quick, replace(quick, name="second")], seconds=40, n_to_score=1)
    assert first.detector.time_budget > 30  # more than half of 40


def test_what_cannot_learn_from_these_rows_is_left_out_with_its_sentence():
    ready = prepared(table())
    first, entry = train_candidates(ready, [*simple(ready, 1), Candidate("refuser", Refuser(), "refuses", "00")])
    assert first.detector is not None
    assert entry.note == "left out: these rows are all alike"


def test_no_detector_at_all_is_an_error_that_says_what_to_do(clock):
    ready = prepared(table())
    slow = Candidate("slow", Sleeper(scoring=0.001), "sleeps", "00")
    with pytest.raises(TooLittleTime, match=r"No detector could be trained in 5 s\. slow: .* Allow more seconds"):
        train_candidates(ready, [slow], seconds=5, n_to_score=10**6)


def test_interrupting_a_training_is_not_swallowed():
    class Interrupted(ZScore):
        def _fit(self, rows):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_candidates(prepared(table()), [Candidate("x", Interrupted(), "interrupts", "00")])


def test_progress_is_told_of_every_candidate():
    told = []
    ready = prepared(table())
    train_candidates(ready, simple(ready), seconds=30, progress=lambda done, text: told.append((done, text)))
    assert told == [(0.0, "learning: Z-score"), (0.5, "learning: IQR")]


def test_series_candidates_are_trained_on_a_series_with_labelled_holes():
    frame, labels = series(), np.zeros(600, int)
    labels[100:110] = 1
    entries = train_candidates(prepared(frame, labels), series_candidates(1)[:5], seconds=60)
    assert all(entry.detector is not None for entry in entries)


# -------------------------------------------------------------------- the time budget


def test_a_budget_measures_stages_and_tells_of_them(clock):
    told = []
    budget = TimeBudget(10, lambda done, text: told.append((done, text)))
    with budget.stage("sleeping", 0.3):
        time.sleep(0.05)
    assert budget.stages["sleeping"] >= 0.05
    assert told == [(0.3, "sleeping")]
    assert 4 < budget.left(0.5) < 5


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_a_budget_is_positive(seconds):
    with pytest.raises(ValueError, match="a time budget is a positive number of seconds"):
        TimeBudget(seconds)
