"""The long tables of data/results, written with their figures.

A module of `helpers.results.tables` has either ``table()``, a DataFrame, or ``jobs()``, ``compute_row(*job)``,
``COLUMNS`` and ``KEYS``, the columns that hold a row's job: then rows can be computed one by one. It may have
``figure(table)``, which is stored beside the table. Each file begins with comment lines that say how it was made. They
name the kind of machine, never the machine.
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

__all__ = ["describe", "describe_part", "write", "write_all", "write_part", "write_table"]

TABLES = Path(__file__).parent / "tables"
RESULTS = DATA_DIR / "results"
DOTS_PER_INCH, N_COLOURS = 150, 64


def write_all(names, only=None):
    """Compute and write long tables; an unknown name stops before anything is computed.

    Parameters
    ----------
    names : list of str
        All tables if empty.
    only : str, optional
        A detector or a data set: only its rows are computed, and put into the stored tables.

    Raises
    ------
    SystemExit
        For a name that is not there.
    """
    known = sorted(path.stem for path in TABLES.glob("[a-z]*.py"))
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"No table is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
    if only and not names:
        raise SystemExit(f"Say which table is to get the rows of {only}: --results everything --only {only!r}.")
    for name in names or known:
        definition = importlib.import_module(f"helpers.results.tables.{name}")
        print(write_part(name, definition, only) if only else write_table(name, definition))


def write_table(name, definition, folder=RESULTS):
    """Compute a whole table and write it.

    Parameters
    ----------
    name : str
    definition : module
        Of `helpers.results.tables`.
    folder : Path

    Returns
    -------
    str
        A sentence on what was done.
    """
    if not hasattr(definition, "jobs"):
        return write(name, definition.table(), folder, figure=getattr(definition, "figure", None))
    rows = resume.rows(name, definition.jobs(), definition.compute_row)
    table = pd.DataFrame(rows, columns=definition.COLUMNS)
    said = write(name, table, folder, figure=getattr(definition, "figure", None))
    resume.forget(name)
    return said


def write_part(name, definition, only, folder=RESULTS):
    """Compute the rows of one detector or data set and put them into the stored table, in the table's order.

    Rows whose detector or data set is no longer there go. The header keeps what it says of the last whole run; a line
    "part" says how these rows were made.

    Parameters
    ----------
    name : str
    definition : module
        Of `helpers.results.tables`.
    only : str
    folder : Path

    Returns
    -------
    str
        A sentence on what was done.

    Raises
    ------
    SystemExit
        If the table is computed as a whole, or has no such rows.
    """
    if not hasattr(definition, "jobs"):
        raise SystemExit(f"{name} is computed as a whole, without --only.")
    jobs, run = definition.jobs(), f"{name} of {only}"
    chosen = [job for job in jobs if only in job]
    if not chosen:
        raise SystemExit(f"{name} has no rows of {only!r}; there are: {', '.join(_names(jobs))}.")
    about, stored = _read(folder / f"{name}.csv")
    job_of = {tuple(map(str, job)): job for job in jobs}
    rows = {job_of.get(tuple(row[key] for key in definition.KEYS)): row for row in stored.to_dict("records")}
    rows |= zip(chosen, resume.rows(run, chosen, definition.compute_row), strict=True)
    table = pd.DataFrame([rows[job] for job in jobs if job in rows], columns=definition.COLUMNS)
    about = [line for line in about if not line.startswith(f"part: {only},")] + [describe_part(only)]
    said = write(name, table, folder, about, getattr(definition, "figure", None))
    resume.forget(run)
    missing = [key for key in _names(jobs) if key not in _names(job for job in jobs if job in rows)]
    return f"{said} {len(chosen)} of them are new." + (f" Still without rows: {', '.join(missing)}." if missing else "")


def write(name, table, folder=RESULTS, about=None, figure=None):
    """Store a table under its description, and its figure beside it, all or nothing.

    Parameters
    ----------
    name : str
    table : DataFrame
    folder : Path
    about : list of str, optional
        The header's lines; those of :func:`describe` if None.
    figure : callable, optional
        Draws the table as it will be read.

    Returns
    -------
    str
        A sentence on what was done.
    """
    lines = "".join(f"# {line}\n" for line in (about or describe(name)))
    files = {f"{name}.csv": (lines + table.to_csv(index=False, lineterminator="\n")).encode()}
    said = f"{name}.csv written: {len(table)} rows."
    if figure is not None:
        files[f"{name}.png"] = _png(figure, files[f"{name}.csv"])
        said += f" {name}.png drawn: {len(files[f'{name}.png']) / 1000:.0f} kB."
    folder.mkdir(exist_ok=True)
    for file, content in files.items():
        (folder / f"{file}.new").write_bytes(content)
    for file in files:
        os.replace(folder / f"{file}.new", folder / file)
    return said


def describe(name):
    """What a reader of a table must know about its making.

    Parameters
    ----------
    name : str

    Returns
    -------
    list of str
    """
    return [
        f"command: python -m tests.bench --results {name}",
        f"versions: {machine.versions()}",
        f"machine: {_machine()}",
        f"date: {_today()}",
    ]


def describe_part(only):
    """How the rows of one detector or data set were made after the others.

    Parameters
    ----------
    only : str

    Returns
    -------
    str
    """
    return f"part: {only}, date {_today()}, versions {machine.versions()}, machine {_machine()}"


def _names(jobs):
    """The detectors and data sets of jobs, in order."""
    return list(dict.fromkeys(key for job in jobs for key in job if isinstance(key, str)))


def _machine():
    return f"{platform.system()} {platform.machine()}, {machine.cores()}"


def _today():
    return datetime.date.today().isoformat()


def _read(path):
    """The header's lines, and the table as text: every digit stays as it is written."""
    text = path.read_text("utf-8")
    about = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    return about, pd.read_csv(io.StringIO(text), comment="#", dtype=str, keep_default_na=False)


def _png(figure, content):
    """The table drawn in few colours, a third of the size."""
    plots.use_style()
    full, small = io.BytesIO(), io.BytesIO()
    figure(pd.read_csv(io.BytesIO(content), comment="#")).savefig(full, dpi=DOTS_PER_INCH)
    Image.open(full).convert("RGB").quantize(N_COLOURS).save(small, "png", optimize=True)
    return small.getvalue()
