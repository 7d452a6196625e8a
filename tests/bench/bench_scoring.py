"""Scoring a long table by the statistical detectors, against the bare numpy expression."""

from helpers.detectors import IQR, ModifiedZScore, ZScore

import numpy as np
from harness import Row, best_seconds, peak_megabytes

SHAPE = (1_000_000, 10)
INPUT_MB = 80
PEAK = """
import numpy as np
import pandas as pd
from helpers.detectors import {name}
detector = {name}().fit(np.random.default_rng(1).normal(size=(1000, 10)))
detector.decision_function(np.zeros((1000, 10)))  # imports on the way do not count
start()
X = np.random.default_rng(0).normal(size={shape})
detector.decision_function(X)
"""


def rows():
    X = np.random.default_rng(0).normal(size=SHAPE)
    for detector, bare in ((ZScore(), bare_z), (IQR(), bare_iqr), (ModifiedZScore(), bare_modified_z)):
        name = type(detector).__name__
        detector.fit(X[:100_000])
        assert np.allclose(detector.decision_function(X), bare(detector, X))
        ours, numpys = best_seconds(
            lambda detector=detector: detector.decision_function(X),
            lambda detector=detector, bare=bare: bare(detector, X),
        )
        note = f"{ours * 1000:.0f} ms against {numpys * 1000:.0f} ms"
        yield Row(f"{name}, 1,000,000 x 10: time of scoring", ours / numpys, 2, unit="of bare numpy", note=note)
        peak = peak_megabytes(PEAK.format(name=name, shape=SHAPE))
        what = f"{name}, 1,000,000 x 10: peak memory with the input"
        yield Row(what, peak / INPUT_MB, 3, unit="copies of the input", note=f"{peak:.0f} MB")


def bare_z(detector, X):
    return np.abs((X - detector.mean_) / detector.scale_).max(axis=1)


def bare_modified_z(detector, X):
    return np.abs((X - detector.median_) / detector.scale_).max(axis=1)


def bare_iqr(detector, X):
    return (np.maximum(detector.q1_ - X, X - detector.q3_) / detector.iqr_).max(axis=1)
