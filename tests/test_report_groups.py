"""Many series in one file, judged each by its own past: studied, told on one page, kept, and applied to new rows."""

import io
import re
from contextlib import redirect_stdout

from helpers.detectors.storage import StoredDetectorError
from helpers.report import (
    GroupedModel,
    OwnModel,
    UnusableFile,
    examine_groups,
    load_own_model,
    score_groups,
)
from helpers.report import __main__ as command
from helpers.report.columns.grouping import MOST_GROUPS
from helpers.report.groups import _worth_judging

import numpy as np
import pandas as pd
import pytest

HOURS = pd.date_range("2025-01-01", periods=200, freq="h")
ODD = 350  # row of the file, from 0: of B, where it is usual for A


def shop(name, level):
    noise = np.random.default_rng(len(name)).normal(0, 1, len(HOURS))
    return pd.DataFrame({"shop": name, "when": HOURS, "sold": level + noise})


@pytest.fixture(scope="module")
def frame():
    few = shop("new", 5)[:60]
    rows = pd.concat([shop("A", 10), shop("B", 100), few], ignore_index=True)
    rows.loc[ODD, "sold"] = 10.0
    rows["broken"] = np.where(rows.index == ODD, "yes", "no")
    return rows


@pytest.fixture(scope="module")
def told(frame, tmp_path_factory):
    """A report of the command: exit code, what was printed, the folder."""
    folder = tmp_path_factory.mktemp("groups")
    frame.to_csv(folder / "shops.csv", index=False)
    options = ["--group", "shop", "--seconds", "4", "--quiet", "--out", str(folder / "report")]
    with redirect_stdout(io.StringIO()) as printed:
        code = command.main([str(folder / "shops.csv"), *options])
    return code, printed.getvalue(), folder


@pytest.fixture(scope="module")
def model(told):
    return load_own_model(told[-1] / "report" / "detector.zip")


def test_a_row_that_is_usual_elsewhere_is_odd_in_its_group(told):
    code, printed, folder = told
    anomalies = pd.read_csv(folder / "report" / "anomalies.csv")
    assert code == 0 and "620" not in printed
    assert [ODD + 1, "B", True] in anomalies[["row", "shop", "flagged"]].head(2).values.tolist()
    assert list(anomalies)[:3] == ["row", "shop", "strangeness"] and anomalies["strangeness"].is_monotonic_decreasing
    assert f"row {ODD + 1}: strangeness" in printed and "usually" in anomalies["because"].iloc[0]


def test_groups_with_few_rows_are_said(told):
    assert "note: Not judged: new. They have fewer than 100 rows each" in told[1]
    assert "460 rows, 2 groups of 'shop' judged each by itself" in told[1]


def test_one_page_tells_of_all_groups(told):
    page = (told[-1] / "report" / "report.html").read_text(encoding="utf-8")
    assert sorted(path.name for path in (told[-1] / "report").iterdir()) == [
        "anomalies.csv",
        "detector.zip",
        "report.html",
    ]
    assert page.count("<!DOCTYPE html>") == 1 and page.count("<img ") == 1
    assert all(re.search(rf">{name}</t[dh]><td[^>]*>200</td>", page) for name in "AB")
    assert "Not judged: new" in page and "--group shop" in page
    assert "<script" not in page and len(page) < 2_000_000


def test_the_saved_detectors_flag_the_same_rows(told, model, frame):
    assert isinstance(model, GroupedModel) and list(model.models) == ["A", "B"]
    scores, found, lacking, _ = score_groups(model, frame)
    anomalies = pd.read_csv(told[-1] / "report" / "anomalies.csv")
    assert found["row"].tolist() == anomalies.loc[anomalies["flagged"], "row"].tolist()
    unscored = scores["strangeness"].isna()
    assert unscored[400:].all() and not unscored[100:200].any() and not unscored[300:400].any() and not lacking.any()
    with pytest.raises(StoredDetectorError, match="load_own_model"):
        OwnModel.load(told[-1] / "report" / "detector.zip")


def test_a_new_batch_goes_by_group(model):
    after = HOURS[-1] + pd.Timedelta(hours=1)
    batch = pd.DataFrame({"shop": ["B", "X", "A", "X"], "when": after, "sold": [10.0, 10.0, 10.0, 10.0]})
    scores, anomalies, _, notes = score_groups(model, batch)
    assert scores["flagged"].tolist() == [True, False, False, False]
    assert scores["strangeness"].isna().tolist() == [False, True, False, True]
    assert anomalies[["row", "shop"]].values.tolist() == [[1, "B"]]
    assert notes == [
        "'shop' holds 1 groups that have no detector (X): 2 rows are not judged. Examine a file with enough rows of "
        "them first."
    ]


def test_unknown_groups_are_counted_in_the_exit_code(told, capsys):
    folder = told[-1]
    after = HOURS[-1] + pd.Timedelta(hours=1)
    pd.DataFrame({"shop": ["B", "X"], "when": after, "sold": [101.0, 1.0]}).to_csv(folder / "new.csv", index=False)
    assert (
        command.main([str(folder / "new.csv"), "--detector", str(folder / "report" / "detector.zip"), "--quiet"]) == 5
    )
    printed = capsys.readouterr().out
    assert "0 of 2 rows flagged by the detectors of 2 groups of 'shop'" in printed
    assert "not judged: 1 rows" in printed


def test_a_batch_without_the_column_of_groups_gets_a_sentence(model, frame):
    with pytest.raises(UnusableFile, match="group='shop': there is no such column"):
        score_groups(model, frame.drop(columns="shop"))
    with pytest.raises(UnusableFile, match=r"No group can be judged. A: The series lacks 'sold'"):
        score_groups(model, frame.drop(columns="sold"))


def test_labels_may_lie_in_one_group_only(frame):
    study = examine_groups(frame[:400], "shop", label="broken", seconds=3)
    assert study.studies["B"].verdict.n_anomalies == 1 and study.studies["A"].verdict.n_anomalies == 0
    assert "broken" not in study.studies["A"].columns.numbers
    assert study.strangeness[ODD] > 1 and np.nanargmax(study.strangeness) in (ODD, ODD + 1)


def test_numbers_name_groups_as_texts_do(frame):
    numbered = frame[:400].assign(shop=np.repeat([1.0, 2.0], 200))
    study = examine_groups(numbered, "shop", seconds=3)
    assert list(study.studies) == ["1", "2"]
    batch = numbered.astype({"shop": int})[-50:]
    assert score_groups(study.model, batch)[0]["strangeness"].notna().all()


def test_what_cannot_be_judged_by_group_gets_a_sentence(frame):
    with pytest.raises(UnusableFile, match=r"group='city': there is no such column. There are shop, when, sold"):
        examine_groups(frame, "city")
    with pytest.raises(UnusableFile, match=r"None of the 460 groups of 'row' can be judged. 0: They have fewer"):
        examine_groups(frame.assign(row=range(len(frame))), "row")


def test_of_very_many_groups_the_largest_are_judged():
    sizes = {f"g{n}": 100 + n for n in range(MOST_GROUPS + 2)}
    judged, left_out = _worth_judging(pd.Series(np.repeat(list(sizes), list(sizes.values()))))
    assert len(judged) == MOST_GROUPS and list(left_out) == ["g0", "g1"]
    assert left_out["g0"].startswith("At most 100 groups are judged, the largest")


def test_a_damaged_file_gets_a_sentence(told, tmp_path):
    content = (told[-1] / "report" / "detector.zip").read_bytes()
    for n_bytes in (1, 100, len(content) // 2):
        (tmp_path / "cut.zip").write_bytes(content[:-n_bytes])
        with pytest.raises(StoredDetectorError):
            load_own_model(tmp_path / "cut.zip")
