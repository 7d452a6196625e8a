"""A measured value with its interval."""

from typing import NamedTuple

from helpers.evaluation.metrics import percentile_interval, rate_interval

import numpy as np

__all__ = ["UNKNOWN", "Estimate"]


class Estimate(NamedTuple):
    """A value and its 95 % interval, NaN where there is none.

    Attributes
    ----------
    value, low, high : float

    >>> Estimate.of_rate(3, 4).named("recall")["recall"]
    0.75
    """

    value: float = np.nan
    low: float = np.nan
    high: float = np.nan

    @classmethod
    def drawn(cls, value, resampled):
        """With the interval of a bootstrap's values, an array."""
        return cls(float(value), *percentile_interval(resampled))

    @classmethod
    def of_rate(cls, count, n):
        """Of a share of n; NaN if n is 0."""
        return cls(count / n, *rate_interval(count, n)) if n else UNKNOWN

    def named(self, title, short=None):
        """As a dict, for a table: the value under its title, the ends under "… low" and "… high"."""
        return dict(zip((title, f"{short or title} low", f"{short or title} high"), self, strict=True))


UNKNOWN = Estimate()
