"""Two players trained against each other in one compiled step, the history, and what can be seen to go wrong."""

import math
import warnings
from dataclasses import dataclass, field

from helpers.training import loop
from helpers.training.layers import random_normal

import keras
import numpy as np
import tensorflow as tf

__all__ = ["DiscriminatorWonWarning", "GANHistory", "ModeCollapseWarning", "play", "warn_of_a_failed_game"]

STEPS_A_ROUND = 50
MOMENTUM = {"beta_1": 0.5, "beta_2": 0.99}  # Adam's usual 0.9 makes two players circle (Radford et al. 2016)
COLLAPSED = 0.25  # of the training rows' spread
WON = 0.99  # share of rows that the discriminator calls rightly ...
WATCHED = 5  # ... throughout the last fifth of the rounds


class ModeCollapseWarning(UserWarning):
    """The generator makes nearly the same row again and again."""


class DiscriminatorWonWarning(UserWarning):
    """The discriminator tells real from made-up rows without fail, so that the generator has nothing to learn from."""


@dataclass
class GANHistory(loop.History):
    """What happened in the game, round by round (of 50 steps); `loss` is the sum of what both sides minimise.

    Attributes
    ----------
    discriminator_loss : list of float
        Its cross-entropy, without the penalty; 2 log 2 = 1.39 if it cannot tell real from made up.
    generator_loss : list of float
        That of its opponents, the generator (and the encoder), without the cycle term.
    reconstruction_loss : list of float
        Squared error of the cycle term per value; empty without one.
    accuracy : list of float
        Share of real and made-up rows that the discriminator called rightly while training; 0.5 is chance.
    """

    discriminator_loss: list[float] = field(default_factory=list)
    generator_loss: list[float] = field(default_factory=list)
    reconstruction_loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)


def play(
    rows,
    losses,
    discriminator,
    opponents,
    *,
    code_size,
    steps,
    batch_size,
    learning_rate,
    averaging,
    seed,
    time_budget=None,
    verbose=None,
):
    """Train both sides at once, in place; afterwards the opponents hold running averages of their weights.

    Each step computes both losses in one pass and moves each side along the gradient of its own loss with respect
    to its own weights, so no layer is ever frozen.

    Parameters
    ----------
    rows : array of shape (n, n_values)
    losses : function
        From :mod:`helpers.detectors.gan.losses`.
    discriminator : keras.Model
    opponents : list of keras.Model
        The generator, and perhaps an encoder.
    code_size, steps, batch_size : int
    learning_rate : float
    averaging : float in [0, 1)
        Decay of the running average, 0 for none. Two players circle around the balance they seek, and an average of
        many steps is nearer to it than the last one (Yazıcı et al. 2019).
    seed : int
        Order of the rows, and random codes.
    time_budget : float or None
    verbose : bool or None
        Both as in :func:`helpers.training.loop.run_steps`.

    Returns
    -------
    GANHistory

    Raises
    ------
    helpers.training.loop.TrainingDiverged
        If a loss becomes NaN or infinite.
    """
    a_round = min(STEPS_A_ROUND, steps)
    sides = _Side([discriminator], learning_rate), _Side(opponents, learning_rate)
    average, log = _Average(sides[1].weights, averaging), _Log()
    played = loop.run_steps(
        _step(tf.constant(rows, tf.float32), losses, sides, average, log, (batch_size, code_size), int(seed)),
        a_round * batch_size,  # rows are few, and rounds of a few steps would be mostly calls: each row comes often
        batch_size=batch_size,
        epochs=max(1, round(steps / a_round)),
        after_epoch=log.close_round,
        time_budget=time_budget,
        seed=int(seed),
        verbose=verbose,
    )
    average.keep()
    return log.history(played)


def _step(rows, losses, sides, average, log, shape_of_codes, seed):
    seeds = keras.random.SeedGenerator(seed)
    discriminator, opponents = sides

    def step(positions):
        real = tf.gather(rows, positions % len(rows))
        with tf.GradientTape(persistent=True) as tape:
            parts = losses(real, random_normal(shape_of_codes, seeds))
        down = tape.gradient(parts["discriminator"], discriminator.weights)
        opponents_down = tape.gradient(parts["generator"], opponents.weights)
        discriminator.optimizer.apply(down, discriminator.weights)
        opponents.optimizer.apply(opponents_down, opponents.weights)
        average.see()
        log.see(parts)
        return parts["discriminator"] + parts["generator"]

    return step


class _Side:
    """Weights that pull together, and their optimizer."""

    def __init__(self, models, learning_rate):
        self.weights = [weight for model in models for weight in model.trainable_variables]
        self.optimizer = keras.optimizers.Adam(learning_rate, **MOMENTUM)
        self.optimizer.build(self.weights)


class _Average:
    """Running averages of weights; early steps fade sooner, so that the random start is soon forgotten."""

    def __init__(self, weights, decay):
        self.weights, self.decay = (weights if decay else []), float(decay)
        self.values = [tf.Variable(weight.value) for weight in self.weights]
        self.n_seen = tf.Variable(0.0)

    def see(self):
        self.n_seen.assign_add(1.0)
        decay = tf.minimum(self.decay, self.n_seen / (self.n_seen + 10.0))
        for value, weight in zip(self.values, self.weights, strict=True):
            value.assign(decay * value + (1 - decay) * weight.value)

    def keep(self):
        for value, weight in zip(self.values, self.weights, strict=True):
            weight.assign(value.numpy())


class _Log:
    """Sums what the compiled steps see; read once a round."""

    NAMES = ("discriminator loss", "generator loss", "reconstruction", "accuracy")

    def __init__(self):
        self.sums, self.n_steps = tf.Variable(tf.zeros(len(self.NAMES))), tf.Variable(0.0)
        self.rounds = []

    def see(self, parts):
        self.sums.assign_add(tf.stack([parts[name] for name in self.NAMES]))
        self.n_steps.assign_add(1.0)

    def close_round(self):
        self.rounds.append(self.sums.numpy().astype(float) / float(self.n_steps.numpy()))
        self.sums.assign(tf.zeros_like(self.sums))
        self.n_steps.assign(0.0)

    def history(self, played):
        discriminator, generator, reconstruction, accuracy = np.transpose(self.rounds).tolist()
        return GANHistory(
            loss=played.loss,
            best_epoch=played.best_epoch,
            stopped=played.stopped,
            seconds=played.seconds,
            discriminator_loss=discriminator,
            generator_loss=generator,
            accuracy=accuracy,
            reconstruction_loss=reconstruction if any(reconstruction) else [],
        )


def warn_of_a_failed_game(history, rows, made_up):
    """Say so if the generator collapsed or the discriminator won: the two losses alone do not tell.

    Parameters
    ----------
    history : GANHistory
    rows, made_up : arrays of shape (n, n_values)
        Training rows, and rows of the generator.

    >>> rows = np.random.default_rng(0).normal(size=(100, 2))
    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warn_of_a_failed_game(GANHistory(accuracy=[0.6]), rows, 0.01 * rows)
    >>> [warning.category.__name__ for warning in seen]
    ['ModeCollapseWarning']
    """
    usual, spread = _spread(rows), _spread(made_up)
    if spread < COLLAPSED * usual:
        warnings.warn(
            f"Mode collapse: generated rows spread over {100 * spread / usual:.0f} % of the training rows' standard "
            "deviation, so the generator shows only a small part of what is normal. Try a smaller learning_rate, a "
            "larger gradient_penalty or more steps.",
            ModeCollapseWarning,
            stacklevel=5,
        )
    last = history.accuracy[-math.ceil(len(history.accuracy) / WATCHED) :]
    if min(last) >= WON:
        warnings.warn(
            f"The discriminator won: in the last {len(last)} rounds it called {100 * np.mean(last):.1f} % of the rows "
            "rightly, so the generator had nothing to learn from. Try a larger gradient_penalty or a smaller "
            "learning_rate.",
            DiscriminatorWonWarning,
            stacklevel=5,
        )


def _spread(rows):
    """Mean of the columns' standard deviations: no single lively column hides that the others stand still."""
    return float(np.std(rows, axis=0, dtype=np.float64).mean())
