"""The cheat sheet's code runs, and each of its lines names a lesson."""

import doctest
import re

import lessons
import pytest

SHEET = lessons.NOTEBOOKS / "cheat_sheet.md"
TEXT = SHEET.read_text(encoding="utf-8")
CODE = re.search(r"```pycon\n(.*?)```", TEXT, re.S)[1]


def test_its_code_is_eight_lines_and_runs():
    test = doctest.DocTestParser().get_doctest(CODE, {}, SHEET.name, SHEET.name, 0)
    assert len(test.examples) == 8
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("line", re.findall(r"^- .+", TEXT, re.M))
def test_each_line_names_its_lesson(line):
    cited = re.findall(r"\[(\d\d)\]\((.+?)\)", line)
    assert cited
    for number, file in cited:
        assert file.startswith(number)
        assert (lessons.SOURCE / file).with_suffix(".py").exists(), f"{file} leads nowhere"


def test_the_helpers_it_names_exist():
    from helpers.evaluation import thresholds, thresholds_in_time

    named = re.findall(r"`(\w+_threshold)`", TEXT)
    assert len(named) >= 4
    for name in named:
        assert name in {*thresholds.__all__, *thresholds_in_time.__all__}, name


@pytest.mark.parametrize("source", lessons.sources(), ids=lambda path: path.stem)
def test_every_lesson_leads_to_it(source):
    assert "[glossary](glossary.md) · [cheat sheet](cheat_sheet.md)" in lessons.navigation(source)
