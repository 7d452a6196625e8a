"""Answers to the exercises of lesson 02, and what the checks say to them."""

from helpers.checks import lesson_02
from helpers.evaluation.thresholds import quantile_threshold
from tests.checks.answers import check_cases

import numpy as np

FRAMES, DAYS = lesson_02.lesson()["frame"], lesson_02.lesson()["days"]
CALIBRATION, DEVELOPMENT, TEST = FRAMES["calibration"]["score"], FRAMES["development"], FRAMES["test"]
SCORES_OF_NORMAL = TEST["score"][TEST["odd"] == 0]


def one_a_day(rate, per=DAYS["test"]):
    limit = quantile_threshold(CALIBRATION, rate)
    return rate, limit, np.sum(limit < SCORES_OF_NORMAL) / per


def alarms_a_day(limit):
    return (TEST["score"] > limit).sum() / DAYS["test"]


def cost(limit):
    return lesson_02.total_cost(TEST, limit)


BULK = DEVELOPMENT["kind"] == "bulk order"
CARDS = DEVELOPMENT["kind"] == "card testing"
FEWER = DEVELOPMENT.drop(DEVELOPMENT["score"][BULK].idxmin())
FINE = lesson_02.cheapest(DEVELOPMENT, DEVELOPMENT["amount"] + 1000 * CARDS)
OLD, WITHOUT = lesson_02.cheapest(DEVELOPMENT), lesson_02.cheapest(FEWER)
ON_TEST = lesson_02.cheapest(TEST, TEST["amount"] + 1000 * (TEST["kind"] == "card testing"))
NEAR = np.arange(WITHOUT - 0.02, WITHOUT + 0.02, 0.001)
NEAR = next(x for x in NEAR if x != WITHOUT and lesson_02.total_cost(FEWER, x) == lesson_02.total_cost(FEWER, WITHOUT))
MINE = {
    "rule": "promise",
    "rows a day": 40,
    "false alarms a day": 0.2,
    "normal rows": 3000,
    "labelled odd rows": 0,
    "days": 30,
}

CASES = {
    1: [
        ([...], "empty"),
        ([0.0902], "right"),
        ([1 / 11], "right"),
        ([99 / 1098], "right"),
        ([0.99], "recall"),
        ([9.02], "percent"),
        ([0.00099], "divide by all"),
        ([99 / 999], "these are the odds"),
        ([0.1], "rounded too far"),
        ([0.91], "false alarms among the alarms"),
        ([0.5], "count in 100,000"),
        ([-3], "between 0 and 1"),
    ],
    2: [
        ([..., ..., ...], "empty"),
        (one_a_day(17 / 3920), "right"),
        (one_a_day(1 / 245), "right"),
        (one_a_day(1 / 231, per=23.1), "right"),
        ([1, 15.0, 1.4], "should be a share"),
        (one_a_day(0.01), "one in 100"),
        ([1 / 3920, 22.0, 1.4], "in the whole calibration part"),
        ([17 / 3920, np.quantile(SCORES_OF_NORMAL, 1 - 17 / 3920), 1.0], "off the test scores"),
        ([17 / 3920, 11.2, 3.9], "is not its limit"),
        (one_a_day(17 / 3920, per=1), "in all 24 days"),
        ([*one_a_day(17 / 3920)[:2], alarms_a_day(one_a_day(17 / 3920)[1])], "the right ones too"),
        ([*one_a_day(17 / 3920)[:2], one_a_day(17 / 3920, per=5880)[2]], "a rate of orders"),
    ],
    3: [
        ([..., ..., ..., ...], "empty"),
        ([FINE, alarms_a_day(FINE), WITHOUT, cost(WITHOUT)], "right"),
        ([FINE, alarms_a_day(FINE), NEAR, cost(NEAR)], "right"),
        ([FINE - 0.001, alarms_a_day(FINE - 0.001), round(WITHOUT, 3), cost(WITHOUT)], "right"),
        ([11.2, alarms_a_day(11.2), WITHOUT, cost(WITHOUT)], "must lower"),
        ([OLD, alarms_a_day(OLD), WITHOUT, cost(WITHOUT)], "without the fine"),
        ([ON_TEST, alarms_a_day(ON_TEST), WITHOUT, cost(WITHOUT)], "chosen on the test part"),
        ([4.0, alarms_a_day(4.0), WITHOUT, cost(WITHOUT)], "more than the cheapest"),
        ([FINE, 24 * alarms_a_day(FINE), WITHOUT, cost(WITHOUT)], "divide by days"),
        ([FINE, 0.1, WITHOUT, cost(WITHOUT)], "alarms_fine counts"),
        ([FINE, alarms_a_day(FINE), OLD, cost(OLD)], "with all bulk orders"),
        ([FINE, alarms_a_day(FINE), FINE, cost(FINE)], "without the fine"),
        ([FINE, alarms_a_day(FINE), WITHOUT, lesson_02.total_cost(FEWER, WITHOUT)], "take the test part"),
        ([FINE, alarms_a_day(FINE), WITHOUT, 1483], "cost_without is cost"),
    ],
    4: [
        ([...], "empty"),
        ([MINE | {"rule": ...}], "empty"),
        ([MINE], "right"),
        ([MINE | {"rule": "Cost", "labelled odd rows": 60}], "right"),
        ([MINE | {"rule": "capacity", "normal rows": 90}], "right"),
        ([MINE | {"normal rows": 150}], "199 normal rows"),
        ([MINE | {"rule": "cost"}], "by labelled odd rows"),
        ([MINE | {"rule": "95th percentile"}], "is one of"),
        ([MINE | {"false alarms a day": 50}], "nothing would be left"),
        ([MINE | {"days": 0}], "above 0"),
        (["a promise of one a month"], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_02, CASES)
