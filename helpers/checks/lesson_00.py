"""Checks of the exercises of lesson 00, Start here."""

from helpers.checks.core import Wrong, as_number, as_set, exercise
from helpers.datasets import load_orders

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
    "d": "the order ids run over 20,000 numbers, quantities over a few; the sum is order id and little else",
    "e": "a count is no result: how many of the 1,000 are right, and which kinds are missed?",
}
NO_FAULTS = {
    "c": "the mean of whole numbers is a number like any other; it need not be whole",
    "f": "absolute values make small and large alike: far below the mean counts as far",
}


@exercise
def exercise_1(kind_of) -> str:
    """Point, contextual or collective? A dict from a to d to one of the three words.

    >>> exercise_1({"a": "point", "b": "point", "c": "collective", "d": "contextual"})
    not yet: b: 24 °C is a fine temperature in July. What makes it odd?
    """
    if not isinstance(kind_of, dict) or set(kind_of) != set(KINDS):
        raise Wrong("kind_of should be a dict with the keys a, b, c and d, as in the cell you were given")
    if all(kind is ... for kind in kind_of.values()):
        raise Wrong("")
    for name, kind in kind_of.items():
        if kind not in KINDS.values():
            raise Wrong(f"{name}: {kind!r} is none of the three words 'point', 'contextual' and 'collective'")
        if kind != KINDS[name]:
            raise Wrong(f"{name}: {WHY_NOT[name]}")
    return "anywhere, only here, only together: a point, two contexts and a group"


@exercise
def exercise_2(broken, broken_and_odd) -> str:
    """How many orders break amount = pieces x price by over a cent, and how many of them are odd?

    >>> exercise_2(0, 0)
    not yet: no order at all? Use .abs(): coupons make the difference negative, double charges positive
    """
    shop = load_orders()
    gap = (shop.data["amount"] - shop.data["quantity"] * shop.data["unit_price"]).abs() > 0.011
    broken, odd = as_number(broken, "broken"), as_number(broken_and_odd, "broken_and_odd")
    if broken == 0:
        raise Wrong("no order at all? Use .abs(): coupons make the difference negative, double charges positive")
    if broken > gap.sum() and broken <= gap.sum() + 10_000:
        raise Wrong(f"{broken:.0f} is too many: a difference of a cent or less is rounding, leave it out (> 0.011)")
    if broken != gap.sum():
        raise Wrong(f"{broken:.0f} orders: compare |amount - quantity * unit_price| with 0.011")
    if odd != shop.labels[gap].sum():
        raise Wrong("broken is right; for broken_and_odd add up shop.labels over the same rows")
    return (f"{broken:.0f} orders break the rule and {odd:.0f} of them are odd. All 80 wrong amounts are among them, "
            "under nearly 2,000 coupons: the rule finds its kind and buries it")


@exercise
def exercise_3(faults) -> str:
    """The faults of a popular recipe: a set of letters from a to f.

    >>> exercise_3({"a", "b", "c", "d", "e"})
    not yet: c is no fault: the mean of whole numbers is a number like any other; it need not be whole
    """
    chosen = as_set(faults, FAULTS.keys() | NO_FAULTS.keys())
    for letter in sorted(chosen & NO_FAULTS.keys()):
        raise Wrong(f"{letter} is no fault: {NO_FAULTS[letter]}")
    missing = FAULTS.keys() - chosen
    if missing:
        raise Wrong(f"{len(chosen)} found, {len(missing)} more to find. So far so good: "
                    + "; ".join(FAULTS[letter] for letter in sorted(chosen)))
    return "; ".join(f"({letter}) {reason}" for letter, reason in FAULTS.items())


@exercise
def exercise_4(my_case) -> str:
    """An open exercise: there is no wrong answer, only a short one.

    >>> exercise_4("My server.")
    not yet: one sentence for each of the four parts, please: you will come back to them
    """
    if not isinstance(my_case, str):
        raise Wrong('write your answer as a text, between """ and """')
    if len(my_case.split()) < 25:
        raise Wrong("one sentence for each of the four parts, please: you will come back to them")
    return "written down. Compare it with the worked solution in the folder solutions"
