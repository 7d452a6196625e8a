"""Scores, labels and flags as thresholds and metrics take them, and sentences for the ones they refuse."""

import numpy as np

__all__ = [
    "check_positive",
    "check_rate",
    "check_rows",
    "clean_scores",
    "labels_and_flags",
    "labels_and_scores",
    "one_of_each",
]


def clean_scores(scores):
    """Take scores without the points that a series detector could not score (NaN).

    Parameters
    ----------
    scores : array of shape (n,)

    Returns
    -------
    float array of shape (n_scored,)

    Raises
    ------
    ValueError
        Another shape, no numbers, infinite scores, NaN throughout.

    >>> clean_scores([float("nan"), 0.5, 0.7])
    array([0.5, 0.7])
    """
    scores = _float_scores(scores)
    return scores[~np.isnan(scores)]


def labels_and_scores(labels, scores, needed_by=None):
    """Take labels and scores that belong together, points without a score (NaN) left out of both.

    Parameters
    ----------
    labels : array of shape (n,)
        1 (anomaly) or 0 (normal).
    scores : array of shape (n,)
    needed_by : str, optional
        What needs labels of both classes, for the sentence that refuses those of one.

    Returns
    -------
    labels : int8 array of shape (n_scored,)
    scores : float array of shape (n_scored,)

    Raises
    ------
    ValueError
        Different lengths, other shapes or values, infinite scores, NaN throughout, one class where both are needed.

    >>> labels_and_scores([0, 0, 1], [0.1, float("nan"), 0.9])
    (array([0, 1], dtype=int8), array([0.1, 0.9]))
    """
    labels, scores = _same_rows(_binary(labels, "labels"), "labels", _one_dimension(scores, "scores"), "scores")
    scores = _float_scores(scores)
    scored = ~np.isnan(scores)
    labels, scores = labels[scored], scores[scored]
    if needed_by:
        one_of_each(labels, needed_by)
    return labels, scores


def labels_and_flags(labels, flags):
    """Take labels and flags that belong together.

    Parameters
    ----------
    labels, flags : arrays of shape (n,)
        1 or 0.

    Returns
    -------
    labels, flags : int8 arrays of shape (n,)

    Raises
    ------
    ValueError
        Different lengths, other shapes or values.

    >>> labels_and_flags([0, 1], [True, True])
    (array([0, 1], dtype=int8), array([1, 1], dtype=int8))
    """
    return _same_rows(_binary(labels, "labels"), "labels", _binary(flags, "flags"), "flags")


def one_of_each(labels, purpose):
    """Refuse labels of one class.

    Parameters
    ----------
    labels : array of shape (n,)
        1 or 0.
    purpose : str
        What needs both classes.

    Raises
    ------
    ValueError
        All labels are alike.
    """
    if labels.all() or not labels.any():
        only = "anomalies (1)" if labels.all() else "normal points (0)"
        raise ValueError(
            f"The labels hold only {only}, but {purpose} needs both classes. "
            "Check the split (stratify it), or take more data."
        )


def check_rate(rate, name="false_alarm_rate"):
    """Refuse a share that does not lie between 0 and 1.

    Parameters
    ----------
    rate : float
    name : str
        Of the parameter, for the sentence.

    Raises
    ------
    ValueError
        0 and 1 are refused too.
    """
    if not 0 < rate < 1:
        raise ValueError(f"{name} is a share between 0 and 1, such as 0.01, not {rate!r}.")


def check_positive(value, name, such_as=""):
    """Refuse a number that is not positive and finite.

    Parameters
    ----------
    value : float
    name : str
        Of the parameter, for the sentence.
    such_as : str
        An example, for the sentence.

    Raises
    ------
    ValueError
        Zero, negative, infinite or NaN.
    """
    if not 0 < value < np.inf:
        raise ValueError(f"{name} is a positive number{such_as}, not {value!r}.")


def check_rows(value, name, least=0):
    """Refuse what is no whole number of rows.

    Parameters
    ----------
    value : int
    name : str
        Of the parameter, for the sentence.
    least : int
        The smallest that is let pass.

    Raises
    ------
    ValueError
        Too small, or a fraction.
    """
    if value != int(value) or value < least:
        raise ValueError(f"{name} is a whole number of rows, {least} or more, not {value!r}.")


def _one_dimension(values, name):
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"{name} must have one dimension, but have shape {values.shape}.")
    if len(values) == 0:
        raise ValueError(f"{name} are empty.")
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, but have the type {values.dtype}.")
    return values


def _float_scores(scores):
    scores = _one_dimension(scores, "scores").astype(np.float64)
    if np.isnan(scores).all():
        raise ValueError("scores are NaN throughout: nothing was scored. Is the series shorter than the window?")
    if np.isinf(scores).any():
        raise ValueError(f"scores contain infinity, first at position {int(np.argmax(np.isinf(scores)))}.")
    return scores


def _binary(values, name):
    values = _one_dimension(values, name)
    wrong = ~np.isin(values, (0, 1))
    if wrong.any():
        hint = " (scikit-learn's -1 and 1? Use labels == -1)" if -1 in values else ""
        raise ValueError(f"{name} must be 1 (anomaly) or 0 (normal), but hold {values[wrong][0]!s}{hint}.")
    return values.astype(np.int8)


def _same_rows(first, first_name, second, second_name):
    if len(first) != len(second):
        counts = f"{len(first)} {first_name}, but {len(second)} {second_name}"
        raise ValueError(f"{counts}: they must belong to the same rows.")
    return first, second
