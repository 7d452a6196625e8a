"""The long tables of data/results: a module ``results_*.py`` in this folder has ``table()``, a DataFrame.

Each file begins with comment lines that say how it was made. They name the kind of machine, never the machine.
"""

import datetime
import importlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

__all__ = ["describe", "write", "write_all"]

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent.parent / "data" / "results"
PACKAGES = ("numpy", "scikit-learn", "keras", "tensorflow-cpu")


def write_all(names):
    """Compute and write the tables of these names; an unknown name stops before anything is computed."""
    known = sorted(path.stem.removeprefix("results_") for path in FOLDER.glob("results_*.py"))
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"No table is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
    for name in names or known:
        print(write(name, importlib.import_module(f"results_{name}").table()))


def write(name, table, folder=RESULTS):
    """Store the table under its description, all or nothing; return a sentence on what was done."""
    folder.mkdir(exist_ok=True)
    path, unfinished = folder / f"{name}.csv", folder / f"{name}.csv.new"
    text = "".join(f"# {line}\n" for line in describe(name)) + table.to_csv(index=False, lineterminator="\n")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
    return f"{path.name} written: {len(table)} rows."


def describe(name):
    """What a reader of the table must know about its making."""
    return [
        f"command: python -m tests.bench --results {name}",
        "versions: " + ", ".join([f"Python {platform.python_version()}", *map(_version, PACKAGES)]),
        f"machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        f"date: {datetime.date.today().isoformat()}",
    ]


def _version(package):
    try:
        return f"{package} {version(package)}"
    except ModuleNotFoundError:  # other systems have the package tensorflow instead
        return f"{package.removesuffix('-cpu')} {version(package.removesuffix('-cpu'))}"
