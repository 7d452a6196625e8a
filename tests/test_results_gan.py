"""The shipped table of the GAN detectors keeps what the course promises of them."""

from helpers.datasets import load_results

import pytest

GOALS = {"digit 0": 0.95, "digit 4": 0.93, "digit 8": 0.86}


@pytest.fixture(scope="module")
def gan():
    return load_results("gan")


def test_models_data_and_seeds(gan):
    assert set(gan["data"]) == {*GOALS, "orders"}
    assert not gan.duplicated(["data", "model", "seed"]).any()
    counts = gan.groupby(["model", "data"]).size().unstack().loc[["BiGAN, combined", "GAN, discriminator"]]
    assert (counts == 5).to_numpy().all()
    assert gan[["auroc", "average_precision"]].stack().between(0, 1).all()


@pytest.mark.parametrize(("data", "goal"), GOALS.items())
def test_the_bigan_reaches_its_goals(gan, data, goal):
    areas = gan.query("model == 'BiGAN, combined' and data == @data")["auroc"]
    assert areas.mean() >= goal and areas.std() < 0.03


def test_same_references_as_in_the_table_of_digits(gan):
    digits = load_results("digits").query("digit == 8")
    for model in ("PCA 32", "5 nearest neighbours"):
        expected = digits[digits["model"] == model]["auroc"].mean()
        assert gan.query("model == @model and data == 'digit 8'")["auroc"].item() == pytest.approx(expected, abs=0.002)
