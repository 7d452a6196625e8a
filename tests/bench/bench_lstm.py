"""Training LSTM networks of 32 units against plain `model.fit`: same network, windows and steps; and scoring."""

from functools import partial

from helpers.detectors import LSTMAutoencoder, LSTMForecaster

import keras
import numpy as np
from bench_training import seconds, training_rows
from harness import Row

EPOCHS = 30
POINTS = 20_000


def rows():
    waves = simulated_waves(1_248)
    windows = np.lib.stride_tricks.sliding_window_view(waves, 49)[:1_200, :, None]
    yield from training_rows(
        "LSTM forecaster, 1,200 x 48", partial(forecaster, 48), windows[:, :-1], windows[:, -1], EPOCHS, None, 2
    )
    beats = np.lib.stride_tricks.sliding_window_view(simulated_waves(90 + 3 * 399), 90)[::3, :, None]
    yield from training_rows("LSTM autoencoder, 400 x 90", partial(autoencoder, 90), beats, beats, EPOCHS, None, 2)
    yield from scoring_rows()


def simulated_waves(n):
    """A daily rhythm plus noise: something to learn, and a floor to reach."""
    return (np.sin(np.arange(n) * 2 * np.pi / 24) + 0.3 * np.random.default_rng(0).normal(size=n)).astype(np.float32)


def forecaster(n_inputs):
    return keras.Sequential([keras.Input((n_inputs, 1)), lstm(0), dense(1)])


def autoencoder(window):
    return keras.Sequential(
        [
            keras.Input((window, 1)),
            lstm(0),
            keras.layers.RepeatVector(window),
            lstm(2, return_sequences=True),
            keras.layers.TimeDistributed(dense(4)),
        ]
    )


def lstm(seed, **options):
    initial = {
        "kernel_initializer": keras.initializers.GlorotUniform(seed),
        "recurrent_initializer": keras.initializers.Orthogonal(seed=seed + 1),
    }
    return keras.layers.LSTM(32, **initial, **options)


def dense(seed):
    return keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed))


def scoring_rows():
    series = simulated_waves(POINTS)
    for detector in (LSTMForecaster(window=96, epochs=1), LSTMAutoencoder(window=96, epochs=1)):
        detector.fit(series[:1_000])
        taken = seconds(lambda detector=detector: detector.decision_function(series))
        yield Row(f"{type(detector).__name__}, score {POINTS:,} points", taken, 20, unit="s")
