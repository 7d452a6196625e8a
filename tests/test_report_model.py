"""The chosen detector with all that a new batch needs."""

import json
import zipfile

from helpers.detectors import NearestNeighbours, SeasonalNaive, WindowDetector, ZScore, from_sklearn
from helpers.detectors.storage import StoredDetectorError
from helpers.report import OwnModel, SeriesModel, TableInputs, TableModel, UnusableFile

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest

rng = np.random.default_rng(0)
TABLE = pd.DataFrame({"amount": rng.lognormal(3, 1, 600), "country": rng.choice(["DE", "DE", "FR", "IT"], 600)})
NEW = TABLE[400:].assign(extra="x")
HOURS = pd.date_range("2026-01-01", periods=400, freq="h", tz="UTC")
SERIES = pd.DataFrame(
    {"flow": np.sin(np.arange(400) * np.pi / 12) + 0.1 * rng.normal(size=400), "level": rng.normal(size=400)},
    index=HOURS,
)
RAW = SERIES.rename_axis("time").reset_index()


def table_model(detector=None, **about):
    inputs = TableInputs(["amount"], ["amount"], ["country"]).fit(TABLE[:200])
    detector = (detector or ZScore()).fit(inputs.transform(TABLE[:200]))
    scores = detector.decision_function(inputs.transform(TABLE[200:400]))
    detector.calibrate(inputs.transform(TABLE[200:400]), 0.05)
    return TableModel(detector, float(np.median(scores)), "z-score", inputs, about=about)


def series_model(detector=None, tail=None, time="time"):
    detector = (detector or SeasonalNaive(24, missing="gap")).fit(SERIES[:200]).calibrate(SERIES[200:300], 0.05)
    return SeriesModel(detector, 1.0, "seasonal naive", ("flow", "level"), time=time, tail=tail)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "detector.zip"


def test_strangeness_is_0_at_the_usual_score_and_1_at_the_limit():
    model = table_model()
    scores, strangeness = model.scores(NEW), model.strangeness(NEW)
    assert np.allclose(strangeness * (model.detector.threshold_ - model.usual) + model.usual, scores)
    assert np.array_equal(strangeness > 1, model.flags(NEW)) and 0 < model.flags(NEW).sum() < 40
    assert np.median(model.strangeness(TABLE[200:400])) == pytest.approx(0)


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.3, 0.30001])
def test_what_is_flagged_is_above_1_even_where_limit_and_usual_score_meet(threshold):
    model = table_model()
    model = TableModel(model.detector.set_threshold(threshold), 0.3, "z", model.inputs)
    assert np.array_equal(model.strangeness(NEW) > 1, model.flags(NEW)) and model.flags(NEW).any()
    assert np.isfinite(model.strangeness(NEW)).all()


@pytest.mark.parametrize(
    "model",
    [
        table_model(),
        table_model(NearestNeighbours()),
        table_model(from_sklearn(IsolationForest(random_state=0))),
        series_model(),
        series_model(WindowDetector(NearestNeighbours(), window=5, missing="gap")),
        series_model(tail=SERIES[290:300].assign(level=np.nan)),
    ],
    ids=["z-score", "neighbours", "forest", "seasonal naive", "windows", "tail"],
)
def test_gives_the_same_scores_after_loading(model, path):
    model.save(path)
    loaded = OwnModel.load(path)
    new = NEW if model.shape == "table" else RAW[300:]
    assert np.array_equal(loaded.strangeness(new), model.strangeness(new), equal_nan=True)
    assert np.array_equal(loaded.flags(new), model.flags(new))
    for name in ("usual", "columns", "name", "shape", "about", "time"):
        assert getattr(loaded, name, None) == getattr(model, name, None)
    with zipfile.ZipFile(path) as file:
        assert sorted(file.namelist()) == ["detector.zip", "model.json"]


def test_about_survives(path):
    table_model(rows=600, average_precision=None, made="2026-01-01").save(path)
    assert OwnModel.load(path).about == {"rows": 600, "average_precision": None, "made": "2026-01-01"}


def test_never_overwrites_unless_told(path):
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"detector\.zip exists already: .*overwrite=True"):
        table_model().save(path)
    assert path.read_text() == "mine"
    table_model().save(path, overwrite=True)
    assert OwnModel.load(path).name == "z-score"


def test_saving_never_half_writes(path, monkeypatch):
    table_model().save(path)
    before = path.read_bytes()

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("zipfile.ZipFile.writestr", interrupt)
    with pytest.raises(KeyboardInterrupt):
        table_model().save(path, overwrite=True)
    assert path.read_bytes() == before and [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_stored_leaves_no_file(path):
    with pytest.raises(StoredDetectorError, match="whole number as random_state"):
        table_model(from_sklearn(IsolationForest())).save(path)
    with pytest.raises(TypeError, match="not JSON serializable"):
        table_model(made=pd.Timestamp("2026-01-01")).save(path)
    assert not list(path.parent.iterdir())


def test_files_that_are_no_model(path, tmp_path):
    with pytest.raises(FileNotFoundError):
        OwnModel.load(path)
    path.write_text("amount\n1\n")
    with pytest.raises(StoredDetectorError, match=r"not a saved model.*helpers\.report my\.csv"):
        OwnModel.load(path)
    table_model().save(path, overwrite=True)
    content = path.read_bytes()
    for share in (0.1, 0.6, 0.99):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(StoredDetectorError, match="damaged or cut short"):
            OwnModel.load(path)
    ZScore().fit([[1.0], [2.0]]).save(path)
    with pytest.raises(StoredDetectorError, match=r"a detector alone.*use load_detector"):
        OwnModel.load(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "not a saved model"),
        ({"version": 7}, "version 7"),
        ({"columns": 3}, "damaged"),
        ({"inputs": {"parameters": {}, "encoders": [{"kind": "os.system"}]}}, "damaged"),
    ],
)
def test_files_that_were_changed(changes, message, path):
    table_model().save(path)
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    parts["model.json"] = json.dumps({**json.loads(parts["model.json"]), **changes})
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    with pytest.raises(StoredDetectorError, match=message):
        OwnModel.load(path)


def test_a_series_may_come_in_any_order_with_times_in_a_column_or_as_the_index():
    model = series_model()
    expected = model.strangeness(SERIES[300:])
    assert np.isfinite(expected).sum() == 76  # a day is needed before the first score
    assert np.array_equal(model.strangeness(RAW[300:]), expected, equal_nan=True)
    order = rng.permutation(100)
    assert np.array_equal(model.strangeness(RAW[300:].iloc[order]), expected[order], equal_nan=True)
    text = RAW[300:].assign(time=RAW["time"].astype(str))
    assert np.array_equal(model.strangeness(text), expected, equal_nan=True)


def test_repeated_and_missing_times_are_not_scored():
    model = series_model()
    expected = model.strangeness(RAW[300:])
    twice = pd.concat([RAW[300:], RAW[350:351].assign(flow=99.0), RAW[360:361].assign(time=pd.NaT)])
    found = model.strangeness(twice)
    assert np.array_equal(found[:100], expected, equal_nan=True) and np.isnan(found[100:]).all()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", None])
def test_a_batch_that_follows_is_scored_from_its_first_point(zone):
    model = series_model(tail=SERIES[270:300])
    new = SERIES[300:].tz_convert(zone)
    expected = model.detector.decision_function(SERIES)[300:]
    assert np.isfinite(expected).all() and np.allclose(model.scores(new), expected)
    assert np.allclose(series_model().scores(new, context=SERIES[200:300]), expected)
    assert np.isnan(model.scores(SERIES[301:])[:23]).all()  # an hour is missing between them


def test_without_a_tail_it_follows_the_training_series(path):
    model = series_model()
    model.save(path)
    expected = model.detector.decision_function(SERIES)[200:300]
    assert np.allclose(OwnModel.load(path).scores(RAW[200:300]), expected)
    assert np.isnan(model.scores(RAW[:300])[:24]).all()  # the tail lies within: not used


@pytest.mark.parametrize(
    ("model", "frame", "sentence"),
    [
        (table_model(), NEW[:0], "no rows"),
        (table_model(), NEW[["amount"]], "lacks the column 'country'"),
        (series_model(), RAW[["flow", "time"]], "lacks 'level'. Pass the columns of training: 'time', 'flow', 'level'"),
        (series_model(), RAW[["flow", "level"]], "lacks 'time'"),
        (series_model(time=None), RAW, "times as the frame's DatetimeIndex"),
        (series_model(), RAW[300:310], "No point can be scored.* In a file, begin with the 24 rows that came before"),
        (series_model(), RAW[300:].assign(flow="high"), "'flow' held numbers in training"),
        (series_model(), RAW[300:].assign(flow=np.inf), "infinity in column 'flow'"),
        (series_model(), RAW[300:].assign(time=pd.date_range("2026-06-01", periods=100, freq="min")), "resample"),
    ],
)
def test_batches_that_cannot_be_scored_get_a_sentence(model, frame, sentence):
    with pytest.raises(UnusableFile, match=sentence):
        model.scores(frame)
