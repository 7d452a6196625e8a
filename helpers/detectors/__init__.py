"""Anomaly detectors with one interface, from Z-scores to GANs.

TensorFlow is loaded when a network is trained, not before.

>>> from helpers.detectors import ZScore
>>> detector = ZScore().fit([[1.0], [2.0], [3.0]])
>>> detector.decision_function([[2.0], [9.0]]).round(1)
array([0. , 8.6])
"""

from helpers.detectors.base import Detector
from helpers.detectors.gan.detectors import BiGANDetector, GANDetector
from helpers.detectors.images.autoencoder import ConvAutoencoder
from helpers.detectors.images.errors import squared_error, tolerant_error
from helpers.detectors.series.base import SeriesDetector
from helpers.detectors.series.baselines import RandomSeriesScore, SeasonalNaive, WindowDetector
from helpers.detectors.series.lstm import LSTMAutoencoder, LSTMForecaster
from helpers.detectors.storage import load_detector
from helpers.detectors.tables.adapters import SklearnDetector, from_sklearn
from helpers.detectors.tables.autoencoder import DenseAutoencoder
from helpers.detectors.tables.base import ColumnwiseDetector, TabularDetector
from helpers.detectors.tables.baselines import NearestNeighbours, OneColumn, PCAReconstruction, RandomScore
from helpers.detectors.tables.ensemble import Ensemble
from helpers.detectors.tables.statistical import IQR, Mahalanobis, ModifiedZScore, ZScore

__all__ = [
    "IQR",
    "BiGANDetector",
    "ColumnwiseDetector",
    "ConvAutoencoder",
    "DenseAutoencoder",
    "Detector",
    "Ensemble",
    "GANDetector",
    "LSTMAutoencoder",
    "LSTMForecaster",
    "Mahalanobis",
    "ModifiedZScore",
    "NearestNeighbours",
    "OneColumn",
    "PCAReconstruction",
    "RandomScore",
    "RandomSeriesScore",
    "SeasonalNaive",
    "SeriesDetector",
    "SklearnDetector",
    "TabularDetector",
    "WindowDetector",
    "ZScore",
    "from_sklearn",
    "load_detector",
    "squared_error",
    "tolerant_error",
]
