"""Checks of the exercises of lesson 04, dense autoencoders on orders."""

from functools import cache, partial

from helpers.checks.core import Wrong, as_choice, as_number, as_parts, bug_hunt, exercise, refuse
from helpers.datasets.features import order_features
from helpers.datasets.tables import four_splits, load_orders

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import MinMaxScaler

__all__ = ["exercise_1", "exercise_2", "exercise_3", "exercise_4", "exercise_5"]

DAYS_DEVELOPMENT, DAYS_TEST = 26, 24
A_DAY = 3
UNITS = [8, 2, 8, 14]
BENDS = ["relu", "linear", "relu", "sigmoid"]
MEAN_ROW = 0.0411  # mean squared error of answering the mean row on validation rows
FAULTS = {
    1: "ids are names: the order id rises with time, so every test order is 'far' by its id alone",
    2: "the scaler saw the test rows: the largest odd order defines the 1 of quantity, so nothing exceeds the range",
    5: "a code of 5 for 5 columns can copy a row, and ReLU, which is not bounded, copies far values, too",
    8: "steps of 0.000001, where ours were 0.003: in 50 epochs the loss hardly moves",
    9: "the test part as validation data: what is tuned or stopped on it is judged on it",
    10: "evaluate gives one number for 6,000 rows, the mean: line 12 then compares that, and no order is named",
    11: "a limit from nowhere: neither a promise on calibration rows nor a price stands behind 0.1",
    13: "a count as the only result: no order to look at, no precision, no cost",
}
FAIR = {3, 12}  # defensible: odd orders stay among the training rows; line 12 inherits the fault of line 10
INNOCENT = {
    4: "five columns, five inputs",
    6: "a sigmoid output goes with min-max scaling",
    7: "a model from inputs to outputs, as it should be",
}


@cache
def shop() -> tuple:
    """The orders, and the positions of the development and the test part."""
    orders = load_orders()
    parts = four_splits(orders.labels)
    return orders, np.arange(parts.train[-1] + 1, parts.test[0]), parts.test


@cache
def validation_loss_of_pca() -> float:
    """Compute the mean squared error of PCA with four directions on the min-max scaled validation rows."""
    orders = shop()[0]
    parts, features = four_splits(orders.labels), order_features(orders.data)
    scaler = MinMaxScaler().fit(features.iloc[parts.train])
    train, validation = (scaler.transform(features.iloc[rows]) for rows in (parts.train, parts.validation))
    pca = PCA(n_components=4).fit(train)
    return float(np.square(pca.inverse_transform(pca.transform(validation)) - validation).mean())


def flat_layers(model) -> list:
    """Layers of a model and of the models inside it, in their order."""
    inside = [flat_layers(layer) if hasattr(layer, "layers") else [layer] for layer in model.layers]
    return [layer for part in inside for layer in part]


def units_and_bends(model) -> tuple[list, list]:
    """Width and activation of each Dense layer; the activation may be a layer of its own."""
    units, bends = [], []
    for layer in flat_layers(model):
        activation = getattr(getattr(layer, "activation", None), "__name__", type(layer).__name__.lower())
        if hasattr(layer, "units"):
            units.append(layer.units)
            bends.append(activation)
        elif bends and bends[-1] == "linear" and activation in {"relu", "sigmoid", "tanh"}:
            bends[-1] = activation
    return units, bends


@exercise
def exercise_1(narrow, X_validation) -> str:
    """Look at the layers of a network 14-8-2-8-14, and at its error on validation rows.

    >>> exercise_1("14-8-2-8-14", [])
    not yet: narrow should be a Keras model, such as keras.Sequential([...]), and this is a str
    """
    if not hasattr(narrow, "layers"):
        raise Wrong(f"narrow should be a Keras model, such as keras.Sequential([...]), and this is a {_type(narrow)}")
    units, bends = units_and_bends(narrow)
    refuse(
        {
            f"its Dense layers have {units} units; 14 → 8 → 2 → 8 → 14 are {UNITS}, and the 14 inputs are no layer of "
            "their own": units != UNITS,
            f"the code has the bend {bends[1:2]}: leave the activation out, so that it can take any value": bends[1:2]
            != ["linear"],
            f"the activations are {bends}; {BENDS} is asked for": bends != BENDS,
        }
    )
    rebuilt, rows = np.asarray(narrow(X_validation)), np.asarray(X_validation)
    loss = float(np.square(rebuilt - rows).mean())
    if not loss < 0.85 * MEAN_ROW:
        raise Wrong(
            f"the layers are right, but its error on validation rows is {loss:.3f}, and the mean row's is "
            f"{MEAN_ROW:.3f}: compile it, and fit it on X_train for ten epochs, with steps of about 0.003"
        )
    return f"288 weights, a code of two numbers, and an error of {loss:.3f} where the mean row has {MEAN_ROW:.3f}"


@exercise
def exercise_2(pca_loss) -> str:
    """Measure the mean squared error of four principal components on the validation rows.

    >>> exercise_2(-1.0)
    not yet: a mean of squares cannot be negative
    """
    loss, right = as_number(pca_loss, "pca_loss"), validation_loss_of_pca()
    near = partial(np.isclose, loss, rtol=0.02)
    hints = {
        "a mean of squares cannot be negative": loss < 0,
        "that is the sum over the 14 columns; Keras's mse is the mean, so divide by 14": near(14 * right),
        "that is the root of it; the loss is the mean of the squares": near(np.sqrt(right)),
        f"{loss:.4g} is not it: PCA(n_components=4) fitted on X_train, the mean square of rebuilt minus "
        "X_validation": not near(right),
    }
    refuse(hints)
    return f"{right:.4f}: the network rebuilds ordinary orders better. Whether it detects better is another question"


exercise_3 = bug_hunt(FAULTS, INNOCENT, enough=6, fair=FAIR)


@exercise
def exercise_4(report, score_development, score_test) -> str:
    """Choose a limit for three alarms a day on the development part, and report what it does on the test part.

    >>> exercise_4(3.0, [], [])
    not yet: a dict with the keys limit, alarms a day, precision is needed, not a float
    """
    limit, a_day, precision = as_parts(report, ["limit", "alarms a day", "precision"])
    limit = as_number(limit, "the limit")
    development, test = np.asarray(score_development, dtype=float), np.asarray(score_test, dtype=float)
    n, n_test = (development > limit).sum(), (test > limit).sum()
    of_test = limit in set(test) - set(development) or np.isclose(
        limit, np.quantile(test, 1 - A_DAY * DAYS_TEST / len(test)), rtol=1e-3
    )
    wanted = A_DAY * DAYS_DEVELOPMENT
    refuse(
        {
            "this limit was read off the test scores: it fits a period that nobody knows when the limit is set. "
            "Sort score_development": of_test,
            f"{n} development orders lie above this limit; three a day in {DAYS_DEVELOPMENT} days are {wanted}, so it "
            f"is too {'low' if n > wanted else 'high'}": abs(n - wanted) > 1,
        }
    )
    odd = shop()[0].labels.iloc[shop()[2]].to_numpy() == 1
    a_day, precision = as_number(a_day, "alarms a day"), as_number(precision, "the precision")
    close = partial(np.isclose, rtol=0.03)
    right = float(odd[test > limit].mean())
    refuse(
        {
            "the limit is right; the alarms a day are those of the development part, where they are 3 by choice. "
            "Count on the test part": close(a_day, n / DAYS_DEVELOPMENT) and not close(a_day, n_test / DAYS_TEST),
            f"the limit is right; alarms a day is the number of test scores above it, divided by {DAYS_TEST} "
            "days": not close(a_day, n_test / DAYS_TEST),
            "that is the recall; the precision is the share of the alarms that is right": close(
                precision, odd[test > limit].sum() / odd.sum()
            )
            and not close(precision, right),
            "the precision is right in percent; store it as a share between 0 and 1": close(precision, 100 * right),
            "limit and alarms are right; precision is the share of odd orders among the test orders above the "
            "limit": not close(precision, right),
        }
    )
    return (
        f"three a day promised, {a_day:.1f} a day came, {precision:.0%} of them right: the limit could not know the "
        "orders after it"
    )


@exercise
def exercise_5(decision, scores) -> str:
    """Choose detector and limit on the development part at the learner's own price, and tell the bill on the test part.

    >>> exercise_5({"price": 5}, {})
    not yet: 'detector': the keys are price, detector, limit, euros, no more and no fewer
    """
    price, name, limit, bill = as_parts(decision, ["price", "detector", "limit", "euros"])
    price = as_number(price, "the price")
    if price <= 0 or price == 5:
        raise Wrong("5 euros are ours, and a price is above 0: what does a false alarm cost in your company?")
    name, limit = as_choice(name, scores, "the detector"), as_number(limit, "the limit")
    _, development, test = shop()
    least = {each: _least(pair[0], development, price) for each, pair in scores.items()}
    spent = _euros(scores[name][0], limit, development, price)
    cheapest = min(least, key=least.get)
    refuse(
        {
            f"at this price {cheapest} is cheaper on the development part, {least[cheapest]:,.0f} € against "
            f"{least[name]:,.0f} €. Which part did you choose on?": least[name] > 1.001 * least[cheapest] + 0.01,
            f"with this limit {name} costs {spent:,.0f} € on the development part; its cheapest limit there costs "
            f"{least[name]:,.0f} €": spent > 1.001 * least[name] + 2 * price,
        }
    )
    right, bill = _euros(scores[name][1], limit, test, price), as_number(bill, "euros")
    refuse(
        {
            "these are the euros on the development part, where the limit was chosen: they flatter. What does it cost "
            "on the test part?": np.isclose(bill, spent, rtol=0.002) and not np.isclose(bill, right, rtol=0.002),
            f"detector and limit are right; on the test part the amounts missed and {price:g} € a false alarm are "
            "another sum": not np.isclose(bill, right, atol=2 * price),
        }
    )
    return f"{name} at {price:g} € a false alarm: {least[name]:,.0f} € where it was chosen, {right:,.0f} € afterwards"


def _euros(scores, limit, rows, price):
    """What flagging from `limit` on costs: amounts missed, and a price for each false alarm."""
    orders = shop()[0]
    amounts, odd = orders.data["amount"].to_numpy()[rows], orders.labels.to_numpy()[rows] == 1
    return float(np.where(odd, amounts * (scores < limit), price * (scores >= limit)).sum())


def _least(scores, rows, price):
    """The lowest bill that any limit gives."""
    orders = shop()[0]
    amounts, odd = orders.data["amount"].to_numpy()[rows], orders.labels.to_numpy()[rows] == 1
    saved = np.where(odd, amounts, -price)[np.argsort(-np.asarray(scores), kind="stable")].cumsum()
    return abs(round(float(amounts[odd].sum() - max(saved.max(), 0)), 2))


def _type(answer):
    return type(answer).__name__
