"""data/results/opponents.csv: what a discriminator finds in the plane, by what it was trained against, three seeds.

Points are those of lesson 09. `epochs` 0 is a discriminator in its game with a generator, 4,000 steps on 2,000 points,
learning rates as named; for these rows `blobs` is the least number of blobs hit in the last five rounds, and `inside`
the share of the last forged points within three standard deviations of a blob. All others are classifiers of 8,000
real points and 8,000 forged ones: "noise" says which share of the forged ones is spread evenly over the square, the
rest comes from the simulator itself; "last generator" forges with the game's generator as it ended, "all rounds" takes
in equal parts what it forged before the game and after each of its 20 rounds. `on_normal` is the mean of D on normal
points; the columns from `gap` to `mean` are AUROC, by kind of odd point.
"""

from helpers.datasets.blobs import BLOB_CENTRES, eight_blobs, odd_places

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2)
RECIPES = ((30, 0.001), (200, 0.003))
SHARES = (0.0, 0.01, 0.1, 1.0)
RATES = {
    "game": (0.001, 0.001),
    "game, G twice as fast": (0.002, 0.001),
    "game, D a tenth as fast": (0.001, 0.0001),
    "game, both": (0.002, 0.0001),
}
ROUNDS, STEPS = 20, 200
COLUMNS = ["against", "epochs", "rate", "seed", "gap", "hole", "rim", "far", "mean", "on_normal", "blobs", "inside"]


def table():
    """One row for each opponent, recipe and seed."""
    rows = [row for seed in SEEDS for row in rows_of(seed)]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(COLUMNS[:4], kind="stable")


def rows_of(seed):
    """All rows of a seed; test points are the lesson's, whatever the seed."""
    rng = np.random.default_rng(7)
    points, normal, odd = eight_blobs(2000, rng), eight_blobs(500, rng), odd_places(rng)
    rng = np.random.default_rng(seed)
    forged = {f"noise {share:g}": mixture(share, rng) for share in SHARES}
    for name, (rate_G, rate_D) in RATES.items():
        G, D, seen = play(points, rate_G, rate_D, seed)
        figures = min(map(blobs_hit, seen[-5:])), round(float(near_a_blob(seen[-1]).mean()), 3)
        yield row(name, 0, rate_D, seed, D, normal, odd, *figures)
        if name == "game":
            forged["last generator"] = forge(G, 8000, rng)
            forged["all rounds"] = rng.permutation(np.concatenate(seen))[:8000]
    for name, rows in forged.items():
        real = eight_blobs(8000, rng)
        for epochs, rate in RECIPES:
            yield row(name, epochs, rate, seed, classifier(real, rows, epochs, rate, seed), normal, odd)


def mixture(share, rng):
    """Forged points: this share scattered over the square, the others from the simulator."""
    n = round(8000 * share)
    return np.concatenate([eight_blobs(8000 - n, rng), rng.uniform(-4, 4, (n, 2))])


def classifier(real, forged, epochs, rate, seed):
    """A discriminator whose opponents stand still."""
    from helpers.training import loop

    import keras

    loop.set_seed(seed)
    D = networks()[1]
    options = {"batch_size": 256, "epochs": epochs, "seed": seed, "verbose": False}
    loss, optimizer = keras.losses.BinaryCrossentropy(from_logits=True), keras.optimizers.Adam(rate)
    labels = np.repeat([[1.0], [0.0]], [len(real), len(forged)], axis=0)
    loop.train(D, np.concatenate([real, forged]), labels, loss=loss, optimizer=optimizer, **options)
    return D


def networks():
    """Generator and discriminator, untrained."""
    import keras
    from keras import layers

    def dense(n_outputs, activation):
        hidden = [layers.Dense(64, activation=activation) for _ in range(2)]
        return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(n_outputs)])

    return dense(2, "relu"), dense(1, "leaky_relu")


def play(points, rate_G, rate_D, seed):
    """Both networks after their game, and 1,000 forged points before it and after each round."""
    from helpers.training import loop
    from helpers.training.layers import random_normal

    import keras
    import tensorflow as tf

    loop.set_seed(seed)
    G, D = networks()
    players = [(network, keras.optimizers.Adam(rate, beta_1=0.5)) for network, rate in ((D, rate_D), (G, rate_G))]
    for network, optimizer in players:
        optimizer.build(network.trainable_variables)
    real, seeds, seen = tf.constant(points, tf.float32), keras.random.SeedGenerator(seed), []

    def step(positions):
        with tf.GradientTape(persistent=True) as tape:
            forged = D(G(random_normal((128, 2), seeds)))
            loss_D = tf.reduce_mean(tf.nn.softplus(-D(tf.gather(real, positions % len(points)))))
            losses = loss_D + tf.reduce_mean(tf.nn.softplus(forged)), tf.reduce_mean(tf.nn.softplus(-forged))
        for (network, optimizer), loss in zip(players, losses, strict=True):
            optimizer.apply(tape.gradient(loss, network.trainable_variables), network.trainable_variables)
        return losses[0]

    def look():
        seen.append(forge(G, 1000, np.random.default_rng(1)))

    look()
    options = {"batch_size": 128, "epochs": ROUNDS, "after_epoch": look, "seed": seed, "verbose": False}
    loop.run_steps(step, STEPS * 128, **options)
    return G, D, seen


def forge(G, n, rng):
    """So many points of the generator."""
    from helpers.training import loop

    return loop.predict(G, rng.normal(size=(n, 2)))


def row(name, epochs, rate, seed, D, normal, odd, blobs=None, inside=None):
    """A row of the table, printed as soon as it is known."""
    from helpers.training import loop

    def logits(places):
        return loop.predict(D, places)[:, 0]

    usual = logits(normal)
    areas = [areas_of(usual, logits(places)) for places in odd.values()]
    shown = [round(area, 3) for area in (*areas, float(np.mean(areas)))]
    found = (name, epochs, rate, seed, *shown, round(float((1 / (1 + np.exp(-usual))).mean()), 3), blobs, inside)
    print(*found, sep=",", flush=True)
    return found


def areas_of(usual, strange):
    """The chance that a normal point looks more real than a strange one."""
    labels = np.repeat([0, 1], [len(usual), len(strange)])
    return float(roc_auc_score(labels, -np.concatenate([usual, strange])))


def near_a_blob(points):
    """Which points lie within three standard deviations of a centre."""
    return np.linalg.norm(points[:, None] - BLOB_CENTRES, axis=2).min(axis=1) < 0.45


def blobs_hit(points):
    """How many blobs hold at least 2 % of the points."""
    nearest = np.linalg.norm(points[:, None] - BLOB_CENTRES, axis=2).argmin(axis=1)
    return int((np.bincount(nearest[near_a_blob(points)], minlength=8) > 0.02 * len(points)).sum())
