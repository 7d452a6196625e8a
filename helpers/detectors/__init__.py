"""Anomaly detectors with one interface, from Z-scores to GANs.

``from helpers.detectors import ZScore`` works for every detector. Each family lives in a module of its own
that is imported when one of its names is first used, so a statistical detector never pays for importing
TensorFlow.

>>> from helpers.detectors import ZScore
>>> detector = ZScore().fit([[1.0], [2.0], [3.0]])
>>> detector.decision_function([[2.0], [9.0]]).round(1)
array([0. , 8.6])
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # for editors; at run time __getattr__ below imports what is asked for
    from .adapters import SklearnDetector, from_sklearn
    from .autoencoder import DenseAutoencoder
    from .base import ColumnwiseDetector, Detector, TabularDetector
    from .baselines import NearestNeighbours, OneColumn, PCAReconstruction, RandomScore
    from .gan import BiGANDetector, GANDetector
    from .images import ConvAutoencoder
    from .lstm import LSTMAutoencoder, LSTMForecaster
    from .series import SeriesDetector
    from .series_baselines import RandomSeriesScore, SeasonalNaive, WindowDetector
    from .statistical import IQR, Mahalanobis, ModifiedZScore, ZScore
    from .storage import load_detector

__all__ = [
    "IQR",
    "BiGANDetector",
    "ColumnwiseDetector",
    "ConvAutoencoder",
    "DenseAutoencoder",
    "Detector",
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
]

_FAMILIES = {
    "base": ("Detector", "TabularDetector", "ColumnwiseDetector"),
    "statistical": ("ZScore", "ModifiedZScore", "IQR", "Mahalanobis"),
    "baselines": ("RandomScore", "OneColumn", "PCAReconstruction", "NearestNeighbours"),
    "images": ("ConvAutoencoder",),
    "autoencoder": ("DenseAutoencoder",),
    "gan": ("GANDetector", "BiGANDetector"),
    "lstm": ("LSTMAutoencoder", "LSTMForecaster"),
    "series": ("SeriesDetector",),
    "series_baselines": ("RandomSeriesScore", "SeasonalNaive", "WindowDetector"),
    "storage": ("load_detector",),
    "adapters": ("SklearnDetector", "from_sklearn"),
}
_MODULE_OF = {name: module for module, names in _FAMILIES.items() for name in names}


def __getattr__(name):
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
