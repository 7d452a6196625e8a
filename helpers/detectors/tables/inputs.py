"""What a table must be before a detector works on it, and sentences that say so when it is not."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils.validation import check_array, validate_data

__all__ = ["FLOATS", "column_labels", "refuse_text", "validate_rows"]

FLOATS = [np.float64, np.float32]


def column_labels(positions, names=None):
    """Columns as messages call them.

    Parameters
    ----------
    positions : sequence of int
    names : sequence of str or None
        Column names of a frame; None for an array.

    >>> column_labels([0, 2], ["amount", "hour", "country"])
    "columns 'amount', 'country'"
    >>> column_labels([3])
    'column 3'
    """
    shown = [repr(str(names[j])) if names is not None else str(j) for j in positions[:8]]
    more = f" and {len(positions) - 8} more" if len(positions) > 8 else ""
    return f"column{'s' if len(positions) > 1 else ''} {', '.join(shown)}{more}"


def validate_rows(estimator, X, *, fitting):
    """The table as a float array that may be the caller's own memory: read it, never write to it.

    Parameters
    ----------
    estimator : Detector
        Remembers ``n_features_in_`` (and ``feature_names_in_`` of a frame); at scoring time X is compared
        with them.
    X : array or DataFrame of shape (n, n_columns)
    fitting : bool
        Whether X is the table to learn from.

    Returns
    -------
    ndarray of shape (n, n_columns), float64 or float32

    Raises
    ------
    ValueError
        NaN or infinity, no rows, one row to learn from, text columns, one dimension, other columns than at
        fit.
    TypeError
        Sparse matrices, column names that mix text and numbers.
    """
    names = list(X.columns) if isinstance(X, pd.DataFrame) else None
    _refuse_other_dimensions(X)
    if not fitting:
        _refuse_other_columns(estimator, X)
    refuse_text(X)
    _refuse_no_rows(X, fitting)
    rows = check_array(X, dtype=FLOATS, ensure_all_finite=False, estimator=estimator)
    _refuse_gaps(rows, names)
    return rows


def _refuse_other_dimensions(X):
    n_dimensions = np.ndim(X)
    if n_dimensions == 2:
        return
    advice = (
        "Reshape your data: X.reshape(-1, 1) if it is one column, X.reshape(1, -1) if it is one row, "
        "series.to_frame() for a pandas Series"
        if n_dimensions == 1
        else "Reshape your data to two dimensions first, e.g. images with X.reshape(len(X), -1)"
    )
    raise ValueError(f"A detector expects a table (rows × columns), but X has shape {np.shape(X)}. {advice}.")


def _refuse_other_columns(estimator, X):
    try:
        validate_data(estimator, X, skip_check_array=True, reset=False)
    except ValueError as error:
        raise ValueError(f"{error}{_column_advice(estimator, X)}") from None


def _column_advice(estimator, X):
    names = getattr(estimator, "feature_names_in_", None)
    if names is None or not isinstance(X, pd.DataFrame):
        return f" Pass the {estimator.n_features_in_} columns the detector was fitted on, in the same order."
    if set(names) <= set(X.columns):
        return "\nPass X[detector.feature_names_in_], the columns of fit in their order."
    return "\nPass the columns the detector was fitted on: detector.feature_names_in_ lists them."


def refuse_text(X):
    """Numbers only.

    Parameters
    ----------
    X : array or DataFrame of shape (n, n_columns)

    Raises
    ------
    ValueError
        It names the columns that hold text, dates or categories.
    """
    if isinstance(X, pd.DataFrame):
        wrong = [j for j, dtype in enumerate(X.dtypes) if _holds_text(X.iloc[:, j], dtype)]
        names = list(X.columns)
    else:
        wrong, names = _text_columns(X), None
    if wrong:
        label = column_labels(wrong, names)
        verb = "hold" if len(wrong) > 1 else "holds"
        raise ValueError(
            f"{label[0].upper()}{label[1:]} of X {verb} text, dates or categories. "
            "A detector reads numbers only: turn them into numbers first, or leave them out with "
            "X.select_dtypes('number')."
        )


def _holds_text(column, dtype):
    if pd.api.types.is_object_dtype(dtype):
        return any(isinstance(value, str) for value in column)
    return not (pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype))


def _text_columns(X):
    if issparse(X):
        return []
    X = np.asarray(X)
    if X.dtype.kind in "USmM":
        return list(range(X.shape[1]))
    if X.dtype.kind != "O":
        return []
    return [j for j in range(X.shape[1]) if any(isinstance(value, str) for value in X[:, j])]


def _refuse_no_rows(X, fitting):
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    if n_rows == 0:
        raise ValueError(f"X is empty: it has no rows (shape {np.shape(X)}). Check the filter that made it.")
    if fitting and n_rows == 1:
        raise ValueError("X has one sample (1 row). A detector learns what is usual from many rows: pass more.")


def _refuse_gaps(rows, names):
    with np.errstate(all="ignore"):
        if np.isfinite(rows.sum(dtype=np.float64)):  # one pass and no copy: any NaN or infinity would show in the sum
            return
    found = [(word, test(rows)) for word, test in (("NaN (missing values)", np.isnan), ("infinity", np.isinf))]
    parts = [_where(word, mask, names) for word, mask in found if mask.any()]
    if parts:
        raise ValueError(
            f"X contains {' and '.join(parts)}. Fill or drop these rows first, e.g. "
            "X.fillna(X_train.median()) or X.dropna(), and ask why they are there."
        )


def _where(word, mask, names):
    columns = column_labels(list(np.flatnonzero(mask.any(axis=0))), names)
    bad_rows = np.flatnonzero(mask.any(axis=1))
    rows = "1 row" if len(bad_rows) == 1 else f"{len(bad_rows)} rows, the first"
    return f"{word} in {columns} ({rows} at position {bad_rows[0]})"
