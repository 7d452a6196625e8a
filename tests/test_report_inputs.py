"""From a learner's columns to finite numbers."""

import json

from helpers.report import TableInputs, UnusableFile

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

rng = np.random.default_rng(0)
N = 500
TRAIN = pd.DataFrame(
    {
        "amount": np.exp(rng.normal(3, 1, N)),
        "weight": np.where(rng.uniform(size=N) < 0.1, np.nan, rng.normal(size=N)),
        "new": rng.uniform(size=N) < 0.3,
        "country": rng.choice(["DE", "FR", None], size=N, p=[0.9, 0.08, 0.02]),
        "code": rng.integers(1000, 1400, size=N),
        "time": pd.Timestamp("2026-01-05") + pd.to_timedelta(rng.uniform(0, 14 * 24, N), unit="h"),
    }
)
ALL = {"numbers": ["amount", "weight", "new"], "logs": ["amount"], "categories": ["country", "code"], "dates": ["time"]}
INPUTS = TableInputs(**ALL).fit(TRAIN)


def only(name, value):
    return TRAIN.iloc[[0]].assign(**{name: value})


def shape_of(frame):
    """Values that a detector takes."""
    assert np.isfinite(frame.to_numpy()).all() and (frame.dtypes == np.float64).all()
    return frame.shape


def test_every_input_and_where_it_comes_from():
    assert INPUTS.sources_ == {
        "log amount": "amount",
        "weight": "weight",
        "weight is missing": "weight",
        "new": "new",
        "surprise of country": "country",
        "surprise of code": "code",
        "time hour sin": "time",
        "time hour cos": "time",
        "time weekday sin": "time",
        "time weekday cos": "time",
    }
    made = INPUTS.transform(TRAIN.set_axis(np.arange(N) * 2))
    assert shape_of(made) == (N, 10) and list(made) == list(INPUTS.get_feature_names_out()) == list(INPUTS.sources_)
    assert made.index.equals(pd.Index(np.arange(N) * 2))
    assert INPUTS.columns == ("amount", "weight", "new", "country", "code", "time")


def test_numbers_and_logarithms():
    made = INPUTS.transform(TRAIN)
    assert np.allclose(made["log amount"], np.log(TRAIN["amount"]))
    assert np.array_equal(made["new"], TRAIN["new"].astype(float))
    gaps = TRAIN["weight"].isna()
    assert np.array_equal(made["weight is missing"], gaps)
    assert (made.loc[gaps, "weight"] == TRAIN["weight"].median()).all()
    assert np.array_equal(made.loc[~gaps, "weight"], TRAIN.loc[~gaps, "weight"])


@pytest.mark.parametrize("value", [0.0, -5.0, -np.inf, np.inf])
def test_what_has_no_logarithm_lies_far_outside_the_training_range(value):
    made = INPUTS.transform(only("amount", value))
    logs = np.log(TRAIN["amount"])
    assert shape_of(made) == (1, 10)
    outside = logs.max() + np.ptp(logs) if value > 0 else logs.min() - np.ptp(logs)
    assert made["log amount"].iloc[0] == pytest.approx(outside)


def test_infinity_of_a_plain_number_and_a_missing_one_that_training_never_missed():
    inputs = TableInputs(numbers=["a"]).fit(pd.DataFrame({"a": [1.0, 2.0, 5.0]}))
    made = inputs.transform(pd.DataFrame({"a": [np.inf, -np.inf, np.nan]}))
    assert made["a"].tolist() == [9.0, -3.0, 2.0] and list(made) == ["a"]


def test_a_rare_name_does_not_drown_numbers():
    counts = [300, 200, 150, 120, 90, 60, 40, 20, 20]
    table = pd.DataFrame({"name": np.repeat(list("ABCDEFGHI"), counts)})
    made = TableInputs(categories=["name"]).fit(table).transform(table)["surprise of name"]
    assert np.allclose(made.groupby(table["name"]).first(), -np.log(np.array(counts) / 1000))
    z = (made - made.mean()) / made.std()
    assert 2 < z.max() < 3 < np.sqrt(0.98 / 0.02)  # the last: how far out a 0/1 input of such a name lies


def test_a_name_never_seen_is_stranger_than_any_seen_twice():
    made = INPUTS.transform(TRAIN)["surprise of country"]
    unseen = INPUTS.transform(only("country", "XX"))["surprise of country"].iloc[0]
    assert unseen == pytest.approx(np.log(N + 1)) and unseen > made.max()
    missing = INPUTS.transform(only("country", None))["surprise of country"].iloc[0]
    assert missing == pytest.approx(-np.log(TRAIN["country"].isna().mean()))


def test_codes_mean_the_same_as_whole_numbers_decimals_or_text():
    expected = INPUTS.transform(TRAIN)["surprise of code"]
    for other in (TRAIN["code"].astype(float), TRAIN["code"].astype(str), TRAIN["code"].astype("category")):
        assert np.array_equal(INPUTS.transform(TRAIN.assign(code=other))["surprise of code"], expected)


@pytest.mark.parametrize(
    ("hand", "times"),
    [
        ("hour", ["2026-01-05 23:59", "2026-01-05 00:01", "2026-01-05 12:00"]),
        ("weekday", ["2026-01-11", "2026-01-12", "2026-01-08"]),  # Sunday, Monday, Thursday
    ],
)
def test_hours_and_weekdays_are_clocks(hand, times):
    made = [INPUTS.transform(only("time", pd.Timestamp(time))).filter(like=hand).to_numpy() for time in times]
    assert np.linalg.norm(made[0] - made[1]) < 0.9 < 1.9 < np.linalg.norm(made[0] - made[2])


def test_dates_give_only_what_varies():
    days = pd.DataFrame({"day": pd.date_range("2026-01-05", periods=30), "x": 1.0})
    assert list(TableInputs(dates=["day"]).fit(days).sources_) == ["day weekday sin", "day weekday cos"]
    mondays = pd.DataFrame({"day": pd.date_range("2026-01-05", periods=5, freq="7D"), "x": 1.0})
    assert list(TableInputs(numbers=["x"], dates=["day"]).fit(mondays).sources_) == ["x"]
    with pytest.raises(ValueError, match="dates never vary"):
        TableInputs(dates=["day"]).fit(mondays)


def test_missing_dates_lie_in_the_middle_of_the_clock():
    some = TRAIN.assign(time=TRAIN["time"].where(TRAIN.index > 9))
    made = TableInputs(dates=["time"]).fit(some).transform(some)
    assert shape_of(made) == (N, 5) and (made.iloc[:10, :4] == 0).all(axis=None)
    assert np.array_equal(made["time is missing"], np.arange(N) < 10)


def test_dates_with_a_zone_and_as_text():
    expected = INPUTS.transform(TRAIN)
    for other in (TRAIN["time"].dt.tz_localize("UTC"), TRAIN["time"].astype(str)):
        assert np.allclose(INPUTS.transform(TRAIN.assign(time=other)), expected)


@pytest.mark.parametrize("column", ["amount", "weight", "country", "time"])
def test_a_batch_of_nothing_but_missing_values(column):
    dtype = "datetime64[ns]" if column == "time" else "object"
    assert shape_of(INPUTS.transform(TRAIN.assign(**{column: pd.Series([None] * N, dtype=dtype)}))) == (N, 10)


def test_a_column_without_any_value_in_training():
    empty = TRAIN.assign(weight=np.nan)
    made = TableInputs(numbers=["weight"]).fit(empty).transform(TRAIN.assign(weight=7.0))
    assert made.iloc[0].to_dict() == {"weight": 7.0, "weight is missing": 0.0}


def test_json_keeps_every_digit():
    loaded = TableInputs.from_dict(json.loads(json.dumps(INPUTS.to_dict())))
    new = pd.concat([TRAIN, only("country", "XX"), only("amount", -1.0), only("weight", np.nan)])
    assert loaded.transform(new).equals(INPUTS.transform(new))
    assert loaded.sources_ == INPUTS.sources_ and loaded.columns == INPUTS.columns


def test_a_column_of_unique_names_stays_small_in_the_file():
    inputs = TableInputs(categories=["a"]).fit(pd.DataFrame({"a": [f"name {i}" for i in range(5000)]}))
    assert len(json.dumps(inputs.to_dict())) < 500


def test_names_that_two_columns_would_give():
    table = pd.DataFrame({"a": [1.0, np.nan, 2.0], "a is missing": [7.0, 8.0, 9.0]})
    made = TableInputs(numbers=["a", "a is missing"]).fit(table).transform(table)
    assert list(made) == ["a", "a is missing", "a is missing (2)"] and made.iloc[:, 2].tolist() == [7.0, 8.0, 9.0]


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (TRAIN.drop(columns="amount"), r"lacks the column 'amount', which training had\. Pass a table with"),
        (TRAIN.rename(columns={"amount": "Amount"}), "lacks the column 'amount'.*Is 'Amount' meant"),
        (TRAIN[["code"]], "lacks the columns 'amount', 'weight', 'new', 'country', 'time', which"),
        (TRAIN.assign(amount=["12"] * 3 + ["12 EUR"] * (N - 3)), r"'amount' held numbers.*'12 EUR' in data row 4.*497"),
        (TRAIN.assign(amount=TRAIN["time"]), "'amount' held numbers in training, but holds dates"),
        (TRAIN.assign(time=["yesterday"] * N), "'time' held dates.*'yesterday' in data row 1"),
        (TRAIN.assign(time=5.0), "'time' held dates in training, but holds numbers"),
    ],
)
def test_other_batches_get_a_sentence(frame, sentence):
    with pytest.raises(UnusableFile, match=sentence):
        INPUTS.transform(frame)


@pytest.mark.parametrize(
    ("inputs", "frame", "sentence"),
    [
        (TableInputs(), TRAIN, "Name at least one column"),
        (TableInputs(["weight"], ["amount"]), TRAIN, "must be among numbers"),
        (TableInputs(["amount"]), TRAIN[:0], "no rows to learn from"),
        (TableInputs(["price"]), TRAIN, "lacks the column 'price'"),
        (TableInputs(["country"]), TRAIN, "'country' held numbers"),
    ],
)
def test_what_cannot_be_learned(inputs, frame, sentence):
    with pytest.raises(ValueError, match=sentence):
        inputs.fit(frame)


def test_further_columns_and_their_order_do_not_matter():
    shuffled = TRAIN[TRAIN.columns[::-1]].assign(extra="text")
    assert INPUTS.transform(shuffled).equals(INPUTS.transform(TRAIN))


def test_nothing_is_changed_and_parameters_stay():
    before = TRAIN.copy()
    inputs = TableInputs(**ALL)
    made = clone(inputs).fit_transform(TRAIN)
    assert TRAIN.equals(before) and made.equals(INPUTS.transform(TRAIN))
    assert all(inputs.get_params()[name] is value for name, value in ALL.items())
