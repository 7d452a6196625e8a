"""A public name has one address: the package that exports it. Lessons import it from there."""

import ast
import shutil
from functools import cache
from pathlib import Path

import lessons
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("datasets", "diagrams", "evaluation", "training", "detectors", "results", "report")
ASSIGNMENTS = (ast.Assign, ast.AnnAssign)
# Where lessons may look: packages and the modules beside them, and two that stand for themselves.
OPEN_TO_LESSONS = {f"helpers.{name}" for name in (*PACKAGES, "checks", "plots", "windows")} | {
    "helpers.training.progress",
    "helpers.results.tables",  # of a table of which a lesson computes a row again
}


def assigned(node):
    """Names that a statement gives a value to."""
    targets = getattr(node, "targets", [getattr(node, "target", node)]) if isinstance(node, ASSIGNMENTS) else []
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


@cache  # the copies that a test spoils are alike but for one
def statements(text):
    return ast.parse(text).body


def defined(path):
    """Names that a module makes at its top level, imported ones apart."""
    made = (ast.FunctionDef, ast.ClassDef)
    body = statements(path.read_text(encoding="utf-8"))
    return {name for node in body for name in ({node.name} if isinstance(node, made) else assigned(node))}


def exported(path):
    """The names in a module's `__all__`, in its order."""
    for node in statements(path.read_text(encoding="utf-8")):
        if "__all__" in assigned(node):
            return ast.literal_eval(node.value)
    return []


def modules(package):
    return [path for path in sorted(package.rglob("*.py")) if path.name not in ("__init__.py", "__main__.py")]


def second_addresses(helpers):
    """A sentence for each name that can be had from more than one place, or is promised and not there."""
    owner = {}
    for package in (helpers / name for name in PACKAGES):
        makers = {path: defined(path) & set(exported(path)) for path in modules(package)}
        for name in exported(package / "__init__.py"):
            places = [path.relative_to(helpers).as_posix() for path, names in makers.items() if name in names]
            if len(places) != 1:
                yield f"helpers.{package.name}.{name} is defined in {' and '.join(places) or 'no module'}"
            if name in owner:
                yield f"{name} is exported by helpers.{owner[name]} and by helpers.{package.name}"
            owner[name] = package.name


def second_exports(helpers):
    """A sentence for each name that a module exports without having made it, or exports twice."""
    for path in modules(helpers):
        names = exported(path)
        for name in sorted({name for name in names if names.count(name) > 1 or name not in defined(path)}):
            yield f"{path.relative_to(helpers).as_posix()} exports {name}"


def imports_of_helpers(text):
    """Every `a.b` of helpers that a lesson names in an import."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "helpers":
            yield from (f"helpers.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers."):
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("helpers."))


def deeper_imports(text):
    """Every `helpers.b.c` that a lesson imports from, though learners should know the package only."""
    return sorted(set(imports_of_helpers(text)) - OPEN_TO_LESSONS)


def test_every_name_has_one_address():
    assert not list(second_addresses(ROOT / "helpers"))


def test_every_module_exports_what_it_makes_and_nothing_else():
    assert not list(second_exports(ROOT / "helpers"))


@pytest.mark.parametrize("path", lessons.sources(), ids=lambda path: path.stem)
def test_lessons_import_from_packages(path):
    assert not deeper_imports(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("module", "name", "definition", "complaint"),
    [
        ("training/__init__.py", "Interval", "", "Interval is exported by helpers.evaluation and by helpers.training"),
        ("training/__init__.py", "Astrology", "", "helpers.training.Astrology is defined in no module"),
        ("evaluation/events.py", "Interval", "Interval = 1",
         "helpers.evaluation.Interval is defined in evaluation/events.py and evaluation/metrics.py"),
        ("evaluation/events.py", "runs", "", "evaluation/events.py exports runs"),
        ("evaluation/events.py", "event_table", "", "evaluation/events.py exports event_table"),
    ],
)  # fmt: skip
def test_a_planted_second_address_is_seen(tmp_path, module, name, definition, complaint):
    helpers = shutil.copytree(ROOT / "helpers", tmp_path / "helpers")
    text = (helpers / module).read_text(encoding="utf-8")
    (helpers / module).write_text(text.replace("__all__ = [", f'__all__ = ["{name}", ') + definition, encoding="utf-8")
    assert complaint in {*second_addresses(helpers), *second_exports(helpers)}


@pytest.mark.parametrize(
    "planted",
    [
        "from helpers.evaluation.metrics import Interval",
        "import helpers.detectors.base",
        "from helpers import windows, environment",
    ],
)
def test_a_planted_deeper_import_is_seen(planted):
    assert len(deeper_imports(f"from helpers.detectors import ZScore\n{planted}")) == 1
