"""Checks of the exercises of lesson 00, Start here."""

from helpers.checks.core import Wrong, as_choice, as_number, as_parts, as_set, demand_all, exercise, refuse
from helpers.datasets.tables import load_orders

import numpy as np

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4"]

KINDS = {"a": "point", "b": "contextual", "c": "collective", "d": "contextual"}
WHY_NOT = {
    "a": "would 900 °C be ordinary in any season, in any cold store?",
    "b": "24 °C is a fine temperature in July. What makes it odd?",
    "c": "one gap of 0.86 s between beats is perfectly healthy. Which value, alone, is odd?",
    "d": "3 in the morning is ordinary for a badge, if it belongs to a cleaner. Whose badge is it?",
}
FAULTS = {
    "a": "an id is a name: nothing is 'more' about customer 12,000, yet the rule measures how far each id lies from "
    "the mean id",
    "b": "a quantile of the very scores that are judged: 5 % are called odd by construction",
    "d": "the order ids make up over 80 % of the sum: the rule mostly flags the first and the last weeks",
    "e": "a count is no result: how many of the 1,000 are right, and which kinds are missed?",
}
LABELS = ("normal rows", "unlabelled rows", "marked rows")
NO_FAULTS = {
    "c": "the mean of whole numbers is a number like any other; it need not be whole",
    "f": "the absolute value is what makes values below the mean count",
}


@exercise
def exercise_1(kind_of) -> str:
    """Call each case point, contextual or collective: a dict from a to d to one of the three words.

    >>> exercise_1({"a": "point", "b": "point", "c": "collective", "d": "contextual"})
    not yet: b: 24 °C is a fine temperature in July. What makes it odd?
    """
    if not isinstance(kind_of, dict) or set(kind_of) != set(KINDS):
        raise Wrong("kind_of should be a dict with the keys a, b, c and d, as in the cell you were given")
    demand_all(kind_of.values())
    kind_of = {name: str(kind).strip().lower() for name, kind in kind_of.items()}
    for name, kind in kind_of.items():
        if kind not in KINDS.values():
            raise Wrong(f"{name}: {kind!r} is none of the three words 'point', 'contextual' and 'collective'")
    if wrong := [f"{name}: {WHY_NOT[name]}" for name, kind in KINDS.items() if kind_of[name] != kind]:
        raise Wrong("; ".join(wrong))
    return "a is odd anywhere, b and d only there and then, c only as a group"


@exercise
def exercise_2(broken, broken_and_odd) -> str:
    """Count the orders that break amount = pieces x price by over a cent, and the odd ones among them.

    >>> exercise_2(0.10375, 0)
    not yet: 0.10375 is a share; count the orders, with .sum()
    """
    shop = load_orders()
    gap = shop.data["amount"] - shop.data["quantity"] * shop.data["unit_price"]
    breaks = gap.abs() > 0.01
    broken, odd = as_number(broken, "broken"), as_number(broken_and_odd, "broken_and_odd")
    hints = {
        f"{broken:.0f} counts one direction only: use .abs(), since coupons make the difference negative "
        "and double charges positive": broken in ((gap > 0.01).sum(), (gap < -0.01).sum()),
        f"{broken:g} is a share; count the orders, with .sum()": 0 < broken < 1,
        f"{broken:.0f} is too many: floating-point numbers differ by dust (0.1 + 0.2 is not 0.3), so ask "
        "for more than 0.01": broken > breaks.sum(),
        f"{broken:.0f} orders: count where |amount - quantity * unit_price| is more than 0.01": broken != breaks.sum(),
        "broken is right; for broken_and_odd add up shop.labels over the same rows": odd != shop.labels[breaks].sum(),
    }
    refuse(hints)
    return (
        f"{broken:.0f} orders break the rule and {odd:.0f} of them are odd: precision 5 %. Nearly all others used "
        "a coupon; allow the four coupon rates (5, 10, 15, 20 %) and 80 orders are left, all of them odd"
    )


@exercise
def exercise_3(faults) -> str:
    """Name the faults of a popular recipe: a set of letters from a to f.

    >>> exercise_3({"a", "b", "c", "d", "e"})
    not yet: c is no fault: the mean of whole numbers is a number like any other; it need not be whole
    """
    chosen = as_set(faults, FAULTS.keys() | NO_FAULTS.keys())
    innocent = sorted(chosen & NO_FAULTS.keys())
    if len(chosen) == len(FAULTS) + len(NO_FAULTS):
        raise Wrong(f"{len(innocent)} of these are no faults: keep the letters that you can explain in a sentence")
    if innocent:
        raise Wrong("; ".join(f"{letter} is no fault: {NO_FAULTS[letter]}" for letter in innocent))
    if missing := FAULTS.keys() - chosen:
        reasons = [f"({letter}) {FAULTS[letter]}" for letter in sorted(chosen)]
        raise Wrong("; ".join([f"{len(chosen)} found, {len(missing)} more to find", *reasons]))
    return "; ".join(f"({letter}) {reason}" for letter, reason in FAULTS.items())


@exercise
def exercise_4(my_case) -> str:
    """Describe a case of one's own: observation, kind, labels, two costs, and the precision at which a list pays.

    >>> case = {"observation": "a backup", "kind": "point", "labels": "marked rows", "miss": 90, "false alarm": 10}
    >>> exercise_4({**case, "break-even": 0.1})
    right: a miss costs as much as 9 false alarms: a list pays as long as more than 10 % of its alarms are right
    """
    parts = as_parts(my_case, ["observation", "kind", "labels", "miss", "false alarm", "break-even"])
    observation, kind, labels, *costs = parts
    if not isinstance(observation, str) or not observation.strip():
        raise Wrong("observation: say in words what one observation is, such as 'a payment'")
    as_choice(kind, set(KINDS.values()), "kind")
    as_choice(labels, LABELS, "labels")
    names = ("miss", "false alarm", "break-even")
    miss, false, share = (as_number(cost, name) for cost, name in zip(costs, names, strict=True))
    if not (0 < miss < np.inf and 0 < false < np.inf):
        raise Wrong("both costs are numbers above 0: where nothing costs anything, nobody needs a detector")
    right, ratio = false / (miss + false), false / miss
    close = np.isclose(share, right, rtol=0.01, atol=0)
    rounded = not close and any(np.isclose(share, round(right, digits)) for digits in (1, 2, 3))
    refuse(
        {
            f"break-even: {share:g} is not a share between 0 and 1; 10 % is 0.1": not 0 < share < 1,
            f"break-even: {share:g} is the share of false alarms at which the list pays; precision is the share that "
            "is right": not np.isclose(right, 0.5) and np.isclose(share, 1 - right, rtol=0.02),
            f"break-even: {share:g} may be right and rounded, and it may be {false:g} / {miss:g}, the ratio of the two "
            "costs, which is not what is asked for. Give three digits": rounded and np.isclose(share, ratio, rtol=0.02),
            f"break-even: {share:g} is rounded too far; give three digits": rounded,
            "break-even: that is the ratio of the two costs. With p right alarms of one, 1 - p are wrong: solve "
            "p * miss = (1 - p) * false alarm": not close and np.isclose(share, ratio, rtol=0.02),
            "break-even: solve p * miss = (1 - p) * false alarm for p": not close,
        }
    )
    return (
        f"a miss costs as much as {miss / false:.3g} false alarms: a list pays as long as more than "
        f"{100 * right:.2g} % of its alarms are right"
    )
