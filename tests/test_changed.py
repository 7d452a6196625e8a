"""`make test-changed` chooses what a change reaches, and leaves out what does not fit into a minute."""

import subprocess

import changed
import lessons
import pytest
import reach

FILES = {
    "helpers/__init__.py": "",
    "helpers/a/__init__.py": "from helpers.a.one import One\nfrom helpers.a.two import Two\n",
    "helpers/a/one.py": '"""Doc.\n\n>>> 1\n1\n"""\nOne = 1\n',
    "helpers/a/two.py": "Two = 2\n",
    "tests/test_one.py": "from helpers.a import One\n",
    "tests/test_two.py": "from helpers.a import Two\n",
    "tests/test_both.py": "from helpers import a\n\na.One, a.Two\n",
    "tests/test_text.py": "open('README.md')\n",
    "tests/test_lessons.py": "import lessons\n",
    "tests/deep/test_deep.py": "from helpers.a import One\n",
    "README.md": "read me\n",
    "notebooks/glossary.md": "words\n",
}


def git(root, *arguments):
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *arguments], cwd=root, check=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A small repository with one commit, and no lessons."""
    root = tmp_path / "repository"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(lessons, "sources", list)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


def chosen(root, base="HEAD"):
    return {choice.path for choice in changed.choose(root, base, changed.changed_files(root, base))}


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        (
            "helpers/a/one.py",
            '""">>> 1\n1\n"""\n',
            "helpers/a/one.py tests/test_one.py tests/test_both.py tests/deep/test_deep.py",
        ),
        ("helpers/a/two.py", "Two = 3\n", "tests/test_two.py tests/test_both.py"),
        ("helpers/a/__init__.py", FILES["helpers/a/__init__.py"] + "from helpers.a.one import X\n", ""),
        ("helpers/a/three.py", "", ""),
        ("tests/test_two.py", "", "tests/test_two.py"),
        ("tests/test_new.py", "", "tests/test_new.py"),
        ("README.md", "", "tests/test_text.py"),
        ("notebooks/glossary.md", "", "tests/test_lessons.py"),
    ],
)
def test_a_change_is_followed(repository, path, text, wanted):
    assert chosen(repository) == set()
    (repository / path).write_text(text)
    assert chosen(repository) == set(wanted.split())


def test_a_deleted_module_is_a_change(repository):
    (repository / "helpers/a/two.py").unlink()
    assert chosen(repository) == {"tests/test_two.py", "tests/test_both.py"}


def test_commits_since_the_starting_point_count(repository):
    git(repository, "checkout", "-qb", "work")
    (repository / "helpers/a/two.py").write_text("Two = 3\n")
    git(repository, "commit", "-qam", "second")
    assert changed.starting_point(repository) == "HEAD"
    git(repository, "update-ref", "refs/remotes/origin/main", "HEAD~1")
    base = changed.starting_point(repository)
    assert chosen(repository, base) == {"tests/test_two.py", "tests/test_both.py"}


def test_an_unknown_commit_is_named(repository):
    with pytest.raises(SystemExit, match="no commit 'nowhere' to compare with"):
        changed.changed_files(repository, "nowhere")


def test_a_reason_is_given(repository):
    (repository / "helpers/a/two.py").write_text("Two = 3\n")
    choices = changed.choose(repository, "HEAD", ["helpers/a/two.py"])
    assert changed.report(choices, ["tests/test_two.py::test_slow", "tests/test_both.py"]) == [
        "tests/test_two.py: reaches helpers/a/two.py; 1 slow of its tests left to make test",
        "tests/test_both.py: reaches helpers/a/two.py; left to make test",
    ]


def test_the_specific_and_the_short_come_first():
    choices = [changed.Choice(name, "", 0) for name in ("tests/near.py", "book.ipynb", "tests/far.py")]
    seconds = {
        "tests/near.py::a": 50,
        "tests/near.py::b": 20,
        "book.ipynb": 30,
        "tests/far.py::c": 9,
        "tests/far.py::d": 2,
        "tests/other.py::e": 1,
    }
    assert changed.left_out(choices, seconds, 80) == ["book.ipynb", "tests/far.py::c"]
    assert changed.left_out(choices, seconds, 1000) == []


def test_lessons_that_a_change_reaches_are_run():
    now, before = reach.Tree(lessons.ROOT), reach.Tree(lessons.ROOT)
    before.read = lambda path: now.read(path) + ("\nOLD = 1\n" if path.name == "events.py" else "")
    found = [choice.path for choice in changed.notebooks(before, now, ["notebooks/solutions/00_start_here.ipynb"])]
    assert [path.removeprefix("notebooks/solutions/")[:2] for path in found] == ["00", "06", "07", "11"]


def test_times_are_those_of_the_last_run(tmp_path):
    path = tmp_path / changed.DURATIONS
    path.parent.mkdir(parents=True)
    path.write_text('{"tests/test_a.py::test_b": 9.5, "notebooks/solutions/01_x.ipynb::Cell 3": 4}')
    seconds = changed.known_seconds(tmp_path)
    assert seconds["tests/test_a.py::test_b"] == 9.5
    assert seconds["notebooks/solutions/00_start_here.ipynb"] == lessons.measured()["00"]["seconds"]
    assert not [name for name in seconds if "Cell" in name]
