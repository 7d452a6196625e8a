"""What networks see of tables and series: standardised values, some rows held out, errors in their usual size."""

import numpy as np

__all__ = ["choose_code_size", "destandardise", "hold_out", "n_held_out", "not_zero", "standardise", "usual_error"]

EXPLAINED = 0.95
WIDEST = 8.0
SMALLEST_ERROR = 0.05**2  # of a column's variance; what is rebuilt better than this is rebuilt perfectly
PRIOR_ROWS = 20  # few held-out rows tell little about one column: they are mixed with the mean of all columns


def standardise(rows, mean, scale):
    """Standardised rows; beyond 8 standard deviations values grow like their logarithm.

    Parameters
    ----------
    rows : ndarray of shape (n, ..., n_columns)
    mean, scale : float, or ndarray of shape (n_columns,)

    Returns
    -------
    ndarray of the rows' shape, float32

    >>> standardise(np.array([[5.0, 8e6]]), mean=np.array([1.0, 0.0]), scale=np.array([2.0, 1.0])).round().tolist()
    [[2.0, 119.0]]
    """
    z = (rows - mean) / scale
    far = np.abs(z) > WIDEST
    z[far] = np.sign(z[far]) * WIDEST * (1 + np.log(np.abs(z[far]) / WIDEST))
    return z.astype(np.float32)


def choose_code_size(z):
    """As many principal components as explain 95 % of the variance, at least 1 and fewer than columns.

    >>> choose_code_size(np.outer(np.arange(5.0), [1, 2, 3]))
    1
    """
    variances = np.linalg.svd(z - z.mean(axis=0), compute_uv=False) ** 2
    explained = np.cumsum(variances) / max(variances.sum(), np.finfo(np.float32).tiny)
    return max(1, min(int(np.searchsorted(explained, EXPLAINED)) + 1, z.shape[1] - 1))


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


def usual_error(errors):
    """The usual size of each column's squared error (n_columns,), from those of held-out rows (n, n_columns).

    >>> usual_error(np.array([[0.0, 4.0]])).round(2).tolist()
    [1.9, 2.1]
    """
    mixed = (errors.sum(axis=0) + PRIOR_ROWS * errors.mean()) / (len(errors) + PRIOR_ROWS)
    return np.maximum(mixed, SMALLEST_ERROR)


def destandardise(z, mean, scale):
    """Back to the columns' units, float32: what :func:`standardise` did, undone.

    >>> destandardise(standardise(np.array([[9.0, -50.0]]), 1.0, 2.0), 1.0, 2.0).round(3).tolist()
    [[9.0, -50.0]]
    """
    z = np.array(z, np.float64)
    far = np.abs(z) > WIDEST
    z[far] = np.sign(z[far]) * WIDEST * np.exp(np.abs(z[far]) / WIDEST - 1)
    return (z * scale + mean).astype(np.float32)


def not_zero(scale):
    """The scale, with 1 in place of 0: what never varies is not stretched.

    >>> not_zero(np.array([0.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return np.where(scale > 0, scale, 1.0)
