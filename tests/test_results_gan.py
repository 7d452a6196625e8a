"""The shipped table of the GAN detectors keeps what the course promises of them."""

from helpers.datasets import load_results
from helpers.results.tables.gan import WithoutGame

import numpy as np
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


def test_leads_are_paired_intervals(gan):
    leads = gan.dropna(subset="low")
    assert leads["lead"].between(leads["low"], leads["high"]).all()
    eight = gan[gan["data"] == "digit 8"]
    on, off = (eight.loc[eight["model"] == name, "auroc"] for name in ("BiGAN, reconstruction", "cycle, no game"))
    lead = eight.loc[eight["model"] == "BiGAN, reconstruction", "lead"]
    assert len(on) == len(off) == 5
    assert lead.to_numpy() == pytest.approx(on.mean() - off.mean(), abs=1e-4)


def test_without_the_game_the_discriminator_has_no_say():
    x = np.random.default_rng(0).uniform(-1, 1, 300)
    rows = np.column_stack([x, x**2])
    options = {"code_size": 1, "hidden": (8,), "steps": 100, "verbose": False}
    judges = [WithoutGame(gradient_penalty=charge, **options).fit(rows) for charge in (0.5, 50.0)]
    rebuilt = [judge.reconstruct(rows) for judge in judges]
    assert rebuilt[0] == pytest.approx(rebuilt[1], abs=1e-5)
