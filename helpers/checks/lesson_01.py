"""Checks of the exercises of lesson 01, Z-scores and IQR."""

from functools import cache, partial

from helpers.checks.core import Wrong, as_number, as_numbers, as_series, exercise, refuse, try_out
from helpers.datasets.tables import load_orders

import numpy as np
import pandas as pd

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

N_PAST = 12_000
BUDGET, BAR, TOO_GOOD = 160, 100, 156
close = partial(np.isclose, rtol=0.005)


@cache
def shop():
    """Load the orders as the lesson has them, once."""
    return load_orders()


def tukey_fence(values: pd.Series, k: float) -> float:
    q1, q3 = values.quantile([0.25, 0.75])
    return float(q3 + k * (q3 - q1))


@exercise
def exercise_1(fence) -> str:
    """Find the upper fence of the past log amounts, in euros.

    >>> exercise_1(6.86)
    not yet: that is the fence in logarithms; np.exp brings it back to euros
    """
    past = shop().data["amount"].iloc[:N_PAST]
    fence, right = as_number(fence, "fence"), float(np.exp(tukey_fence(np.log(past), 1.5)))
    mistakes = {
        np.log(right): "that is the fence in logarithms; np.exp brings it back to euros",
        tukey_fence(past, 1.5): "that is the fence of the euros, which calls every eighth order odd; "
        "take the logarithm first",
        np.exp(tukey_fence(np.log(past), 3.0)): "that fence uses k = 3, Tukey's 'far out'; the exercise asks for 1.5",
        np.exp(-tukey_fence(-np.log(past), 1.5)): "that is the lower fence, below which no order lies",
        10 ** np.log(right): "np.log is the natural logarithm, so its inverse is np.exp, not a power of ten",
    }
    refuse({sentence: close(fence, value) for value, sentence in mistakes.items()})
    if not close(fence, right):
        raise Wrong(
            f"{fence:.4g} is not it. Quartiles of log_amount, fence, then np.exp; fences(log_amount) returns "
            "(lower, upper)"
        )
    return f"orders above {right:,.0f} euros lie outside: about one in a hundred"


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


@exercise
def exercise_3(price_gap) -> str:
    """Measure how far each log price lies from the median log price of its product.

    >>> exercise_3([1.0, 2.0])
    not yet: price_gap should have shape (20000,), one number a row, and this has shape (2,)
    """
    orders, kinds = shop().data, shop().kinds
    gap = as_series(price_gap, orders.index, "price_gap")
    hits = int((kinds[gap.nlargest(80).index] == "wrong price").sum())
    hints = {
        f"price_gap holds {gap.isna().sum()} NaN; transform keeps one value for every row": gap.isna().any(),
        "some gaps are negative: too cheap is as wrong as too dear, so take .abs()": (gap < 0).any(),
        f"{hits} of your 80 largest gaps are wrong prices. Logs first, then the distance from the median "
        "of the same product_id, in absolute value and not divided by anything": hits < 60,
    }
    refuse(hints)
    spread = np.log(orders["unit_price"]).groupby(orders["product_id"]).transform("std")
    z_hits = int((kinds[(gap / spread).nlargest(80).index] == "wrong price").sum())
    return (
        f"{hits} of the 80 largest are wrong prices; divided by each product's standard deviation it is {z_hits}, "
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
    """Mend the detector; each fault that is left is named with what it does to the orders.

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
        "a price of one cent raises no alarm. Either the sign is lost (take .abs()), or the logs are "
        "missing (in euros small is never far), or not every column counts": (recent.assign(unit_price=0.01), True),
    }
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


@exercise
def exercise_5(my_scores) -> str:
    """Count the odd orders among the learner's 160 highest scores, whatever gave them.

    >>> exercise_5(np.full(8000, np.nan))
    not yet: my_scores holds 8000 NaN: every recent order needs a score
    """
    labels = shop().labels.iloc[N_PAST:]
    scores = as_series(my_scores, labels.index, "my_scores")
    if scores.isna().any():
        raise Wrong(f"my_scores holds {scores.isna().sum()} NaN: every recent order needs a score")
    listed = scores.nlargest(BUDGET).index
    hits = int(labels[listed].sum())
    by_kind = shop().kinds[listed].value_counts().drop("normal", errors="ignore")
    counts = "".join(f", {kind} {count}" for kind, count in by_kind.items())
    if hits < BAR:
        raise Wrong(
            f"{hits} of your 160 alarms are odd{counts}, and {BAR} is the bar. Which columns raise the false alarms?"
        )
    if hits >= TOO_GOOD:
        raise Wrong(f"{hits} of 160 are odd. That is too good to be true: did labels or kinds slip into the scores?")
    return f"{hits} of 160 alarms are odd{counts}. You have seen these orders now: the next idea deserves fresh ones"
