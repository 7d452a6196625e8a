"""`make update`: fetch the newest course without losing what you wrote into the notebooks.

Each edited notebook is copied to notebooks/mine/ before the course's newest version takes its place.
If there is nothing new, or it cannot be fetched, everything stays as it is. Needs only Python and git.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def git(root, *arguments):
    """What git prints; SystemExit with its last line of complaint if it fails."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        complaint = done.stderr.strip() or "no reason given"
        raise SystemExit(f"git {arguments[0]} failed: {complaint.splitlines()[-1]}")
    return done.stdout


def changed_files(root, *revisions):
    """Tracked files that differ, except those that were only just added."""
    names = git(root, "diff", "--name-only", "-z", "--no-renames", "--diff-filter=a", *revisions)
    return set(names.split("\0")) - {""}


def fetch(root):
    """Bring the newest commits here, without touching a file."""
    try:
        git(root, "rev-parse", "--abbrev-ref", "@{upstream}")
    except SystemExit:
        raise SystemExit("This copy follows no online course (no upstream branch): nothing changed.") from None
    try:
        git(root, "fetch", "--quiet")
    except SystemExit as reason:
        raise SystemExit(f"The course could not be fetched, nothing changed. Network? ({reason})") from None


def refuse_conflicts(root, edited):
    """Stop, before anything is changed, where git could not simply go forward."""
    if git(root, "rev-list", "@{upstream}..HEAD"):
        raise SystemExit("This copy has commits of its own, nothing changed: merge with `git pull --rebase`.")
    if conflicts := sorted(edited & changed_files(root, "HEAD", "@{upstream}")):
        raise SystemExit(
            f"You edited files that the update replaces: {', '.join(conflicts)}. Nothing changed. "
            "Undo with `git checkout -- FILE`, or keep them: `git stash`, `make update`, `git stash pop`."
        )


def free_place(path):
    """The path itself, or with -2, -3, ... where a copy already lies."""
    number, place = 1, path
    while place.exists():
        number += 1
        place = path.with_stem(f"{path.stem}-{number}")
    return place


def set_aside(root, notebooks):
    """Copy the notebooks to notebooks/mine/, then put the course's version back."""
    for name in notebooks:
        if (root / name).exists():
            place = free_place(root / "notebooks/mine" / Path(name).relative_to("notebooks"))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, place)
            print(f"Your {name} is kept as {place.relative_to(root)}")
    if notebooks:
        git(root, "checkout", "HEAD", "--", *notebooks)


def main(root=ROOT):
    """Bring in the newest course, after your own edits were set aside."""
    fetch(root)
    if not git(root, "rev-list", "HEAD..@{upstream}"):
        return print("The course is up to date, nothing changed.")
    edited = changed_files(root, "HEAD")
    notebooks = {name for name in edited if name.startswith("notebooks/") and name.endswith(".ipynb")}
    refuse_conflicts(root, edited - notebooks)
    set_aside(root, sorted(notebooks))
    git(root, "merge", "--ff-only", "--quiet", "@{upstream}")
    print("The course is up to date now. `make lab` goes on.")


if __name__ == "__main__":
    sys.exit(main())
