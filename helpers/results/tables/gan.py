"""data/results/gan.csv: GANs and what they compete with, on the digits 0, 4 and 8 and on the orders, five seeds.

`lead` is how far a model's AUROC, averaged over its seeds, is above that of its `rival`; `low` and `high` are the ends
of a paired bootstrap interval of it: both are judged on the same resampled rows (customers, on the orders).
"""

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
from helpers.evaluation.measuring import seeded
from helpers.evaluation.metrics import bootstrap_distribution, percentile_interval
from helpers.results.tables.digits import five_neighbours, pca_16_tolerant, pca_32

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

SEEDS = (0, 1, 2, 3, 4)
DIGITS = (0, 4, 8)
COLUMNS = ["data", "model", "seed", "auroc", "average_precision", "rival", "lead", "low", "high"]
RIVALS = {"BiGAN, reconstruction": "cycle, no game", "autoencoder, same size": "BiGAN, combined"}
PLAIN = ("PCA 16, tolerant error", "5 nearest neighbours")  # on digits, on orders: the rival of all others
STEPS, AVERAGING = 2000, 0.995  # the BiGAN's
EPOCHS = 16  # an epoch holds each image many times: short epochs are mostly calls


class WithoutGame(BiGANDetector):
    """The same networks, steps, noise and averaging, but generator and encoder do not hear what D says of them."""

    def _play(self, kept, losses, opponents, seed):
        def cycle_alone(real, codes):
            parts = losses(real, codes)
            return parts | {"generator": parts["generator"] - parts["generator loss"]}

        return super()._play(kept, cycle_alone, opponents, seed)


class AveragedAutoencoder(ConvAutoencoder):
    """The dense autoencoder of lesson 05, its weights averaged over the steps as the BiGAN's are."""

    def _trained(self, images, seed):
        from helpers.detectors.images.networks import build

        import keras

        network = build(self.network, images.shape[1:], self.code_size, self.width, seed)
        noise = keras.layers.GaussianNoise(self.noise, seed=seed)
        noisy = keras.Sequential([keras.Input(images.shape[1:]), noise, network])
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps)
        noisy.compile(keras.optimizers.Adam(rate, use_ema=True, ema_momentum=AVERAGING), loss="binary_crossentropy")
        keras.utils.set_random_seed(seed)  # the order of the rows
        rows = np.resize(images, (self.steps * self.batch_size // EPOCHS, *images.shape[1:]))
        noisy.fit(rows, rows, batch_size=self.batch_size, epochs=EPOCHS, verbose=0)
        return network


def table():
    """One row for each data set, model and seed; models without chance in them have seed 0 only."""
    rows = pd.concat([*map(digit_rows, DIGITS), order_rows()])
    return rows[COLUMNS].sort_values(COLUMNS[:3], kind="stable")


def digit_rows(digit):
    """What competes on one digit."""
    digits = load_digits_images()
    split = one_digit_split(digits.labels, digit)
    board = Board(f"digit {digit}", digits.data[split.train], digits.data[split.test], split.labels)
    for seed in SEEDS:
        bigan_rows(board, seed)
        board.measure("autoencoder, convolutional", seed, ConvAutoencoder(verbose=False))
        same_size = AveragedAutoencoder(network="dense", width=256, steps=STEPS, verbose=False)
        board.measure("autoencoder, same size", seed, same_size)
    board.add("PCA 16, tolerant error", 0, pca_16_tolerant(board.train, board.test, 0))
    board.add("PCA 32", 0, pca_32(board.train, board.test, 0))
    board.add("5 nearest neighbours", 0, five_neighbours(board.train, board.test, 0))
    return board.finished()


def order_rows():
    """What competes on the orders."""
    orders = load_orders()
    features, splits = order_features(orders.data), four_splits(orders.labels)
    train, test = features.iloc[splits.train], features.iloc[splits.test]
    customers = orders.data["customer_id"].iloc[splits.test]
    board = Board("orders", train, test, orders.labels.iloc[splits.test].to_numpy(), customers.to_numpy())
    for seed in SEEDS:
        bigan_rows(board, seed)
        board.measure("autoencoder, same size", seed, DenseAutoencoder(n_members=1, n_remembered=0))
    board.measure("PCA", 0, PCAReconstruction())
    board.measure("5 nearest neighbours", 0, NearestNeighbours(n_neighbors=5, method="mean"))
    return board.finished()


def bigan_rows(board, seed):
    """The GAN, the BiGAN's parts beside their combination, and the same with its game switched off."""
    board.measure("GAN, discriminator", seed, GANDetector(verbose=False))
    detector = BiGANDetector(random_state=seed, verbose=False)
    parts = board.measure("BiGAN, combined", seed, detector)
    for part in parts:
        board.add(f"BiGAN, {part}", seed, parts[part])
    silent = WithoutGame(random_state=seed, verbose=False)
    parts = board.measure("cycle, no game, combined", seed, silent)
    board.add("cycle, no game", seed, parts["reconstruction"])


class Board:
    """The rows of one data set, and the scores behind them, which say how models compare on the same rows."""

    def __init__(self, data, train, test, labels, blocks=None):
        self.data, self.train, self.test, self.labels, self.blocks = data, train, test, labels, blocks
        self.rows, self.scores = [], {}

    def add(self, model, seed, score):
        """A row, printed as soon as it is known."""
        area = round(roc_auc_score(self.labels, score), 4)
        precision = round(average_precision_score(self.labels, score), 4)
        self.rows.append((self.data, model, seed, area, precision))
        self.scores.setdefault(model, []).append(np.asarray(score))
        print(*self.rows[-1], sep=",", flush=True)

    def measure(self, model, seed, detector):
        """The row of a detector that is fitted and scored with this seed; its score's parts, if it has any."""
        detector = seeded(detector, seed)
        self.add(model, seed, detector.fit(self.train).decision_function(self.test))
        return detector.score_parts(self.test) if isinstance(detector, BiGANDetector) else None

    def finished(self):
        """All rows, with the lead of each model over its rival."""
        resampled = {model: self._resampled(scores) for model, scores in self.scores.items()}
        rows = pd.DataFrame(self.rows, columns=COLUMNS[:5])
        means = rows.groupby("model")["auroc"].mean()
        plain = next(name for name in PLAIN if name in means)
        rows["rival"] = [RIVALS.get(model, plain) if model != plain else None for model in rows["model"]]
        for i, (model, rival) in enumerate(zip(rows["model"], rows["rival"], strict=True)):
            if model != plain:
                interval = percentile_interval(resampled[model] - resampled[rival])
                leads = [means[model] - means[rival], interval.low, interval.high]
                rows.loc[i, ["lead", "low", "high"]] = np.round(leads, 4)
        return rows

    def _resampled(self, scores):
        """The AUROC on resampled rows, the same for every model, averaged over the seeds."""
        areas = [bootstrap_distribution(roc_auc_score, self.labels, score, blocks=self.blocks) for score in scores]
        return np.mean(areas, axis=0)
