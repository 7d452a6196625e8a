"""python -m helpers.report: what it prints, writes and returns, and that it never writes over anything unasked."""

import io
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

from helpers.report import __main__ as command

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
QUICK = ["--seconds", "3", "--quiet"]  # too short for a network


@pytest.fixture(scope="module")
def rows():
    """Invented rows with ten odd ones, labelled."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"length": rng.normal(30, 1, 1000), "width": rng.normal(8, 0.5, 1000), "broken": "no"})
    odd = rng.choice(1000, 40, replace=False)
    frame.loc[odd, "length"] += 12
    frame.loc[odd, "broken"] = "yes"
    return frame


@pytest.fixture
def file(tmp_path, rows):
    rows.to_csv(tmp_path / "my.csv", index=False)
    return tmp_path / "my.csv"


def run(*arguments):
    return command.main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def labelled(rows, tmp_path_factory):
    """A report by labels, written once for all who only read it: exit code, what was printed, the folder."""
    folder = tmp_path_factory.mktemp("labelled")
    rows.to_csv(folder / "my.csv", index=False)
    with redirect_stdout(io.StringIO()) as printed:
        code = run(folder / "my.csv", *QUICK, "--label", "broken", "--anomaly", "yes", "--out", folder / "report")
    return code, printed.getvalue(), folder / "report"


def listing(folder):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*"))


def test_without_out_nothing_is_written(file, capsys):
    assert run(file, *QUICK) == 0
    printed = capsys.readouterr()
    assert "detector: " in printed.out and printed.err == ""
    assert listing(file.parent) == ["my.csv"]


def test_labels_choose_and_three_files_are_written(labelled):
    code, printed, out = labelled
    assert code == 0
    assert "Average precision" in printed
    assert listing(out) == ["anomalies.csv", "detector.zip", "report.html"]
    assert len({path.stat().st_mode for path in out.iterdir()}) == 1  # whoever may read the page may read all
    odd = pd.read_csv(out / "anomalies.csv")
    assert odd.loc[odd["flagged"], "broken"].eq("yes").mean() > 0.7
    assert "--label broken --anomaly yes" in (out / "report.html").read_text(encoding="utf-8")


def test_results_are_not_replaced_unasked(file, capsys, monkeypatch):
    out = file.parent / "report"
    out.mkdir()
    (out / "anomalies.csv").write_text("precious")
    monkeypatch.setattr(command, "read_table", None)  # refused before the file is read
    assert run(file, *QUICK, "--out", out) == 3
    assert "holds anomalies.csv already" in capsys.readouterr().err
    assert listing(out) == ["anomalies.csv"] and (out / "anomalies.csv").read_text() == "precious"


def test_overwrite_replaces_them(file, labelled):
    out = Path(shutil.copytree(labelled[-1], file.parent / "report"))
    (out / "report.html").write_text("old")
    assert run(file, *QUICK, "--out", out, "--overwrite") == 0
    assert "<!DOCTYPE html>" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "empty"),
        ("a,b\n", "no row below it"),
        ("a\n" + "x\n" * 200, "a single column"),
        ("a\n" + "1\n" * 200, "All rows are identical"),
    ],
)
def test_an_unusable_file_is_a_sentence_and_exit_code_1(tmp_path, capsys, content, sentence):
    (tmp_path / "bad.csv").write_text(content)
    assert run(tmp_path / "bad.csv", *QUICK, "--out", tmp_path / "report") == 1
    error = capsys.readouterr().err
    assert sentence in error and "Traceback" not in error
    assert listing(tmp_path) == ["bad.csv"]


def test_a_column_that_is_not_there_is_a_sentence(file, capsys):
    assert run(file, *QUICK, "--label", "broke") == 1
    assert "broke" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["--seconds", "0"],
        ["--seconds", "soon"],
        ["--false-alarm-rate", "1"],
        ["--rows", "-5"],
        ["--shape", "tree"],
        ["--nonsense"],
    ],
)
def test_wrong_options_exit_with_2_and_say_which(file, options, capsys):
    with pytest.raises(SystemExit) as stopped:
        run(file, *options)
    assert stopped.value.code == 2
    assert options[0] in capsys.readouterr().err


def test_an_interrupt_exits_with_130_and_writes_nothing(file, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.report.__main__.examine", interrupted)
    assert run(file, *QUICK, "--out", file.parent / "report") == 130
    assert "nothing was written" in capsys.readouterr().err
    assert listing(file.parent) == ["my.csv"]


def test_a_new_batch_is_scored_by_the_kept_detector(file, rows, labelled, capsys):
    out, scored = labelled[-1], file.parent / "scored"
    batch = rows.drop(columns="broken").head(50)
    batch.loc[7, "length"] = 200.0
    batch.to_csv(file.parent / "new.csv", index=False)
    arguments = [file.parent / "new.csv", "--quiet", "--detector", out / "detector.zip", "--out", scored, "--all"]
    assert run(*arguments) == 0
    assert "of 50 rows flagged" in capsys.readouterr().out
    assert pd.read_csv(scored / "anomalies.csv")["row"].iloc[0] == 8
    assert len(pd.read_csv(scored / "scores.csv")) == 50
    assert run(*arguments) == 3
    assert run(*arguments, "--overwrite", "--fail-on-alarm") == 4


def test_a_file_that_is_no_detector_is_a_sentence(file, capsys):
    assert run(file, "--quiet", "--detector", file) == 1
    assert "my.csv is not a saved model" in capsys.readouterr().err
    assert run(file, "--quiet", "--detector", file.parent / "none.zip") == 1
    assert "none.zip" in capsys.readouterr().err


def test_progress_without_a_terminal_is_one_line_a_stage(file, capsys):
    assert run(file, "--seconds", "3") == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(set(lines)) >= 5


def test_help_names_the_exit_codes():
    shown = subprocess.run([sys.executable, "-m", "helpers.report", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert shown.returncode == 0
    for code in (command.DONE, command.UNUSABLE, command.EXISTS, command.ALARM, command.INTERRUPTED):
        assert f"\n  {code}  " in shown.stdout
    assert "--detector" in shown.stdout and shown.stderr == ""


# -------------------------------------------------------------------- a batch, labels and places that are not as hoped


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"width": ""}, "note: 'width' holds no value in any row."),
        ({"width": "inf"}, "judged in part: 5 rows"),
    ],
)
def test_a_batch_that_lacks_something_says_so_in_print_and_exit_code(labelled, rows, tmp_path, capsys, change, said):
    rows.head(5).assign(**change).to_csv(tmp_path / "new.csv", index=False)
    assert run(tmp_path / "new.csv", "--detector", labelled[2] / "detector.zip", "--quiet") == 5
    assert said in capsys.readouterr().out


def test_several_values_stand_for_an_anomaly(file, rows, capsys):
    kinds = np.where(rows["broken"] == "no", "fine.", np.where(np.arange(1000) % 2, "cut", "bent"))
    rows.assign(broken=kinds).to_csv(file, index=False)
    assert run(file, *QUICK, "--label", "broken", "--anomaly", "cut", "--anomaly", "bent") == 0
    several = capsys.readouterr().out
    assert run(file, *QUICK, "--label", "broken", "--normal", "fine.") == 0
    assert "Average precision" in several and capsys.readouterr().out == several


def test_what_stands_for_no_value_is_kept_with_the_detector(file, rows, tmp_path, capsys):
    holed = rows.drop(columns="broken")
    holed.loc[::9, "length"] = -200
    holed.to_csv(file, index=False)
    assert run(file, *QUICK) == 0
    assert "missing=-200 (--missing -200)" in capsys.readouterr().out
    assert run(file, *QUICK, "--missing", "-200", "--out", tmp_path / "out") == 0
    assert "holds -200" not in capsys.readouterr().out
    holed.head(3).to_csv(file, index=False)
    assert run(file, "--detector", tmp_path / "out" / "detector.zip", "--quiet") == 0
    assert "0 of 3 rows flagged" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["my.csv/below", "/proc/nowhere/report"])
def test_an_impossible_place_is_said_before_the_work(file, place, capsys, monkeypatch):
    monkeypatch.setattr(command, "read_table", lambda *_, **__: pytest.fail("the work has begun"))
    assert run(file, *QUICK, "--out", file.parent / place) == 1
    said = capsys.readouterr().err
    assert "Name another place" in said and "Traceback" not in said


def test_a_disk_that_fills_up_is_a_sentence(file, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr(command, "write_report", full)
    assert run(file, *QUICK, "--out", file.parent / "out") == 1
    assert capsys.readouterr().err == "report.html: No space left on device. Nothing was written.\n"
