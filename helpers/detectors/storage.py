"""Fitted detectors in one file: networks as `.keras`, arrays without pickle, the rest as JSON.

scikit-learn's estimators have no file format but pickle, which runs whatever a file says. Those listed in `ESTIMATORS`
are stored as parameters and training rows instead, and fitted again at load.
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

from helpers.detectors.base import Detector

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

__all__ = ["StoredDetectorError", "load_detector", "replace_file", "save_detector", "write_detector"]

FORMAT = "anomaly-detection-course detector"
VERSION = 1
HOW = "Make it with detector.save(path)."
HISTORIES = {"History": "helpers.training.loop", "GANHistory": "helpers.detectors.gan.training"}
ESTIMATORS = {
    "EllipticEnvelope": "sklearn.covariance",
    "IsolationForest": "sklearn.ensemble",
    "LocalOutlierFactor": "sklearn.neighbors",
    "MinMaxScaler": "sklearn.preprocessing",
    "OneClassSVM": "sklearn.svm",
    "Pipeline": "sklearn.pipeline",
    "RobustScaler": "sklearn.preprocessing",
    "StandardScaler": "sklearn.preprocessing",
}


class StoredDetectorError(ValueError):
    """The file is not a detector's, is damaged, or holds something that a file of this kind cannot hold."""


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
    """As :func:`save_detector`, to a binary stream that is open for writing."""
    check_is_fitted(detector, msg="Fit this %(name)s before saving it: there is nothing to save yet.")
    members = {"arrays.npz": {}, "models": {}}
    content = {"format": FORMAT, "version": VERSION, **_describe(detector, "", members)}
    _write(stream, content, members)


def load_detector(path):
    """The detector that ``detector.save(path)`` wrote: it scores the same rows the same.

    Parameters
    ----------
    path : str, Path or binary stream

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
    _class_named(type(detector).__name__, detector)
    return {
        "class": type(detector).__name__,
        "parameters": {k: _encode(v, prefix + k, members) for k, v in detector.get_params(deep=False).items()},
        "learned": {k: _encode(v, prefix + k, members) for k, v in detector._stored().items()},
    }


def _describe_estimator(estimator, name, members):
    if type(estimator) is not _estimator_named(type(estimator).__name__):
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
    if isinstance(value, Detector):
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
        f"{', '.join(ESTIMATORS)} can be saved without pickle."
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
    detector = _class_named(content["class"])(**parameters)
    detector._restore({name: _decode(value, file) for name, value in content["learned"].items()})
    return detector


def _build_estimator(content, file):
    found = _estimator_named(content["class"])
    if found is None or (content["class"] == "Pipeline" and set(content["parameters"]) != {"steps"}):
        raise StoredDetectorError(f"{content['class']} is not an estimator that a file can hold, or not in this way.")
    return found(**{name: _decode(value, file) for name, value in content["parameters"].items()})


def _estimator_named(name):
    """None for any but the listed ones: a file cannot choose what is imported."""
    return getattr(importlib.import_module(ESTIMATORS[name]), name) if name in ESTIMATORS else None


def _class_named(name, detector=None):
    """Only the course's own detectors: a file cannot choose what is imported."""
    import helpers.detectors

    found = getattr(helpers.detectors, name) if name in helpers.detectors.__all__ else None
    if not isinstance(found, type) or not hasattr(found, "decision_function"):
        raise StoredDetectorError(f"{name} is not one of the course's detectors, the only ones a file can hold.")
    if detector is not None and type(detector) is not found:
        raise StoredDetectorError(f"This {name} is not the course's own: only those can be saved.")
    return found


def replace_file(path, write):
    """Call ``write(stream)`` on a file beside `path` and swap at the end: an interrupt never leaves half a file.

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
