"""Tables to choose a detector's settings on: simulated ones of known structure, scikit-learn's and the course's own.

The simulated tables were written, and frozen, before any detector was tried on them. Their anomalies are injected.
No table here is part of a published benchmark's test; what is chosen here can be judged there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from helpers.datasets.features import order_features
from helpers.datasets.images import load_digits_images
from helpers.datasets.tables import load_orders, load_shuttle

import numpy as np

__all__ = ["DEVELOPMENT_TABLES", "DevelopmentTable", "development_split", "simulate_table"]

N_NORMAL, N_ODD = 2000, 200
LARGEST = 7000  # rows of one table: a fit stays a matter of seconds


@dataclass(frozen=True, eq=False)
class DevelopmentTable:
    """One split of a development table.

    Attributes
    ----------
    train : ndarray of shape (n_train, n_columns)
        Half of the normal rows, and odd rows if asked for.
    test : ndarray of shape (n_test, n_columns)
        The other normal rows, and the odd rows that are not in `train`.
    labels : ndarray of shape (n_test,)
        1 = anomaly, 0 = normal.
    """

    train: np.ndarray
    test: np.ndarray
    labels: np.ndarray


def development_split(name, seed=0, contamination=0.0):
    """Draw a development table and split it; simulated tables are drawn anew for each seed.

    Parameters
    ----------
    name : str
        A key of ``DEVELOPMENT_TABLES``.
    seed : int
    contamination : float in [0, 0.5)
        Share of odd rows in `train`. At most half of all odd rows are used for it, so that the test keeps the rest.

    Returns
    -------
    DevelopmentTable

    >>> table = development_split("one tail")
    >>> table.train.shape, table.test.shape, int(table.labels.sum())
    ((1000, 10), (1200, 10), 200)
    """
    normal, odd = _drawn(name, seed)
    rng = np.random.default_rng(seed)
    normal, odd = rng.permutation(normal)[: 2 * LARGEST], rng.permutation(odd)[:LARGEST]
    half = len(normal) // 2
    n_dirty = min(round(contamination / (1 - contamination) * half), len(odd) // 2)
    train = rng.permutation(np.concatenate([normal[:half], odd[:n_dirty]]))
    rest = odd[n_dirty:]
    test = np.concatenate([normal[half:], rest])
    return DevelopmentTable(train, test, np.repeat([0, 1], [len(normal) - half, len(rest)]))


def simulate_table(kind, seed=0):
    """Simulate normal rows of one structure, and odd rows that break it.

    Parameters
    ----------
    kind : str
        A key of ``DEVELOPMENT_TABLES`` whose ``kind`` is not "real".
    seed : int

    Returns
    -------
    normal, odd : ndarrays of shape (n, n_columns)
        Columns in arbitrary units.

    >>> normal, odd = simulate_table("ring")
    >>> normal.shape, odd.shape
    ((2000, 4), (200, 4))
    """
    rng = np.random.default_rng([seed, *kind.encode()])
    normal, odd = _SIMULATORS[kind](rng)
    units, origin = 10.0 ** rng.uniform(-2, 3, normal.shape[1]), rng.normal(0, 5, normal.shape[1])
    return (normal + origin) * units, (odd + origin) * units


def _ring(rng):
    """Two of four columns lie on a ring; odd rows lie inside it, near no end of any column's range."""

    def rows(n, low, high):
        angle, radius = rng.uniform(0, 2 * np.pi, n), rng.uniform(low, high, n)
        return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), rng.normal(0, 0.5, (n, 2))])

    return rows(N_NORMAL, 2.6, 3.4), rows(N_ODD, 0, 1.8)


def _clusters(rng):
    """Twelve clusters in eight columns; odd rows lie on the way from one cluster to another."""
    centres = rng.normal(0, 2.5, (12, 8))

    def noise(n):
        return rng.normal(0, 0.6, (n, 8))

    normal = centres[rng.integers(12, size=N_NORMAL)] + noise(N_NORMAL)
    pairs = np.array([rng.permutation(12)[:2] for _ in range(N_ODD)])
    share = rng.uniform(0.35, 0.65, (N_ODD, 1))
    return normal, share * centres[pairs[:, 0]] + (1 - share) * centres[pairs[:, 1]] + noise(N_ODD)


def _sheet(rng, n_columns=16, n_hidden=3):
    """Groups on a curved sheet, three dimensions in sixteen columns; odd rows lie on it between the groups."""
    first, second = rng.normal(0, 0.7, (n_hidden, 24)), rng.normal(0, 0.4, (24, n_columns))
    centres = rng.uniform(-2, 2, (6, n_hidden))

    def lifted(hidden):
        return np.tanh(hidden @ first) @ second + rng.normal(0, 0.08, (len(hidden), n_columns))

    normal = centres[rng.integers(6, size=N_NORMAL)] + rng.normal(0, 0.3, (N_NORMAL, n_hidden))
    candidates = rng.uniform(-2, 2, (20 * N_ODD, n_hidden))
    away = np.linalg.norm(candidates[:, None] - centres, axis=2).min(axis=1) > 1.0
    return lifted(normal), lifted(candidates[away][:N_ODD])


def _patches(rng):
    """Patches of a picture: nine places in four bands, five kinds of ground; odd ones are of a sixth, between them."""
    grounds = rng.normal(0, 1.5, (5, 4))
    between = grounds[:2].mean(axis=0) + rng.normal(0, 0.4, 4)

    def rows(means):
        n = len(means)
        patch = means[:, None, :] + rng.normal(0, 0.5, (n, 1, 4)) + rng.normal(0, 0.3, (n, 9, 4))
        return patch.reshape(n, -1)

    return rows(grounds[rng.integers(5, size=N_NORMAL)]), rows(np.repeat(between[None], N_ODD, axis=0))


def _densities(rng):
    """A tight cluster and a wide one in five columns; odd rows are a little way off the tight one."""
    tight, wide = np.full(5, -2.0), np.full(5, 2.0)
    half = N_NORMAL // 2
    normal = np.concatenate([tight + rng.normal(0, 0.15, (half, 5)), wide + rng.normal(0, 1.2, (half, 5))])
    direction = rng.normal(size=(N_ODD, 5))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return normal, tight + direction * rng.uniform(0.8, 1.3, (N_ODD, 1))


def _one_tail(rng):
    """Ten skewed columns; an odd row is far out in the tail of one of them."""

    def rows(n):
        return np.exp(rng.normal(0, 0.6, (n, 10)))

    odd = rows(N_ODD)
    odd[np.arange(N_ODD), rng.integers(10, size=N_ODD)] = np.exp(rng.uniform(1.7, 2.8, N_ODD))
    return rows(N_NORMAL), odd


def _small_shifts(rng):
    """Twenty columns, a third of them heavy-tailed; odd rows are shifted by a little in a quarter of the columns."""

    def rows(n):
        return np.where(np.arange(20) % 3 == 0, rng.standard_t(4, (n, 20)), rng.normal(size=(n, 20)))

    return rows(N_NORMAL), rows(N_ODD) + 1.6 * (rng.random((N_ODD, 20)) < 0.25)


def _counts(rng):
    """Six columns of counts with many zeros; odd rows count too much in one or two of them."""
    rates = np.array([0.2, 0.5, 1, 2, 5, 20])

    def rows(n):
        return rng.poisson(rates * rng.gamma(4, 0.25, (n, 1))).astype(float)

    odd = rows(N_ODD)
    extra = rng.random((N_ODD, 6)) < 0.25
    extra[np.arange(N_ODD), rng.integers(6, size=N_ODD)] = True
    return rows(N_NORMAL), odd + extra * np.ceil(2 + 2.5 * np.sqrt(rates))


def _factors(rng, n_columns=12, n_factors=3, n_normal=N_NORMAL, noise=0.35):
    """Columns driven by a few common factors; an odd row has two columns of another row."""
    loadings = rng.normal(0, 1, (n_factors, n_columns))

    def rows(n):
        return rng.normal(size=(n, n_factors)) @ loadings + rng.normal(0, noise, (n, n_columns))

    odd, other = rows(N_ODD), rows(N_ODD)
    swapped = rng.random((N_ODD, n_columns)).argsort(axis=1) < max(2, n_columns // 20)
    return rows(n_normal), np.where(swapped, other, odd)


def _bent(rng):
    """Columns that follow each other along curves; an odd row has one column of another row."""

    def rows(n):
        x, y = rng.uniform(-2, 2, (2, n))
        columns = [x, y, x**2, x * y, np.sin(2 * y), np.exp(x / 2), np.abs(x - y), np.cos(x + y)]
        return np.column_stack(columns) + rng.normal(0, 0.15, (n, 8))

    odd, other = rows(N_ODD), rows(N_ODD)
    swapped = np.arange(8) == rng.integers(8, size=(N_ODD, 1))
    return rows(N_NORMAL), np.where(swapped, other, odd)


def _mixed(rng):
    """Three categories as 0/1 columns and four amounts that follow them; odd rows have amounts of other categories."""
    means = [rng.normal(0, 1.5, (size, 4)) for size in (3, 4, 5)]

    def rows(n, mismatch):
        picked = [rng.choice(len(m), size=n, p=_shares(len(m))) for m in means]
        told = [rng.permutation(p) if mismatch else p for p in picked]
        amounts = sum(m[t] for m, t in zip(means, told, strict=True)) + rng.normal(0, 0.5, (n, 4))
        return np.column_stack([*(np.eye(len(m))[p] for m, p in zip(means, picked, strict=True)), amounts])

    return rows(N_NORMAL, mismatch=False), rows(N_ODD, mismatch=True)


def _shares(n):
    shares = 1.0 / np.arange(1, n + 1)
    return shares / shares.sum()


def _rare_values(rng):
    """Five columns of codes from 0 to 9 as numbers, some codes rare; odd rows hold two rare ones."""
    shares = np.array([0.3, 0.25, 0.2, 0.12, 0.08, 0.02, 0.01, 0.01, 0.005, 0.005])
    codes = np.array([rng.permutation(10) for _ in range(5)])

    def rows(n, p):
        return codes[np.arange(5), rng.choice(10, size=(n, 5), p=p / p.sum())].astype(float)

    rare = np.where(shares < 0.05, shares, 0)
    odd = rows(N_ODD, shares)
    replaced = rng.random((N_ODD, 5)).argsort(axis=1) < 2
    return rows(N_NORMAL, shares), np.where(replaced, rows(N_ODD, rare), odd)


def _wide(rng):
    """Two hundred columns driven by six factors, fewer rows than columns to learn from; ten columns are swapped."""
    return _factors(rng, n_columns=200, n_factors=6, n_normal=360, noise=0.7)


def _wide_groups(rng):
    """Sixty columns of which eight tell four groups apart; an odd row stands between two groups."""
    centres = rng.normal(0, 3, (4, 8))

    def rows(middles):
        return np.column_stack([middles + rng.normal(0, 0.6, middles.shape), rng.normal(size=(len(middles), 52))])

    pairs = np.array([rng.permutation(4)[:2] for _ in range(N_ODD)])
    return rows(centres[rng.integers(4, size=N_NORMAL)]), rows(centres[pairs].mean(axis=1))


def _few_rows(rng):
    """Eighty rows to learn from, six columns in two groups; odd rows are anywhere in their range."""
    groups = rng.normal(0, 2, (2, 6))
    normal = groups[rng.integers(2, size=160)] + rng.normal(0, 0.7, (160, 6))
    return normal, rng.uniform(normal.min(axis=0), normal.max(axis=0), (60, 6))


_SIMULATORS: dict[str, Callable] = {
    "ring": _ring,
    "clusters": _clusters,
    "sheet": _sheet,
    "patches": _patches,
    "densities": _densities,
    "one tail": _one_tail,
    "small shifts": _small_shifts,
    "counts": _counts,
    "factors": _factors,
    "bent": _bent,
    "mixed": _mixed,
    "rare values": _rare_values,
    "wide": _wide,
    "wide groups": _wide_groups,
    "few rows": _few_rows,
}


def _one_against_rest(name, normal):
    """A data set of scikit-learn's with classes: some are normal, every other one is odd."""
    from sklearn import datasets  # half a second that other users of this package need not spend

    data = getattr(datasets, f"load_{name}")()
    usual = np.isin(data.target, normal)
    return data.data[usual], data.data[~usual]


def _orders():
    orders = load_orders()
    features, odd = order_features(orders.data).to_numpy(), orders.labels.to_numpy() == 1
    return features[~odd], features[odd]


def _shuttle():
    shuttle = load_shuttle()
    odd = shuttle.labels.to_numpy() == 1
    return shuttle.data.to_numpy(float)[~odd], shuttle.data.to_numpy(float)[odd]


def _digit_pixels():
    digits = load_digits_images()
    rows, odd = digits.data.reshape(len(digits.data), -1).astype(float), digits.labels == 8
    return rows[~odd & (digits.labels < 4)], rows[odd]


_REAL: dict[str, Callable] = {
    "breast cancer": lambda: _one_against_rest("breast_cancer", [1]),
    "iris": lambda: _one_against_rest("iris", [0, 2]),
    "wine": lambda: _one_against_rest("wine", [0, 2]),
    "small digits, 4 normal": lambda: _one_against_rest("digits", [4]),
    "small digits, 8 odd": lambda: _one_against_rest("digits", [0, 1, 2, 3, 4, 5, 6, 7, 9]),
    "small digits, even normal": lambda: _one_against_rest("digits", [0, 2, 4, 6, 8]),
    "orders": _orders,
    "shuttle": _shuttle,
    "large digits": _digit_pixels,
}

DEVELOPMENT_TABLES = {  # name to the kind of structure
    "ring": "gaps",
    "clusters": "gaps",
    "sheet": "gaps",
    "patches": "gaps",
    "densities": "gaps",
    "one tail": "tails",
    "small shifts": "tails",
    "counts": "tails",
    "factors": "correlated",
    "bent": "correlated",
    "mixed": "mixed",
    "rare values": "mixed",
    "wide": "wide",
    "wide groups": "wide",
    "few rows": "small",
    **dict.fromkeys(_REAL, "real"),
}


def _drawn(name, seed):
    if name not in DEVELOPMENT_TABLES:
        raise ValueError(f"name={name!r}: it is one of {', '.join(DEVELOPMENT_TABLES)}.")
    return simulate_table(name, seed) if name in _SIMULATORS else _REAL[name]()
