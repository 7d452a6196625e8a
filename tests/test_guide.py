"""The decision guide says what the shipped tables say."""

from helpers.datasets import load_results
from helpers.detectors.catalogue import on_scoreboard
from helpers.results.guide import FORMS, guide_figure, guide_table, leading

import matplotlib.pyplot as plt
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def everything():
    return load_results("everything")


def invented(**areas):
    """Results of one data set: detector to AUROC; the average precision is half of it."""
    return pd.DataFrame(
        {
            "data": "d",
            "detector": list(areas),
            "auroc": list(areas.values()),
            "average_precision": [area / 2 for area in areas.values()],
            "prevalence": 0.1,
        }
    )


def test_every_detector_of_the_scoreboard_gives_a_reason(everything):
    reasons = guide_table(everything, load_results("cost"))["because"]
    assert set(reasons.dropna().index) == set(on_scoreboard()) - {"random"}
    assert reasons.dropna().str.len().gt(0).all()


def test_every_data_set_has_a_form(everything):
    assert {name for names in FORMS.values() for name in names} == set(everything["data"])


def test_the_table_holds_means_over_data_sets_of_means_over_seeds(everything):
    guide = guide_table(everything, load_results("cost"))
    forest = everything[everything["detector"] == "isolation forest"].set_index("data")["auroc"]
    right = (forest["orders"].mean() + forest["Shuttle"].mean()) / 2
    assert guide.loc["isolation forest", "AUROC, a row of a table"] == pytest.approx(right)
    assert guide["AUROC, an image"].isna()["LSTM forecaster"]
    assert list(guide.index) == list(everything["detector"].drop_duplicates())


def test_leading_takes_the_best_of_each_group_and_the_simpler_of_equals():
    best = leading(invented(random=1.0, PCA=0.8, Mahalanobis=0.8, GAN=0.7, BiGAN=0.9), "d")
    assert best.name == "AP"
    assert best.to_dict() == {"PCA": 0.4, "BiGAN": 0.45}


def test_where_anomalies_are_common_auroc_counts():
    best = leading(invented(PCA=0.8, GAN=0.7).assign(prevalence=0.8), "d")
    assert (best.name, best["PCA"]) == ("AUROC", 0.8)


def test_the_figure_shows_the_numbers_of_the_table(everything):
    texts = "\n".join(text.get_text() for text in guide_figure(everything).axes[0].texts)
    plt.close("all")
    for names in FORMS.values():
        for data in names:
            best = leading(everything, data)
            assert texts.count(f"{data}: {best.name} ") == 2
            assert f"{data}: {best.name} {best.iloc[0]:.2f} {best.index[0].replace('nearest ', '')}" in texts
