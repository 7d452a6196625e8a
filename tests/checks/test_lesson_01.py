"""Answers to the exercises of lesson 01, and what the checks say to them."""

from helpers.checks import lesson_01
from helpers.datasets import load_orders
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd


def fault(name):
    """A detector with one planted fault, for exercise 4, 'Spot the bug'."""

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

    return locals()[name]


recent_labels = load_orders().labels.iloc[12_000:]
log_price = np.log(load_orders().data["unit_price"])
price_gap = (log_price - log_price.groupby(load_orders().data["product_id"]).transform("median")).abs()

CASES = {
    1: [
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
    2: [
        ([...], "empty"),
        ([11], "right"),
        ([11.0], "right"),
        ([10], "not greater than 3"),
        ([30], "How few"),
        ([10.5], "whole number"),
        ([np.nan], "whole number"),
        ([None], "is empty"),
    ],
    3: [
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
    4: [
        ([lambda past, recent: ...], "empty"),
        ([fault("one_sided")], "take .abs()"),
        ([fault("with_ids")], "other ids"),
        ([fault("ruler_from_recent")], "taken away"),
        ([fault("raw_euros")], "logs are missing"),
        ([fault("four_sigma")], "logs"),
        ([crash], "KeyError: 'amuont'"),
        ([5], "a function is needed"),
        ([lambda past, recent: [1]], "shape"),
        ([lambda past, recent: recent["amount"]], "these are scores"),
    ],
    5: [
        ([...], "empty"),
        ([np.arange(8000.0)], "of your 160 alarms"),
        ([np.full(8000, np.nan)], "NaN"),
        ([np.zeros(5)], "shape"),
        ([recent_labels], "too good"),
        ([pd.Series(np.zeros(8000))], "another index"),
        ([recent_labels * 0.0], "of your 160 alarms"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_01, CASES)
