"""Several detectors judge together: the same report whatever the clock says, reasons, rhythms, and few labels."""

import warnings
from functools import cache

from helpers.detectors import Ensemble, OneColumn, load_detector
from helpers.detectors.series.ensemble import SeriesEnsemble, wandering_channels
from helpers.detectors.tables.baselines import NearestNeighbours
from helpers.report.columns.describing import describe_columns
from helpers.report.columns.inputs import NumberInputs
from helpers.report.contest.candidates import ENSEMBLE, series_candidates, table_candidates, table_ensemble
from helpers.report.contest.choosing import choose, rank
from helpers.report.contest.preparing import prepare
from helpers.report.contest.scoring import finish, strangeness_of_all
from helpers.report.contest.training import Entry, train_candidates
from helpers.report.contest.verdict import judge
from helpers.report.study import examine
from tests.lookalikes import LOOKALIKES, look_alike

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score

PREPARING = "helpers.report.contest.preparing"


@pytest.fixture
def few_single_ones(monkeypatch):
    """Two single detectors beside the ensemble: quick."""
    monkeypatch.setattr(f"{PREPARING}.table_candidates", lambda n, seed: table_candidates(n, seed)[:2])
    monkeypatch.setattr(f"{PREPARING}.series_candidates", lambda n, seed: series_candidates(n, seed)[:2])


def table(n=500, odd=(7, 333)):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"length": rng.normal(30, 1, n), "width": rng.normal(8, 0.5, n)})
    frame.loc[list(odd), "width"] += 8
    return frame


def series(n=600, odd=(400,)):
    rng = np.random.default_rng(0)
    flow = 10 + np.sin(np.arange(n) * 2 * np.pi / 24) + 0.1 * rng.normal(size=n)
    flow[list(odd)] += 5
    return pd.DataFrame({"time": pd.date_range("2025-01-01", periods=n, freq="h"), "flow": flow})


def together(frame, labels=None):
    """The ensemble alone, as `examine` would finish it, and the strangeness of all rows."""
    ready = prepare(frame, describe_columns(frame), labels)
    candidate = ready.candidates()[-1]
    model = finish(ready, Entry(candidate, clone(candidate.detector).fit(ready.train().X), 0.0, 1.0))
    return model, strangeness_of_all(ready, model)


@cache
def judged(kind):
    """A look-alike with its labels, the model and the strangeness."""
    frame, labels = look_alike(kind)
    return frame, labels, *together(frame)


# -------------------------------------------------------------------- the choice without labels


@pytest.mark.parametrize("frame", [table(), series()], ids=["table", "series"])
def test_whatever_the_time_allows_the_report_is_the_same(frame, few_single_ones):
    columns = describe_columns(frame)
    short, long = (examine(frame, columns, seconds=seconds) for seconds in (0.5, 300))
    assert short.chosen == long.chosen == ENSEMBLE
    pd.testing.assert_series_equal(short.strangeness, long.strangeness)
    pd.testing.assert_frame_equal(short.anomalies, long.anomalies)
    pd.testing.assert_frame_equal(short.episodes, long.episodes)
    pd.testing.assert_series_equal(short.ranking["agreement"], long.ranking["agreement"])
    assert [note for note in short.notes if note not in long.notes] == [
        "Stability was not measured: it is from 30 seconds on."
    ]


def test_single_detectors_stand_beside_the_ensemble_with_the_rows_that_only_they_find(few_single_ones):
    found = examine(table(), describe_columns(table()), seconds=1)
    assert found.ranking.index.tolist() == ["Z-score", "IQR", ENSEMBLE]
    rows = np.r_[found.parts.choice]
    for standing in found.ranking.standings:
        assert set(standing.alone) <= set(rows)
        assert found.ranking.table().loc[standing.name, "found alone"] == len(standing.alone)
    assert len(found.ranking.texts()["rows that only it finds"]) == 3


def test_members_follow_from_the_size_alone():
    def compares(candidate):
        return any(isinstance(member, NearestNeighbours) for member in candidate.detector.detectors)

    assert compares(table_ensemble(5, 8_000, 3_000)) and not compares(table_ensemble(5, 1_000_000, 20_000))
    assert not compares(table_ensemble(60, 20_000, 8_000))
    assert table_ensemble(5, 8_000, 3_000).detector.detectors[-1].n_neighbors == 90  # groups of 3 % are no company


def test_by_rarity_a_member_with_short_tails_is_heard():
    rng = np.random.default_rng(0)
    rows = np.column_stack([rng.standard_t(2, 800), rng.normal(size=800)])
    odd = np.array([[0.0, 6.0]])  # far out in the column that is never far out
    far = np.array([[np.quantile(rows[:, 0], 0.995), 0.0]])
    for scale, hears in (("spread", False), ("rarity", True)):
        members = [OneColumn(0), OneColumn(1)]
        detector = Ensemble(members, n_highest=1, scale=scale).fit(rows)
        ahead = detector.decision_function(odd)[0] / detector.decision_function(far)[0]
        assert (ahead > 1.5) == hears
    with pytest.raises(ValueError, match="scale='size': it is 'spread' or 'rarity'"):
        Ensemble(scale="size").fit(rows)


def test_reasons_name_the_members_that_find_a_row_odd(few_single_ones):
    found = examine(table(), describe_columns(table()), seconds=1)
    first = found.anomalies["because"].head(2)
    assert first.str.startswith("width").all() and first.str.contains(r"\(odd by .*Mahalanobis").all()
    assert not found.anomalies["because"].str.contains("nothing stands out").any()


# -------------------------------------------------------------------- kinds of files


def two_lines(frame):
    """What two lines of isolation forest say: one-hot, medians for what is missing."""
    X = pd.get_dummies(frame.select_dtypes(exclude="datetime"))
    X = X.fillna(X.median())
    return -IsolationForest(random_state=0).fit(X).score_samples(X)


def test_files_of_nine_kinds_are_ordered_better_than_by_two_lines_of_isolation_forest():
    ahead = {}
    for kind in LOOKALIKES:
        frame, labels, _, strangeness = judged(kind)
        scores = strangeness.fillna(strangeness.min()).to_numpy()
        ahead[kind] = average_precision_score(labels, scores) - average_precision_score(labels, two_lines(frame))
    assert min(ahead.values()) > -0.1, ahead
    assert np.mean(list(ahead.values())) > 0.1, ahead


def test_an_odd_day_has_no_echo_a_week_later():
    _, labels, model, strangeness = judged("taxi")
    assert model.detector.names_ == ["point", "change", "season", "shape"]
    assert model.detector.members_[2].periods_ == (336, 672)
    assert labels[np.argsort(-strangeness.fillna(0).to_numpy())[:20]].mean() >= 0.9


def test_a_price_is_not_judged_by_its_level():
    """A level that wanders off was flagged for a fifth of all days."""
    rng = np.random.default_rng(1)
    close = 250 + np.cumsum(rng.normal(0, 2, 600))
    days = pd.date_range("2021-02-01", periods=600, freq="B")
    frame = pd.DataFrame({"day": days, "Close": close, "Open": close + rng.normal(0, 1, 600)})
    model, strangeness = together(frame)
    assert model.detector.wandering_.all()
    assert (strangeness > 1).mean() <= 3 * model.about["false_alarm_rate"]
    frame.loc[500:, ["Close", "Open"]] += 30
    assert 500 in np.argsort(-together(frame)[1].fillna(0).to_numpy())[:3]


@pytest.mark.parametrize(("n", "least"), [(160, 0.6), (1000, 0.6)])
def test_random_walks_wander_and_noise_does_not(n, least):
    drawn = np.random.default_rng(0).normal(size=(n, 40))
    assert wandering_channels(drawn.cumsum(axis=0)).mean() > least
    assert not wandering_channels(drawn).any()


def test_a_spike_leaves_no_trail():
    frame = series(odd=[400])
    frame.loc[400, "flow"] = 1e6
    _, strangeness = together(frame)
    values = strangeness.to_numpy()
    assert np.nanargmax(values) == 400 and values[401:440].max() < 2 < values[400] / 3


def test_the_ensemble_of_a_series_survives_a_file(tmp_path):
    frame = series()[["flow"]].set_index(series()["time"])
    detector = SeriesEnsemble().fit(frame[:400]).set_threshold(2.0)
    detector.save(tmp_path / "series.detector")
    loaded = load_detector(tmp_path / "series.detector")
    context = frame[350:400]
    assert np.array_equal(
        loaded.decision_function(frame[400:], context), detector.decision_function(frame[400:], context)
    )
    assert (loaded.predict(frame)[380:420] == 1).nonzero()[0].tolist()[0] == 20


def test_magnitudes_with_zeros_enter_as_logarithms_and_zero_stays_near():
    sent = pd.Series(np.r_[np.zeros(50), np.random.default_rng(0).lognormal(6, 1.5, 450)], name="sent")
    assert describe_columns(pd.DataFrame({"sent": sent, "x": np.arange(500.0) % 7})).logs == ("sent",)
    (values,) = NumberInputs.learn(sent, log=True).inputs(sent).values()
    assert np.isfinite(values).all() and values[0] < np.quantile(values[50:], 0.05)
    assert (np.median(values) - values[0]) / values.std() < 4


# -------------------------------------------------------------------- reasons


def test_what_stands_still_says_so():
    frame = series()
    frame.loc[450:489, "flow"] = 10.31
    model, _ = together(frame)
    because = model.explain(frame.iloc[[489]], frame, top=3)[0][0]
    assert "flow stayed at 10.31 for 40 rows (usually at most 1)" in because


def test_a_counter_that_jumps_a_little_is_explained_by_its_jump():
    rng = np.random.default_rng(0)
    steps = rng.uniform(1, 3, 400)
    steps[[131, 200, 290]] = 8
    frame = pd.DataFrame({"time": pd.date_range("2025-01-01", periods=400, freq="h"), "count": np.cumsum(steps)})
    model, strangeness = together(frame)
    rows = np.flatnonzero(strangeness > 1)
    assert {131, 200, 290} <= set(rows)
    because = pd.Series(model.explain(frame.iloc[[131, 200, 290]], frame, top=3)[0])
    assert because.str.contains("count").all() and not because.str.contains("nothing stands out").any()


# -------------------------------------------------------------------- few labels


EVENTS = (40, 170, 330, 440, 560)


def few_labels():
    odd = [start + i for start in EVENTS for i in range(4)]
    labels = np.isin(np.arange(600), odd).astype(int)
    return series(odd=odd), labels


def test_few_events_choose_and_say_how_much_they_can_tell(few_single_ones):
    frame, labels = few_labels()
    found = examine(frame, describe_columns(frame), labels=labels, seconds=1)
    assert found.has_labels and found.ranking.n_odd == found.verdict.n_events == 5
    assert found.ranking["average precision"].notna().all()
    assert found.verdict.judged_on.startswith("all rows, each fifth by what the four others taught and chose")
    (said,) = (note for note in found.notes if note.startswith("5 labelled events judge the detectors"))
    assert "are within chance" in said


def test_the_labels_of_a_block_change_nothing_in_its_own_scores(few_single_ones):
    frame, labels = few_labels()
    other = labels.copy()
    other[480:] = np.roll(labels[480:], 25)  # the last fifth
    scores = []
    for own in (labels, other):
        ready = prepare(frame, describe_columns(frame), own)
        entries = train_candidates(ready, ready.candidates(), seconds=None)
        scores.append(rank(ready, entries, n_resamples=20).strangeness)
    assert np.array_equal(scores[0][480:], scores[1][480:], equal_nan=True)
    assert not np.array_equal(scores[0][:480], scores[1][:480], equal_nan=True)


def test_labels_overrule_the_ensemble_only_beyond_chance(few_single_ones):
    frame, labels = few_labels()
    ready = prepare(frame, describe_columns(frame), labels)
    ranking = rank(ready, train_candidates(ready, ready.candidates(), seconds=None), n_resamples=100)
    behind = ranking.table().loc[ENSEMBLE, "behind low"]
    assert (choose(ranking)[0] == ENSEMBLE) == (behind <= 0)
    verdict = judge(ready, pd.Series(np.zeros(600), frame["time"]), ranking)
    assert verdict.n_rows > 500 and verdict.average_precision.value > 0.3


def test_nothing_is_said_by_numpy_on_the_way():
    frame = table().assign(huge=np.r_[1e300, np.ones(499)], still=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, strangeness = together(frame)
    assert np.isfinite(strangeness).all()


def test_what_is_far_out_is_seen_and_leaves_no_trail():
    hours = np.arange(24 * 20)
    flow = np.sin(2 * np.pi * hours / 24) + np.random.default_rng(0).normal(0, 0.1, len(hours))
    detector = SeriesEnsemble().fit(flow[:300])
    limit = np.nanquantile(detector.decision_function(flow[:300]), 0.99)
    odd = flow.copy()
    odd[400] = 6.0
    scores, usual = (detector.decision_function(series) for series in (odd, flow))
    assert np.nanargmax(scores) == 400 and scores[400] > 2 * limit
    assert (scores[401:430] > limit).sum() <= (usual[401:430] > limit).sum() + 2
