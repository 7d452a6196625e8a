"""BiGAN steps a second: many steps a call, against one graph-compiled call a step as `train_on_batch` makes them."""

import time
from dataclasses import dataclass

from helpers.detectors.gan import networks
from helpers.detectors.gan.losses import bigan_losses
from helpers.detectors.gan.training import _Average, _Log, _Side, _step, play

import numpy as np
import tensorflow as tf
from harness import Row

BATCH = 64


@dataclass(frozen=True)
class Case:
    name: str
    shape: tuple
    hidden: tuple
    code_size: int
    bounded: bool
    n_steps: int
    goal: float | None


CASES = (
    Case("table of 20 columns", (2000, 20), (80, 80), 10, False, 2000, 3),
    Case("images of 28 x 28", (340, 784), (256,), 16, True, 300, None),
)


def rows():
    for case in CASES:
        X = np.random.default_rng(0).random(case.shape, np.float32)
        ours, plain = our_rate(X, case), plain_rate(X, case)
        note = f"{ours:.0f} against {plain:.0f} steps a second, once compiled"
        yield Row(f"BiGAN, {case.name}: steps a second", ours / plain, case.goal, "higher", "times faster", note)


def players(case):
    k, code_size = case.shape[1], case.code_size
    generator = networks.generator(code_size, case.hidden[::-1], k, bounded=case.bounded, seed=0)
    encoder = networks.encoder(k, case.hidden, code_size, seed=10)
    discriminator = networks.discriminator(k + code_size, case.hidden, seed=20)
    losses = bigan_losses(generator, encoder, discriminator, 1.0, cycle=1.0, noise=0.2, noise_seed=0)
    return losses, discriminator, [generator, encoder]


def our_rate(X, case):
    """From the difference of two trainings, both of which compile once."""
    options = {"code_size": case.code_size, "batch_size": BATCH, "learning_rate": 1e-3, "averaging": 0.995, "seed": 0}
    seconds = [
        play(X, *players(case), steps=steps, verbose=False, **options).seconds
        for steps in (case.n_steps, 4 * case.n_steps)
    ]
    return 3 * case.n_steps / max(seconds[1] - seconds[0], 1e-9)


def plain_rate(X, case):
    """The same step, compiled to a graph; each call brings a batch and takes its loss away."""
    losses, discriminator, opponents = players(case)
    sides = _Side([discriminator], 1e-3), _Side(opponents, 1e-3)
    average = _Average(sides[1].weights, 0.995)
    step = tf.function(_step(tf.constant(X), losses, sides, average, _Log(), (BATCH, case.code_size), 0))
    rng = np.random.default_rng(0)

    def run(n):
        for _ in range(n):
            float(step(tf.constant(rng.integers(len(X), size=BATCH), tf.int32)))

    run(20)  # traces and warms up
    start = time.perf_counter()
    run(case.n_steps)
    return case.n_steps / (time.perf_counter() - start)
