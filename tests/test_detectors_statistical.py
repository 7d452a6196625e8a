"""What the statistical detectors compute, compared with the formulas written out."""

from helpers.detectors import IQR, Mahalanobis, ModifiedZScore, ZScore
from helpers.detectors.tables.base import BLOCK_BYTES

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import mahalanobis

rng = np.random.default_rng(0)
X = np.column_stack([rng.normal(5, 2, 301), rng.lognormal(size=301), rng.integers(0, 20, 301)])
NEW = np.column_stack([rng.normal(5, 9, 50), rng.lognormal(size=50) * 4, rng.integers(-9, 40, 50)])
MOSTLY_SAME = np.array([[0.0]] * 90 + [[1.0]] * 10)


def test_z_score_formula():
    expected = np.abs((NEW - X.mean(axis=0)) / X.std(axis=0))
    assert np.allclose(ZScore().fit(X).column_scores(NEW), expected)
    assert np.allclose(ZScore().fit(X).decision_function(NEW), expected.max(axis=1))


def test_modified_z_score_formula():
    median = np.median(X, axis=0)
    expected = 0.6745 * np.abs(NEW - median) / np.median(np.abs(X - median), axis=0)
    assert np.allclose(ModifiedZScore().fit(X).decision_function(NEW), expected.max(axis=1))


def test_iqr_formula_and_tukeys_rule():
    q1, q3 = np.percentile(X, [25, 75], axis=0)
    for fence in (1.5, 3):
        expected = ((q1 - fence * (q3 - q1) > NEW) | (q3 + fence * (q3 - q1) < NEW)).any(axis=1)
        assert 0 < expected.sum() < 50
        assert np.array_equal(IQR().fit(X).set_threshold(fence).predict(NEW), expected)


def test_iqr_ranks_inside_the_box():
    detector = IQR().fit([[0.0], [1.0], [2.0], [3.0], [4.0]])
    assert detector.decision_function([[2.0], [3.0], [3.5]]).tolist() == [-0.5, 0.0, 0.25]


def test_a_value_on_the_fence_is_not_flagged():
    detector = IQR().fit([[0.0], [1.0], [2.0], [3.0], [4.0]]).set_threshold(1.5)
    assert detector.predict([[6.0], [-2.0], [6.001], [-2.001]]).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("detector", [ZScore(), ModifiedZScore(), IQR(), Mahalanobis(), Mahalanobis("empirical")])
def test_a_departure_from_a_constant_column_counts_in_its_own_units(detector):
    constant = np.column_stack([X[:, 0], np.full(301, 0.1)])
    middle = np.median(X[:, 0])
    near, far = detector.fit(constant).decision_function([[middle, 0.1], [middle, 7.1]])
    assert near < 0.2
    assert far == pytest.approx(7, abs=0.05)


def test_mad_of_zero_falls_back_to_the_mean_deviation():
    detector = ModifiedZScore().fit(MOSTLY_SAME)
    assert detector.decision_function([[1.0]]) == pytest.approx(1 / (1.253314 * 0.1))


def test_iqr_of_zero_falls_back_to_the_mean_deviation():
    detector = IQR().fit(MOSTLY_SAME)
    assert detector.decision_function([[1.0]]) == pytest.approx(1 / (1.349 * 1.253314 * 0.1))


def test_robust_statistics_resist_masking():
    masked = np.append(np.linspace(-1, 1, 90), np.full(10, 50.0))[:, None]
    assert ZScore().fit(masked).decision_function([[50.0]]) < 3.5
    assert ModifiedZScore().fit(masked).decision_function([[50.0]]) > 30


def test_empirical_mahalanobis_is_the_textbook_distance():
    precision = np.linalg.inv(np.cov(X.T, ddof=0))
    expected = [mahalanobis(row, X.mean(axis=0), precision) for row in NEW]
    assert np.allclose(Mahalanobis("empirical").fit(X).decision_function(NEW), expected)


@pytest.mark.parametrize("covariance", ["shrunk", "robust", "empirical"])
def test_mahalanobis_does_not_depend_on_units(covariance):
    units = np.array([1000.0, 0.001, 1.0])
    scores = Mahalanobis(covariance).fit(X).decision_function(NEW)
    assert np.allclose(Mahalanobis(covariance).fit(X * units).decision_function(NEW * units), scores, rtol=1e-5)


def test_robust_covariance_resists_outliers_in_training():
    contaminated = np.concatenate([rng.normal(size=(180, 2)), rng.normal(8, 0.1, size=(20, 2))])
    outlier = [[8.0, 8.0]]
    assert Mahalanobis("empirical").fit(contaminated).decision_function(outlier) < 4
    assert Mahalanobis("robust").fit(contaminated).decision_function(outlier) > 6


def test_robust_covariance_names_a_column_that_hardly_varies():
    frame = pd.DataFrame({"amount": X[:100, 0], "recent_orders": MOSTLY_SAME[:, 0]})
    with pytest.raises(ValueError, match=r"column 'recent_orders'.*shrunk"):
        Mahalanobis("robust").fit(frame)


def test_unknown_covariance():
    with pytest.raises(ValueError, match="'shrunk', 'robust', 'empirical', not 'ledoit'"):
        Mahalanobis("ledoit").fit(X)


def test_every_block_of_a_long_table_is_scored():
    n = 3 * BLOCK_BYTES // (8 * 2) + 5
    long = np.random.default_rng(1).normal(size=(n, 2))
    assert np.allclose(ZScore().fit(long).decision_function(long), np.abs((long - long.mean(0)) / long.std(0)).max(1))


def test_column_scores_of_a_frame_keep_names_and_index():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    selected = frame[100:103]
    scores = IQR().fit(frame).column_scores(selected)
    assert list(scores.columns) == ["a", "b", "c"] and list(scores.index) == [100, 101, 102]
    assert np.allclose(scores.max(axis=1), IQR().fit(frame).decision_function(selected))


def test_single_precision_is_scored_in_double():
    small = X.astype(np.float32)
    assert np.allclose(ZScore().fit(small).decision_function(small), ZScore().fit(X).decision_function(X), rtol=1e-4)
    assert ZScore().fit(small).decision_function(small).dtype == np.float64
