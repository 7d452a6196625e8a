"""Each lesson has checks and cases for them (tests/checks); checks harm no answer; the environment is checked."""

from helpers.checks import core, environment, lesson_01

import lessons
import numpy as np
import pandas as pd
import pytest


def test_every_lesson_has_checks_and_cases():
    numbers = {source.stem[:2] for source in lessons.sources()}
    assert {path.stem[-2:] for path in (lessons.ROOT / "helpers/checks").glob("lesson_*.py")} == numbers
    assert {path.stem[-2:] for path in (lessons.ROOT / "tests/checks").glob("test_lesson_*.py")} == numbers


def test_checks_leave_the_answer_alone():
    seen = []

    def alarms(past, recent):
        seen.append(len(recent))
        past["amount"], recent["amount"] = 0.0, 0.0
        return np.zeros(len(recent), bool)

    before = lesson_01.shop().data.copy()
    assert lesson_01.exercise_4(alarms).verdict == "not yet"
    pd.testing.assert_frame_equal(lesson_01.shop().data, before)
    assert seen


@pytest.mark.parametrize(("minor", "start"), [(10, "[FAIL]"), (11, "[OK]"), (13, "[OK]"), (14, "[FAIL]")])
def test_python_line(minor, start):
    assert environment.python_line((3, minor)).startswith(start)


def test_missing_and_old_packages_fail():
    assert environment.package_line("no-such-package", 1).startswith("[FAIL] no-such-package is missing: delete")
    assert environment.package_line("pandas", 99).startswith("[FAIL] pandas 3")


def test_memory_line(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 4000000 kB\nMemAvailable: 300000 kB\n")
    assert environment.memory_line(meminfo).startswith("[FAIL] only 292 MB")
    meminfo.write_text("MemTotal: 4000000 kB\nMemAvailable: 3000000 kB\n")
    assert environment.memory_line(meminfo).startswith("[OK]")


def test_environment_check_names_a_damaged_file(monkeypatch, capsys):
    monkeypatch.setattr("helpers.datasets.files.checksums", lambda: {"orders.csv.gz": "0" * 64})
    environment.check_environment()
    assert "[FAIL] data/orders.csv.gz is not the file of the course" in capsys.readouterr().out


def test_environment_check_is_all_ok_here(capsys):
    environment.check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 10
    assert [line for line in lines if not line.startswith("[OK]") and "memory" not in line] == []


# Parts of an answer


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ({"rule": "cost", "euros": ...}, "not attempted"),
        ({"rule": "cost"}, "not yet: 'euros': the keys are rule, euros, no more and no fewer"),
        ({"rule": "cost", "euros": 5, "x": 1}, "not yet: 'x': the keys are rule, euros"),
        ("cost", "not yet: a dict with the keys rule, euros is needed, not a str"),
        ({"rule": "price", "euros": 5}, "not yet: the rule is one of cost, promise; 'price' is none of them"),
        ({"rule": 3, "euros": 5}, "not yet: the rule is one of cost, promise; 3 is none of them"),
        ({"rule": "COST ", "euros": "5"}, "right: cost"),
    ],
)
def test_an_answer_of_named_parts(answer, reply):
    @core.exercise
    def check(answer):
        rule, _ = core.as_parts(answer, ["rule", "euros"])
        return core.as_choice(rule, {"cost", "promise"}, "the rule")

    assert repr(check(answer)).startswith(reply)


def test_naming_every_line_of_a_bug_hunt_gives_nothing_away():
    hunt = core.bug_hunt({1: "leak", 5: "swap"}, dict.fromkeys([2, 3, 4], "fine"), enough=2)
    assert "leak" not in repr(hunt(range(1, 6))) and "line 2" not in repr(hunt(range(1, 6)))
    assert "line 2 is innocent" in repr(hunt({1, 2}))


def test_a_fault_may_be_named_at_either_of_its_lines():
    hunt = core.bug_hunt({1: "leak", 5: "swap"}, {2: "fine"}, enough=2, same={7: 5})
    assert repr(hunt({1, 7})) == repr(hunt({1, 5})) == "right: (1) leak; (5) swap"
    assert repr(hunt({5, 7})).startswith("not yet: 1 found")
