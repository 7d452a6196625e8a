"""Rows of long tables, kept as they come: a run that was cut goes on where it stopped."""

import json
from pathlib import Path

from helpers.results import machine

__all__ = ["forget", "rows"]

FOLDER = Path(__file__).resolve().parents[2] / ".bench"  # git ignores it


def rows(name, jobs, compute, folder=FOLDER):
    """Yield ``compute(*job)``, a dictionary, for each job, a tuple; what an earlier run computed is not computed again.

    Rows that other versions of Python and the packages computed do not count.
    """
    folder.mkdir(exist_ok=True)
    path, versions = folder / f"{name}.jsonl", machine.versions()
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


def forget(name, folder=FOLDER):
    """The table is written: the next run begins anew."""
    (folder / f"{name}.jsonl").unlink(missing_ok=True)


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
