"""Answers to the exercises of lesson 01, and what the checks say to them."""

from helpers.checks import lesson_01
from helpers.datasets import load_orders, order_features
from tests.checks.answers import check_cases, crash

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier


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

    def without_amount(past, recent):
        return ((logs(recent) - logs(past).mean()).abs() / logs(past).std() > 3)[["quantity", "unit_price"]].any(axis=1)

    def four_sigma(past, recent):
        return ((logs(recent) - logs(past).mean()).abs() / logs(past).std() > 4).any(axis=1)

    return locals()[name]


def unlike(centre, log=np.log):
    """Distances from a centre of each product's prices, and how many of the 80 largest are wrong prices."""
    shop = load_orders()
    price = log(shop.data["unit_price"])
    by_product = price.groupby(shop.data["product_id"])
    gap = (price - by_product.transform(centre)).abs()
    return gap, *(
        (shop.kinds[g.nlargest(80).index] == "wrong price").sum() for g in (gap, gap / by_product.transform("std"))
    )


def z_scores(past, recent):
    return ((recent - past.mean()) / past.std(ddof=0)).abs()


def capped(past, recent, cap=6.0):
    z = z_scores(past, recent)
    return z.assign(country_surprise=z["country_surprise"].clip(upper=cap))


def squared(past, recent, cap=6.0):
    return (capped(past, recent, cap) ** 2).sum(axis=1)


def largest_two(past, recent):
    """The two strangest columns of each row, added."""
    return np.sort(capped(past, recent).to_numpy(), axis=1)[:, -2:].sum(axis=1)


def forest(rows=None):
    """A random forest that has seen labels: of the past, or of all orders."""

    def score(past, recent):
        learnt = past if rows is None else rows
        labels = load_orders().labels[learnt.index]
        model = RandomForestClassifier(10, min_samples_leaf=3, random_state=0, n_jobs=1).fit(learnt, labels)
        return model.predict_proba(recent)[:, 1]

    return score


def by_peeking(past, recent):
    """Fill in the labels by the index."""
    return load_orders().labels[recent.index] + 1e-3 * squared(past, recent)


def ruler_from_all(past, recent):
    """The unit comes from all 20,000 rows."""
    return squared(lesson_01.features(), recent)


def limit_from_all(past, recent):
    """The largest column decides, against a limit for each that all 20,000 rows set."""
    return (recent / lesson_01.features().abs().quantile(0.99).clip(lower=0.1)).max(axis=1)


FEATURES = lesson_01.features()


def cap_from_all(past, recent):
    """The ruler comes from the past, the cap of a loud column from all 20,000 rows."""
    z = z_scores(past, recent)
    loud = z_scores(past, FEATURES)["country_surprise"].quantile(0.985)
    return (z.assign(country_surprise=z["country_surprise"].clip(upper=loud)) ** 2).sum(axis=1)


def cap_by_a_helper(past, recent):
    return cap_from_all(past, recent)


def forest_by_position(past, recent):
    """The labels of the past, by position instead of index."""
    labels = load_orders().labels.iloc[: len(past)].to_numpy()
    model = RandomForestClassifier(10, min_samples_leaf=3, random_state=0, n_jobs=1).fit(past, labels)
    return model.predict_proba(recent)[:, 1] + 1e-4 * squared(past, recent)


def at_random(past, recent):
    return squared(past, recent) + np.random.default_rng().normal(size=len(recent))


def with_ranks(past, recent):
    """Each score depends on the other recent orders."""
    return squared(past, recent).rank()


price_gap, hits, hits_by_z = unlike("median")
in_halves = unlike("median", log=np.log2)[0]
of_median = unlike(lambda log_price: np.log(np.exp(log_price).median()))
twice = pd.concat([price_gap, price_gap])

CASES = {
    1: [
        ([...], "empty"),
        ([{"fences": ..., "modified z": ...}], "empty"),
        ([{"fences": 3, "modified z": 5}], "right"),
        ([{"modified z": np.int64(5), "fences": 3.0}], "right"),
        ([{"fences": np.float64(3), "modified z": 5}], "right"),
        ([{"fences": 5, "modified z": 3}], "swapped"),
        ([{"fences": 0.25, "modified z": 0.5}], "shares"),
        ([{"fences": 2, "modified z": 5}], "an honest 28 euros"),
        ([{"fences": 4, "modified z": 9}], "keep ten"),
        ([{"fences": 5, "modified z": 5}], "upper quartile of ten values"),
        ([{"fences": 3, "modified z": 4}], "between honest ones"),
        ([{"fences": 3, "modified z": 6}], "no number"),
        ([{"fences": 2.5, "modified z": 5}], "whole number"),
        ([{"fences": 3}], "the keys are"),
        ([3], "a dict"),
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
        ([..., ..., ...], "empty"),
        ([price_gap, hits, hits_by_z], "right"),
        ([price_gap.sample(frac=1, random_state=0), 80, 60], "right"),
        ([price_gap.to_numpy(), 80.0, 60], "right"),
        ([in_halves, 80, 60], "right"),
        ([*of_median], "right"),
        ([unlike("mean")[0], 80, 51], "distances from the mean"),
        ([unlike("median", log=lambda price: price)[0], 38, 38], "in euros"),
        ([price_gap, 80, 51], "standard deviation"),
        ([price_gap, 79, 60], "hits is not 79"),
        ([price_gap, 1.0, 0.75], "counts"),
        ([price_gap.head(), 80, 60], "another index"),
        ([twice, 80, 60], "another index"),
        ([np.zeros(20_000), 0, 0], "of your 80 largest"),
        ([-np.ones(20_000), 0, 0], "negative"),
        ([np.full(20_000, np.nan), 0, 0], "NaN"),
        ([np.zeros(3), 0, 0], "shape"),
    ],
    4: [
        ([lambda past, recent: ...], "empty"),
        ([fault("one_sided")], "take .abs()"),
        ([fault("with_ids")], "other ids"),
        ([fault("ruler_from_recent")], "taken away"),
        ([fault("raw_euros")], "logs are missing"),
        ([fault("without_amount")], "column amount"),
        ([fault("four_sigma")], "logs"),
        ([crash], "KeyError: 'amuont'"),
        ([5], "a function is needed"),
        ([lambda past, recent: [1]], "shape"),
        ([lambda past, recent: recent["amount"]], "these are scores"),
        ([lambda past, recent: lesson_01.reference_alarms(past, recent)], "right"),
        ([lambda past, recent: lesson_01.reference_alarms(past, recent).astype(int)], "right"),
    ],
    5: [
        ([...], "empty"),
        ([lambda past, recent: ...], "empty"),
        ([7], "a function is needed"),
        ([squared], "right"),
        ([lambda past, recent: squared(past, recent, 7.0).to_numpy()], "right"),
        ([lambda past, recent: (capped(past, recent) ** 3).sum(axis=1)], "right"),
        ([largest_two], "right"),
        ([lambda past, recent: squared(past, recent).sample(frac=1, random_state=0)], "right"),
        ([lambda past, recent: (z_scores(past, recent) ** 2).sum(axis=1)], "55 of 80 alarms right, and 59"),
        ([lambda past, recent: squared(past, recent, 3.0)], "52 of 80"),
        ([lambda past, recent: z_scores(past, recent).max(axis=1)], "47 of 80"),
        ([lambda past, recent: capped(past, recent, 5.0).max(axis=1)], "takeover 0%"),
        ([lambda past, recent: z_scores(past, recent).drop(columns="country_surprise").max(axis=1)], "takeover 0%"),
        ([lambda past, recent: capped(past, recent).max(axis=1) + 0.3 * capped(past, recent).sum(axis=1)], "945 euros"),
        ([lambda past, recent: np.full(len(recent), np.nan)], "NaN"),
        ([lambda past, recent: np.zeros(5)], "shape"),
        ([lambda past, recent: np.zeros(len(recent))], "another past"),
        ([lambda past, recent: recent["log_unit_price"] + recent["log_quantity"]], "another past"),
        ([ruler_from_all], "another past"),
        ([limit_from_all], "another past"),
        ([forest(lesson_01.features())], "another past"),
        ([forest()], "another index"),
        ([cap_from_all], "FEATURES, a table from outside"),
        ([cap_by_a_helper], "FEATURES, a table from outside"),
        ([forest_by_position], "in reverse order"),
        ([by_peeking], "another index"),
        ([at_random], "random_state"),
        ([with_ranks], "taken away"),
        ([crash], "KeyError: 'amuont'"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_01, CASES)


def test_the_features_are_the_lessons():
    assert lesson_01.features().equals(order_features(load_orders().data))


def test_the_numbers_of_the_rules_in_the_text():
    """The lesson's list has 58 right and misses 789 euros, a plain sum of squares 55 and 1,496."""
    past, development = lesson_01.features().iloc[:8_000], lesson_01.features().iloc[8_000:12_000]
    z = z_scores(past, development)
    for scores, right, missed in [
        (z.drop(columns="country_surprise").max(axis=1), 58, 789),
        ((z**2).sum(axis=1), 55, 1_496),
    ]:
        hits, euros, _ = lesson_01.listed(scores, 80)
        assert (hits, round(euros)) == (right, missed)
