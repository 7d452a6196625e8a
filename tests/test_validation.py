"""Ranges of the parameters that the trained detectors share."""

import inspect

from helpers import detectors
from helpers.detectors.parameters import check_parameters

import numpy as np
import pytest

# those of series are checked with the series: tests of inputs, of what keeps learning, of two periods
NO_NUMBERS = {"random_state", "verbose", "hidden", "window", "forgetting", "longer_period"}


def trained_families():
    found = [getattr(detectors, name) for name in detectors.__all__]
    return [item for item in found if isinstance(item, type) and "time_budget" in inspect.signature(item).parameters]


def numbers_of(family):
    """Names and defaults of a family's parameters that hold a number, or None in its place."""
    return {
        name: parameter.default
        for name, parameter in inspect.signature(family).parameters.items()
        if name not in NO_NUMBERS
        and isinstance(parameter.default, (int, float, type(None)))
        and not isinstance(parameter.default, bool)
    }


NUMBERS = [(family, name) for family in trained_families() for name in numbers_of(family)]


def test_all_families_are_found():
    assert {family.__name__ for family in trained_families()} >= {
        "DenseAutoencoder",
        "ConvAutoencoder",
        "LSTMForecaster",
        "LSTMAutoencoder",
        "GANDetector",
        "BiGANDetector",
    }


@pytest.mark.parametrize("family", trained_families())
def test_defaults_are_in_range(family):
    assert check_parameters(family()) is None


@pytest.mark.parametrize(("family", "name"), NUMBERS)
@pytest.mark.parametrize("value", [-1, np.nan, np.inf, True, "8"])
def test_each_number_has_a_range(family, name, value):
    with pytest.raises(ValueError, match=f"^{name}="):
        check_parameters(family(**{name: value}))


@pytest.mark.parametrize(("family", "name"), NUMBERS)
def test_none_will_do_where_it_is_the_default(family, name):
    detector = family(**{name: None})
    if numbers_of(family)[name] is None:
        assert check_parameters(detector) is None
    else:
        with pytest.raises(ValueError, match=f"^{name}=None"):
            check_parameters(detector)


@pytest.mark.parametrize("family", [detectors.DenseAutoencoder, detectors.GANDetector])
@pytest.mark.parametrize("hidden", [8, "8", [8, 0], (8, 2.5)])
def test_widths_of_layers(family, hidden):
    for good in ((), (8,), [8, 4], np.array([8, 4]), None):
        check_parameters(family(hidden=good))
    with pytest.raises(ValueError, match=r"^hidden="):
        check_parameters(family(hidden=hidden))
