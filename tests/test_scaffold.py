"""`make lesson` writes a lesson that keeps every promise once it is built, and refuses a name that cannot be."""

import re
import shutil
import subprocess
import sys

from tests import test_lessons

import build
import glossary
import jupytext
import lessons
import pytest
import scaffold

NEXT = f"{len(lessons.sources()):02d}_explain_an_alarm"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A copy of what a new lesson is written into."""
    for name in ("notebooks/source", "helpers/checks", "tests/checks"):
        shutil.copytree(lessons.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    monkeypatch.setattr(lessons, "SOURCE", tmp_path / "notebooks/source")
    return tmp_path


def contents(course):
    return {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_three_files_are_written(course, capsys):
    before = contents(course)
    scaffold.main([NEXT])
    new = {path.relative_to(course).as_posix() for path in contents(course).keys() - before.keys()}
    assert new == {
        f"notebooks/source/{NEXT}.py",
        f"helpers/checks/lesson_{NEXT[:2]}.py",
        f"tests/checks/test_lesson_{NEXT[:2]}.py",
    }
    assert {path: text for path, text in contents(course).items() if path in before} == before
    assert new < set(capsys.readouterr().out.splitlines())
    assert lessons.title(lessons.sources()[-1]) == "Explain an alarm"


def test_its_form_is_that_of_a_lesson(course):
    """What can be told without running it: the parts, the exercises, the prose, the links to the glossary."""
    scaffold.main([NEXT])
    source = lessons.sources()[-1]
    cells = jupytext.read(source).cells
    glossary.link_cells(cells, NEXT[:2])
    notebook = jupytext.read(source)
    sentences = test_lessons.prose(notebook)
    assert len(sentences) > test_lessons.MIN_PROSE and not test_lessons.FILLER.search(sentences)
    assert len(test_lessons.exercises(notebook)) >= 3 and "Spot the bug" in test_lessons.text(notebook)
    assert "](glossary.md#" in "".join(cell.source for cell in cells)
    assert sentences.count("TODO") > 20
    assert lessons.settings(source)["without"] == []


def test_its_code_runs_and_its_answers_are_right(course):
    """In one process, with checks and cases that were written beside it."""
    scaffold.main([NEXT])
    module = f"lesson_{NEXT[:2]}"
    code = [cell.source for cell in build.code_cells(jupytext.read(lessons.sources()[-1]))]
    text = "\n".join(["import matplotlib", "matplotlib.use('agg')", *code])
    text = re.sub(r"^(check\.exercise_.*)$", r"assert (reply := \1).verdict == 'right', reply", text, flags=re.M)
    text = text.replace(f"from helpers.checks import {module} as check", f"import {module} as check")
    done = subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": f"{course / 'helpers/checks'}:{scaffold.TEMPLATES.parents[2]}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_new_files_are_clean(course):
    scaffold.main([NEXT])
    shutil.copy2(scaffold.TEMPLATES.parents[2] / "pyproject.toml", course)
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."], cwd=course, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([""], "Usage: make lesson NAME="),
        (["explain"], "Usage: make lesson NAME="),
        (["12_Explain"], "Usage: make lesson NAME="),
        (["12"], "Usage: make lesson NAME="),
        (["../12_explain"], "Usage: make lesson NAME="),
        (["04_again"], "There is a lesson 04: 04_"),
        (["98_far_away"], f"the next one is NAME={NEXT[:2]}_far_away"),
    ],
)
def test_a_name_that_cannot_be_is_refused(course, arguments, sentence):
    before = contents(course)
    with pytest.raises(SystemExit, match=re.escape(sentence)) as stop:
        scaffold.main(arguments)
    assert "\n" not in str(stop.value)
    assert contents(course) == before


def test_nothing_is_overwritten(course):
    (course / f"helpers/checks/lesson_{NEXT[:2]}.py").write_text("mine")
    before = contents(course)
    with pytest.raises(SystemExit, match="exists, nothing was written"):
        scaffold.main([NEXT])
    assert contents(course) == before
