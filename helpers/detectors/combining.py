"""Scores of several detectors on one scale, and the rule by which they judge together."""

from helpers.detectors.scaling import not_zero
from helpers.evaluation.robust import IQR_OF_NORMAL

import numpy as np

__all__ = ["comparable_scores", "mean_of_highest", "rarities", "tail_scales", "usual_scales"]

SMALLEST_SPREAD = 1e-9  # of the usual score: rounding is no spread
TAIL = 0.1  # of the scores: their tail
MIDDLE = np.log10(2)  # the rarity of the median: one in two


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
    spread = np.where(high > low, (high - low) / IQR_OF_NORMAL, np.nanstd(scores, axis=0))
    return usual, not_zero(np.where(spread > SMALLEST_SPREAD * np.abs(usual), spread, 0))


def comparable_scores(scores, usual, spread):
    """Scores in their usual spread; far ones grow like their logarithm, so that no detector outshouts the rest.

    >>> comparable_scores(np.array([[1.0, 1e6]]), usual=np.zeros(2), spread=np.ones(2)).round(1).tolist()
    [[0.9, 14.5]]
    """
    return np.arcsinh((scores - usual) / spread)


def tail_scales(scores):
    """The median of each detector's scores, where their tail begins, and how far beyond they reach on average.

    Parameters
    ----------
    scores : ndarray of shape (n, n_detectors)
        NaN where one cannot judge.

    Returns
    -------
    ndarray of shape (3, n_detectors)

    >>> tail_scales(np.arange(101.0)[:, None]).ravel().tolist()
    [50.0, 90.0, 5.5]
    """
    usual, start = np.nanquantile(scores, [0.5, 1 - TAIL], axis=0)
    beyond = np.where(scores > start, scores - start, np.nan)
    reach = [own[~np.isnan(own)].mean() if (~np.isnan(own)).any() else 0.0 for own in beyond.T]
    smallest = SMALLEST_SPREAD * np.maximum(np.abs(usual), np.abs(start))
    return np.stack([usual, np.maximum(start, usual + not_zero(smallest)), not_zero(np.maximum(reach, smallest))])


def rarities(scores, scales):
    """How rare scores are, in powers of ten: 1 is one in ten, 2 one in a hundred, as if the tail went on as it begins.

    Detectors whose scores have long tails and such whose scores hardly have any become comparable where it counts.

    >>> scales = tail_scales(np.arange(101.0)[:, None])
    >>> rarities(np.array([[50.0], [90.0], [102.7]]), scales).round(1).ravel().tolist()
    [0.3, 1.0, 2.0]
    """
    usual, start, reach = scales
    within = MIDDLE + (1 - MIDDLE) * (scores - usual) / (start - usual)
    return np.where(scores > start, 1 + (scores - start) / (np.log(1 / TAIL) * reach), np.maximum(within, 0))


def mean_of_highest(scores, n):
    """The mean of each row's n highest scores; of fewer, where others are NaN.

    >>> mean_of_highest(np.array([[1.0, 2.0, 6.0], [np.nan, np.nan, 3.0]]), n=2).tolist()
    [4.0, 3.0]
    """
    highest = np.sort(np.where(np.isnan(scores), -np.inf, scores), axis=1)[:, -n:]
    known = np.isfinite(highest)
    total = np.where(known, highest, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total / np.maximum(known.sum(axis=1), 1), np.nan)
