"""The shipped table of the smartwatch, and the windows that it was computed on."""

from helpers.datasets import load_results, load_watch, one_exercise_split
from helpers.results.tables import watch as bench

import numpy as np
import pytest


@pytest.fixture(scope="module")
def watch():
    return load_results("watch")


def test_models_exercises_and_seeds(watch):
    assert {"TRAP", "ROW", "PEN"} <= set(watch["normal"])
    assert not watch.duplicated(["model", "normal", "seed"]).any()
    counts = watch.groupby(["model", "normal"]).size().unstack()
    assert set(counts.nunique(axis=1)) == {1} and set(counts["TRAP"]) == {1, 3}
    assert counts.loc["LSTM autoencoder", "TRAP"] == 3
    assert watch[["auroc", "swapped"]].stack().between(0, 1).all()


def test_reference_is_where_it_was_measured_before(watch):
    """From other code than ours, on the same people and windows."""
    pca = watch.query("model == 'PCA 32' and normal == 'TRAP'")["auroc"].item()
    assert pca == pytest.approx(0.840, abs=0.005)


def test_who_knows_no_order_cannot_notice_swapped_halves(watch):
    of_means = watch[watch["model"] == "mean and spread, 5 neighbours"]
    assert (of_means["swapped"] - 0.5).abs().max() < 0.001


def test_windows_of_a_comparison():
    watch = load_watch()
    parts = bench.windows_of(watch, "TRAP")
    own, swapped = (parts["test"][parts["kind"] == kind] for kind in (0, 2))
    np.testing.assert_array_equal(swapped, np.concatenate([own[:, 50:], own[:, :50]], axis=1))
    split = one_exercise_split(watch, "TRAP")
    assert len(own) == sum((len(watch.recordings[i]) - 100) // 25 + 1 for i in split.test[split.labels == 0])
    assert len(parts["recordings"]) == 12  # six people, two arms


def test_areas_compare_with_the_normal_windows_only():
    scores, kind = np.array([1.0, 2.0, 9.0, 0.0]), np.array([0, 0, 1, 2])
    assert bench.judged(scores, kind) == [1.0, 0.0]
