"""What a GAN detector is given, a table or images, and all that differs between the two."""

from dataclasses import dataclass

from helpers.detectors.images.errors import relative_error, tolerant_error
from helpers.detectors.images.inputs import validate_images
from helpers.detectors.scaling import choose_code_size, destandardise, standardise, usual_error
from helpers.detectors.tables.inputs import validate_rows

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import validate_data

__all__ = ["image_shape", "kind_of"]


def image_shape(X):
    """Shape of one image, if X is images; None for a table, and for what is neither.

    >>> image_shape(np.zeros((5, 28, 28))), image_shape(np.zeros((5, 2)))
    ((28, 28), None)
    """
    return np.shape(X)[1:] if np.ndim(X) in (3, 4) else None


def kind_of(shape):
    """How a GAN works on images of this shape, or on tables.

    Parameters
    ----------
    shape : tuple of int or None
        As :func:`image_shape` gave it.

    Returns
    -------
    object
        It checks X and brings it to rows of float32 (n, n_values) and back, knows the usual settings of the networks,
        and measures how far rows are from their reconstructions.

    >>> kind_of((28, 28)).activation, kind_of(None).activation
    ('leaky_relu', 'tanh')
    """
    return _Tables() if shape is None else _Images(shape)


class _Tables:
    """Columns are standardised, and each has its own usual error."""

    activation = "tanh"  # bounded units cannot follow a table's far outliers
    bounded = False  # the generator's output
    noise = 0.2  # of the columns' standard deviation

    def validate(self, detector, X, fitting):
        return validate_rows(detector, X, fitting=fitting)

    def remember_columns(self, detector, X):
        validate_data(detector, X, skip_check_array=True, reset=True)

    def learn_scaling(self, data):
        scaler = StandardScaler().fit(data.astype(np.float64))
        return scaler.mean_, scaler.scale_

    def scaled(self, data, mean, scale):
        return standardise(data, mean, scale)

    def unscaled(self, rows, mean, scale):
        return destandardise(rows, mean, scale)

    def code_size(self, rows):
        return choose_code_size(rows)

    def hidden(self, n_values):
        width = int(np.clip(4 * n_values, 32, 128))
        return (width, width)

    def usual_error(self, rows, rebuilt):
        return usual_error(np.square(rows - rebuilt, dtype=np.float64))

    def reconstruction_error(self, rows, rebuilt, usual):
        return (np.square(rows - rebuilt, dtype=np.float64) / usual).mean(axis=1)


@dataclass(frozen=True)
class _Images:
    """Pixels go from 0 to 1, in one long row; an image's error is relative to its ink."""

    shape: tuple[int, ...]

    activation = "leaky_relu"
    bounded = True
    noise = 0.5  # of the pixels' range

    def validate(self, detector, X, fitting):
        return validate_images(X, None if fitting else self.shape)

    def remember_columns(self, detector, X):
        """Images have none."""

    def learn_scaling(self, data):
        return data.min(), data.max() - data.min()

    def scaled(self, data, mean, scale):
        return ((data - mean) / scale).reshape(len(data), -1).astype(np.float32)

    def unscaled(self, rows, mean, scale):
        return (rows * scale + mean).reshape(-1, *self.shape).astype(np.float32)

    def code_size(self, rows):
        return 16

    def hidden(self, n_values):
        return (256,)

    def usual_error(self, rows, rebuilt):
        """The usual ink."""
        return np.square(rows, dtype=np.float64).mean()

    def reconstruction_error(self, rows, rebuilt, usual):
        images, drawn = (part.reshape(len(rows), *self.shape[:2], -1) for part in (rows, rebuilt))
        return relative_error(tolerant_error(images, drawn), images, usual)
