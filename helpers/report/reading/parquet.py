"""Parquet files: columns with types, so that nothing has to be guessed."""

from helpers.report.errors import UnusableFile
from helpers.report.reading.extras import needed

import pandas as pd

__all__ = ["MAGIC", "names_in_parquet", "parquet_chunks"]

MAGIC = b"PAR1"


def names_in_parquet(path):
    """Name the columns of a Parquet file, an index that pandas wrote among them.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of str

    Raises
    ------
    UnusableFile
        The file is damaged or empty.
    """
    found = _opened(path)
    if found.metadata.num_rows == 0:
        raise UnusableFile(f"{path.name} holds columns and no row. Was it cut off when it was saved or downloaded?")
    return tuple(found.schema_arrow.names)


def parquet_chunks(path, names, n_rows):
    """Yield tables of so many rows each, and the share of the file that was read.

    Parameters
    ----------
    path : Path
    names : list of str
    n_rows : int

    Yields
    ------
    chunk : DataFrame
        Its index counts the rows, from 0.
    share : float
    """
    found, done = _opened(path), 0
    for batch in found.iter_batches(n_rows, columns=names):
        chunk = batch.to_pandas(ignore_metadata=True, date_as_object=False).apply(_plain)
        chunk.index = range(done, done + len(chunk))
        done += len(chunk)
        yield chunk, done / found.metadata.num_rows


def _opened(path):
    parquet = needed("pyarrow.parquet", path, "a Parquet file")
    try:
        return parquet.ParquetFile(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        problem = str(error).strip().splitlines()[0]
        raise UnusableFile(f"{path.name} is damaged: {problem} Was the download cut off? Fetch it again.") from None


def _plain(column):
    """A column without types that tables of text do not have: durations in seconds, the rest as texts."""
    if column.dtype.kind == "m":
        return column.dt.total_seconds()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(object)
    if column.dtype == object:
        return column.map(lambda value: str(value) if _is_no_number(value) else value)
    return column


def _is_no_number(value):
    return hasattr(value, "__len__") or hasattr(value, "isoformat")
