"""The scales of what networks see and do: standardised values, errors in their usual size, a code's size."""

import numpy as np

__all__ = ["choose_code_size", "destandardise", "not_zero", "standardise", "usual_error"]

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
