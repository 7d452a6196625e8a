"""Points in the plane: eight blobs on a ring, simulated, and four kinds of places where no blob is. Lesson 09."""

import numpy as np

__all__ = ["BLOB_CENTRES", "eight_blobs", "odd_places", "on_circle"]

SPREAD = 0.15


def on_circle(angle, radius):
    """Points at these angles.

    Parameters
    ----------
    angle : array of shape (n,)
        In radians.
    radius : float or array of shape (n,)

    Returns
    -------
    array of shape (n, 2)

    >>> on_circle(np.array([0.0, np.pi]), 2).round(1).tolist()
    [[2.0, 0.0], [-2.0, 0.0]]
    """
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


BLOB_CENTRES = on_circle(np.arange(8) * np.pi / 4, 2)


def eight_blobs(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw normal points: each from one of eight blobs, all equally often.

    Parameters
    ----------
    n : int
    rng : numpy.random.Generator

    Returns
    -------
    array of shape (n, 2)

    >>> points = eight_blobs(1000, np.random.default_rng(0))
    >>> bool(np.linalg.norm(points[:, None] - BLOB_CENTRES, axis=2).min(axis=1).max() < 6 * SPREAD)
    True
    """
    return BLOB_CENTRES[rng.integers(8, size=n)] + rng.normal(0, SPREAD, (n, 2))


def odd_places(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw 100 odd points of each of four kinds.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to arrays of shape (100, 2)
        "gap" between neighbouring blobs, "hole" in the ring's middle, "rim" 4 to 5 of a blob's standard deviations
        from its centre, "far" from 4 to 8 from the ring's middle.

    >>> {kind: len(points) for kind, points in odd_places(np.random.default_rng(0)).items()}
    {'gap': 100, 'hole': 100, 'rim': 100, 'far': 100}
    """
    angle, turn = rng.uniform(0, 2 * np.pi, (2, 100))
    gaps = on_circle(np.pi / 8 + np.arange(100) * np.pi / 4, 2)
    return {
        "gap": gaps + rng.normal(0, 0.1, (100, 2)),
        "hole": rng.normal(0, 0.3, (100, 2)),
        "rim": BLOB_CENTRES[np.arange(100) % 8] + on_circle(turn, rng.uniform(4 * SPREAD, 5 * SPREAD, 100)),
        "far": on_circle(angle, rng.uniform(4, 8, 100)),
    }
