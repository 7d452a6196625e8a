"""The shipped tables behind lesson 09's causes keep what the lesson says of them."""

from helpers.datasets import load_results
from helpers.results.tables import opponents

import numpy as np
import pytest


@pytest.fixture(scope="module")
def table():
    return load_results("opponents")


def test_every_opponent_recipe_and_seed_is_there(table):
    assert not table.duplicated(["against", "epochs", "seed"]).any()
    counts = table.groupby(["against", "epochs"]).size()
    assert len(table) == 48 and set(counts) == {3}
    assert table[["gap", "hole", "rim", "far", "mean", "on_normal"]].stack().between(0, 1).all()
    assert table["blobs"].notna().equals(table["epochs"] == 0)


def test_what_is_forged_is_what_the_row_says():
    forged = opponents.mixture(0.1, np.random.default_rng(0))
    assert forged.shape == (8000, 2) and 0.88 < opponents.near_a_blob(forged).mean() < 0.92
    assert opponents.blobs_hit(forged) == 8 and opponents.blobs_hit(forged[:1] * np.ones((100, 1))) <= 1


def test_the_critic_of_every_digit_is_there_three_times():
    critics = load_results("noise_critic")
    assert critics["digit"].value_counts().to_dict() == dict.fromkeys(range(10), 3)
    assert not critics.duplicated(["digit", "seed"]).any()
