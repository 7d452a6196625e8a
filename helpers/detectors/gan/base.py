"""What the GAN detectors share: held-out rows, standardised parts of the score, samples."""

import numbers

from helpers.detectors.base import Detector
from helpers.detectors.gan.inputs import image_shape, kind_of
from helpers.detectors.held_out import hold_out
from helpers.detectors.network_training import predict
from helpers.detectors.parameters import check_number, check_parameters
from helpers.detectors.scaling import not_zero

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

__all__ = ["AdversarialDetector"]

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
        self._check_fitted()
        check_number("n", n, numbers.Integral, 1)
        return self._unscaled(self._made_up(n, random_state))

    @property
    def _kind(self):
        return kind_of(self.shape_)

    def _validate(self, X, fitting):
        if fitting:
            self._check_parameters()
        kind = kind_of(image_shape(X)) if fitting else self._kind
        return kind.validate(self, X, fitting)

    def _check_parameters(self):
        check_parameters(self)

    def _remember_columns(self, X):
        self.shape_ = image_shape(X)
        self._kind.remember_columns(self, X)

    def _fit(self, data):
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=6)
        self.mean_, self.scale_ = self._kind.learn_scaling(data)
        rows = self._scaled(data)
        kept, held_out = hold_out(rows, self.validation_fraction, seeds[0])
        self.code_size_ = self._kind.code_size(rows) if self.code_size is None else int(self.code_size)
        hidden = self._kind.hidden(rows.shape[1]) if self.hidden is None else tuple(self.hidden)
        self._build(rows.shape[1], hidden, [int(seed) for seed in seeds[1:4]])
        self.history_ = self._train(kept, seeds[4:])
        self._learn_usual_error(held_out)
        parts = self._parts(held_out)
        self.part_means_, self.part_scales_ = parts.mean(axis=0), not_zero(parts.std(axis=0))
        self._warn(kept)

    def _scaled(self, data):
        return self._kind.scaled(data, self.mean_, self.scale_)

    def _unscaled(self, rows):
        return self._kind.unscaled(rows, self.mean_, self.scale_)

    def _generator(self, n_values, hidden, seed):
        from helpers.detectors.gan import networks  # TensorFlow: imported only when there is something to train

        kind = self._kind
        return networks.generator(self.code_size_, hidden[::-1], n_values, kind.activation, kind.bounded, seed)

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
        codes = check_random_state(random_state).normal(size=(n, self.code_size_))
        return predict(self.generator_, codes)

    def _weights(self):
        """Of the parts in the score."""
        return np.ones(len(self._PARTS))

    def _learn_usual_error(self, held_out):
        """Only a detector that reconstructs has one."""

    def _score(self, data):
        return np.average(self._standardised_parts(data), axis=1, weights=self._weights())

    def _standardised_parts(self, data):
        return (self._parts(self._scaled(data)) - self.part_means_) / self.part_scales_
