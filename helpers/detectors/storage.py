"""Fitted detectors in one file: networks as `.keras`, arrays without pickle, the rest as JSON.

scikit-learn's estimators have no file format that is safe to read from others: pickle runs whatever a file says, and
skops.io (tried: 0.16) checks types but not contents, so that its list of what is safe leaves out the trees inside
isolation forests and nearest neighbours. Those listed in `ESTIMATORS` are stored as parameters and training rows
instead, and fitted again at load.
"""

import dataclasses
import importlib
import io
import json
import numbers
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.covariance import EllipticEnvelope
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import OneClassSVM
from sklearn.utils.validation import check_is_fitted

__all__ = [
    "StoredDetectorError",
    "load_detector",
    "register_detector",
    "replace_file",
    "save_detector",
    "write_detector",
]

FORMAT = "anomaly-detection-course detector"
VERSION = 2
HOW = "Make it with detector.save(path)."
HISTORIES = {"History": "helpers.training.loop", "GANHistory": "helpers.detectors.gan.training"}
SCALERS = MinMaxScaler, RobustScaler, StandardScaler
OUTLIER_DETECTORS = EllipticEnvelope, IsolationForest, LocalOutlierFactor, OneClassSVM
# A file cannot choose what is imported: it can name these estimators, and the detectors that were registered.
ESTIMATORS = {known.__name__: known for known in (*OUTLIER_DETECTORS, *SCALERS, Pipeline)}
DETECTORS = {}


class StoredDetectorError(ValueError):
    """The file is not a detector's, is damaged, or holds something that a file of this kind cannot hold."""


def register_detector(detector_class):
    """Let files hold this class of detectors, if it is one of the course's own.

    Parameters
    ----------
    detector_class : type
        :class:`helpers.detectors.Detector` calls this for each of its subclasses.
    """
    if detector_class.__module__.startswith(f"{__package__}."):
        DETECTORS[detector_class.__name__] = detector_class


def save_detector(detector, path):
    """Write a fitted detector, threshold included, to one file; an older file there is replaced as a whole.

    Parameters
    ----------
    detector : one of ours, fitted
    path : str or Path

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Before ``fit``.
    StoredDetectorError
        If a parameter or something learned is no number, text, array, Keras network, detector of ours or listed
        estimator of scikit-learn; if such an estimator has no whole number as ``random_state``.

    >>> from helpers.detectors import ZScore
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.detector")
    ...     save_detector(ZScore().fit([[1.0], [2.0], [3.0]]).set_threshold(3), path)
    ...     load_detector(path).predict([[2.0], [9.0]])
    array([0, 1])
    """
    replace_file(path, lambda stream: write_detector(detector, stream))


def write_detector(detector, stream):
    """Write a fitted detector to a binary stream.

    Parameters
    ----------
    detector, what is raised : as for :func:`save_detector`
    stream : binary file, open for writing
    """
    check_is_fitted(detector, msg="Fit this %(name)s before saving it: there is nothing to save yet.")
    members = {"arrays.npz": {}, "models": {}}
    content = {"format": FORMAT, "version": VERSION, **_describe(detector, "", members)}
    _write(stream, content, members)


def load_detector(path):
    """The detector that ``detector.save(path)`` wrote: it scores the same rows the same.

    Parameters
    ----------
    path : str, Path or binary stream

    Returns
    -------
    Detector

    Raises
    ------
    FileNotFoundError
    StoredDetectorError
        If the file is something else, or cut short.
    """
    try:
        with zipfile.ZipFile(path) as file:
            if file.testzip() is not None:
                raise zipfile.BadZipFile("checksum")
            return _read(file)
    except (StoredDetectorError, FileNotFoundError):
        raise
    except Exception as error:  # whatever a damaged file makes zipfile, zlib, JSON, numpy or Keras say
        raise StoredDetectorError(
            f"{path} is not a detector's file, or it is damaged or cut short ({type(error).__name__}). {HOW}"
        ) from error


def _describe(detector, prefix, members):
    if type(detector) is not _detector_named(type(detector).__name__):
        raise StoredDetectorError(f"This {type(detector).__name__} is not the course's own: only those can be saved.")
    return {
        "class": type(detector).__name__,
        "parameters": {k: _encode(v, prefix + k, members) for k, v in detector.get_params(deep=False).items()},
        "learned": {k: _encode(v, prefix + k, members) for k, v in detector._stored().items()},
    }


def _describe_estimator(estimator, name, members):
    if type(estimator) is not ESTIMATORS.get(type(estimator).__name__):
        raise _not_storable(estimator, name)
    parameters = estimator.get_params(deep=False)
    if not isinstance(parameters.get("random_state", 0), numbers.Integral):
        raise StoredDetectorError(
            f"{name} is {estimator!r}: without pickle it is saved as its training rows and fitted again at load, which "
            "needs a whole number as random_state, such as random_state=0. Set it and fit again."
        )
    if "steps" in parameters:  # a pipeline's memory would be a folder of pickles
        parameters = {"steps": parameters["steps"]}
    encoded = {k: _encode(v, f"{name}.{k}", members) for k, v in parameters.items()}
    return {"class": type(estimator).__name__, "parameters": encoded}


def _encode(value, name, members):
    """JSON for one value; arrays and networks go to files of their own."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [_encode(item, f"{name}.{i}", members) for i, item in enumerate(value)]}
    if isinstance(value, np.ndarray):
        return _encode_array(value, name, members)
    if dataclasses.is_dataclass(value) and type(value).__name__ in HISTORIES:
        return {type(value).__name__: dataclasses.asdict(value)}
    if hasattr(value, "_stored"):
        return {"detector": _describe(value, f"{name}.", members)}
    if hasattr(value, "save") and hasattr(value, "get_config"):
        members["models"][name] = value
        return {"model": name}
    if isinstance(value, BaseEstimator):
        return {"estimator": _describe_estimator(value, name, members)}
    raise _not_storable(value, name)


def _not_storable(value, name):
    return StoredDetectorError(
        f"{name} is {value!r}: only numbers, texts, arrays, Keras networks, the course's detectors and scikit-learn's "
        f"{', '.join(sorted(ESTIMATORS))} can be saved without pickle."
    )


def _encode_array(array, name, members):
    if array.dtype == object:  # column names
        return {"names": [str(item) for item in array]}
    members["arrays.npz"][name] = array
    return {"array": name}


def _decode(value, file):
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[kind](_decode(item, file) for item in content)
    if kind == "names":
        return np.array(content, dtype=object)
    if kind == "array":
        with np.load(io.BytesIO(file.read("arrays.npz")), allow_pickle=False) as arrays:
            return arrays[content]
    if kind in HISTORIES:
        return getattr(importlib.import_module(HISTORIES[kind]), kind)(**content)
    if kind == "detector":
        return _build(content, file)
    if kind == "estimator":
        return _build_estimator(content, file)
    if kind == "model":
        return _read_model(file, content)
    raise StoredDetectorError(f"The file holds a value of the unknown kind {kind!r}; a newer course may have made it.")


def _read_model(file, name):
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(file.read(f"{name}.keras"))
        return keras.saving.load_model(path, compile=False, safe_mode=True)


def _write(stream, content, members):
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("detector.json", json.dumps(content, indent=1))
        arrays = io.BytesIO()
        np.savez(arrays, **members["arrays.npz"])
        file.writestr("arrays.npz", arrays.getvalue())
        with tempfile.TemporaryDirectory() as folder:
            for name, model in members["models"].items():
                path = Path(folder, f"{name}.keras")
                model.save(path)
                file.write(path, path.name)


def _read(file):
    content = json.loads(file.read("detector.json"))
    if content.get("format") != FORMAT:
        raise StoredDetectorError(f"The file is not a detector's. {HOW}")
    if content["version"] != VERSION:
        raise StoredDetectorError(
            f"The file has version {content['version']} of the format, this course reads {VERSION}: fit and save again."
        )
    return _build(content, file)


def _build(content, file):
    parameters = {name: _decode(value, file) for name, value in content["parameters"].items()}
    detector = _detector_named(content["class"])(**parameters)
    detector._restore({name: _decode(value, file) for name, value in content["learned"].items()})
    return detector


def _build_estimator(content, file):
    name, parameters = content["class"], content["parameters"]
    if name not in ESTIMATORS or (name == "Pipeline" and set(parameters) != {"steps"}):
        raise StoredDetectorError(f"{name} is not an estimator that a file can hold, or not in this way.")
    return ESTIMATORS[name](**{key: _decode(value, file) for key, value in parameters.items()})


def _detector_named(name):
    if name not in DETECTORS:
        raise StoredDetectorError(f"{name} is not one of the course's detectors, the only ones a file can hold.")
    return DETECTORS[name]


def replace_file(path, write):
    """Write a file beside `path` and swap at the end: an interrupt never leaves half a file.

    Parameters
    ----------
    path : str or Path
    write : function of a binary stream that is open for writing

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_file(Path(folder, "a"), lambda stream: stream.write(b"all or nothing"))
    ...     Path(folder, "a").read_text()
    'all or nothing'
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
