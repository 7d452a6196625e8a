"""Checks of the exercises of lesson 02, thresholds."""

from functools import cache

from helpers.checks.core import Wrong, as_choice, as_number, as_parts, exercise, refuse
from helpers.datasets.features import order_features
from helpers.datasets.tables import four_splits, load_orders
from helpers.detectors.tables.statistical import Mahalanobis
from helpers.evaluation.thresholds import cost_threshold, quantile_threshold

import numpy as np
import pandas as pd

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4"]

FALSE_ALARM, FINE = 5, 1000  # euros
DEAR = 5  # euros: a limit that costs no more above the cheapest is as good
PARTS = ("rule", "rows a day", "false alarms a day", "normal rows", "labelled odd rows", "days")
RULES = ("promise", "cost", "capacity", "cross-validation")


@cache
def lesson() -> dict:
    """Compute the lesson's scores once: calibration, development (with labels) and test."""
    shop = load_orders()
    features, parts = order_features(shop.data), four_splits(shop.labels)
    detector = Mahalanobis().fit(features.iloc[parts.train])
    rows = {
        "calibration": parts.calibration,
        "development": np.arange(parts.train[-1] + 1, parts.test[0]),
        "test": parts.test,
    }
    score = {name: detector.decision_function(features.iloc[part]) for name, part in rows.items()}
    frames = {
        name: pd.DataFrame(
            {
                "score": score[name],
                "odd": shop.labels.iloc[part].to_numpy(),
                "amount": shop.data["amount"].iloc[part].to_numpy(),
                "kind": shop.kinds.iloc[part].to_numpy(),
            }
        )
        for name, part in rows.items()
    }
    days = {name: shop.data["time"].iloc[part].dt.date.nunique() for name, part in rows.items()}
    return {"frame": frames, "days": days}


def close(answer: float, value: float, tolerance: float = 0.002) -> bool:
    return bool(np.isclose(answer, value, rtol=tolerance, atol=1e-9))


def total_cost(frame: pd.DataFrame, limit: float, miss=None) -> float:
    """Euros that a limit costs on these rows; `miss` is what each missed row costs, its amount if not given."""
    miss = frame["amount"] if miss is None else miss
    flagged, odd = frame["score"] > limit, frame["odd"] == 1
    return float(miss[odd & ~flagged].sum() + FALSE_ALARM * (flagged & ~odd).sum())


def cheapest(frame: pd.DataFrame, miss=None) -> float:
    """The cheapest limit on these rows."""
    miss = frame["amount"] if miss is None else miss
    return cost_threshold(frame["score"], frame["odd"], miss, FALSE_ALARM)


@exercise
def exercise_1(probability) -> str:
    """Say how likely an alarm is right, with base rate 1 in 1,000, recall 99 % and false-alarm rate 1 %.

    >>> exercise_1(0.99)
    not yet: 0.99 is the recall: of the intruders, 99 % raise an alarm. Of the alarms, how many are intruders?
    """
    probability = as_number(probability, "probability")
    right = 0.001 * 0.99 / (0.001 * 0.99 + 0.999 * 0.01)
    if close(probability, 0.99):
        raise Wrong("0.99 is the recall: of the intruders, 99 % raise an alarm. Of the alarms, how many are intruders?")
    if close(probability, 0.00099 / 0.00999, 0.002):
        raise Wrong("these are the odds, right alarms to false ones; divide by all alarms, the right ones too")
    if close(probability, 0.1, 0.002):
        raise Wrong("0.1 is rounded too far to tell odds from probability: give it to three digits")
    if close(probability, 100 * right, 0.02):
        raise Wrong("right in percent; store it as a share between 0 and 1")
    if close(probability, 1 - right, 0.005):
        raise Wrong("that is the share of false alarms among the alarms; the question is how likely an alarm is right")
    if close(probability, 0.001 * 0.99):
        raise Wrong("that is the share of connections that are intruders and raise an alarm; divide by all that do")
    if not 0 <= probability <= 1:
        raise Wrong(f"a probability lies between 0 and 1, and this is {probability:g}")
    if not close(probability, right, 0.02):
        raise Wrong("count in 100,000 connections: 100 intruders and 99,900 others. How many alarms from each?")
    return "9 %: ten of eleven alarms are false, with 99 % here and 99 % there"


@exercise
def exercise_2(rate, limit_day, false_a_day) -> str:
    """Turn one false alarm a day into a rate and a limit, and count what came.

    >>> exercise_2(1.0, 15.0, 1.5)
    not yet: rate should be a share: one false alarm among so many normal orders of a day. How many are they?
    """
    frame, days = lesson()["frame"], lesson()["days"]
    rate, limit = as_number(rate, "rate"), as_number(limit_day, "limit_day")
    came = as_number(false_a_day, "false_a_day")
    calibration, test = frame["calibration"]["score"], frame["test"]
    a_day = len(calibration) / days["calibration"]
    quiet = test["score"][test["odd"] == 0]
    refuse(
        {
            "rate should be a share: one false alarm among so many normal orders of a day. How many are they?": rate
            >= 0.05,
            "that rate is one false alarm in the whole calibration part; one a day is asked for": rate < 0.0005,
            f"the calibration part has {a_day:.0f} normal orders a day, and one in {1 / max(rate, 1e-9):.0f} is "
            "promised": not 0.9 < rate * a_day < 1.1,
        }
    )
    right = quantile_threshold(calibration, rate)
    refuse(
        {
            "rate is right; limit_day is read off the test scores: take it from the calibration part": close(
                limit, np.quantile(quiet, 1 - rate), 0.005
            ),
            f"rate is right; {limit:.2f} is not its limit: quantile_threshold(scores_calibration, rate)": not close(
                limit, right, 0.01
            ),
        }
    )
    alarms, per_day = (quiet > limit).sum(), (quiet > limit).sum() / days["test"]
    refuse(
        {
            "the limit is right; false_a_day counts all alarms, the right ones too": close(
                came, (test["score"] > limit).sum() / days["test"], 0.01
            )
            and not close(came, per_day, 0.01),
            f"the limit is right; {alarms} is the number in all {days['test']} days": close(came, alarms),
            "the limit is right; false_a_day is a rate of orders, and days are asked for": close(
                came, (quiet > limit).mean(), 0.01
            ),
            "the limit is right; false_a_day is the number of (quiet > limit_day), divided by days": not close(
                came, per_day, 0.06
            ),
        }
    )
    return (
        f"one in {1 / rate:.0f}, limit {limit:.1f}, and {per_day:.1f} false alarms a day came: more than one, fewer "
        "than two. Tell the team about the drift before you promise"
    )


@exercise
def exercise_3(limit_fine, alarms_fine, limit_without, cost_without) -> str:
    """Set the limit by cost with a fine on card tests; then by amounts, with one bulk order less.

    Any limit that costs at most 5 euros more than the cheapest, on the rows on which it was chosen, is right.

    >>> exercise_3(15.0, 5.0, 7.4, 2636)
    not yet: dearer misses must lower the limit, and 15 is above the old one (6.90)
    """
    frame, days = lesson()["frame"], lesson()["days"]["test"]
    development, test = frame["development"], frame["test"]
    limit, alarms = as_number(limit_fine, "limit_fine"), as_number(alarms_fine, "alarms_fine")
    other, euros = as_number(limit_without, "limit_without"), as_number(cost_without, "cost_without")
    fined = development["amount"] + FINE * (development["kind"] == "card testing")
    best, old = cheapest(development, fined), cheapest(development)
    all_fined = cheapest(development, development["amount"] + FINE)
    above = total_cost(development, limit, fined) - total_cost(development, best, fined)
    flagged = test["score"] > limit
    refuse(
        {
            f"dearer misses must lower the limit, and {limit:g} is above the old one ({old:.2f})": limit > old + 0.05,
            "limit_fine is the limit without the fine: add it to the cost of a miss, where the kind is card "
            "testing": abs(limit - old) <= 0.05,
            "limit_fine was chosen on the test part: choose on the development part": close(
                limit, cheapest(test, test["amount"] + FINE * (test["kind"] == "card testing")), 1e-4
            ),
            f"limit_fine costs {above:.0f} euros more than the cheapest on the development part": above > DEAR
            and not close(limit, all_fined),
            "limit_fine is right; alarms_fine counts all days: divide by days": close(alarms, flagged.sum()),
            "limit_fine is right; alarms_fine counts alarms, the right ones too, in a day": not close(
                alarms, flagged.sum() / days, 0.01
            ),
        }
    )
    bulk = development[development["kind"] == "bulk order"]
    fewer = development.drop(bulk["score"].idxmin())
    least, mine = (total_cost(fewer, where) for where in (cheapest(fewer), other))
    refuse(
        {
            "limit_without is the limit with all bulk orders: drop the one with the lowest score, from scores, labels "
            "and amounts": abs(other - old) <= 0.05,
            f"limit_without costs {mine - least:.0f} euros more than the cheapest without that order; amounts alone "
            "count here, without the fine": mine > least + DEAR,
            "limit_without is right; cost_without is what it costs on the development part: take the test part": close(
                euros, mine, 0.003
            ),
            "limit_without is right; cost_without is cost(scores_test, y_test, amounts_test, limit_without)": not close(
                euros, total_cost(test, other), 0.01
            ),
        }
    )
    return (
        f"with the fine, limit {limit:.1f} and {flagged.sum() / days:.0f} alarms a day instead of 17: a fine is a "
        f"staffing decision. And one order less costs {euros - total_cost(test, old):.0f} euros more"
    )


@exercise
def exercise_4(my_limit) -> str:
    """Say what a rule promises on the learner's own data, and whether the rows suffice for it.

    >>> mine = {"rule": "promise", "rows a day": 100, "false alarms a day": 0.1, "normal rows": 500,
    ...         "labelled odd rows": 0, "days": 30}
    >>> exercise_4(mine)
    not yet: one false alarm in 1,000 rows takes 999 normal rows or more to set the limit, and you have 500
    """
    rule, *numbers = as_parts(my_limit, PARTS)
    rule = as_choice(rule, RULES, "the rule")
    rows, alarms, normal, odd, days = (as_number(n, name) for n, name in zip(numbers, PARTS[1:], strict=True))
    refuse(
        {
            "rows a day, false alarms a day and days are above 0": min(rows, alarms, days) <= 0,
            "a number of rows is not negative": min(normal, odd) < 0,
            "more false alarms a day than rows a day: nothing would be left unflagged": alarms >= rows,
        }
    )
    needed = np.ceil(round(rows / alarms, 6)) - 1
    refuse(
        {
            f"one false alarm in {rows / alarms:,.0f} rows takes {needed:,.0f} normal rows or more to set the limit, "
            f"and you have {normal:,.0f}": rule == "promise" and normal < needed,
            f"the {rule} rule chooses by labelled odd rows, and you have {odd:.0f}: with fewer than 10 a single one "
            "sets the limit": rule in ("cost", "cross-validation") and odd < 10,
            "a capacity needs a past period to count in: you have no normal rows": rule == "capacity" and normal == 0,
        }
    )
    between = max(days * alarms, 0)
    return (
        f"that is one false alarm in {rows / alarms:,.0f} rows; until you set the limit again, expect {between:.0f} of "
        f"them, and look sooner if {between + 3 * np.sqrt(between) + 1:.0f} have come"
    )
