"""Answers to the exercises of lesson 09, and what the checks say to them."""

from helpers.checks import lesson_09
from tests.checks.answers import check_cases, crash

import keras
import numpy as np
import tensorflow as tf
from keras import ops


def halves(G, D, real, z):
    """The two halves of D's loss, and G's."""
    real, forged = D(real), D(G(z))
    return ops.mean(ops.softplus(-real)), ops.mean(ops.softplus(forged)), ops.mean(ops.softplus(-forged))


def of_D(real, forged, fooled):
    """D's loss."""
    return real + forged


def of_G(real, forged, fooled):
    """G's loss."""
    return fooled


def swapped(G, D, real, z):
    """D's loss with the labels exchanged."""
    return ops.mean(ops.softplus(D(real))) + ops.mean(ops.softplus(-D(G(z))))


def formula(real, forged, fooled):
    """G's loss by the formula."""
    return -forged


def step(loss_of_D=of_D, loss_of_G=of_G, apply_G=True, apply_D=True, returns=lambda D, G: (D, G)):
    """A learner's step: D, then G against D as it is now, with these losses of the three halves."""

    def one_step(G, D, optimizer_G, optimizer_D, real, z):
        with tf.GradientTape() as tape:
            loss_D = loss_of_D(*halves(G, D, real, z))
        if apply_D:
            optimizer_D.apply(tape.gradient(loss_D, D.trainable_variables), D.trainable_variables)
        with tf.GradientTape() as tape:
            loss_G = loss_of_G(*halves(G, D, real, z))
        if apply_G:
            optimizer_G.apply(tape.gradient(loss_G, G.trainable_variables), G.trainable_variables)
        return returns(loss_D, loss_G)

    return one_step


def own_losses(G, D, optimizer_G, optimizer_D, real, z):
    """Right, with Keras's cross-entropy, half of D's loss, and `apply_gradients`."""
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    ones, zeros = np.ones((len(real), 1)), np.zeros((len(z), 1))
    with tf.GradientTape() as tape:
        loss_D = (entropy(ones, D(real)) + entropy(zeros, D(G(z)))) / 2
    slopes = tape.gradient(loss_D, D.trainable_variables)
    optimizer_D.apply_gradients(zip(slopes, D.trainable_variables, strict=True))
    with tf.GradientTape() as tape:
        loss_G = entropy(ones, D(G(z)))
    slopes = tape.gradient(loss_G, G.trainable_variables)
    optimizer_G.apply_gradients(zip(slopes, G.trainable_variables, strict=True))
    return loss_D, loss_G


def swapped_labels(G, D, optimizer_G, optimizer_D, real, z):
    """Wrong: D calls real points forged."""
    with tf.GradientTape() as tape:
        loss_D = swapped(G, D, real, z)
    optimizer_D.apply(tape.gradient(loss_D, D.trainable_variables), D.trainable_variables)
    return loss_D, loss_D


def one_tape(G, D, optimizer_G, optimizer_D, real, z, persistent=True):
    """Both losses from one pass: G answers the old D. It is the lesson's own step, and not what is asked for here."""
    with tf.GradientTape(persistent=persistent) as tape:
        real_half, forged_half, loss_G = halves(G, D, real, z)
        loss_D = real_half + forged_half
    optimizer_D.apply(tape.gradient(loss_D, D.trainable_variables), D.trainable_variables)
    optimizer_G.apply(tape.gradient(loss_G, G.trainable_variables), G.trainable_variables)
    return loss_D, loss_G


def one_tape_asked_twice(*arguments):
    """Wrong: a tape that answers once."""
    return one_tape(*arguments, persistent=False)


def D_moves_both(G, D, optimizer_G, optimizer_D, real, z):
    """Wrong: D's optimizer gets the weights of both networks."""
    weights = D.trainable_variables + G.trainable_variables
    with tf.GradientTape() as tape:
        loss_D = of_D(*halves(G, D, real, z))
    optimizer_D.apply(tape.gradient(loss_D, weights), weights)
    return loss_D, loss_D


def G_moves_both(G, D, optimizer_G, optimizer_D, real, z):
    """Wrong: G's optimizer gets the weights of both networks."""
    step(apply_G=False)(G, D, optimizer_G, optimizer_D, real, z)
    weights = D.trainable_variables + G.trainable_variables
    with tf.GradientTape() as tape:
        loss_G = of_G(*halves(G, D, real, z))
    optimizer_G.apply(tape.gradient(loss_G, weights), weights)
    return loss_G, loss_G


def outside(G, D, optimizer_G, optimizer_D, real, z):
    """Wrong: the forged points are made before the second tape runs."""
    step(apply_G=False)(G, D, optimizer_G, optimizer_D, real, z)
    forged = G(z)
    with tf.GradientTape() as tape:
        loss_G = ops.mean(ops.softplus(-D(forged)))
    optimizer_G.apply(tape.gradient(loss_G, G.trainable_variables), G.trainable_variables)
    return loss_G, loss_G


def fresh_z(G, D, optimizer_G, optimizer_D, real, z):
    """The paper's way, and not what is asked for: new random numbers for G's move."""
    step(apply_G=False)(G, D, optimizer_G, optimizer_D, real, z)
    return step(apply_D=False)(
        G, D, optimizer_G, optimizer_D, real, np.float32(np.random.default_rng().normal(size=z.shape))
    )


def stopped(G, D, optimizer_G, optimizer_D, real, z):
    """Right: D's loss does not reach G, and log_sigmoid is the same loss."""
    forged = G(z)
    with tf.GradientTape() as tape:
        loss_D = -tf.reduce_mean(tf.math.log_sigmoid(D(real))) + tf.reduce_mean(tf.nn.softplus(D(forged)))
    optimizer_D.apply(tape.gradient(loss_D, D.trainable_weights), D.trainable_weights)
    with tf.GradientTape() as tape:
        loss_G = -tf.reduce_mean(tf.math.log_sigmoid(D(G(z))))
    optimizer_G.apply(tape.gradient(loss_G, G.trainable_weights), G.trainable_weights)
    return loss_D.numpy(), loss_G.numpy()


def G_first(G, D, optimizer_G, optimizer_D, real, z):
    """Wrong: G moves before D."""
    _, loss_G = step(apply_D=False)(G, D, optimizer_G, optimizer_D, real, z)
    loss_D, _ = step(apply_G=False)(G, D, optimizer_G, optimizer_D, real, z)
    return loss_D, loss_G


BELL = np.random.default_rng(0).exponential(size=1000)

ORDERS = {
    "flipped": 0.82,
    "neighbours": 0.98,
    "to know it takes": "labels",
    "stop by": "fixed beforehand",
    "run it": "no",
}

CASES = {
    1: [
        ([..., ...], "empty"),
        ([2 / 3, 0.00016961], "right"),
        ([np.float32(0.667), 0.00017], "right"),
        ([1 / 3, 0.00016961], "chance of being forged"),
        ([2 / 3, 0.99983], "chance of being forged"),
        ([0.5, 0.00016961], "half as high"),
        ([0.9, 0.1], "at 0: 0.9 is not p"),
        ([2 / 3, 0.1], "at 5: 0.1 is not p"),
        ([2 / 3, None], "is empty"),
        (["high", 0.1], "not a str"),
        ([2 / 3, 0.0], "do not round"),
    ],
    2: [
        ([lambda *_: (..., ...)], "empty"),
        ([lambda *_: ...], "empty"),
        ([step()], "right"),
        ([own_losses], "right"),
        ([stopped], "right"),
        ([fresh_z], "other random numbers than z"),
        ([G_first], "G answers D as it was"),
        ([step(loss_of_G=lambda real, forged, fooled: -fooled)], "G runs up its loss"),
        ([step(loss_of_G=lambda real, forged, fooled: forged * fooled)], "the mean of -log D"),
        ([step(returns=lambda D, G: [float(D), float(G)])], "right"),
        ([swapped_labels], "labels are swapped"),
        ([step(lambda real, forged, fooled: -real - forged)], "sign must not be turned"),
        ([step(lambda real, forged, fooled: real)], "only its real half"),
        ([step(lambda real, forged, fooled: forged)], "only its forged half"),
        ([step(of_G)], "learns to be fooled"),
        ([step(apply_D=False)], "D has not moved"),
        ([step(apply_G=False)], "G has not moved"),
        ([step(loss_of_G=lambda real, forged, fooled: forged)], "learns to be caught"),
        ([step(loss_of_G=formula)], "take -log D"),
        ([step(loss_of_G=lambda real, forged, fooled: fooled + forged)], "along D's loss too"),
        ([one_tape], "G answers D as it was"),
        ([one_tape_asked_twice], "a tape answers once"),
        ([D_moves_both], "D's step moves G as well"),
        ([G_moves_both], "G's step moves D as well"),
        ([outside], "outside of its tape"),
        ([step(returns=lambda D, G: (G, D))], "first, then G's"),
        ([step(returns=lambda D, G: D)], "return both losses"),
        ([step(returns=lambda D, G: (0 * D, G))], "you return 0.000"),
        ([crash], "KeyError"),
        ([0.5], "a function is needed"),
    ],
    3: [
        ([...], "empty"),
        ([{1, ...}], "empty"),
        ([{1, 4, 9, 11, 12, 14, 15}], "right"),
        ([[1, 4, 9, 12, 14]], "right"),
        ([{1, 4, 9, 11, 13, 14, 15}], "right"),
        ([{1, 4, 9, 13, 14}], "right"),
        ([{1, 4, 9, 12, 13}], "4 found"),
        ([range(1, 16)], "of these 14 lines are innocent"),
        ([{1, 4}], "2 found, 5 or more"),
        ([{1, 7}], "line 7 is innocent"),
        ([{16}], "there is no line 16"),
        ([set()], "0 found"),
        ([5], "a set of line numbers"),
    ],
    4: [
        ([..., ..., np.linspace(-1, 3, 1000)], "empty"),
        ([0.75, 2.962, np.linspace(-1, 3, 1000)], "right"),
        ([0.25, 2.962, np.linspace(-1, 3, 1000)], "called real"),
        ([750, 2.962, np.linspace(-1, 3, 1000)], "percent"),
        ([0.6, 2.962, np.linspace(-1, 3, 1000)], "is not 0.600"),
        ([0.75, 0.0, np.linspace(-1, 3, 1000)], "flags 75.0"),
        ([0.75, 9.0, np.linspace(-1, 3, 1000)], "flags 0 of 1,000"),
        ([0.75, 2.975, np.linspace(-1, 3, 1000)], "right"),
        ([0.75, 3.0, np.linspace(-1, 3, 1000)], "hides odd points too"),
        ([0.75, 2.993, np.linspace(-1, 3, 1000)], "hides odd points too"),
        ([1.0, np.quantile(BELL, 0.99), BELL], "right"),
        ([1.0, BELL.mean() + 3 * BELL.std(), BELL], "bell curve"),
        ([1.0, BELL.mean() + 2.326 * BELL.std(ddof=1), BELL], "bell curve"),
        ([0.75, None, np.linspace(-1, 3, 1000)], "is empty"),
    ],
    5: [
        ([...], "empty"),
        ([dict.fromkeys(ORDERS, ...)], "empty"),
        ([ORDERS], "right"),
        (
            [ORDERS | {"flipped": 0.8197, "neighbours": 0.9831, "stop by": "What samples cover", "run it": "No"}],
            "right",
        ),
        ([ORDERS | {"flipped": np.float64(0.8198)}], "right"),
        ([ORDERS | {"flipped": 0.18}], "every pair changes its order"),
        ([ORDERS | {"flipped": 82}], "between 0 and 1"),
        ([ORDERS | {"flipped": 0.41}], "mean of the five seeds"),
        ([ORDERS | {"neighbours": 0.84}], "is not the AUROC"),
        ([ORDERS | {"to know it takes": "more seeds"}], "below one half"),
        ([ORDERS | {"to know it takes": "courage"}], "none of them"),
        ([ORDERS | {"stop by": "best AUROC on the test"}], "train the detector"),
        ([ORDERS | {"stop by": "lowest loss of G"}], "were alike"),
        ([ORDERS | {"run it": "yes"}], "neighbours reach"),
        ([{"flipped": 0.82}], "the keys are"),
        (["no"], "a dict with the keys"),
    ],
}

test_answers, test_every_check_is_tested = check_cases(lesson_09, CASES)
