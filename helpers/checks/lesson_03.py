"""Checks of the exercises of lesson 03, evaluation and comparison."""

from functools import cache, partial
from itertools import product

from helpers.checks.core import (
    Wrong,
    as_choice,
    as_number,
    as_numbers,
    as_parts,
    demand_all,
    exercise,
    refuse,
    try_out,
)
from helpers.datasets.features import order_features
from helpers.datasets.tables import four_splits, load_orders
from helpers.detectors.tables.statistical import Mahalanobis, ZScore
from helpers.evaluation.metrics import rate_interval
from helpers.evaluation.thresholds import quantile_threshold

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4"]

# What nearest neighbours find, as tests/checks/test_lesson_03.py computes it anew
BURSTS = np.array([7, 7, 8]), np.array([10, 10, 11])  # card tests found, and in all, of three customers
RECALLS = {"train": 60 / 120, "calibration": 53 / 120, "both": 39 / 120, "clean": 99 / 120}  # by what is dirty
SHOWN = {"none": 0, "three": 3}  # bulk orders in the training of exercise 2


@cache
def lesson() -> dict:
    """The lesson's features, labels and parts."""
    shop = load_orders()
    return {"shop": shop, "features": order_features(shop.data), "parts": four_splits(shop.labels)}


def close(answer: float, value: float, tolerance: float = 0.005) -> bool:
    return bool(np.isclose(answer, value, rtol=tolerance, atol=1e-9))


# Exercise 1


def drawn_recalls() -> np.ndarray:
    """The recall of each of the 27 draws of three customers."""
    hits, orders = BURSTS
    draws = np.array(list(product(range(3), repeat=3)))
    return hits[draws].sum(axis=1) / orders[draws].sum(axis=1)


def common(answer):
    """What all customers have in common, if the answer says it for each of them."""
    each = answer.values() if isinstance(answer, dict) else answer
    each = list(each) if isinstance(answer, dict | list | tuple | np.ndarray | pd.Series) else []
    return each[0] if each and all(value == each[0] for value in each) else answer


@exercise
def exercise_1(by_orders, by_customers, first_found) -> str:
    """Two intervals of one recall, orders drawn and customers drawn; and the place in a burst that is found first.

    >>> exercise_1((0.0, 1.0), (0.0, 1.0), 1)
    not yet: by_orders is rate_interval(22, 31), and this is not it
    """
    by_orders, by_customers = (
        as_numbers(answer, 2, name) for answer, name in ((by_orders, "by_orders"), (by_customers, "by_customers"))
    )
    first, (hits, orders) = as_number(common(first_found), "first_found"), BURSTS
    right, recalls = rate_interval(hits.sum(), orders.sum()), drawn_recalls()
    averaged = (hits / orders)[np.array(list(product(range(3), repeat=3)))].mean(axis=1)
    span, means, middle = (
        (values.min(), values.max()) for values in (recalls, averaged, np.quantile(recalls, [0.025, 0.975]))
    )
    fits = {name: np.allclose(by_customers, ends, atol=0.006) for name, ends in (("span", span), ("means", means))}
    fits["middle"] = np.allclose(by_customers, middle, atol=0.006)
    refuse(
        {
            "both intervals are right in percent; store shares between 0 and 1": by_orders.max() > 1
            or by_customers.max() > 1,
            f"by_orders is rate_interval({hits.sum()}, {orders.sum()}), and this is not it": not np.allclose(
                by_orders, right, atol=0.006
            ),
            "by_customers is the interval of by_orders again: draw customers, three of three": np.allclose(
                by_customers, right, atol=0.006
            ),
            "by_customers takes the mean of the customers' recalls; add up hits and orders of a draw, then "
            "divide": fits["means"] and not (fits["span"] or fits["middle"]),
            "by_customers: for each of the 27 draws, the sum of hits over the sum of orders; then smallest and "
            "largest": not (fits["span"] or fits["middle"]),
            "both intervals are right; first_found counts from 1, and this counts from 0": first == 3,
            f"both intervals are right; which orders of a burst does hit miss? Number {first:g} is not the first that "
            "is found": first != 4,
        }
    )
    return (
        f"by orders {right[0]:.0%} to {right[1]:.0%}, by customers {span[0]:.0%} to {span[1]:.0%}, and neither tells "
        "of a burst of four: the first three orders of each are missed, and a burst of four would have a recall of 25%"
    )


# Exercise 2


@cache
def recall_of_bulk(shown: int, others: bool = True) -> float:
    """Share of the test part's bulk orders that a forest finds shown the first or (below 0) the last of them."""
    shop, features, parts = lesson().values()
    development = np.arange(parts.train[-1] + 1, parts.test[0])
    kinds = shop.kinds.iloc[development].to_numpy()
    kept = development[kinds != "bulk order"] if others else development[kinds == "normal"]
    bulk = development[kinds == "bulk order"]
    rows = np.sort(np.r_[kept, bulk[:shown] if shown >= 0 else bulk[shown:]])
    forest = RandomForestClassifier(50, random_state=0).fit(features.iloc[rows], shop.labels.iloc[rows])
    limit = quantile_threshold(forest.predict_proba(features.iloc[parts.train])[:, 1], 0.01)
    wanted = parts.test[(shop.kinds.iloc[parts.test] == "bulk order").to_numpy()]
    return float((forest.predict_proba(features.iloc[wanted])[:, 1] > limit).mean())


@exercise
def exercise_2(recall_after) -> str:
    """The recall of bulk orders after none and three of them in training; one order of 24 more or less is right.

    >>> exercise_2({"none": 1.0, "three": 1.0})
    not yet: without a single bulk order in training the forest finds 0% of them, and this says 100%
    """
    answers = [as_number(part, "a recall") for part in as_parts(recall_after, SHOWN)]
    none, three = (recall_of_bulk(shown) for shown in SHOWN.values())
    near = partial(np.isclose, answers[1], rtol=0, atol=1.1 / 24)
    refuse(
        {
            "recalls are shares between 0 and 1": max(answers) > 1 or min(answers) < 0,
            f"without a single bulk order in training the forest finds {none:.0%} of them, and this says "
            f"{answers[0]:.0%}": not np.isclose(answers[0], none, rtol=0, atol=1.1 / 24),
            "no better with three shown: are they among the rows that the forest learns from?": answers[1] < 0.1,
        }
    )
    if not near(three):
        refuse(
            {
                f"{answers[1]:.0%} is what all bulk orders give, or three without the odd ones of other "
                "kinds: keep all other rows, and take three of this kind": near(1)
                or near(recall_of_bulk(3, others=False)),
                f"{answers[1]:.0%} is what the last three give: take the first three of the development part": near(
                    recall_of_bulk(-3)
                ),
            }
        )
        raise Wrong(
            f"with three shown it finds {three:.0%}, and this says {answers[1]:.0%}: keep all other rows, take the "
            "first three of the development part, and count bulk orders of the test part"
        )
    return (
        f"{answers[0]:.0%}, and {answers[1]:.0%} after three: a handful of labels teaches this kind. Somebody has to "
        "find that handful first"
    )


# Exercise 3


class Witness:
    """A detector that notes the rows it is fitted on, copies of it included: see `witness`."""

    fitted_on: list

    def fit(self, X, y=None):
        self.fitted_on.append(X)
        return super().fit(X, y)


def witness(kind=Mahalanobis):
    """Make a detector of a class of its own, so that clones and copies share one list and other calls do not."""
    return type("Witness", (Witness, kind), {"fitted_on": []})()


def two_shares(answer) -> tuple[float, float]:
    """Recall and false-alarm rate, as numbers; `Wrong` where they are missing or no shares."""
    if answer is None or np.ndim(answer) != 1 or len(answer) != 2:
        raise Wrong("evaluate should return two numbers: recall, false_alarm_rate")
    recall, rate = list(answer)
    demand_all((recall, rate))
    recall, rate = as_number(recall, "the recall"), as_number(rate, "the false-alarm rate")
    if recall > 1 or rate > 1:
        raise Wrong("both numbers should be shares between 0 and 1, not percent or counts")
    return recall, rate


def inspect_rows(fitted_on: list, X: pd.DataFrame, y: pd.Series, parts) -> None:
    """Say what is wrong with the rows that the detector was fitted on."""
    if not fitted_on:
        raise Wrong(
            "the detector that evaluate was given was never fitted: call detector.fit on the training rows; make no "
            "detector of your own"
        )
    rows = fitted_on[-1]
    if not isinstance(rows, pd.DataFrame):
        raise Wrong("pass rows of the frame X to the detector, X.iloc[...], so that the check sees which rows they are")
    if set(rows.index) & set(X.index[parts.test]):
        raise Wrong("the detector was fitted on test rows: it learned the odd orders that it should be surprised by")
    if y[rows.index].any():
        raise Wrong(f"{y[rows.index].sum()} odd rows are among the training rows: fit on normal ones only")
    if not set(rows.index) <= set(X.index[parts.train]):
        raise Wrong(
            "the detector was fitted on rows of the validation or calibration part: a row that did one job "
            "cannot check another"
        )
    scaled = [(X - X.mean()) / X.std(), (X - X.mean()) / X.std(ddof=0), (X - X.min()) / (X.max() - X.min())]
    if any(np.allclose(rows, table.loc[rows.index]) for table in scaled):
        raise Wrong(
            "the rows were scaled before they were split: the test part has leaked into the scale. The "
            "detectors scale inside"
        )


@cache
def judged_scores(kind) -> dict[str, np.ndarray]:
    """Scores of each part by a detector of this class, fitted as it should be."""
    _, features, parts = lesson().values()
    detector = kind().fit(features.iloc[parts.train])
    rows = vars(parts) | {"mixed": np.arange(parts.validation[-1] + 1, parts.test[0])}
    return {name: detector.decision_function(features.iloc[part]) for name, part in rows.items()}


def shares_at(limit: float, kind=Mahalanobis) -> tuple[float, float]:
    """Recall and false-alarm rate on the test part at a limit."""
    shop, _, parts = lesson().values()
    flagged, odd = judged_scores(kind)["test"] > limit, shop.labels.iloc[parts.test].to_numpy() == 1
    return float(flagged[odd].mean()), float(flagged[~odd].mean())


def is_right(answer, kind) -> bool:
    """Whether these are the shares at the limit of lesson 02, or at numpy's quantile of the same scores."""
    score = judged_scores(kind)["calibration"]
    return any(
        agrees(answer, shares_at(limit, kind)) for limit in (quantile_threshold(score, 0.01), np.quantile(score, 0.99))
    )


def known_faults() -> dict[str, tuple[float, float]]:
    """Name wrong limits and wrong counts, each with what it gives for Mahalanobis."""
    score = judged_scores(Mahalanobis)
    odd = lesson()["shop"].labels.iloc[lesson()["parts"].test].to_numpy() == 1
    limit = quantile_threshold(score["calibration"], 0.01)
    (recall, rate), flagged = shares_at(limit), score["test"] > limit
    from_rows = "the limit comes from the {} rows; it should come from the calibration part"
    return {
        "the limit is the 95th percentile of the test scores: it flags "
        "5 % whatever happens. Take it from the calibration part": shares_at(np.percentile(score["test"], 95)),
        from_rows.format("test"): shares_at(np.percentile(score["test"], 99)),
        from_rows.format("training"): shares_at(quantile_threshold(score["train"], 0.01)),
        from_rows.format("validation"): shares_at(quantile_threshold(score["validation"], 0.01)),
        "the limit promises 5 %; 1 % is asked for": shares_at(quantile_threshold(score["calibration"], 0.05)),
        "odd rows are among the calibration rows and raise the limit": shares_at(np.quantile(score["mixed"], 0.99)),
        "the two numbers are swapped: first the recall, then the false-alarm rate": (rate, recall),
        "the first number is the precision; recall counts over the odd orders": (odd[flagged].mean(), rate),
        "the recall is right; false alarms are flagged normal orders over all normal ones, and here odd ones are "
        "flagged or counted too": (recall, flagged.mean()),
        "the recall is right; divide the false alarms by the normal test orders, not by all test orders": (
            recall,
            flagged[~odd].sum() / len(odd),
        ),
        "the recall is right; the second number is the share of false ones among the alarms, and the rate counts "
        "over the normal orders": (recall, 1 - odd[flagged].mean()),
        "the first number is the accuracy, which hardly notices odd orders": ((flagged == odd).mean(), rate),
    }


def agrees(answer, right) -> bool:
    return close(answer[0], right[0]) and close(answer[1], right[1])


@exercise
def exercise_3(evaluate) -> str:
    """Repair the evaluation: the check watches which rows are fitted, and recomputes both numbers twice.

    >>> exercise_3(lambda detector, X, y: detector.fit(X) and (0.9, 0.01))
    not yet: the detector was fitted on test rows: it learned the odd orders that it should be surprised by
    """
    shop, X, parts = lesson().values()
    y, detector = shop.labels, witness()
    answer = two_shares(try_out(evaluate, detector, X.copy(), y.copy()))
    inspect_rows(detector.fitted_on, X, y, parts)
    if not is_right(answer, Mahalanobis):
        refuse({name: agrees(answer, wrong) for name, wrong in known_faults().items()})
        raise Wrong(
            f"recall {answer[0]:.1%} and false-alarm rate {answer[1]:.2%} are not what the test part gives: a limit "
            "from the calibration scores at 0.01, recall over odd test orders, false alarms over normal ones"
        )
    other = two_shares(try_out(evaluate, witness(ZScore), X.copy(), y.copy()))
    if not is_right(other, ZScore):
        raise Wrong(
            "right for Mahalanobis and wrong for another detector: score with the detector that is passed in, not with "
            "one of the notebook's"
        )
    calm = X.copy()
    calm.iloc[parts.test] = X.iloc[np.resize(parts.calibration, len(parts.test))].to_numpy()
    if try_out(evaluate, witness(), calm, y.copy())[0] == answer[0]:
        raise Wrong(
            "the result stays the same for other test rows: use the arguments X and y, not the variables of "
            "the notebook"
        )
    return (
        f"fitted on normal training rows, limit from calibration rows, judged on the test part: recall "
        f"{answer[0]:.0%}, false alarms {answer[1]:.1%}, and right for another detector too"
    )


# Exercise 4


@exercise
def exercise_4(dirt) -> str:
    """Nearest neighbours with one part dirty and the other clean; and which of the two costs more recall.

    >>> exercise_4({"train": 0.5, "calibration": 0.5, "worse": "test"})
    not yet: worse is one of calibration, train; 'test' is none of them
    """
    train, calibration, worse = as_parts(dirt, ("train", "calibration", "worse"))
    worse = as_choice(worse, {"train", "calibration"}, "worse")
    train, calibration = as_number(train, "train"), as_number(calibration, "calibration")
    *right, both, clean = RECALLS.values()
    refuse(
        {
            "recalls are shares between 0 and 1": max(train, calibration) > 1,
            "the two recalls are swapped: train is the one with dirty training rows": close(train, right[1])
            and close(calibration, right[0]),
            "that is the recall with both parts dirty; one of them is clean here": close(train, both)
            or close(calibration, both),
            "that is the recall with both parts clean": close(train, clean) or close(calibration, clean),
            f"train: fit on {8000} rows as they came, limit from parts.calibration; {train:.2f} is not its "
            "recall": not close(train, right[0], 0.02),
            "calibration: fit on parts.train, limit from the unchecked rows; "
            f"{calibration:.2f} is not its recall": not close(calibration, right[1], 0.02),
            f"the recalls are right; which of {train:.2f} and {calibration:.2f} is lower?": worse != "calibration",
        }
    )
    return (
        f"{clean:.2f} with both clean, {train:.2f} and {calibration:.2f} with one dirty: eighty odd rows in the "
        "calibration part cost more than 163 in the training part, and only recall shows it, no ranking does"
    )
