"""Regenerate data/orders.csv.gz: 20,000 SIMULATED orders of an invented online shop, over 90 days.

How to run it, from the top of the repository (a few seconds, no network):

    python data/regenerate/orders.py

Nothing here is real: not the customers, not the products, not one order. The generator is seeded and
FROZEN: it was written, looked at for plausibility (distributions, rhythms, counts) and tested before any
detector saw its data. A later change needs a reason that is not a detector's score.

Normal life in this shop
------------------------
- 3,200 accounts, most of which order at least once; how often they order is heavy-tailed. 60 % exist on the
  first day, the others join later. An account has a home country, a usual hour, 1 to 4 favourite
  categories, a spending level and a usual way to pay.
- 300 products in 8 categories. List prices are log-normal with a median from 5 (groceries) to 260 euros
  (electronics); a price moves by a few percent now and then. Few products sell much, many sell little.
- Quantities are heavy-tailed. Nights are quiet, Sundays and Mondays strong, Saturdays weak.
- Three sales days (SALES_DAYS) bring about twice the orders, at 20 to 30 % off for 70 % of the products.
  They are normal.

What is odd and yet normal, so that no single rule is perfect
-------------------------------------------------------------
- a coupon takes 5, 10, 15 or 20 % off the amount in 10 % of the orders;
- small firms (2 % of the accounts) buy 5 to 15 pieces in half of their orders, and groceries by the case
  (12, 24, 36 or 48);
- travellers: 2 to 3 % of the orders come from another country than the account's own, during one trip of 1
  to 3 weeks;
- 15 % of the orders come at any hour of the shop's day instead of the account's usual hour, some at night;
- gifts: 17 % of the orders lie outside the account's favourite categories;
- households: 3 % of the orders follow another one of the same account within ten minutes.

The five kinds of anomaly (label 1; 400 rows, 2 %)
--------------------------------------------------
- "bulk order", 80 rows. Far more pieces than anyone orders of such a product: 30 to 200, of groceries 100
  to 300. In life: a reseller empties the shelf, a stolen card is turned into goods, a finger slips on the
  keyboard. Price and amount are right.
- "wrong price", 80 rows. The unit price is ordinary for the shop (inside the 5 to 95 % range of what it
  charges) and wrong for this product: at most a third or at least three times its usual price, taken from
  an order in another category. In life: a price list is imported with a shifted row, and a laptop sells at
  the price of a book. The amount follows the wrong price.
- "amount mismatch", 80 rows. The amount is not quantity x unit price and no coupon explains it: a decimal
  slip (x 10 or / 10), charged twice (x 2), or one piece of two or three dropped (x 1/2, x 2/3). The amount
  itself is ordinary (5 to 95 %). In life: a bug in the checkout, a broken currency or tax rule, tampering
  with the cart.
- "card testing", 10 bursts, 100 rows. 6 to 14 tiny orders within minutes from one account, half of the
  accounts brand-new. In life: a thief tries stolen card numbers on cheap goods to learn which still work.
  Each order alone is harmless, and so is the first of each burst.
- "account takeover", 60 rows. A regular's account (five orders or more so far) orders at an hour six or
  more hours from its usual one, from a country it never ordered from, in a category it never bought from;
  something dearer than half of what the shop sells. In life: a leaked password. Hour, country and category
  are each seen among legitimate orders; only together are they strange.

Each kind is spread over the 90 days, so every part of a chronological split holds all five. Amounts and
prices are in euros, times are local shop times.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from gzip_file import DATA_DIR, update_gzip

__all__ = ["COLUMNS", "N_DAYS", "SALES_DAYS", "START", "main", "simulate_orders", "to_csv"]

SEED = 20_250_303
START = pd.Timestamp("2025-03-03")  # a Monday
N_DAYS = 90
N_ORDERS = 20_000
N_CUSTOMERS = 3_200
SALES_DAYS = ("2025-03-21", "2025-04-25", "2025-05-23")
COLUMNS = [
    "order_id",
    "customer_id",
    "product_id",
    "category",
    "quantity",
    "unit_price",
    "amount",
    "country",
    "payment_method",
    "time",
    "label",
    "kind",
]

# median list price in euros, spread of the log price, products, popularity, exponent of the quantities
CATEGORIES = pd.DataFrame.from_dict(
    {
        "electronics": (260.0, 0.80, 42, 0.11, 4.5),
        "furniture": (150.0, 0.60, 26, 0.06, 3.2),
        "sports": (48.0, 0.60, 34, 0.10, 3.4),
        "clothing": (34.0, 0.50, 58, 0.20, 2.8),
        "toys": (20.0, 0.50, 34, 0.11, 3.0),
        "beauty": (15.0, 0.50, 34, 0.12, 2.5),
        "books": (13.0, 0.35, 42, 0.14, 2.8),
        "groceries": (5.0, 0.50, 30, 0.16, 1.6),
    },
    orient="index",
    columns=["price", "spread", "products", "popularity", "exponent"],
)

COUNTRIES = pd.Series(
    {
        "DE": 0.42,
        "FR": 0.14,
        "AT": 0.10,
        "NL": 0.08,
        "IT": 0.07,
        "ES": 0.06,
        "PL": 0.05,
        "BE": 0.04,
        "CH": 0.025,
        "DK": 0.015,
    }
)
PAYMENTS = pd.Series({"card": 0.46, "paypal": 0.30, "invoice": 0.16, "bank transfer": 0.08})
# relative number of orders in each hour of the day, from midnight, and on each weekday, from Monday
HOURS = np.array([9, 5, 3, 2, 2, 4, 12, 25, 40, 52, 60, 64, 70, 66, 58, 56, 60, 68, 78, 92, 100, 84, 52, 24.0])
WEEKDAYS = np.array([1.10, 1.00, 0.97, 0.98, 0.95, 0.82, 1.18])
SALES_RUSH = 2.2

BULK, WRONG_PRICE, MISMATCH = "bulk order", "wrong price", "amount mismatch"
CARD_TESTING, TAKEOVER = "card testing", "account takeover"
N_BULK, N_WRONG_PRICE, N_MISMATCH, N_TAKEOVER = 80, 80, 80, 60
BURST_SIZES = np.array([6, 7, 8, 9, 10, 10, 11, 12, 13, 14])
TINY_PRICE = 6.0  # euros
MISMATCH_WEIGHTS = np.array([1.0, 1.0, 1.0, 4.0])  # the last needs two or three pieces and is seldom possible
ORDINARY = [0.06, 0.94]  # inside the 5 to 95 % range that is promised, with a margin for what changes later


@dataclass(frozen=True)
class Shop:
    """The invented shop: who buys, what is sold, at what price on which day."""

    customers: pd.DataFrame  # one row an account; its position is the account
    favourites: np.ndarray  # (n_customers, n_categories), rows sum to 1
    products: pd.DataFrame  # one row a product, grouped by category
    prices: np.ndarray  # (n_products, N_DAYS), euros


def main() -> None:
    """Write data/orders.csv.gz."""
    print(update_gzip(DATA_DIR / "orders.csv.gz", to_csv(simulate_orders())))


def to_csv(orders: pd.DataFrame) -> bytes:
    r"""Write the file's content (uncompressed): euros with two decimals, times to the second, \n at line ends."""
    seconds = "%Y-%m-%d %H:%M:%S"
    text = orders.to_csv(index=False, float_format="%.2f", date_format=seconds, lineterminator="\n")
    return text.encode("ascii")


def simulate_orders(seed: int = SEED) -> pd.DataFrame:
    """Simulate 20,000 orders (rows sorted by time) with the columns `COLUMNS`."""
    rng = np.random.default_rng(seed)
    shop = make_shop(rng)
    n_regular = N_ORDERS - BURST_SIZES.sum() - N_TAKEOVER
    orders = simulate_normal(rng, shop, n_regular)
    usual = orders.copy()
    orders["kind"] = spread_kinds(rng, orders)
    make_bulk(rng, orders)
    make_wrong_price(rng, orders, usual, np.median(shop.prices, axis=1))
    make_mismatch(rng, orders)
    bursts = simulate_card_testing(rng, shop, orders)
    takeovers = simulate_takeovers(rng, shop, orders)
    return finish(rng, pd.concat([orders, bursts, takeovers], ignore_index=True))


# ---------------------------------------------------------------------------------------------- the shop


def make_shop(rng: np.random.Generator) -> Shop:
    """Draw accounts, products and daily prices."""
    products = make_products(rng)
    return Shop(make_customers(rng), make_favourites(rng), products, make_prices(rng, products))


def make_products(rng: np.random.Generator) -> pd.DataFrame:
    """One row a product: category (a position in `CATEGORIES`), price level, list price, popularity."""
    category = np.repeat(np.arange(len(CATEGORIES)), CATEGORIES["products"])
    of_category = CATEGORIES.iloc[category].reset_index(drop=True)
    level = rng.normal(size=len(category))  # position on the category's price scale, in standard deviations
    list_price = of_category["price"] * np.exp(of_category["spread"] * np.clip(level, -2.2, 2.2))
    popularity = np.exp(rng.normal(0.0, 1.0, size=len(category)))
    return pd.DataFrame({"category": category, "level": level, "list_price": list_price, "popularity": popularity})


def make_prices(rng: np.random.Generator, products: pd.DataFrame) -> np.ndarray:
    """Price of each product on each day: small moves now and then, sales days, a 9 at the end."""
    shape = (len(products), N_DAYS)
    moves = np.where(rng.random(shape) < 0.02, rng.normal(0.0, 0.04, size=shape), 0.0)
    price = products["list_price"].to_numpy()[:, None] * np.exp(np.cumsum(moves, axis=1))
    price = np.maximum(np.round(price, 1) - 0.01, 0.99)
    on_sale = rng.random(shape) < 0.7
    on_sale &= is_sales_day(np.arange(N_DAYS))
    reduction = rng.uniform(0.20, 0.30, size=shape)
    return np.round(np.where(on_sale, price * (1 - reduction), price), 2)


def make_customers(rng: np.random.Generator) -> pd.DataFrame:
    """One row an account: how often, since when, from where, at what hour, how dear, how paid, one trip."""
    n = N_CUSTOMERS
    first_day = np.sort(np.where(rng.random(n) < 0.6, 0, rng.integers(0, N_DAYS, size=n)))
    firm = rng.random(n) < 0.02
    home = draw(rng, COUNTRIES, n)
    customers = pd.DataFrame(
        {
            "loyalty": np.exp(1.1 * np.clip(rng.normal(size=n), -2.5, 2.5)) * np.where(firm, 2.0, 1.0),
            "first_day": first_day,
            "home": home,
            "usual_hour": np.where(firm, rng.uniform(8, 17, size=n), draw_hours(rng, n)),
            "spending": rng.normal(0.0, 0.8, size=n),
            "payment": draw(rng, PAYMENTS, n),
            "firm": firm,
            "trip_start": np.where(rng.random(n) < 0.21, rng.uniform(0, N_DAYS, size=n), np.inf),
            "trip_days": rng.uniform(7, 21, size=n),
            "trip_country": draw_other(rng, home),
        }
    )
    return customers


def make_favourites(rng: np.random.Generator) -> np.ndarray:
    """Each account's shares of its 1 to 4 favourite categories; zero elsewhere. Shape (n_customers, 8)."""
    shape = (N_CUSTOMERS, len(CATEGORIES))
    # the smallest of popularity-weighted exponentials: a weighted draw without replacement
    order = np.argsort(rng.exponential(size=shape) / CATEGORIES["popularity"].to_numpy(), axis=1)
    n_favourites = rng.integers(1, 5, size=(N_CUSTOMERS, 1))
    is_favourite = np.argsort(order, axis=1) < n_favourites
    shares = np.where(is_favourite, rng.exponential(size=shape) + 0.2, 0.0)
    return shares / shares.sum(axis=1, keepdims=True)


def is_sales_day(day: np.ndarray) -> np.ndarray:
    """Mark the positions of `SALES_DAYS`, counted from `START`."""
    return np.isin(day, [(pd.Timestamp(date) - START).days for date in SALES_DAYS])


# ------------------------------------------------------------------------------------------------ draws


def draw(rng: np.random.Generator, shares: pd.Series, n: int) -> np.ndarray:
    """`n` labels of `shares` (a Series of probabilities)."""
    return shares.index.to_numpy(dtype=object)[draw_rows(rng, np.tile(shares.to_numpy(), (n, 1)))]


def draw_rows(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """One column position for each row of `weights` (n, k), in proportion to the row's weights."""
    cumulative = np.cumsum(weights, axis=1)
    threshold = rng.random((len(weights), 1)) * cumulative[:, -1:]
    return (cumulative <= threshold).sum(axis=1)


def draw_other(rng: np.random.Generator, countries: np.ndarray) -> np.ndarray:
    """For each country another one; large ones are visited more often, small ones are not rare."""
    weights = np.tile(np.sqrt(COUNTRIES.to_numpy()), (len(countries), 1))
    weights[COUNTRIES.index.to_numpy() == np.asarray(countries)[:, None]] = 0.0
    return COUNTRIES.index.to_numpy(dtype=object)[draw_rows(rng, weights)]


def draw_hours(rng: np.random.Generator, n: int) -> np.ndarray:
    """`n` times of day in hours, [0, 24), from the shop's daily rhythm."""
    return draw_rows(rng, np.tile(HOURS, (n, 1))) + rng.random(n)


def draw_quantities(rng: np.random.Generator, category: np.ndarray) -> np.ndarray:
    """Heavy-tailed quantities of 1 to 12 pieces: Zipf's law with the category's exponent, cut at 12."""
    pieces = np.arange(1, 13)
    return 1 + draw_rows(rng, pieces ** -CATEGORIES["exponent"].to_numpy()[category][:, None])


def draw_products(rng: np.random.Generator, shop: Shop, category: np.ndarray, spending: np.ndarray) -> np.ndarray:
    """Draw a product in each category: popular ones more often, near the account's spending level."""
    fits = np.exp(-0.5 * ((shop.products["level"].to_numpy() - spending[:, None]) / 0.8) ** 2)
    weights = shop.products["popularity"].to_numpy() * (fits + 0.02)
    return draw_rows(rng, np.where(shop.products["category"].to_numpy() == category[:, None], weights, 0.0))


# ---------------------------------------------------------------------------------------- normal orders


def simulate_normal(rng: np.random.Generator, shop: Shop, n: int) -> pd.DataFrame:
    """`n` normal orders, sorted by time; `time` in days since `START`."""
    n_second = int(0.03 * n)
    customer, day = draw_visits(rng, shop, n - n_second)
    time = day + draw_times_of_day(rng, shop, customer)
    followed = np.sort(rng.choice(n - n_second, size=n_second, replace=False))
    customer = np.r_[customer, customer[followed]]
    time = np.r_[time, time[followed] + rng.uniform(1, 10, size=n_second) / (24 * 60)]
    time = np.minimum(time, N_DAYS - 1e-4)
    order = np.argsort(time, kind="stable")
    return fill_orders(rng, shop, customer[order], time[order])


def draw_visits(rng: np.random.Generator, shop: Shop, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Who orders on which day: loyalty decides who, weekday and sales when; never before the first day."""
    days = np.arange(N_DAYS)
    cumulative = np.cumsum(WEEKDAYS[days % 7] * np.where(is_sales_day(days), SALES_RUSH, 1.0))
    before = np.r_[0.0, cumulative][shop.customers["first_day"]]
    weights = shop.customers["loyalty"].to_numpy() * (cumulative[-1] - before)
    customer = rng.choice(N_CUSTOMERS, size=n, p=weights / weights.sum())
    moment = before[customer] + rng.random(n) * (cumulative[-1] - before[customer])
    return customer, np.searchsorted(cumulative, moment, side="right")


def draw_times_of_day(rng: np.random.Generator, shop: Shop, customer: np.ndarray) -> np.ndarray:
    """Time of day as a share of the day: near the account's usual hour, 15 % anywhere in the shop's day."""
    n = len(customer)
    near_usual = shop.customers["usual_hour"].to_numpy()[customer] + rng.normal(0.0, 1.5, size=n)
    hour = np.where(rng.random(n) < 0.15, draw_hours(rng, n), near_usual)
    return (hour % 24) / 24


def fill_orders(rng: np.random.Generator, shop: Shop, customer: np.ndarray, time: np.ndarray) -> pd.DataFrame:
    """Draw what these accounts order at these times: all columns of a normal order."""
    n, who, day = len(customer), shop.customers.iloc[customer].reset_index(drop=True), time.astype(int)
    gift = rng.random(n) < 0.17
    not_favourite = (shop.favourites[customer] == 0) * CATEGORIES["popularity"].to_numpy()
    category = draw_rows(rng, np.where(gift[:, None], not_favourite, shop.favourites[customer]))
    product = draw_products(rng, shop, category, who["spending"].to_numpy())
    quantity = order_quantities(rng, who["firm"].to_numpy(), category)
    coupon = np.where(rng.random(n) < 0.10, rng.choice([0.05, 0.10, 0.15, 0.20], size=n), 0.0)
    away = (time >= who["trip_start"]) & (time < who["trip_start"] + who["trip_days"])
    other_payment = rng.random(n) < 0.10
    orders = pd.DataFrame(
        {
            "customer": customer,
            "product": product,
            "category": category,
            "quantity": quantity,
            "unit_price": shop.prices[product, day],
            "coupon": coupon,
            "country": np.where(away, who["trip_country"], who["home"]),
            "payment_method": np.where(other_payment, draw(rng, PAYMENTS, n), who["payment"]),
            "time": time,
        }
    )
    return orders.assign(amount=lambda o: amount_due(o))


def order_quantities(rng: np.random.Generator, firm: np.ndarray, category: np.ndarray) -> np.ndarray:
    """Quantities of normal orders; half of a firm's orders are larger, groceries then by the case."""
    n = len(firm)
    groceries = category == CATEGORIES.index.get_loc("groceries")
    larger = np.where(groceries, rng.choice([12, 24, 36, 48], size=n), rng.integers(5, 16, size=n))
    return np.where(firm & (rng.random(n) < 0.5), larger, draw_quantities(rng, category))


def amount_due(orders: pd.DataFrame) -> pd.Series:
    """Quantity x unit price less the coupon, in euros and cents."""
    return (orders["quantity"] * orders["unit_price"] * (1 - orders["coupon"])).round(2)


# -------------------------------------------------------------------------------------- anomalous orders


def spread_kinds(rng: np.random.Generator, orders: pd.DataFrame) -> np.ndarray:
    """Choose the rows of the first three kinds, evenly over the rows and hence over the days."""
    kind = np.full(len(orders), "normal", dtype=object)
    can_mismatch = ordinary_mismatches(orders).notna().any(axis=1).to_numpy()
    for name, n, suited in (
        (BULK, N_BULK, True),
        (WRONG_PRICE, N_WRONG_PRICE, True),
        (MISMATCH, N_MISMATCH, can_mismatch),
    ):
        free = np.flatnonzero((kind == "normal") & suited)
        kind[[rng.choice(stretch) for stretch in np.array_split(free, n)]] = name
    return kind


def make_bulk(rng: np.random.Generator, orders: pd.DataFrame) -> None:
    """Raise the quantities of the rows of kind `BULK`, log-uniformly; the amounts follow."""
    rows = orders.index[orders["kind"] == BULK]
    groceries = orders.loc[rows, "category"] == CATEGORIES.index.get_loc("groceries")
    low, high = np.where(groceries, 100, 30), np.where(groceries, 300, 200)
    orders.loc[rows, "quantity"] = np.round(low * (high / low) ** rng.random(len(rows))).astype(int)
    orders.loc[rows, "amount"] = amount_due(orders.loc[rows])


def make_wrong_price(
    rng: np.random.Generator, orders: pd.DataFrame, usual: pd.DataFrame, usual_price: np.ndarray
) -> None:
    """Give the rows of kind `WRONG_PRICE` a unit price from another category; rather too low."""
    donors = usual[usual["unit_price"].between(*usual["unit_price"].quantile(ORDINARY))]
    rows = orders["kind"] == WRONG_PRICE
    for row in orders.index[rows]:
        foreign = donors.loc[donors["category"] != orders.at[row, "category"], "unit_price"].to_numpy()
        right = usual_price[orders.at[row, "product"]]
        too_low, too_high = foreign[foreign <= right / 3.2], foreign[foreign >= right * 3.2]
        rather_low = len(too_low) > 0 and (rng.random() < 0.75 or len(too_high) == 0)
        orders.at[row, "unit_price"] = rng.choice(too_low if rather_low else too_high)
    orders.loc[rows, "amount"] = amount_due(orders[rows])


def make_mismatch(rng: np.random.Generator, orders: pd.DataFrame) -> None:
    """Falsify the amounts of the rows of kind `MISMATCH` such that they stay ordinary for the shop."""
    wrong = ordinary_mismatches(orders)
    for row in orders.index[orders["kind"] == MISMATCH]:
        weights = MISMATCH_WEIGHTS * wrong.loc[row].notna().to_numpy()
        orders.at[row, "amount"] = wrong.loc[row].iloc[draw_rows(rng, weights[None, :])[0]]


def ordinary_mismatches(orders: pd.DataFrame) -> pd.DataFrame:
    """List the wrong amounts an order could show: four columns, NaN where extraordinary or with a coupon."""
    low, high = orders["amount"].quantile(ORDINARY)
    quantity = orders["quantity"]
    dropped = ((quantity - 1) / quantity).where(quantity.isin([2, 3]))
    factors = pd.DataFrame({"decimal down": 0.1, "decimal up": 10.0, "twice": 2.0, "one dropped": dropped})
    wrong = factors.mul(orders["amount"], axis=0).round(2)
    return wrong.where((wrong >= low) & (wrong <= high)).where(orders["coupon"] == 0)


def simulate_card_testing(rng: np.random.Generator, shop: Shop, orders: pd.DataFrame) -> pd.DataFrame:
    """Ten bursts of tiny card orders, one in each tenth of the orders, half from brand-new accounts."""
    n_bursts = len(BURST_SIZES)
    burst = np.repeat(np.arange(n_bursts), rng.permutation(BURST_SIZES))
    moment = (np.arange(n_bursts) + rng.uniform(0.2, 0.8, size=n_bursts)) / n_bursts
    start = np.floor(orders["time"].quantile(moment).to_numpy()) + rng.uniform(0.0, 0.99, size=n_bursts)
    known = rng.choice(np.flatnonzero(shop.customers["first_day"] == 0), size=n_bursts, replace=False)
    account = np.where(rng.permutation(n_bursts) % 2 == 0, known, N_CUSTOMERS + np.arange(n_bursts))
    home = shop.customers["home"].to_numpy()[known]
    country = np.where(account < N_CUSTOMERS, home, draw(rng, COUNTRIES, n_bursts))
    gaps = rng.uniform(8, 40, size=len(burst)) / 86_400
    time = start[burst] + pd.Series(gaps).groupby(burst).cumsum().to_numpy()
    tiny = np.flatnonzero(shop.prices.max(axis=1) < TINY_PRICE)
    product = rng.choice(tiny, size=len(burst))
    orders = pd.DataFrame(
        {
            "customer": account[burst],
            "product": product,
            "category": shop.products["category"].to_numpy()[product],
            "quantity": 1,
            "coupon": 0.0,
            "unit_price": shop.prices[product, time.astype(int)],
            "country": country[burst],
            "payment_method": "card",
            "time": time,
            "kind": CARD_TESTING,
        }
    )
    return orders.assign(amount=lambda o: amount_due(o))


def simulate_takeovers(rng: np.random.Generator, shop: Shop, orders: pd.DataFrame) -> pd.DataFrame:
    """Sixty orders from sixty regulars' accounts, evenly over the days from the second week on."""
    edges = np.linspace(7, N_DAYS, N_TAKEOVER + 1)
    victims: list[int] = []
    rows = []
    for day in rng.uniform(edges[:-1], edges[1:]).astype(int):
        row = takeover(rng, shop, orders, day, victims)
        victims.append(row["customer"])
        rows.append(row)
    return pd.DataFrame(rows).assign(amount=lambda o: amount_due(o), kind=TAKEOVER)


def takeover(rng: np.random.Generator, shop: Shop, orders: pd.DataFrame, day: int, victims: list[int]) -> dict:
    """One takeover on `day`: draw regulars until hour, country, category and price can all be as defined."""
    middle, high = orders.loc[orders["kind"] == "normal", "unit_price"].quantile([0.5, ORDINARY[1]])
    past = orders[orders["time"] < day + 1]
    n_before = past[past["time"] < day].groupby("customer").size().drop(victims, errors="ignore")
    for customer in rng.permutation(n_before.index[n_before >= 5]):
        history = past[past["customer"] == customer]
        price = shop.prices[:, day]
        strange = ~shop.products["category"].isin(history["category"]).to_numpy()
        dear = (price > middle) & (price < high)
        hour = strange_hour(rng, history["time"].to_numpy())
        abroad = COUNTRIES.index.difference([*history["country"], shop.customers.at[customer, "home"]])
        if not (strange & dear).any() or abroad.empty or hour is None:
            continue
        weights = shop.products["popularity"].to_numpy() * (strange & dear)
        product = int(draw_rows(rng, weights[None, :])[0])
        return {
            "customer": customer,
            "product": product,
            "category": shop.products.at[product, "category"],
            "quantity": 1 + int(rng.random() < 0.2),
            "unit_price": price[product],
            "coupon": 0.0,
            "country": rng.choice(abroad.to_numpy(dtype=object)),
            "payment_method": draw(rng, PAYMENTS, 1)[0],
            "time": day + hour / 24,
        }
    raise RuntimeError(f"no account on day {day} can be taken over as defined")


def strange_hour(rng: np.random.Generator, times: np.ndarray) -> float | None:
    """Draw an hour seven to twelve hours from the circular mean of `times` (days); None without a usual hour."""
    mean = np.exp(2j * np.pi * times).mean()
    if abs(mean) < 0.5:
        return None
    usual = np.angle(mean) * 12 / np.pi
    return float((usual + 12 + rng.uniform(-5, 5)) % 24)


# ------------------------------------------------------------------------------------------- the table


def finish(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    """Sort by time, turn positions into ids and days into timestamps, keep the shop's columns."""
    orders = orders.sort_values("time", kind="stable", ignore_index=True)
    customer_ids = 10_001 + rng.permutation(N_CUSTOMERS + len(BURST_SIZES))  # no pattern to learn from an id
    product_ids = 1_001 + rng.permutation(CATEGORIES["products"].sum())
    return orders.assign(
        order_id=500_001 + np.arange(len(orders)),
        customer_id=customer_ids[orders["customer"]],
        product_id=product_ids[orders["product"]],
        category=CATEGORIES.index.to_numpy(dtype=object)[orders["category"]],
        time=(START + pd.to_timedelta(np.floor(orders["time"] * 86_400), unit="s")),
        label=(orders["kind"] != "normal").astype(int),
    )[COLUMNS]


if __name__ == "__main__":
    main()
