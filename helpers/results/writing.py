"""The long tables of data/results: a module of `helpers.results.tables` has ``table()``, a DataFrame, and may have
``figure(table)``, which is stored beside it.

Each file begins with comment lines that say how it was made. They name the kind of machine, never the machine.
"""

import datetime
import importlib
import io
import os
import platform
from pathlib import Path

from helpers import plots
from helpers.datasets.files import DATA_DIR
from helpers.results import machine, resume

import pandas as pd
from PIL import Image

__all__ = ["describe", "draw", "write", "write_all"]

TABLES = Path(__file__).parent / "tables"
RESULTS = DATA_DIR / "results"
DOTS_PER_INCH, N_COLOURS = 150, 64


def write_all(names):
    """Compute and write the tables of these names; an unknown name stops before anything is computed."""
    known = sorted(path.stem for path in TABLES.glob("[a-z]*.py"))
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"No table is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
    for name in names or known:
        module = importlib.import_module(f"helpers.results.tables.{name}")
        print(write(name, module.table()))
        resume.forget(name)
        if hasattr(module, "figure"):
            print(draw(name, module.figure))


def write(name, table, folder=RESULTS):
    """Store the table under its description, all or nothing; return a sentence on what was done."""
    folder.mkdir(exist_ok=True)
    path, unfinished = folder / f"{name}.csv", folder / f"{name}.csv.new"
    text = "".join(f"# {line}\n" for line in describe(name)) + table.to_csv(index=False, lineterminator="\n")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)
    return f"{path.name} written: {len(table)} rows."


def draw(name, figure, folder=RESULTS):
    """Draw the stored table as a PNG of few colours, a third of the size; return a sentence on what was done."""
    plots.use_style()
    image, path = io.BytesIO(), folder / f"{name}.png"
    figure(pd.read_csv(folder / f"{name}.csv", comment="#")).savefig(image, dpi=DOTS_PER_INCH)
    Image.open(image).convert("RGB").quantize(N_COLOURS).save(path, optimize=True)
    return f"{path.name} drawn: {path.stat().st_size / 1000:.0f} kB."


def describe(name):
    """What a reader of the table must know about its making."""
    return [
        f"command: python -m tests.bench --results {name}",
        f"versions: {machine.versions()}",
        f"machine: {platform.system()} {platform.machine()}, {machine.cores()}",
        f"date: {datetime.date.today().isoformat()}",
    ]
