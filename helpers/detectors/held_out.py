"""Rows that a network is not trained on: training stops by them, and the usual size of errors is theirs."""

import numpy as np

__all__ = ["hold_out", "n_held_out"]


def n_held_out(n_rows, fraction):
    """How many of at least two rows are not trained on: about this share, at least one, and never all.

    >>> [n_held_out(n_rows, 0.15) for n_rows in (2, 100)]
    [1, 15]
    """
    return min(max(1, round(fraction * n_rows)), n_rows - 1)


def hold_out(rows, fraction, seed):
    """Rows to train on, and rows drawn at random that are not.

    Parameters
    ----------
    rows : ndarray of shape (n, ...), n at least 2
    fraction : float in (0, 1)
        Share of the rows to hold out; at least one is, and at least one is kept.
    seed : int

    Returns
    -------
    kept, held_out : ndarrays of shape (n_kept, ...) and (n_held_out, ...)

    >>> kept, held_out = hold_out(np.arange(10), 0.2, seed=0)
    >>> kept.tolist(), held_out.tolist()
    ([2, 7, 3, 5, 9, 0, 8, 1], [4, 6])
    """
    order = np.random.default_rng(seed).permutation(len(rows))
    n = n_held_out(len(rows), fraction)
    return rows[order[n:]], rows[order[:n]]
