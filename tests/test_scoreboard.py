"""The scoreboard with our detectors, PyOD's real ones and scikit-learn's."""

import copy
import pickle

from helpers.detectors import NearestNeighbours, OneColumn, RandomScore, ZScore, from_sklearn
from helpers.evaluation.metrics import bootstrap_interval
from helpers.results.board import format_scoreboard, scoreboard

import numpy as np
import pandas as pd
import pytest
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from pyod.models.iforest import IForest
from pyod.models.knn import KNN
from pyod.models.pca import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, precision_score, recall_score, roc_auc_score

rng = np.random.default_rng(0)
COLUMNS = ["amount", "hour", "age"]
TRAIN, CALIBRATION = (pd.DataFrame(rng.normal(size=(400, 3)), columns=COLUMNS) for _ in range(2))
TEST = pd.DataFrame(np.concatenate([rng.normal(size=(570, 3)), 5 + rng.normal(size=(30, 3))]), columns=COLUMNS)
LABELS = np.repeat([0, 1], [570, 30])
KINDS = np.repeat(["normal", "bulk", "burst"], [570, 10, 20])
PYOD = {"IForest": IForest(n_estimators=20), "KNN": KNN(), "ECOD": ECOD(), "PCA": PCA(), "HBOS": HBOS()}


def board_of(detectors, **options):
    options = {"n_resamples": 50} | options
    return scoreboard(detectors, TRAIN, CALIBRATION, TEST, LABELS, **options)


class Series(ZScore):
    """Like a series detector: the first points have no score."""

    def decision_function(self, X):
        scores = super().decision_function(X)
        scores[:40] = np.nan
        return scores


def test_one_row_by_hand():
    row = board_of({"z": ZScore()}, false_alarm_rate=0.05).loc["z"]
    detector = ZScore().fit(TRAIN).calibrate(CALIBRATION, 0.05)
    scores, flags = detector.decision_function(TEST), detector.predict(TEST)
    assert row["AUROC"] == roc_auc_score(LABELS, scores)
    assert row["average precision"] == average_precision_score(LABELS, scores)
    assert row["precision"] == precision_score(LABELS, flags)
    assert row["recall"] == recall_score(LABELS, flags)
    assert row["false-alarm rate"] == flags[:570].mean() > 0
    assert tuple(row[["AP low", "AP high"]]) == bootstrap_interval(average_precision_score, LABELS, scores, 50)
    assert row["fit seconds"] >= 0 and row["runs"] == 1


def test_intervals_by_blocks():
    customers = np.arange(600) // 6
    row = board_of({"z": ZScore()}, blocks=customers).loc["z"]
    scores = ZScore().fit(TRAIN).decision_function(TEST)
    interval = bootstrap_interval(average_precision_score, LABELS, scores, n_resamples=50, blocks=customers)
    assert (row["AP low"], row["AP high"]) == interval


def test_pyod_detectors_stand_on_it_unfitted():
    board = board_of(PYOD)
    assert list(board.index) == list(PYOD)
    assert (board["AUROC"] > 0.95).all()
    assert board["fit seconds"].notna().all()
    assert not any(hasattr(detector, "decision_scores_") for detector in PYOD.values())


def test_pyod_detectors_stand_on_it_fitted_and_stay_as_they_are():
    fitted = {name: copy.deepcopy(detector).fit(TRAIN.to_numpy()) for name, detector in PYOD.items()}
    before = {name: pickle.dumps(detector) for name, detector in fitted.items()}
    board = scoreboard(fitted, None, CALIBRATION.to_numpy(), TEST.to_numpy(), LABELS, n_resamples=20)
    assert (board["AUROC"] > 0.95).all() and board["fit seconds"].isna().all()
    assert {name: pickle.dumps(detector) for name, detector in fitted.items()} == before


def test_ours_and_adapted_ones_stay_as_they_are():
    mine = ZScore().fit(TRAIN).set_threshold(123)
    unfitted = from_sklearn(IsolationForest(n_estimators=10))
    board = board_of({"fitted": mine, "again": ZScore(), "forest": unfitted})
    assert mine.threshold_ == 123
    assert vars(unfitted).keys() == {"estimator"} and unfitted.estimator.random_state is None
    measures = ["AUROC", "recall", "false-alarm rate"]
    assert board.loc["fitted", measures].equals(board.loc["again", measures])
    assert board.loc["forest", "AUROC"] > 0.95


def test_random_detectors_run_for_every_seed():
    detectors = {
        "random": RandomScore(),
        "forest": from_sklearn(IsolationForest(n_estimators=5)),
        "z": ZScore(),
    }
    board = board_of(detectors, seeds=(0, 1, 2))
    assert board["runs"].to_dict() == {"random": 3, "forest": 3, "z": 1}
    assert (board.loc[["random", "forest"], "AUROC sd"] > 0).all() and np.isnan(board.loc["z", "AUROC sd"])
    single = [board_of({"random": RandomScore()}, seeds=(seed,)).loc["random", "AUROC"] for seed in (0, 1, 2)]
    assert board.loc["random", "AUROC"] == pytest.approx(np.mean(single))
    assert board.loc["random", "AUROC sd"] == pytest.approx(np.std(single, ddof=1))
    assert board.loc["random", "AP low"] <= board.loc["random", "average precision"] <= board.loc["random", "AP high"]


def test_random_scores_show_the_floor():
    board = board_of({"random": RandomScore()}, seeds=range(20))
    assert board.attrs["prevalence"] == 0.05
    assert board.loc["random", "AUROC"] == pytest.approx(0.5, abs=0.04)
    assert board.loc["random", "average precision"] == pytest.approx(0.05, abs=0.02)


def test_recall_by_kind_columns():
    row = board_of({"hour": OneColumn("hour")}, kinds=KINDS).loc["hour"]
    assert row["recall"] == pytest.approx((10 * row["recall: bulk"] + 20 * row["recall: burst"]) / 30)
    assert 0 < row["recall: burst"] <= 1


def test_unscored_points_are_left_out():
    row = board_of({"series": Series()}, kinds=KINDS).loc["series"]
    scores = ZScore().fit(TRAIN).decision_function(TEST)
    assert row["AUROC"] == roc_auc_score(LABELS[40:], scores[40:])


def test_nothing_flagged_has_no_precision():
    far = CALIBRATION * 100
    board = scoreboard({"z": ZScore()}, TRAIN, far, TEST, LABELS, n_resamples=10)
    assert np.isnan(board.loc["z", "precision"]) and board.loc["z", "recall"] == 0
    assert format_scoreboard(board).loc["z", "precision"] == "–"


def test_formatted_board_has_few_digits_and_no_seconds():
    board = board_of({"random": RandomScore(), "nn": NearestNeighbours()}, seeds=(0, 1), kinds=KINDS)
    text = format_scoreboard(board)
    assert list(text.columns) == [
        "AUROC",
        "average precision (chance 0.05)",
        "precision",
        "recall",
        "false alarms (promised 1 %)",
        "recall: bulk",
        "recall: burst",
    ]
    assert text.loc["random", "AUROC"] == f"{board.loc['random', 'AUROC']:.3f} ± {board.loc['random', 'AUROC sd']:.3f}"
    assert text.loc["nn", "AUROC"] == f"{board.loc['nn', 'AUROC']:.3f}"
    assert "fit seconds" in format_scoreboard(board, seconds=True)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"detectors": {}}, ValueError, "at least one entry"),
        ({"detectors": [ZScore()]}, ValueError, "mapping of names"),
        ({"detectors": {"z": ZScore}}, TypeError, r"'z': pass an instance, ZScore\(\)"),
        (
            {"detectors": {"forest": IsolationForest()}},
            TypeError,
            "'forest': .*opposite sign; wrap it with from_sklearn",
        ),
        ({"detectors": {"text": "z"}}, TypeError, "'text': a detector has fit"),
        ({"labels_test": LABELS[:-1]}, ValueError, "599 labels, but 600 scores"),
        ({"labels_test": np.zeros(600)}, ValueError, "only normal points"),
        ({"kinds": KINDS[:-1]}, ValueError, "599 kinds, but 600 labels"),
        ({"kinds": KINDS[::-1]}, ValueError, "kinds and labels_test disagree"),
        ({"seeds": ()}, ValueError, "seeds is empty"),
        ({"X_calibration": CALIBRATION[:50]}, ValueError, "at least 99 are needed"),
        ({"false_alarm_rate": 5}, ValueError, "share between 0 and 1"),
    ],
)
def test_bad_requests_are_refused_before_any_fit(change, error, message):
    class Unfittable(ZScore):
        def fit(self, X, y=None):
            raise AssertionError("work was done before the request was checked")

    request = {
        "detectors": {"z": Unfittable()},
        "X_train": TRAIN,
        "X_calibration": CALIBRATION,
        "X_test": TEST,
        "labels_test": LABELS,
    }
    with pytest.raises(error, match=message):
        scoreboard(**(request | change))
