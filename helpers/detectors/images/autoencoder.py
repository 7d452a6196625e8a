"""Autoencoders for images: what they cannot draw again is strange to them."""

from dataclasses import dataclass

from helpers.detectors.base import Detector
from helpers.detectors.images.errors import relative_error, squared_error, tolerant_error
from helpers.detectors.images.inputs import validate_images
from helpers.detectors.network_training import predict
from helpers.detectors.parameters import check_parameters

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["ConvAutoencoder"]

NETWORKS = ("conv", "dense")
ERRORS = ("tolerant", "squared")
ROWS_A_BLOCK = 512
POOL = 6000  # noisy copies made before training: drawing noise in each step would take most of its time


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class ConvAutoencoder(Detector):
    """Reconstruct images through a narrow code; the score says how much of an image the reconstruction misses.

    The network is a denoising autoencoder: it sees copies of the training images with Gaussian noise added and
    learns to draw the clean ones (Vincent et al. 2010). An image's score is its error relative to its ink (the sum of
    its squared pixels), because a fat stroke offers more to get wrong than a thin one. Built in lesson 05; its
    defaults were compared on the development part of the digits. (A third of the learning rate left some trainings
    unfinished, which showed first on the test part; the cure was again chosen on the development part.)

    Parameters
    ----------
    code_size : int
        Numbers between encoder and decoder. Too many, and anything can be copied.
    network : {"conv", "dense"}
        Convolutions that halve the image twice, or two dense layers of `width` units around the code.
    width : int
        Channels of the first convolution (the second has twice as many), or units of a dense layer; None takes 16
        or 256.
    noise : float
        Standard deviation of the noise, as a share of the range of the training pixels; 0 trains on clean images.
    error : {"tolerant", "squared"}
        Blurred images with shifts of one pixel forgiven (:func:`helpers.detectors.images.errors.tolerant_error`), or
        the plain squared error.
    relative : bool
        Divide the error by the image's ink.
    steps : int
        Training steps; the learning rate falls from `learning_rate` to 0 along a cosine.
    batch_size : int
    learning_rate : float
    n_members : int
        Networks that are trained from different starts; their errors are averaged.
    random_state : int, RandomState or None
    time_budget : float or None
        Seconds for the training of all members, compilation included.
    verbose : bool or None
        Progress bar; None shows it in notebooks only.

    Attributes
    ----------
    networks_ : list of keras.Model
    shape_ : tuple of int
        Shape of one image, as it was passed.
    low_, range_ : float
        Smallest training pixel, and the distance from there to the largest. Inside, pixels go from 0 to 1.
    ink_ : float
        Mean ink of the training images, per pixel, on that scale.

    >>> from helpers.datasets import load_digits_images
    >>> images = load_digits_images().data
    >>> detector = ConvAutoencoder(code_size=2, network="dense", width=8, steps=20, random_state=0)
    >>> detector.fit(images[500:800]).reconstruct(images[:3]).shape
    (3, 28, 28)
    >>> detector.decision_function(images[0:500:100]).shape
    (5,)
    """

    code_size: int = 16
    network: str = "conv"
    width: int | None = None
    noise: float = 0.5
    error: str = "tolerant"
    relative: bool = True
    steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 3e-3
    n_members: int = 1
    random_state: int | np.random.RandomState | None = None
    time_budget: float | None = None
    verbose: bool | None = None

    def reconstruct(self, X):
        """The images as the networks draw them again (the mean of the members), to be shown beside X.

        Parameters
        ----------
        X : array of shape (n, height, width) or (n, height, width, channels)

        Returns
        -------
        ndarray of X's shape, float32, in X's unit
        """
        images = self._validate_for_scoring(X)
        drawn = [np.mean(parts, axis=0) for _, parts in self._drawn(images)]
        return (np.concatenate(drawn) * self.range_ + self.low_).reshape(np.shape(X))

    def _validate(self, X, fitting):
        self._check_parameters()
        return validate_images(X, None if fitting else self.shape_)

    def _check_parameters(self):
        for name, known in (("network", NETWORKS), ("error", ERRORS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {getattr(self, name)!r}.")
        check_parameters(self)

    def _remember_columns(self, X):
        self.shape_ = np.shape(X)[1:]

    def _fit(self, images):
        self.low_ = float(images.min())
        self.range_ = float(images.max()) - self.low_
        images = self._scaled(images)
        self.ink_ = float(np.square(images).mean())
        rng = check_random_state(self.random_state)
        self.networks_ = [self._trained(images, int(rng.randint(2**31 - 1))) for _ in range(self.n_members)]

    def _trained(self, images, seed):
        from helpers.detectors.images.networks import build
        from helpers.training import loop

        import keras

        network = build(self.network, images.shape[1:], self.code_size, self.width, seed)
        inputs, targets = _noisy_copies(images, self.noise, seed, min(POOL, self.steps * self.batch_size))
        epochs = max(1, round(self.steps / np.ceil(len(inputs) / self.batch_size)))
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps)
        loop.train(
            network,
            inputs,
            targets,
            batch_size=self.batch_size,
            epochs=epochs,
            loss="binary_crossentropy",
            optimizer=keras.optimizers.Adam(rate),
            seed=seed,
            verbose=self.verbose,
            jit_compile=False,
            time_budget=self.time_budget and self.time_budget / self.n_members,
        )
        return network

    def _score(self, images):
        errors = self._errors(images)
        if self.relative:
            return relative_error(errors, self._scaled(images), self.ink_)
        return errors.mean(axis=(1, 2), dtype=np.float64)

    def _errors(self, images):
        measure = tolerant_error if self.error == "tolerant" else squared_error
        return np.concatenate(
            [np.mean([measure(block, part) for part in parts], axis=0) for block, parts in self._drawn(images)]
        )

    def _drawn(self, images):
        """Scaled images, block by block, each with the members' reconstructions of it."""
        for start in range(0, len(images), ROWS_A_BLOCK):
            block = self._scaled(images[start : start + ROWS_A_BLOCK])
            yield block, [predict(network, block) for network in self.networks_]

    def _scaled(self, images):
        return (images - np.float32(self.low_)) / np.float32(self.range_)


def _noisy_copies(images, noise, seed, n_wanted):
    """About so many copies of the images, each with its own noise, and the clean images to draw from them."""
    if noise == 0:
        return images, images
    n_copies = max(1, round(n_wanted / len(images)))
    targets = np.tile(images, (n_copies, 1, 1, 1))
    return targets + np.float32(noise) * np.random.default_rng(seed).standard_normal(targets.shape, np.float32), targets
