"""data/results/gan.csv: GANs and what they compete with, on the digits 0, 4 and 8 and on the orders, five seeds."""

from helpers.datasets import four_splits, load_digits_images, load_orders, one_digit_split
from helpers.datasets.features import order_features
from helpers.detectors import (
    BiGANDetector,
    ConvAutoencoder,
    DenseAutoencoder,
    GANDetector,
    NearestNeighbours,
    PCAReconstruction,
)
from helpers.evaluation.measuring import seeded, timed
from helpers.results.tables.digits import five_neighbours, pca_16_tolerant, pca_32

import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

SEEDS = (0, 1, 2, 3, 4)
DIGITS = (0, 4, 8)
COLUMNS = ["data", "model", "seed", "auroc", "average_precision", "seconds"]


def table():
    """One row for each data set, model and seed; models without chance in them have seed 0 only."""
    return pd.DataFrame([*digit_rows(), *order_rows()], columns=COLUMNS).sort_values(COLUMNS[:3], kind="stable")


def digit_rows():
    """What competes on each digit."""
    digits = load_digits_images()
    for digit in DIGITS:
        split = one_digit_split(digits.labels, digit)
        data = digits.data[split.train], digits.data[split.test], split.labels
        for seed in SEEDS:
            yield from gan_rows(f"digit {digit}", seed, data)
            yield measured(f"digit {digit}", "autoencoder, convolutional", seed, data, ConvAutoencoder(verbose=False))
            same_size = ConvAutoencoder(network="dense", width=256, verbose=False)
            yield measured(f"digit {digit}", "autoencoder, same size", seed, data, same_size)
        for name, score in (
            ("PCA 16, tolerant error", pca_16_tolerant),
            ("PCA 32", pca_32),
            ("5 nearest neighbours", five_neighbours),
        ):
            yield row(f"digit {digit}", name, 0, data[2], *timed(score, *data[:2], 0))


def order_rows():
    """What competes on the orders."""
    orders = load_orders()
    features, splits = order_features(orders.data), four_splits(orders.labels)
    data = features.iloc[splits.train], features.iloc[splits.test], orders.labels.iloc[splits.test]
    for seed in SEEDS:
        yield from gan_rows("orders", seed, data)
        yield measured("orders", "autoencoder, same size", seed, data, DenseAutoencoder(n_remembered=0))
    yield measured("orders", "PCA", 0, data, PCAReconstruction())
    yield measured("orders", "5 nearest neighbours", 0, data, NearestNeighbours(n_neighbors=5, method="mean"))


def gan_rows(name, seed, data):
    """The GAN, and the BiGAN's parts beside their combination."""
    train, test, labels = data
    yield measured(name, "GAN, discriminator", seed, data, GANDetector(verbose=False))
    detector = BiGANDetector(random_state=seed, verbose=False)
    _, training = timed(detector.fit, train)
    parts, scoring_parts = timed(detector.score_parts, test)
    score, scoring = timed(detector.decision_function, test)
    seconds = training + scoring_parts + scoring
    for part in parts:
        yield row(name, f"BiGAN, {part}", seed, labels, parts[part], seconds)
    yield row(name, "BiGAN, combined", seed, labels, score, seconds)


def measured(name, model, seed, data, detector):
    """The row of a detector that is fitted and scored with this seed."""
    train, test, labels = data
    detector = seeded(detector, seed)
    _, training = timed(detector.fit, train)
    score, scoring = timed(detector.decision_function, test)
    return row(name, model, seed, labels, score, training + scoring)


def row(name, model, seed, labels, score, seconds):
    """A row of the table, printed as soon as it is known."""
    found = (
        name,
        model,
        seed,
        round(roc_auc_score(labels, score), 4),
        round(average_precision_score(labels, score), 4),
        round(seconds, 1),
    )
    print(*found, sep=",", flush=True)
    return found
