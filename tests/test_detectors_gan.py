"""GAN detectors: interface, scores, samples, what they report; nets are small, and most trainings too short to compile.

(Up to 20 steps run without compiling, so most of the tests train no longer.)
"""

import copy
import pickle
import subprocess
import sys
import warnings
from functools import partial

from helpers.datasets import load_digits_images, one_digit_split
from helpers.detectors import BiGANDetector, GANDetector, load_detector
from helpers.detectors.images.errors import tolerant_error
from helpers.training import loop

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score

BOTH = pytest.mark.parametrize("make", [GANDetector, BiGANDetector])
AS_SHIPPED = loop._Stepper.__init__
SHORT = {"hidden": (4,), "steps": 2, "batch_size": 16}
rng = np.random.default_rng(0)


def ring(n):
    """Rows on a circle, three units wide."""
    angle = rng.uniform(0, 2 * np.pi, n)
    return 3 * np.column_stack([np.cos(angle), np.sin(angle)]) + 0.1 * rng.normal(size=(n, 2))


def bars(n):
    """Lying bars, 12 x 10 pixels."""
    drawn = np.zeros((n, 12, 10), np.uint8)
    for image, top in zip(drawn, rng.integers(2, 9, n), strict=True):
        image[top : top + 2, 2:8] = 200
    return drawn


ROWS = ring(300)
IMAGES = bars(80)
KINDS = pytest.mark.parametrize("X", [ROWS, IMAGES], ids=["table", "images"])


@pytest.fixture(autouse=True)
def quiet():
    """Trainings of a few steps fail as GANs, and say so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mode collapse|The discriminator won")
        yield


@pytest.fixture(autouse=True, scope="module")
def without_xla():
    """XLA compiles for seconds what these trainings do without it in one; quality floors and lessons train with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop._Stepper, "__init__", lambda self, *given: AS_SHIPPED(self, *given[:-1], False))
        yield


@pytest.fixture(scope="module")
def on_the_ring():
    return BiGANDetector(code_size=2, hidden=(32, 32), steps=1500, learning_rate=3e-3).fit(ROWS)


@pytest.fixture(scope="module")
def of_bars():
    return BiGANDetector(code_size=4, hidden=(64,), steps=600, learning_rate=3e-3).fit(IMAGES[:60])


# ------------------------------------------------------------------------------------------- what they find


def test_rows_off_the_ring_score_higher(on_the_ring):
    off = np.concatenate([0.3 * rng.normal(size=(50, 2)), 2 * ring(50)])
    X, labels = np.concatenate([ring(100), off]), np.repeat([0, 1], 100)
    assert roc_auc_score(labels, on_the_ring.decision_function(X)) > 0.9


def test_strange_images_score_higher(of_bars):
    standing = np.zeros_like(IMAGES[:3])
    for image, left in zip(standing, (2, 4, 6), strict=True):
        image[3:9, left : left + 2] = 200
    assert of_bars.decision_function(standing).min() > of_bars.decision_function(IMAGES[60:]).max()


def test_a_short_training_tells_digits_apart():
    digits = load_digits_images()
    split = one_digit_split(digits.labels, normal=0, development=True)
    detector = BiGANDetector(steps=200).fit(digits.data[split.train])
    assert roc_auc_score(split.labels, detector.decision_function(digits.data[split.test])) > 0.9


def test_samples_lie_where_the_rows_lie(on_the_ring):
    made_up = on_the_ring.sample(500)
    assert made_up.shape == (500, 2)
    distance = np.linalg.norm(made_up, axis=1)
    assert 2.5 < np.median(distance) < 3.5
    assert len(np.unique(np.floor(4 * np.arctan2(*made_up.T) / np.pi))) == 8  # all round


def test_samples_and_reconstructions_have_the_shape_and_unit_of_images(of_bars):
    for drawn in (of_bars.sample(5), of_bars.reconstruct(IMAGES[:5])):
        assert drawn.shape == (5, 12, 10) and drawn.min() >= 0 and 100 < drawn.max() <= 200
    error = np.abs(of_bars.reconstruct(IMAGES[:60]) - IMAGES[:60].astype(float)).mean()
    assert error < np.abs(IMAGES[:60] - IMAGES[:60].mean(axis=0)).mean() / 2


def test_samples_follow_from_the_seed(on_the_ring):
    first, again, other = (on_the_ring.sample(5, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.allclose(first, other)


def test_a_gan_learns_the_spread_of_the_rows():
    detector = GANDetector(code_size=2, hidden=(16, 16), steps=1000, learning_rate=3e-3)
    detector.fit(10 + 5 * rng.normal(size=(300, 2)))
    made_up = detector.sample(500)
    assert np.allclose(made_up.mean(axis=0), 10, atol=2) and np.allclose(made_up.std(axis=0), 5, atol=2.5)


# ----------------------------------------------------------------------------------------- what the score is


def test_the_score_is_the_weighted_mean_of_its_parts(on_the_ring):
    frame = pd.DataFrame(ring(20), index=range(5, 25))
    parts = on_the_ring.score_parts(frame)
    assert parts.columns.tolist() == ["reconstruction", "features", "discriminator"] and parts.index[0] == 5
    assert np.allclose(parts @ [0.5, 0.25, 0.25], on_the_ring.decision_function(frame))
    only = copy.copy(on_the_ring).set_params(weights=(0, 0, 2))
    assert np.allclose(parts["discriminator"], only.decision_function(frame))


def test_parts_are_their_formulas(on_the_ring):
    z = ((ROWS - ROWS.mean(axis=0)) / ROWS.std(axis=0)).astype(np.float32)
    codes = on_the_ring.encoder_(z)
    rebuilt = on_the_ring.generator_(codes)
    real, made_up = (np.asarray(on_the_ring.discriminator_(np.concatenate([x, codes], 1))) for x in (z, rebuilt))
    raw = np.column_stack(
        [
            np.mean((z - rebuilt) ** 2 / on_the_ring.usual_error_, axis=1),
            np.abs(real - made_up)[:, :-1].mean(axis=1),
            -real[:, -1],
        ]
    )
    expected = (raw - on_the_ring.part_means_) / on_the_ring.part_scales_
    assert np.allclose(on_the_ring.score_parts(ROWS), expected, atol=1e-3)


def test_images_are_judged_by_the_tolerant_error_relative_to_their_ink(of_bars):
    images, rebuilt = IMAGES[:5, ..., None] / 200, of_bars.reconstruct(IMAGES[:5])[..., None] / 200
    ink = np.square(images).mean(axis=(1, 2, 3))
    error = tolerant_error(images, rebuilt).mean(axis=(1, 2)) / (ink + 0.1 * of_bars.usual_error_)
    expected = (error - of_bars.part_means_[0]) / of_bars.part_scales_[0]
    assert np.allclose(of_bars.score_parts(IMAGES[:5])["reconstruction"], expected, rtol=1e-3, atol=1e-3)


@BOTH
@KINDS
def test_parts_are_standardised_on_held_out_rows_that_are_not_trained_on(make, X, monkeypatch):
    from helpers.detectors.gan import training

    seen, original = [], training.play

    def watched(rows, *args, **options):
        seen.append(rows)
        return original(rows, *args, **options)

    monkeypatch.setattr(training, "play", watched)
    detector = make(**SHORT, validation_fraction=0.25).fit(X)
    trained = {row.tobytes() for row in seen[0]}
    assert len(seen[0]) == len(X) * 3 // 4
    held_out = X[[row.tobytes() not in trained for row in detector._scaled(X)]]
    if len(held_out) == len(X) // 4:  # bars repeat
        parts = detector.score_parts(held_out)
        assert np.allclose(parts.mean(), 0, atol=1e-4) and np.allclose(parts.std(ddof=0), 1, atol=1e-4)
    assert X is IMAGES or len(held_out) == len(X) // 4


def test_far_outliers_have_finite_scores(on_the_ring):
    scores = on_the_ring.decision_function(np.outer([1, 10, 1e6, 1e30], [3, 3]))
    assert np.isfinite(scores).all() and scores[1:].min() > scores[0]


def test_scores_do_not_depend_on_the_unit_of_images():
    bytes_, shares = (BiGANDetector(**SHORT).fit(X) for X in (IMAGES, IMAGES / 200))
    assert np.allclose(bytes_.decision_function(IMAGES), shares.decision_function(IMAGES / 200), rtol=1e-2, atol=1e-2)


# ------------------------------------------------------------------------------------------- how they train


@BOTH
@pytest.mark.parametrize(("X", "steps"), [(ROWS, 110), (IMAGES, 200)], ids=["table", "images"])
def test_a_seed_gives_the_same_scores_again(make, X, steps, monkeypatch):
    """To the last bit, with XLA as learners train: without it a rounding has differed once under load."""
    monkeypatch.setattr(loop._Stepper, "__init__", AS_SHIPPED)
    first, again = (make(**{**SHORT, "steps": steps}, random_state=1).fit(X) for _ in range(2))
    assert np.array_equal(first.decision_function(X), again.decision_function(X))


@BOTH
def test_another_seed_gives_other_scores(make):
    one, other = (make(**SHORT, random_state=seed).fit(ROWS).decision_function(ROWS) for seed in (1, 2))
    assert not np.allclose(one, other)


@BOTH
def test_training_leaves_the_global_random_state_alone(make):
    np.random.seed(3)  # noqa: NPY002
    make(**SHORT).fit(ROWS)
    drawn = np.random.uniform()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert drawn == np.random.uniform()  # noqa: NPY002


def test_each_side_moves_its_own_weights_down_its_own_loss():
    """One step by hand, with plain gradients in place of Adam's."""
    from helpers.detectors.gan import training
    from helpers.detectors.gan.losses import gan_losses
    from helpers.detectors.gan.networks import discriminator, generator

    import keras
    import tensorflow as tf

    maker, judge = generator(2, (4,), 3), discriminator(3, (4,), seed=9)
    x, z = (tf.constant(rng.normal(size=(8, k)), tf.float32) for k in (3, 2))
    losses = gan_losses(maker, judge, 2.0)
    parts = losses(x, z)
    with tf.GradientTape() as tape:
        tape.watch(x)
        logit = judge(x)[:, -1]
    slope = tf.reduce_sum(tape.gradient(logit, x) ** 2, axis=1)
    of_real, of_made_up = judge(x)[:, -1], judge(maker(z))[:, -1]
    entropy = keras.ops.binary_crossentropy
    expected = np.mean(entropy(np.ones(8, "f"), of_real, True) + entropy(np.zeros(8, "f"), of_made_up, True))
    assert np.isclose(parts["discriminator"], expected + np.mean(slope), rtol=1e-5)
    assert np.isclose(parts["discriminator loss"], expected, rtol=1e-5)
    sides = [training._Side([judge], 0.1), training._Side([maker], 0.1)]
    for side in sides:
        side.optimizer = keras.optimizers.SGD(0.1)
        side.optimizer.build(side.weights)
    before = [[np.array(weight) for weight in side.weights] for side in sides]
    with tf.GradientTape(persistent=True) as tape:
        parts = losses(x, z)
    gradients = [
        tape.gradient(parts[name], side.weights)
        for name, side in zip(("discriminator", "generator"), sides, strict=True)
    ]
    step = training._step(x, lambda *_: losses(x, z), sides, training._Average([], 0), training._Log(), (8, 2), 0)
    step(tf.range(8))
    for side, old, down in zip(sides, before, gradients, strict=True):
        for weight, value, gradient in zip(side.weights, old, down, strict=True):
            assert np.allclose(weight, value - 0.1 * gradient, atol=1e-5)


def test_the_generator_is_an_average_over_steps():
    last, average = (GANDetector(**{**SHORT, "steps": 20}, averaging=decay).fit(ROWS) for decay in (0, 0.9))
    same = zip(last.discriminator_.get_weights(), average.discriminator_.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in same)  # the game itself is the same
    other = zip(last.generator_.get_weights(), average.generator_.get_weights(), strict=True)
    assert not any(np.array_equal(a, b) for a, b in other)


def test_a_running_average_by_hand():
    from helpers.detectors.gan.training import _Average

    import keras

    weight = keras.Variable(0.0)
    average, expected = _Average([weight], 0.2), 0.0
    for n, value in enumerate((5.0, 7.0, 1.0), start=1):
        weight.assign(value)
        average.see()
        decay = min(0.2, n / (n + 10))
        expected = decay * expected + (1 - decay) * value
    average.keep()
    assert np.isclose(weight.numpy(), expected)


@pytest.mark.parametrize(("steps", "n_rounds"), [(7, 1), (50, 1), (110, 2), (200, 4)])
def test_the_history_has_both_losses_for_each_round_of_steps(steps, n_rounds):
    history = BiGANDetector(**{**SHORT, "steps": steps}).fit(ROWS).history_
    for values in (
        history.loss,
        history.discriminator_loss,
        history.generator_loss,
        history.accuracy,
        history.reconstruction_loss,
    ):
        assert len(values) == n_rounds and np.isfinite(values).all()
    assert 0 < history.accuracy[0] < 1 and history.best_epoch == n_rounds - 1 and history.stopped == "epochs"


def test_without_the_cycle_there_is_no_reconstruction_loss():
    with_it, without = (BiGANDetector(**SHORT, cycle=cycle).fit(ROWS).history_ for cycle in (1, 0))
    assert with_it.reconstruction_loss and not without.reconstruction_loss


@BOTH
def test_a_time_budget_ends_the_training(make):
    from helpers.training.loop import TimeBudgetWarning

    with pytest.warns(TimeBudgetWarning, match="time budget"):
        detector = make(hidden=(4,), steps=10**6, time_budget=0.5).fit(ROWS)
    assert detector.history_.stopped == "time budget"
    assert np.isfinite(detector.decision_function(ROWS)).all()


@BOTH
def test_an_interrupt_leaves_it_unfitted(make, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    detector = make(**SHORT).fit(ROWS)
    monkeypatch.setattr("helpers.training.loop.run_steps", interrupt)
    with pytest.raises(KeyboardInterrupt):
        detector.fit(ROWS)
    with pytest.raises(NotFittedError):
        detector.decision_function(ROWS)


# --------------------------------------------------------------------------------------- what they report


def test_a_discriminator_that_wins_is_reported():
    """Random pixels, all black or white: made-up ones are grey, and nothing holds the discriminator back."""
    from helpers.detectors.gan.training import DiscriminatorWonWarning

    noise = rng.integers(0, 2, (60, 12, 12))
    options = {"hidden": (32,), "code_size": 1, "steps": 300, "learning_rate": 3e-3}
    with pytest.warns(DiscriminatorWonWarning, match=r"won: in the last 2 rounds it called (99|100)\.\d %"):
        GANDetector(**options, gradient_penalty=0).fit(noise)


def test_a_collapse_is_reported():
    """A learning rate far too high, and nothing to hold the players back."""
    from helpers.detectors.gan.training import ModeCollapseWarning

    with pytest.warns(ModeCollapseWarning, match=r"spread over \d+ % of the training rows' standard deviation"):
        GANDetector(code_size=2, hidden=(16,), steps=100, learning_rate=0.1, gradient_penalty=0, averaging=0).fit(
            IMAGES
        )


def test_a_good_training_is_not_reported(of_bars, on_the_ring):
    for detector, X in ((of_bars, IMAGES), (on_the_ring, ROWS)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            detector._warn(detector._scaled(X))


def test_a_diverging_training_says_what_to_do():
    from helpers.training.loop import TrainingDiverged

    with pytest.raises(TrainingDiverged, match="learning rate"):
        GANDetector(**{**SHORT, "steps": 20}, learning_rate=1e30).fit(ROWS)


# ---------------------------------------------------------------------------------------------- keeping them


@BOTH
@KINDS
def test_a_stored_detector_scores_the_same(make, X, tmp_path):
    detector = make(**SHORT).fit(X).set_threshold(0.5)
    detector.save(tmp_path / "my.detector")
    loaded = load_detector(tmp_path / "my.detector")
    assert np.array_equal(loaded.decision_function(X), detector.decision_function(X))
    assert np.array_equal(loaded.sample(3), detector.sample(3))
    assert loaded.history_ == detector.history_ and set(vars(loaded)) == set(vars(detector))
    assert loaded.threshold_ == 0.5 and loaded.get_params() == detector.get_params()


@BOTH
def test_copies_score_the_same(make):
    detector = make(**SHORT).fit(IMAGES)
    for twin in (copy.deepcopy(detector), pickle.loads(pickle.dumps(detector))):
        assert np.array_equal(twin.decision_function(IMAGES), detector.decision_function(IMAGES))


def test_parameters_are_stored_unchanged():
    detector = BiGANDetector(code_size=3, noise=0.25, cycle=0)
    assert clone(detector).get_params() == detector.get_params()


def test_threshold():
    detector = GANDetector(**SHORT).fit(IMAGES[:60])
    with pytest.raises(NotFittedError, match="no threshold yet"):
        detector.predict(IMAGES)
    assert set(detector.calibrate(IMAGES[60:], 0.1).predict(IMAGES)) <= {0, 1}


# -------------------------------------------------------------------------------------- what they are given


@BOTH
def test_colours_and_channels(make):
    for shape in ((12, 10, 1), (12, 10, 3)):
        coloured = np.broadcast_to(IMAGES[..., None], (80, *shape))
        detector = make(**SHORT).fit(coloured)
        assert detector.sample(2).shape == (2, *shape) and detector.decision_function(coloured).shape == (80,)


@BOTH
def test_two_rows_and_constant_columns(make):
    assert np.isfinite(make(**SHORT).fit(ROWS[:2]).decision_function(ROWS)).all()
    assert np.isfinite(make(**SHORT).fit(np.column_stack([ROWS, np.ones(300)])).part_means_).all()
    assert np.isfinite(make(**SHORT).fit(np.ones((9, 2))).decision_function(ROWS)).all()


@BOTH
@KINDS
def test_input_is_left_alone(make, X):
    before = X.copy()
    make(**SHORT).fit(X).decision_function(X)
    assert np.array_equal(X, before)


def test_sizes_come_from_the_data():
    flat = np.outer(rng.normal(size=100), np.ones(5)) + 1e-3 * rng.normal(size=(100, 5))
    assert GANDetector(**SHORT).fit(flat).code_size_ == 1
    assert GANDetector(**SHORT).fit(IMAGES).code_size_ == 16
    assert GANDetector(**SHORT, code_size=3).fit(IMAGES).code_size_ == 3
    assert GANDetector(steps=2).fit(ROWS).discriminator_.output_shape == (None, 33)


@BOTH
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.full((3, 4, 4), 7), "Every pixel of X is 7"),
        (np.zeros((1, 28, 28)), "one image"),
        (np.where(np.arange(32).reshape(2, 4, 4) == 20, np.nan, 1), "NaN or infinity in 1 of 2 images"),
        (np.array([[1.0, np.nan], [1.0, 2.0]]), r"NaN .* in column 1"),
        (np.zeros((2, 3, 4, 5, 6)), "two dimensions"),
    ],
)
def test_unfit_input(make, X, message):
    with pytest.raises(ValueError, match=message):
        make().fit(X)


def test_other_input_at_scoring(of_bars, on_the_ring):
    with pytest.raises(ValueError, match=r"images have shape \(n, height, width\)"):
        of_bars.decision_function(IMAGES.reshape(80, -1))
    with pytest.raises(ValueError, match=r"shape \(10, 12\), but .* fitted on images of shape\s+\(12, 10\)"):
        of_bars.score_parts(IMAGES.swapaxes(1, 2))
    with pytest.raises(ValueError, match="expects a table"):
        on_the_ring.decision_function(IMAGES)
    with pytest.raises(ValueError, match="n=0"):
        on_the_ring.sample(0)


@BOTH
def test_unfitted(make):
    for method in (make().decision_function, make().score_parts, partial(make().sample, 3)):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            method(*() if isinstance(method, partial) else (ROWS,))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code_size", 0),
        ("steps", 1.5),
        ("steps", None),
        ("batch_size", True),
        ("hidden", (8, 0)),
        ("learning_rate", 0),
        ("gradient_penalty", -1),
        ("averaging", 1),
        ("validation_fraction", 1),
        ("cycle", -1),
        ("noise", np.nan),
        ("weights", (1, 1)),
        ("weights", (0, 0, 0)),
        ("weights", (1, 1, np.nan)),
    ],
)
def test_unfit_parameters_are_named(name, value):
    with pytest.raises(ValueError, match=name):
        BiGANDetector(**{name: value}).fit(ROWS)


def test_bad_input_fails_before_tensorflow_is_imported():
    code = """
import sys, numpy as np
from helpers.detectors import BiGANDetector, GANDetector
for X, parameters in (([[float("nan")], [1.0]], {}), ([[1.0], [2.0]], {"steps": 0}), (np.ones((3, 4, 4)), {})):
    for make in (GANDetector, BiGANDetector):
        try:
            make(**parameters).fit(X)
        except ValueError:
            print("tensorflow" in sys.modules or "keras" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False"] * 6
