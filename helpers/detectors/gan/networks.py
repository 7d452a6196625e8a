"""The networks of the GAN detectors, in Keras. Built in lessons 09 and 10.

All are dense: compiled as a whole (XLA), dense layers run several times faster in a loop than convolutions, and a GAN
needs thousands of steps. An image enters as one long row of pixels. Each layer's first weights follow from `seed`.
"""

import helpers.training.loop  # noqa: F401  quiet TensorFlow

import keras
from keras import layers

__all__ = ["discriminator", "encoder", "generator"]

SLOPE = 0.2  # of the discriminator's leaky ReLU: one that goes silent teaches its opponent nothing


def generator(code_size, hidden, n_values, activation="tanh", bounded=False, seed=0):
    """Build the way from random codes to made-up rows.

    Parameters
    ----------
    code_size : int
    hidden : sequence of int
        Widths of the hidden layers.
    n_values : int
    activation : str
        Of the hidden layers.
    bounded : bool
        End in a sigmoid, for pixels from 0 to 1.
    seed : int
        First weights.

    Returns
    -------
    keras.Model, (n, code_size) to (n, n_values)

    >>> generator(2, (8, 16), 5).output_shape
    (None, 5)
    """
    inputs = keras.Input((code_size,))
    outputs = _hidden(inputs, hidden, layers.Activation, activation, seed)
    return keras.Model(inputs, _dense(n_values, seed + len(hidden), "sigmoid" if bounded else None)(outputs))


def encoder(n_values, hidden, code_size, activation="tanh", seed=0):
    """Build the generator's way back, from rows to codes.

    Parameters
    ----------
    n_values : int
    hidden : sequence of int
    code_size : int
    activation : str
    seed : int
        The last four as in :func:`generator`.

    Returns
    -------
    keras.Model, (n, n_values) to (n, code_size)

    >>> encoder(5, (16, 8), 2).output_shape
    (None, 2)
    """
    return generator(n_values, hidden, code_size, activation, seed=seed)


def discriminator(n_values, hidden, seed=0):
    """Build the judge of rows, or of rows with their codes beside them.

    Parameters
    ----------
    n_values : int
        Width of what it sees.
    hidden : sequence of int
    seed : int
        First weights.

    Returns
    -------
    keras.Model, (n, n_values) to (n, hidden[-1] + 1)
        The last column is the logit, above 0 where it believes that a row is real; the others are its last hidden
        layer.

    >>> discriminator(5 + 2, (16, 8)).output_shape
    (None, 9)
    """
    inputs = keras.Input((n_values,))
    features = _hidden(inputs, hidden, layers.LeakyReLU, SLOPE, seed)
    logits = _dense(1, seed + len(hidden))(features)
    return keras.Model(inputs, layers.Concatenate()([features, logits]))


def _hidden(outputs, widths, activation, argument, seed):
    for i, width in enumerate(widths):
        outputs = activation(argument)(_dense(width, seed + i)(outputs))
    return outputs


def _dense(width, seed, activation=None):
    return layers.Dense(width, activation, kernel_initializer=keras.initializers.GlorotUniform(seed=seed))
