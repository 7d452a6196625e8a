"""data/results/digits.csv: each digit in turn is normal; every model on the same split, by the same three errors.

An error is squared, or of blurred images and divided by the image's ink, or that with shifts of one pixel forgiven.
Five nearest neighbours are five drawings of an image. A forest has no drawing: it gets blurred images at equal ink.
"""

from collections.abc import Iterator

from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors import ConvAutoencoder, NearestNeighbours, from_sklearn
from helpers.detectors.images.errors import relative_error, squared_error, tolerant_error

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

SEEDS = (0, 1, 2, 3, 4)
LESSON = 8  # the digit of lesson 05: the network is trained without noise for this one only
COLUMNS = ["model", "digit", "seed", "auroc"]
PLAIN, REPAIRED, SHIFTED = "", ", blur and ink", ", blur, shifts and ink"


def table():
    """One row for each model, error, digit and seed; models without chance in them have seed 0 only."""
    digits = load_digits_images()
    rows = []
    for digit in range(10):
        split = one_digit_split(digits.labels, digit)
        train, test = digits.data[split.train], digits.data[split.test]
        for model, seed, score in models(digit):
            for error, scores in score(train, test, seed).items():
                area = round(roc_auc_score(split.labels, scores), 4)
                rows.append((model + error, digit, seed, area))
                print(*rows[-1], sep=",", flush=True)
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(COLUMNS[:3], kind="stable")


def models(digit) -> Iterator[tuple]:
    """Triples of name, seed and function of (train, test, seed), which gives the scores by each error."""
    for seed in SEEDS:
        yield "convolutional, denoising", seed, convolutional
        if digit == LESSON:
            yield "convolutional, without noise", seed, convolutional_without_noise
        yield "dense 784-128-784", seed, plain_dense
        yield "isolation forest", seed, isolation_forest
    yield "PCA 32", 0, lambda train, test, _: by_error(train, test, projected(train, test, 32))
    yield "PCA 16", 0, lambda train, test, _: by_error(train, test, projected(train, test, 16))
    yield "5 nearest neighbours", 0, neighbours


def convolutional(train, test, seed, noise=0.5):
    """The course's, with its defaults; as a detector it scores by the last of the three errors."""
    detector = ConvAutoencoder(noise=noise, random_state=seed, verbose=False).fit(train)
    return by_error(train, test, detector.reconstruct(test)[..., None] / np.float32(255))


def convolutional_without_noise(train, test, seed):
    """The same network, which sees clean images in training."""
    return convolutional(train, test, seed, noise=0.0)


def plain_dense(train, test, seed):
    """The tutorials' network, 100 epochs of batch 32."""
    from helpers.training import loop

    import keras

    loop.set_seed(seed)
    network = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(128, activation="relu"), keras.layers.Dense(784, activation="sigmoid")]
    )
    rows = flat(train)
    loop.train(network, rows, epochs=100, loss="binary_crossentropy", seed=seed, jit_compile=False, verbose=False)
    return by_error(train, test, loop.predict(network, flat(test)).reshape(*test.shape, 1))


def isolation_forest(train, test, seed):
    """Scikit-learn's, with its defaults, on the pixels and on blurred images of equal ink."""
    usual = np.square(flat(train)).mean()
    found = {PLAIN: (flat(train), flat(test)), REPAIRED: (equal_ink(train, usual), equal_ink(test, usual))}
    return {
        error: from_sklearn(IsolationForest(random_state=seed)).fit(rows).decision_function(new)
        for error, (rows, new) in found.items()
    }


def equal_ink(images, usual):
    """Blurred images, each divided by the root of its ink, so that squares of them are relative to the ink."""
    ink = np.square(flat(images)).mean(axis=1) + 0.1 * usual
    return flat(gaussian_filter(images / np.float32(255), (0, 1, 1)) * 255) / np.sqrt(ink)[:, None]


def neighbours(train, test, seed):
    """Five drawings of each image: the training images nearest to it, blurred for the errors that blur."""
    x, drawings = pixels(test), pixels(train)[nearest(flat(train), flat(test))]
    smooth_train, smooth_test = (gaussian_filter(flat(part).reshape(-1, 28, 28), (0, 1, 1)) for part in (train, test))
    smooth = pixels(train)[nearest(smooth_train.reshape(len(train), -1), smooth_test.reshape(len(test), -1))]
    usual = np.square(flat(train)).mean()
    plain = [squared_error(x, drawings[:, j]).mean(axis=(1, 2)) for j in range(5)]
    found = {PLAIN: np.mean(plain, axis=0)}
    for error, shift in ((REPAIRED, 0), (SHIFTED, 1)):
        errors = np.mean([tolerant_error(x, smooth[:, j], shift=shift) for j in range(5)], axis=0)
        found[error] = relative_error(errors, x, usual)
    return found


def nearest(train, test):
    """Positions of the five nearest training images of each test image."""
    return NearestNeighbors(n_neighbors=5).fit(train).kneighbors(test, return_distance=False)


def by_error(train, test, drawn):
    """Scores of the test images by each of the three errors of their drawings."""
    x, usual = pixels(test), np.square(flat(train)).mean()
    return {
        PLAIN: squared_error(x, drawn).mean(axis=(1, 2)),
        REPAIRED: relative_error(tolerant_error(x, drawn, shift=0), x, usual),
        SHIFTED: relative_error(tolerant_error(x, drawn), x, usual),
    }


def five_neighbours(train, test, seed):
    """The mean distance to five pictures, pixel by pixel."""
    detector = NearestNeighbours(n_neighbors=5, method="mean", scale=False)
    return detector.fit(flat(train)).decision_function(flat(test))


def pca_32(train, test, seed):
    """The mean squared error of reconstructions from 32 components."""
    return by_error(train, test, projected(train, test, 32))[PLAIN]


def pca_16_tolerant(train, test, seed):
    """The network's error with PCA's reconstructions: it says how much of the gain is the error's."""
    return by_error(train, test, projected(train, test, 16))[SHIFTED]


def projected(train, test, n_components):
    """Test pictures as so many components rebuild them."""
    pca = PCA(n_components, random_state=0).fit(flat(train))
    return pca.inverse_transform(pca.transform(flat(test))).reshape(*test.shape, 1)


def pixels(images):
    """Pictures with pixels from 0 to 1 and an axis for the channel."""
    return images[..., None] / np.float32(255)


def flat(images):
    """Pictures as rows of pixels from 0 to 1."""
    return images.reshape(len(images), -1) / np.float32(255)
