"""The networks of the image detectors, in Keras. Built in lesson 05."""

import keras
from keras import layers

__all__ = ["build", "conv_autoencoder", "dense_autoencoder"]


def build(network, shape, code_size, width=None, seed=0):
    """Build a new autoencoder of images with pixels from 0 to 1.

    Parameters
    ----------
    network : {"conv", "dense"}
    shape : tuple of int
        Height, width, channels.
    code_size : int
    width : int or None
        None takes the network's own default.
    seed : int
        First weights.

    Returns
    -------
    keras.Sequential, (n, height, width, channels) to the same

    >>> build("conv", (28, 28, 1), code_size=16).output_shape
    (None, 28, 28, 1)
    """
    make = conv_autoencoder if network == "conv" else dense_autoencoder
    options = {} if width is None else {"width": width}
    return _seeded(make(shape, code_size, **options), seed)


def dense_autoencoder(shape, code_size, width=256):
    """Build pixels, `width` units, the code, `width` units, pixels.

    Parameters
    ----------
    shape : tuple of int
    code_size, width : int

    Returns
    -------
    keras.Sequential

    >>> [layer.units for layer in dense_autoencoder((28, 28, 1), 16).layers if hasattr(layer, "units")]
    [256, 16, 256, 784]
    """
    n_pixels = shape[0] * shape[1] * shape[2]
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.Flatten(),
            layers.Dense(width, activation="relu"),
            layers.Dense(code_size, name="code"),
            layers.Dense(width, activation="relu"),
            layers.Dense(n_pixels, activation="sigmoid"),
            layers.Reshape(shape),
        ]
    )


def conv_autoencoder(shape, code_size, width=16):
    """Build two convolutions that halve the image, the code, and two that double it again.

    Sides that four does not divide are filled up with paper first and cut off last.

    Parameters
    ----------
    shape : tuple of int
    code_size : int
    width : int
        Channels of the first convolution; the second has twice as many.

    Returns
    -------
    keras.Sequential

    >>> conv_autoencoder((30, 21, 3), 8).output_shape
    (None, 30, 21, 3)
    """
    height, breadth, channels = shape
    fill = ((0, -height % 4), (0, -breadth % 4))
    small = ((height + fill[0][1]) // 4, (breadth + fill[1][1]) // 4, 2 * width)
    halve = {"kernel_size": 3, "strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            keras.Input(shape),
            layers.ZeroPadding2D(fill),
            layers.Conv2D(width, activation="relu", **halve),
            layers.Conv2D(2 * width, activation="relu", **halve),
            layers.Flatten(),
            layers.Dense(code_size, name="code"),
            layers.Dense(small[0] * small[1] * small[2], activation="relu"),
            layers.Reshape(small),
            layers.Conv2DTranspose(width, activation="relu", **halve),
            layers.Conv2DTranspose(channels, activation="sigmoid", **halve),
            layers.Cropping2D(fill),
        ]
    )


def _seeded(model, seed):
    """The model with start weights that follow from the seed alone, leaving the global random state to its owner."""
    for i, weights in enumerate(model.trainable_variables):
        if len(weights.shape) > 1:  # Keras's default for dense layers and convolutions; biases start at 0
            weights.assign(keras.initializers.GlorotUniform(seed=seed + i)(weights.shape))
    return model
