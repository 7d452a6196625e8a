"""Fitted detectors in one file: networks as `.keras`, arrays without pickle, the rest as JSON."""

import dataclasses
import importlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path

from helpers.detectors.base import Detector

import numpy as np
from sklearn.utils.validation import check_is_fitted

__all__ = ["StoredDetectorError", "load_detector", "save_detector"]

FORMAT = "anomaly-detection-course detector"
VERSION = 1
HOW = "Make it with detector.save(path)."
HISTORIES = {"History": "helpers.training", "GANHistory": "helpers.detectors.gan_training"}


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
        If a parameter or something learned is no number, text, array, Keras network or detector of ours (an
        estimator of scikit-learn, a random generator).

    >>> from helpers.detectors import ZScore
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "orders.detector")
    ...     save_detector(ZScore().fit([[1.0], [2.0], [3.0]]).set_threshold(3), path)
    ...     load_detector(path).predict([[2.0], [9.0]])
    array([0, 1])
    """
    check_is_fitted(detector, msg="Fit this %(name)s before saving it: there is nothing to save yet.")
    members = {"arrays.npz": {}, "models": {}}
    content = {"format": FORMAT, "version": VERSION, **_describe(detector, "", members)}
    _replace(Path(path), lambda file: _write(file, content, members))


def load_detector(path):
    """The detector that ``detector.save(path)`` wrote: it scores the same rows the same.

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
    learned = {k: getattr(detector, k) for k in detector._learned()}
    return {
        "class": type(detector).__name__,
        "parameters": {k: _encode(v, prefix + k, members) for k, v in detector.get_params(deep=False).items()},
        "learned": {k: _encode(v, prefix + k, members) for k, v in learned.items()},
    }


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
    raise StoredDetectorError(
        f"{name} is {value!r}: only numbers, texts, arrays, Keras networks and the course's detectors can be saved "
        "without pickle."
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
    for name, value in content["learned"].items():
        setattr(detector, name, _decode(value, file))
    return detector


def _class_named(name, detector=None):
    """Only the course's own detectors: a file cannot choose what is imported."""
    import helpers.detectors

    found = getattr(helpers.detectors, name) if name in helpers.detectors.__all__ else None
    if not isinstance(found, type) or not hasattr(found, "decision_function"):
        raise StoredDetectorError(f"{name} is not one of the course's detectors, the only ones a file can hold.")
    if detector is not None and type(detector) is not found:
        raise StoredDetectorError(f"This {name} is not the course's own: only those can be saved.")
    return found


def _replace(path, write):
    """Write beside it and swap at the end: an interrupt never leaves half a file."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
