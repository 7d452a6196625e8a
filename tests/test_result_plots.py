"""The figures of the long tables: what stands in them, and which differences count."""

from pathlib import Path

from helpers.datasets import load_results
from helpers.detectors.catalogue import on_scoreboard
from helpers.results import contest, figures
from helpers.results.tasks import TASKS

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

RESULTS = Path(__file__).parent.parent / "data" / "results"


@pytest.fixture(scope="module")
def table():
    return load_results("everything")


@pytest.fixture(scope="module")
def cost():
    return load_results("cost")


@pytest.fixture
def closed_figures():
    yield
    plt.close("all")


def test_cells_hold_the_means_of_the_table(table, closed_figures):
    cells = figures.contest_figure(table).axes[0]
    n_pairs = len(set(contest.fitting_pairs()))
    assert len(cells.texts) == len(cells.patches) == n_pairs
    at = {tuple(text.get_position()): text.get_text() for text in cells.texts}
    data, detectors = list(TASKS), list(on_scoreboard())
    mean = table.query("data == 'orders' and detector == 'PCA'")["average_precision"].mean()
    assert at[data.index("orders"), detectors.index("PCA")] == f"{mean:.2f}"
    area = table.query("data == 'digit 8' and detector == 'PCA'")["auroc"].mean()
    assert at[data.index("digit 8"), detectors.index("PCA")] == f"{area:.2f}"
    assert all("chance" in label.get_text() for label in cells.get_xticklabels())


def test_level_with_the_best_needs_few_anomalies_or_a_small_gap():
    means = pd.DataFrame({"mean": [0.90, 0.85, 0.60], "error": [0.01, 0.01, 0.01]})
    assert figures.level_with_best(means).tolist() == [True, False, False]
    assert figures.level_with_best(means.assign(error=0.03)).tolist() == [True, True, False]


def test_standard_errors_are_those_of_many_samples():
    """Drawn anew 300 times: normal scores against shifted ones."""
    rng, labels = np.random.default_rng(0), np.repeat([0, 1], [400, 100])
    scores = [rng.normal(size=500) + 2 * labels for _ in range(300)]
    areas = [roc_auc_score(labels, score) for score in scores]
    assert figures._error_of_auroc(np.mean(areas), 100, 400) == pytest.approx(np.std(areas), rel=0.3)
    precisions = [average_precision_score(labels, score) for score in scores]
    assert figures._error_of_ap(np.mean(precisions), 100, 400) == pytest.approx(np.std(precisions), rel=0.5)


def test_lines_of_cost_end_where_a_process_was_stopped(cost, closed_figures):
    train, score = figures.cost_figure(cost).axes
    for ax, column in ((train, "train_seconds"), (score, "score_seconds")):
        lengths = [len(line.get_xdata()) for line in ax.lines]
        assert lengths == cost.groupby("detector", sort=False)[column].count().tolist()
        assert sum("stopped" in text.get_text() for text in ax.texts) == sum(n < 4 for n in lengths)


def test_labels_are_moved_apart_in_order():
    heights = pd.Series([0.1, 0.11, 0.12, 0.9], list("abcd"))
    moved = figures._apart(heights)
    assert moved.index.tolist() == list("abcd")
    assert (np.diff(moved) >= figures.LABEL_GAP - 1e-9).all()


def test_shipped_figures_are_small():
    for name in ("everything", "cost"):
        assert (RESULTS / f"{name}.png").stat().st_size < 150_000
