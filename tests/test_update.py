"""`make update` between two real repositories: a course online, and a learner's clone with edits."""

import subprocess

import pytest
import update

LESSON = "notebooks/01_lesson.ipynb"
SOLUTION = "notebooks/solutions/01_lesson.ipynb"


def git(folder, *arguments):
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def publish(folder, **files):
    """Commit a new content of some files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "course")


@pytest.fixture
def online(tmp_path):
    (tmp_path / "online").mkdir()
    git(tmp_path / "online", "init")
    old = {LESSON: "old", SOLUTION: "old", "README.md": "old", ".gitignore": "notebooks/mine/\n"}
    publish(tmp_path / "online", **old)
    return tmp_path / "online"


@pytest.fixture
def mine(tmp_path, online):
    git(tmp_path, "clone", str(online), "clone with space")
    return tmp_path / "clone with space"


def contents(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def test_edits_are_kept_and_the_course_is_new(online, mine, capsys):
    publish(online, **{LESSON: "new", "README.md": "new"})
    (mine / LESSON).write_text("my answer")
    (mine / SOLUTION).write_text("my notes")
    update.main(mine)
    now = contents(mine)
    assert (now[LESSON], now[SOLUTION], now["README.md"]) == ("new", "old", "new")
    assert now["notebooks/mine/01_lesson.ipynb"] == "my answer"
    assert now["notebooks/mine/solutions/01_lesson.ipynb"] == "my notes"
    assert f"Your {LESSON} is kept as notebooks/mine/01_lesson.ipynb" in capsys.readouterr().out


def test_an_earlier_copy_is_never_overwritten(online, mine):
    for version in ("1", "2", "3"):
        publish(online, **{LESSON: "new" + version})
        (mine / LESSON).write_text("answer " + version)
        git(mine, "add", LESSON)  # staged edits count too
        update.main(mine)
    kept = contents(mine / "notebooks/mine")
    assert [kept[f"01_lesson{n}.ipynb"] for n in ("", "-2", "-3")] == ["answer 1", "answer 2", "answer 3"]
    assert (mine / LESSON).read_text() == "new3"


def test_a_deleted_notebook_comes_back(online, mine):
    publish(online, **{"README.md": "new"})
    (mine / LESSON).unlink()
    update.main(mine)
    assert (mine / LESSON).read_text() == "old"


def test_other_edits_that_do_not_meet_the_update_stay(online, mine):
    publish(online, **{LESSON: "new"})
    (mine / "README.md").write_text("my remarks")
    update.main(mine)
    assert (contents(mine)[LESSON], contents(mine)["README.md"]) == ("new", "my remarks")


def edit_readme(online, mine):
    publish(online, **{"README.md": "new"})
    (mine / "README.md").write_text("my remarks")


def commit_here(online, mine):
    publish(online, **{LESSON: "new"})
    publish(mine, **{"notes.md": "mine"})


def lose_network(online, mine):
    online.rename(online.with_name("gone"))


def lose_upstream(online, mine):
    git(mine, "checkout", "-b", "alone")


REFUSALS = {
    edit_readme: "You edited files that the update replaces: README.md. Nothing changed.",
    commit_here: "This copy has commits of its own",
    lose_network: "could not be fetched, nothing changed",
    lose_upstream: "follows no online course",
}


@pytest.mark.parametrize("happening", REFUSALS, ids=lambda happening: happening.__name__)
def test_what_hinders_is_said_in_a_line_and_nothing_changes(online, mine, happening):
    happening(online, mine)
    (mine / LESSON).write_text("my answer")
    before = contents(mine)
    with pytest.raises(SystemExit, match=REFUSALS[happening]) as stop:
        update.main(mine)
    assert "\n" not in str(stop.value)
    assert contents(mine) == before


def test_nothing_new_changes_nothing(mine, capsys):
    (mine / LESSON).write_text("my answer")
    before = contents(mine)
    update.main(mine)
    assert contents(mine) == before
    assert "up to date" in capsys.readouterr().out
