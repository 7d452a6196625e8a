"""What a small count of alarms says about their rate."""

from helpers.evaluation.inputs import check_rate
from helpers.evaluation.metrics import Interval

from scipy.stats import chi2

__all__ = ["count_interval"]


def count_interval(count, confidence=0.95):
    """Say what number was to be expected where `count` happened: the exact Poisson interval.

    For things that happen at any time, independently of each other, such as false alarms: divide by the days or weeks
    watched for a rate. Alarms that come in bursts scatter more, and the interval is then too narrow. Garwood (1936).
    Built in lesson 06.

    Parameters
    ----------
    count : int
        0 or more.
    confidence : float in (0, 1)

    Returns
    -------
    Interval

    Raises
    ------
    ValueError
        If count is negative or no whole number.

    >>> low, high = count_interval(2)
    >>> round(low, 2), round(high, 1)
    (0.24, 7.2)
    """
    check_rate(confidence, "confidence")
    if count != int(count) or count < 0:
        raise ValueError(f"count={count}: it is a whole number, 0 or more.")
    tail = (1 - confidence) / 2
    low = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return Interval(float(low), float(chi2.isf(tail, 2 * count + 2) / 2))
