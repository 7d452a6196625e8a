"""Several detectors as one: comparable scores, what is refused, names, seeds."""

from helpers.detectors import (
    IQR,
    Ensemble,
    Mahalanobis,
    NearestNeighbours,
    OneColumn,
    RandomScore,
    SeasonalNaive,
    ZScore,
    from_sklearn,
    load_detector,
)

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

rng = np.random.default_rng(0)
QUICK = [Mahalanobis(), NearestNeighbours(), ZScore()]
ROWS = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "c"])
TEST = pd.DataFrame(rng.normal(size=(40, 3)) * 2, columns=["a", "b", "c"], index=range(5, 45))


def test_a_member_is_usual_where_the_held_out_rows_are():
    detector = Ensemble(QUICK, validation_fraction=0.5).fit(ROWS)
    fresh = detector.member_scores(pd.DataFrame(rng.normal(size=(2000, 3)), columns=["a", "b", "c"]))
    assert (fresh.median().abs() < 0.3).all()
    raw = np.sinh(fresh)
    assert ((raw.quantile(0.75) - raw.quantile(0.25)) / 1.349).between(0.75, 1.3).all()


@pytest.mark.parametrize(("n_highest", "expected"), [(1, [3]), (2, [2, 3]), (3, [1, 2, 3]), (9, [1, 2, 3])])
def test_the_highest_are_averaged(n_highest, expected):
    detector = Ensemble(QUICK, n_highest=n_highest).fit(ROWS)
    ordered = np.sort(detector.member_scores(TEST), axis=1)
    assert np.allclose(detector.decision_function(TEST), ordered[:, [i - 1 for i in expected]].mean(axis=1))


def test_member_scores_keep_the_members_order_and_the_frames_index():
    detector = Ensemble(QUICK).fit(ROWS)
    scores = detector.member_scores(TEST)
    assert scores.columns.tolist() == ["Mahalanobis", "NearestNeighbours", "ZScore"]
    assert scores.index.equals(TEST.index)
    for member, name in zip(detector.members_, detector.names_, strict=True):
        assert (scores[name].argsort() == pd.Series(member.decision_function(TEST), TEST.index).argsort()).all()


def test_two_of_a_class_are_numbered():
    forests = [from_sklearn(IsolationForest(n_estimators=5)) for _ in range(2)]
    assert Ensemble([*forests, ZScore()]).fit(ROWS).names_ == ["IsolationForest 1", "IsolationForest 2", "ZScore"]


def test_members_are_copies_with_seeds_of_their_own():
    random = RandomScore(random_state=7)
    same, other = (Ensemble([random, random, ZScore()], random_state=seed).fit(ROWS) for seed in (0, 1))
    first, second = same.members_[:2]
    assert first.random_state != second.random_state and random.random_state == 7
    again = Ensemble([random, random, ZScore()], random_state=0).fit(ROWS)
    assert np.array_equal(same.decision_function(TEST), again.decision_function(TEST))
    assert not np.array_equal(same.decision_function(TEST), other.decision_function(TEST))


def test_members_see_the_columns_names():
    detector = Ensemble([OneColumn("b"), ZScore()]).fit(ROWS)
    assert detector.members_[0].position_ == 1


def test_the_member_that_sees_it_is_heard():
    line = np.column_stack([np.linspace(-2, 2, 400), np.linspace(-2, 2, 400)]) + rng.normal(0, 0.05, (400, 2))
    odd = rng.permuted(line[::8], axis=0)
    test, labels = np.concatenate([line[1::2], odd]), np.repeat([0, 1], [200, 50])
    both = Ensemble([ZScore(), Mahalanobis()], n_highest=1).fit(line[::2])
    alone = [detector.fit(line[::2]).decision_function(test) for detector in (ZScore(), Mahalanobis())]
    z_score, relations = (roc_auc_score(labels, scores) for scores in alone)
    assert roc_auc_score(labels, both.decision_function(test)) > relations - 0.05 > z_score + 0.2


@pytest.mark.parametrize("member", [ZScore, SeasonalNaive(), "ZScore", 3])
def test_other_members_are_refused(member):
    with pytest.raises(ValueError, match="pass a detector of tables, such as"):
        Ensemble([ZScore(), member]).fit(ROWS)


def test_an_untouched_estimator_of_sklearn_is_refused():
    with pytest.raises(ValueError, match=r"from_sklearn\(\.\.\.\) turns them"):
        Ensemble([IsolationForest()]).fit(ROWS)


@pytest.mark.parametrize(
    ("options", "match"),
    [({"detectors": []}, "at least one detector"), ({"n_highest": 0}, "n_highest"),
     ({"validation_fraction": 0}, "validation_fraction")],
)  # fmt: skip
def test_unfit_parameters_are_named(options, match):
    with pytest.raises(ValueError, match=match):
        Ensemble(**({"detectors": QUICK} | options)).fit(ROWS)


def test_a_member_without_spread_does_not_divide_by_zero():
    constant = pd.DataFrame({"a": np.ones(50), "b": np.arange(50.0)})
    scores = Ensemble([OneColumn("a"), ZScore()]).fit(constant).decision_function(constant.assign(a=2.0))
    assert np.isfinite(scores).all()


def test_the_usual_four_are_saved_and_loaded(tmp_path):
    detector = Ensemble().fit(ROWS).calibrate(TEST, false_alarm_rate=0.1)
    assert detector.names_ == ["Mahalanobis", "NearestNeighbours", "LocalOutlierFactor", "DenseAutoencoder"]
    detector.save(tmp_path / "my.detector")
    loaded = load_detector(tmp_path / "my.detector")
    assert np.allclose(loaded.decision_function(TEST), detector.decision_function(TEST), rtol=1e-6)
    assert loaded.member_scores(TEST).columns.tolist() == detector.names_


class Silent(ZScore):
    def _score(self, rows):
        return np.where(rows[:, 0] > 2, np.nan, super()._score(rows))


def test_a_member_without_a_score_is_named_and_not_averaged():
    with pytest.raises(ValueError, match=r"Silent\(\) does not give one finite score for each row"):
        Ensemble([Silent(), ZScore()]).fit(ROWS * 3)


def test_a_refit_that_is_refused_keeps_what_was_learned():
    detector = Ensemble([ZScore(), IQR()]).fit(ROWS)
    expected = detector.decision_function(TEST)
    with pytest.raises(ValueError, match=r"X has 2 rows, .* 1 are left to learn from: at least 2"):
        detector.fit(ROWS[:2])
    assert np.array_equal(detector.decision_function(TEST), expected)


class Flat(ZScore):
    def _score(self, rows):
        return 5 + 1e-12 * super()._score(rows)


def test_rounding_is_no_spread():
    scores = Ensemble([Flat(), ZScore()]).fit(ROWS).member_scores(ROWS)
    assert scores["Flat"].abs().max() < 1e-6
