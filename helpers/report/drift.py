"""What has changed since the detector learned, column by column, and what became of its promise."""

from helpers.evaluation.metrics import rate_interval
from helpers.evaluation.robust import IQR_OF_NORMAL
from helpers.report.columns.cells import category_texts, number_values
from helpers.report.reasons.wording import share_in_words

import numpy as np
import pandas as pd

__all__ = ["drift_table", "promise_table"]

JOBS = {"train": "learned from", "calibration": "set the limit", "choice": "compared detectors", "test": "newest"}


def drift_table(frame, numbers, categories, train, now):
    """Compare each used column now with the part that was learned from.

    Parameters
    ----------
    frame : DataFrame of shape (n, k)
    numbers, categories : sequences of str
    train, now : int ndarrays
        Positions of rows.

    Returns
    -------
    DataFrame with a row for each column
        beyond (share of rows outside the range, or with a category, that training did not have), shift (of the median,
        in usual spreads; NaN for categories), missing then, missing now.

    >>> frame = pd.DataFrame({"load": [*np.arange(100.0), *np.arange(50.0, 150.0)]})
    >>> drift_table(frame, ["load"], [], np.arange(100), np.arange(100, 200)).round(2).values.tolist()
    [[0.5, 1.36, 0.0, 0.0]]
    """
    rows = {}
    for name in numbers:
        before, after = (number_values(frame[name].iloc[part]) for part in (train, now))
        rows[name] = (_beyond(before, after), _shift(before, after), np.isnan(before).mean(), np.isnan(after).mean())
    for name in categories:
        before, after = (frame[name].iloc[part] for part in (train, now))
        new = ~category_texts(after).isin(category_texts(before)) & after.notna()
        rows[name] = (new.mean(), np.nan, before.isna().mean(), after.isna().mean())
    return pd.DataFrame.from_dict(rows, orient="index", columns=["beyond", "shift", "missing then", "missing now"])


def _beyond(before, after):
    if np.isnan(before).all() or np.isnan(after).all():
        return np.nan
    return float(((after < np.nanmin(before)) | (after > np.nanmax(before))).mean())


def _shift(before, after):
    if np.isnan(before).all() or np.isnan(after).all():
        return np.nan
    low, middle, high = np.nanquantile(before, [0.25, 0.5, 0.75])
    spread = (high - low) / IQR_OF_NORMAL or np.nanstd(before)
    return float((np.nanmedian(after) - middle) / spread) if spread else np.nan


def promise_table(strangeness, parts, is_ordered):
    """Count the alarms in each part of the rows.

    Parameters
    ----------
    strangeness : ndarray of shape (n,)
        In the order in which the parts were cut.
    parts : Parts
    is_ordered : bool
        Whether the last part is the newest.

    Returns
    -------
    DataFrame with a row for each part
        part, rows, flagged, share and its 95 % interval, as texts.
    """
    found = []
    for name, job in JOBS.items():
        values = strangeness[getattr(parts, name)]
        n, n_flagged = int((~np.isnan(values)).sum()), int((values > 1).sum())
        job = job if is_ordered or name != "test" else "judged"
        if n:
            low, high = rate_interval(n_flagged, n)
            interval = f"{share_in_words(low)} to {share_in_words(high)}"
            found.append((job, f"{n:,}", f"{n_flagged:,}", share_in_words(n_flagged / n), interval))
    return pd.DataFrame(found, columns=["part", "rows", "flagged", "share", "95 % interval"])
