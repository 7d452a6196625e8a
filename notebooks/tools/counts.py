"""What the course's texts count, written into counts.json by the build: `{{n_detectors}}` in a lesson, README's figure.

A script of its own, so that what only reads the counts does not load, or depend on, all detectors.
"""

import json
import re
from pathlib import Path

from helpers.detectors.catalogue import on_scoreboard
from helpers.results.tasks import TASKS

__all__ = ["NUMBERS", "README_COUNTS", "counted"]

ROOT = Path(__file__).resolve().parents[2]
COUNTS = ROOT / "notebooks" / "tools" / "counts.json"
README_COUNTS = re.compile(r"(\S+) detectors by (\S+) data sets")
UP_TO_THIRTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty twenty-one twenty-two twenty-three twenty-four twenty-five twenty-six twenty-seven
twenty-eight twenty-nine thirty
"""
NUMBERS = UP_TO_THIRTY.split()


def counted() -> dict[str, str]:
    """The counts in words, by the names of their placeholders; the random score is no detector.

    Examples
    --------
    >>> counted()["n_rows_of_the_figure"], counted()["n_detectors"]
    ('sixteen', 'fifteen')
    """
    n_rows = len(on_scoreboard())
    counts = {"n_detectors": n_rows - 1, "n_rows_of_the_figure": n_rows, "n_data_sets": len(TASKS)}
    return {name: NUMBERS[count] for name, count in counts.items()}


def main() -> None:
    """Write counts.json, and the counts in README's description of the figure."""
    counts = counted()
    COUNTS.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    readme = ROOT / "README.md"
    said = f"{counts['n_rows_of_the_figure']} detectors by {counts['n_data_sets']} data sets"
    readme.write_text(README_COUNTS.sub(said, readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
