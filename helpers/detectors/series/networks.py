"""The networks of the LSTM detectors, layer by layer as in lessons 06 and 08."""

import helpers.training.loop  # noqa: F401  quiet TensorFlow

import keras

__all__ = ["autoencoder_network", "forecaster_network"]


def forecaster_network(n_inputs, n_channels, units=32, n_recent=1, noise=0.0, seed=0, n_beside=0):
    """Build a network that reads points one after the other and forecasts, after each of the last ones, the next point.

    Parameters
    ----------
    n_inputs, n_channels, units : int
    n_recent : int
        How many forecasts come out: one after each of the last `n_recent` points read.
    noise : float
        Standard deviation of Gaussian noise on the inputs while training.
    seed : int
        First weights and noise.
    n_beside : int
        More channels to read, which are not forecast.

    Returns
    -------
    keras.Model, (n, n_inputs, n_channels + n_beside) to (n, n_recent, n_channels)

    >>> forecaster_network(24, n_channels=3, n_recent=4).output_shape
    (None, 4, 3)
    """
    inputs = keras.Input((n_inputs, n_channels + n_beside))
    states = _lstm(units, seed, return_sequences=True)(_noisy(inputs, noise, seed))
    states = keras.layers.Cropping1D((n_inputs - n_recent, 0))(states)
    return keras.Model(inputs, _dense(n_channels, seed)(states))


def autoencoder_network(window, n_channels, units=32, code_size=None, noise=0.0, seed=0):
    """Build a network that reads a window into one code, then writes the window from it, last point first.

    Writing backwards lets the decoder begin with what the encoder has just read (Srivastava, Mansimov and
    Salakhutdinov, Unsupervised Learning of Video Representations using LSTMs, ICML 2015; for anomalies Malhotra et al.,
    LSTM-based Encoder-Decoder for Multi-sensor Anomaly Detection, 2016). The network's output is in the window's order.

    Parameters
    ----------
    window, n_channels, units : int
    code_size : int or None
        Width of a linear layer between encoder and decoder; None has none: the code is the encoder's `units` outputs.
    noise : float
        Standard deviation of Gaussian noise on the inputs while training.
    seed : int
        First weights and noise.

    Returns
    -------
    keras.Model, (n, window, n_channels) to the same

    >>> autoencoder_network(90, n_channels=1).output_shape
    (None, 90, 1)
    """
    inputs = keras.Input((window, n_channels))
    code = _lstm(units, seed)(_noisy(inputs, noise, seed))
    code = code if code_size is None else _dense(code_size, seed + 1)(code)
    states = _lstm(units, seed + 2, return_sequences=True)(keras.layers.RepeatVector(window)(code))
    backwards = _dense(n_channels, seed + 3)(states)
    return keras.Model(inputs, keras.ops.flip(backwards, axis=1))


def _noisy(inputs, noise, seed):
    return keras.layers.GaussianNoise(noise, seed=seed)(inputs) if noise else inputs


def _lstm(units, seed, **options):
    return keras.layers.LSTM(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(seed),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed + 1),
        **options,
    )


def _dense(width, seed):
    return keras.layers.Dense(width, kernel_initializer=keras.initializers.GlorotUniform(seed))
