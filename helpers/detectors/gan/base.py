"""What the GAN detectors share: scaling, held-out rows, standardised parts of the score, samples."""

import numbers

from helpers.detectors.base import Detector
from helpers.detectors.images.inputs import validate_images
from helpers.detectors.parameters import check_number, check_parameters
from helpers.detectors.scaling import choose_code_size, destandardise, hold_out, standardise
from helpers.detectors.tables.inputs import validate_rows

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["AdversarialDetector", "not_zero"]

CODE_SIZE_OF_IMAGES = 16
HIDDEN_OF_IMAGES = (256,)
WIDTHS_OF_TABLES = (32, 128)
ACTIVATIONS = {"tables": "tanh", "images": "leaky_relu"}  # bounded units cannot follow a table's far outliers
SAMPLES_WATCHED = 1000


class AdversarialDetector(Detector):
    """A detector with a generator and a discriminator, for tables or for images, whichever `fit` is given.

    Subclasses name the parts of their score in ``_PARTS``, and write ``_build(n_values, hidden, seeds)``, which makes
    the networks, ``_train(kept, seeds)``, which returns a history, and ``_parts(rows)``, of shape (n, n_parts).
    """

    def score_parts(self, X):
        """The parts of the score, each standardised on the held-out normal rows: their weighted mean is the score.

        Parameters
        ----------
        X : table of shape (n, n_columns), or images of the shape at fit

        Returns
        -------
        DataFrame of shape (n, n_parts), in standard deviations from the mean of held-out normal rows; X's index if X
        is a frame

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Bad input, or other columns than at ``fit``.
        """
        index = X.index if isinstance(X, pd.DataFrame) else None
        parts = self._standardised_parts(self._validate_for_scoring(X))
        return pd.DataFrame(parts, index=index, columns=list(self._PARTS))

    def sample(self, n, random_state=0):
        """Rows (or images) that the generator makes up, in X's units.

        Parameters
        ----------
        n : int
        random_state : int, RandomState or None

        Returns
        -------
        ndarray of shape (n, n_columns), or (n, height, width) or as X at fit, float32
        """
        check_is_fitted(self, msg="This %(name)s is not fitted yet. Call fit(X_train) first.")
        check_number("n", n, numbers.Integral, 1)
        return self._unscaled(self._made_up(n, random_state))

    def _validate(self, X, fitting):
        if fitting:
            self._check_parameters()
        images = np.ndim(X) in (3, 4) if fitting else self.shape_ is not None
        if not images:
            return validate_rows(self, X, fitting=fitting)
        images = validate_images(X, None if fitting else self.shape_)
        if fitting and images.min() == images.max():
            raise ValueError(f"Every pixel of X is {images.min():g}: there is nothing to learn in empty images.")
        return images

    def _check_parameters(self):
        check_parameters(self)

    def _remember_columns(self, X):
        self.shape_ = np.shape(X)[1:] if np.ndim(X) > 2 else None
        if self.shape_ is None:
            validate_data(self, X, skip_check_array=True, reset=True)

    def _fit(self, data):
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=6)
        self._fit_scaling(data)
        rows = self._scaled(data)
        kept, held_out = hold_out(rows, self.validation_fraction, seeds[0])
        self.code_size_ = self._choose_code_size(rows)
        self._build(rows.shape[1], self._hidden(rows.shape[1]), [int(seed) for seed in seeds[1:4]])
        self.history_ = self._train(kept, seeds[4:])
        self._learn_usual_error(held_out)
        parts = self._parts(held_out)
        self.part_means_, self.part_scales_ = parts.mean(axis=0), not_zero(parts.std(axis=0))
        self._warn(kept)

    # -- tables and images become rows of numbers around 0, or of pixels from 0 to 1

    def _kind(self):
        return "tables" if self.shape_ is None else "images"

    def _fit_scaling(self, data):
        if self.shape_ is None:
            scaler = StandardScaler().fit(data.astype(np.float64))
            self.mean_, self.scale_ = scaler.mean_, scaler.scale_
        else:
            self.mean_, self.scale_ = data.min(), data.max() - data.min()

    def _scaled(self, data):
        if self.shape_ is None:
            return standardise(data, self.mean_, self.scale_)
        return ((data - self.mean_) / self.scale_).reshape(len(data), -1).astype(np.float32)

    def _unscaled(self, rows):
        if self.shape_ is None:
            return destandardise(rows, self.mean_, self.scale_)
        return (rows * self.scale_ + self.mean_).reshape(-1, *self.shape_).astype(np.float32)

    def _choose_code_size(self, rows):
        if self.code_size is not None:
            return int(self.code_size)
        return choose_code_size(rows) if self.shape_ is None else CODE_SIZE_OF_IMAGES

    def _hidden(self, n_values):
        if self.hidden is not None:
            return tuple(self.hidden)
        width = int(np.clip(4 * n_values, *WIDTHS_OF_TABLES))
        return (width, width) if self.shape_ is None else HIDDEN_OF_IMAGES

    def _activation(self):
        return ACTIVATIONS[self._kind()]

    def _generator(self, n_values, hidden, seed):
        from helpers.detectors.gan import networks  # TensorFlow: imported only when there is something to train

        bounded = self.shape_ is not None
        return networks.generator(self.code_size_, hidden[::-1], n_values, self._activation(), bounded, seed)

    # -- training and scoring

    def _play(self, kept, losses, opponents, seed):
        from helpers.detectors.gan.training import play

        return play(
            kept,
            losses,
            self.discriminator_,
            opponents,
            code_size=self.code_size_,
            steps=self.steps,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            averaging=self.averaging,
            seed=seed,
            time_budget=self.time_budget,
            verbose=self.verbose,
        )

    def _warn(self, kept):
        from helpers.detectors.gan.training import warn_of_a_failed_game

        warn_of_a_failed_game(self.history_, kept, self._made_up(SAMPLES_WATCHED, 0))

    def _made_up(self, n, random_state):
        from helpers.training import loop

        codes = check_random_state(random_state).normal(size=(n, self.code_size_))
        return loop.predict(self.generator_, codes)

    def _weights(self):
        """Of the parts in the score."""
        return np.ones(len(self._PARTS))

    def _learn_usual_error(self, held_out):
        """Only a detector that reconstructs has one."""

    def _score(self, data):
        return np.average(self._standardised_parts(data), axis=1, weights=self._weights())

    def _standardised_parts(self, data):
        return (self._parts(self._scaled(data)) - self.part_means_) / self.part_scales_


def not_zero(scale):
    """The scale, with 1 in place of 0: what never varies is not stretched.

    >>> not_zero(np.array([0.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    return np.where(scale > 0, scale, 1.0)
