"""data/results/digits.csv: each digit in turn is normal, three seeds, every model on the same split."""

from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors import ConvAutoencoder, NearestNeighbours, from_sklearn
from helpers.detectors.images.errors import squared_error, tolerant_error
from helpers.evaluation.measuring import timed

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

SEEDS = (0, 1, 2)


def table():
    """One row for each model, digit and seed; models without chance in them have seed 0 only."""
    digits = load_digits_images()
    rows = []
    for digit in range(10):
        split = one_digit_split(digits.labels, digit)
        train, test = digits.data[split.train], digits.data[split.test]
        for model, seed, score in models():
            scores, seconds = timed(score, train, test, seed)
            rows.append((model, digit, seed, round(roc_auc_score(split.labels, scores), 4), round(seconds, 1)))
            print(*rows[-1], sep=",", flush=True)
    return pd.DataFrame(rows, columns=["model", "digit", "seed", "auroc", "seconds"]).sort_values(
        ["model", "digit", "seed"], kind="stable"
    )


def models():
    """Pairs of name, seed and scoring function of (train, test, seed)."""
    for seed in SEEDS:
        yield "convolutional, denoising", seed, convolutional
        yield "dense 784-128-784", seed, plain_dense
        yield "isolation forest", seed, isolation_forest
    yield "PCA 32", 0, pca_32
    yield "PCA 16, tolerant relative error", 0, pca_16_tolerant
    yield "5 nearest neighbours", 0, five_neighbours


def convolutional(train, test, seed):
    """The course's, with its defaults."""
    return ConvAutoencoder(random_state=seed, verbose=False).fit(train).decision_function(test)


def plain_dense(train, test, seed):
    """The tutorials' network, 100 epochs of batch 32, judged by the mean squared error."""
    from helpers.training import loop

    import keras

    loop.set_seed(seed)
    network = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(784, activation="sigmoid")]
    )
    train, test = flat(train), flat(test)
    loop.train(network, train, epochs=100, loss="binary_crossentropy", seed=seed, verbose=False)
    return np.square(test - loop.predict(network, test)).mean(axis=1)


def isolation_forest(train, test, seed):
    """Scikit-learn's, with its defaults."""
    return from_sklearn(IsolationForest(random_state=seed)).fit(flat(train)).decision_function(flat(test))


def five_neighbours(train, test, seed):
    """The mean distance to five pictures, pixel by pixel."""
    detector = NearestNeighbours(n_neighbors=5, method="mean", scale=False)
    return detector.fit(flat(train)).decision_function(flat(test))


def pca_32(train, test, seed):
    """The mean squared error of reconstructions from 32 components."""
    images = test[..., None] / np.float32(255)
    return squared_error(images, projected(train, test, 32)).mean(axis=(1, 2))


def pca_16_tolerant(train, test, seed):
    """The network's error with PCA's reconstructions: it says how much of the gain is the error's."""
    images = test[..., None] / np.float32(255)
    ink, usual = np.square(images).mean(axis=(1, 2, 3)), np.square(flat(train)).mean()
    return tolerant_error(images, projected(train, test, 16)).mean(axis=(1, 2)) / (ink + 0.1 * usual)


def projected(train, test, n_components):
    """Test pictures as so many components rebuild them."""
    pca = PCA(n_components, random_state=0).fit(flat(train))
    return pca.inverse_transform(pca.transform(flat(test))).reshape(*test.shape, 1)


def flat(images):
    """Pictures as rows of pixels from 0 to 1."""
    return images.reshape(len(images), -1) / np.float32(255)
