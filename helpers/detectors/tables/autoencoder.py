"""Autoencoders: what a network cannot rebuild from a short code is odd. Built by hand in lesson 04."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.detectors.held_out import hold_out
from helpers.detectors.network_training import predict, train_network
from helpers.detectors.parameters import check_parameters
from helpers.detectors.scaling import choose_code_size, standardise, usual_error
from helpers.detectors.tables.base import ColumnwiseDetector
from helpers.detectors.tables.neighbourhood import Neighbourhood

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

__all__ = ["DenseAutoencoder", "dense_network"]

STEPS = 2500
EPOCHS = (10, 500)
WIDTHS = (32, 128)
PATIENCE = (8, 60)  # epochs, and steps


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class DenseAutoencoder(ColumnwiseDetector):
    """Several small autoencoders side by side, and a memory of rows: what neither can rebuild is odd.

    The columns are standardised inside (long tails grow like a logarithm beyond 8 standard deviations). Each
    column's squared reconstruction error is divided by its usual size on held-out rows, so that a column that is easy
    to rebuild counts as much as a noisy one. A network also rebuilds what lies in a thin place between normal rows;
    therefore a row is rebuilt a second time, from the rows that are most like it, and each column's gap is counted in
    its usual size, too (:mod:`helpers.detectors.tables.neighbourhood`). The score is the mean of the two, and of all
    columns. Built in lesson 04, layer by layer.

    Parameters
    ----------
    code_size : int or None
        Width of the narrowest layer; None takes it from the data: as many principal components as explain 95 %
        of the variance, at least 1 and fewer than columns.
    hidden : sequence of int or None
        Widths of the encoder's layers, mirrored in the decoder; None takes two of about four times the columns.
    epochs : int or None
        The most that are run; None allows about 2,500 steps.
    batch_size : int
    learning_rate : float
        Of the optimizer Adam.
    n_members : int
        Autoencoders that are trained at once from different first weights, and averaged.
    noise : float
        Standard deviation of the noise added to the standardised inputs while training (a denoising autoencoder).
    activation : str
        Of the hidden layers. "tanh" is bounded, so that a far outlier cannot be rebuilt; with "relu" it can.
    n_remembered : int
        The most rows that the memory holds, drawn at random from the rows trained on, and the most held-out rows that
        tell what gaps are usual. A saved detector holds the memory, too. 0 leaves the network alone.
    validation_fraction : float in (0, 1)
        Share of the rows held out for early stopping and for the usual size of each column's error and gap.
    patience : int or None
        Epochs without a better validation loss before training stops; None takes 8, more if an epoch has few
        steps.
    time_budget : float or None
        Seconds; see :func:`helpers.training.loop.train`.
    random_state : int, RandomState or None
    verbose : bool
        Show a progress bar.

    Raises
    ------
    ValueError
        At ``fit``, for a parameter out of its range, before TensorFlow is imported.
    helpers.training.loop.TrainingDiverged
        At ``fit``, if the loss becomes NaN: try a smaller learning rate.

    Attributes
    ----------
    model_ : keras.Model, standardised rows (n, n_columns) to reconstructions (n, n_members, n_columns)
    history_ : helpers.training.loop.History
    code_size_ : int
    mean_, scale_, usual_error_, usual_gap_ : ndarray of shape (n_columns,)
    remembered_ : ndarray of shape (n, n_columns)
        Standardised.
    around_ : ndarray of shape (n,)
        The size of gaps at each remembered row.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).uniform(-1, 1, 200)
    >>> detector = DenseAutoencoder(code_size=1, epochs=100).fit(np.column_stack([x, x**2]))
    >>> on_the_curve, off_it = detector.decision_function([[0.5, 0.25], [0.0, 0.9]])
    >>> bool(on_the_curve < off_it)
    True
    """

    _summarise = staticmethod(np.mean)

    code_size: int | None = None
    hidden: Sequence[int] | None = None
    epochs: int | None = None
    batch_size: int = 64
    learning_rate: float = 3e-3
    n_members: int = 4
    noise: float = 0.2
    activation: str = "tanh"
    n_remembered: int = 10_000
    validation_fraction: float = 0.15
    patience: int | None = None
    time_budget: float | None = None
    random_state: int | np.random.RandomState | None = 0
    verbose: bool = False

    def _validate(self, X, fitting):
        rows = super()._validate(X, fitting)
        if fitting:
            check_parameters(self)
        return rows

    def _fit(self, rows):
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=3)
        scaler = StandardScaler().fit(rows.astype(np.float64))
        self.mean_, self.scale_ = scaler.mean_, scaler.scale_
        z = self._standardise(rows)
        kept, held_out = hold_out(z, self.validation_fraction, seeds[0])
        self.code_size_ = choose_code_size(z) if self.code_size is None else int(self.code_size)
        self.model_ = self._build(z.shape[1], seeds[1])
        self.history_ = self._train(kept, held_out, seeds[2])
        self.usual_error_ = usual_error(self._errors(held_out))
        if self.n_remembered:
            self._remember(kept[: self.n_remembered], held_out[: self.n_remembered])

    def _remember(self, rows, held_out):
        self._neighbourhood = Neighbourhood.learned(rows, held_out)
        self.remembered_, self.usual_gap_ = rows, self._neighbourhood.usual_gap
        self.around_ = self._neighbourhood.around

    def _standardise(self, rows):
        return standardise(rows, self.mean_, self.scale_)

    def _build(self, n_columns, seed):
        width = int(np.clip(4 * n_columns, *WIDTHS))
        hidden = (width, width) if self.hidden is None else tuple(self.hidden)
        return dense_network(
            n_columns, hidden, self.code_size_, self.n_members, float(self.noise), self.activation, int(seed)
        )

    def _train(self, kept, held_out, seed):
        pairs = [(z, self._targets(z)) for z in (kept, held_out)]
        return train_network(self, *pairs, int(seed), steps=STEPS, epochs=EPOCHS, patience=PATIENCE)

    def _targets(self, z):
        """The inputs, once for each member."""
        return np.repeat(z[:, None, :], self.n_members, axis=1)

    def _errors(self, z):
        """Squared errors (n, n_columns) in double precision, the mean of all members."""
        return np.square(predict(self.model_, z).astype(np.float64) - z[:, None, :]).mean(axis=1)

    def _column_scores(self, columns):
        z = self._standardise(columns.T)
        errors = self._errors(z) / self.usual_error_
        memory = getattr(self, "_neighbourhood", None)
        return (errors if memory is None else 0.5 * (errors + memory.column_gaps(z))).T

    def _restore(self, stored):
        super()._restore(stored)
        if "remembered_" in stored:
            self._neighbourhood = Neighbourhood(self.remembered_, self.usual_gap_, self.around_)

    def _forget(self):
        super()._forget()
        vars(self).pop("_neighbourhood", None)


def dense_network(n_columns, hidden, code_size, n_members=1, noise=0.0, activation="tanh", seed=0):
    """Build several dense autoencoders as one Keras network: one step trains them all.

    An ``EinsumDense`` layer here is `n_members` ``Dense`` layers side by side, each with its own weights.

    Parameters
    ----------
    n_columns, code_size, n_members : int
    hidden : sequence of int
        Widths of the encoder's hidden layers; the decoder has them in reverse. Code and output are linear.
    noise : float
        Standard deviation of Gaussian noise on the inputs while training.
    activation : str
        Of the hidden layers, by Keras's name.
    seed : int
        First weights (Glorot uniform) and noise.

    Returns
    -------
    keras.Model, (n, n_columns) to (n, n_members, n_columns)

    >>> dense_network(5, hidden=(8,), code_size=2, n_members=3).output_shape
    (None, 3, 5)
    """
    import helpers.training.loop  # noqa: F401  quiet TensorFlow

    import keras

    inputs = keras.Input((n_columns,))
    outputs = keras.layers.GaussianNoise(noise, seed=seed)(inputs) if noise else inputs
    outputs = keras.layers.RepeatVector(n_members)(outputs)
    widths = [n_columns, *hidden, code_size, *hidden[::-1], n_columns]
    linear = (len(hidden), len(widths) - 2)
    for i in range(len(widths) - 1):
        outputs = _dense(n_members, *widths[i : i + 2], None if i in linear else activation, seed + i)(outputs)
    return keras.Model(inputs, outputs)


def _dense(n_members, n_in, n_out, activation, seed):
    import keras

    limit = math.sqrt(6 / (n_in + n_out))  # Glorot's; Keras would count the members among a unit's inputs
    return keras.layers.EinsumDense(
        "bmi,mio->bmo",
        output_shape=(n_members, n_out),
        bias_axes="mo",
        activation=activation,
        kernel_initializer=keras.initializers.RandomUniform(-limit, limit, seed=seed),
    )
