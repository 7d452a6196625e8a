"""data/results/noise_critic.csv: each digit in turn is normal, and a classifier tells it from even noise, three seeds.

The classifier is the critic of lesson 09, two layers of 64 on 784 pixels, 100 epochs; its forged images have each pixel
drawn evenly between paper and ink, as many as there are real ones. The split is that of digits.csv. `auroc` is that of
its logit with the sign turned, other digits against the normal one.
"""

from helpers.datasets import load_digits_images, one_digit_split
from helpers.results.tables.digits import flat

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2)


def table():
    """One row for each digit and seed."""
    digits, rows = load_digits_images(), []
    for digit in range(10):
        split = one_digit_split(digits.labels, digit)
        real, test = flat(digits.data[split.train]), flat(digits.data[split.test])
        for seed in SEEDS:
            rows.append((digit, seed, round(roc_auc_score(split.labels, -logits_against_noise(real, test, seed)), 4)))
            print(*rows[-1], sep=",", flush=True)
    return pd.DataFrame(rows, columns=["digit", "seed", "auroc"])


def logits_against_noise(real, test, seed):
    """What the critic says of test pictures, above 0 where it calls them real."""
    from helpers.training import loop

    import keras
    from keras import layers

    loop.set_seed(seed)
    hidden = [layers.Dense(64, activation="leaky_relu") for _ in range(2)]
    critic = keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(1)])
    noise = np.random.default_rng(seed).uniform(size=real.shape)
    labels = np.repeat([[1.0], [0.0]], len(real), axis=0)
    options = {"batch_size": 128, "epochs": 100, "seed": seed, "verbose": False}
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    loop.train(critic, np.concatenate([real, noise]), labels, loss=loss, **options)
    return loop.predict(critic, test)[:, 0]
