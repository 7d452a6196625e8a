"""Why is this row strange? Sentences and shares for any detector."""

from helpers.report.columns.inputs import Category, Clock
from helpers.report.reasons.occlusion import occlusion_shares
from helpers.report.reasons.points import explain_points
from helpers.report.reasons.wording import describe_category, describe_date, describe_number, join_reasons

import numpy as np
import pandas as pd

__all__ = ["explain_rows"]

MOST_USUAL_ROWS = 20_000  # they say as much as millions


def explain_rows(model, rows, usual_rows, top=3):
    """What makes rows strange for a detector, whichever it is (:mod:`helpers.report.reasons.occlusion`).

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
    >>> from helpers.report import OwnModel, TableInputs
    >>> usual = pd.DataFrame({"amount": np.arange(101.0), "country": ["DE"] * 51 + ["FR"] * 50})
    >>> inputs = TableInputs(numbers=["amount"], categories=["country"]).fit(usual)
    >>> detector = ZScore().fit(inputs.transform(usual)).set_threshold(3)
    >>> model = OwnModel(inputs, detector, 1.0, inputs.columns, "z-score", "table")
    >>> explain_rows(model, pd.DataFrame({"amount": [1264.9], "country": ["DE"]}), usual)["because"][0]
    'amount 1,264.90 (usually 5 to 95)'
    """
    if len(rows) == 0:
        because, shares = [], np.empty((0, len(model.columns)))
    elif model.shape == "series":
        because, shares = explain_points(model, rows, usual_rows, top)
    else:
        usual_rows = usual_rows.iloc[:: max(1, len(usual_rows) // MOST_USUAL_ROWS)]
        shares = _shares(model, rows, usual_rows)
        because = [
            join_reasons(row, _describer(model, rows.iloc[[i]], usual_rows), top) for i, row in enumerate(shares)
        ]
    shares = pd.DataFrame(shares, index=rows.index, columns=list(model.columns))
    return pd.concat([pd.Series(because, index=rows.index, name="because", dtype="str"), shares], axis=1)


def _shares(model, rows, usual_rows):
    """Of shape (n, n_columns), in the order of ``model.columns``."""
    real, others = model.inputs.transform(rows), model.inputs.transform(usual_rows)
    sources = np.array(list(model.inputs.sources_.values()))
    parts = [list(np.flatnonzero(sources == column)) for column in model.columns]
    numbers = [column in model.inputs.numbers for column in model.columns]
    usual = np.empty(len(sources))
    for part, is_number in zip(parts, numbers, strict=True):
        usual[part] = others.iloc[:, part].median() if is_number else _commonest(others.iloc[:, part].to_numpy())

    def score(values):
        return model.detector.decision_function(pd.DataFrame(values, columns=real.columns))

    return occlusion_shares(score, real.to_numpy(), np.tile(usual, (len(real), 1)), parts)


def _commonest(values):
    """A row of (n, n_inputs): one of the largest group of rows that agree to one decimal."""
    _, first, counts = np.unique(values.round(1), axis=0, return_index=True, return_counts=True)
    return values[first[counts.argmax()]]


def _describer(model, row, usual_rows):
    """A function from a column's position to words about this row's value."""
    encoders = {encoder.source: encoder for encoder in model.inputs.encoders_}

    def describe(position):
        name = model.columns[position]
        encoder = encoders[name]
        if isinstance(encoder, Clock):
            return describe_date(row[name], usual_rows[name], encoder)
        return (describe_category if isinstance(encoder, Category) else describe_number)(row[name], usual_rows[name])

    return describe
