"""Answers to the exercises of lesson 05, and what the checks say to them."""

from helpers.checks import lesson_05
from tests.checks.answers import check_cases, crash

import numpy as np


def tray_with(swapped=False, only=None, **wrong):
    """`tray` of exercise 2, right but for what the arguments say."""

    def tray(digit):
        shares = lesson_05.tray_of(only or digit, **wrong)
        return shares[::-1] if swapped else shares

    return tray


def chosen(pca=163.18, neighbours=128.46, run="5 neighbours"):
    return [{"PCA 16": pca, "5 neighbours": neighbours, "run": run}]


CASES = {
    1: [
        ([..., ...], "empty"),
        ([1.0, 0.0], "right"),
        ([np.float64(1), np.float64(0)], "right"),
        ([True, 0], "right"),
        ([1.0, 70 / 550], "share of all 550"),
        ([100, 0], "count or percent"),
        ([0.0, 1.0], "other way round"),
        ([0.0, 0.0], "by_squared is not 0"),
        ([1.0, 1.0], "by_repaired is not 1"),
        ([1.0, None], "is empty"),
        (["all", 0.0], "not a str"),
        ([np.ones(100), 0.0], "100 of them"),
    ],
    2: [
        ([lambda digit: ...], "empty"),
        ([lambda digit: (..., ...)], "empty"),
        ([tray_with()], "right"),
        ([lambda digit: np.array(lesson_05.tray_of(digit)) + 0.002], "right"),
        ([lambda digit: list(lesson_05.tray_of(digit))], "right"),
        ([tray_with(swapped=True)], "swapped"),
        ([tray_with(kind="squared")], "plain squared error"),
        ([tray_with(kind="blurred")], "not divided by the ink"),
        ([tray_with(kind="shifted")], "shifts are forgiven"),
        ([tray_with(only=8)], "still belongs to the 8"),
        ([tray_with(limited="test")], "images of the test"),
        ([tray_with(limited="percentile")], "95th percentile"),
        ([tray_with(limited="interpolated")], "np.percentile puts the limit between two scores"),
        ([tray_with(limited="interpolated", inked=8)], "np.percentile puts the limit between two scores"),
        ([tray_with(limited="training")], "limit comes from training images"),
        ([tray_with(inked=8)], "right"),
        ([tray_with(kind="shifted", inked=8)], "shifts are forgiven"),
        ([tray_with(limited="test", inked=8)], "images of the test"),
        ([tray_with(fitted="test", inked=8)], "PCA has learned"),
        ([tray_with(fitted="test")], "PCA has learned"),
        ([lambda digit: (0.05, 0.5)], "where (0.060, 0.873)"),
        ([lambda digit: 0.9], "two shares are needed"),
        ([lambda digit: (0.1, 0.2, 0.3)], "returns 3 values"),
        ([crash], "KeyError"),
        ([0.97], "a function is needed"),
        ([lambda digit: None], "two shares are needed"),
    ],
    3: [
        ([...], "empty"),
        ([{1, 2, 7, 8, 11, 13}], "right"),
        ([[1, 2, 7, 11, 13]], "right"),
        ([{1, 3, 7, 8, 11}], "right"),
        ([{1, 9, 7, 8, 13}], "right"),
        ([{1, ...}], "empty"),
        ([{1, 2, 7, 8}], "4 found"),
        ([{1, 2, 3, 9, 7, 8}], "4 found"),
        ([{1, 2, 7, 8, 11, 10}], "line 10 is innocent"),
        ([set(range(1, 14))], "innocent: keep the lines"),
        ([{14}], "there is no line 14"),
        ([set()], "0 found"),
        (["1, 2"], "a set of line numbers"),
        ([{"one"}], "not a str"),
    ],
    4: [
        ([..., ...], "empty"),
        ([0.7206, 0.8574], "right"),
        ([np.float64(0.7206238), 0.857376], "right"),
        ([0.72, 0.86], "right"),
        ([0.8574, 0.7206], "swapped"),
        ([0.4606, 0.8574], "all ten digits"),
        ([0.2794, 0.8574], "labels turned round"),
        ([0.74, 0.8574], "one is not 0.740"),
        ([0.7206, 0.5107], "mean of the seven"),
        ([0.7206, 0.4416], "largest of the seven"),
        ([0.7206, 0.929], "seven is not 0.929"),
        ([0.7206, None], "is empty"),
    ],
    5: [
        (chosen(pca=...), "empty"),
        (chosen(), "right"),
        (chosen(163, 128, "5 Neighbours "), "right"),
        (chosen(np.float64(163.2), np.float64(128.5)), "right"),
        (chosen(run="PCA 16"), "another choice is cheaper than PCA 16"),
        (chosen(run="neither"), "another choice is cheaper than neither"),
        (chosen(run="denoising 16"), "is none of them"),
        (chosen(pca=198.4), "comes from the test part"),
        (chosen(pca=152.02), "turned round"),
        (chosen(pca=157.6), "weighs ones and threes alike"),
        (chosen(neighbours=90.0), "5 neighbours: not 90"),
        (chosen(neighbours="cheap"), "not a str"),
        ([{"PCA 16": 163.18, "run": "PCA 16"}], "'5 neighbours'"),
        (["5 neighbours"], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_05, CASES)
