"""What the players of a GAN minimise: functions of a batch that `play` calls in each step."""

from helpers.training.layers import random_normal

import keras
import tensorflow as tf

__all__ = ["bigan_losses", "gan_losses"]


def gan_losses(generator, discriminator, gradient_penalty):
    """Give the losses of a GAN (Goodfellow et al. 2014). Built in lesson 09.

    Parameters
    ----------
    generator, discriminator : keras.Model
        As made in :mod:`helpers.detectors.gan.networks`.
    gradient_penalty : float
        Weight of the mean squared slope of the logit at real rows; 0 leaves it out.

    Returns
    -------
    function
        Of real rows (n, n_values) and random codes (n, code_size). It returns a mapping of names to scalars:
        "discriminator" and "generator" are what the two sides minimise, the others are for the history.
    """

    def losses(real, codes):
        made_up = generator(codes, training=True)
        return _both_sides(discriminator, real, made_up, gradient_penalty)

    return losses


def bigan_losses(generator, encoder, discriminator, gradient_penalty, cycle, noise, noise_seed):
    """Give the losses of a BiGAN (Donahue et al. 2017), whose discriminator sees pairs: (x, E(x)) or (G(z), z).

    Built in lesson 10. The cycle term asks that G(E(x + noise)) be x. The game alone makes the two each other's
    inverse only at its end, which few rows and steps do not reach, and leaves them free to disagree until then
    (Li et al. 2017, who add the same term); the noise makes it a denoising autoencoder (Vincent et al. 2010).

    Parameters
    ----------
    generator, encoder, discriminator : keras.Model
    gradient_penalty : float
    cycle : float
        Weight of the squared error per value, in the loss of generator and encoder; 0 leaves it out.
    noise : float
        Standard deviation of Gaussian noise on the encoder's input in the cycle term.
    noise_seed : int

    Returns
    -------
    function
        Of real rows and random codes, as from :func:`gan_losses`.
    """
    seeds = keras.random.SeedGenerator(noise_seed)

    def losses(real, codes):
        pairs = tf.concat([real, encoder(real, training=True)], axis=1)
        made_up = tf.concat([generator(codes, training=True), codes], axis=1)
        parts = _both_sides(discriminator, pairs, made_up, gradient_penalty)
        if cycle:
            noisy = real + noise * random_normal(real.shape, seeds)
            rebuilt = generator(encoder(noisy, training=True), training=True)
            parts["reconstruction"] = tf.reduce_mean(tf.square(rebuilt - real))
            parts["generator"] += cycle * parts["reconstruction"]
        return parts

    return losses


def _both_sides(discriminator, real, made_up, gradient_penalty):
    """The cross-entropies of both sides, from one pass.

    The opponents minimise the cross-entropy with the labels exchanged, not the discriminator's loss with its sign
    turned (Goodfellow's "non-saturating" loss): its slope is steep just where the discriminator is sure.
    """
    logits = discriminator(tf.concat([real, made_up], axis=0), training=True)[:, -1]
    of_real, of_made_up = tf.split(logits, 2)
    loss = _mean_softplus(-of_real) + _mean_softplus(of_made_up)
    opponents = _mean_softplus(of_real) + _mean_softplus(-of_made_up)
    penalty = gradient_penalty / 2 * _squared_slope(discriminator, real) if gradient_penalty else 0.0
    right = tf.concat([of_real > 0, of_made_up < 0], axis=0)
    return {
        "discriminator": loss + penalty,
        "generator": opponents,
        "discriminator loss": loss,
        "generator loss": opponents,
        "reconstruction": tf.constant(0.0),
        "accuracy": tf.reduce_mean(tf.cast(right, tf.float32)),
    }


def _squared_slope(discriminator, real):
    """The penalty "R1" of Mescheder et al. (2018): a discriminator without cliffs at the data."""
    real = tf.stop_gradient(real)
    with tf.GradientTape() as tape:
        tape.watch(real)
        total = tf.reduce_sum(discriminator(real, training=True)[:, -1])
    return tf.reduce_mean(tf.reduce_sum(tf.square(tape.gradient(total, real)), axis=1))


def _mean_softplus(values):
    return tf.reduce_mean(tf.nn.softplus(values))
