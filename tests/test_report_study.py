"""The study from end to end: what it promises about learning, time and honesty."""

import subprocess
import sys
import time
from dataclasses import replace
from functools import cache

from helpers.detectors import NearestNeighbours, ZScore
from helpers.evaluation.contaminated import contaminated_threshold
from helpers.report import TooLittleTime
from helpers.report.batch import score_batch
from helpers.report.columns.describing import describe_columns
from helpers.report.contest.candidates import Candidate, series_candidates, table_candidates
from helpers.report.contest.preparing import prepare
from helpers.report.contest.scoring import finish, strangeness_of_all
from helpers.report.contest.training import Entry, train_candidates
from helpers.report.study import examine

import numpy as np
import pandas as pd
import pytest

PREPARING = "helpers.report.contest.preparing"
SECONDS = 20  # too few for networks on most machines; what is tested here does not need them


@pytest.fixture(autouse=True)
def no_networks(monkeypatch):
    """The same detectors on a fast machine and on a busy one."""
    monkeypatch.setattr(f"{PREPARING}.table_candidates", lambda n, seed: table_candidates(n, seed)[:5])
    monkeypatch.setattr(f"{PREPARING}.series_candidates", lambda n, seed: series_candidates(n, seed)[:4])


@pytest.fixture
def clock(monkeypatch):
    """`time.sleep` puts the clock forward: nobody has to wait."""
    slept, running = [], time.perf_counter
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "perf_counter", lambda: running() + sum(slept))


def table(n=1000, seed=0, odd=()):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"length": rng.normal(30, 1, n), "width": rng.normal(8, 0.5, n), "colour": rng.choice(["red", "blue"], n)}
    )
    frame.loc[list(odd), "width"] += 8
    return frame


def labels_of(n, odd):
    return np.isin(np.arange(n), odd).astype(int)


def series(n=1200, seed=0, odd=()):
    rng = np.random.default_rng(seed)
    flow = 10 + np.sin(np.arange(n) * 2 * np.pi / 24) + 0.1 * rng.normal(size=n)
    flow[list(odd)] += 5
    return pd.DataFrame({"time": pd.date_range("2025-01-01", periods=n, freq="h", tz="UTC"), "flow": flow})


def study(frame, labels=None, seconds=SECONDS, **options):
    return examine(frame, describe_columns(frame), labels=labels, seconds=seconds, **options)


PLANTED = [3, 250, 777]


@cache
def planted():
    """The study of one table, for all who only look at it."""
    return study(table(odd=PLANTED))


# -------------------------------------------------------------------- what is found


def test_planted_rows_are_the_strangest_without_labels():
    odd, found = PLANTED, planted()
    assert sorted(found.anomalies["row"][:3] - 1) == odd
    assert found.anomalies["because"][:3].str.contains("width").all()
    assert found.verdict is None and not found.has_labels
    assert found.strangeness.notna().all() and (found.strangeness[odd] > 1).all()


def test_labels_rank_and_the_test_part_judges():
    odd = list(range(0, 1000, 20))
    found = study(table(odd=odd), labels_of(1000, odd))
    assert found.has_labels
    assert found.verdict.n_rows == len(found.parts.test) == 200
    assert found.verdict.average_precision.value > 0.9
    assert found.ranking.table().loc[found.chosen, "behind low"] <= 0


def test_labels_are_read_from_their_column():
    odd = list(range(0, 1000, 20))
    frame = table(odd=odd).assign(label=labels_of(1000, odd))
    found = examine(frame, describe_columns(frame, label="label"), seconds=SECONDS)
    assert found.has_labels and found.verdict.n_anomalies == 10
    assert "label" not in found.model.columns


def test_a_series_is_scored_in_the_rows_of_its_file():
    frame = series(odd=[700]).sample(frac=1, random_state=1).reset_index(drop=True)
    found = examine(frame, describe_columns(frame, time="time", shape="series"), seconds=SECONDS)
    row = int(found.anomalies["row"].iloc[0]) - 1
    assert frame["time"][row] == pd.Timestamp("2025-01-30 04:00", tz="UTC")  # hour 700
    assert found.strangeness.index[row] == frame["time"][row]
    assert found.parts.train[-1] < found.parts.test[0]


def test_events_of_a_series_choose_and_judge():
    starts = [500, 550, 740, 800, 850, 1000, 1050, 1100]
    odd = [start + i for start in starts for i in range(3)]
    found = study(series(odd=odd), labels_of(1200, odd))
    assert found.has_labels
    assert found.verdict.n_events == 8 and found.verdict.n_found >= 7
    assert any(note.startswith("8 labelled events judge the detectors, over all rows") for note in found.notes)


def test_the_model_gives_a_new_batch_the_same_strangeness(tmp_path):
    found = planted()
    found.model.save(tmp_path / "detector.zip")
    loaded = type(found.model).load(tmp_path / "detector.zip")
    rest = found.parts.test
    assert np.allclose(loaded.strangeness(found.frame.iloc[rest]), found.strangeness[rest])


# -------------------------------------------------------------------- honesty


def neighbours(frame):
    """A model that would find itself, if it judged alone."""
    ready = prepare(frame, describe_columns(frame))
    one = Candidate("5 nearest neighbours", NearestNeighbours(n_neighbors=1), "finds itself", "03")
    (entry,) = train_candidates(ready, [one], seconds=30)
    return ready, finish(ready, entry)


def test_no_row_is_judged_only_by_a_detector_that_learned_from_it():
    frame = table()
    ready, model = neighbours(frame)
    alone = replace(model, second=None, scale=1.0).strangeness(frame)
    strangeness = strangeness_of_all(ready, model)
    lowest = alone[ready.learned].max()
    assert (alone[ready.learned] == lowest).all()  # the distance to itself is 0
    assert (strangeness[ready.learned] > lowest).all()
    assert strangeness.attrs["notes"] == ()


def test_the_reports_own_file_is_flagged_alike_by_what_is_kept(tmp_path):
    """Tables and series: the same strangeness, flags and reasons, from the file and from the saved model."""
    hours = pd.date_range("2024-01-01", periods=1500, freq="h")
    wave = np.sin(np.arange(1500) / 4) + np.random.default_rng(0).normal(0, 0.1, 1500)
    series = pd.DataFrame({"time": hours, "load": wave})
    series.loc[[200, 700, 1300], "load"] = 3.0
    for name, found in {
        "table": planted(),
        "series": examine(series, describe_columns(series), seconds=SECONDS),
    }.items():
        found.model.save(tmp_path / f"{name}.zip")
        loaded = type(found.model).load(tmp_path / f"{name}.zip")
        again = loaded.strangeness(found.frame)
        np.testing.assert_allclose(again, found.strangeness, rtol=1e-6, equal_nan=True)
        _, anomalies = score_batch(loaded, found.frame, top=5)
        assert found.model.second is not None
        assert anomalies["row"].tolist() == found.anomalies.query("flagged")["row"].tolist()
        assert not found.anomalies.query("flagged")["because"].head(5).str.contains("nothing stands out").any()


def test_one_outlier_in_the_calibration_part_does_not_become_the_limit():
    """40 standard deviations there hid 9 later."""
    days = pd.date_range("2024-01-01", periods=400, freq="D")
    frame = pd.DataFrame({"day": days, "load": np.random.default_rng(0).normal(50, 2, 400)})
    frame.loc[200, "load"], frame.loc[300, "load"] = 130.0, 68.0
    found = examine(frame, describe_columns(frame), seconds=SECONDS)
    assert {201, 301} <= set(found.anomalies.query("flagged")["row"])


def test_both_judges_keep_the_promise_together():
    ready, model = neighbours(table(n=5000))
    flagged = model.strangeness(ready.frame.iloc[ready.parts.test]) > 1
    alone = replace(model, scale=1.0).strangeness(ready.frame.iloc[ready.parts.test]) > 1
    assert 0.003 < flagged.mean() < 0.02
    assert model.scale > 1 and alone.sum() > flagged.sum()


def test_the_second_detector_learns_nothing_of_the_first_ones_rows():
    frame = table()
    ready = prepare(frame, describe_columns(frame))
    assert not set(ready.others().positions) & set(ready.parts.train)
    assert not set(ready.others().positions) & set(ready.parts.calibration)


def test_flipping_the_labels_of_the_test_part_changes_only_the_verdict():
    odd = np.arange(0, 1000, 20)
    frame, labels = table(odd=odd), labels_of(1000, odd)
    frame["time"] = pd.date_range("2025-01-01", periods=1000, freq="h") + pd.to_timedelta(np.arange(1000) ** 1.5, "s")
    columns = describe_columns(frame, shape="table")
    assert columns.in_time_order
    other = labels.copy()
    other[800:] = np.roll(labels[800:], 7)  # as many, elsewhere
    first, second = (examine(frame, columns, labels=each, seconds=SECONDS) for each in (labels, other))
    measured = ["average precision", "AP low", "AP high", "AUROC", "behind best", "behind low", "behind high"]
    pd.testing.assert_frame_equal(first.ranking[measured], second.ranking[measured])
    assert first.chosen == second.chosen
    assert first.verdict.average_precision.value > second.verdict.average_precision.value + 0.3


def test_the_limit_keeps_its_promise_on_normal_rows():
    found = study(table(n=5000), false_alarm_rate=0.02)
    assert 0.01 < (found.strangeness[found.parts.test] > 1).mean() < 0.035
    assert found.false_alarm_rate == 0.02


def test_too_few_calibration_rows_promise_what_they_can_and_say_so():
    found = study(table(n=200))
    assert found.false_alarm_rate == 0.025  # 1 / (40 + 1), rounded up
    assert any("too few to promise a false-alarm rate of 0.01: the limit is set for 0.025" in n for n in found.notes)


def test_labels_too_few_to_choose_by_are_told_of_and_judge_all_rows():
    found = study(table(odd=[3, 400]), labels_of(1000, [3, 400]))
    assert not found.has_labels
    assert "agreement" in found.ranking
    assert any(note.startswith("Labels could not choose the detector") for note in found.notes)
    assert found.verdict.n_rows == 1000 and found.verdict.recall.value == 1


def test_few_labelled_anomalies_are_told_of():
    odd = list(range(0, 1000, 30))  # seven of them in the test part
    assert any("the intervals are wide" in note for note in study(table(odd=odd), labels_of(1000, odd)).notes)


def test_a_source_that_changes_is_told_of():
    frame = table(n=2000)
    frame["time"] = pd.date_range("2025-01-01", periods=2000, freq="h") + pd.to_timedelta(np.arange(2000) ** 1.5, "s")
    columns = describe_columns(frame, shape="table")
    assert not any("newest rows" in note for note in examine(frame, columns, seconds=SECONDS).notes)
    frame.loc[1600:, "length"] += 5
    assert any("Of the newest rows" in note for note in examine(frame, columns, seconds=SECONDS).notes)


def test_the_same_random_state_gives_the_same_study():
    first, second, other = planted(), *(study(table(odd=PLANTED), random_state=state) for state in (0, 1))
    pd.testing.assert_series_equal(first.strangeness, second.strangeness)
    pd.testing.assert_frame_equal(first.anomalies, second.anomalies)
    assert first.chosen == second.chosen
    assert not np.array_equal(first.parts.test, other.parts.test)


# -------------------------------------------------------------------- time


def test_rows_for_which_there_is_no_time_stay_unscored_and_are_counted(monkeypatch, clock):
    monkeypatch.setattr("helpers.report.contest.scoring.BLOCK", 100)

    class Slow(ZScore):
        def _score(self, rows):
            time.sleep(0.3)
            return super()._score(rows)

    frame = table()
    ready = prepare(frame, describe_columns(frame))
    detector = Slow().fit(ready.train().X)
    entry = Entry(Candidate("slow", Slow(), "sleeps", "00"), detector, 0.01, 1.0)
    strangeness = strangeness_of_all(ready, finish(ready, entry, seconds=0.1), seconds=2)
    missing = int(strangeness.isna().sum())
    assert 0 < missing < 1000
    assert f"{missing:,} rows were not scored: the time was up. Allow more seconds." in strangeness.attrs["notes"]


def test_without_time_for_a_second_network_the_first_scores_all_and_it_is_said():
    frame = table()
    ready = prepare(frame, describe_columns(frame))
    (entry,) = train_candidates(ready, table_candidates(4)[:1], seconds=30)
    network = replace(entry, candidate=replace(entry.candidate, network=True), fit_seconds=100.0)
    model = finish(ready, network, seconds=20)
    strangeness = strangeness_of_all(ready, model)
    assert model.second is None
    assert np.allclose(strangeness, model.strangeness(frame))
    assert "scored by itself" in strangeness.attrs["notes"][0]


@pytest.mark.parametrize("n_rows, n_columns", [(400_000, 5), (20_000, 60)])
def test_the_budget_is_kept_on_many_rows_and_on_many_columns(n_rows, n_columns):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n_rows, n_columns))).add_prefix("x")
    columns = describe_columns(frame)
    start = time.perf_counter()
    found = examine(frame, columns, seconds=4)
    assert time.perf_counter() - start < 30  # where nothing else runs, it takes less than 4
    assert found.strangeness.notna().mean() > 0.5


def test_no_time_at_all_is_an_error_with_a_sentence(monkeypatch, clock):
    class Endless(ZScore):
        def _score(self, rows):
            time.sleep(0.05)
            return super()._score(rows)

    monkeypatch.setattr(
        "helpers.report.contest.preparing.table_candidates",
        lambda n, seed: [Candidate("endless", Endless(), "sleeps", "00")],
    )
    labels = labels_of(1000, range(0, 1000, 20))
    with pytest.raises(TooLittleTime, match=r"No detector could be trained in .* Allow more seconds"):
        study(table(), labels, seconds=0.02)


def test_stages_are_timed_and_progress_only_grows():
    told = []
    found = study(table(), progress=lambda done, text: told.append((done, text)))
    shares = [done for done, _ in told]
    assert shares == sorted(shares) and shares[-1] == 1
    assert list(found.seconds) == ["preparing", "learning", "comparing", "scoring every row", "judging", "explaining"]


def test_an_interrupt_comes_through():
    def interrupt(done, text):
        if "comparing" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(table(), progress=interrupt)


# -------------------------------------------------------------------- what a reader sees


def test_limits_come_from_the_calibration_rows():
    frame = table()
    ready = prepare(frame, describe_columns(frame))
    (entry,) = train_candidates(ready, table_candidates(4)[:1], seconds=30)
    model = finish(ready, entry, 0.05)
    scores = entry.detector.decision_function(ready.calibration().X)
    assert model.detector.threshold_ == contaminated_threshold(scores, 0.05)
    assert model.usual == np.median(scores)
    assert model.about["learned from"] == 400


def test_a_learners_own_numbers_take_the_same_way():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 3)), columns=["a", "b", "c"])
    frame.loc[17, "b"] = 9.0
    assert study(frame).anomalies["row"].iloc[0] == 18


def test_tensorflow_is_not_imported_where_no_network_is_trained():
    code = """
import sys, numpy as np, pandas as pd
from helpers.report import describe_columns, prepare, rank, table_candidates, train_candidates, examine
frame = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 3)), columns=list("abc"))
ready = prepare(frame, describe_columns(frame))
rank(ready, train_candidates(ready, table_candidates(3)[:4]))
sys.exit("tensorflow" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0


# -------------------------------------------------------------------- values and times beyond all measure


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_huge_values_come_first_and_nothing_overflows():
    frame = table()
    frame.loc[17, "length"], frame.loc[18, "length"] = 1e300, -1e308
    found = study(frame)
    assert set(found.anomalies["row"].head(2)) == {18, 19} and np.isfinite(found.strangeness).all()


def test_one_stray_time_does_not_cost_the_others_their_scores():
    times = pd.Series(pd.date_range("2024-01-01", periods=400, freq="h")).astype("datetime64[us]")
    times[200] = pd.Timestamp("9999-12-31").as_unit("us")
    frame = pd.DataFrame({"time": times, "load": np.random.default_rng(0).normal(size=400)})
    frame.loc[333, "load"] = 9.0
    columns = describe_columns(frame)
    found = examine(frame, columns, seconds=SECONDS)
    assert 334 in found.anomalies["row"].head(2).tolist() and found.strangeness.isna().sum() <= 30
    assert "1 rows have no time, or one far beyond all clocks, and are left out." in columns.notes


def test_weekdays_seen_once_are_no_input():
    def clock(n_days):
        days = pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(40 * n_days) // 40, "D")
        frame = pd.DataFrame({"day": days, "amount": np.random.default_rng(0).lognormal(size=40 * n_days)})
        return prepare(frame, describe_columns(frame)).inputs.get_feature_names_out()

    assert not any("weekday" in name for name in clock(10))
    assert any("weekday" in name for name in clock(70))
