"""The scoreboard over everything: every detector of the course on every data set that it fits.

The shipped table is data/results/everything.csv. ``measure(data, detector, seed)`` computes any row of it again.
Nothing is tuned here: a detector has its class's defaults, or the recipe that a lesson gives for this kind of data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from helpers.detectors import (
    IQR,
    BiGANDetector,
    ConvAutoencoder,
    DenseAutoencoder,
    GANDetector,
    LSTMAutoencoder,
    LSTMForecaster,
    Mahalanobis,
    ModifiedZScore,
    NearestNeighbours,
    PCAReconstruction,
    RandomScore,
    RandomSeriesScore,
    SeasonalNaive,
    SeriesDetector,
    WindowDetector,
    ZScore,
    from_sklearn,
)
from helpers.detectors.base import Detector
from helpers.evaluation.measuring import judge, scores_of, seeded, timed
from helpers.evaluation.thresholds import quantile_threshold
from helpers.results.tasks import DATA

from sklearn.base import clone
from sklearn.ensemble import IsolationForest

__all__ = ["DATA", "DETECTORS", "LEFT_OUT", "SEEDS", "Candidate", "fitting_pairs", "measure", "seeds_of", "unfitted"]

SEEDS = (0, 1, 2)
FALSE_ALARM_RATE = 0.01


@dataclass(frozen=True)
class Candidate:
    """A detector of the scoreboard.

    Attributes
    ----------
    detector : Detector
        Unfitted, with its class's defaults.
    views : tuple of str
        Which forms of data it takes ("rows", "images", "series"); the first that a data set has is used. A detector of
        rows stands on a series through :class:`helpers.detectors.WindowDetector`.
    chance : bool
        Whether two seeds give two results.
    one_point : bool
        On a series it looks at each point by itself, not at windows.
    network : bool
        Whether it trains with TensorFlow, whose import does not count as training time.
    of_series : Detector, optional
        The one to use on series instead.

    >>> DETECTORS["GAN"].views, DETECTORS["PCA"].chance
    (('images', 'rows', 'series'), False)
    """

    detector: Detector
    views: tuple[str, ...] = ("rows", "series")
    chance: bool = False
    one_point: bool = False
    network: bool = False
    of_series: Detector | None = None


DETECTORS = {
    "random": Candidate(RandomScore(), chance=True, of_series=RandomSeriesScore()),
    "z-score": Candidate(ZScore(), one_point=True),
    "modified z-score": Candidate(ModifiedZScore(), one_point=True),
    "IQR fences": Candidate(IQR(), one_point=True),
    "persistence": Candidate(SeasonalNaive(period=1), ("series",)),
    "seasonal naive": Candidate(SeasonalNaive(), ("series",)),
    "Mahalanobis": Candidate(Mahalanobis()),
    "PCA": Candidate(PCAReconstruction()),
    "isolation forest": Candidate(from_sklearn(IsolationForest()), chance=True),
    "5 nearest neighbours": Candidate(NearestNeighbours(n_neighbors=5)),
    "dense autoencoder": Candidate(DenseAutoencoder(), chance=True, network=True),
    "convolutional autoencoder": Candidate(ConvAutoencoder(verbose=False), ("images",), chance=True, network=True),
    "LSTM forecaster": Candidate(LSTMForecaster(), ("series",), chance=True, network=True),
    "LSTM autoencoder": Candidate(LSTMAutoencoder(), ("series",), chance=True, network=True),
    "GAN": Candidate(GANDetector(verbose=False), ("images", "rows", "series"), chance=True, network=True),
    "BiGAN": Candidate(BiGANDetector(verbose=False), ("images", "rows", "series"), chance=True, network=True),
}

# What lessons 04 and 06 use instead of the defaults. Pixels, and channels scaled before, share one unit already.
RECIPES = {
    ("images", "PCA"): {"n_components": 32, "scale": False},
    ("images", "5 nearest neighbours"): {"method": "mean", "scale": False},
    ("watch", "PCA"): {"n_components": 32, "scale": False},
    ("watch", "5 nearest neighbours"): {"scale": False},
    ("watch", "LSTM autoencoder"): {"level": "keep", "learning_rate": 0.01, "validation_fraction": 1 / 6},
    ("watch", "LSTM forecaster"): {"validation_fraction": 1 / 6},  # the sixth person, as for the autoencoder
}

LEFT_OUT = {
    "OneColumn": "a rule for one named column of one table",
    "Detector": "what all detectors share",
    "TabularDetector": "what detectors of tables share",
    "ColumnwiseDetector": "what detectors that score each column share",
    "SeriesDetector": "what detectors of series share",
}


def fitting_pairs() -> Iterator[tuple[str, str]]:
    """Every pair of a data set's and a detector's name that fit together, in the order of the table.

    Yields
    ------
    tuple of str
        A key of ``DATA`` and one of ``DETECTORS``.

    >>> pairs = list(fitting_pairs())
    >>> ("orders", "z-score") in pairs, ("orders", "LSTM forecaster") in pairs, ("digit 8", "GAN") in pairs
    (True, False, True)
    """
    for data, about in DATA.items():
        for detector, candidate in DETECTORS.items():
            if set(candidate.views) & set(about.views):
                yield data, detector


def seeds_of(detector: str) -> tuple[int, ...]:
    """The seeds that a detector is measured with: one where chance has no part.

    Parameters
    ----------
    detector : str

    Returns
    -------
    tuple of int

    >>> seeds_of("PCA"), seeds_of("isolation forest")
    ((0,), (0, 1, 2))
    """
    return SEEDS if DETECTORS[detector].chance else SEEDS[:1]


def unfitted(data: str, detector: str, seed: int = 0) -> Detector:
    """The detector as it stands on this data set, before ``fit``.

    Parameters
    ----------
    data, detector : str
        Keys of ``DATA`` and ``DETECTORS`` that fit together.
    seed : int

    Returns
    -------
    Detector

    Raises
    ------
    ValueError
        A name that is not there, or a detector that does not take such data.

    >>> unfitted("telemetry", "PCA").window, unfitted("digit 8", "PCA").n_components, unfitted("orders", "GAN", 2)
    (37, 32, GANDetector(random_state=2, verbose=False))
    """
    _check_pair(data, detector)
    about, candidate, view = DATA[data], DETECTORS[detector], _view(data, detector)
    made = clone(candidate.of_series if view == "series" and candidate.of_series else candidate.detector)
    made.set_params(**RECIPES.get((about.family, detector), {}))
    if view == "series" and not isinstance(made, SeriesDetector):
        made = WindowDetector(made, window=1 if candidate.one_point else about.window)
    parameters = made.get_params()
    missing = [name for name in ("window", "period") if name in parameters and parameters[name] is None]
    return seeded(made.set_params(**{name: getattr(about, name) for name in missing}), seed)


def measure(data: str, detector: str, seed: int = 0) -> dict:
    """Fit a detector on a data set and judge it on the test part: one row of the table, without peak memory.

    Parameters
    ----------
    data, detector : str
        Keys of ``DATA`` and ``DETECTORS``.
    seed : int

    Returns
    -------
    dict
        data, mark, detector, seed; auroc, average_precision; recall_at_1, the share of anomalies above the threshold
        that at most 1 % of the *test's* normal rows pass (nobody knows it beforehand: for comparison only);
        train_seconds, with compiling and without importing TensorFlow; score_microseconds a row or point, the better of
        two passes; n_train, n_test (rows, or points that are judged), prevalence (the share of anomalies).

    Raises
    ------
    ValueError
        A name that is not there, or a detector that does not take such data.

    >>> row = measure("water flow", "persistence")
    >>> row["mark"], row["n_train"], row["n_test"], row["prevalence"]
    ('real', 240, 367, 0.0436)
    """
    model = unfitted(data, detector, seed)
    parts = DATA[data].views[_view(data, detector)]()
    if DETECTORS[detector].network:
        import_module("helpers.training.loop")
    _, train_seconds = timed(model.fit, parts.train)
    scores, score_seconds = _scored(model, parts)
    return {
        "data": data,
        "mark": DATA[data].mark,
        "detector": detector,
        "seed": seed,
        **_judged(parts.labels, scores if parts.judged is None else scores[parts.judged]),
        "train_seconds": round(train_seconds, 4),
        "score_microseconds": round(1e6 * score_seconds / len(scores), 3),
        "n_train": _n_rows(parts.train),
        "n_test": len(parts.labels),
        "prevalence": round(float(parts.labels.mean()), 4),
    }


def _view(data, detector):
    return next(view for view in DETECTORS[detector].views if view in DATA[data].views)


def _check_pair(data, detector):
    for name, known in ((data, DATA), (detector, DETECTORS)):
        if name not in known:
            raise ValueError(f"{name!r} is not on the scoreboard; there are: {', '.join(known)}.")
    if not set(DETECTORS[detector].views) & set(DATA[data].views):
        raise ValueError(
            f"{detector!r} takes {' or '.join(DETECTORS[detector].views)}, but {data!r} comes as "
            f"{' or '.join(DATA[data].views)}: fitting_pairs() lists what fits."
        )


def _scored(model, parts):
    """The scores of all test rows, and the seconds of a pass once everything is compiled."""
    passes = [timed(scores_of, model, parts.test, parts.context) for _ in range(2)]
    return passes[0][0], min(seconds for _, seconds in passes)


def _judged(labels, scores):
    worth = judge(labels, scores, quantile_threshold(scores[labels == 0], FALSE_ALARM_RATE))
    return {
        "auroc": round(worth.auroc, 4),
        "average_precision": round(worth.average_precision, 4),
        "recall_at_1": round(worth.recall, 4),
    }


def _n_rows(train):
    return sum(map(len, train)) if isinstance(train, list) else len(train)
