"""Rows of a file scored by a model, and the strangest of them with their reasons."""

from helpers.report.columns.cells import file_rows
from helpers.report.model import OwnModel
from helpers.report.reading.numbers import read_numbers
from helpers.report.reading.values import is_numeric

import numpy as np
import pandas as pd

__all__ = ["FOUND", "anomaly_table", "as_in_training", "explain_rows", "score_batch"]

FOUND = ["row", "strangeness", "flagged", "because"]  # what a table of anomalies says before the file's own columns


def score_batch(model: OwnModel, frame, top=20):
    """Score the rows of a new file with a model from :meth:`OwnModel.load`.

    Parameters
    ----------
    model : OwnModel
    frame : DataFrame of shape (n, k)
        With the columns the model was made from; others are carried along.
    top : int
        How many of the flagged rows get a reason.

    Returns
    -------
    scores : DataFrame of shape (n, 3)
        row (1 is the file's first), strangeness (0 an ordinary row, 1 the alarm limit), flagged.
    anomalies : DataFrame
        The flagged rows, strangest first, as :func:`anomaly_table` gives them.
    """
    strangeness = np.asarray(model.strangeness(frame))
    scores = pd.DataFrame({"row": file_rows(frame), "strangeness": strangeness, "flagged": strangeness > 1})
    return scores, anomaly_table(model, frame, strangeness, top=top, at_least=0)


def as_in_training(model: OwnModel, frame):
    """Prepare a new file for a model: texts in columns of numbers become holes, and what is missing is said.

    Parameters
    ----------
    model : OwnModel
    frame : DataFrame of shape (n, k)

    Returns
    -------
    frame : DataFrame of shape (n, k)
    lacking : bool ndarray of shape (n,)
        Rows that lack a number which no training row lacked: they are judged by their other columns.
    notes : list of str
        A sentence for each column that is not as it was in training.
    """
    notes, lacking = [], np.zeros(len(frame), dtype=bool)
    for name in model.numbers:
        if name not in frame:
            continue
        values, note = _numbers_again(frame[name])
        frame = frame.assign(**{name: values})
        holes = values.isna().to_numpy()
        if holes.all():
            note = f"{name!r} holds no value in any row."
        notes += [note] * bool(note)
        if name not in model.missing_before:
            lacking |= holes
    return frame, lacking, notes


def _numbers_again(column):
    """A column of numbers with holes where a text stands, and a sentence; as it is if it holds no number at all."""
    if is_numeric(column) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column, ""
    text = column.dropna().astype("str")
    values = read_numbers(text).reindex(column.index)
    odd = text[values[text.index].isna()]
    if len(odd) == len(text):
        return column, ""
    first = f"the first {odd.iloc[0]!r} in row {file_rows(column)[column.index.get_loc(odd.index[0])]}"
    return values, f"{column.name!r} held numbers in training, and {len(odd):,} texts here, {first}: taken as missing."


def explain_rows(model: OwnModel, rows, usual_rows, top=3):
    """Say what makes rows strange for a detector, whichever it is (:mod:`helpers.report.reasons.occlusion`).

    The usual value that a column is compared with is the median of `usual_rows`; for categories and dates, the
    commonest. What no column explains to at least a third is called a combination.

    Parameters
    ----------
    model : OwnModel
    rows : DataFrame of shape (n, n_columns)
        The rows to explain, a handful: each is scored twice for every column.
    usual_rows : DataFrame
        What is usual: training rows, or the whole table. Of a series, the whole of it: the points to explain lie in it,
        and what came before them is read there.
    top : int
        The most columns that a sentence names.

    Returns
    -------
    DataFrame with the index of `rows`
        "because", a sentence, and for each column the model reads its share of the strangeness, in [0, 1]. Shares need
        not add up to 1.

    >>> from helpers.detectors import ZScore
    >>> from helpers.report import TableInputs, TableModel
    >>> usual = pd.DataFrame({"amount": np.arange(101.0), "country": ["DE"] * 51 + ["FR"] * 50})
    >>> inputs = TableInputs(numbers=["amount"], categories=["country"]).fit(usual)
    >>> detector = ZScore().fit(inputs.transform(usual)).set_threshold(3)
    >>> model = TableModel(detector, 1.0, "z-score", inputs)
    >>> explain_rows(model, pd.DataFrame({"amount": [1264.9], "country": ["DE"]}), usual)["because"][0]
    'amount 1,264.90 (usually 5 to 95)'
    """
    nothing = [], np.empty((0, len(model.columns)))
    because, shares = model.explain(rows, usual_rows, top) if len(rows) else nothing
    shares = pd.DataFrame(shares, index=rows.index, columns=list(model.columns))
    return pd.concat([pd.Series(because, index=rows.index, name="because", dtype="str"), shares], axis=1)


def anomaly_table(model: OwnModel, frame, strangeness, *, usual_rows=None, top=20, at_least=20):
    """List every flagged row and at least the strangest `at_least`, strangest first, the first `top` with a reason.

    Parameters
    ----------
    model : OwnModel
    frame : DataFrame of shape (n, k)
    strangeness : array of shape (n,)
        NaN where a row could not be scored.
    usual_rows : DataFrame, optional
        What "usual" means in the reasons: the frame itself if None.
    top : int
        How many rows get a reason.
    at_least : int
        How many rows are listed, even if fewer are flagged.

    Returns
    -------
    DataFrame
        row (1 is the file's first), strangeness, flagged, because, then the frame's own columns.
    """
    strangeness = np.asarray(strangeness, dtype=float)
    order = np.argsort(-np.nan_to_num(strangeness, nan=-np.inf), kind="stable")
    n_scored, n_flagged = int((~np.isnan(strangeness)).sum()), int((strangeness > 1).sum())
    order = order[: min(n_scored, max(n_flagged, at_least))]
    reasons = explain_rows(model, frame.iloc[order[:top]], frame if usual_rows is None else usual_rows)["because"]
    because = [*reasons, *[""] * (len(order) - len(reasons))]
    values = (file_rows(frame)[order], strangeness[order], strangeness[order] > 1, pd.Series(because, dtype="str"))
    found = pd.DataFrame(dict(zip(FOUND, values, strict=True)))
    own = frame.iloc[order].reset_index(drop=True)
    taken = {name: f"own {name}" for name in own if name in found}
    return pd.concat([found, own.rename(columns=taken)], axis=1)
