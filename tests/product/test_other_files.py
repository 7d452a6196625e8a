"""Lesson 11 says that its cells work on any table or series: the other examples, and a file that nobody prepared."""

import re

import execution
import lessons
import nbformat
import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.product
LINE = re.compile(r"^FILE, LABEL, LEAVE_OUT = .*$", re.MULTILINE)


def unprepared(folder):
    """An invented export: German numbers and dates, gaps, an id, a text, no labels; row 100 is odd."""
    rng = np.random.default_rng(0)
    n_rows = 700
    frame = pd.DataFrame(
        {
            "Nr": np.arange(n_rows) + 4711,
            "Tag": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, n_rows), "D"),
            "Menge": rng.integers(1, 9, n_rows),
            "Preis": rng.gamma(3, 20, n_rows).round(2),
            "Ort": rng.choice(["Bonn", "Köln", "Ulm"], n_rows),
            "Notiz": [f"Notiz {i} von {i * 7}" for i in range(n_rows)],
        }
    )
    frame.loc[rng.choice(n_rows, 60, replace=False), "Preis"] = np.nan
    frame.loc[99, "Preis"] = 9_999.0
    path = folder / "export.csv"
    frame.to_csv(path, index=False, sep=";", decimal=",", date_format="%d.%m.%Y")
    return f'"{path}", None, []'


@pytest.mark.parametrize(
    "settings",
    [
        'SHIPPED / "shuttle.csv.gz", "label", []',
        'SHIPPED / "shuttle.csv.gz", None, []',
        'SHIPPED / "water_flow.csv.gz", "label", ["kind"]',
        'SHIPPED / "telemetry.csv.gz", None, ["kind", "channel"]',
        unprepared,
    ],
)
def test_every_cell_of_lesson_09_works_on_another_file(settings, tmp_path):
    path = next(lessons.SOLUTIONS.glob("09_*.ipynb"))
    notebook = nbformat.read(path, as_version=4)
    named = [cell for cell in notebook.cells if cell.cell_type == "code" and LINE.search(cell.source)]
    assert len(named) == 1
    value = settings(tmp_path) if callable(settings) else settings
    named[0].source = LINE.sub(lambda _: f"FILE, LABEL, LEAVE_OUT = {value}", named[0].source)
    with execution.kernel(notebook, tmp_path) as client:
        execution.run_cells(client, path.stem)
