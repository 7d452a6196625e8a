"""The interface that all detectors share, and scikit-learn's own checks of it."""

import signal
import subprocess
import sys

import helpers.detectors
from helpers.detectors import (
    NearestNeighbours,
    OneColumn,
    PCAReconstruction,
    RandomScore,
    TabularDetector,
    ZScore,
    from_sklearn,
)
from helpers.detectors.catalogue import CATALOGUE

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM
from sklearn.utils.estimator_checks import parametrize_with_checks

OF_TABLES = [entry for entry in CATALOGUE.values() if "tables" in entry.kinds]
OURS = [
    *(small for entry in OF_TABLES if not entry.network for small in entry.small_ones()),
    from_sklearn(OneClassSVM()),
    from_sklearn(LocalOutlierFactor(n_neighbors=2, novelty=True)),
    from_sklearn(EllipticEnvelope(random_state=0)),
]
BRIEF = {"epochs": 1, "steps": 1}  # each check fits anew, most of them several times


def brief(network):
    return network.set_params(**{name: least for name, least in BRIEF.items() if name in network.get_params()})


NETWORKS = [brief(small) for entry in OF_TABLES if entry.network for small in entry.small_ones()]
each_detector = pytest.mark.parametrize("detector", OURS, ids=str)


class CalibratedZScore(ZScore):
    """Has `predict` right after fit, so that scikit-learn's checks reach it too."""

    def fit(self, X, y=None):
        return super().fit(X).set_threshold(3)


@pytest.mark.filterwarnings("ignore:Mode collapse|The discriminator won")  # trainings are short
@parametrize_with_checks([*OURS, *NETWORKS, CalibratedZScore()])
def test_scikit_learn_accepts(estimator, check):
    check(estimator)


@pytest.fixture
def frame():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(200, 3)), columns=["amount", "hour", "age"])


def fitted(detector, X):
    return clone(detector).fit(X)


@each_detector
def test_input_is_never_changed(detector, frame):
    array = frame.to_numpy().copy()
    for X in (frame, array, np.asfortranarray(array), array.astype(np.float32)):
        before = X.copy()
        detector = fitted(detector, X)
        detector.decision_function(X)
        detector.calibrate(X, 0.05).predict(X)
        assert np.array_equal(X, before)


@each_detector
def test_scores_do_not_depend_on_memory_layout_or_container(detector, frame):
    if isinstance(detector, RandomScore):
        pytest.skip("one draw is as good as another")
    array = frame.to_numpy()
    expected = fitted(detector, array).decision_function(array)
    assert expected.shape == (200,)
    assert np.allclose(fitted(detector, frame).decision_function(frame), expected)
    assert np.allclose(fitted(detector, np.asfortranarray(array)).decision_function(array), expected)
    assert np.allclose(fitted(detector, array.tolist()).decision_function(array.tolist()), expected)


@each_detector
def test_predict_is_score_above_threshold(detector, frame):
    detector = fitted(detector, frame)
    scores = detector.decision_function(frame)
    middle = np.sort(scores)[100]
    labels = detector.set_threshold(middle).predict(frame)
    assert set(labels) == {0, 1} and labels.dtype.kind == "i"
    assert np.array_equal(labels, scores > middle)  # a score at the threshold is not flagged


@each_detector
def test_calibrated_threshold_keeps_its_promise(detector, frame):
    detector = fitted(detector, frame)
    calibration = pd.DataFrame(np.random.default_rng(1).normal(size=(199, 3)), columns=frame.columns)
    detector.calibrate(calibration, false_alarm_rate=0.05)
    assert detector.predict(calibration).sum() == 9  # 10 of 199 + 1 lie at or above the order statistic


@each_detector
def test_far_outliers_score_highest(detector, frame):
    if isinstance(detector, (RandomScore, PCAReconstruction)):
        pytest.skip("blind to the rows, or to outliers along the components it keeps")
    outliers = pd.DataFrame([[9.0, -9.0, 9.0], [9.0, 9.0, -9.0]], columns=frame.columns)
    detector = fitted(detector, frame)
    assert detector.decision_function(outliers).min() > detector.decision_function(frame).max()


def test_predict_before_a_threshold_says_what_to_do(frame):
    detector = ZScore().fit(frame)
    with pytest.raises(NotFittedError, match=r"ZScore has no threshold yet.*calibrate.*set_threshold"):
        detector.predict(frame)
    assert not hasattr(detector, "predict")
    assert hasattr(detector.set_threshold(3), "predict")


def test_fit_forgets_the_threshold(frame):
    detector = ZScore().fit(frame).set_threshold(3).fit(frame)
    assert not hasattr(detector, "threshold_")


def test_before_fit(frame):
    with pytest.raises(NotFittedError, match=r"ZScore is not fitted yet.*fit\(X_train\)"):
        ZScore().decision_function(frame)
    with pytest.raises(NotFittedError, match="not fitted"):
        ZScore().calibrate(frame)
    with pytest.raises(NotFittedError, match="fit forgets"):
        ZScore().set_threshold(3)


@pytest.mark.parametrize("value", [np.nan, np.inf, "3", None, [3.0], True])
def test_a_threshold_is_one_finite_number(frame, value):
    with pytest.raises(ValueError, match="one finite number"):
        ZScore().fit(frame).set_threshold(value)


def test_numpy_numbers_are_thresholds(frame):
    assert ZScore().fit(frame).set_threshold(np.float32(2.5)).threshold_ == 2.5


def test_a_calibration_set_that_is_too_small_says_how_many_rows(frame):
    with pytest.raises(ValueError, match=r"50 calibration scores.*0\.01.*at least 99"):
        ZScore().fit(frame).calibrate(frame[:50], 0.01)


def test_refused_input_leaves_the_fitted_detector_alone(frame):
    detector = ZScore().fit(frame).set_threshold(3)
    before = detector.decision_function(frame)
    with pytest.raises(ValueError, match="NaN"):
        detector.fit([[np.nan], [1.0]])
    assert detector.threshold_ == 3
    assert np.array_equal(detector.decision_function(frame), before)


def test_an_interrupt_that_had_to_wait_leaves_the_detector_unfitted(frame):
    class Interrupted(ZScore):
        def _fit(self, rows):
            signal.raise_signal(signal.SIGINT)
            super()._fit(rows)

    detector = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        detector.fit(frame)
    with pytest.raises(NotFittedError):
        detector.decision_function(frame)


def test_interrupted_training_leaves_the_detector_unfitted(frame):
    class Interrupted(TabularDetector):
        def _fit(self, rows):
            self.weights_ = rows
            raise KeyboardInterrupt

        def _score(self, rows):
            return rows.sum(axis=1)

    detector = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        detector.fit(frame)
    with pytest.raises(NotFittedError):
        detector.decision_function(frame)


def spoiled(frame, row, column, value):
    frame = frame.copy()
    frame.loc[row, column] = value
    return frame


REFUSED = {
    "NaN": (lambda f: spoiled(f, 17, "hour", np.nan), r"NaN.* column 'hour' \(1 row at position 17\)"),
    "infinity": (
        lambda f: spoiled(f, 3, "age", -np.inf),
        r"infinity in column 'age' \(1 row at position 3\)",
    ),
    "both": (
        lambda f: spoiled(spoiled(f, [5, 8], "age", np.nan), 4, "hour", np.inf),
        r"NaN.*'age' \(2 rows, the first at position 5\) and infinity in column 'hour'",
    ),
    "NaN in an array": (lambda f: spoiled(f, 1, "age", np.nan).to_numpy(), r"NaN.* column 2 "),
    "empty": (lambda f: f[:0], r"X is empty: it has no rows \(shape \(0, 3\)\)"),
    "text": (lambda f: f.assign(hour="noon"), "Column 'hour' of X holds text.*select_dtypes"),
    "two text columns": (lambda f: f.assign(hour="noon", age="old"), "Columns 'hour', 'age' of X hold text"),
    "categories": (lambda f: f.assign(age=pd.Categorical(["old"] * 200)), "Column 'age' of X holds"),
    "dates": (lambda f: f.assign(hour=pd.Timestamp("2026-01-01")), "Column 'hour' of X holds"),
    "text in an array": (lambda f: f.assign(hour="noon").to_numpy(), "Column 1 of X holds text"),
    "numbers as text": (lambda f: f.to_numpy().astype(str), "Columns 0, 1, 2 of X hold text"),
    "missing integers": (lambda f: f.assign(age=pd.array([1, None] * 100, "Int64")), "NaN.*'age' .100 rows"),
    "one dimension": (lambda f: f["age"].to_numpy(), r"shape \(200,\).*Reshape your data"),
    "a series": (lambda f: f["age"], r"shape \(200,\).*to_frame"),
    "images": (lambda f: np.zeros((200, 3, 1)), r"shape \(200, 3, 1\).*reshape\(len\(X\), -1\)"),
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize(
    "detector", [ZScore(), NearestNeighbours(), from_sklearn(IsolationForest(n_estimators=5))], ids=str
)
def test_bad_input_is_named(detector, what, frame):
    spoil, message = REFUSED[what]
    with pytest.raises(ValueError, match=message):
        clone(detector).fit(spoil(frame))
    detector = fitted(detector, frame)
    with pytest.raises(ValueError):
        detector.decision_function(spoil(frame))


def test_one_row_cannot_be_learned_from_but_scored(frame):
    with pytest.raises(ValueError, match="one sample"):
        ZScore().fit(frame[:1])
    assert ZScore().fit(frame).decision_function(frame[:1]).shape == (1,)


def test_large_but_finite_values_are_accepted():
    X = np.full((3, 2), 1e308)  # their sum overflows
    assert np.array_equal(OneColumn(side="high").fit(X).decision_function(X), X[:, 0])


@each_detector
def test_other_columns_at_scoring_time_are_named(detector, frame):
    detector = fitted(detector, frame)
    with pytest.raises(ValueError, match=r"(?s)now missing:\n- hour.*feature_names_in_"):
        detector.decision_function(frame.drop(columns="hour"))
    with pytest.raises(ValueError, match=r"(?s)unseen at fit time:\n- extra"):
        detector.decision_function(frame.assign(extra=1.0))
    with pytest.raises(ValueError, match=r"(?s)same order.*X\[detector.feature_names_in_\]"):
        detector.decision_function(frame[["hour", "amount", "age"]])
    with pytest.raises(ValueError, match=r"2 features, but .* is expecting 3 features"):
        fitted(detector, frame.to_numpy()).decision_function(frame.to_numpy()[:, :2])


def test_every_name_is_exported():
    for name in helpers.detectors.__all__:
        assert getattr(helpers.detectors, name).__name__ == name
    assert set(helpers.detectors.__all__) <= set(dir(helpers.detectors))
    with pytest.raises(AttributeError, match="no attribute 'ZScor'"):
        _ = helpers.detectors.ZScor


def test_statistics_and_detectors_of_series_do_not_import_tensorflow():
    code = (
        "from helpers.detectors import ZScore, NearestNeighbours, from_sklearn\n"
        "import helpers.detectors, helpers.evaluation, helpers.results, sys\n"
        "[getattr(helpers.detectors, name) for name in helpers.detectors.__all__]\n"
        "helpers.detectors.SeasonalNaive(period=1).fit([1.0, 2.0, 1.0]).score_next(1.0)\n"
        "print(sorted({'tensorflow', 'keras', 'torch', 'pyod'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_detectors_survive_cloning_with_their_parameters():
    detector = clone(OneColumn("amount", side="low"))
    assert detector.get_params() == {"column": "amount", "side": "low"}
