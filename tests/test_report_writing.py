"""Results are written all or nothing, and never over something that is there."""

from pathlib import Path

from helpers.report.writing import OutputExists, anomalies_csv, refuse_existing, write_all_or_nothing

import pandas as pd
import pytest


def text(content):
    return lambda path: path.write_text(content)


def fail(path):
    path.write_text("half")
    raise KeyboardInterrupt


def listing(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))


def test_writes_every_file_and_leaves_nothing_else(tmp_path):
    written = write_all_or_nothing(tmp_path / "new" / "deep", {"a.txt": text("A"), "b.txt": text("B")})
    assert [path.read_text() for path in written] == ["A", "B"]
    assert listing(tmp_path) == ["new", "new/deep", "new/deep/a.txt", "new/deep/b.txt"]


def test_an_interrupt_leaves_the_old_files_as_they_were(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt):
        write_all_or_nothing(tmp_path, {"a.txt": text("new"), "b.txt": fail})
    assert listing(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_an_interrupt_takes_away_the_folders_it_made(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_all_or_nothing(tmp_path / "new" / "deep", {"a.txt": fail})
    assert listing(tmp_path) == []


def test_existing_results_are_named_and_kept(tmp_path):
    (tmp_path / "anomalies.csv").write_text("precious")
    with pytest.raises(OutputExists, match=r"holds anomalies\.csv already.*overwrite"):
        refuse_existing(tmp_path, ["report.html", "anomalies.csv"])
    refuse_existing(tmp_path, ["report.html", "anomalies.csv"], overwrite=True)
    refuse_existing(tmp_path, ["report.html"])
    assert (tmp_path / "anomalies.csv").read_text() == "precious"


def test_a_file_in_the_place_of_the_folder_is_refused_even_with_overwrite(tmp_path):
    (tmp_path / "report").write_text("precious")
    with pytest.raises(OutputExists, match="is a file, not a folder"):
        refuse_existing(tmp_path / "report", ["report.html"], overwrite=True)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_texts_that_a_spreadsheet_would_run_get_an_apostrophe(start):
    frame = pd.DataFrame({f"{start}name": [f"{start}1+1", "plain"], "number": [-1.5, 2.0]})
    back = pd.read_csv(pd.io.common.StringIO(anomalies_csv(frame)))
    shown = start.replace("\r", " ")
    assert back.columns.tolist() == [f"'{shown}name", "number"]
    assert back.iloc[:, 0].tolist() == [f"'{shown}1+1", "plain"]
    assert back["number"].tolist() == [-1.5, 2.0]


def test_categories_and_mixed_columns_are_made_safe_too():
    frame = pd.DataFrame({"a": pd.Categorical(["=1", "b"]), "b": pd.Series(["@x", 3], dtype=object)})
    assert anomalies_csv(frame) == "a,b\n'=1,'@x\nb,3\n"
