"""`make lesson NAME=12_explain_an_alarm`: the files of a new lesson, with every part that a lesson must have.

They pass the tests once they are built (`make notebooks`); what is to be written says TODO.
"""

import re
import sys
from pathlib import Path

import lessons

__all__ = ["main"]

TEMPLATES = lessons.TOOLS / "templates"
HELP = "Usage: make lesson NAME=NN_slug, a number and words in small letters, e.g. make lesson NAME=12_explain_an_alarm"


def refuse(name: str) -> None:
    """`SystemExit` with a sentence if this cannot be the name of the next lesson."""
    if not re.fullmatch(r"\d\d(_[a-z0-9]+)+", name):
        raise SystemExit(HELP)
    number, following = name[:2], f"{len(lessons.sources()):02d}"
    if there := [source for source in lessons.sources() if source.stem[:2] == number]:
        raise SystemExit(f"There is a lesson {number}: {there[0].stem}. The next number is {following}.")
    if number != following:
        raise SystemExit(f"Lessons are numbered without a gap: the next one is NAME={following}{name[2:]}")


def files(name: str) -> dict[Path, str]:
    """The new files, by path, and what stands in them."""
    number = name[:2]
    words = {"<NUMBER>": number, "<TITLE>": name[3:].replace("_", " ").capitalize()}
    paths = {
        "source": lessons.SOURCE / f"{name}.py",
        "checks": lessons.ROOT / f"helpers/checks/lesson_{number}.py",
        "cases": lessons.ROOT / f"tests/checks/test_lesson_{number}.py",
    }
    texts = {path: (TEMPLATES / f"{kind}.txt").read_text(encoding="utf-8") for kind, path in paths.items()}
    return {path: re.sub("|".join(words), lambda found: words[found[0]], text) for path, text in texts.items()}


def main(arguments: list[str]) -> None:
    """Write the files of the lesson that the command line names."""
    name = " ".join(arguments)
    refuse(name)
    written = files(name)
    if there := [path for path in written if path.exists()]:
        raise SystemExit(f"{there[0].relative_to(lessons.ROOT)} exists, nothing was written: move it away first.")
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(lessons.ROOT))
    print("Replace what says TODO, then run `make notebooks`; CONTRIBUTING.md says what a lesson promises.")


if __name__ == "__main__":
    main(sys.argv[1:])
