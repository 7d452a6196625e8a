"""The tables of results that the course ships."""

import io

from helpers.datasets import files

import pandas as pd

__all__ = ["load_results"]


def load_results(name: str) -> pd.DataFrame:
    """Load a table that `make bench` computed and the course ships: data/results/`name`.csv.

    Parameters
    ----------
    name : str

    Returns
    -------
    DataFrame
        `.attrs["about"]` holds the lines above the table: command, versions, machine, date.

    Raises
    ------
    DataFileError
        There is no such table; the sentence names those that there are.

    >>> load_results("digits").columns.tolist()
    ['model', 'digit', 'seed', 'auroc']
    """
    folder = files.DATA_DIR / "results"
    path = folder / f"{name}.csv"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.csv"))) or "none"
        raise files.DataFileError(
            f"data/results/{name}.csv is missing (tables there: {known}). {files.how_to_restore(f'results/{name}.csv')}"
        )
    text = path.read_text("utf-8")
    table = pd.read_csv(io.StringIO(text), comment="#")
    table.attrs["about"] = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    return table
