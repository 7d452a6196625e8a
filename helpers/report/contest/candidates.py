"""The detectors that compete for a learner's data, simplest first, with the defaults the lessons use."""

from dataclasses import dataclass

from helpers.detectors import (
    IQR,
    BiGANDetector,
    DenseAutoencoder,
    LSTMAutoencoder,
    LSTMForecaster,
    Mahalanobis,
    NearestNeighbours,
    PCAReconstruction,
    SeasonalNaive,
    WindowDetector,
    ZScore,
    from_sklearn,
)
from helpers.detectors.base import Detector

from sklearn.ensemble import IsolationForest

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

    The plain GAN is left out: its score says where the *generator's* rows are, not where anomalies are (lesson 07),
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
    alone = [
        Candidate("Z-score", ZScore(), "how many standard deviations its strangest value is from the mean", "01"),
        Candidate("IQR", IQR(), "how many interquartile ranges its strangest value is beyond the quartiles", "01"),
    ]
    together = [
        Candidate(
            "Mahalanobis",
            Mahalanobis(random_state=random_state),
            "how far it is from the centre, knowing how the columns move together",
            "01",
        ),
        Candidate("PCA", PCAReconstruction(), "what a few directions shared by the columns cannot rebuild", "02"),
    ]
    flexible = [
        Candidate("isolation forest", _forest(random_state), "how few random cuts set it apart from the others", "02"),
        Candidate("5 nearest neighbours", NearestNeighbours(), "how far the fifth most similar known row is", "02"),
    ]
    networks = [
        Candidate(
            "autoencoder",
            DenseAutoencoder(random_state=random_state, verbose=False),
            "what small networks cannot rebuild from a short code",
            "03",
            network=True,
        ),
        Candidate(
            "BiGAN",
            BiGANDetector(random_state=random_state, verbose=False),
            "what a generator cannot rebuild, or its opponent calls made up",
            "08",
            network=True,
        ),
    ]
    return alone + flexible if n_columns == 1 else alone + together + flexible + networks


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
    ['01', '05', '05', '05', '05', '05', '06']
    """
    value = "its value" if n_channels == 1 else "its strangest channel"
    statistical = [
        Candidate(
            "Z-score of a point",
            WindowDetector(ZScore(), window=1, missing="gap"),
            f"how many standard deviations {value} is from the mean, whatever came before",
            "01",
        ),
        Candidate("persistence", SeasonalNaive(period=1, missing="gap"), f"how much {value} jumped", "05"),
        Candidate(
            "seasonal naive", SeasonalNaive(missing="gap"), f"how far {value} is from that one period earlier", "05"
        ),
        Candidate(
            "PCA on windows",
            WindowDetector(PCAReconstruction(), missing="gap"),
            "what a few usual shapes cannot rebuild of the last points",
            "05",
        ),
        Candidate(
            "isolation forest on windows",
            WindowDetector(_forest(random_state), missing="gap"),
            "how few random cuts set the last points apart from other windows",
            "05",
        ),
    ]
    networks = [
        Candidate(
            "LSTM forecaster",
            LSTMForecaster(missing="gap", random_state=random_state, verbose=False),
            "how wrong a network's last forecasts were",
            "05",
            network=True,
        ),
        Candidate(
            "LSTM autoencoder",
            LSTMAutoencoder(missing="gap", random_state=random_state, verbose=False),
            "what a network cannot write again of the last points",
            "06",
            network=True,
        ),
    ]
    return statistical + networks


def _forest(random_state):
    return from_sklearn(IsolationForest(random_state=random_state))
