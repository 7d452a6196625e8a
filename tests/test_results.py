"""The shipped tables of data/results, and the script that writes them."""

import re

from helpers.datasets import load_results
from helpers.results import writing as results

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def digits():
    return load_results("digits")


def test_every_digit_and_seed_is_there(digits):
    counts = digits.groupby("model")["digit"].value_counts().unstack()
    lesson_only = counts.index.str.startswith("convolutional, without noise")
    assert lesson_only.sum() == 3 and set(counts.loc[lesson_only, 8]) == {5}
    counts = counts[~lesson_only]
    assert counts.columns.tolist() == list(range(10))
    assert set(counts.nunique(axis=1)) == {1} and set(counts[0]) == {1, 5}
    assert not digits.duplicated(["model", "digit", "seed"]).any()
    assert digits["auroc"].between(0, 1).all()


def test_every_model_of_the_digits_is_judged_alike(digits):
    """By its own error, by blur and ink, and, if it draws images, with shifts forgiven."""
    models = set(digits["model"])
    plain = {model for model in models if not model.endswith("ink")}
    assert models == {
        model + error
        for model in plain
        for error in ("", ", blur and ink", ", blur, shifts and ink")
        if model != "isolation forest" or "shifts" not in error
    }


def test_the_course_keeps_its_promise_on_the_digits(digits):
    network = digits[digits["model"] == "convolutional, denoising, blur, shifts and ink"]
    assert len(network) == 50
    assert network["auroc"].mean() >= 0.965


def test_references_are_where_they_were_measured_before(digits):
    """From other code than ours, on the same split: the split has not moved."""
    means = digits.groupby("model")["auroc"].mean()
    assert means["PCA 32"] == pytest.approx(0.951, abs=0.002)
    assert means["5 nearest neighbours"] == pytest.approx(0.931, abs=0.002)


def test_the_header_says_how_and_on_what_but_not_on_whose_machine(digits):
    about = digits.attrs["about"]
    assert [line.split(":")[0] for line in about] == ["command", "versions", "machine", "date"]
    assert re.fullmatch(r"machine: \w+ \w+, \d+ cores", about[2]) and not any("/" in line for line in about)
    assert re.fullmatch(r"date: \d{4}-\d\d-\d\d", about[-1])


def test_written_tables_are_loaded_again(tmp_path, monkeypatch):

    monkeypatch.setattr("helpers.datasets.files.DATA_DIR", tmp_path)
    table = pd.DataFrame({"model": ["a, b", "c"], "auroc": [0.5, 0.75]})
    assert results.write("some", table, tmp_path / "results") == "some.csv written: 2 rows."
    loaded = load_results("some")
    pd.testing.assert_frame_equal(loaded, table)
    assert loaded.attrs["about"] == results.describe("some")
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["some.csv"]


def test_an_unknown_table_is_named():
    with pytest.raises(
        SystemExit, match="No table is called nothing; there are: cost, development, digits, ensemble, everything, gan"
    ):
        results.write_all(["nothing"])
