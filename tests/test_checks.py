"""Every exercise's check knows an empty answer, several wrong ones and the right one (the worked solution)."""

from helpers.checks import (
    environment,
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
)
from helpers.checks.core import NOT_ATTEMPTED
from helpers.datasets import four_splits, load_orders, load_results
from helpers.evaluation.thresholds import quantile_threshold

import lessons
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone


def fault(name):
    """A detector or evaluation with one planted fault, for the two 'Spot the bug' exercises with code."""

    def logs(frame):
        return np.log(frame[["quantity", "unit_price", "amount"]])

    def one_sided(past, recent):
        return ((logs(recent) - logs(past).mean()) / logs(past).std() > 3).any(axis=1)

    def with_ids(past, recent):
        return ((logs(recent) - logs(past).mean()).abs() / logs(past).std() > 3).any(axis=1) | (
            recent["customer_id"] > 20_000
        )

    def ruler_from_recent(past, recent):
        return ((logs(recent) - logs(recent).mean()).abs() / logs(recent).std() > 3).any(axis=1)

    def raw_euros(past, recent):
        columns = ["quantity", "unit_price", "amount"]
        return ((recent[columns] - past[columns].mean()).abs() / past[columns].std() > 3).any(axis=1)

    def four_sigma(past, recent):
        return ((logs(recent) - logs(past).mean()).abs() / logs(past).std() > 4).any(axis=1)

    def crash(*_):
        raise KeyError("amuont")

    return locals()[name]


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


def area_of(**wrong):
    """`pca_auroc` of lesson 04, exercise 2, right but for what the arguments say."""

    def pca_auroc(digit):
        found = lesson_04.areas(wrong.get("digit", digit))[wrong.get("error", "tolerant")]
        return 1 - found if wrong.get("swapped") else found

    return pca_auroc


def change(sign=1, last=-2):
    """The answers of lesson 05, exercise 2, for its own windows of 25 values, right but for what the arguments say."""
    windows = np.random.default_rng(0).normal(size=(7, 25))
    taken_out = windows[:, [last]]
    return [sign * (windows[:, :-1] - taken_out)[:, :, None], sign * (windows[:, -1:] - taken_out), windows]


def score_of(**wrong):
    """`my_score` of lesson 08, exercise 2, right but for what the arguments say."""

    def my_score(parts, normal_parts, weights):
        if wrong.get("swapped"):
            parts, normal_parts = normal_parts, parts
        if wrong.get("all_parts"):
            weights = dict.fromkeys(parts, 1.0) | weights
        ruler = parts if wrong.get("own") else normal_parts
        z = parts if wrong.get("raw") else (parts - ruler.mean()) / ruler.std(ddof=wrong.get("ddof", 0))
        total = sum((1 if wrong.get("equal") else weight) * z[name] for name, weight in weights.items())
        return total if wrong.get("total") else total / (len(weights) if wrong.get("equal") else sum(weights.values()))

    return my_score


recent_labels = load_orders().labels.iloc[12_000:]
log_price = np.log(load_orders().data["unit_price"])
price_gap = (log_price - log_price.groupby(load_orders().data["product_id"]).transform("median")).abs()


def gym(**changes):
    """The right answer of lesson 09, exercise 1, but for what the arguments say."""
    right = {
        "member_id": "leave out",
        "postcode": "category",
        "age": "number",
        "plan": "category",
        "joined": "date",
        "visits_last_month": "number",
        "currency": "leave out",
        "refund_reason": "leave out",
    }
    return right | changes


def overlap(first, second, k):
    return len(np.intersect1d(np.argsort(-first)[:k], np.argsort(-second)[:k])) / k


def in_time(seconds=20):
    million = load_results("cost").query("rows == 1_000_000")
    return set(million.loc[million["train_seconds"] + million["score_seconds"] < seconds, "detector"])


CASES = {
    (lesson_00, 1): [
        ([{"a": ..., "b": ..., "c": ..., "d": ...}], "empty"),
        ([{"a": "point", "b": ..., "c": 1, "d": 1}], "empty"),
        ([{"a": "Point ", "b": "CONTEXTUAL", "c": "collective", "d": "contextual"}], "right"),
        ([{"a": "point", "b": "contextual", "c": "collective", "d": "contextual"}], "right"),
        ([{"a": "contextual", "b": "contextual", "c": "collective", "d": "contextual"}], "900 °C"),
        ([{"a": "point", "b": "contextual", "c": "point", "d": "contextual"}], "healthy"),
        ([{"a": "Punkt", "b": "contextual", "c": "collective", "d": "contextual"}], "none of the three words"),
        ([["point"]], "should be a dict"),
    ],
    (lesson_00, 2): [
        ([..., ...], "empty"),
        ([2075, 103], "right"),
        ([np.int64(2075), np.float64(103)], "right"),
        ([53, 3], "one direction"),
        ([2022, 3], "one direction"),
        ([2075, 2075], "add up shop.labels"),
        ([0.104, 3], "share"),
        ([2100, 103], "too many"),
        ([1500, 3], "count where"),
        (["many", 3], "not a str"),
        ([None, 3], "is empty"),
        ([np.ones(20_000), 3], "20000 of them"),
    ],
    (lesson_00, 3): [
        ([...], "empty"),
        ([{"a", "b", "d", "e"}], "right"),
        ([["A", "B", "d", "e"]], "right"),
        (["abde"], "right"),
        ([{"a", "b"}], "2 found, 2 more"),
        ([{"a", "b", "c", "d", "e"}], "c is no fault"),
        ([{"z"}], "z: choose from"),
        ([4], "a set of letters is needed"),
        ([{"a", ...}], "empty"),
        ([np.array(list("abde"))], "right"),
        ([set()], "0 found, 4 more to find"),
        ([{"c", "f"}], "f is no fault"),
    ],
    (lesson_00, 4): [
        ([...], "empty"),
        (["word " * 30], "right"),
        (["too short"], "2 words so far"),
        ([3], "as a text"),
        ([["word " * 10, "word " * 10]], "right"),
    ],
    (lesson_01, 1): [
        ([...], "empty"),
        ([np.exp(6.862)], "right"),
        ([6.862], "in logarithms"),
        ([172.0], "every eighth"),
        ([5.0], "fences"),
        ([[1, 2]], "one number"),
        (["high"], "not a str"),
        ([1.1739], "lower fence"),
        ([10**6.862], "natural logarithm"),
        ([np.exp(9.3751)], "far out"),
    ],
    (lesson_01, 2): [
        ([...], "empty"),
        ([11], "right"),
        ([11.0], "right"),
        ([10], "not greater than 3"),
        ([30], "How few"),
        ([10.5], "whole number"),
        ([np.nan], "whole number"),
        ([None], "is empty"),
    ],
    (lesson_01, 3): [
        ([...], "empty"),
        ([price_gap], "right"),
        ([price_gap.sample(frac=1, random_state=0)], "right"),
        ([price_gap.to_numpy()], "right"),
        ([price_gap.head()], "another index"),
        ([np.zeros(20_000)], "of your 80 largest"),
        ([-np.ones(20_000)], "negative"),
        ([np.full(20_000, np.nan)], "NaN"),
        ([np.zeros(3)], "shape"),
    ],
    (lesson_01, 4): [
        ([lambda past, recent: ...], "empty"),
        ([fault("one_sided")], "take .abs()"),
        ([fault("with_ids")], "other ids"),
        ([fault("ruler_from_recent")], "taken away"),
        ([fault("raw_euros")], "logs are missing"),
        ([fault("four_sigma")], "logs"),
        ([fault("crash")], "KeyError: 'amuont'"),
        ([5], "a function is needed"),
        ([lambda past, recent: [1]], "shape"),
        ([lambda past, recent: recent["amount"]], "these are scores"),
    ],
    (lesson_01, 5): [
        ([...], "empty"),
        ([np.arange(8000.0)], "of your 160 alarms"),
        ([np.full(8000, np.nan)], "NaN"),
        ([np.zeros(5)], "shape"),
        ([recent_labels], "too good"),
        ([pd.Series(np.zeros(8000))], "another index"),
        ([recent_labels * 0.0], "of your 160 alarms"),
    ],
    (lesson_02, 1): [
        ([...], "empty"),
        ([0.0902], "right"),
        ([0.99], "recall"),
        ([9.02], "percent"),
        ([0.5], "count in 100,000"),
        ([-3], "between 0 and 1"),
    ],
    (lesson_02, 2): [([..., ...], "empty"), ([0.05, 0.05], "should be a score"), ([3.0, 0.05], "is not the limit")],
    (lesson_02, 3): [([..., ...], "empty"), ([100.0, 0.1], "must lower"), ([2.0, 0.1], "is not it")],
    (lesson_02, 4): [
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
        ([fault("crash")], "KeyError"),
    ],
    (lesson_03, 1): [
        ([...], "empty"),
        ([288], "right"),
        ([np.int64(288)], "right"),
        ([256], "matrices"),
        ([300], "Four layers"),
        ([None], "is empty"),
    ],
    (lesson_03, 2): [
        ([...], "empty"),
        ([0.01363], "right"),
        ([np.float32(0.01363)], "right"),
        ([0.1908], "sum over the 14"),
        ([0.1167], "the root"),
        ([0.5], "is not it"),
        ([-1.0], "negative"),
        (["low"], "not a str"),
    ],
    (lesson_03, 3): [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 2, 5, 8, 9, 10, 11, 13}], "right"),
        ([[1, 2, 8, 9, 10, 11]], "right"),
        ([{1, 2}], "2 found, 6 or more"),
        ([{1, 4}], "line 4 is innocent"),
        ([{1, 2, 3, 8, 9, 10, 11, 12}], "right"),
        ([np.array([1, 2, 8, 9, 10, 11])], "right"),
        ([{1.5, 2}], "there is no line"),
        ([{99}], "there is no line"),
        ([5], "a set of line numbers"),
        ([set()], "0 found"),
    ],
    (lesson_03, 4): [
        ([..., np.arange(100.0), np.ones(100)], "empty"),
        ([27.5, np.arange(100.0), np.ones(100)], "right"),
        ([99.0, np.arange(100.0), np.ones(100)], "promise a higher"),
        ([-1.0, np.arange(100.0), np.ones(100)], "lower"),
        ([27.5, np.arange(100.0), np.zeros(100)], "fewer than half"),
    ],
    (lesson_03, 5): [([...], "empty"), (["word " * 30], "right"), (["short"], "1 words so far"), ([3], "as a text")],
    (lesson_02, 5): [([...], "empty"), (["word " * 30], "right"), (["short"], "1 words so far"), ([3], "as a text")],
    (lesson_04, 1): [
        ([..., ...], "empty"),
        ([0.0048181, 1.0], "right"),
        ([np.float32(0.0048181), 1], "right"),
        ([0.0048181 * 784, 1.0], "sum over the pixels"),
        ([0.0048181**0.5, 1.0], "root"),
        ([0.003016, 1.0], "32"),
        ([0.39, 1.0], "is not 0.39"),
        ([0.0048181, 100], "count or percent"),
        ([0.0048181, 0.0], "share is not 0"),
        ([0.0048181, None], "is empty"),
        (["blank", 1.0], "not a str"),
        ([np.zeros(784), 1.0], "784 of them"),
    ],
    (lesson_04, 2): [
        ([lambda digit: ...], "empty"),
        ([area_of()], "right"),
        ([area_of(swapped=True)], "swapped"),
        ([area_of(error="squared")], "use tolerant_error"),
        ([area_of(error="relative")], "divided by the ink"),
        ([area_of(digit=1)], "depends on the digit"),
        ([fault("crash")], "KeyError"),
        ([0.97], "a function is needed"),
        ([lambda digit: None], "is empty"),
    ],
    (lesson_04, 3): [
        ([...], "empty"),
        ([{1, 2, 7, 8, 11, 13}], "right"),
        ([[1, 2, 7, 11, 13]], "right"),
        ([{1, ...}], "empty"),
        ([{1, 2, 7, 8}], "4 found"),
        ([{1, 2, 7, 8, 11, 10}], "line 10 is innocent"),
        ([{14}], "there is no line 14"),
        ([set()], "0 found"),
        (["1, 2"], "a set of line numbers"),
        ([{"one"}], "not a str"),
    ],
    (lesson_04, 4): [([...], "empty"), (["word " * 30], "right"), (["PCA."], "1 words so far"), ([3], "as a text")],
    (lesson_05, 1): [
        ([...], "empty"),
        ([142], "right"),
        ([np.int64(142)], "right"),
        ([176], "ignores the gaps"),
        ([140], "lacks the last window"),
        ([144], "counts 24 points"),
        ([128], "negative number"),
        ([7], "is not it"),
        ([None], "is empty"),
        ([[6, 0, 136]], "3 of them"),
    ],
    (lesson_05, 2): [
        ([..., ..., np.zeros((1, 25))], "empty"),
        (change(), "right"),
        (change(sign=-1), "the sign"),
        (change(last=0), "X_change: its last hour"),
        (change(last=-1), "X_change: its last hour"),
        ([change()[0], change(last=-1)[1], change()[2]], "its own value"),
        ([change()[0], change(last=0)[1], change()[2]], "minus the last known"),
        ([change()[0][:, :, 0], change()[1], change()[2]], "the shape (7, 24)"),
        ([change()[0], change()[1][:, 0], change()[2]], "the shape (7,)"),
    ],
    (lesson_05, 3): [
        ([...], "empty"),
        ([{3, 4, 5, 7, 8, 11, 12}], "right"),
        ([[3, 7, 8, 11, 12, 13]], "right"),
        ([{3, 4, 13}], "2 found, 5 or more"),
        ([{3, 4, 5, 7, 9}], "line 9 is innocent"),
        ([{14}], "there is no line 14"),
        ([{3, ...}], "empty"),
        ([set()], "0 found"),
        (["3, 4"], "a set of line numbers"),
    ],
    (lesson_05, 4): [
        ([..., ...], "empty"),
        ([18, 4.359], "right"),
        ([np.int64(18), np.float64(4.4)], "right"),
        ([13, 3.2117], "a day's period"),
        ([18, 0.6227], "a day; take them times 7"),
        ([18, 1.0], "second thing"),
        ([4, 4.36], "of 20 is not it"),
        ([None, 4.36], "is empty"),
    ],
    (lesson_05, 5): [([...], "empty"), (["word " * 30], "right"), (["Call me."], "2 words so far"), ([3], "as a text")],
    (lesson_06, 1): [
        ([...], "empty"),
        ([(4992, ..., 0)], "empty"),
        ([(4992, 8320, 0)], "right"),
        ([np.array([4992, 8320, 0])], "right"),
        ([(4864, 8192, 0)], "shifts are missing"),
        ([(1248, 2080, 0)], "one gate"),
        ([(4000, 8320, 0)], "not 4000"),
        ([(4992, 4992, 0)], "does not read the channels"),
        ([(4992, 100, 0)], "decoder has not 100"),
        ([(8320, 4992, 0)], "swapped"),
        ([(4992, 8320, 8320)], "adds no weight"),
        ([4992], "three numbers"),
        ([(4992, 8320)], "shape (3,)"),
        ([("a", "b", "c")], "should be numbers"),
    ],
    (lesson_06, 2): [
        ([lambda before: ...], "empty"),
        ([lesson_06.rank_of_marked], "right"),
        ([lambda before: lesson_06.rank_of_marked(before) - 1], "start at 1"),
        ([lambda before: lesson_06.rank_of_marked(96)], "Does `before` reach"),
        ([lambda before: 24], "24, where 3"),
        ([lambda before: None], "is empty"),
        ([3], "a function is needed"),
        ([fault("crash")], "KeyError"),
    ],
    (lesson_06, 3): [
        ([...], "empty"),
        ([{2, 6, 10, 12, 13}], "right"),
        ([[2, 6, 12, 13]], "right"),
        ([{2, 3, 6, 10, 12}], "right"),
        ([{2, 6, 10}], "3 found"),
        ([{2, 6, 9, 10}], "line 9 is innocent"),
        ([{14}], "there is no line 14"),
        ([{1, ...}], "empty"),
        (["2, 6"], "a set of line numbers"),
    ],
    (lesson_06, 4): [([...], "empty"), (["word " * 30], "right"), (["List."], "1 words so far"), ([3], "as a text")],
    (lesson_07, 1): [
        ([..., ...], "empty"),
        ([2 / 3, 0.00016961], "right"),
        ([np.float32(0.667), 0.00017], "right"),
        ([1 / 3, 0.00016961], "chance of being forged"),
        ([2 / 3, 0.99983], "chance of being forged"),
        ([0.5, 0.00016961], "half as high"),
        ([0.9, 0.1], "at 0: 0.9 is not p"),
        ([2 / 3, 0.1], "at 5: 0.1 is not p"),
        ([2 / 3, None], "is empty"),
        (["high", 0.1], "not a str"),
        ([2 / 3, 0.0], "do not round"),
    ],
    (lesson_07, 2): [
        ([lambda logits: ...], "empty"),
        ([lambda logits: -np.logaddexp(0, logits).mean()], "right"),
        ([lambda logits: np.logaddexp(0, -logits).mean()], "-log D"),
        ([lambda logits: np.logaddexp(0, logits).mean()], "sign is turned"),
        ([lambda logits: -np.logaddexp(0, -logits).mean()], "a sign slipped"),
        ([lambda logits: -np.logaddexp(0, logits).sum()], "the sum"),
        ([lambda logits: 0.0], "not 0.000"),
        ([lambda logits: np.log(1 - 1 / (1 + np.exp(-logits))).mean()], "yours gives -inf"),
        ([lambda logits: -np.logaddexp(0, logits)], "4 of them"),
        ([fault("crash")], "KeyError"),
        ([0.5], "a function is needed"),
    ],
    (lesson_07, 3): [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 4, 9, 11, 12, 14, 15}], "right"),
        ([[1, 4, 9, 12, 14]], "right"),
        ([{1, 4, 9, 11, 13, 14, 15}], "right"),
        ([{1, 4}], "2 found, 5 or more"),
        ([{1, 7}], "line 7 is innocent"),
        ([{16}], "there is no line 16"),
        ([set()], "0 found"),
        ([5], "a set of line numbers"),
    ],
    (lesson_07, 4): [
        ([..., ..., np.linspace(-1, 3, 1000)], "empty"),
        ([0.75, 2.962, np.linspace(-1, 3, 1000)], "right"),
        ([0.25, 2.962, np.linspace(-1, 3, 1000)], "called real"),
        ([750, 2.962, np.linspace(-1, 3, 1000)], "percent"),
        ([0.6, 2.962, np.linspace(-1, 3, 1000)], "is not 0.600"),
        ([0.75, 0.0, np.linspace(-1, 3, 1000)], "flags 75.0"),
        ([0.75, 9.0, np.linspace(-1, 3, 1000)], "flags 0 of 1,000"),
        ([0.75, 2.993, np.linspace(-1, 3, 1000)], "right"),
        ([0.75, 3.0, np.linspace(-1, 3, 1000)], "hides odd points too"),
        ([0.75, None, np.linspace(-1, 3, 1000)], "is empty"),
    ],
    (lesson_07, 5): [([...], "empty"), (["word " * 30], "right"), (["No."], "1 words so far"), ([3], "as a text")],
    (lesson_08, 1): [
        ([..., ..., ...], "empty"),
        ([1 / 3, -2 / 3, -4], "right"),
        ([0.333, -0.667, np.float64(-4)], "right"),
        ([3, 2, -4], "are G itself"),
        ([-1 / 3, 2 / 3, -4], "mirrored encoder; a x + b"),
        ([1, 0, -4], "E(5) is 5"),
        ([1 / 3, -2 / 3, 8], "your own E"),
        ([1 / 3, -2 / 3, -2], "put it through G"),
        ([1 / 3, -2 / 3, 5], "is not 5"),
        ([None, 1, 1], "is empty"),
        (["three", 1, 1], "not a str"),
    ],
    (lesson_08, 2): [
        ([lambda parts, normal_parts, weights: ...], "empty"),
        ([score_of()], "right"),
        ([score_of(ddof=1)], "right"),
        ([score_of(own=True)], "standardised by themselves"),
        ([score_of(total=True)], "divide by the sum"),
        ([score_of(equal=True)], "multiply each by its weight"),
        ([score_of(all_parts=True)], "that part alone"),
        ([score_of(raw=True)], "decides nearly alone"),
        ([score_of(swapped=True)], "another index"),
        ([lambda parts, normal_parts, weights: parts["features"]], "row 0"),
        ([fault("crash")], "KeyError"),
        ([0.5], "a function is needed"),
        ([lambda parts, normal_parts, weights: 0.5], "shape"),
    ],
    (lesson_08, 3): [
        ([...], "empty"),
        ([{2, 9, 14, 16, 17}], "right"),
        ([[2, 9, 12, 14, 16]], "right"),
        ([{2, 9}], "2 found, 4"),
        ([{2, 9, 14, 16, 8}], "line 8 is innocent"),
        ([{18}], "there is no line 18"),
        ([{2, ...}], "empty"),
        ([set()], "0 found"),
        ([5], "a set of line numbers"),
    ],
    (lesson_08, 4): [
        ([...], "empty"),
        ([0.697], "right"),
        ([np.float64(0.70)], "right"),
        ([0.5], "one round gives"),
        ([0.83], "too high"),
        ([0.6], "is not it"),
        ([np.zeros(200)], "200 of them"),
        ([None], "is empty"),
    ],
    (lesson_08, 5): [([...], "empty"), (["word " * 30], "right"), (["Use PCA."], "2 words so far"), ([3], "as a text")],
    (lesson_09, 1): [
        ([...], "empty"),
        ([gym()], "right"),
        ([gym(postcode="leave out")], "right"),
        ([gym(age=...)], "empty"),
        ([gym(member_id="number")], "made of digits"),
        ([gym(currency="category")], "one value only"),
        ([gym(refund_reason="category")], "must not teach"),
        ([gym(postcode="number")], "80331"),
        ([gym(joined="number")], "these are days"),
        ([gym(age="date")], "first values again"),
        ([gym(plan="text")], "none of 'number'"),
        ([gym(shoe_size="number")], "no column 'shoe_size'"),
        ([{"age": "number"}], "still to decide: member_id"),
        ([{}], "nothing decided yet"),
        ([["number"]], "a dictionary"),
    ],
    (lesson_09, 2): [
        ([...], "empty"),
        ([lambda a, b, k: ...], "empty"),
        ([overlap], "right"),
        ([lambda a, b, k: k * overlap(a, b, k)], "divide by k"),
        ([lambda a, b, k: overlap(-a, -b, k)], "the k lowest"),
        ([lambda a, b, k: np.argsort(-a)[:k]], "a ndarray of 3"),
        ([lambda a, b, k: np.isin(a, b).mean()], "where 0.333 was expected"),
        ([0.4], "a function is needed"),
    ],
    (lesson_09, 3): [
        ([...], "empty"),
        ([lambda r: ...], "empty"),
        ([lambda r: r.index[r["behind low"] <= 0][0]], "right"),
        ([lambda r: r["behind best"].idxmin()], "you take the best"),
        ([lambda r: "forest"], "was left out"),
        ([lambda r: r.index[0]], "behind the best by 0.11"),
        ([lambda r: 2], "the name of one detector"),
        ([lambda r: "autoencoder"], "comes before"),
        ([lambda r: "GAN"], "no detector of the ranking"),
        ([lambda r: r.index[r["behind low"] < 0][0]], "at or below 0"),
    ],
    (lesson_09, 4): [
        ([...], "empty"),
        ([in_time()], "right"),
        ([sorted(in_time())], "right"),
        ([in_time() - {"z-score"}], "1 more"),
        ([{"telepathy"}], "not in the table"),
        ([in_time(1e9)], "both count"),
        ([3], "a set of names"),
        (["PCA"], "a set of names"),
        ([in_time() | {"5 nearest neighbours"}], "stopped after two minutes"),
    ],
    (lesson_09, 5): [([...], "empty"), (["word " * 30], "right"), (["It is."], "2 words so far"), ([3], "as a text")],
}


@pytest.mark.parametrize(("lesson", "number"), CASES, ids=[f"{m.__name__[-2:]}-{n}" for m, n in CASES])
def test_answers(lesson, number):
    check = getattr(lesson, f"exercise_{number}")
    for answers, expected in CASES[lesson, number]:
        reply = check(*answers)
        if expected == "empty":
            assert (reply.verdict, str(reply)) == ("empty", NOT_ATTEMPTED)
        elif expected == "right":
            assert reply.verdict == "right", reply
        else:
            assert reply.verdict == "not yet" and expected in reply.text, f"{expected!r} is not in: {reply}"


def test_every_check_is_tested():
    modules = {module for module, _ in CASES}
    assert {(module, int(name[-1])) for module in modules for name in module.__all__} == set(CASES)
    assert len(modules) == len(lessons.sources())


def test_checks_leave_the_answer_alone():
    seen = []

    def alarms(past, recent):
        seen.append(len(recent))
        past["amount"], recent["amount"] = 0.0, 0.0
        return np.zeros(len(recent), bool)

    before = lesson_01.shop().data.copy()
    assert lesson_01.exercise_4(alarms).verdict == "not yet"
    pd.testing.assert_frame_equal(lesson_01.shop().data, before)
    assert seen


@pytest.mark.parametrize(("minor", "start"), [(10, "[FAIL]"), (11, "[OK]"), (13, "[OK]"), (14, "[FAIL]")])
def test_python_line(minor, start):
    assert environment.python_line((3, minor)).startswith(start)


def test_missing_and_old_packages_fail():
    assert environment.package_line("no-such-package", 1).startswith("[FAIL] no-such-package is missing: delete")
    assert environment.package_line("pandas", 99).startswith("[FAIL] pandas 3")


def test_memory_line(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 4000000 kB\nMemAvailable: 300000 kB\n")
    assert environment.memory_line(meminfo).startswith("[FAIL] only 292 MB")
    meminfo.write_text("MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n")
    assert environment.memory_line(meminfo).startswith("[OK]")


def test_environment_check_names_a_damaged_file(monkeypatch, capsys):
    monkeypatch.setattr("helpers.datasets.files.checksums", lambda: {"orders.csv.gz": "0" * 64})
    environment.check_environment()
    assert "[FAIL] data/orders.csv.gz is not the file of the course" in capsys.readouterr().out


def test_environment_check_is_all_ok_here(capsys):
    environment.check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 10
    assert [line for line in lines if not line.startswith("[OK]") and "memory" not in line] == []
