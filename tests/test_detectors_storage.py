"""Saving and loading fitted detectors."""

import json
import zipfile

from helpers.detectors import (
    DenseAutoencoder,
    Mahalanobis,
    NearestNeighbours,
    PCAReconstruction,
    ZScore,
    load_detector,
)
from helpers.detectors.storage import StoredDetectorError

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(150, 3)), columns=["amount", "hour", "age"])
NETWORK = DenseAutoencoder(epochs=2, hidden=(4,), n_members=2, random_state=3)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "my.detector"


@pytest.mark.parametrize("detector", [ZScore(), Mahalanobis(), PCAReconstruction(0.5), NETWORK], ids=str)
@pytest.mark.parametrize("X", [FRAME, FRAME.to_numpy()], ids=["frame", "array"])
def test_scores_the_same_afterwards(detector, X, path):
    detector.fit(X).calibrate(X, 0.05).save(path)
    loaded = load_detector(path)
    assert type(loaded) is type(detector) and loaded.get_params() == detector.get_params()
    assert np.array_equal(loaded.decision_function(X), detector.decision_function(X))
    assert np.array_equal(loaded.predict(X), detector.predict(X))
    assert set(vars(loaded)) == set(vars(detector))
    if X is FRAME:
        with pytest.raises(ValueError, match="same order"):
            loaded.decision_function(X[["age", "hour", "amount"]])


def test_history_survives(path):
    NETWORK.fit(FRAME).save(path)
    assert load_detector(path).history_ == NETWORK.history_


def test_no_pickle_inside(path):
    NETWORK.fit(FRAME).save(path)
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["arrays.npz", "detector.json", "model_.keras"]
        json.loads(file.read("detector.json"))


@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(share, path):
    NETWORK.fit(FRAME).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
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
    with pytest.raises(StoredDetectorError, match=r"scaler_ is StandardScaler.*without pickle"):
        NearestNeighbours().fit(FRAME).save(path)

    class Own(ZScore):
        pass

    with pytest.raises(StoredDetectorError, match="Own is not one of"):
        Own().fit(FRAME).save(path)
    assert not path.exists()


def test_saving_never_half_writes(path, monkeypatch):
    ZScore().fit(FRAME).save(path)
    before = path.read_bytes()

    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("numpy.savez", fail)
    with pytest.raises(KeyboardInterrupt):
        ZScore().fit(FRAME * 2).save(path)
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == [path.name]
