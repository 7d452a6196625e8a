"""GANs: what a generator cannot make, or what its opponent calls made up, is odd. Built in lessons 09 and 10."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.detectors.gan.base import AdversarialDetector
from helpers.detectors.network_training import predict
from helpers.detectors.scaling import not_zero

import numpy as np

__all__ = ["BiGANDetector", "GANDetector"]

ROWS_A_BLOCK = 512


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class GANDetector(AdversarialDetector):
    """The discriminator of a GAN (Goodfellow et al. 2014) as the tutorials use it: what it calls made up is odd.

    A generator learns to make rows from random codes, and a discriminator to tell them from the training rows. The
    score is the discriminator's logit with its sign turned. It is a weak score, which lesson 09 shows: the
    discriminator learns where the *generator's* rows are, not where anomalies are, and where the generator succeeds
    it tends to know nothing at all. :class:`BiGANDetector` does better.

    Parameters
    ----------
    code_size : int or None
        Random numbers that the generator starts from. None takes 16 for images, and for tables as many as principal
        components that explain 95 % of the variance.
    hidden : sequence of int or None
        Widths of the discriminator's hidden layers, and of the generator's in reverse. None takes one of 256 for
        images, for tables two of four times the columns (from 32 to 128).
    steps : int
        Training steps; above 50, the nearest multiple of 50. There is no early stopping: neither loss tells when a GAN
        is good.
    batch_size : int
    learning_rate : float
        Of both sides' optimizer Adam.
    gradient_penalty : float
        The stabiliser: weight of the discriminator's squared slope at the training rows ("R1", Mescheder et al.
        2018). 0 switches it off.
    averaging : float in [0, 1)
        The generator is a running average over the steps with this decay; 0 keeps the last step's.
    validation_fraction : float in (0, 1)
        Share of the rows that is not trained on; the score is in standard deviations of these.
    time_budget : float or None
        Seconds; see :func:`helpers.training.loop.train`.
    random_state : int, RandomState or None
    verbose : bool or None
        Progress bar; None shows it in notebooks only.

    Raises
    ------
    ValueError
        At ``fit``, for bad input or a parameter out of its range, before TensorFlow is imported.
    helpers.training.loop.TrainingDiverged
        At ``fit``, if a loss becomes NaN: try a smaller learning rate.

    Warns
    -----
    helpers.detectors.gan.training.ModeCollapseWarning
        The generator makes nearly the same row again and again.
    helpers.detectors.gan.training.DiscriminatorWonWarning
        The discriminator made next to no mistake throughout the last fifth of the training.

    Attributes
    ----------
    generator_, discriminator_ : keras.Model
        They work on scaled rows; see :mod:`helpers.detectors.gan.networks`.
    history_ : helpers.detectors.gan.training.GANHistory
        Losses of both sides.
    code_size_ : int
    shape_ : tuple of int, or None for tables
        Shape of one image, as it was passed.
    mean_, scale_ : ndarray of shape (n_columns,)
        Of the training rows; for images their smallest pixel, and the distance from there to the largest.
    part_means_, part_scales_ : ndarray of shape (n_parts,)
        Mean and standard deviation of the score's parts on held-out rows.

    >>> import numpy as np
    >>> rows = np.random.default_rng(0).normal(size=(300, 2))
    >>> detector = GANDetector(hidden=(8,), steps=100).fit(rows)
    >>> detector.decision_function(rows[:5]).shape, detector.sample(3).shape
    ((5,), (3, 2))
    """

    _PARTS = ("discriminator",)

    code_size: int | None = None
    hidden: Sequence[int] | None = None
    steps: int = 2000
    batch_size: int = 64
    learning_rate: float = 1e-3
    gradient_penalty: float = 1.0
    averaging: float = 0.995
    validation_fraction: float = 0.15
    time_budget: float | None = None
    random_state: int | np.random.RandomState | None = 0
    verbose: bool | None = None

    def _build(self, n_values, hidden, seeds):
        from helpers.detectors.gan import networks

        self.generator_ = self._generator(n_values, hidden, seeds[0])
        self.discriminator_ = networks.discriminator(n_values, hidden, seeds[1])

    def _train(self, kept, seeds):
        from helpers.detectors.gan.losses import gan_losses

        losses = gan_losses(self.generator_, self.discriminator_, self.gradient_penalty)
        return self._play(kept, losses, [self.generator_], int(seeds[0]))

    def _parts(self, rows):
        return -predict(self.discriminator_, rows)[:, -1:].astype(np.float64)


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class BiGANDetector(AdversarialDetector):
    """A GAN that can look back: an encoder finds a row's code, and the score asks three times whether they fit.

    Generator and encoder play together against a discriminator of pairs (BiGAN, Donahue et al. 2017; as a detector
    Zenati et al. 2018). The score is a weighted mean of three parts, each standardised on held-out normal rows:

    - "reconstruction": how far x is from G(E(x)). For tables each column's squared error in its usual size on
      held-out rows; for images :func:`helpers.detectors.images.errors.tolerant_error` relative to the ink;
    - "features": the distance between (x, E(x)) and (G(E(x)), E(x)) in the discriminator's last hidden layer;
    - "discriminator": its logit of (x, E(x)), with its sign turned.

    Beside the game, generator and encoder minimise the reconstruction error of noisy training rows (`cycle`; as in
    ALICE, Li et al. 2017): the game alone does not make them each other's inverse on few rows. Lesson 10 shows each
    part, and what the score owes to the cycle term.

    On the development tables (data/results/development.csv) it is level with an isolation forest or ahead of it on
    every kind but one: where an odd row is far out in the tail of single columns, it is behind by 4 points of AUROC.

    Parameters
    ----------
    code_size, hidden, steps, batch_size, learning_rate, gradient_penalty
        As in :class:`GANDetector`; the encoder's hidden layers are as wide as the discriminator's.
    cycle : float
        Weight of the squared reconstruction error as a share of the training rows' variance, in the loss of generator
        and encoder; 0 leaves the pure BiGAN.
    noise : float or None
        Standard deviation of the noise on rows that the cycle term reconstructs, after scaling; None takes 0.2 for
        tables, whose columns have standard deviation 1, and 0.5 for images, whose pixels go from 0 to 1.
    averaging : float in [0, 1)
        As in :class:`GANDetector`, for generator and encoder.
    weights : three floats
        Of the parts in the score. The reconstruction counts half and the discriminator's two views a quarter each: on
        development data equal weights were worse, on digits more than on tables.
    validation_fraction, time_budget, random_state, verbose
        As in :class:`GANDetector`; the usual error, too, is learned on the rows that are not trained on.

    Raises
    ------
    As :class:`GANDetector`.

    Warns
    -----
    As :class:`GANDetector`.

    Attributes
    ----------
    encoder_ : keras.Model
    usual_error_ : ndarray of shape (n_columns,)
        For images one number, the mean ink (the mean squared pixel) of the held-out images.
    generator_, discriminator_, history_, code_size_, shape_, mean_, scale_, part_means_, part_scales_
        As in :class:`GANDetector`.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).uniform(-1, 1, 300)
    >>> detector = BiGANDetector(code_size=1, hidden=(16,), steps=200).fit(np.column_stack([x, x]))
    >>> detector.score_parts([[0.5, 0.5], [0.5, -0.5]]).columns.tolist()
    ['reconstruction', 'features', 'discriminator']
    >>> on_the_line, off_it = detector.decision_function([[0.5, 0.5], [0.5, -0.5]])
    >>> bool(on_the_line < off_it)
    True
    """

    _PARTS = ("reconstruction", "features", "discriminator")

    code_size: int | None = None
    hidden: Sequence[int] | None = None
    steps: int = 2000
    batch_size: int = 64
    learning_rate: float = 1e-3
    gradient_penalty: float = 1.0
    cycle: float = 1.0
    noise: float | None = None
    averaging: float = 0.995
    weights: Sequence[float] = (0.5, 0.25, 0.25)
    validation_fraction: float = 0.15
    time_budget: float | None = None
    random_state: int | np.random.RandomState | None = 0
    verbose: bool | None = None

    def reconstruct(self, X):
        """G(E(X)), what the generator makes of each row's own code, in X's units.

        Returns
        -------
        ndarray of X's shape, float32
        """
        return self._unscaled(self._looked_back(self._scaled(self._validate_for_scoring(X)))[1])

    def _check_parameters(self):
        super()._check_parameters()
        weights = np.asarray(self.weights, float)
        if weights.shape != (len(self._PARTS),) or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
            raise ValueError(
                f"weights={self.weights!r}: there must be three of at least 0, not all 0, one for each of "
                f"{', '.join(self._PARTS)}."
            )

    def _weights(self):
        return np.asarray(self.weights, float)

    def _build(self, n_values, hidden, seeds):
        from helpers.detectors.gan import networks

        self.generator_ = self._generator(n_values, hidden, seeds[0])
        self.discriminator_ = networks.discriminator(n_values + self.code_size_, hidden, seeds[1])
        self.encoder_ = networks.encoder(n_values, hidden, self.code_size_, self._kind.activation, seeds[2])

    def _train(self, kept, seeds):
        from helpers.detectors.gan.losses import bigan_losses

        cycle = float(self.cycle / not_zero(np.var(kept, axis=0).mean()))
        noise = float(self._kind.noise if self.noise is None else self.noise)
        networks = self.generator_, self.encoder_, self.discriminator_
        losses = bigan_losses(*networks, float(self.gradient_penalty), cycle, noise, int(seeds[1]))
        return self._play(kept, losses, [self.generator_, self.encoder_], int(seeds[0]))

    def _learn_usual_error(self, held_out):
        self.usual_error_ = self._kind.usual_error(held_out, self._looked_back(held_out)[1])

    def _parts(self, rows):
        return np.concatenate(
            [self._parts_of_block(rows[start : start + ROWS_A_BLOCK]) for start in range(0, len(rows), ROWS_A_BLOCK)]
        )

    def _parts_of_block(self, rows):
        codes, rebuilt = self._looked_back(rows)
        real, made_up = self._judged(rows, codes), self._judged(rebuilt, codes)
        distance = np.abs(real[:, :-1] - made_up[:, :-1]).mean(axis=1)
        error = self._kind.reconstruction_error(rows, rebuilt, self.usual_error_)
        return np.column_stack([error, distance, -real[:, -1]])

    def _looked_back(self, rows):
        """Codes E(x) and reconstructions G(E(x))."""
        codes = predict(self.encoder_, rows)
        return codes, predict(self.generator_, codes)

    def _judged(self, rows, codes):
        """The discriminator's features, and its logit last."""
        return predict(self.discriminator_, np.concatenate([rows, codes], axis=1)).astype(np.float64)
