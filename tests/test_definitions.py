"""What a lesson builds by hand and what `helpers` exports behave the same on the same input."""

import ast
import warnings
from types import SimpleNamespace

from helpers import training
from helpers.datasets import four_splits
from helpers.detectors import IQR, BiGANDetector, Mahalanobis, ModifiedZScore, SeasonalNaive, ZScore
from helpers.detectors.images.errors import tolerant_error
from helpers.detectors.tables.baselines import PCAReconstruction
from helpers.evaluation.thresholds import cost_threshold, quantile_threshold
from helpers.windows import make_windows

import lessons
import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA


def definitions(number):
    """The functions that a lesson defines, executed on their own."""
    [source] = lessons.select([number])
    tree = ast.parse(source.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    namespace = {"np": np, "pd": pd}
    exec(compile(ast.Module(functions, []), str(source), "exec"), namespace)
    return namespace


@pytest.fixture
def rows():
    rng = np.random.default_rng(5)
    past = pd.DataFrame(rng.lognormal(size=(200, 3)), columns=["a", "b", "c"])
    return past, pd.DataFrame(rng.lognormal(size=(50, 3)), columns=["a", "b", "c"])


@pytest.mark.parametrize(("function", "detector"), [("z_score", ZScore()), ("modified_z_score", ModifiedZScore())])
def test_z_scores(rows, function, detector):
    past, recent = rows
    by_hand = definitions("01")[function](recent, past).abs().max(axis=1)
    np.testing.assert_allclose(detector.fit(past).decision_function(recent), by_hand)


@pytest.mark.parametrize("k", [1.5, 3.0])
def test_fences(rows, k):
    past, recent = rows[0][["a"]], rows[1][["a"]]
    low, high = definitions("01")["fences"](past["a"], k)
    outside = (recent["a"] < low) | (recent["a"] > high)
    flags = IQR().fit(past).set_threshold(k).predict(recent)
    assert 0 < flags.sum() < len(flags)
    np.testing.assert_array_equal(flags, outside)


def test_mahalanobis(rows):
    past, recent = rows
    by_hand = definitions("01")["mahalanobis"](recent, past)
    scores = Mahalanobis(covariance="empirical").fit(past).decision_function(recent)
    np.testing.assert_allclose(scores, by_hand, rtol=1e-6)
    one_column = definitions("01")["mahalanobis"](recent[["a"]], past[["a"]])
    np.testing.assert_allclose(ZScore().fit(past[["a"]]).decision_function(recent[["a"]]), one_column)


def test_four_parts():
    labels = pd.Series((np.arange(103) % 10 == 3).astype(int))
    parts = four_splits(labels)
    for by_hand, name in zip(definitions("02")["four_parts"](labels), parts.__dataclass_fields__, strict=True):
        np.testing.assert_array_equal(by_hand, getattr(parts, name))


@pytest.mark.parametrize("n", [99, 100, 1234])
def test_promised_threshold(n):
    scores = np.random.default_rng(n).normal(size=n)
    assert definitions("02")["promised_threshold"](scores, 0.05) == quantile_threshold(scores, 0.05)


def test_cost(rows):
    scores = rows[0]["a"]
    amounts = rows[0]["b"]
    labels = (scores + np.random.default_rng(0).normal(size=len(scores)) > 3).astype(int)
    functions = definitions("02")
    functions["cost"].__globals__.update(COST_FALSE=5)
    cost = functions["cost"]
    cheapest = min(cost(scores, labels, amounts, limit) for limit in np.unique(scores))
    found = cost(scores, labels, amounts, cost_threshold(scores, labels, amounts, 5))
    assert found == pytest.approx(cheapest)
    assert found > 0


def test_reconstruction_error(rows):
    past, recent = (frame.to_numpy() for frame in rows)
    pca = PCA(n_components=2).fit(past)
    column_errors = definitions("04")["column_errors"]
    column_errors.__globals__.update(rebuild=lambda x: pca.inverse_transform(pca.transform(x)), features=rows[0])
    by_hand = column_errors(recent).mean(axis=1)
    scores = PCAReconstruction(n_components=2, scale=False).fit(past).decision_function(recent)
    np.testing.assert_allclose(scores, by_hand)


@pytest.mark.parametrize("window", [1, 3, 20])
def test_windows(window):
    values = np.random.default_rng(window).normal(size=20)
    np.testing.assert_array_equal(definitions("06")["windows_of"](values, window), make_windows(values, window))


def test_seasonal_naive():
    times = pd.date_range("2022-04-01", periods=24 * 6, freq="h", tz="UTC")
    series = pd.Series(np.random.default_rng(2).normal(size=len(times)), times)
    detector = SeasonalNaive(period=24).fit(series)
    by_hand = definitions("06")["change_since"](series, 24)
    np.testing.assert_allclose(detector.decision_function(series) * detector.usual_change_, by_hand)


def test_lstm_step():
    keras = pytest.importorskip("keras")
    layer = keras.layers.LSTM(3)
    points = np.random.default_rng(0).normal(size=(1, 9, 2)).astype("float32")
    expected = layer(points).numpy()[0]
    functions = definitions("06")
    functions["lstm_step"].__globals__.update(zip("WUb", layer.get_weights(), strict=True))
    h = c = np.zeros(3)
    for x in points[0]:
        h, c, _ = functions["lstm_step"](x, h, c)
    np.testing.assert_allclose(h, expected, atol=1e-5)


def test_lstm_autoencoder():
    """Same weights, same reconstructions."""
    from helpers.detectors.series.networks import autoencoder_network

    import keras

    functions = definitions("08")
    functions["lstm_autoencoder"].__globals__.update(keras=keras, layers=keras.layers)
    by_hand, imported = functions["lstm_autoencoder"](12, 2, units=5), autoencoder_network(12, 2, units=5, seed=3)
    by_hand.set_weights(imported.get_weights())
    windows = np.random.default_rng(0).normal(size=(4, 12, 2)).astype(np.float32)
    rebuilt = np.asarray(by_hand(windows))
    assert rebuilt.std() > 0.01
    np.testing.assert_allclose(rebuilt, np.asarray(imported(windows)), atol=1e-6)


@pytest.fixture(scope="module")
def looking_back():
    """A BiGANDetector after a few steps, its scaled images, and the functions of lesson 10 around its networks."""
    keras = pytest.importorskip("keras")

    import tensorflow as tf

    images = np.random.default_rng(0).integers(0, 256, (80, 28, 28))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 50 steps are too few for a good game, and enough for this
        detector = BiGANDetector(hidden=(8,), code_size=3, steps=50, verbose=False).fit(images)
    functions = definitions("10")
    ink = np.sqrt(detector.usual_error_)  # of held-out images; the lesson takes the training images'
    functions["parts_of"].__globals__.update(
        training=training, tolerant_error=tolerant_error, keras=keras, ops=keras.ops, tf=tf, X_train=ink
    )
    judge = keras.Sequential(
        [keras.Input((787,)), keras.layers.Dense(8, activation="leaky_relu"), keras.layers.Dense(1)]
    )
    judge.set_weights(detector.discriminator_.get_weights())
    gan = SimpleNamespace(G=detector.generator_, E=detector.encoder_, D=judge, charge=1.0)
    return detector, images, (images.reshape(80, -1) / 255).astype(np.float32), functions, gan


def test_parts_of_a_bigan(looking_back):
    detector, images, x, functions, gan = looking_back
    by_hand = (functions["parts_of"](gan, x) - detector.part_means_) / detector.part_scales_
    np.testing.assert_allclose(by_hand, detector.score_parts(images), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(by_hand @ np.array(detector.weights), detector.decision_function(images), atol=1e-3)


def test_losses_of_a_bigan(looking_back):
    _, _, x, functions, gan = looking_back
    gan_losses = pytest.importorskip("helpers.detectors.gan.losses")
    codes = np.random.default_rng(2).normal(size=(80, 3)).astype(np.float32)
    expected = gan_losses.bigan_losses(gan.G, gan.E, gan.D, 1.0, 0.0, 0.0, 0)(x, codes)
    losses = functions["game"](gan, x, codes)
    np.testing.assert_allclose(losses["D"], expected["discriminator"], rtol=1e-5)
    np.testing.assert_allclose(losses["GE"], expected["generator loss"], rtol=1e-5)
