"""Measure as ratios within one run, so that the figures mean the same on a slow and a fast machine.

A bench is a module ``bench_*.py`` in this folder with a function ``rows()`` that yields :class:`Row`.
"""

import argparse
import gc
import importlib
import json
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `better` is "lower" (the value should stay at or under the target) or "higher"; no target, no verdict.
    """

    what: str
    value: float
    target: float | None = None
    better: str = "lower"
    unit: str = "times"
    note: str = ""

    @property
    def verdict(self):
        if self.target is None:
            return ""
        met = self.value <= self.target if self.better == "lower" else self.value >= self.target
        return "met" if met else "missed"

    @property
    def goal(self):
        if self.target is None:
            return ""
        return f"{'at most' if self.better == 'lower' else 'at least'} {self.target:g}"


def best_seconds(*functions, rounds=5):
    """The best time of each function, taking turns, so that a busy moment hits all of them."""
    best = [float("inf")] * len(functions)
    for _ in range(rounds):
        for i, function in enumerate(functions):
            gc.collect()
            start = time.perf_counter()
            function()
            best[i] = min(best[i], time.perf_counter() - start)
    return best


def peak_megabytes(code):
    """Resident memory that `code` adds at its peak, in MB (1e6 bytes), in a fresh Python process.

    `code` prepares what does not count, calls ``start()``, then does what counts.
    """
    script = FOLDER / "peak.py"
    run = subprocess.run([sys.executable, script], input=code, capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def collect(only=None):
    """Rows of all benches; one that breaks becomes a row, and the others still run."""
    for path in sorted(FOLDER.glob("bench_*.py")):
        if only and only not in path.stem:
            continue
        try:
            yield from importlib.import_module(path.stem).rows()
        except Exception as error:
            traceback.print_exc()
            yield Row(f"{path.stem} broke: {type(error).__name__}", float("nan"), float("nan"))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only",
        metavar="NAME",
        help="run the benches whose file name holds this word; with --results, compute the rows of this detector or "
        "data set and put them into the stored table",
    )
    parser.add_argument("--results", nargs="*", metavar="NAME", help="compute data/results/NAME.csv (all if no name)")
    options = parser.parse_args(arguments)
    if options.results is not None:
        from helpers.results import writing

        writing.write_all(options.results, options.only)
        return 0
    print_heading()
    for row in collect(options.only):
        print_row(row)
    return 0


def print_heading():
    print(f"{'what':58} {'value':>7} {'unit':22} {'goal':14} verdict")


def print_row(row):
    line = f"{row.what:58} {row.value:7.2f} {row.unit:22} {row.goal:14} {row.verdict:7} {row.note}"
    print(line.rstrip(), flush=True)  # a long bench shows each figure when it is there
