"""Scores of several detectors on one scale, and the rule by which they judge together."""

from helpers.detectors.scaling import not_zero

import numpy as np

__all__ = ["comparable_scores", "mean_of_highest", "usual_scales"]

SMALLEST_SPREAD = 1e-9  # of the usual score: rounding is no spread
QUARTILES_APART = 1.349  # of a normal distribution, in standard deviations


def usual_scales(scores):
    """The median of each detector's scores, and the distance of their quartiles as a standard deviation.

    Parameters
    ----------
    scores : ndarray of shape (n, n_detectors)
        NaN where one cannot judge.

    Returns
    -------
    usual, spread : ndarrays of shape (n_detectors,)

    >>> usual, spread = usual_scales(np.arange(101.0)[:, None])
    >>> usual.tolist(), spread.round().tolist()
    ([50.0], [37.0])
    """
    usual = np.nanmedian(scores, axis=0)
    low, high = np.nanquantile(scores, [0.25, 0.75], axis=0)
    spread = np.where(high > low, (high - low) / QUARTILES_APART, np.nanstd(scores, axis=0))
    return usual, not_zero(np.where(spread > SMALLEST_SPREAD * np.abs(usual), spread, 0))


def comparable_scores(scores, usual, spread):
    """Scores in their usual spread; far ones grow like their logarithm, so that no detector outshouts the rest.

    >>> comparable_scores(np.array([[1.0, 1e6]]), usual=np.zeros(2), spread=np.ones(2)).round(1).tolist()
    [[0.9, 14.5]]
    """
    return np.arcsinh((scores - usual) / spread)


def mean_of_highest(scores, n):
    """The mean of each row's n highest scores; of fewer, where others are NaN.

    >>> mean_of_highest(np.array([[1.0, 2.0, 6.0], [np.nan, np.nan, 3.0]]), n=2).tolist()
    [4.0, 3.0]
    """
    highest = np.sort(np.where(np.isnan(scores), -np.inf, scores), axis=1)[:, -n:]
    known = np.isfinite(highest)
    total = np.where(known, highest, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
