"""A change reaches the lessons that import it, directly or through packages, and no others."""

import doctest
import re
import shutil

import grimp
import lessons
import pytest
import reach

SOURCES = {source.stem[:2]: source for source in lessons.sources()}
TREE = reach.Tree(lessons.ROOT)
HELPERS = [module for module in TREE.modules if module.startswith("helpers") and not TREE.is_package(module)]
LOADERS = {
    "tables": ("load_orders", "load_shuttle", "four_splits"),
    "images": ("load_digits_images", "one_digit_split"),
    "series": ("load_water_flow", "load_telemetry", "load_heartbeats", "load_labelled_heartbeats", "load_watch"),
}


def modules(tree, text, package=""):
    """The modules of helpers that a source reaches, by dotted name."""
    found = tree.reached(text, package)
    names = {path.relative_to(tree.root).as_posix(): module for module, path in tree.modules.items()}
    return {names[path] for path in found if path in names and path.startswith("helpers/")}


REACHED = {number: modules(TREE, source.read_text(encoding="utf-8")) for number, source in SOURCES.items()}


def reached_by(module):
    """The numbers of the lessons that reach a module of helpers."""
    return {number for number, found in REACHED.items() if f"helpers.{module}" in found}


@pytest.fixture
def copy(tmp_path):
    """A copy of helpers and data, to be changed."""
    for name in ("helpers", "data"):
        shutil.copytree(lessons.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.png"))
    return tmp_path


def edited(path, old, new):
    def change(root):
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8")

    return change


def appended(path, contents=b"\n"):
    return lambda root: (root / path).write_bytes((root / path).read_bytes() + contents)


# The course


def test_the_page_of_the_report_matters_to_lesson_11_alone():
    assert reached_by("report.page") == {"11"}


def test_the_lstm_leaves_the_first_lessons_alone():
    for module in ("series.lstm", "series.networks"):
        assert reached_by(f"detectors.{module}") & {"00", "01", "02", "03", "04", "05", "06"} == set()
        assert "07" in reached_by(f"detectors.{module}")


def test_the_catalogue_matters_to_the_lesson_that_reads_it():
    assert reached_by("detectors.catalogue") == {"11"}


def test_statistics_need_no_network():
    for number in ("00", "01", "02", "03"):
        assert not {module for module in REACHED[number] if module.startswith("helpers.training.loop")}
        assert not {module for module in REACHED[number] if ".gan" in module}


@pytest.mark.parametrize("module", LOADERS)
def test_data_reach_the_lessons_that_load_them(module):
    """Lesson 11's helpers load everything for the scoreboard of which it shows a row."""
    texts = {
        number: source.read_text(encoding="utf-8")
        + (lessons.ROOT / f"helpers/checks/lesson_{number}.py").read_text(encoding="utf-8")
        for number, source in SOURCES.items()
    }
    loading = {number for number, text in texts.items() if any(f"{name}(" in text for name in LOADERS[module])}
    assert reached_by(f"datasets.{module}") - {"11"} == loading - {"11"} != set()


def test_every_data_file_is_reached_by_its_name():
    """A name that is put together at run time would not be found."""
    named = {path for module in HELPERS for path in TREE.named(TREE.facts(module))}
    files = {path.relative_to(TREE.root).as_posix() for name, path in TREE.files.items() if name[:8] != "results/"}
    assert files <= named and "helpers/report/templates/parts.html.j2" in files


@pytest.mark.parametrize("number", SOURCES)
def test_a_lesson_reaches_its_own_checks_only(number):
    assert {module[-2:] for module in REACHED[number] if ".checks.lesson_" in module} == {number}


# Fingerprints


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (appended("helpers/checks/lesson_05.py"), {"05"}),
        (appended("helpers/report/page.py"), {"11"}),
        (appended("helpers/evaluation/thresholds_in_time.py"), {"06", "07"}),
        (appended("helpers/environment.py"), set(SOURCES)),
        (appended("data/results/digits.csv"), {"05", "09"}),
        (appended("data/results/watch.csv"), {"08"}),
        (appended("data/digits.npz"), {"05", "09", "10", "11"}),
        (lambda root: (root / "data/results/other.csv").write_bytes(b"new"), set()),
        (lambda root: (root / "helpers/detectors/new.py").write_bytes(b"new = 1"), set()),
        (edited("helpers/detectors/__init__.py", "__all__ = [", '__all__ = [\n    "KDE",'), set()),
        (
            edited(
                "helpers/detectors/__init__.py",
                "from helpers.detectors.tables.base import",
                "from helpers.detectors.tables.kde import KDE\nfrom helpers.detectors.tables.base import",
            ),
            set(),
        ),
        (appended("helpers/detectors/__init__.py", b"\nLIMIT = 3\n"), set(SOURCES) - {"00", "06"}),
        (edited("helpers/__init__.py", "environment.apply()", "environment.apply(1)"), set(SOURCES)),
    ],
    ids=[
        "own checks", "report", "in time", "environment", "table", "another table", "images", "unknown table",
        "unused module", "a name in __all__", "an export", "own code of a package", "own code of helpers",
    ],
)  # fmt: skip
def test_what_makes_a_lesson_stale(copy, change, wanted):
    change(copy)
    changed = reach.Tree(copy)
    texts = {number: source.read_text(encoding="utf-8") for number, source in SOURCES.items()}
    assert {number for number, text in texts.items() if changed.reached(text) != TREE.reached(text)} == wanted


def test_the_fingerprint_is_made_of_it(copy, monkeypatch):
    before = lessons.fingerprint(SOURCES["05"])
    tools = copy / "notebooks" / "tools"
    tools.mkdir(parents=True)
    shutil.copy2(lessons.TOOLS / "repository.json", tools)
    monkeypatch.setattr(lessons, "ROOT", copy)
    assert lessons.fingerprint(SOURCES["05"]) == before
    appended("helpers/report/page.py")(copy)
    assert lessons.fingerprint(SOURCES["05"]) == before
    appended("helpers/detectors/images/errors.py")(copy)
    assert lessons.fingerprint(SOURCES["05"]) != before


# The resolver, on a small tree

FILES = {
    "helpers/__init__.py": '"""Doc."""\nfrom helpers import settings\nsettings.apply()\n',
    "helpers/settings.py": "",
    "helpers/a/__init__.py": "from helpers.a.one import One\nfrom .two import two as deux\n__all__ = ['One', 'deux']\n",
    "helpers/a/one.py": "from helpers.b import Late\n",
    "helpers/a/two.py": "NAME = 'water.csv.gz'\n",
    "helpers/b/__init__.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .early import Early\nLIMIT = 1\n"
        "def __getattr__(name):\n    from helpers.b import late\n    return getattr(late, name)\n"
    ),
    "helpers/b/early.py": "",
    "helpers/b/late.py": "",
    "helpers/c/__init__.py": "def __getattr__(name):\n    return getattr(import_module('helpers.c.names'), name)\n",
    "helpers/c/names.py": "from helpers.a.two import Two\nfrom helpers.b.early import Early\n",
    "data/water.csv.gz": "",
    "data/results/digits.csv": "",
}


@pytest.fixture
def small(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return reach.Tree(tmp_path)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import numpy", ""),
        ("import helpers", "helpers settings"),
        ("from helpers.a import One", "helpers settings a a.one b b.late"),
        ("from helpers.a import deux", "helpers settings a a.two water"),
        ("from helpers import a\na.deux()", "helpers settings a a.two water"),
        ("from helpers import a as name\ndef f():\n    return name.deux.x", "helpers settings a a.two water"),
        ("from helpers import a", "helpers settings a"),
        ("import helpers.a.two", "helpers settings a a.two water"),
        ("import helpers.a\nhelpers.a.deux", "helpers settings a a.two water"),
        ("from helpers.a import two", "helpers settings a a.two water"),
        ("from helpers.b import Early", "helpers settings b b.early"),
        ("from helpers.b import Late", "helpers settings b b.late"),
        ("from helpers.b import LIMIT", "helpers settings b"),
        ("from helpers import b\nvars(b)", "helpers settings b b.early b.late"),
        ("from helpers import b\nb.__all__", "helpers settings b b.early b.late"),
        ("from helpers.b import *", "helpers settings b b.early b.late"),
        ("from helpers.c import Two", "helpers settings a a.two c water"),
        ("import helpers.c\nhelpers.c.Early", "helpers settings b b.early c"),
        ("from helpers.c import names", "helpers settings a a.two b b.early c c.names water"),
        ("from helpers.a import Unknown", "helpers settings a a.one a.two b b.late water"),
        ("import_module('helpers.b.early')", "helpers settings b b.early"),
        ("run(['python', '-m', 'helpers.b.early'])", "helpers settings b b.early"),
        ("PackageLoader('helpers.b')", "helpers settings b"),
        ("load_results('digits')", "digits"),
        ("datasets.load_results('digits')", "digits"),
        ("print('digits', 'water')", ""),
        ("open('water.csv.gz')", "water"),
    ],
)
def test_a_name_leads_to_the_module_that_defines_it(small, source, wanted):
    short = {"helpers": "helpers/__init__.py", "digits": "data/results/digits.csv", "water": "data/water.csv.gz"}
    short |= {"settings": "helpers/settings.py", "a": "helpers/a/__init__.py", "b": "helpers/b/__init__.py"}
    short["c"] = "helpers/c/__init__.py"
    assert set(small.reached(source)) == {
        short.get(name, f"helpers/{name.replace('.', '/')}.py") for name in wanted.split()
    }


def test_of_a_package_only_its_own_statements_count(small):
    found = small.reached("from helpers.a import One")
    assert found["helpers/a/__init__.py"] == b""
    assert found["helpers/__init__.py"] == b"settings.apply()"
    whole = small.reached("from helpers import a\nvars(a)")
    assert whole["helpers/a/__init__.py"] == FILES["helpers/a/__init__.py"].encode()


# Another reader of imports agrees


def disagreements(tree):
    """Modules that a module imports by name and does not reach, or reaches although nothing leads there."""
    graph = grimp.build_graph("helpers", cache_dir=None)
    direct = {module: graph.find_modules_directly_imported_by(module) & {*HELPERS} for module in HELPERS}
    for module in HELPERS:  # modules may also be named as text, to be imported later or elsewhere
        for named in {*re.findall(r'"(helpers\.[\w.]+)"', tree.read(tree.modules[module]))} & {*HELPERS}:
            graph.add_import(importer=module, imported=named)
    for module in HELPERS:
        found = modules(tree, tree.read(tree.modules[module]), module.rpartition(".")[0])
        executed = {name for name in found if tree.is_package(name)} | modules(tree, "import helpers")
        yield from ((module, missed) for missed in direct[module] - found)
        yield from ((module, far) for far in found - graph.find_upstream_modules(module) - executed - {module})


def test_grimp_sees_the_same_imports():
    assert list(disagreements(TREE)) == []


def test_a_fault_of_the_resolver_is_seen(monkeypatch):
    source = "from helpers.detectors import ZScore"
    assert "helpers.detectors.tables.statistical" in modules(TREE, source)
    with monkeypatch.context() as fault:
        fault.setattr(reach.Tree, "behind", lambda self, package, name: set())
        assert "helpers.detectors.tables.statistical" not in modules(reach.Tree(lessons.ROOT), source)
    monkeypatch.setattr(reach.Tree, "split", lambda self, dotted: ("", ""))
    assert list(disagreements(reach.Tree(lessons.ROOT))) != []


def test_the_example_in_the_docstring():
    result = doctest.testmod(reach)
    assert result.attempted >= 3 and result.failed == 0
