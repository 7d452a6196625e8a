"""How far an image is from its reconstruction, pixel by pixel, and as a whole in units of its ink."""

import numpy as np
from scipy.ndimage import gaussian_filter

__all__ = ["relative_error", "squared_error", "tolerant_error"]

FAINT = 0.1  # of the usual ink; keeps an empty image's relative error finite


def squared_error(images, reconstructions):
    """The squared difference of each pixel, averaged over the channels.

    Parameters
    ----------
    images, reconstructions : ndarray of shape (n, height, width, channels)

    Returns
    -------
    ndarray of shape (n, height, width)

    >>> squared_error(np.ones((1, 1, 2, 1)), np.array([1.0, 0.5]).reshape(1, 1, 2, 1))
    array([[[0.  , 0.25]]])
    """
    return np.square(images - reconstructions).mean(axis=-1)


def tolerant_error(images, reconstructions, blur=1.0, shift=1):
    """The squared difference of blurred images, forgiving shifts: a pixel is compared with the best match near by.

    A stroke that is reconstructed one pixel beside its place is a small error to the eye and a large one to
    the squared error, which sees the stroke twice. Blurring makes the strokes overlap again, and each pixel of the
    image takes the smallest error among the reconstruction's pixels at most `shift` rows and columns away
    (the "image distortion model" of Keysers et al. 2007, there between two digits). Built in lesson 05.

    Parameters
    ----------
    images, reconstructions : ndarray of shape (n, height, width, channels)
    blur : float
        Standard deviation of the Gaussian blur, in pixels; 0 does not blur.
    shift : int
        Pixels; 0 forgives nothing.

    Returns
    -------
    ndarray of shape (n, height, width)

    >>> image, beside = np.eye(3)[[0]].reshape(1, 1, 3, 1), np.eye(3)[[1]].reshape(1, 1, 3, 1)
    >>> squared_error(image, beside).sum(), tolerant_error(image, beside, blur=0).sum()
    (np.float64(2.0), np.float64(0.0))
    """
    images, reconstructions = _blurred(images, blur), _blurred(reconstructions, blur)
    height, width = images.shape[1:3]
    padded = np.pad(reconstructions, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="edge")
    best = None
    for down in range(2 * shift + 1):
        for right in range(2 * shift + 1):
            error = squared_error(images, padded[:, down : down + height, right : right + width])
            best = error if best is None else np.minimum(best, error, out=best)
    return best


def relative_error(errors, images, usual_ink):
    """Each image's mean error relative to its ink, the mean of its squared pixels.

    Parameters
    ----------
    errors : ndarray of shape (n, height, width)
        As from :func:`squared_error` or :func:`tolerant_error`.
    images : ndarray of shape (n, height, width, channels)
        Pixels from 0 to 1.
    usual_ink : float
        A tenth of it is added to the ink.

    Returns
    -------
    ndarray of shape (n,), float64

    >>> faint, fat = np.full((1, 2, 2, 1), 0.1), np.ones((1, 2, 2, 1))
    >>> images = np.concatenate([faint, fat])
    >>> relative_error(squared_error(images, 0.5 * images), images, usual_ink=0.1).round(3)
    array([0.125, 0.248])
    """
    ink = np.square(images).mean(axis=(1, 2, 3), dtype=np.float64)
    return errors.mean(axis=(1, 2), dtype=np.float64) / (ink + FAINT * usual_ink)


def _blurred(images, sigma):
    return gaussian_filter(images, (0, sigma, sigma, 0), mode="nearest") if sigma else images
