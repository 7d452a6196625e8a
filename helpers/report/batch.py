"""A new batch of rows, scored by a detector that was saved."""

from helpers.report.reasons.rows import explain_rows

import numpy as np
import pandas as pd

__all__ = ["anomaly_table", "score_batch"]


def score_batch(model, frame, top=20):
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
    scores = pd.DataFrame({"row": _rows_of_file(frame), "strangeness": strangeness, "flagged": strangeness > 1})
    return scores, anomaly_table(model, frame, strangeness, top=top, at_least=0)


def anomaly_table(model, frame, strangeness, *, usual_rows=None, top=20, at_least=20):
    """Every flagged row and at least the strangest `at_least`, strangest first, the first `top` with a reason.

    Parameters
    ----------
    model : OwnModel
    frame : DataFrame of shape (n, k)
    strangeness : array of shape (n,)
        NaN where a row could not be scored.
    usual_rows : DataFrame, optional
        What "usual" means in the reasons: the frame itself if None.

    Returns
    -------
    DataFrame
        row (1 is the file's first), strangeness, flagged, because, then the frame's own columns.
    """
    strangeness = np.asarray(strangeness, dtype=float)
    order = np.argsort(-np.nan_to_num(strangeness, nan=-np.inf), kind="stable")
    n_scored, n_flagged = int((~np.isnan(strangeness)).sum()), int((strangeness > 1).sum())
    order = order[: min(n_scored, max(n_flagged, at_least))]
    because = pd.Series("", index=range(len(order)))
    if len(explained := order[:top]):
        reasons = explain_rows(model, frame.iloc[explained], frame if usual_rows is None else usual_rows)
        because.iloc[: len(explained)] = reasons["because"].to_numpy()
    found = pd.DataFrame(
        {
            "row": _rows_of_file(frame)[order],
            "strangeness": strangeness[order],
            "flagged": strangeness[order] > 1,
            "because": because.to_numpy(),
        }
    )
    own = frame.iloc[order].reset_index(drop=True)
    taken = {name: f"own {name}" for name in own if name in found}
    return pd.concat([found, own.rename(columns=taken)], axis=1)


def _rows_of_file(frame):
    """Counted from 1. A frame from read_table has the file's rows in its index, with holes if they are a sample."""
    counted = frame.index if pd.api.types.is_integer_dtype(frame.index.dtype) else np.arange(len(frame))
    return np.asarray(counted) + 1
