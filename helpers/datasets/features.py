"""Orders to honest inputs: ids are not magnitudes, and history looks only backwards in time."""

import numpy as np
import pandas as pd

__all__ = ["ORDER_FEATURES", "order_features"]

ORDER_FEATURES = {
    "log_quantity": "log of the number of pieces",
    "log_unit_price": "log of the unit price in euros",
    "log_amount_ratio": "log of amount / (quantity x unit price); 0 without coupon or error",
    "log_price_vs_product": "log of the unit price over the median of this product's earlier prices",
    "log_quantity_vs_product": "log quantity less the mean over this product's earlier orders",
    "log_amount_vs_customer": "log amount less the mean over this customer's earlier orders",
    "hours_from_usual": "hours (0 to 12) from this customer's usual hour, less if the habit is weak or young",
    "country_surprise": "-log of the share of this country among this customer's earlier orders",
    "category_surprise": "-log of the share of this category among this customer's earlier orders",
    "log_customer_orders_10min": "log(1 + this customer's earlier orders in the last ten minutes)",
    "log_shop_orders_10min": "log(1 + all earlier orders in the last ten minutes)",
    "log_customer_past_orders": "log(1 + this customer's earlier orders)",
    "hour_sin": "sine of the time of day on a 24-hour circle",
    "hour_cos": "cosine of the time of day on a 24-hour circle",
}

RECENT = pd.Timedelta(minutes=10)
NUMBERS = ("quantity", "unit_price", "amount")
COLUMNS = ("customer_id", "product_id", "category", "country", "time", *NUMBERS)


def order_features(orders: pd.DataFrame) -> pd.DataFrame:
    """Compute the 14 inputs in `ORDER_FEATURES`, from each order and the orders before it.

    Explained in lesson 01. Earlier means: in a row above, so the rows must be sorted by time. No later row changes a
    value.

    Without history nothing is strange: a customer's or a product's first order gets 0 in every history
    feature. For means, shares and the usual hour we count one imaginary earlier order that agrees with the
    present one. Its weight is 1/(n + 1) after n orders, so a surprise grows with the evidence behind it; the
    median price of a product needs no such help, prices move little. The log of the amount is not among the
    inputs: it is the sum of the first three, and an exact sum makes a covariance matrix singular.

    Parameters
    ----------
    orders : DataFrame of shape (n, k)
        Sorted by time, with customer_id, product_id, category, country, time, quantity, unit_price and amount
        (euros). Not changed.

    Returns
    -------
    float DataFrame of shape (n, 14)
        Same index, no NaN, no infinity.

    Raises
    ------
    ValueError
        Missing or text columns, NaN, infinity, values not above 0, unsorted times.

    >>> orders = pd.DataFrame({
    ...     "customer_id": [7, 7], "product_id": [1, 1],
    ...     "category": ["toys", "toys"], "country": ["DE", "FR"],
    ...     "time": pd.to_datetime(["2025-03-03 12:00", "2025-03-03 12:05"]),
    ...     "quantity": [1, 1], "unit_price": [10.0, 20.0], "amount": [10.0, 20.0]})
    >>> inputs = order_features(orders)[["log_price_vs_product", "country_surprise", "category_surprise"]]
    >>> inputs.round(2).values.tolist()
    [[0.0, 0.0, 0.0], [0.69, 0.69, 0.0]]
    """
    _check_orders(orders)
    if not orders["time"].is_monotonic_increasing:
        raise ValueError("the orders are not sorted by time; use orders.sort_values('time', kind='stable')")
    rows = orders[list(COLUMNS)].reset_index(drop=True)  # a duplicate index must not mix rows
    features = pd.DataFrame(_own(rows) | _product_history(rows) | _customer_history(rows) | _recent(rows))
    return features[list(ORDER_FEATURES)].astype(float).set_axis(orders.index, axis=0)


def _own(rows: pd.DataFrame) -> dict[str, pd.Series]:
    angle = _hour(rows["time"]) * 2 * np.pi / 24
    return {
        "log_quantity": np.log(rows["quantity"]),
        "log_unit_price": np.log(rows["unit_price"]),
        "log_amount_ratio": np.log(rows["amount"] / (rows["quantity"] * rows["unit_price"])),
        "hour_sin": np.sin(angle),
        "hour_cos": np.cos(angle),
    }


def _product_history(rows: pd.DataFrame) -> dict[str, pd.Series]:
    log_price, product = np.log(rows["unit_price"]), rows["product_id"]
    running_median = log_price.groupby(product).expanding().median().droplevel(0).sort_index()
    past_median = running_median.groupby(product).shift(1)
    return {
        "log_price_vs_product": (log_price - past_median).fillna(0.0),
        "log_quantity_vs_product": _excess(np.log(rows["quantity"]), product),
    }


def _customer_history(rows: pd.DataFrame) -> dict[str, pd.Series]:
    customer = rows["customer_id"]
    n_past = rows.groupby(customer).cumcount()
    n_country = rows.groupby([customer, "country"]).cumcount()
    n_category = rows.groupby([customer, "category"]).cumcount()
    return {
        "log_amount_vs_customer": _excess(np.log(rows["amount"]), customer),
        "hours_from_usual": _hours_from_usual(_hour(rows["time"]), customer),
        "country_surprise": np.log((n_past + 1) / (n_country + 1)),
        "category_surprise": np.log((n_past + 1) / (n_category + 1)),
        "log_customer_past_orders": np.log1p(n_past),
    }


def _recent(rows: pd.DataFrame) -> dict[str, pd.Series | np.ndarray]:
    first_recent = rows["time"].searchsorted(rows["time"] - RECENT, side="left")
    return {
        "log_customer_orders_10min": np.log1p(_customer_recent(rows)),
        "log_shop_orders_10min": np.log1p(np.arange(len(rows)) - first_recent),
    }


def _customer_recent(rows: pd.DataFrame) -> np.ndarray:
    """For each row the number of this customer's earlier orders within `RECENT`."""
    by_customer = rows[["time"]].assign(one=1.0, code=pd.factorize(rows["customer_id"])[0]).groupby("code")
    counts = by_customer.rolling(RECENT, on="time", closed="both")["one"].count().to_numpy()
    recent = np.empty(len(rows))
    # the counts come customer by customer, and each includes the row itself
    recent[np.argsort(by_customer.obj["code"], kind="stable")] = counts - 1
    return recent


def _past_sum(values: pd.Series, group: pd.Series) -> pd.Series:
    """For each row the sum over the earlier rows of its group."""
    return values.groupby(group).cumsum() - values


def _excess(values: pd.Series, group: pd.Series) -> pd.Series:
    """Value less the mean of the group's earlier values and one imaginary value equal to this one."""
    n_past = values.groupby(group).cumcount()
    return (n_past * values - _past_sum(values, group)) / (n_past + 1)


def _hours_from_usual(hour: pd.Series, customer: pd.Series) -> pd.Series:
    """Circular distance to the mean direction of the past hours, times the strength of that habit.

    The strength is the length of the summed unit vectors over n + 1: 0 without history or for hours all round
    the clock (whose mean direction means nothing), near 1 for many orders at one hour.
    """
    angle = hour * 2 * np.pi / 24
    x, y = _past_sum(np.cos(angle), customer), _past_sum(np.sin(angle), customer)
    gap = (angle - np.arctan2(y, x) + np.pi) % (2 * np.pi) - np.pi
    strength = np.hypot(x, y) / (customer.groupby(customer).cumcount() + 1)
    return gap.abs() * 24 / (2 * np.pi) * strength


def _hour(time: pd.Series) -> pd.Series:
    """Time of day in hours, [0, 24)."""
    return time.dt.hour + time.dt.minute / 60 + time.dt.second / 3600


def _check_orders(orders: pd.DataFrame) -> None:
    """Raise a ValueError that names the column, before any work is done."""
    if not isinstance(orders, pd.DataFrame):
        raise ValueError(f"orders must be a pandas DataFrame, not {type(orders).__name__}")
    if missing := [name for name in COLUMNS if name not in orders]:
        raise ValueError(f"orders lack the columns {missing}")
    if orders.empty:
        raise ValueError("orders are empty: at least one row is needed")
    for name in COLUMNS:
        _check_column(orders[name])


def _check_column(column: pd.Series) -> None:
    name = column.name
    if column.isna().any():
        raise ValueError(f"column {name!r} has {column.isna().sum()} missing values; drop those orders")
    if name == "time" and not pd.api.types.is_datetime64_any_dtype(column):
        raise ValueError("column 'time' must hold timestamps; convert it with pd.to_datetime")
    if name in NUMBERS:
        if not pd.api.types.is_numeric_dtype(column):
            raise ValueError(f"column {name!r} must hold numbers, not {column.dtype}")
        if not (np.isfinite(column) & (column > 0)).all():
            raise ValueError(f"column {name!r} must be positive and finite in every row")
