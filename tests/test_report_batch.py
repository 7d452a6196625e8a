"""The table of anomalies, and a new batch scored by a model that was kept."""

from helpers import report
from helpers.detectors import ZScore
from helpers.report.batch import anomaly_table, as_in_training, score_batch
from helpers.report.columns.inputs import TableInputs
from helpers.report.model import TableModel

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def frame():
    """Invented rows of two numbers; the fourth has an odd length, the sixth an odd width."""
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"length": rng.normal(30, 1, 200), "width": rng.normal(8, 0.5, 200), "row": "of the file"})
    rows.loc[3, "length"], rows.loc[5, "width"] = 90.0, 30.0
    return rows


@pytest.fixture(scope="module")
def model(frame):
    inputs = TableInputs(numbers=("length", "width")).fit(frame[100:])
    detector = ZScore().fit(inputs.transform(frame[100:])).set_threshold(5.0)
    return TableModel(detector, 1.0, "Z-score", inputs)


def test_flagged_rows_come_first_strangest_first_and_say_why(frame, model):
    scores, anomalies = score_batch(model, frame)
    assert scores["row"].tolist() == list(range(1, 201))
    assert anomalies["row"].tolist() == [4, 6]
    assert scores["flagged"].sum() == anomalies["flagged"].sum() == 2
    assert anomalies["strangeness"].is_monotonic_decreasing
    assert "length" in anomalies["because"][0] and "width" in anomalies["because"][1]


def test_own_columns_follow_and_one_of_a_taken_name_is_renamed(frame, model):
    _, anomalies = score_batch(model, frame)
    assert list(anomalies)[4:] == ["length", "width", "own row"]
    assert anomalies["length"].iloc[0] == 90.0 and anomalies["own row"].iloc[0] == "of the file"


def test_a_sample_keeps_the_rows_of_the_file(frame, model):
    sample = frame.iloc[[1, 3, 5, 50]]
    scores, anomalies = score_batch(model, sample)
    assert scores["row"].tolist() == [2, 4, 6, 51]
    assert anomalies["row"].tolist() == [4, 6]


def test_the_top_is_filled_up_and_only_so_many_get_a_reason(frame, model):
    anomalies = anomaly_table(model, frame, model.strangeness(frame), top=3, at_least=10)
    assert len(anomalies) == 10
    assert (anomalies["because"] != "").tolist() == [True] * 3 + [False] * 7


def test_rows_without_a_score_are_not_listed(frame, model):
    strangeness = np.asarray(model.strangeness(frame)).copy()
    strangeness[3] = np.nan
    assert anomaly_table(model, frame, strangeness, at_least=1)["row"].tolist() == [6]


def test_nothing_flagged_gives_an_empty_table(frame, model):
    _, anomalies = score_batch(model, frame[100:].reset_index(drop=True))
    assert len(anomalies) == 0 and "because" in anomalies


def test_the_package_exports_it():
    assert report.anomaly_table is anomaly_table


# -------------------------------------------------------------------- a batch that is not as training was


def test_a_text_among_numbers_is_a_hole_and_said(frame, model):
    batch = frame.iloc[:5].astype({"length": object})
    batch.loc[1, "length"] = "n/a!"
    prepared, lacking, notes = as_in_training(model, batch)
    assert lacking.tolist() == [False, True, False, False, False]
    assert prepared["length"].isna().tolist() == lacking.tolist()
    assert notes == [
        "'length' held numbers in training, and 1 texts here, the first 'n/a!' in row 2: taken as missing."
    ]
    assert score_batch(model, prepared)[0]["strangeness"].notna().all()


def test_a_column_without_any_value_is_said(frame, model):
    _, lacking, notes = as_in_training(model, frame.iloc[:5].assign(width=np.nan))
    assert lacking.all() and notes == ["'width' holds no value in any row."]


def test_a_column_of_texts_only_is_left_to_the_models_own_sentence(frame, model):
    prepared, _, _ = as_in_training(model, frame.iloc[:5].assign(width="wide"))
    with pytest.raises(report.UnusableFile, match="held numbers in training, but holds 'wide'"):
        model.scores(prepared)


def test_a_hole_that_training_had_lacks_nothing(frame):
    frame = frame.copy()
    frame.loc[::7, "length"] = np.nan
    inputs = TableInputs(numbers=("length", "width")).fit(frame)
    holed = TableModel(ZScore().fit(inputs.transform(frame)).set_threshold(5.0), 1.0, "Z-score", inputs)
    assert not as_in_training(holed, frame)[1].any()
