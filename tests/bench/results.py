"""The long tables of data/results: a module ``results_*.py`` in this folder has ``table()``, a DataFrame.

Each file begins with comment lines that say how it was made. They name the kind of machine, never the machine.
"""

import datetime
import importlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

__all__ = ["describe", "versions", "write", "write_all"]

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
        f"versions: {versions()}",
        f"machine: {platform.system()} {platform.machine()}, {_cores()}",
        f"date: {datetime.date.today().isoformat()}",
    ]


def versions():
    """Python and the packages that results depend on, in words."""
    return ", ".join([f"Python {platform.python_version()}", *map(_version, PACKAGES)])


def _cores():
    """How many there are, and how many of them the process may use if not all."""
    n_cores = os.cpu_count()
    n_used = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else n_cores
    return f"{n_cores} cores" + (f", {n_used} used" if n_used < n_cores else "")


def _version(package):
    try:
        return f"{package} {version(package)}"
    except ModuleNotFoundError:  # other systems have the package tensorflow instead
        return f"{package.removesuffix('-cpu')} {version(package.removesuffix('-cpu'))}"
