"""Bars leave nothing behind in a notebook, and a log gets one line a stage."""

import io
from functools import partial

from helpers.training import progress

import pytest


@pytest.fixture
def notebook(monkeypatch):
    """What a notebook's output would show, one text after the other."""
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data["text/plain"]) or Handle())
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    monkeypatch.setattr(progress, "tqdm", partial(progress.tqdm, disable=False))  # conftest.py silences bars
    return shown


def test_a_bar_clears_its_notebook_output(notebook):
    with progress.progress_bar(total=3, unit="epoch") as bar:
        for _ in range(3):
            bar.last_print_t = 0
            bar.update()
            bar.refresh()
    assert any("1/3" in text for text in notebook) and notebook[-1] == ""


def test_a_stage_bar_shows_the_stage_and_clears_itself_at_the_end(notebook):
    bar = progress.StageBar()
    bar(0.25, "learning: Z-score")
    assert "25%" in notebook[-1] and "learning: Z-score" in notebook[-1]
    bar(1.0, "done")
    assert notebook[-1] == "" and bar.bar is None


def test_outside_a_notebook_a_bar_is_hidden_unless_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(progress, "tqdm", partial(progress.tqdm))
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    with progress.progress_bar(total=1) as bar:
        assert bar.disable
    assert capsys.readouterr().err == ""


def test_without_a_terminal_each_stage_is_told_once(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    bar = progress.StageBar()
    for done, text in ((0.1, "reading"), (0.2, "learning"), (0.3, "reading")):
        bar(done, text)
    bar.close()
    assert progress.sys.stderr.getvalue() == "reading\nlearning\n"


def test_quiet_says_nothing(capsys):
    bar = progress.StageBar(quiet=True)
    bar(0.5, "learning")
    bar.close()
    assert capsys.readouterr().err == ""
