"""The score that keeps learning: how unusual an error is, given the errors so far.

A detector that is fixed after ``fit`` keeps alarming once the series has drifted, and a limit that suits one series is
far off for another. So its score, called the error here, is put in standard deviations from its own mean, and both keep
learning from each point. The oldest errors are forgotten exponentially: mean and variance are all that is remembered.
The idea is that of Numenta's anomaly likelihood (Ahmad et al., Unsupervised real-time anomaly detection for streaming
data, Neurocomputing 262, 2017), with forgetting instead of a window. The constants were chosen on the simulated streams
of :mod:`helpers.datasets.streams`, the telemetry and the water flow.
"""

import math
import numbers

import numpy as np

__all__ = ["check_forgetting", "first_state", "keep_learning"]

ALARM = 8.0  # standard deviations: while the score is above it, nothing is learned ...
LONGEST_FREEZE = 0.05  # ... for this share of `forgetting` at most, one point at least: a new level becomes usual
FARTHEST = 20.0  # standard deviations; an error beyond them teaches as if it were there
SMALLEST_SHARE = 0.1  # of the first standard deviation, below which it never falls: a silent stretch is no yardstick


def check_forgetting(forgetting):
    """Refuse what is neither None nor a number of points that can be remembered.

    Raises
    ------
    ValueError

    >>> check_forgetting(1)
    Traceback (most recent call last):
        ...
    ValueError: forgetting=1: it is None (the score learns no more) or a number of points, at least 2.
    """
    if forgetting is None:
        return
    number = isinstance(forgetting, numbers.Real) and not isinstance(forgetting, (bool, np.bool_))
    if not number or not 2 <= forgetting < math.inf:
        raise ValueError(
            f"forgetting={forgetting!r}: it is None (the score learns no more) or a number of points, at least 2."
        )


def first_state(errors):
    """What is known before the first point of a stream: the errors on the training series.

    Parameters
    ----------
    errors : array of shape (n,)
        NaN where there is none.

    Returns
    -------
    tuple of float
        Mean, variance, the smallest standard deviation to divide by, and for how many points learning has been frozen.

    >>> first_state([1.0, 3.0, math.nan])
    (2.0, 1.0, 0.1, 0.0)
    """
    errors = np.asarray(errors, float)
    errors = errors[np.isfinite(errors)]
    if not len(errors):
        raise ValueError("forgetting= starts from the errors on the training series, but no point of it has a score.")
    mean, deviation = float(errors.mean()), float(errors.std())
    smallest = SMALLEST_SHARE * (deviation or abs(mean) or 1.0)
    return mean, deviation**2, smallest, 0.0


def keep_learning(errors, state, forgetting):
    """Score errors one after the other by all that came before, and learn from each.

    It is the same for a series at once and for one point at a time.

    Parameters
    ----------
    errors : iterable of float
        NaN is not scored and teaches nothing.
    state : tuple of float
        As :func:`first_state` or an earlier call returned it.
    forgetting : float
        Points that are remembered: the weight of an error falls by the factor 1 - 1 / forgetting with each point.

    Returns
    -------
    scores : ndarray of shape (n,)
        Standard deviations above the mean.
    state : tuple of float
        To go on with.

    >>> scores, state = keep_learning([2.0, 5.0, 5.0], first_state([1.0, 3.0]), forgetting=10)
    >>> scores.round(1)
    array([0. , 3.2, 2.1])
    """
    mean, variance, smallest, frozen = state
    scores = []
    for error in errors:
        deviation = max(math.sqrt(variance), smallest)
        score = (error - mean) / deviation
        scores.append(score)
        if math.isnan(score):
            continue
        score = max(-FARTHEST, min(score, FARTHEST))
        frozen = frozen + 1 if score > ALARM else 0.0
        if not 0 < frozen <= max(1, LONGEST_FREEZE * forgetting):
            change = score * deviation
            mean += change / forgetting
            variance = (1 - 1 / forgetting) * (variance + change * change / forgetting)
    return np.array(scores, float), (mean, variance, smallest, frozen)
