"""Scores, labels and flags as thresholds and metrics take them, and sentences for the ones they refuse."""

import numpy as np

__all__ = ["check_rate", "clean_scores", "labels_and_flags", "labels_and_scores", "one_of_each"]


def clean_scores(scores):
    """Scores as a 1-D float array without the points that a series detector could not score (NaN).

    >>> clean_scores([float("nan"), 0.5, 0.7])
    array([0.5, 0.7])
    """
    scores = _one_dimension(scores, "scores").astype(np.float64)
    _refuse_unusable(scores)
    return scores[~np.isnan(scores)]


def labels_and_scores(labels, scores):
    """Labels (0 or 1) and scores of equal length, points without a score (NaN) left out of both."""
    labels = _binary(labels, "labels")
    scores = _one_dimension(scores, "scores").astype(np.float64)
    _same_length(labels, "labels", scores, "scores")
    _refuse_unusable(scores)
    scored = ~np.isnan(scores)
    return labels[scored], scores[scored]


def labels_and_flags(labels, flags):
    """Labels and flags, both 0 or 1, of equal length."""
    labels, flags = _binary(labels, "labels"), _binary(flags, "flags")
    _same_length(labels, "labels", flags, "flags")
    return labels, flags


def one_of_each(labels, purpose):
    """Refuse labels of one class."""
    if labels.all() or not labels.any():
        only = "anomalies (1)" if labels.all() else "normal points (0)"
        raise ValueError(
            f"The labels hold only {only}, but {purpose} needs both classes. "
            "Check the split (stratify it), or take more data."
        )


def check_rate(rate, name="false_alarm_rate"):
    """Refuse a share that does not lie between 0 and 1."""
    if not 0 < rate < 1:
        raise ValueError(f"{name} is a share between 0 and 1, such as 0.01, not {rate!r}.")


def _one_dimension(values, name):
    values = np.asarray(values)
    if values.ndim != 1:
        raise ValueError(f"{name} must have one dimension, but have shape {values.shape}.")
    if len(values) == 0:
        raise ValueError(f"{name} are empty.")
    if values.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, but have the type {values.dtype}.")
    return values


def _refuse_unusable(scores):
    if np.isnan(scores).all():
        raise ValueError("scores are NaN throughout: nothing was scored. Is the series shorter than the window?")
    if np.isinf(scores).any():
        raise ValueError(f"scores contain infinity, first at position {int(np.argmax(np.isinf(scores)))}.")


def _binary(values, name):
    values = _one_dimension(values, name)
    wrong = ~np.isin(values, (0, 1))
    if wrong.any():
        hint = " (scikit-learn's -1 and 1? Use labels == -1)" if -1 in values else ""
        raise ValueError(f"{name} must be 1 (anomaly) or 0 (normal), but hold {values[wrong][0]!s}{hint}.")
    return values.astype(np.int8)


def _same_length(first, first_name, second, second_name):
    if len(first) != len(second):
        counts = f"{len(first)} {first_name}, but {len(second)} {second_name}"
        raise ValueError(f"{counts}: they must belong to the same rows.")
