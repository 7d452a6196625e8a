"""How much of a score is owed to each part of what was scored."""

import numpy as np

__all__ = ["occlusion_shares", "occlusion_trials"]

BLOCK_VALUES = 2**22  # numbers scored at once, to keep memory flat


def occlusion_trials(real, usual, parts):
    """Yield all that has to be scored to tell each part's share in what sets a score apart from a usual one.

    Parameters
    ----------
    real, usual : ndarrays of shape (n, ..., n_values)
        What was scored, and what would have been usual.
    parts : list of lists of int
        The values along the last axis that belong together.

    Yields
    ------
    ndarray of shape (2 * (n_parts + 1), m, ..., n_values)
        Of a block of m rows: as they are, usual ones, with one part usual for each part, with one part real for each.
    """
    size = max(1, BLOCK_VALUES // (2 * (len(parts) + 1) * real[0].size))
    for start in range(0, len(real), size):
        own, other = real[start : start + size], usual[start : start + size]
        without = [_swap(own, other, part) for part in parts]
        alone = [_swap(other, own, part) for part in parts]
        yield np.stack([own, other, *without, *alone])


def occlusion_shares(scores):
    """Tell each part's share in what sets a score apart from a usual one.

    The mean of two answers: how far the score falls when this part alone becomes usual, and how far a usual score rises
    when this part alone is real; both over the distance of the two scores. The first alone would blame nothing where
    two parts are odd at once, the second nothing where only a combination is. They are the last and the first step of
    Shapley's average over all orders (Štrumbelj and Kononenko 2014); replacing a part to see what falls is the
    occlusion of Zeiler and Fergus (2014).

    Parameters
    ----------
    scores : ndarray of shape (2 * (n_parts + 1), n)
        Of the rows of :func:`occlusion_trials`.

    Returns
    -------
    ndarray of shape (n, n_parts), in [0, 1]
        0 throughout where the real score is not above the usual one.

    >>> real, usual = np.array([[9.0, 1.0], [3.0, 3.0]]), np.zeros((2, 2))
    >>> (trials,) = occlusion_trials(real, usual, parts=[[0], [1]])
    >>> occlusion_shares(trials.sum(axis=-1))
    array([[0.9, 0.1],
           [0.5, 0.5]])
    """
    (strange, ordinary), (without, alone) = scores[:2], np.split(scores[2:], 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = (strange - without + alone - ordinary) / (2 * (strange - ordinary))
    return np.where(strange > ordinary, np.clip(shares, 0, 1), 0.0).T


def _swap(real, other, part):
    swapped = real.copy()
    swapped[..., part] = other[..., part]
    return swapped
