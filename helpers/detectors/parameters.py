"""The parameters that detectors trained with Keras have in common, and sentences for those out of range."""

import inspect
import math
import numbers
from collections.abc import Sequence

import numpy as np

__all__ = ["check_number", "check_parameters"]

COUNTS = (
    "batch_size",
    "code_size",
    "epochs",
    "n_highest",
    "n_members",
    "n_recent",
    "patience",
    "steps",
    "units",
    "width",
)
POSITIVE = ("learning_rate", "time_budget")
FROM_0 = ("cycle", "gradient_penalty", "noise")
COUNTS_FROM_0 = ("n_remembered",)
RANGES = {
    **dict.fromkeys(COUNTS, (numbers.Integral, 1)),
    **dict.fromkeys(COUNTS_FROM_0, (numbers.Integral, 0)),
    **dict.fromkeys(POSITIVE, (numbers.Real, np.nextafter(0, 1))),
    **dict.fromkeys(FROM_0, (numbers.Real, 0)),
}
SHARES = {  # name: whether it may be 0, and what is said if it is out of range
    "averaging": (True, "a decay is at least 0 (no average) and below 1"),
    "validation_fraction": (False, "a share lies between 0 and 1"),
}


def check_parameters(detector):
    """Refuse what is out of range among the parameters that detectors trained with Keras have in common.

    A name means the same in each of them (`RANGES`, `SHARES`, and `hidden`, the widths of layers); what else a detector
    has, it checks itself. None will do where it is the default.

    Parameters
    ----------
    detector : Detector

    Raises
    ------
    ValueError
        For the first parameter that is out of range; it says which one and what it must be.

    >>> from helpers.detectors import DenseAutoencoder
    >>> check_parameters(DenseAutoencoder(noise=-1))
    Traceback (most recent call last):
        ...
    ValueError: noise=-1: it must be a finite number of at least 0.
    """
    defaults = inspect.signature(type(detector)).parameters
    for name, value in detector.get_params(deep=False).items():
        optional = defaults[name].default is None
        if name in RANGES:
            check_number(name, value, *RANGES[name], optional)
        elif name in SHARES:
            _check_share(name, value)
        elif name == "hidden":
            _check_widths(name, value)


def _check_share(name, value):
    may_be_0, rule = SHARES[name]
    inside = isinstance(value, numbers.Real) and 0 <= value < 1 and (value > 0 or may_be_0)
    if isinstance(value, (bool, np.bool_)) or not inside:
        raise ValueError(f"{name}={value!r}: {rule}.")


def _check_widths(name, widths):
    if widths is None:
        return
    if isinstance(widths, str) or not isinstance(widths, (Sequence, np.ndarray)):
        raise ValueError(f"{name}={widths!r}: it must be a sequence of whole numbers, one for each layer, or None.")
    for width in widths:
        check_number(name, width, numbers.Integral, 1)


def check_number(name, value, kind, least, optional=False):
    """Refuse a parameter that is no finite number of at least `least`.

    Parameters
    ----------
    name : str
    value : any object
    kind : {numbers.Integral, numbers.Real}
    least : float
        The smallest value that will do.
    optional : bool
        None will do.

    Raises
    ------
    ValueError

    >>> check_number("epochs", 1.5, numbers.Integral, 1)
    Traceback (most recent call last):
        ...
    ValueError: epochs=1.5: it must be a whole number of at least 1.
    """
    if optional and value is None:
        return
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, kind) or not least <= value < math.inf:
        raise ValueError(f"{name}={value!r}: it must be {_range_text(kind, least)}{' or None' if optional else ''}.")


def _range_text(kind, least):
    if kind is numbers.Integral:
        return f"a whole number of at least {least}"
    return "a finite positive number" if least else "a finite number of at least 0"
