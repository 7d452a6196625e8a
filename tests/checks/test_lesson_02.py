"""Answers to the exercises of lesson 02, and what the checks say to them."""

from helpers.checks import lesson_02
from helpers.datasets import four_splits
from helpers.evaluation.thresholds import quantile_threshold
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd
from sklearn.base import clone


def evaluation(fit="train", calibrate="calibration", answer="right", scale=None, copy=False, rate=0.01):
    """`evaluate` of lesson 02, exercise 4, right but for what the arguments say."""

    def evaluate(detector, X, y):
        parts = four_splits(y)
        rows = {"all": np.arange(len(y)), "train with odd": np.arange(8000), **vars(parts)}
        detector = clone(detector) if copy else detector
        if scale:
            X = (X - X.iloc[rows[scale]].mean()) / X.iloc[rows[scale]].std()
        detector.fit(X.iloc[rows[fit]])
        limit = quantile_threshold(detector.decision_function(X.iloc[rows[calibrate]]), rate)
        flags, odd = detector.decision_function(X.iloc[parts.test]) > limit, y.iloc[parts.test].to_numpy() == 1
        recall, false_alarms = flags[odd].mean(), flags[~odd].mean()
        return {
            "right": (recall, false_alarms),
            "swapped": (false_alarms, recall),
            "empty": (..., ...),
            "all flagged": (recall, flags.mean()),
            "precision": (odd[flags].mean(), false_alarms),
            "accuracy": float((flags == odd).mean()),
            "percent": (100 * recall, 100 * false_alarms),
            "series": pd.Series([recall, false_alarms]),
            "constant": (0.7, 0.01599),
        }[answer]

    return evaluate


CASES = {
    1: [
        ([...], "empty"),
        ([0.0902], "right"),
        ([0.99], "recall"),
        ([9.02], "percent"),
        ([0.5], "count in 100,000"),
        ([-3], "between 0 and 1"),
    ],
    2: [([..., ...], "empty"), ([0.05, 0.05], "should be a score"), ([3.0, 0.05], "is not the limit")],
    3: [([..., ...], "empty"), ([100.0, 0.1], "must lower"), ([2.0, 0.1], "is not it")],
    4: [
        ([evaluation(answer="empty")], "empty"),
        ([evaluation()], "right"),
        ([evaluation(fit="all")], "fitted on test rows"),
        ([evaluation(fit="validation")], "of the validation or calibration part"),
        ([evaluation(fit="train with odd")], "163 odd rows"),
        ([evaluation(scale="all")], "leaked"),
        ([evaluation(scale="train")], "right"),
        ([evaluation(copy=True)], "right"),
        ([evaluation(calibrate="train")], "training rows"),
        ([evaluation(calibrate="validation")], "validation rows"),
        ([evaluation(rate=0.05)], "promises 5 %"),
        ([evaluation(answer="swapped")], "swapped"),
        ([evaluation(answer="accuracy")], "two numbers"),
        ([evaluation(answer="all flagged")], "normal test orders"),
        ([evaluation(answer="percent")], "not percent"),
        ([evaluation(answer="precision")], "precision"),
        ([evaluation(answer="series")], "right"),
        ([evaluation(answer="constant")], "other test rows"),
        ([lambda detector, X, y: (0.7, 0.016)], "never fitted"),
        ([crash], "KeyError"),
    ],
    5: [([...], "empty"), (["word " * 30], "right"), (["short"], "1 words so far"), ([3], "as a text")],
}

test_answers, test_every_check_is_tested = check_cases(lesson_02, CASES)
