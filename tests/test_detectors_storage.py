"""Saving and loading fitted detectors."""

import json
import zipfile

from helpers.detectors import (
    DenseAutoencoder,
    Mahalanobis,
    NearestNeighbours,
    PCAReconstruction,
    WindowDetector,
    ZScore,
    from_sklearn,
    load_detector,
)
from helpers.detectors.storage import StoredDetectorError

import numpy as np
import pandas as pd
import pytest
from sklearn.covariance import EllipticEnvelope
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import SGDOneClassSVM
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import OneClassSVM

FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(150, 3)), columns=["amount", "hour", "age"])
NETWORK = DenseAutoencoder(epochs=2, hidden=(4,), n_members=2, random_state=3)
NEW = pd.DataFrame(np.random.default_rng(1).normal(scale=2, size=(80, 3)), columns=FRAME.columns)
SKLEARN = [
    IsolationForest(n_estimators=20, random_state=7),
    IsolationForest(n_estimators=5, max_samples=40, max_features=0.7, bootstrap=True, random_state=1),
    LocalOutlierFactor(n_neighbors=9, novelty=True),
    OneClassSVM(gamma=0.1, nu=0.05),
    EllipticEnvelope(random_state=0),
    make_pipeline(StandardScaler(), LocalOutlierFactor(novelty=True)),
    make_pipeline(RobustScaler(), MinMaxScaler(), OneClassSVM()),
]
REGROWN = [NearestNeighbours(), NearestNeighbours(3, method="mean", scale=False), *map(from_sklearn, SKLEARN)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my.detector"


@pytest.mark.parametrize("detector", [ZScore(), Mahalanobis(), PCAReconstruction(0.5), NETWORK, *REGROWN], ids=str)
@pytest.mark.parametrize("X", [FRAME, FRAME.to_numpy(), FRAME.to_numpy(np.float32)], ids=["frame", "array", "single"])
def test_scores_the_same_afterwards(detector, X, path):
    new = NEW if X is FRAME else NEW.to_numpy(X.dtype)
    detector.fit(X).calibrate(X, 0.05).save(path)
    loaded = load_detector(path)
    assert type(loaded) is type(detector) and repr(loaded) == repr(detector)
    for rows in (X, new):
        assert np.array_equal(loaded.decision_function(rows), detector.decision_function(rows))
        assert np.array_equal(loaded.predict(rows), detector.predict(rows))
    assert set(vars(loaded)) == set(vars(detector))
    if X is FRAME:
        with pytest.raises(ValueError, match="same order"):
            loaded.decision_function(X[["age", "hour", "amount"]])


def test_history_survives(path):
    NETWORK.fit(FRAME).save(path)
    assert load_detector(path).history_ == NETWORK.history_


@pytest.mark.parametrize(("detector", "members"), [(NETWORK, ["model_.keras"]), *((d, []) for d in REGROWN)], ids=str)
def test_no_pickle_inside(detector, members, path, monkeypatch):
    for module, name in [("pickle", "loads"), ("pickle", "load"), ("pickle", "Unpickler"), ("joblib", "load")]:
        monkeypatch.setattr(f"{module}.{name}", None)
    detector.fit(FRAME).save(path)
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["arrays.npz", "detector.json", *members]
        json.loads(file.read("detector.json"))
        with np.load(file.open("arrays.npz"), allow_pickle=False) as arrays:
            assert all(arrays[name].dtype.kind in "fiub" for name in arrays)
    load_detector(path)


@pytest.fixture(scope="module")
def content_of_a_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "whole.detector"
    NETWORK.fit(FRAME).save(path)
    return path.read_bytes()


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(share, path, content_of_a_file):
    path.write_bytes(content_of_a_file[: int(share * len(content_of_a_file))])
    with pytest.raises(StoredDetectorError, match=r"my\.detector is not a detector's file.*detector\.save"):
        load_detector(path)


def test_a_changed_byte_is_refused(path):
    ZScore().fit(FRAME).save(path)
    content = bytearray(path.read_bytes())
    content[60] ^= 255
    path.write_bytes(content)
    with pytest.raises(StoredDetectorError):
        load_detector(path)


def rewrite(path, **changes):
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["detector.json"] = json.dumps({**json.loads(parts["detector.json"]), **changes})
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "not a detector's"),
        ({"version": 99}, "version 99"),
        ({"class": "os.system"}, "not one of the course's detectors"),
        ({"class": "from_sklearn"}, "not one of the course's detectors"),
        ({"learned": 3}, "damaged"),
        ({"learned": {"mean_": {"pickle": ""}}}, "unknown kind 'pickle'"),
        ({"parameters": {"surprise": 1}}, "damaged"),
    ],
)
def test_files_that_are_not_ours(changes, message, path):
    ZScore().fit(FRAME).save(path)
    rewrite(path, **changes)
    with pytest.raises(StoredDetectorError, match=message):
        load_detector(path)


def test_other_files(path, tmp_path):
    with pytest.raises(FileNotFoundError):
        load_detector(path)
    path.write_text("amount,hour\n1,2\n")
    with pytest.raises(StoredDetectorError, match="not a detector's file"):
        load_detector(path)
    with pytest.raises(StoredDetectorError):
        load_detector(tmp_path)


def test_what_cannot_be_saved(path):
    with pytest.raises(NotFittedError, match="Fit this ZScore before saving"):
        ZScore().save(path)

    class Own(ZScore):
        pass

    with pytest.raises(StoredDetectorError, match="Own is not one of"):
        Own().fit(FRAME).save(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("detector", "message"),
    [
        (from_sklearn(IsolationForest(n_estimators=2)), r"is IsolationForest\(.*whole number as random_state"),
        (from_sklearn(EllipticEnvelope()), "whole number as random_state"),
        (from_sklearn(IsolationForest(random_state=np.random.RandomState(0))), "whole number as random_state"),
        (from_sklearn(SGDOneClassSVM()), "estimator is SGDOneClassSVM.*without pickle"),
        (from_sklearn(LocalOutlierFactor(novelty=True, metric=lambda a, b: 0.0)), r"estimator\.metric is <function"),
        (from_sklearn(make_pipeline(PCA(2), OneClassSVM())), r"estimator\.steps\.0\.1 is PCA.*without pickle"),
        (from_sklearn(make_pipeline(Nystroem(n_components=5), OneClassSVM())), "is Nystroem"),
        (from_sklearn(make_pipeline(FunctionTransformer(np.tanh), OneClassSVM())), "is FunctionTransformer"),
        (from_sklearn(OneClassSVM().fit(FRAME)), r"OneClassSVM came fitted.*from_sklearn\(estimator\)\.fit\(X\)"),
        (WindowDetector(from_sklearn(IsolationForest()), window=3), r"detector\.estimator is IsolationForest"),
    ],
    ids=[
        "forest",
        "ellipse",
        "a generator",
        "another class",
        "a function",
        "another step",
        "a kernel",
        "a transformer",
        "fitted elsewhere",
        "in windows",
    ],
)
def test_estimators_that_cannot_be_saved(detector, message, path):
    detector = detector if hasattr(detector, "estimator_") else detector.fit(FRAME)
    with pytest.raises(StoredDetectorError, match=message):
        detector.save(path)
    assert not list(path.parent.iterdir())


def test_an_estimator_of_another_class_with_a_listed_name_is_refused(path):
    class IsolationForest(OneClassSVM):
        pass

    with pytest.raises(StoredDetectorError, match=r"estimator is IsolationForest.*without pickle"):
        from_sklearn(IsolationForest()).fit(FRAME).save(path)


def test_a_forest_that_grows_differently_is_refused(path):
    from_sklearn(IsolationForest(n_estimators=5, random_state=0)).fit(FRAME).save(path)
    with zipfile.ZipFile(path) as file:
        content = json.loads(file.read("detector.json"))
    content["learned"]["version"] = "1.0.2"  # as if another scikit-learn had drawn other trees
    content["learned"]["estimator_"]["estimator"]["parameters"]["random_state"] = 1
    rewrite(path, learned=content["learned"])
    with pytest.raises(StoredDetectorError, match=r"fitted by scikit-learn 1\.0\.2.*install scikit-learn 1\.0\.2"):
        load_detector(path)


@pytest.mark.parametrize(
    "estimator",
    [
        {"class": "SGDOneClassSVM", "parameters": {}},
        {"class": "FunctionTransformer", "parameters": {"func": "os.system"}},
        {"class": "Pipeline", "parameters": {"steps": {"list": []}, "memory": "/tmp/pickles"}},
    ],
)
def test_a_file_cannot_choose_the_estimator(estimator, path):
    from_sklearn(OneClassSVM()).fit(FRAME).save(path)
    rewrite(path, parameters={"estimator": {"estimator": estimator}})
    with pytest.raises(StoredDetectorError, match="not an estimator that a file can hold"):
        load_detector(path)


def test_what_was_learned_is_saved_not_what_was_set_later(path):
    detector = from_sklearn(IsolationForest(n_estimators=5, random_state=0)).fit(FRAME)
    before = detector.decision_function(NEW)
    detector.set_params(estimator__random_state=1).save(path)
    assert np.array_equal(load_detector(path).decision_function(NEW), before)


@pytest.mark.parametrize("change", [0.0, 100.0])
def test_training_rows_are_the_detectors_own(change, path):
    X = FRAME.to_numpy(copy=True)
    for detector in (NearestNeighbours(scale=False), from_sklearn(LocalOutlierFactor(novelty=True))):
        before = detector.fit(X).decision_function(NEW.to_numpy())
        X += change
        detector.save(path)
        assert np.array_equal(load_detector(path).decision_function(NEW.to_numpy()), before)


@pytest.mark.parametrize("detector", [NearestNeighbours(), from_sklearn(IsolationForest(random_state=0))], ids=str)
def test_a_window_detector_is_saved_with_what_it_holds(detector, path):
    series = FRAME.set_index(pd.date_range("2026-01-01", periods=len(FRAME), freq="h"))
    around = WindowDetector(detector, window=4).fit(series)
    around.save(path)
    loaded = load_detector(path)
    assert np.array_equal(loaded.decision_function(series), around.decision_function(series), equal_nan=True)


def test_saving_never_half_writes(path, monkeypatch):
    ZScore().fit(FRAME).save(path)
    before = path.read_bytes()

    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("numpy.savez", fail)
    with pytest.raises(KeyboardInterrupt):
        ZScore().fit(FRAME * 2).save(path)
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == [path.name]
