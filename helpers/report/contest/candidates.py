"""The detectors that compete for a learner's data, simplest first, with the defaults the lessons use."""

from dataclasses import dataclass

from helpers.detectors.base import Detector
from helpers.detectors.catalogue import CATALOGUE
from helpers.detectors.series.ensemble import SeriesEnsemble
from helpers.detectors.tables.adapters import from_sklearn
from helpers.detectors.tables.baselines import NearestNeighbours
from helpers.detectors.tables.ensemble import Ensemble
from helpers.detectors.tables.statistical import IQR, Mahalanobis, ZScore
from helpers.evaluation.measuring import seeded

from sklearn.ensemble import IsolationForest

__all__ = ["ENSEMBLE", "Candidate", "series_candidates", "series_ensemble", "table_candidates", "table_ensemble"]

ENSEMBLE = "ensemble"  # its name among the candidates
MOST_COMPARED = 3e9  # numbers, where each row is compared with all that was learned: more would take minutes
TREES, FEW_TREES = 100, 30  # of the forest; few where rows are many
GROUP = 0.03  # of the rows: odd ones that are alike, and so many, do not pass for usual as each other's neighbours


@dataclass(frozen=True)
class Candidate:
    """A detector that may be chosen, and what a reader is told of it.

    Attributes
    ----------
    name : str
    detector : Detector
        Unfitted; it is cloned before it learns.
    idea : str
        One line for a reader.
    lesson : str
        Where it is explained, such as "01".
    network : bool
        Whether TensorFlow trains it.
    """

    name: str
    detector: Detector
    idea: str
    lesson: str
    network: bool = False


def table_candidates(n_columns, random_state=0):
    """Candidates for rows of a table, from the Z-score to the BiGAN.

    The plain GAN is left out: its score says where the *generator's* rows are, not where anomalies are (lesson 09),
    and it would take its time from those that do better. In a single column Mahalanobis and PCA are the Z-score
    again, and an autoencoder's code would be as wide as the row: they are left out there.

    Parameters
    ----------
    n_columns : int
        Inputs of a row.
    random_state : int

    Returns
    -------
    list of Candidate

    >>> [candidate.name for candidate in table_candidates(1)]
    ['Z-score', 'IQR', 'isolation forest', '5 nearest neighbours']
    """
    return _candidates("tables", n_columns, random_state)


def series_candidates(n_channels, random_state=0):
    """Candidates for points of a series, from the Z-score to LSTM networks; a missing value ends a stretch.

    Parameters
    ----------
    n_channels : int
        Tells whether ideas speak of one value or of several.
    random_state : int

    Returns
    -------
    list of Candidate

    >>> [candidate.lesson for candidate in series_candidates(1)]
    ['01', '06', '06', '07', '07', '06', '08']
    """
    value = "its value" if n_channels == 1 else "its strangest channel"
    return _candidates("series", n_channels, random_state, value)


def table_ensemble(n_columns, n_rows, n_learned, random_state=0):
    """Make the candidate that is chosen without labels: several quick detectors that see different things.

    Which ones depends on the size of the data only, never on the clock. None is a network: they learn to rebuild what
    odd rows there are among the training rows.

    Parameters
    ----------
    n_columns : int
        Inputs of a row.
    n_rows, n_learned : int
        To score, and to learn from.
    random_state : int

    Returns
    -------
    Candidate

    >>> [type(member).__name__ for member in table_ensemble(3, 1_000_000, 20_000).detector.detectors]
    ['Mahalanobis', 'SklearnDetector', 'IQR']
    """
    is_large = n_rows * n_learned * n_columns > MOST_COMPARED
    forest = from_sklearn(IsolationForest(n_estimators=FEW_TREES if is_large else TREES, random_state=random_state))
    relations = Mahalanobis() if n_columns > 1 else ZScore()
    nearest = NearestNeighbours(), NearestNeighbours(n_neighbors=max(5, int(GROUP * n_learned)))
    members = [relations, forest, *((IQR(),) if is_large else nearest)]
    idea = "how odd it is to the two of its members that find it oddest"
    return Candidate(ENSEMBLE, Ensemble(members, scale="rarity", random_state=random_state), idea, "11")


def series_ensemble():
    """Make the candidate that is chosen for series without labels: value, change, season and shape judge together.

    Returns
    -------
    Candidate
    """
    idea = "how odd its value, change, season and shape are: the two oddest count"
    return Candidate(ENSEMBLE, SeriesEnsemble(missing="gap"), idea, "11")


def _candidates(kind, n_columns, random_state, value=""):
    """From the catalogue, in its order."""
    listed = [(entry, entry.contenders[kind]) for entry in CATALOGUE.values() if kind in entry.contenders]
    return [
        Candidate(
            contender.name,
            _detector(entry, kind, random_state),
            contender.idea.format(value=value),
            contender.lesson or entry.lesson,
            entry.network,
        )
        for entry, contender in listed
        if n_columns >= contender.fewest_columns
    ]


def _detector(entry, kind, random_state):
    quiet = {"verbose": False} if entry.network else {}
    gaps = {"missing": "gap"} if kind == "series" else {}
    return seeded(entry.unfitted(kind), random_state).set_params(**quiet, **gaps)
