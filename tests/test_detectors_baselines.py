"""The baselines and the adapter for scikit-learn's detectors."""

from helpers.detectors import NearestNeighbours, OneColumn, PCAReconstruction, RandomScore, from_sklearn

import numpy as np
import pandas as pd
import pytest
from pyod.models.hbos import HBOS
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 4)) @ np.diag([5.0, 2.0, 1.0, 0.2]) + 3
OUTLIERS = np.full((20, 4), 3.0) + 40 * np.sign(rng.normal(size=(20, 4)))
SKLEARN = [
    IsolationForest(random_state=0),
    OneClassSVM(gamma=0.001, nu=0.1),
    LocalOutlierFactor(novelty=True),
    EllipticEnvelope(random_state=0),
    make_pipeline(StandardScaler(), LocalOutlierFactor(novelty=True)),
]


@pytest.mark.parametrize("estimator", SKLEARN, ids=str)
def test_the_sign_never_flips(estimator):
    train, test = X[:300], np.concatenate([X[300:], OUTLIERS])
    labels = np.repeat([0, 1], [100, 20])
    detector = from_sklearn(estimator).fit(train)
    assert roc_auc_score(labels, detector.decision_function(test)) > 0.95


def test_scores_are_the_papers_own():
    forest = from_sklearn(IsolationForest(random_state=0)).fit(X)
    assert forest.decision_function(X).min() > 0 and forest.decision_function(X).max() < 1
    lof = from_sklearn(LocalOutlierFactor(novelty=True)).fit(X[:300]).decision_function(X[300:])
    assert np.median(lof) == pytest.approx(1, abs=0.1)


def test_the_callers_estimator_stays_unfitted():
    estimator = IsolationForest(random_state=0)
    from_sklearn(estimator).fit(X)
    assert not hasattr(estimator, "estimators_")


def test_a_fitted_estimator_is_used_as_it_is():
    frame = pd.DataFrame(X, columns=list("abcd"))
    estimator = IsolationForest(random_state=0).fit(frame)
    detector = from_sklearn(estimator)
    assert np.allclose(detector.decision_function(frame), -estimator.score_samples(frame))
    with pytest.raises(ValueError, match="same order"):
        detector.decision_function(frame[list("bacd")])


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (LocalOutlierFactor(), ValueError, "novelty=True"),
        (make_pipeline(StandardScaler(), LocalOutlierFactor()), ValueError, "novelty=True"),
        (IsolationForest, TypeError, r"instance, IsolationForest\(\)"),
        (RandomForestClassifier(), TypeError, "RandomForestClassifier is not an outlier detector"),
        (StandardScaler(), TypeError, "StandardScaler is not an outlier detector"),
        (HBOS(), TypeError, "PyOD's detectors have our sign"),
        ("forest", TypeError, "str is not an outlier detector"),
    ],
)
def test_wrong_kinds_are_refused(wrong, error, message):
    with pytest.raises(error, match=message):
        from_sklearn(wrong)


def test_random_scores_are_uniform_and_repeatable():
    first = RandomScore(random_state=3).fit(X).decision_function(X)
    assert np.array_equal(first, RandomScore(random_state=3).fit(X).decision_function(X))
    assert not np.array_equal(first, RandomScore(random_state=4).fit(X).decision_function(X))
    assert first.min() >= 0 and first.max() < 1 and abs(first.mean() - 0.5) < 0.05


def test_one_column_sides():
    frame = pd.DataFrame({"hour": [1.0, 2.0, 3.0], "amount": [10.0, 20.0, 90.0]})
    new = pd.DataFrame({"hour": [0.0, 0.0], "amount": [5.0, 30.0]})
    scores = {
        side: OneColumn("amount", side).fit(frame).decision_function(new).tolist() for side in ("both", "high", "low")
    }
    assert scores == {"both": [15.0, 10.0], "high": [5.0, 30.0], "low": [-5.0, -30.0]}


@pytest.mark.parametrize("column", ["price", 2, -1, 1.0, None])
def test_one_column_that_is_not_there(column):
    with pytest.raises(ValueError, match=r"no column .* columns 'hour', 'amount'"):
        OneColumn(column).fit(pd.DataFrame({"hour": [1.0, 2.0], "amount": [1.0, 2.0]}))


def test_one_column_unknown_side():
    with pytest.raises(ValueError, match="side must be"):
        OneColumn(side="up").fit(X)


def test_pca_error_formula():
    z = (X - X.mean(0)) / X.std(0)
    directions = np.linalg.svd(z, full_matrices=False)[2][:2]
    expected = (z - z @ directions.T @ directions) ** 2
    detector = PCAReconstruction(n_components=2).fit(X)
    assert np.allclose(detector.column_scores(X), expected)
    assert np.allclose(detector.decision_function(X), expected.mean(axis=1))


def test_pca_keeps_the_share_of_variance():
    variances = np.array([5.0, 2.0, 1.0, 0.2]) ** 2  # 83 %, 13 %, 3 %, 0.1 %
    assert variances[:2].sum() / variances.sum() > 0.95
    assert PCAReconstruction(0.8, scale=False).fit(X).n_components_ == 1
    assert PCAReconstruction(0.95, scale=False).fit(X).n_components_ == 2


def test_pca_always_leaves_a_component():
    assert PCAReconstruction(n_components=0.9999999).fit(X).n_components_ == 3
    one_column = PCAReconstruction().fit(X[:, :1])
    assert one_column.n_components_ == 0
    assert np.allclose(one_column.decision_function(X[:, :1]), ((X[:, 0] - X[:, 0].mean()) / X[:, 0].std()) ** 2)


@pytest.mark.parametrize(
    ("n", "message"),
    [(4, r"X has 4 feature\(s\).*fewer"), (0, "at least 1"), (1.5, "between 0 and 1"), ("mle", "number")],
)
def test_pca_refuses_useless_sizes(n, message):
    with pytest.raises(ValueError, match=message):
        PCAReconstruction(n_components=n).fit(X)


def test_nearest_neighbours_distances():
    train, new = np.array([[0.0], [1.0], [3.0], [7.0]]), np.array([[0.0], [5.0]])
    largest = NearestNeighbours(2, scale=False).fit(train).decision_function(new)
    mean = NearestNeighbours(2, method="mean", scale=False).fit(train).decision_function(new)
    assert largest.tolist() == [1.0, 2.0] and mean.tolist() == [0.5, 2.0]


def test_nearest_neighbours_scales_by_default():
    units = np.array([1000.0, 1.0, 1.0, 0.001])
    scores = NearestNeighbours().fit(X[:300]).decision_function(X[300:])
    assert np.allclose(NearestNeighbours().fit(X[:300] * units).decision_function(X[300:] * units), scores)


def test_nearest_neighbours_needs_enough_rows():
    with pytest.raises(ValueError, match="n_neighbors=5, but X has 4 rows"):
        NearestNeighbours().fit(X[:4])
    with pytest.raises(ValueError, match="method must be"):
        NearestNeighbours(method="median").fit(X)
