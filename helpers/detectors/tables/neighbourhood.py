"""How far a row is from the nearest rows that are remembered, column by column. Built in lesson 04."""

from helpers.detectors.scaling import usual_error

import numpy as np
from sklearn.neighbors import NearestNeighbors

__all__ = ["Neighbourhood"]

N_NEAREST = 3  # rows whose mean stands for a row
N_AROUND = 10  # rows that tell how large gaps are where a row lies
SMALLEST_GAP = 0.1  # of the usual one: equal rows, which have none, do not make every other row odd


class Neighbourhood:
    """Rows to compare others with: what the nearest of them cannot rebuild is a gap.

    Values are squashed first (arcsinh: near 0 as they are, far away like a logarithm), so that one far column does not
    choose the neighbours alone. A column's squared gap, from the row to the mean of its three nearest, is counted in
    units of the column's usual gap, and half-way in units of the gaps around the row (their square root): rows lie
    closer in some places than in others.

    Parameters
    ----------
    rows : ndarray of shape (n, n_columns)
        Standardised.
    usual_gap : ndarray of shape (n_columns,)
    around : ndarray of shape (n,)
        The size of gaps at each of the rows.

    Notes
    -----
    The distance to neighbours is a score since Ramaswamy, Rastogi, Shim (2000); relative to the neighbours' own it is
    the idea of the local outlier factor (Breunig and others 2000).

    >>> rows = np.random.default_rng(0).normal(size=(300, 2))
    >>> neighbourhood = Neighbourhood.learned(rows[:200], held_out=rows[200:])
    >>> neighbourhood.column_gaps(np.array([[0.0, 9.0]])) > 10
    array([[False,  True]])
    """

    def __init__(self, rows, usual_gap, around):
        self.rows, self.usual_gap, self.around = rows, usual_gap, around
        self._squashed = np.arcsinh(rows)
        self._index = NearestNeighbors(n_neighbors=min(N_AROUND, len(rows)), algorithm="brute").fit(self._squashed)

    @classmethod
    def learned(cls, rows, held_out):
        """Measure what gaps are usual: of each column on held-out rows, and around each of the rows.

        Parameters
        ----------
        rows, held_out : ndarrays of shape (n, n_columns) and (n_held_out, n_columns)
            Standardised.

        Returns
        -------
        Neighbourhood
            The mean of its gaps is 1 on the held-out rows.
        """
        untaught = cls(rows, np.ones(rows.shape[1]), np.ones(len(rows)))
        usual_gap = usual_error(untaught.column_gaps(held_out))
        around = SMALLEST_GAP + (untaught._own_gaps() / usual_gap).mean(axis=1)
        taught = cls(rows, usual_gap, around)
        scale = max(taught.column_gaps(held_out).mean(), SMALLEST_GAP)
        return cls(rows, usual_gap, around * scale**2)

    def column_gaps(self, rows):
        """Squared gaps of shape (n, n_columns), in their usual size.

        Parameters
        ----------
        rows : ndarray of shape (n, n_columns)
            Standardised.

        Returns
        -------
        ndarray of shape (n, n_columns), float64
        """
        squashed = np.arcsinh(rows)
        nearest = self._index.kneighbors(squashed, return_distance=False)
        around = self.around[nearest].mean(axis=1, keepdims=True)
        return self._gaps(squashed, nearest) / self.usual_gap / np.sqrt(around)

    def _own_gaps(self):
        """Gaps of the rows themselves, none of which is its own neighbour."""
        if len(self.rows) == 1:
            return np.zeros(self.rows.shape)
        n = min(N_NEAREST + 1, len(self.rows))
        return self._gaps(self._squashed, self._index.kneighbors(self._squashed, n, return_distance=False)[:, 1:])

    def _gaps(self, squashed, nearest):
        means = self._squashed[nearest[:, :N_NEAREST]].mean(axis=1, dtype=np.float64)
        return np.square(squashed - means)
