"""Checks of the exercises of lesson 01, Z-scores and IQR."""

import dis
from functools import cache, partial
from types import CodeType, FunctionType

from helpers.checks.core import Wrong, as_number, as_numbers, as_parts, as_series, exercise, refuse, try_out
from helpers.datasets.features import order_features
from helpers.datasets.tables import load_orders

import numpy as np
import pandas as pd

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

N_PAST, N_EARLY = 12_000, 8_000
BAR, MOST_MISSED, TOO_GOOD = 59, 800, 73  # alarms right, euros, alarms right
ROW_ORDER = 15  # so many alarms may hang on the order of the rows, as with a forest that draws rows at random
close = partial(np.isclose, rtol=0.005)


@cache
def shop():
    """Load the orders as the lesson has them, once."""
    return load_orders()


@cache
def features():
    """Compute the lesson's 14 columns, once."""
    return order_features(shop().data)


@exercise
def exercise_1(breaks_at) -> str:
    """Count the forged orders among a customer's ten at which fences and modified z-score go blind.

    >>> exercise_1({"fences": 3, "modified z": 4})
    not yet: modified z: with four forged orders of ten the median still lies between honest ones, and the forged \
ones score 224
    """
    fences, modified = as_parts(breaks_at, ["fences", "modified z"])
    fences, modified = as_number(fences, 'breaks_at["fences"]'), as_number(modified, 'breaks_at["modified z"]')
    refuse(
        {
            "count the orders, out of ten; these are shares": 0 < fences < 1 or 0 < modified < 1,
            "the two are swapped: which ruler is made of the upper quartile, which of the middle?": (fences, modified)
            == (5, 3),
            "keep ten orders: replace her largest ones, do not add to the ten or to the honest nine": fences == 4
            or modified > 6,
            "fences: with two forged orders the upper quartile is still an honest 28 euros, and the fence 43": fences
            <= 2,
            f"fences: {fences:g} are more than it takes. Where does the upper quartile of ten values lie?": fences > 3,
            "modified z: with four forged orders of ten the median still lies between honest ones, and the forged "
            "ones score 224": modified <= 4,
            "modified z: at six MAD is 0 and the score no number at all; at which count is it first not above 3.5?": (
                modified == 6
            ),
            "modified z: a whole number of orders is needed": modified != 5,
            "fences: a whole number of orders is needed": fences != 3,
        }
    )
    return (
        "three forged orders of ten make up the upper quartile (breakdown point 25 %), five make up the median "
        "(50 %). The z-score of the largest was never above 3.00, not even with a single one"
    )


@exercise
def exercise_2(n) -> str:
    """Find the smallest sample in which a z-score can exceed 3.

    >>> exercise_2(10)
    not yet: with n = 10 the largest possible z-score is 3.00, and that is not greater than 3
    """
    n = as_number(n, "n")
    if not np.isfinite(n) or n != int(n) or n < 2:
        raise Wrong("n counts values: a whole number, two or more")
    if n <= 10:
        largest = np.sqrt(n - 1)
        raise Wrong(f"with n = {n:.0f} the largest possible z-score is {largest:.2f}, and that is not greater than 3")
    if n > 11:
        raise Wrong(f"a z-score can exceed 3 among {n:.0f} values, but {n - 1:.0f} are enough too. How few can it be?")
    return "eleven. A dashboard that compares a day with the seven days it is one of can never flag |z| > 3"


def wrong_prices(scores: pd.Series) -> int:
    return int((shop().kinds[scores.nlargest(80).index] == "wrong price").sum())


def as_multiple(gap: pd.Series, reference: pd.Series) -> bool:
    """Whether the gaps are the reference's in some unit: logarithms to base 2 or 10 are as good."""
    scale = gap.max() / reference.max()
    return scale > 0 and np.allclose(gap, scale * reference, atol=1e-6 * scale)


def price_gaps(centre) -> tuple[pd.Series, pd.Series]:
    """The distances of the log prices from a centre of their product, and each product's standard deviation."""
    log_price = np.log(shop().data["unit_price"])
    by_product = log_price.groupby(shop().data["product_id"])
    return (log_price - by_product.transform(centre)).abs(), by_product.transform("std")


def log_of_median(log_price: pd.Series) -> float:
    """The log of the median price: between two middle prices it is not quite the median of the logs."""
    return float(np.log(np.exp(log_price).median()))


@exercise
def exercise_3(price_gap, hits, hits_by_z) -> str:
    """Measure how far each log price lies from the median log price of its product; count hits with and without a unit.

    >>> exercise_3([1.0, 2.0], 80, 60)
    not yet: price_gap should have shape (20000,), one number a row, and this has shape (2,)
    """
    gap = as_series(price_gap, shop().data.index, "price_gap")
    (right, spread), (from_mean, _), (as_right, _) = map(price_gaps, ("median", "mean", log_of_median))
    found = as_multiple(gap, right) or as_multiple(gap, as_right)
    prices = shop().data["unit_price"]
    in_euros = (prices - prices.groupby(shop().data["product_id"]).transform("median")).abs()
    refuse(
        {
            f"price_gap holds {gap.isna().sum()} NaN; transform keeps one value for every row": gap.isna().any(),
            "some gaps are negative: too cheap is as wrong as too dear, so take .abs()": (gap < 0).any(),
            "these are distances from the mean: where a product has few orders, the wrong price drags its mean along; "
            "take the median": as_multiple(gap, from_mean),
            "these are distances in euros: ten euros are little for a sofa and much for a cream. Logs first": (
                as_multiple(gap, in_euros)
            ),
            f"{wrong_prices(gap)} of your 80 largest gaps are wrong prices. Logs first, then the distance from the "
            "median of the same product_id, in absolute value and not divided by anything": not found,
        }
    )
    hits, by_z, n_by_z = as_number(hits, "hits"), as_number(hits_by_z, "hits_by_z"), wrong_prices(gap / spread)
    refuse(
        {
            "price_gap is right; hits and hits_by_z are counts, from 0 to 80": 0 < hits < 1 or 0 < by_z < 1,
            f"price_gap is right; hits is not {hits:g}: of price_gap.nlargest(80), how many have the kind "
            '"wrong price"?': hits != wrong_prices(gap),
            "price_gap and hits are right; for hits_by_z divide price_gap by each product's standard deviation before "
            "you take the 80 largest": by_z != n_by_z,
        }
    )
    return (
        f"{hits:g} of the 80 largest are wrong prices; divided by each product's standard deviation it is {by_z:g}, "
        "since a wrong price among few orders stretches its own ruler"
    )


def reference_alarms(past: pd.DataFrame, recent: pd.DataFrame) -> np.ndarray:
    columns = ["quantity", "unit_price", "amount"]
    logs_past, logs_recent = np.log(past[columns]), np.log(recent[columns])
    return ((logs_recent - logs_past.mean()).abs() > 3 * logs_past.std(ddof=0)).any(axis=1).to_numpy()


def flags_of(alarms, past: pd.DataFrame, recent: pd.DataFrame) -> np.ndarray:
    """Call the learner's function on copies, so that nothing it does can reach the lesson's data."""
    flags = as_numbers(try_out(alarms, past.copy(), recent.copy()), len(recent), "what alarms(past, recent) returns")
    if not np.isin(flags, [0, 1]).all():
        raise Wrong("alarms should return True or False for each order, and these are scores: compare them with 3")
    return flags > 0


@exercise
def exercise_4(alarms) -> str:
    """Mend the detector; the first thing that goes wrong on changed orders is named.

    >>> exercise_4(lambda past, recent: recent["amount"] > recent["amount"].quantile(0.95))
    not yet: an order's alarm changed when other recent orders were taken away: mean, standard deviation and limit may \
use the past only. A percentile of the judged scores calls 5 % odd on the quietest day
    """
    past, recent = shop().data.iloc[:N_PAST], shop().data.iloc[N_PAST:]
    flags = flags_of(alarms, past, recent)
    cheaper = (recent["amount"] < recent["amount"].median()).to_numpy()
    trials = {
        "an order's alarm changed when other recent orders were taken away: mean, standard deviation and "
        "limit may use the past only. A percentile of the judged scores calls 5 % odd on the quietest day": (
            recent[cheaper],
            flags[cheaper],
        ),
        "alarms change when customers get other ids: an id is a name, leave it out": (
            recent.assign(customer_id=recent["customer_id"] * 1000),
            flags,
        ),
    }
    for column in ("quantity", "unit_price", "amount"):
        trials[f"a million in the column {column} raises no alarm: that column does not count"] = (
            recent.assign(**{column: 1e6}),
            True,
        )
        trials[
            f"a millionth in the column {column} raises no alarm. Either the sign is lost (take .abs()), or the logs "
            "are missing: without them small is never far"
        ] = recent.assign(**{column: 1e-6}), True
    for sentence, (orders, expected) in trials.items():
        if (flags_of(alarms, past, orders) != expected).any():
            raise Wrong(sentence)
    right = reference_alarms(past, recent)
    if abs(flags.mean() - right.mean()) > 0.002 or (flags != right).mean() > 0.002:
        raise Wrong(
            f"{flags.mean():.1%} of the orders raise an alarm, the repaired rule gives {right.mean():.1%}: "
            "logs of the three columns, |z| > 3 in any of them"
        )
    odd = shop().labels.iloc[N_PAST:].to_numpy()[right].mean()
    return f"no ids, a ruler from the past, both directions, a fixed limit: {right.sum()} alarms, {odd:.0%} of them odd"


def scores_by(my_score, past: pd.DataFrame, recent: pd.DataFrame) -> pd.Series:
    """Call the learner's function on copies; one score for each row of `recent`."""
    scores = as_series(try_out(my_score, past.copy(), recent.copy()), recent.index, "what my_score returns")
    if scores.isna().any():
        raise Wrong(f"my_score returns {scores.isna().sum()} NaN: every recent order needs a score")
    return scores


def renamed(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows in the same order, each under the index of another."""
    return rows.set_axis(np.random.default_rng(0).permutation(rows.index))


def read_from_outside(function: FunctionType) -> dict:
    """What a function and its own helpers read beside their arguments, by name."""
    codes, values, seen = [function.__code__], {}, set()
    while codes:
        code = codes.pop()
        names = {step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for name in (names & function.__globals__.keys()) - seen:
            seen.add(name)
            values[name] = function.__globals__[name]
            if isinstance(values[name], FunctionType) and values[name].__globals__ is function.__globals__:
                codes.append(values[name].__code__)
    return values


def demand_only_past_teaches(my_score, past: pd.DataFrame, recent: pd.DataFrame, scores: pd.Series) -> None:
    """Score changed rows: what is learnt may come from `past` alone, and nothing may be looked up by the index."""

    def as_before(past, recent, n=None):
        return np.allclose(scores_by(my_score, past, recent), scores.iloc[:n], rtol=1e-6, atol=1e-9)

    if not as_before(past, recent):
        raise Wrong("the same orders got other scores at a second call: give what draws at random a fixed random_state")
    if not as_before(past, recent.iloc[:500], 500):
        raise Wrong(
            "an order's score changed when later orders were taken away: learn means, units and caps from past only"
        )
    if as_before(past.iloc[: len(past) // 2], recent):
        raise Wrong(
            "another past, the same scores: with half of the rows of past nothing changed. So past does not teach this "
            "function, and what it knows comes from elsewhere: all 20,000 rows, labels, or fixed numbers"
        )
    if not as_before(renamed(past), renamed(recent)):
        raise Wrong(
            "the same rows under another index got other scores: something is looked up by the index, such as labels, "
            "kinds or all orders. Nobody has marked the past: learn from the columns of past alone"
        )
    for name, value in read_from_outside(my_score).items() if isinstance(my_score, FunctionType) else ():
        if hasattr(value, "labels") or (isinstance(value, pd.DataFrame | pd.Series) and len(value) >= N_EARLY):
            raise Wrong(
                f"my_score reads {name}, a table from outside, which holds orders that judge or labels: what it learns "
                "may come from past alone (past.columns has the names of the columns)"
            )


def listed(scores: pd.Series, budget: int) -> tuple[int, float, pd.Series]:
    """How many of the highest scores are odd, the euros of the odd orders missed, and the share found of each kind."""
    top = scores.nlargest(budget).index
    found = shop().kinds[top].value_counts() / shop().kinds[scores.index].value_counts()
    at_stake = shop().data["amount"] * shop().labels
    missed = at_stake[scores.index].sum() - at_stake[top].sum()
    return int(shop().labels[top].sum()), float(missed), found.drop("normal").fillna(0)


def in_words(found: pd.Series) -> str:
    return ", ".join(f"{kind} {share:.0%}" for kind, share in found.items())


@exercise
def exercise_5(my_score) -> str:
    """Judge the learner's scores on development orders, and only if they pass there on the recent ones.

    >>> exercise_5(lambda past, recent: ((recent - past.mean()) / past.std()).abs().max(axis=1))  # doctest: +ELLIPSIS
    not yet: development: 47 of 80 alarms right, and 59 is the bar (account takeover 100%, amount mismatch 50%, ...
    """
    past, development = features().iloc[:N_EARLY], features().iloc[N_EARLY:N_PAST]
    scores = scores_by(my_score, past, development)
    demand_only_past_teaches(my_score, past, development, scores)
    hits, missed, found = listed(scores, 80)
    so_far = f"development: {hits} of 80 alarms right"
    refuse(
        {
            f"{hits} of 80 are odd. That is too good to be true: did labels or kinds slip into the scores?": hits
            >= TOO_GOOD,
            f"{so_far}, and {BAR} is the bar ({in_words(found)}; {missed:,.0f} euros missed)": hits < BAR,
            f"{so_far}, but {missed:,.0f} euros missed, and {MOST_MISSED} is the bar ({in_words(found)})": missed
            > MOST_MISSED,
            f"{so_far}, but too little of account takeover ({in_words(found)})": found["account takeover"] < 0.5,
        }
    )
    backwards, _, _ = listed(scores_by(my_score, past.iloc[::-1], development), 80)
    if backwards < hits - ROW_ORDER:
        raise Wrong(
            f"with the rows of past in reverse order only {backwards} of 80 are right instead of {hits}: labels seem "
            "to be laid beside the rows by position. Nobody has marked the past"
        )
    fresh = scores_by(my_score, features().iloc[:N_PAST], features().iloc[N_PAST:])
    recent_hits, recent_missed, recent_found = listed(fresh, 160)
    return (
        f"{so_far}, {missed:,.0f} euros missed ({in_words(found)}). Recent orders, looked at once: {recent_hits} of "
        f"160 right, {recent_missed:,.0f} euros missed ({in_words(recent_found)}). What you change from here on is "
        "chosen on these: it needs fresh orders"
    )
