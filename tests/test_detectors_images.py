"""Image detectors: what they learn, how they score, what they refuse; tiny networks."""

import subprocess
import sys

from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors import ConvAutoencoder
from helpers.detectors.images.errors import squared_error, tolerant_error
from helpers.detectors.storage import load_detector

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score

TINY = {"code_size": 4, "width": 4, "steps": 60, "random_state": 0}


@pytest.fixture(scope="module")
def images():
    """Bars: normal ones lie, abnormal ones stand."""
    rng = np.random.default_rng(0)
    drawn = np.zeros((80, 12, 10), np.uint8)
    for image, top in zip(drawn, rng.integers(2, 9, len(drawn)), strict=True):
        image[top : top + 2, 2:8] = 200
    return drawn


@pytest.fixture(scope="module", params=["conv", "dense"])
def fitted(request, images):
    options = {**TINY, "width": 16, "steps": 300, "learning_rate": 0.01, "noise": 0.1}
    return ConvAutoencoder(network=request.param, **options).fit(images[:60])


def stroke(column):
    image = np.zeros((1, 9, 9, 1), np.float32)
    image[:, 2:7, column] = 1
    return image


# -------------------------------------------------------------------------------------------- the errors


def test_tolerant_error_forgives_a_shift_and_nothing_else():
    here, beside, far = (tolerant_error(stroke(3), stroke(column)).sum() for column in (3, 4, 6))
    assert here == 0 and beside < 0.1 * far
    assert squared_error(stroke(3), stroke(4)).sum() == squared_error(stroke(3), stroke(6)).sum() == 10


def test_without_blur_and_shift_the_tolerant_error_is_the_squared_one():
    rng = np.random.default_rng(0)
    a, b = rng.uniform(size=(2, 3, 7, 5, 2))
    assert np.allclose(tolerant_error(a, b, blur=0, shift=0), squared_error(a, b))
    assert (tolerant_error(a, b, blur=0, shift=1) <= squared_error(a, b)).all()


def test_errors_of_one_image_do_not_leak_into_the_next():
    pair = np.concatenate([stroke(3), stroke(6)])
    both, alone = tolerant_error(pair, pair[::-1]), tolerant_error(pair[:1], pair[1:])
    assert np.allclose(both[:1], alone)


# ------------------------------------------------------------------------------------------ the detector


def test_strange_images_score_higher(fitted, images):
    standing = np.zeros_like(images[:3])
    for image, left in zip(standing, (2, 4, 6), strict=True):
        image[3:9, left : left + 2] = 200
    normal, strange = fitted.decision_function(images[60:]), fitted.decision_function(standing)
    assert normal.shape == (20,) and strange.min() > normal.max()


def test_reconstructions_have_the_shape_and_unit_of_the_input(fitted, images):
    drawn = fitted.reconstruct(images[:7])
    assert drawn.shape == (7, 12, 10) and drawn.dtype == np.float32
    assert drawn.min() >= 0 and 100 < drawn.max() <= 200


def test_scores_do_not_depend_on_the_unit(images):
    bytes_, shares = (ConvAutoencoder(**TINY).fit(X[:60]) for X in (images, images / 200))
    assert np.allclose(bytes_.decision_function(images), shares.decision_function(images / 200), rtol=1e-3)


def test_a_seed_gives_the_same_scores_again(images):
    first, again, other = (
        ConvAutoencoder(**{**TINY, "random_state": seed}).fit(images).decision_function(images) for seed in (0, 0, 1)
    )
    assert (first == again).all() and not np.allclose(first, other)


def test_start_weights_follow_from_the_seed_and_leave_the_global_state_alone():
    from helpers.detectors.images.networks import build

    np.random.seed(3)  # noqa: NPY002
    first, again, other = (build("conv", (8, 8, 1), 2, 2, seed).get_weights()[0] for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.allclose(first, other)
    drawn = np.random.uniform()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert drawn == np.random.uniform()  # noqa: NPY002


def test_colours(images):
    coloured = np.stack([images] * 3, axis=-1)
    detector = ConvAutoencoder(**TINY).fit(coloured)
    assert detector.reconstruct(coloured[:2]).shape == (2, 12, 10, 3)
    assert detector._errors(detector._validate_for_scoring(coloured[:2])).shape == (2, 12, 10)


def test_members_are_averaged(images):
    detector = ConvAutoencoder(**TINY, n_members=2, error="squared", relative=False).fit(images)
    first, second = detector.networks_
    together = detector.decision_function(images)
    alone = []
    for network in (first, second):
        detector.networks_ = [network]
        alone.append(detector.decision_function(images))
    assert np.allclose(together, np.mean(alone, axis=0)) and not np.allclose(*alone)


def test_a_stored_detector_scores_the_same(images, tmp_path):
    detector = ConvAutoencoder(**TINY, n_members=2).fit(images).set_threshold(0.5)
    detector.save(tmp_path / "bars.detector")
    loaded = load_detector(tmp_path / "bars.detector")
    assert np.array_equal(loaded.decision_function(images), detector.decision_function(images))
    assert loaded.threshold_ == 0.5 and loaded.get_params() == detector.get_params()


def test_the_score_is_the_mean_error_relative_to_the_ink(images):
    detector = ConvAutoencoder(**TINY).fit(images)
    error = detector._errors(detector._validate_for_scoring(images[:5])).mean(axis=(1, 2))
    ink = np.square(images[:5] / 200).mean(axis=(1, 2))
    assert np.allclose(detector.decision_function(images[:5]), error / (ink + 0.1 * detector.ink_), rtol=1e-4)


def test_an_empty_image_has_a_finite_score(fitted, images):
    assert np.isfinite(fitted.decision_function(np.zeros_like(images[:2]))).all()


def test_input_is_left_alone(images):
    for X in (images.copy(), images.astype(np.float32), images[::-1]):
        before = X.copy()
        ConvAutoencoder(**{**TINY, "steps": 5}).fit(X).decision_function(X)
        assert np.array_equal(X, before)


def test_threshold(images):
    detector = ConvAutoencoder(**TINY).fit(images[:60])
    with pytest.raises(NotFittedError, match="no threshold yet"):
        detector.predict(images)
    assert set(detector.calibrate(images[60:], 0.1).predict(images)) <= {0, 1}


def test_a_time_budget_ends_the_training(images):
    from helpers.training.loop import TimeBudgetWarning

    with pytest.warns(TimeBudgetWarning, match="time budget"):
        detector = ConvAutoencoder(**{**TINY, "steps": 10**6}, time_budget=1.0).fit(images)
    assert np.isfinite(detector.decision_function(images)).all()


def test_an_interrupt_leaves_it_unfitted(images, monkeypatch):

    detector = ConvAutoencoder(**{**TINY, "steps": 2}).fit(images)

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.training.loop.train", interrupt)
    with pytest.raises(KeyboardInterrupt):
        detector.fit(images)
    with pytest.raises(NotFittedError):
        detector.decision_function(images)


# --------------------------------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros((5, 784)), r"flattened image, pass X\.reshape\(-1, 28, 28\)"),
        (np.zeros((28, 30)), r"single image, pass X\[None\]"),
        (np.zeros((2, 3, 4, 5, 6)), r"shape \(n, height, width\)"),
        (np.zeros((0, 28, 28)), "X is empty"),
        (np.zeros((1, 28, 28)), "one image"),
        (np.full((2, 4, 4), "a"), "must be numbers"),
        (np.full((3, 4, 4), 7), "Every pixel of X is 7"),
        (np.where(np.arange(32).reshape(2, 4, 4) == 20, np.nan, 1), "NaN or infinity in 1 of 2 images .*position 1"),
    ],
)
def test_unfit_images(X, message):
    with pytest.raises(ValueError, match=message):
        ConvAutoencoder().fit(X)


def test_other_images_at_scoring(fitted, images):
    with pytest.raises(ValueError, match=r"shape \(10, 12\), but .* fitted on images of shape\s+\(12, 10\)"):
        fitted.decision_function(images.swapaxes(1, 2))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("network", "lstm"),
        ("error", "bce"),
        ("code_size", 0),
        ("steps", 1.5),
        ("n_members", -1),
        ("width", 0),
        ("batch_size", 0),
        ("noise", -1),
        ("noise", np.nan),
        ("learning_rate", 0),
    ],
)
def test_unfit_parameters(images, name, value):
    with pytest.raises(ValueError, match=f"{name}"):
        ConvAutoencoder(**{name: value}).fit(images)


def test_unfitted(images):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        ConvAutoencoder().reconstruct(images)


def test_parameters_are_stored_unchanged():
    detector = ConvAutoencoder(code_size=3, noise=0.25)
    assert clone(detector).get_params() == detector.get_params()


def test_bad_input_fails_before_tensorflow_is_imported():
    code = (
        "import sys, numpy as np\nfrom helpers.detectors import ConvAutoencoder\n"
        "try: ConvAutoencoder().fit(np.zeros((5, 784)))\nexcept ValueError: pass\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------------------------------------- the digits


def test_a_short_training_tells_digits_apart():
    digits = load_digits_images()
    split = one_digit_split(digits.labels, normal=0, development=True)
    detector = ConvAutoencoder(network="dense", steps=200, random_state=0).fit(digits.data[split.train])
    assert roc_auc_score(split.labels, detector.decision_function(digits.data[split.test])) > 0.95
