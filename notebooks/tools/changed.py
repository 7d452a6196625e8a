"""Run what a change reaches, in about a minute: `make test-changed`.

Compared are the files as they are with those of a commit: where this branch left its upstream (or origin/main), HEAD
if there is neither, or `BASE=...`. A test runs if it changed, or anything that it reaches (see `reach`): modules,
data files, files that it names. Changed modules run their doctests, lessons that became stale are run by nbval.

The most specific come first, that is, those that reach least. What does not fit into a minute, by the times of the
last `make test`, is left out and named; `ALL=1` leaves out nothing.
"""

import argparse
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import lessons
import reach

__all__ = ["Choice", "choose", "main"]

ROOT = lessons.ROOT
SECONDS = 25  # of slow tests, shared by two processes; quick ones and the start come on top
DURATIONS = ".pytest_cache/v/course/seconds"  # conftest.py writes it
EVERYWHERE = ("tests/test_layers.py", "tests/test_style.py")
BEHIND_ALL = {"conftest.py", "pyproject.toml", "requirements.lock"}


class Choice(NamedTuple):
    """A file to be run by pytest, why, and how much it reaches."""

    path: str
    reason: str
    breadth: int


def git(root: Path, *arguments: str) -> bytes:
    """What git prints; nothing if it fails."""
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True).stdout


def starting_point(root: Path) -> str:
    """The commit with which the files are compared unless one is named."""
    for branch in ("@{upstream}", "origin/main"):
        if commit := git(root, "merge-base", "HEAD", branch).decode().strip():
            return commit
    return "HEAD"


def changed_files(root: Path, base: str) -> list[str]:
    """Files that differ from the commit, new ones included; `SystemExit` if there is no such commit."""
    if not git(root, "rev-parse", "--verify", "--quiet", f"{base}^{{commit}}"):
        raise SystemExit(f"There is no commit {base!r} to compare with: name one, as in BASE=HEAD~1.")
    names = git(root, "diff", "--name-only", "-z", "--no-renames", base) + git(
        root, "ls-files", "--others", "--exclude-standard", "-z"
    )
    return sorted({*names.decode().split("\0")} - {""})


def unpack(root: Path, base: str, folder: Path) -> None:
    """The files of a commit."""
    with tarfile.open(fileobj=io.BytesIO(git(root, "archive", base))) as archive:
        archive.extractall(folder, filter="data")


def differences(before: dict[str, bytes], now: dict[str, bytes]) -> list[str]:
    """The paths that are not the same in both."""
    return sorted(path for path in before | now if before.get(path) != now.get(path))


def because(paths: list[str]) -> str:
    """The reason for a choice: what is reached and has changed."""
    return "reaches " + ", ".join(paths[:2]) + (f" and {len(paths) - 2} more" if len(paths) > 2 else "")


def named(test: str, text: str, changed: list[str]) -> list[str]:
    """Changed files that are no modules and that a test names, or finds because they belong to the lessons."""
    texts = "\n".join(reach.facts(text, "tests").files)
    of_lessons = "import lessons" in text
    return [
        path
        for path in changed
        if path != test
        and ((of_lessons and path.startswith("notebooks/") and "/tools/" not in path) or Path(path).name in texts)
    ]


def tests(before: reach.Tree, now: reach.Tree, changed: list[str]) -> list[Choice]:
    """The files of tests that a change reaches."""
    found = []
    for path in sorted((now.root / "tests").rglob("test_*.py")):
        name, package = path.relative_to(now.root).as_posix(), ".".join(path.relative_to(now.root).parent.parts)
        text = path.read_text(encoding="utf-8")
        reached = now.reached(text, package)
        if name in EVERYWHERE or name in changed:
            found.append(Choice(name, "changed" if name in changed else "looks at every file", 0))
        elif paths := differences(before.reached(text, package), reached) or named(name, text, changed):
            found.append(Choice(name, because(paths), len(reached)))
    return found


def doctests(now: reach.Tree, changed: list[str]) -> list[Choice]:
    """The changed modules of helpers that hold an example."""
    return [
        Choice(path, "its examples", 0)
        for path in changed
        if path.startswith("helpers/") and path.endswith(".py") and (now.root / path).exists()
        if ">>>" in (now.root / path).read_text(encoding="utf-8")
    ]


def notebooks(before: reach.Tree, now: reach.Tree, changed: list[str]) -> list[Choice]:
    """The solutions that a change reaches, if they were built before."""
    found = []
    for source in lessons.sources():
        path = lessons.SOLUTIONS / f"{source.stem}.ipynb"
        name, text = path.relative_to(ROOT).as_posix(), source.read_text(encoding="utf-8")
        reached = now.reached(text)
        paths = differences(before.reached(text), reached)
        if (paths or name in changed) and path.exists():
            found.append(Choice(name, because(paths) if paths else "changed", len(reached)))
    return found


def choose(root: Path, base: str, changed: list[str]) -> list[Choice]:
    """All that a change reaches, the most specific first."""
    with tempfile.TemporaryDirectory() as folder:
        unpack(root, base, Path(folder))
        before, now = reach.Tree(Path(folder)), reach.Tree(root)
        found = tests(before, now, changed) + doctests(now, changed) + notebooks(before, now, changed)
    return sorted(found, key=lambda choice: choice.breadth)


def known_seconds(root: Path) -> dict[str, float]:
    """How long each slow test and each notebook took last time."""
    path = root / DURATIONS
    seconds = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    seconds = {
        name: took for name, took in seconds.items() if ".ipynb::" not in name
    }  # cells run together or not at all
    took = lessons.measured()
    lengths = {source.stem: took.get(source.stem[:2], {}).get("seconds", 0) for source in lessons.sources()}
    return seconds | {f"notebooks/solutions/{name}.ipynb": length for name, length in lengths.items()}


def left_out(choices: list[Choice], seconds: dict[str, float], limit: float) -> list[str]:
    """The slow tests and notebooks that do not fit, when those that come first and the shorter ones are taken first."""
    spent, out = 0.0, []
    for choice in choices:
        slow = {name: took for name, took in seconds.items() if name.partition("::")[0] == choice.path}
        for name, took in sorted(slow.items(), key=lambda item: item[1]):
            if spent + took > limit:
                out.append(name)
            else:
                spent += took
    return out


def report(choices: list[Choice], out: list[str]) -> list[str]:
    """A line for each file: why it runs, and what of it does not."""
    slow = [sum(name.startswith(f"{choice.path}::") for name in out) for choice in choices]
    return [
        f"{choice.path}: {choice.reason}"
        + ("; left to make test" if choice.path in out else "")
        + (f"; {n} slow of its tests left to make test" if n else "")
        for choice, n in zip(choices, slow, strict=True)
    ]


def run(root: Path, paths: list[str], out: list[str]) -> int:
    """Run pytest on files without some of their tests; return its exit code."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as arguments:
        arguments.write("\n".join([*paths, *(f"--deselect={name}" for name in out if "::" in name)]))
        arguments.flush()
        command = [sys.executable, "-m", "pytest", "-q", f"@{arguments.name}"]
        return subprocess.run(command, cwd=root).returncode


def main() -> None:
    """Choose, say what was chosen, and run it; the exit code is that of pytest."""
    parser = argparse.ArgumentParser(description="Run the tests that a change reaches.")
    parser.add_argument("base", nargs="?", help="the commit to compare with")
    parser.add_argument("--all", action="store_true", help="leave out nothing, however long it takes")
    arguments = parser.parse_args()
    base = arguments.base or starting_point(ROOT)
    changed = changed_files(ROOT, base)
    if not changed:
        return print(f"Nothing differs from {base[:12]}: nothing to run.")
    choices = choose(ROOT, base, changed)
    out = [] if arguments.all else left_out(choices, known_seconds(ROOT), SECONDS)
    print("\n".join(report(choices, out)))
    for path in sorted(BEHIND_ALL & {*changed}):
        print(f"{path} may change anything: run `make test` as well")
    sys.exit(run(ROOT, [choice.path for choice in choices if choice.path not in out], out))


if __name__ == "__main__":
    main()
