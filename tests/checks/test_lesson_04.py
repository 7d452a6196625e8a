"""Answers to the exercises of lesson 04, and what the checks say to them."""

from types import SimpleNamespace

from helpers.checks import lesson_04
from tests.checks.answers import check_cases

import numpy as np

ROWS = np.random.default_rng(0).uniform(size=(50, 14))


class Network(SimpleNamespace):
    """What the check sees of a Keras model: layers, and rows rebuilt with an error."""

    def __init__(self, units=(8, 2, 8, 14), bends=("relu", "linear", "relu", "sigmoid"), error=0.1):
        named = [(n, SimpleNamespace(__name__=bend)) for n, bend in zip(units, bends, strict=True)]
        super().__init__(layers=[SimpleNamespace(units=n, activation=bend) for n, bend in named], error=error)

    def __call__(self, rows):
        return np.asarray(rows) + self.error


def halves():
    """The same network as an encoder and a decoder inside one model, and a layer without weights."""
    whole = Network().layers
    network = Network()
    network.layers = [SimpleNamespace(layers=[SimpleNamespace(), *whole[:2]]), SimpleNamespace(layers=whole[2:])]
    return network


class ReLU:
    """Keras's layer of this name, as the check sees it."""


def bends_apart():
    """The same network with its bends as layers of their own."""
    network = Network(bends=["linear"] * 4)
    bend = SimpleNamespace(activation=SimpleNamespace(__name__="sigmoid"))
    first, code, second, last = network.layers
    network.layers = [first, ReLU(), code, second, ReLU(), last, bend]
    return network


ORDERS, DEVELOPMENT_ROWS, TEST_ROWS = lesson_04.shop()
ODD, AMOUNTS = ORDERS.labels.to_numpy() == 1, ORDERS.data["amount"].to_numpy()
DEVELOPMENT = np.arange(6000.0)
TEST = np.random.default_rng(1).uniform(0, 5960, 6000) + 95 * ODD[TEST_ROWS]
LIMIT = 5921.0  # 78 scores above it
ALARMS = TEST > LIMIT
A_DAY, PRECISION, RECALL = ALARMS.sum() / 24, ODD[TEST_ROWS][ALARMS].mean(), ALARMS[ODD[TEST_ROWS]].mean()
OF_TEST = np.sort(TEST)[-73]


def report(limit=LIMIT, a_day=A_DAY, precision=PRECISION):
    return [{"limit": limit, "alarms a day": a_day, "precision": precision}, DEVELOPMENT, TEST]


# by score, "sharp" finds all odd orders above 1.5, "dull" nothing; on the test part it is the other way round
SHARP = np.where(ODD, 2.0, np.linspace(0, 1, len(ODD)))
DULL = np.linspace(0, 1, len(ODD))
SCORES = {"sharp": (SHARP[DEVELOPMENT_ROWS], DULL[TEST_ROWS]), "dull": (DULL[DEVELOPMENT_ROWS], SHARP[TEST_ROWS])}
MISSED = AMOUNTS[TEST_ROWS][ODD[TEST_ROWS]].sum()


def decision(price=20, detector="sharp", limit=2.0, euros=MISSED):
    return [{"price": price, "detector": detector, "limit": limit, "euros": euros}, SCORES]


CASES = {
    1: [
        ([..., ROWS], "empty"),
        ([Network(), ROWS], "right"),
        ([halves(), ROWS], "right"),
        ([bends_apart(), ROWS], "right"),
        ([Network(error=0.15), ROWS], "right"),
        ([Network(error=0.3), ROWS], "compile it, and fit it"),
        ([Network(bends=("relu", "relu", "relu", "sigmoid")), ROWS], "leave the activation out"),
        ([Network(bends=("relu", "linear", "relu", "linear")), ROWS], "is asked for"),
        ([Network(units=(8, 4, 8, 14)), ROWS], "14 inputs are no layer"),
        ([Network(units=(14, 8, 2, 8, 14), bends=["relu"] * 5), ROWS], "14 inputs are no layer"),
        ([None, ROWS], "a Keras model"),
    ],
    2: [
        ([...], "empty"),
        ([0.01363], "right"),
        ([np.float32(0.01363)], "right"),
        ([0.1908], "sum over the 14"),
        ([0.1167], "the root"),
        ([0.5], "is not it"),
        ([-1.0], "negative"),
        (["low"], "not a str"),
    ],
    3: [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 2, 5, 8, 9, 10, 11, 13}], "right"),
        ([[1, 2, 8, 9, 10, 11]], "right"),
        ([{1, 2}], "2 found, 6 or more"),
        ([{1, 4}], "line 4 is innocent"),
        ([set(range(1, 14))], "3 of these"),
        ([{1, 2, 3, 8, 9, 10, 11, 12}], "right"),
        ([np.array([1, 2, 8, 9, 10, 11])], "right"),
        ([{1.5, 2}], "there is no line"),
        ([{99}], "there is no line"),
        ([5], "a set of line numbers"),
        ([set()], "0 found"),
    ],
    4: [
        (report(limit=...), "empty"),
        (report(), "right"),
        (report(limit=5921.5), "right"),
        (report(limit=5920.0, a_day=(TEST > 5920).sum() / 24), "right"),
        (report(limit=OF_TEST), "read off the test scores"),
        (report(limit=np.percentile(TEST, 98.8)), "read off the test scores"),
        (report(limit=5940.0), "is too high"),
        (report(limit=5900.0), "is too low"),
        (report(a_day=3.0), "by choice"),
        (report(a_day=99.0), "divided by 24"),
        (report(precision=RECALL), "that is the recall"),
        (report(precision=100 * PRECISION), "in percent"),
        (report(precision=0.01), "share of odd orders"),
        ([LIMIT, DEVELOPMENT, TEST], "a dict with the keys"),
    ],
    5: [
        (decision(price=...), "empty"),
        (decision(), "right"),
        (decision(price=80), "right"),
        (decision(detector="Sharp", limit=1.5), "right"),
        (decision(price=5), "5 euros are ours"),
        (decision(detector="dull"), "Which part did you choose on"),
        (decision(limit=0.5), "its cheapest limit there"),
        (decision(euros=0.0), "where the limit was chosen"),
        (decision(euros=77.0), "another sum"),
        (decision(detector="best"), "is one of"),
        ([3, SCORES], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_04, CASES)
