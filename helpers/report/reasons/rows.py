"""Why is this row of a table strange? Sentences and shares for any detector."""

from helpers.report.columns.cells import number_values
from helpers.report.columns.inputs import NumberInputs
from helpers.report.reasons.occlusion import occlusion_shares, occlusion_trials
from helpers.report.reasons.wording import columns_to_name, describe_cell, usual_range

import numpy as np
import pandas as pd

__all__ = ["explain_table_rows"]

MOST_USUAL_ROWS = 20_000  # they say as much as millions


def explain_table_rows(inputs, detector, rows, usual_rows, top):
    """Explain rows of a table (:func:`helpers.report.explain_rows`).

    Parameters
    ----------
    inputs : TableInputs
    detector : Detector
    rows, usual_rows : DataFrame of shape (n, n_columns), DataFrame
    top : int

    Returns
    -------
    because : list of str
    shares : ndarray of shape (n, n_columns)
        In the order of ``inputs.columns``.
    """
    usual_rows = usual_rows.iloc[:: max(1, len(usual_rows) // MOST_USUAL_ROWS)]
    shares = _shares(inputs, detector, rows, usual_rows)
    return [_sentence(inputs, rows.iloc[[i]], usual_rows, row, top) for i, row in enumerate(shares)], shares


def _shares(inputs, detector, rows, usual_rows):
    real, others = inputs.transform(rows), inputs.transform(usual_rows).to_numpy()
    sources = np.array(list(inputs.sources_.values()))
    parts = [list(np.flatnonzero(sources == encoder.source)) for encoder in inputs.encoders_]
    usual = np.empty(len(sources))
    for encoder, part in zip(inputs.encoders_, parts, strict=True):
        if part:
            usual[part] = encoder.typical(others[:, part])

    trials = occlusion_trials(real.to_numpy(), np.tile(usual, (len(real), 1)), parts)
    return occlusion_shares(np.hstack([_scores(detector, values, real.columns) for values in trials]))


def _scores(detector, values, names):
    """Of shape (n_trials, n), from (n_trials, n, n_inputs)."""
    rows = pd.DataFrame(values.reshape(-1, len(names)), columns=names)
    return np.asarray(detector.decision_function(rows)).reshape(values.shape[:2])


def _sentence(inputs, row, usual_rows, shares, top):
    beginning, named = columns_to_name(shares, top)
    if not named and (outside := _farthest(inputs, row, usual_rows)) is not None:
        beginning, named = "", [outside]
    encoders = [inputs.encoders_[i] for i in named]
    words = (describe_cell(encoder, row[encoder.source], usual_rows[encoder.source]) for encoder in encoders)
    return beginning + ", ".join(words)


def _farthest(inputs, row, usual_rows):
    """The position of the number that lies farthest outside its usual range; None if all lie within."""
    found = {}
    for i, encoder in enumerate(inputs.encoders_):
        if isinstance(encoder, NumberInputs):
            value = number_values(row[encoder.source])[0]
            low, high = usual_range(number_values(usual_rows[encoder.source]))
            found[i] = max(low - value, value - high) / ((high - low) or 1.0)
    beyond = {i: away for i, away in found.items() if away > 0}
    return max(beyond, key=beyond.get, default=None)
