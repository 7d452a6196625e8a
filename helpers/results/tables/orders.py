"""data/results/orders.csv: lesson 04's own network turned step by step into `DenseAutoencoder`, and codes of all sizes.

Five seeds a step, two a code. `ap_development` and the recall of each kind, at a limit that promises
1 % on calibration rows, are measured on the labelled development part, where settings are chosen; `ap_test` is reported
afterwards. `far_missed` is the share of a value's distance from the mean that the rebuilt value falls short of: the
median over the odd development rows' values beyond 5 standard deviations.
"""

from functools import lru_cache
from itertools import product

from helpers.datasets import four_splits, load_orders, order_features
from helpers.detectors import DenseAutoencoder
from helpers.detectors.scaling import standardise
from helpers.detectors.tables.autoencoder import dense_network
from helpers.evaluation import quantile_threshold, recall_by_kind

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.preprocessing import MinMaxScaler

SEEDS = (0, 1, 2, 3, 4)
SIZES = (2, 4, 8, 13)
BENDS = ("tanh", "relu")
CONTROL = "code of 13, relu6"  # ReLU, bounded
FAR = 5
KINDS = ["account takeover", "amount mismatch", "bulk order", "card testing", "wrong price"]
KEYS = ["recipe", "seed"]
COLUMNS = ["recipe", "seed", "validation_error", "ap_development", "ap_test", *KINDS, "far_missed"]

OWN = {"scaling": "min-max", "hidden": (32,), "bend": "relu", "noise": 0.0, "members": 1, "code": 4}
CHANGES = {  # each to the recipe before it
    "your network, raw error": {},
    "errors in their usual size": {},
    "standardised, linear output": {"scaling": "standard"},
    "far values as logarithms": {"scaling": "logarithm"},
    "two layers on each side": {"hidden": (56, 56)},
    "tanh for ReLU": {"bend": "tanh"},
    "noise on the inputs": {"noise": 0.2},
    "four networks": {"members": 4},
    "code of 12": {"code": 12},
}
# `DenseAutoencoder` with the usual error of the validation part, as it is without its memory, and with it
PACKAGE = ["smaller batches", "usual error of rows held out", "a memory of rows"]
STEPS = [*CHANGES, *PACKAGE]
# as the first of these
CODES = {f"code of {size}, {bend}": (size, bend) for size, bend in product(SIZES, BENDS)} | {CONTROL: (13, "relu6")}


def jobs():
    """Recipe and seed of each row."""
    steps, codes = product(STEPS, SEEDS), ((recipe, seed) for seed in SEEDS[:2] for recipe in CODES)
    return [*steps, *codes]


def compute_row(recipe, seed):
    """Train, or take the network that the step shares with the one before, and judge on both parts."""
    score, error, missed = _trained(recipe, seed)
    shop, features, parts = _shop()
    calibration, development, test = (
        score(features.iloc[rows]) for rows in (parts.calibration, development_rows(parts), parts.test)
    )
    odd, kinds = (column.iloc[development_rows(parts)] for column in (shop.labels, shop.kinds))
    found = recall_by_kind(kinds, development > quantile_threshold(calibration, 0.01))
    ap = average_precision_score(odd, development), average_precision_score(shop.labels.iloc[parts.test], test)
    values = [error, *ap, *found[KINDS], missed]
    row = dict(zip(COLUMNS, [recipe, seed, *(round(float(v), 4) for v in values)], strict=True))
    print(*row.values(), sep=",", flush=True)
    return row


def development_rows(parts):
    """Positions of validation and calibration, odd orders included."""
    return np.arange(parts.train[-1] + 1, parts.test[0])


def _trained(recipe, seed):
    """A function of rows to scores, and the best validation error."""
    if recipe in CHANGES:
        errors, usual, best = _own_network(_settings(recipe), seed)
        unit = 1.0 if recipe == STEPS[0] else usual
        return lambda rows: (errors(rows) / unit).mean(axis=1), best, np.nan
    network = _package_network(*CODES.get(recipe, (12, "tanh")), seed)
    usual = network.usual_error_ if recipe in PACKAGE[1:] else _errors(network, _part("validation")).mean(axis=0)
    score = network.decision_function if recipe == PACKAGE[-1] else network_alone(network, usual)
    return score, min(network.history_.validation_loss), far_missed(network)


def network_alone(network, usual):
    """The score that a `DenseAutoencoder` would give without its memory, in units of a usual error."""
    return lambda rows: (_errors(network, rows) / usual).mean(axis=1)


def far_missed(network):
    """Share of far values' distance from the mean that the network does not rebuild."""
    shop, features, parts = _shop()
    development = development_rows(parts)
    odd = features.iloc[development[shop.labels.iloc[development] == 1]]
    z = np.abs(network._standardise(odd.to_numpy()))
    return float(np.median((np.sqrt(_errors(network, odd)) / z)[z > FAR]))


def _errors(network, rows):
    return network._errors(network._standardise(rows.to_numpy()))


@lru_cache(maxsize=len(SEEDS))
def _package_network(size, bend, seed):
    detector = DenseAutoencoder(code_size=size, activation=bend, random_state=seed)
    return detector.fit(_part("train"))


def _settings(recipe):
    settings = dict(OWN)
    for name in STEPS[: STEPS.index(recipe) + 1]:
        settings |= CHANGES[name]
    return tuple(settings.items())


@lru_cache(maxsize=len(SEEDS))
def _own_network(settings, seed):
    """The lesson's training: Adam 0.003, batches of 128, at most 40 epochs, stopped on the validation part."""
    import keras

    made = dict(settings)
    train, validation = _part("train"), _part("validation")
    scale = _scaling(made["scaling"], train.to_numpy())
    keras.utils.set_random_seed(seed)
    network = dense_network(14, made["hidden"], made["code"], made["members"], made["noise"], made["bend"], 1000 * seed)
    if made["scaling"] == "min-max":
        network = keras.Sequential([network, keras.layers.Activation("sigmoid")])
    inputs, held_out = (scale(rows.to_numpy()) for rows in (train, validation))
    targets, held_out_targets = (np.repeat(z[:, None], made["members"], axis=1) for z in (inputs, held_out))
    network.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
    stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    fit = {"epochs": 40, "batch_size": 128, "verbose": 0, "callbacks": [stop]}
    history = network.fit(inputs, targets, validation_data=(held_out, held_out_targets), **fit).history

    def errors(rows):
        z = scale(rows.to_numpy())
        return np.square(network(z).numpy() - z[:, None]).mean(axis=1)

    return errors, errors(validation).mean(axis=0), min(history["val_loss"])


def _scaling(name, train):
    """A function of rows to inputs."""
    if name == "min-max":
        scaler = MinMaxScaler().fit(train)
        return lambda rows: scaler.transform(rows).astype("float32")
    mean, sd = train.mean(axis=0), train.std(axis=0)
    if name == "standard":
        return lambda rows: ((rows - mean) / sd).astype("float32")
    return lambda rows: standardise(rows, mean, sd)


def _part(name):
    """Features of a part: "train" or "validation"."""
    _, features, parts = _shop()
    return features.iloc[getattr(parts, name)]


@lru_cache
def _shop():
    shop = load_orders()
    return shop, order_features(shop.data), four_splits(shop.labels)
