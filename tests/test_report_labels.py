"""Labels of some rows only: the others are neither normal nor odd, which is said and counted; and holidays."""

from helpers.report import describe_columns, examine, finish, judge, prepare, read_labels, strangeness_of_all
from helpers.report.contest.training import train_candidates
from helpers.report.contest.with_labels import rank_with_labels
from helpers.report.notes import notes_of

import numpy as np
import pandas as pd
import pytest

N = 1000
ODD = np.arange(20, N, 50)
UNLABELLED = np.random.default_rng(1).choice(N, 300, replace=False)


def frame_of(shape):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"length": rng.normal(30, 1, N), "width": rng.normal(8, 0.5, N)})
    frame.loc[ODD, "width"] += 8
    frame["state"] = np.where(frame.index.isin(ODD), "bad", "ok")
    frame.loc[UNLABELLED, "state"] = None
    if shape == "series":
        frame.insert(0, "time", pd.date_range("2025-01-01", periods=N, freq="h"))
    return frame


@pytest.fixture(scope="module", params=["table", "series"])
def judged(request):
    """The simplest detector on rows of which some have no label: prepared, its entry, the verdict."""
    frame = frame_of(request.param)
    prepared = prepare(frame, describe_columns(frame, label="state"), read_labels(frame["state"]))
    entries = train_candidates(prepared, prepared.candidates()[:1])
    return prepared, entries, judge(prepared, strangeness_of_all(prepared, finish(prepared, entries[0])))


def test_only_labelled_rows_are_counted_and_judge(judged):
    prepared, entries, verdict = judged
    known = ~np.isin(np.arange(N), UNLABELLED)
    assert prepared.n_unlabelled == 300
    test = prepared.used("test") if prepared.labels_rank else np.arange(N)
    assert verdict.n_rows == known[test].sum() and verdict.n_anomalies == np.isin(test[known[test]], ODD).sum()
    part = prepared.choice()
    ranking = rank_with_labels(entries, part, blocks=prepared.blocks(part.labels), n_resamples=20)
    assert ranking.n_rows == known[part.positions].sum()
    assert ranking.n_anomalies == np.isin(part.positions[known[part.positions]], ODD).sum()


def test_rows_without_a_label_teach_and_calibrate_as_unlabelled_ones(judged):
    prepared, _, _ = judged
    assert np.isin(UNLABELLED, prepared.learned).any() and not prepared.knows_normal
    taught = prepared.train()
    rows = taught.X.dropna() if prepared.shape == "series" else taught.X
    known_odd = np.setdiff1d(np.intersect1d(ODD, prepared.parts.train), UNLABELLED)
    assert len(rows) == len(prepared.parts.train) - len(known_odd)


def test_it_is_said():
    frame = frame_of("table")
    study = examine(frame, describe_columns(frame, label="state"), seconds=2)
    assert any(
        note == "300 of 1,000 rows have no label: they teach and set the limit as rows without labels do, and judge no "
        "detector."
        for note in study.notes
    )


def test_labels_of_all_rows_are_as_before():
    frame = frame_of("table").fillna({"state": "ok"})
    prepared = prepare(frame, describe_columns(frame, label="state"), read_labels(frame["state"]))
    assert prepared.n_unlabelled == 0 and prepared.knows_normal


def test_a_column_with_holes_can_tell_the_label():
    frame = frame_of("table")
    frame["kind"] = frame["state"].map({"bad": "crack", "ok": "none"})
    columns = describe_columns(frame, label="state")
    assert columns.table.loc["kind", "why"] == "each of its values goes with one value of 'state': it holds the answer"


# -------------------------------------------------------------------- holidays


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (pd.date_range("2025-01-01", periods=N, freq="h"), True),
        (pd.date_range("2025-01-01", periods=N, freq="D"), True),
        (pd.date_range("2025-01-01", periods=N, freq="7D"), False),
        (pd.date_range("2025-01-01", periods=N, freq="s"), False),
        (range(N), False),
    ],
)
def test_holidays_are_named_where_a_calendar_is_in_play(times, said):
    frame = frame_of("table").drop(columns="state").assign(time=times)
    assert any(note.startswith("Holidays are out of reach") for note in notes_on(frame)) == said
    assert not any("Holidays" in note for note in notes_on(frame.drop(columns="time")))


def notes_on(frame):
    prepared = prepare(frame, describe_columns(frame))
    return list(notes_of(prepared, pd.Series(np.zeros(N)), 0.01, 0.01))
