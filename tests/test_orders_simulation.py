"""The simulated orders are what data/regenerate/orders.py and their card promise."""

import gzip
import hashlib
import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
COUNTS = {
    "normal": 19_600,
    "bulk order": 80,
    "wrong price": 80,
    "amount mismatch": 80,
    "card testing": 100,
    "account takeover": 60,
}
ABNORMAL = [kind for kind in COUNTS if kind != "normal"]
SALES_DAYS = pd.to_datetime(["2025-03-21", "2025-04-25", "2025-05-23"])


@pytest.fixture(scope="module")
def simulator():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DATA / "regenerate")
        yield importlib.import_module("orders")
    for name in ("orders", "gzip_file"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def orders():
    return pd.read_csv(DATA / "orders.csv.gz", parse_dates=["time"])


@pytest.fixture(scope="module")
def normal(orders):
    return orders[orders["label"] == 0]


def of_kind(orders, kind):
    return orders[orders["kind"] == kind]


def paid_share(orders):
    return orders["amount"] / (orders["quantity"] * orders["unit_price"])


def circular_gap(a, b):
    return np.abs((a - b + 12) % 24 - 12)


def hour_of(time):
    return time.dt.hour + time.dt.minute / 60


# ------------------------------------------------------------------------------------------ the file


def test_the_script_gives_the_shipped_content(simulator):
    made = hashlib.sha256(simulator.to_csv(simulator.simulate_orders())).hexdigest()
    shipped = hashlib.sha256(gzip.decompress((DATA / "orders.csv.gz").read_bytes())).hexdigest()
    assert made == shipped


def test_another_seed_gives_other_orders(simulator, orders):
    other = simulator.simulate_orders(seed=1)
    assert other["kind"].value_counts().to_dict() == COUNTS
    assert not other["amount"].equals(orders["amount"])


def test_columns_and_counts(simulator, orders):
    assert list(orders) == simulator.COLUMNS
    assert len(orders) == 20_000
    assert orders["kind"].value_counts().to_dict() == COUNTS
    assert (orders["label"] == (orders["kind"] != "normal")).all()
    assert not orders.isna().any(axis=None)


def test_sorted_by_time_within_ninety_days(orders):
    assert orders["time"].is_monotonic_increasing
    assert orders["time"].dt.normalize().nunique() == 90
    assert orders["time"].iloc[0] >= pd.Timestamp("2025-03-03")
    assert orders["time"].iloc[-1] < pd.Timestamp("2025-06-01")


def test_ids_are_well_formed(orders):
    assert orders["order_id"].tolist() == list(range(500_001, 520_001))
    assert orders["customer_id"].between(10_001, 13_210).all()
    assert orders["product_id"].between(1_001, 1_300).all()
    assert (orders.groupby("product_id")["category"].nunique() == 1).all()
    assert orders["category"].nunique() == 8


def test_ids_carry_no_label(orders):
    """Fresh fraud accounts must not be recognisable by their numbers."""
    ids = of_kind(orders, "card testing")["customer_id"].unique()
    assert (ids < 11_600).any() and (ids >= 11_600).any()
    assert abs(np.corrcoef(orders["customer_id"], orders["label"])[0, 1]) < 0.03


def test_money_has_two_decimals(orders):
    for column in ("unit_price", "amount"):
        assert np.allclose(orders[column] * 100, np.round(orders[column] * 100), atol=1e-6)
        assert (orders[column] > 0).all()


@pytest.mark.parametrize("kind", COUNTS)
def test_every_part_of_a_chronological_split_holds_every_kind(orders, kind):
    part = np.searchsorted([8_000, 10_000, 14_000], orders.index, side="right")
    assert set(part[orders["kind"] == kind]) == {0, 1, 2, 3}


# ------------------------------------------------------------------------------------- normal behaviour


def test_loyalty_is_heavy_tailed_and_new_customers_keep_coming(normal):
    n_orders = normal.groupby("customer_id").size()
    assert 2_400 <= len(n_orders) <= 3_200
    assert n_orders.median() <= 5
    assert n_orders.max() >= 50
    assert (n_orders >= 10).sum() > 500
    first = normal.groupby("customer_id")["time"].min().dt.month
    assert (first.value_counts().reindex([3, 4, 5]) > 300).all()


def test_customers_have_a_country_an_hour_and_categories_of_their_own(normal):
    regulars = normal[normal.groupby("customer_id")["time"].transform("size") >= 10]
    by_customer = regulars.groupby("customer_id")
    home = by_customer["country"].agg(lambda countries: countries.mode()[0])
    abroad = (regulars["country"] != regulars["customer_id"].map(home)).mean()
    assert 0.015 < abroad < 0.035
    direction = np.exp(2j * np.pi * hour_of(regulars["time"]) / 24)
    strength = direction.groupby(regulars["customer_id"]).mean().abs()
    assert strength.median() > 0.7 > abs(direction.mean())
    shares = pd.crosstab(regulars["customer_id"], regulars["category"], normalize="index")
    outside = 1 - np.sort(shares, axis=1)[:, -4:].sum(axis=1).mean()
    assert 0.02 < outside < 0.17


def test_prices_differ_by_category_and_move_little(normal):
    level = normal.groupby("category")["unit_price"].median()
    assert level["electronics"] > 10 * level["books"] > 15 * level["groceries"]
    assert np.log(normal["unit_price"]).groupby(normal["category"]).std().between(0.2, 1.0).all()
    against_usual = normal["unit_price"] / normal.groupby("product_id")["unit_price"].transform("median")
    assert against_usual.between(0.6, 1.45).all()
    assert (against_usual != 1).mean() > 0.1


def test_quantities_and_amounts_have_heavy_tails(normal):
    assert normal["quantity"].median() == 1
    assert normal["quantity"].between(5, 15).mean() > 0.02
    assert normal["quantity"].max() == 48
    amount = normal["amount"]
    assert amount.mean() > 2 * amount.median()
    assert amount.quantile(0.999) > 50 * amount.median()
    assert abs(np.log(amount).skew()) < 0.6 < amount.skew()


def test_amounts_follow_quantity_and_price_up_to_a_coupon(normal):
    due = normal["quantity"] * normal["unit_price"]
    to_pay = [due * (1 - share) for share in (0.0, 0.05, 0.10, 0.15, 0.20)]
    by_coupon = [np.isclose(normal["amount"], expected, rtol=0, atol=0.0051) for expected in to_pay]
    assert np.any(by_coupon, axis=0).all()
    assert 0.08 < (paid_share(normal) < 0.97).mean() < 0.12


def test_nights_are_quiet_but_not_empty(normal):
    hours = normal["time"].dt.hour.value_counts()
    assert hours[20] > 15 * hours[3] > 0
    assert 0.02 < (normal["time"].dt.hour < 6).mean() < 0.08


def test_the_week_has_a_rhythm(normal):
    days = normal[~normal["time"].dt.normalize().isin(SALES_DAYS)]["time"].dt.normalize().value_counts()
    by_weekday = days.groupby(days.index.day_of_week).mean()
    assert by_weekday.idxmax() in (0, 6)
    assert by_weekday.idxmin() == 5
    assert by_weekday.max() > 1.2 * by_weekday.min()


@pytest.mark.parametrize("day", SALES_DAYS)
def test_sales_days_are_busy_cheap_and_not_labelled(orders, normal, day):
    date = normal["time"].dt.normalize()
    today, around = date == day, ((date - day).abs() <= pd.Timedelta(days=4)) & (date != day)
    assert today.sum() > 1.6 * around.sum() / 8
    usual = normal[~date.isin(SALES_DAYS)].groupby("product_id")["unit_price"].median()
    ratio = normal[today]["unit_price"] / normal[today]["product_id"].map(usual)
    by_product = ratio.groupby(normal[today]["product_id"]).median()
    assert 0.6 < (by_product < 0.85).mean() < 0.8
    assert ratio.min() > 0.6
    assert orders.loc[orders["time"].dt.normalize() == day, "label"].mean() < 0.06


def test_households_order_twice_in_ten_minutes(normal):
    gap = normal.groupby("customer_id")["time"].diff()
    assert 0.025 < (gap <= pd.Timedelta(minutes=10)).mean() < 0.045


# ----------------------------------------------------------------------------------------- the five kinds


def test_bulk_orders_are_far_above_what_anyone_orders(orders, normal):
    bulk = of_kind(orders, "bulk order")
    largest = bulk["category"].map(normal.groupby("category")["quantity"].max())
    assert (bulk["quantity"] >= 2 * largest).all()
    assert bulk["quantity"].between(30, 300).all()
    assert (paid_share(bulk) > 0.79).all()


def test_wrong_prices_are_ordinary_for_the_shop_and_wrong_for_the_product(orders, normal):
    wrong = of_kind(orders, "wrong price")
    assert wrong["unit_price"].between(*normal["unit_price"].quantile([0.05, 0.95])).all()
    usual = wrong["product_id"].map(normal.groupby("product_id")["unit_price"].median())
    ratio = wrong["unit_price"] / usual
    assert ((ratio <= 1 / 3) | (ratio >= 3)).all()
    assert (ratio < 1).sum() >= 30 <= (ratio > 1).sum()
    assert paid_share(wrong).between(0.79, 1.001).all()


def test_mismatches_are_no_coupons_and_their_amounts_are_ordinary(orders, normal):
    wrong = of_kind(orders, "amount mismatch")
    assert wrong["amount"].between(*normal["amount"].quantile([0.05, 0.95])).all()
    factors = np.array([0.1, 0.5, 2 / 3, 2.0, 10.0])
    distance = np.abs(np.log(paid_share(wrong).to_numpy()[:, None] / factors))
    assert (distance.min(axis=1) < 0.01).all()
    assert set(distance.argmin(axis=1)) == set(range(5))
    usual = wrong["product_id"].map(normal.groupby("product_id")["unit_price"].median())
    assert (wrong["unit_price"] / usual).between(0.6, 1.45).all()


def test_card_testing_comes_in_bursts_of_tiny_orders(orders, normal):
    bursts = of_kind(orders, "card testing").groupby("customer_id")
    assert len(bursts) == 10
    assert bursts.size().between(6, 15).all()
    assert (bursts["time"].max() - bursts["time"].min() < pd.Timedelta(minutes=10)).all()
    tiny = of_kind(orders, "card testing")
    assert (tiny["quantity"] == 1).all() and (tiny["amount"] < 6).all()
    assert (tiny["payment_method"] == "card").all()
    assert (normal["amount"] < 6).mean() > 0.03
    fresh = ~pd.Series(list(bursts.groups)).isin(normal["customer_id"])
    assert 3 <= fresh.sum() <= 7


def test_takeovers_are_strange_three_times_for_that_customer(orders):
    for _, order in of_kind(orders, "account takeover").iterrows():
        past = orders[(orders["customer_id"] == order["customer_id"]) & (orders["time"] < order["time"])]
        assert len(past) >= 5
        assert order["country"] not in set(past["country"])
        assert order["category"] not in set(past["category"])
        usual = np.angle(np.exp(2j * np.pi * hour_of(past["time"]) / 24).mean()) * 12 / np.pi
        assert circular_gap(order["time"].hour + order["time"].minute / 60, usual) >= 6


def test_takeovers_look_ordinary_one_by_one(orders, normal):
    taken = of_kind(orders, "account takeover")
    assert taken["customer_id"].is_unique
    assert taken["quantity"].max() <= 2
    assert taken["unit_price"].between(*normal["unit_price"].quantile([0.45, 0.95])).all()
    assert taken["country"].isin(normal["country"]).all() and taken["category"].isin(normal["category"]).all()
    assert set(taken["time"].dt.hour) <= set(normal["time"].dt.hour)


# ------------------------------------------------------------------------------------------ the writer


def test_the_same_content_leaves_the_file_alone(simulator, tmp_path):
    path = tmp_path / "x.csv.gz"
    writer = sys.modules["gzip_file"]
    writer.update_gzip(path, b"a,b\n1,2\n")
    first = path.read_bytes()
    assert "left as it is" in writer.update_gzip(path, b"a,b\n1,2\n")
    path.unlink()
    writer.update_gzip(path, b"a,b\n1,2\n")
    assert path.read_bytes() == first
    assert first[3] == 0 and first[4:8] == bytes(4)  # no file name and no clock in gzip's header
    assert gzip.decompress(first) == b"a,b\n1,2\n"


def test_a_failed_write_keeps_the_old_file(simulator, tmp_path, monkeypatch):
    path = tmp_path / "x.csv.gz"
    writer = sys.modules["gzip_file"]
    writer.update_gzip(path, b"old")

    def half_a_write(self, content):
        with self.open("wb") as file:
            file.write(content[:3])
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", half_a_write)
    with pytest.raises(OSError, match="disk full"):
        writer.update_gzip(path, b"new")
    assert gzip.decompress(path.read_bytes()) == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv.gz"]
