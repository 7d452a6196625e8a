"""Order features: right against a slow reference, blind to the future, clear about bad input."""

import math
import time

from helpers.datasets import ORDER_FEATURES, load_orders, order_features

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def orders():
    return load_orders().data


@pytest.fixture(scope="module")
def features(orders):
    return order_features(orders)


# -------------------------------------------------------------------- a slow reference, row by row


def reference(orders, i):
    """The features of row `i`, straight from their definitions."""
    row, past = orders.iloc[i], orders.iloc[:i]
    mine = past[past["customer_id"] == row["customer_id"]]
    same = past[past["product_id"] == row["product_id"]]
    n, hour, recent = len(mine), hour_of(row["time"]), row["time"] - pd.Timedelta(minutes=10)
    usual_price = np.median(np.log(same["unit_price"])) if len(same) else np.log(row["unit_price"])
    return {
        "log_quantity": math.log(row["quantity"]),
        "log_unit_price": math.log(row["unit_price"]),
        "log_amount_ratio": math.log(row["amount"] / (row["quantity"] * row["unit_price"])),
        "log_price_vs_product": math.log(row["unit_price"]) - usual_price,
        "log_quantity_vs_product": excess(row["quantity"], same["quantity"]),
        "log_amount_vs_customer": excess(row["amount"], mine["amount"]),
        "hours_from_usual": hours_from_usual(hour, [hour_of(moment) for moment in mine["time"]]),
        "country_surprise": -math.log(((mine["country"] == row["country"]).sum() + 1) / (n + 1)),
        "category_surprise": -math.log(((mine["category"] == row["category"]).sum() + 1) / (n + 1)),
        "log_customer_orders_10min": math.log1p((mine["time"] >= recent).sum()),
        "log_shop_orders_10min": math.log1p((past["time"] >= recent).sum()),
        "log_customer_past_orders": math.log1p(n),
        "hour_sin": math.sin(math.tau * hour / 24),
        "hour_cos": math.cos(math.tau * hour / 24),
    }


def hour_of(moment):
    return moment.hour + moment.minute / 60 + moment.second / 3600


def excess(value, past):
    """Log value less the mean of the past logs and one more that equals it."""
    return math.log(value) - np.mean([*np.log(past), math.log(value)])


def hours_from_usual(hour, past):
    if not past:
        return 0.0
    total = sum(complex(math.cos(math.tau * h / 24), math.sin(math.tau * h / 24)) for h in past)
    usual = math.atan2(total.imag, total.real) * 24 / math.tau
    gap = abs(hour - usual) % 24
    return min(gap, 24 - gap) * abs(total) / (len(past) + 1)


def test_agrees_with_the_slow_reference(orders, features):
    sample = np.random.default_rng(0).choice(len(orders), size=150, replace=False)
    bursts = np.flatnonzero(load_orders().kinds == "card testing")[:30]
    rows = np.unique(np.r_[:300, sample, bursts])
    expected = pd.DataFrame([reference(orders, i) for i in rows])[list(ORDER_FEATURES)]
    np.testing.assert_allclose(features.iloc[rows].to_numpy(), expected.to_numpy(), atol=1e-9)


def test_agrees_with_the_slow_reference_when_times_are_tied(orders):
    tied = orders.head(200)
    tied = tied.assign(time=tied["time"].dt.floor("1h"), customer_id=tied["order_id"] % 7)
    expected = pd.DataFrame([reference(tied, i) for i in range(len(tied))])[list(ORDER_FEATURES)]
    np.testing.assert_allclose(order_features(tied).to_numpy(), expected.to_numpy(), atol=1e-9)


def test_ten_minutes_include_their_end(orders):
    times = pd.to_datetime(["2025-03-03 12:00:00", "2025-03-03 12:10:00", "2025-03-03 12:20:01"])
    features = order_features(orders.head(3).assign(customer_id=1, time=times))
    for name in ("log_customer_orders_10min", "log_shop_orders_10min"):
        np.testing.assert_allclose(np.expm1(features[name]), [0, 1, 0])


# ----------------------------------------------------------------------------------------- the contract


def test_shape_names_types(orders, features):
    assert list(features) == list(ORDER_FEATURES) and len(features) == 20_000
    assert (features.dtypes == "float64").all()
    assert np.isfinite(features).all(axis=None)
    assert features.index.equals(orders.index)


def test_later_rows_change_nothing(orders, features):
    n = 6_000
    pd.testing.assert_frame_equal(order_features(orders.head(n)), features.head(n))
    later = orders.copy()
    later.loc[later.index[n:], ["quantity", "unit_price", "amount"]] *= [50, 3.0, 7.0]
    later.loc[later.index[n:], "customer_id"] = orders["customer_id"].iloc[0]
    later.loc[later.index[n:], "country"] = "XX"
    altered = order_features(later)
    pd.testing.assert_frame_equal(altered.head(n), features.head(n))
    assert not np.allclose(altered.iloc[n:], features.iloc[n:])


def test_the_input_is_not_changed(orders):
    before = orders.head(500).copy(deep=True)
    given = before.copy(deep=True)
    order_features(given)
    pd.testing.assert_frame_equal(given, before)


def test_any_index_and_any_extra_column(orders, features):
    odd = orders.head(300).assign(note=np.nan)
    odd.index = ["twice"] * 300
    result = order_features(odd)
    assert (result.index == "twice").all()
    np.testing.assert_array_equal(result.to_numpy(), features.head(300).to_numpy())


def test_ids_are_names_not_magnitudes(orders, features):
    renamed = orders.assign(
        customer_id="c" + orders["customer_id"].astype(str), product_id=-orders["product_id"], order_id=0
    )
    pd.testing.assert_frame_equal(order_features(renamed), features)


def test_first_orders_are_neutral(orders, features):
    first_of_customer = ~orders["customer_id"].duplicated()
    of_customer = [
        "log_amount_vs_customer",
        "hours_from_usual",
        "country_surprise",
        "category_surprise",
        "log_customer_orders_10min",
        "log_customer_past_orders",
    ]
    assert (features.loc[first_of_customer, of_customer] == 0).all(axis=None)
    first_of_product = ~orders["product_id"].duplicated()
    of_product = ["log_price_vs_product", "log_quantity_vs_product"]
    assert (features.loc[first_of_product, of_product] == 0).all(axis=None)
    assert (features.loc[~first_of_customer, "log_customer_past_orders"] > 0).all()


def test_no_column_is_the_sum_of_others(features):
    standardized = (features - features.mean()) / features.std()
    assert np.linalg.matrix_rank(standardized.to_numpy()) == features.shape[1]
    assert np.linalg.cond(standardized) < 100


def test_one_row(orders):
    assert order_features(orders.tail(1)).shape == (1, 14)


def test_it_is_fast(orders):
    start = time.process_time()
    order_features(orders)
    assert time.process_time() - start < 2


# --------------------------------------------------------------------------------------------- bad input


@pytest.fixture
def few(orders):
    return orders.head(20).copy()


class TestBadInput:
    def test_missing_columns(self, few):
        with pytest.raises(ValueError, match=r"lack the columns \['(quantity', 'time|time', 'quantity)'\]"):
            order_features(few.drop(columns=["quantity", "time"]))

    @pytest.mark.parametrize("column", ["quantity", "unit_price", "amount"])
    @pytest.mark.parametrize("value", [0, -1, np.inf])
    def test_not_positive_or_not_finite(self, few, column, value):
        few[column] = few[column].astype(float)
        few.loc[3, column] = value
        with pytest.raises(ValueError, match=f"column '{column}' must be positive and finite"):
            order_features(few)

    @pytest.mark.parametrize("column", ["quantity", "time"])
    def test_missing_values(self, few, column):
        few[column] = few[column].mask(few.index == 3)
        with pytest.raises(ValueError, match=f"column '{column}' has 1 missing"):
            order_features(few)

    def test_text_instead_of_numbers(self, few):
        with pytest.raises(ValueError, match="column 'amount' must hold numbers"):
            order_features(few.assign(amount=few["amount"].astype(str)))

    def test_text_instead_of_times(self, few):
        with pytest.raises(ValueError, match="column 'time' must hold timestamps"):
            order_features(few.assign(time=few["time"].astype(str)))

    def test_empty(self, few):
        with pytest.raises(ValueError, match="empty"):
            order_features(few.head(0))

    def test_no_frame(self, few):
        with pytest.raises(ValueError, match="DataFrame, not ndarray"):
            order_features(few.to_numpy())


@pytest.mark.parametrize("column", ["customer_id", "product_id", "category", "country"])
def test_missing_names(few, column):
    few[column] = few[column].mask(few.index == 3)
    with pytest.raises(ValueError, match=f"column '{column}' has 1 missing"):
        order_features(few)


def test_unsorted(few):
    with pytest.raises(ValueError, match="not sorted by time"):
        order_features(few.iloc[::-1])
