"""What images must be before a detector works on them, and sentences that say so when they are not."""

import numpy as np

__all__ = ["validate_images"]


def validate_images(X, shape=None):
    """Images as a float array with a channel axis that may be the caller's own memory: read it, never write to it.

    Parameters
    ----------
    X : array of shape (n, height, width) or (n, height, width, channels)
        Whole numbers or floats in any unit.
    shape : tuple of int or None
        Shape of one image that the detector was fitted on, as the caller passed it; None when fitting.

    Returns
    -------
    ndarray of shape (n, height, width, channels), float32

    Raises
    ------
    ValueError
        Other dimensions, other sizes than at fit, no images, text, NaN or infinity; to learn from, one image, or images
        without any drawing.

    >>> validate_images(np.arange(2 * 28 * 28).reshape(2, 28, 28)).shape
    (2, 28, 28, 1)
    """
    images = np.asarray(X)
    if images.ndim not in (3, 4):
        raise ValueError(
            f"X has shape {images.shape}, but images have shape (n, height, width) or (n, height, width, "
            f"channels).{_reshape_advice(images)}"
        )
    if len(images) == 0 or 0 in images.shape:
        raise ValueError(f"X is empty: it has shape {images.shape}. Check the filter that made it.")
    if shape is None and len(images) == 1:
        raise ValueError("X has one image. A detector learns what is usual from many: pass more.")
    if shape is not None and images.shape[1:] != shape:
        raise ValueError(
            f"X holds images of shape {images.shape[1:]}, but the detector was fitted on images of shape "
            f"{shape}: resize them, or fit again."
        )
    pixels = _finite_floats(images)
    if shape is None and pixels.min() == pixels.max():
        raise ValueError(f"Every pixel of X is {pixels.min():g}: there is nothing to learn in empty images.")
    return pixels.reshape(*images.shape[:3], -1)


def _reshape_advice(images):
    side = round(images.shape[1] ** 0.5) if images.ndim == 2 else 0
    if side > 1 and side**2 == images.shape[1]:
        return f" If each row is a flattened image, pass X.reshape(-1, {side}, {side})."
    if images.ndim == 2:
        return " If it is a single image, pass X[None]."
    return ""


def _finite_floats(images):
    if images.dtype.kind not in "biuf":
        raise ValueError(f"Pixels must be numbers, but X has the type {images.dtype}.")
    floats = images.astype(np.float32, copy=False)
    finite = np.isfinite(floats).reshape(len(floats), -1).all(axis=1)
    if not finite.all():
        raise ValueError(
            f"X contains NaN or infinity in {np.sum(~finite)} of {len(floats)} images (the first at "
            f"position {np.argmin(finite)}). Repair or drop them first, and ask why they are there."
        )
    return floats
