"""Files with a JSON object in each line, as programs log events."""

import itertools
import json

from helpers.report.errors import UnusableFile

import pandas as pd

__all__ = ["are_records", "names_of_records", "record_chunks"]


def are_records(lines):
    r"""Tell whether each line holds a JSON object.

    Parameters
    ----------
    lines : list of str

    Returns
    -------
    bool

    >>> are_records(['{"a": 1}\n', '{"a": 2}\n']), are_records(['{"a": {\n', '"b": 2}}\n'])
    (True, False)
    """
    first = [line for line in lines if line.strip()][:10]
    return bool(first) and all(_is_object(line) for line in first)


def names_of_records(lines):
    r"""Name the columns that the objects have, in the order in which they come; what is nested is joined by a point.

    Parameters
    ----------
    lines : list of str

    Returns
    -------
    tuple of str

    >>> names_of_records(['{"a": 1}\n', '{"b": {"c": 2}}\n'])
    ('a', 'b.c')
    """
    whole = [line for line in lines if _is_object(line)]  # the last one may be cut off
    return tuple(map(str, pd.json_normalize([json.loads(line) for line in whole]).columns))


def record_chunks(path, text, names, n_rows):
    """Yield tables of so many objects each.

    Parameters
    ----------
    path : Path
    text : text stream
    names : sequence of str
        The columns; what later objects hold beside them is left out.
    n_rows : int

    Yields
    ------
    DataFrame
        Its index counts the objects, from 0.

    Raises
    ------
    UnusableFile
        A line that holds no object.
    """
    lines = ((number, line) for number, line in enumerate(text, 1) if line.strip())
    done = 0
    for batch in _batched(lines, n_rows):
        table = pd.json_normalize([_object(path, number, line) for number, line in batch]).reindex(columns=list(names))
        table = table.apply(_lists_as_texts)
        table.index = range(done, done + len(table))
        done += len(table)
        yield table


def _lists_as_texts(column):
    if column.dtype != object:
        return column
    return column.map(lambda value: str(value) if isinstance(value, list) else value)


def _batched(items, n):
    while batch := tuple(itertools.islice(items, n)):
        yield batch


def _is_object(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _object(path, number, line):
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UnusableFile(f"Line {number:,} of {path.name} holds no JSON object, as the lines before it do. Mend it.")
    return found
