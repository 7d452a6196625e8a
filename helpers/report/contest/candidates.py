"""The detectors that compete for a learner's data, simplest first, with the defaults the lessons use."""

from dataclasses import dataclass

from helpers.detectors.base import Detector
from helpers.detectors.catalogue import CATALOGUE
from helpers.evaluation.measuring import seeded

__all__ = ["Candidate", "series_candidates", "table_candidates"]


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
