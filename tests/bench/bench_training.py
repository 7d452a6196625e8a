"""Training a dense autoencoder against plain `model.fit`, and scoring against bare numpy: same network and data."""

import time
from functools import partial

from helpers.training.loop import predict, train

import keras
import numpy as np
from harness import Row, best_seconds

# rows, columns, hidden layers, epochs: each as many steps of 32 rows as plain fit makes
CASES = ((400, 784, (128, 32, 128), 100), (5_000, 20, (64, 8, 64), 20), (6_000, 784, (128, 32, 128), 10))
ROWS_TO_SCORE = 100_000


def rows():
    for n, k, hidden, epochs in CASES:
        X, title = data(n, k), f"train {n:,} x {k}, {epochs} epochs"
        yield from training_rows(title, partial(network, k, hidden), X, X, epochs, 2, 4)
    yield from scoring_rows()


def data(n, k):
    """Rows on a curved surface of four dimensions plus noise: something to learn, and a floor to reach."""
    rng = np.random.default_rng(0)
    hidden = np.tanh(rng.normal(size=(n, 4)) @ rng.normal(size=(4, 32)))
    X = hidden @ rng.normal(size=(32, k)) / np.sqrt(32) + 0.3 * rng.normal(size=(n, k))
    return X.astype(np.float32)


def network(k, hidden):
    """The same first weights each time. (With a global seed, Keras's fit repeats one order of the rows each epoch.)"""
    sizes = [*hidden, k]
    layers = [
        keras.layers.Dense(
            size,
            activation=None if i == len(hidden) else "relu",
            kernel_initializer=keras.initializers.GlorotUniform(seed=i),
        )
        for i, size in enumerate(sizes)
    ]
    return keras.Sequential([keras.Input((k,)), *layers])


def training_rows(title, network, inputs, targets, epochs, faster, faster_once_compiled):
    """`network()` gives the same untrained network each time."""
    plain_model, our_model = network(), network()
    plain_model.compile("adam", "mse")

    def fit():
        plain_model.fit(inputs, targets, epochs=epochs, batch_size=32, verbose=0)

    plain, ours = seconds(fit), seconds(lambda: train(our_model, inputs, targets, epochs=epochs))
    losses = [float(np.mean((targets - predict(model, inputs)) ** 2)) for model in (plain_model, our_model)]
    plain_again = seconds(fit)  # without tracing
    longer = seconds(lambda: train(network(), inputs, targets, epochs=4 * epochs))
    compiled = max((longer - ours) / 3, 1e-9)  # both compile once: the difference is epochs without compiling
    yield speed(f"{title}: with compilation", plain, ours, faster)
    yield speed(f"{title}: once compiled", plain_again, compiled, faster_once_compiled)
    note = f"{losses[1]:.4f} against {losses[0]:.4f}"
    gap = 100 * abs(losses[1] / losses[0] - 1)
    yield Row(f"{title}: gap of final losses", gap, 5, unit="% of plain fit", note=note)


def speed(what, plain, ours, target):
    return Row(what, plain / ours, target, "higher", "times faster", f"{ours:.2f} s against {plain:.2f} s of plain fit")


def scoring_rows():
    for k, hidden in ((20, (64, 8, 64)), (784, (128, 32, 128))):
        X = np.random.default_rng(0).random((ROWS_TO_SCORE, k), np.float32)
        model = network(k, hidden)
        weights = model.get_weights()
        assert np.allclose(score(model, X), bare_score(weights, X), rtol=1e-3)
        ours, bare = best_seconds(
            lambda model=model, X=X: score(model, X), lambda weights=weights, X=X: bare_score(weights, X)
        )
        note = f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms"
        yield Row(f"score {ROWS_TO_SCORE:,} x {k}: speed", bare / ours, 0.5, "higher", "of bare numpy's", note)


def score(model, X):
    return np.square(predict(model, X) - X).mean(axis=1)


def bare_score(weights, X):
    outputs = X
    for i in range(0, len(weights), 2):
        outputs = outputs @ weights[i] + weights[i + 1]
        if i < len(weights) - 2:
            outputs = np.maximum(outputs, 0)
    return np.square(outputs - X).mean(axis=1)


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
