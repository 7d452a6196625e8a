"""Rows of long tables, kept as they come: a run that was cut goes on where it stopped."""

import json
from pathlib import Path

from helpers.results import machine

__all__ = ["forget", "rows"]

FOLDER = Path(__file__).resolve().parents[2] / ".bench"  # git ignores it


def rows(name, jobs, compute, folder=None):
    """Rows of a table one by one; what an earlier run computed is not computed again.

    Rows that other versions of Python and the packages computed do not count.

    Parameters
    ----------
    name : str
        Of the table.
    jobs : iterable of tuple
    compute : callable
        ``compute(*job)`` gives a row.
    folder : Path, optional
        Where rows are kept until :func:`forget`.

    Yields
    ------
    dict
    """
    path, versions = _path(name, folder), machine.versions()
    path.parent.mkdir(exist_ok=True)
    done = _read(path, versions)
    if done:
        print(f"{name}: {len(done)} rows are there from a run that was cut. Delete {path} to begin anew.", flush=True)
    with path.open("a", encoding="utf-8") as file:
        for job in jobs:
            if job not in done:
                done[job] = compute(*job)
                file.write(json.dumps({"versions": versions, "job": job, "row": done[job]}) + "\n")
                file.flush()
            yield done[job]


def forget(name, folder=None):
    """The table is written: the next run begins anew.

    Parameters
    ----------
    name : str
    folder : Path, optional
    """
    _path(name, folder).unlink(missing_ok=True)


def _path(name, folder):
    return (folder or FOLDER) / f"{name}.jsonl"


def _read(path, versions):
    done = {}
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:  # cut while it was written
            continue
        if entry["versions"] == versions:
            done[tuple(entry["job"])] = entry["row"]
    return done
