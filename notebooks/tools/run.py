"""Run the lessons without a screen: `make run`, `make run LESSON=01`, `make measure`.

Prints lesson, seconds, peak megabytes and headline result; stops at the first cell that fails, names it and exits
with 1. Nothing is written, but for `--measure`: it stores seconds and megabytes and refreshes the lessons' headers.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import execution
import lessons

__all__ = ["headline", "main"]


def headline(notebook) -> str:
    """The last line that the lesson's cell tagged `headline` prints."""
    for cell in notebook.cells:
        if "headline" in cell.metadata.get("tags", []):
            text = "".join(output.get("text", "") for output in cell.outputs)
            return text.strip().splitlines()[-1]
    return ""


def run(source: Path) -> execution.Run:
    """Run one lesson, exercises solved, and print its row of the table."""
    notebook = lessons.solution(source)
    try:
        took = execution.execute(notebook, lessons.SOLUTIONS, source.stem)
    except execution.LessonError as error:
        raise SystemExit(f"FAILED {error}") from None
    print(f"{source.stem:<34} {took.seconds:7.1f} {took.megabytes:8.0f}  {headline(notebook)}", flush=True)
    return took


def over_budget(runs: dict[Path, execution.Run]) -> list[str]:
    """A sentence for each lesson that takes more than its header allows: kernel seconds, peak resident megabytes."""
    budgets = {source: lessons.settings(source) for source in runs}
    return [
        f"lesson {source.stem[:2]} took {took.seconds:.1f} s and {took.megabytes:.0f} MB; its budget is "
        f"{budgets[source]['seconds']} s and {budgets[source]['megabytes']} MB"
        for source, took in runs.items()
        if took.seconds > budgets[source]["seconds"] or took.megabytes > budgets[source]["megabytes"]
    ]


def store(runs: dict[Path, execution.Run]) -> None:
    """Write the figures and refresh the headers."""
    lessons.record({source.stem[:2]: (took.seconds, took.megabytes) for source, took in runs.items()})
    subprocess.run([sys.executable, lessons.TOOLS / "build.py", "--headers"], check=True)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Run the lessons without a screen.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons (default: all)")
    parser.add_argument("--measure", action="store_true", help="store seconds and megabytes in measured.json")
    arguments = parser.parse_args()
    print(f"{'lesson':<34} {'seconds':>7} {'peak MB':>8}  headline", flush=True)
    runs = {source: run(source) for source in lessons.select(arguments.lessons)}
    if arguments.measure:
        store(runs)
    if complaints := over_budget(runs):
        print("\n".join(complaints))
        sys.exit(1 if arguments.measure else 0)


if __name__ == "__main__":
    main()
