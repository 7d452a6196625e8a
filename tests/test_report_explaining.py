"""Which columns gave a row away, and in which words."""

import functools

from helpers.detectors import (
    IQR,
    LSTMForecaster,
    Mahalanobis,
    NearestNeighbours,
    PCAReconstruction,
    SeasonalNaive,
    WindowDetector,
    ZScore,
    from_sklearn,
)
from helpers.report import SeriesModel, TableInputs, TableModel, explain_rows
from helpers.report.reasons.occlusion import occlusion_shares, occlusion_trials

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest

rng = np.random.default_rng(0)
N = 800
TABLE = pd.DataFrame(
    {
        "amount": rng.normal(50, 10, N),
        "weight": rng.normal(0, 1, N),
        "country": rng.choice(["DE", "FR", "PT", None], N, p=[0.6, 0.36, 0.02, 0.02]),
        "time": pd.Timestamp("2026-01-05 09:00")
        + pd.to_timedelta(rng.integers(0, 28, N) * 24 + rng.uniform(0, 8, N), "h"),
    },
    index=np.arange(N) * 3,
)
ORDINARY = pd.DataFrame({"amount": 50.0, "weight": 0.0, "country": "DE", "time": pd.Timestamp("2026-01-07 13:00")}, [7])
LOW, HIGH = TABLE["amount"].quantile([0.05, 0.95])
DETECTORS = [
    ZScore(),
    IQR(),
    Mahalanobis(),
    PCAReconstruction(0.6),
    NearestNeighbours(),
    from_sklearn(IsolationForest(random_state=0)),
]
each_detector = pytest.mark.parametrize("detector", DETECTORS, ids=str)


def model_of(detector, table=TABLE, **inputs):
    inputs = inputs or {"numbers": ["amount", "weight"], "categories": ["country"], "dates": ["time"]}
    inputs = TableInputs(**inputs).fit(table)
    detector.fit(inputs.transform(table)).set_threshold(1e6)
    return TableModel(detector, 0.0, "any", inputs)


@each_detector
@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("amount", 1264.9, f"amount 1,264.90 (usually {LOW:.2f} to {HIGH:.2f})"),
        ("country", "XX", "country XX (none of rows)"),
        ("time", pd.Timestamp("2026-01-07 01:00"), "time Wednesday 2026-01-07 01:00 (none of rows within an hour"),
    ],
)
def test_the_one_odd_column_is_named_first(detector, column, value, words):
    found = explain_rows(model_of(detector), ORDINARY.assign(**{column: value}), TABLE)
    assert found["because"].iloc[0].startswith(words)
    shares = found.drop(columns="because").iloc[0]
    assert shares.idxmax() == column and shares[column] > 0.5 and shares.between(0, 1).all()
    assert list(found) == ["because", "amount", "weight", "country", "time"] and found.index.tolist() == [7]


@pytest.mark.parametrize("detector", [d for d in DETECTORS if not isinstance(d, PCAReconstruction)], ids=str)
def test_two_odd_columns_are_both_named(detector):
    row = ORDINARY.assign(amount=250.0, weight=21.0)
    found = explain_rows(model_of(detector), row, TABLE).iloc[0]
    assert found["because"].count("usually") == 2 and "amount 250" in found["because"]
    assert min(found["amount"], found["weight"]) > 0.2 and max(found["country"], found["time"]) < 0.1


@pytest.mark.parametrize("detector", [Mahalanobis(), PCAReconstruction(0.6), NearestNeighbours()], ids=str)
def test_a_combination_of_usual_values_is_seen(detector):
    x = rng.normal(size=N)
    table = pd.DataFrame({"price": x, "total": x + 0.05 * rng.normal(size=N), "other": rng.normal(size=N)})
    model = model_of(detector, table, numbers=["price", "total", "other"])
    found = explain_rows(model, pd.DataFrame({"price": [1.5], "total": [-1.5], "other": [0.0]}), table).iloc[0]
    assert found["price"] > 0.2 and found["total"] > 0.2 and found["other"] < 0.1
    assert "price 1.50" in found["because"] and "total -1.50" in found["because"]


def test_many_small_oddities_are_called_a_combination():
    table = pd.DataFrame(rng.normal(size=(N, 8)), columns=list("abcdefgh"))
    model = model_of(Mahalanobis(), table, numbers=list("abcdefgh"))
    found = explain_rows(model, pd.DataFrame(2.5, [0], table.columns), table, top=2)["because"].iloc[0]
    assert found.startswith("no single column: the combination of ") and found.count("(usually") == 2


@each_detector
def test_an_ordinary_row_has_nothing_to_explain(detector):
    model = model_of(detector, TABLE.assign(weight=0.0), numbers=["amount"])
    middle = ORDINARY.assign(amount=TABLE["amount"].median())
    found = explain_rows(model, middle, TABLE).iloc[0]
    assert found["because"] == "nothing stands out" and found["amount"] == 0


def test_missing_values_in_words():
    table = TABLE.assign(weight=TABLE["weight"].where(TABLE.index > 100))
    row = ORDINARY.assign(weight=np.nan, country=None)
    found = explain_rows(model_of(ZScore(), table), row, table)["because"].iloc[0]
    for column in ("weight", "country"):
        assert f"{column} is missing (as in {100 * table[column].isna().mean():.2g} % of rows)" in found


def test_top_limits_what_is_named():
    row = ORDINARY.assign(amount=250.0, weight=20.0)
    assert explain_rows(model_of(Mahalanobis()), row, TABLE, top=1)["because"].iloc[0].count("usually") == 1


def test_no_rows_and_repeated_index():
    model = model_of(ZScore())
    assert list(explain_rows(model, TABLE[:0], TABLE)) == ["because", "amount", "weight", "country", "time"]
    twice = pd.concat([ORDINARY.assign(amount=500.0), ORDINARY.assign(weight=50.0)])
    assert explain_rows(model, twice, TABLE)["because"].str.split(" ").str[0].tolist() == ["amount", "weight"]


def test_a_column_that_gives_no_input_has_no_share():
    table = TABLE.assign(time=pd.Timestamp("2026-01-05"))
    found = explain_rows(model_of(ZScore(), table), ORDINARY.assign(amount=500.0), table).iloc[0]
    assert found["time"] == 0 and found["because"].startswith("amount 500 ")


def test_blocks_change_nothing(monkeypatch):
    model = model_of(NearestNeighbours())
    expected = explain_rows(model, TABLE[:50], TABLE)
    monkeypatch.setattr("helpers.report.reasons.occlusion.BLOCK_VALUES", 300)
    assert explain_rows(model, TABLE[:50], TABLE).equals(expected)


def test_shares_of_a_sum_are_exact():
    real, usual = rng.uniform(1, 2, (30, 4)), np.zeros((30, 4))
    (trials,) = occlusion_trials(real, usual, [[0, 2], [1], [3]])
    shares = occlusion_shares(trials.sum(axis=-1))
    parts = np.column_stack([real[:, 0] + real[:, 2], real[:, 1], real[:, 3]])
    assert np.allclose(shares, parts / real.sum(axis=1, keepdims=True))


TIMES = pd.date_range("2026-01-05", periods=24 * 28, freq="h", tz="UTC")
SERIES = pd.DataFrame(
    {
        "flow": 100 + 10 * np.sin(np.arange(len(TIMES)) * np.pi / 12) + rng.normal(size=len(TIMES)),
        "level": rng.normal(size=len(TIMES)),
    },
    index=TIMES,
)


def odd_series(channel, value):
    series = SERIES.copy()
    series.loc[TIMES[600], channel] = value
    return series.rename_axis("time").reset_index()


@functools.cache
def series_model(detector):
    detector.fit(SERIES[:500]).set_threshold(1e6)
    return SeriesModel(detector, 0.0, "any", ("flow", "level"), time="time")


SERIES_DETECTORS = [
    SeasonalNaive(24, missing="gap"),
    WindowDetector(ZScore(), window=1, missing="gap"),
    WindowDetector(PCAReconstruction(), window=24, missing="gap"),
    LSTMForecaster(window=25, epochs=8, missing="gap"),
]


@pytest.mark.parametrize("detector", SERIES_DETECTORS, ids=lambda d: type(d).__name__)
@pytest.mark.parametrize(("channel", "value"), [("flow", 24.1), ("level", 40.0)])
def test_the_odd_channel_is_named_with_its_time_and_what_is_usual(detector, channel, value):
    whole = odd_series(channel, value)
    found = explain_rows(series_model(detector), whole.iloc[[600]], whole).iloc[0]
    assert found["because"].startswith(f"Friday 2026-01-30 00:00: {channel} {value:g}".replace("24.1", "24.10"))
    assert " at this hour; before it " in found["because"]
    assert found[channel] > 0.9 and found.drop(["because", channel]).max() < 0.1
    if channel == "flow":
        words = found["because"].split("usually ")[1].split(" ")
        assert 97 < float(words[0]) < 100 < float(words[2]) < 103  # of midnight, not of the whole day (88 to 112)
        assert ("(forecast " in found["because"]) == isinstance(detector, LSTMForecaster)


def test_a_usual_point_after_an_odd_one_says_what_was_odd():
    whole = odd_series("flow", 24.1)
    model = series_model(WindowDetector(PCAReconstruction(), window=24, missing="gap"))
    rows = whole.iloc[601:606][whole["flow"].iloc[601:606] > 0]
    for because in explain_rows(model, rows, whole)["because"]:
        assert "before it" in because or "within its window 24.10 at Friday 00:00" in because
    assert explain_rows(model, rows, whole)["because"].str.contains("within its window").any()


def test_points_that_are_not_judged_and_series_with_gaps():
    model = series_model(SeasonalNaive(24, missing="gap"))
    whole = odd_series("flow", 24.1)
    gaps = pd.concat([whole, whole.iloc[[600]].assign(time=pd.NaT)]).drop(index=range(100, 120))
    found = explain_rows(model, gaps.iloc[[0, -1]], gaps)
    assert found["because"].str.startswith("not judged").all() and (found["flow"] == 0).all()
    assert "flow 24.10" in explain_rows(model, gaps[gaps["flow"] == 24.1][:1], gaps)["because"].iloc[0]


def test_a_short_series_is_compared_with_all_its_hours():
    whole = odd_series("flow", 24.1).iloc[550:660]
    found = explain_rows(series_model(SeasonalNaive(24, missing="gap")), whole[whole["flow"] == 24.1], whole)
    assert "at this hour" not in found["because"].iloc[0] and "usually" in found["because"].iloc[0]


def test_a_new_batch_is_explained_with_what_came_before_it():
    whole = odd_series("flow", 24.1)
    model = series_model(SeasonalNaive(24, missing="gap"))
    model = SeriesModel(model.detector, 0.0, "any", model.columns, time="time", tail=SERIES[560:590])
    found = explain_rows(model, whole.iloc[[600]], whole.iloc[590:]).iloc[0]
    assert "flow 24.10" in found["because"] and found["flow"] > 0.9
