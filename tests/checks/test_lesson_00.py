"""Answers to the exercises of lesson 00, and what the checks say to them."""

from helpers.checks import lesson_00
from tests.checks.answers import check_cases

import numpy as np

CASE = {"observation": "a payment", "kind": "point", "labels": "unlabelled rows", "miss": 100, "false alarm": 5}

CASES = {
    1: [
        ([{"a": ..., "b": ..., "c": ..., "d": ...}], "empty"),
        ([{"a": "point", "b": ..., "c": 1, "d": 1}], "empty"),
        ([{"a": "Point ", "b": "CONTEXTUAL", "c": "collective", "d": "contextual"}], "right"),
        ([{"a": "point", "b": "contextual", "c": "collective", "d": "contextual"}], "right"),
        ([{"a": "contextual", "b": "contextual", "c": "collective", "d": "contextual"}], "900 °C"),
        ([{"a": "point", "b": "contextual", "c": "point", "d": "contextual"}], "healthy"),
        ([{"a": "Punkt", "b": "contextual", "c": "collective", "d": "contextual"}], "none of the three words"),
        ([["point"]], "should be a dict"),
    ],
    2: [
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
    3: [
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
        (["abcdef"], "2 of these are no faults"),
        ([{"a", "b", "d", "e", "f"}], "f is no fault"),
        ([{"c", "f"}], "f is no fault"),
    ],
    4: [
        ([...], "empty"),
        ([{**CASE, "break-even": ...}], "empty"),
        ([{**CASE, "break-even": 5 / 105}], "right"),
        ([{**CASE, "break-even": 0.048, "kind": "Contextual "}], "right"),
        ([{**CASE, "break-even": 0.5, "miss": 5, "labels": "normal rows"}], "right"),
        ([{**CASE, "break-even": 0.0005, "miss": 10_000}], "right"),
        ([{**CASE, "break-even": 0.0476}], "right"),
        ([{**CASE, "break-even": 0.05}], "may be right and rounded"),
        ([{**CASE, "break-even": 0.05, "miss": 200, "false alarm": 10}], "10 / 200, the ratio"),
        ([{**CASE, "break-even": 0.03, "miss": 300, "false alarm": 10}], "rounded too far"),
        ([{**CASE, "break-even": 0.25, "miss": 20}], "that is the ratio of the two costs"),
        ([{**CASE, "break-even": 10 / 300, "miss": 300, "false alarm": 10}], "that is the ratio of the two costs"),
        ([{**CASE, "break-even": 100 / 105}], "the share that is right"),
        ([{**CASE, "break-even": 4.76}], "between 0 and 1"),
        ([{**CASE, "break-even": 0.2}], "solve p * miss"),
        ([{**CASE, "break-even": 0.5, "miss": 0}], "above 0"),
        ([{**CASE, "break-even": 0.5, "false alarm": "little"}], "not a str"),
        ([{**CASE, "break-even": 0.05, "kind": "odd"}], "kind is one of"),
        ([{**CASE, "break-even": 0.05, "labels": "none"}], "labels is one of"),
        ([{**CASE, "break-even": 0.05, "observation": 3}], "in words"),
        ([CASE], "the keys are"),
        (["a payment"], "a dict"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_00, CASES)
