"""The rules for lessons in CONTRIBUTING.md are those that tests hold, word for word, limits included."""

import inspect
import re
from pathlib import Path

from tests import test_lessons

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def flat(text):
    return " ".join(text.split())


def stated(module):
    """The rules that a module's tests state, with the limits that they use filled in."""
    classes = [found for _, found in inspect.getmembers(module, inspect.isclass)]
    for place in (module, *classes):
        for name, test in inspect.getmembers(place, inspect.isfunction):
            if name.startswith("test_"):
                assert test.__doc__, f"{name} does not say which rule it holds: give it a docstring"
                yield flat(test.__doc__.format_map(vars(module)))


def written(text):
    """The rules in CONTRIBUTING.md: the first list of the section."""
    section = text.split("## What a lesson promises\n", 1)[1].split("\n## ", 1)[0]
    return [flat(rule) for rule in re.findall(r"^- (.+(?:\n  .+)*)", section.split("\n\n")[1], re.M)]


def differences(module, text):
    return set(stated(module)) ^ set(written(text))


def test_both_lists_are_the_same():
    assert differences(test_lessons, CONTRIBUTING) == set()
    assert len(written(CONTRIBUTING)) >= 20


@pytest.mark.parametrize(
    ("old", "new"), [("at most 20 lines", "at most 25 lines"), ("- Imports stand in the first code cell.\n", "")]
)
def test_a_difference_is_seen(old, new):
    assert old in CONTRIBUTING
    assert differences(test_lessons, CONTRIBUTING.replace(old, new))


def test_a_new_limit_is_seen(monkeypatch):
    monkeypatch.setattr(test_lessons, "MIN_PREDICTIONS", 3)
    assert differences(test_lessons, CONTRIBUTING)


def test_every_target_that_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)", CONTRIBUTING)) <= targets


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:helpers|tests|notebooks|data)/[\w/.]*)`", CONTRIBUTING))))
def test_every_path_that_it_names_exists(path):
    """Paths with NN or slug stand for many."""
    if "NN" in path:
        path = re.sub(r"NN\w*", "*", path)
    assert list(ROOT.glob(path)), path
