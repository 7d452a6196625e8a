"""Answers to the exercises of lesson 03, and what the checks say to them."""

from helpers.checks import lesson_03
from helpers.datasets import four_splits
from helpers.detectors import Mahalanobis, NearestNeighbours
from helpers.evaluation import rate_interval
from helpers.evaluation.thresholds import quantile_threshold
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone


def evaluation(
    fit="train", calibrate="calibration", answer="right", scale=None, copy=False, rate=0.01, own=False, plain=False
):
    """`evaluate` of lesson 03, exercise 3, right but for what the arguments say."""

    def evaluate(detector, X, y):
        parts = four_splits(y)
        rows = {"all": np.arange(len(y)), "train with odd": np.arange(8000), **vars(parts)}
        detector = clone(detector) if copy else detector
        if scale:
            X = (X - X.iloc[rows[scale]].mean()) / X.iloc[rows[scale]].std()
        detector.fit(X.iloc[rows[fit]])
        scorer = Mahalanobis().fit(X.iloc[rows[fit]]) if own else detector
        calm = scorer.decision_function(X.iloc[rows[calibrate]])
        limit = np.quantile(calm, 1 - rate) if plain else quantile_threshold(calm, rate)
        flags, odd = scorer.decision_function(X.iloc[parts.test]) > limit, y.iloc[parts.test].to_numpy() == 1
        recall, false_alarms = flags[odd].mean(), flags[~odd].mean()
        return {
            "right": (recall, false_alarms),
            "swapped": (false_alarms, recall),
            "empty": (..., ...),
            "all flagged": (recall, flags.mean()),
            "over all": (recall, (flags & ~odd).mean()),
            "one less precision": (recall, 1 - odd[flags].mean()),
            "precision": (odd[flags].mean(), false_alarms),
            "accuracy": float((flags == odd).mean()),
            "percent": (100 * recall, 100 * false_alarms),
            "series": pd.Series([recall, false_alarms]),
            "constant": (0.7, 94 / 5880),
        }[answer]

    return evaluate


HITS, ORDERS = lesson_03.BURSTS
BY_ORDERS = rate_interval(HITS.sum(), ORDERS.sum())
RECALLS = lesson_03.drawn_recalls()
SPAN = RECALLS.min(), RECALLS.max()
SHOWN = {name: lesson_03.recall_of_bulk(n) for name, n in {"none": 0, "three": 3}.items()}
TRAIN, CALIBRATION, BOTH, CLEAN = lesson_03.RECALLS.values()
DIRT = {"train": TRAIN, "calibration": CALIBRATION, "worse": "calibration"}

CASES = {
    1: [
        ([..., ..., ...], "empty"),
        ([BY_ORDERS, SPAN, 4], "right"),
        ([list(BY_ORDERS), np.array(SPAN).round(2), 4.0], "right"),
        ([tuple(BY_ORDERS), np.quantile(RECALLS, [0.025, 0.975]), 4], "right"),
        ([np.array(BY_ORDERS) * 100, np.array(SPAN) * 100, 4], "in percent"),
        ([BY_ORDERS, BY_ORDERS, 4], "of by_orders again"),
        ([SPAN, SPAN, 4], "by_orders is rate_interval"),
        ([BY_ORDERS, (0.3, 0.9), 4], "for each of the 27 draws"),
        ([BY_ORDERS, 0.7, 4], "shape (2,)"),
        ([BY_ORDERS, SPAN, [4, 4, 4]], "right"),
        ([BY_ORDERS, SPAN, {10475: 4, 11199: 4, 13193: 4}], "right"),
        ([BY_ORDERS, SPAN, [4, 4, 5]], "one number"),
        ([BY_ORDERS, SPAN, 3], "counts from 0"),
        ([BY_ORDERS, SPAN, 1], "which orders of a burst does hit miss"),
    ],
    2: [
        ([...], "empty"),
        ([{"none": 0.0, "three": ...}], "empty"),
        ([SHOWN], "right"),
        ([{n: min(recall + 1 / 24, 1) for n, recall in SHOWN.items()}], "right"),
        ([{n: max(recall - 0.04, 0) for n, recall in SHOWN.items()}], "right"),
        ([{"none": 1.0, "three": 1.0}], "without a single bulk order"),
        ([{"none": 0.0, "three": 0.0}], "no better with three shown"),
        ([{"none": 0.0, "three": 0.4}], "keep all other rows"),
        ([{"none": 0.0, "three": 1.0}], "is what all bulk"),
        ([{"none": 0.0, "three": lesson_03.recall_of_bulk(3, others=False)}], "the odd ones of other kinds"),
        ([{"none": 0.0, "three": lesson_03.recall_of_bulk(-3)}], "the last three"),
        ([{"none": 0, "three": 87}], "between 0 and 1"),
        ([{"none": 0.0}], "the keys are"),
    ],
    3: [
        ([evaluation(answer="empty")], "empty"),
        ([evaluation()], "right"),
        ([evaluation(scale="train")], "right"),
        ([evaluation(copy=True)], "right"),
        ([evaluation(plain=True)], "right"),
        ([evaluation(answer="series")], "right"),
        ([evaluation(fit="all")], "fitted on test rows"),
        ([evaluation(fit="validation")], "of the validation or calibration part"),
        ([evaluation(fit="train with odd")], "163 odd rows"),
        ([evaluation(scale="all")], "leaked"),
        ([evaluation(calibrate="train")], "training rows"),
        ([evaluation(calibrate="validation")], "validation rows"),
        ([evaluation(rate=0.05)], "promises 5 %"),
        ([evaluation(answer="swapped")], "swapped"),
        ([evaluation(answer="accuracy")], "two numbers"),
        ([evaluation(answer="all flagged")], "flagged or counted too"),
        ([evaluation(answer="over all")], "not by all test orders"),
        ([evaluation(answer="one less precision")], "among the alarms"),
        ([evaluation(answer="percent")], "not percent"),
        ([evaluation(answer="precision")], "precision"),
        ([evaluation(own=True)], "with the detector that is passed in"),
        ([evaluation(answer="constant")], "passed in"),
        ([lambda detector, X, y: (0.7, 0.016)], "never fitted"),
        ([crash], "KeyError"),
    ],
    4: [
        ([...], "empty"),
        ([DIRT | {"train": ...}], "empty"),
        ([DIRT], "right"),
        ([DIRT | {"worse": "Calibration "}], "right"),
        ([DIRT | {"train": round(TRAIN, 2), "calibration": round(CALIBRATION, 2)}], "right"),
        ([DIRT | {"train": CALIBRATION, "calibration": TRAIN}], "swapped"),
        ([DIRT | {"train": BOTH}], "both parts dirty"),
        ([DIRT | {"calibration": CLEAN}], "both parts clean"),
        ([DIRT | {"calibration": 0.7}], "is not its recall"),
        ([DIRT | {"worse": "train"}], "which of"),
        ([0.5], "a dict with the keys"),
    ],
}


def neighbours(train, calibration):
    """Flags on the test part of the fifth nearest neighbour, with a limit of 1 %."""
    _, features, parts = lesson_03.lesson().values()
    detector = NearestNeighbours().fit(features.iloc[train])
    limit = quantile_threshold(detector.decision_function(features.iloc[calibration]), 0.01)
    return detector.decision_function(features.iloc[parts.test]) > limit


def test_what_the_checks_know_of_neighbours():
    shop, _, parts = lesson_03.lesson().values()
    odd, card = shop.labels.iloc[parts.test] == 1, shop.kinds.iloc[parts.test] == "card testing"
    dirty = {"train": np.arange(8000), "calibration": np.arange(10_000, 14_000)}
    flags = {
        "train": neighbours(dirty["train"], parts.calibration),
        "calibration": neighbours(parts.train, dirty["calibration"]),
        "both": neighbours(dirty["train"], dirty["calibration"]),
        "clean": neighbours(parts.train, parts.calibration),
    }
    assert {name: flagged[odd].mean() for name, flagged in flags.items()} == pytest.approx(lesson_03.RECALLS)
    each = pd.Series(flags["clean"][card]).groupby(shop.data["customer_id"].iloc[parts.test][card].to_numpy())
    assert np.array_equal(each.agg(["sum", "count"]).to_numpy(dtype=int).T, lesson_03.BURSTS)


test_answers, test_every_check_is_tested = check_cases(lesson_03, CASES)
