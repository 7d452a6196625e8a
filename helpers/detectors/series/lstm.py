"""LSTM networks for series: what was not to be expected, or cannot be rebuilt, is odd. Lessons 06 and 08."""

import math
from dataclasses import dataclass

from helpers.detectors.held_out import n_held_out
from helpers.detectors.network_training import predict, train_network
from helpers.detectors.parameters import check_parameters
from helpers.detectors.scaling import destandardise, not_zero, standardise, usual_error
from helpers.detectors.series.base import SeriesDetector, longer_period_in
from helpers.evaluation.robust import IQR_OF_NORMAL
from helpers.windows import make_windows

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

__all__ = ["LSTMAutoencoder", "LSTMForecaster"]

EPOCHS = (5, 300)
PATIENCE = (6, 60)  # epochs, and steps
MOST_WINDOWS = 10_000  # to train on: of a longer series every second, third ... window is taken
NARROWEST = 0.1  # of the standard deviation: values that mostly stand still must not have a scale of nearly 0
OWN_WEIGHT = 0.5  # of a point's own error, beside the mean of the recent ones


class _LSTMDetector(SeriesDetector):
    """Scaling, held-out windows, training and the usual error. A family says what its network reads and writes."""

    def channel_scores(self, X, context=None):
        """The score of each channel at each point, which tells the one that gave the point away.

        Parameters
        ----------
        X, context : as for ``decision_function``, whose score is the mean of the channels' scores

        Returns
        -------
        ndarray of shape (n_times, n_channels), or a DataFrame with X's index and columns if X is a frame; a list of
        these for a list of recordings. NaN where there is no score.
        """
        return self._like(X, self._for_each_point(X, context, self._window_scores, (self.n_channels_in_,)))

    def _check_parameters(self):
        check_parameters(self)

    def _fit_segments(self, segments):
        seeds = check_random_state(self.random_state).randint(2**31 - 10, size=2)
        self.center_, self.scale_ = _robust_scale(np.concatenate(segments))
        kept, held_out = self._split(segments)
        self.model_ = self._build(int(seeds[0]))
        self.history_ = self._train(kept, held_out, int(seeds[1]))
        self.usual_error_ = usual_error(self._errors(held_out).mean(axis=1))

    def _split(self, segments):
        """Windows to train on and later ones to check with, that share no point if the series is long enough.

        A single window serves for both.
        """
        stride = math.ceil(sum(map(len, segments)) / MOST_WINDOWS)
        windows = np.concatenate([self._cut(self._scaled(s), stride) for s in segments])
        if len(windows) == 1:
            return windows, windows
        n_rest = len(windows) - n_held_out(len(windows), self.validation_fraction)
        n_between = min(math.ceil(windows.shape[1] / stride), n_rest // 3)
        return windows[: n_rest - n_between], windows[n_rest:]

    def _cut(self, z, stride):
        return make_windows(z, self.window_, stride)

    def _scaled(self, values):
        return standardise(values, self.center_, self.scale_)

    def _unscaled(self, z):
        return destandardise(z, self.center_, self.scale_)

    def _train(self, kept, held_out, seed):
        pairs = [self._inputs_and_targets(z)[:2] for z in (kept, held_out)]
        return train_network(self, *pairs, seed, steps=self._steps, epochs=EPOCHS, patience=PATIENCE)

    def _errors(self, z):
        """Squared errors of scaled windows, (m, n_outputs, n_channels)."""
        inputs, targets, _ = self._inputs_and_targets(z)
        return np.square(self._outputs(inputs) - targets, dtype=np.float64)

    def _outputs(self, inputs):
        return predict(self.model_, inputs)

    def _score_windows(self, windows):
        return self._window_scores(windows).mean(axis=1)

    def _like(self, X, results):
        if isinstance(results, list):
            return [self._like(x, result) for x, result in zip(X, results, strict=True)]
        return pd.DataFrame(results, index=X.index, columns=X.columns) if isinstance(X, pd.DataFrame) else results


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class LSTMForecaster(_LSTMDetector):
    """Forecast the next point from those before it; the score is how wrong the last forecasts were.

    An LSTM layer reads the points of a window and forecasts, after each of the last `n_recent`, the one that follows.
    The window's level is taken out first, so that a drifting series stays forecastable. Squared errors are in units of
    their usual size on held-out windows. The score of a point is a weighted mean of them: half as much weight on the
    point's own as on all the recent ones together, because faults that last pass unseen when each point is judged
    alone. Built in lesson 06, layer by layer.

    Where a series repeats by the day and by the week, the network also reads, beside each point, what followed it one
    longer period ago, with the level of that time taken out.

    Parameters
    ----------
    window : int or None
        Points in a window, the forecast one included. None takes the dominant period, or a sensible length.
    units : int
        Width of the LSTM layer.
    n_recent : int
        Forecasts whose errors make a score, at most half a window; 1 judges each point alone.
    noise : float
        Standard deviation of the noise added to the scaled inputs while training.
    epochs : int or None
        The most that are run; None allows about 2,500 steps.
    batch_size : int
    learning_rate : float
        Of the optimizer Adam.
    validation_fraction : float in (0, 1)
        Share of the windows, the latest ones, held out for early stopping and for the usual error.
    patience : int or None
        Epochs without a better validation loss before training stops; None takes 6, more if an epoch has few steps.
    time_budget : float or None
        Seconds; see :func:`helpers.training.loop.train`.
    longer_period : int or None
        Points from there to here, more than `window`. None looks for it (:func:`helpers.windows.longer_period`) if
        `window` is None too; 0 has none. A score then needs so many more points without a gap.
    missing, forgetting
        See :class:`SeasonalNaive`.
    random_state : int, RandomState or None
    verbose : bool
        Show a progress bar.

    Raises
    ------
    ValueError
        At ``fit``, for unfit input or a parameter out of its range, before TensorFlow is imported.
    helpers.training.loop.TrainingDiverged
        At ``fit``, if the loss becomes NaN: try a smaller learning rate.

    Attributes
    ----------
    window_ : int
        Points that a score needs: `window`, and ``longer_period_`` more.
    longer_period_ : int
        0 if there is none.
    model_ : keras.Model, scaled points (n, window - 1, n_channels) to forecasts (n, n_recent_, n_channels)
        Of twice the channels, if there is a longer period.
    history_ : helpers.training.loop.History
    n_recent_ : int
    center_, scale_, usual_error_ : ndarray of shape (n_channels,)

    >>> hours = np.arange(24 * 15)
    >>> temperature = 10 + 5 * np.sin(2 * np.pi * hours / 24)
    >>> detector = LSTMForecaster(window=24, epochs=20).fit(temperature)
    >>> temperature[200] += 4
    >>> scores = detector.decision_function(temperature)
    >>> int(np.nanargmax(scores))
    200
    """

    _shortest_window = 3
    _steps = 2500

    window: int | None = None
    units: int = 32
    n_recent: int = 8
    noise: float = 0.0
    epochs: int | None = None
    batch_size: int = 32
    learning_rate: float = 3e-3
    validation_fraction: float = 0.2
    patience: int | None = None
    time_budget: float | None = None
    missing: str = "raise"
    random_state: int | np.random.RandomState | None = 0
    verbose: bool = False
    forgetting: float | None = None
    longer_period: int | None = None

    def forecast(self, X, context=None):
        """What was to be expected at each point, from the points before it.

        Parameters
        ----------
        X, context : as for ``decision_function``

        Returns
        -------
        ndarray of shape (n_times, n_channels) in X's units, or a DataFrame with X's index and columns if X is a frame;
        a list of these for a list of recordings. NaN where there is no score.

        >>> x = np.sin(np.arange(300))
        >>> detector = LSTMForecaster(window=12, epochs=30).fit(x)
        >>> bool(np.nanmax(np.abs(detector.forecast(x)[:, 0] - x)) < 0.5)
        True
        """
        return self._like(X, self._for_each_point(X, context, self._forecasts, (self.n_channels_in_,)))

    def _check_parameters(self):
        super()._check_parameters()
        longer = self.longer_period
        whole = isinstance(longer, (int, np.integer)) and not isinstance(longer, bool)
        if longer is not None and not (whole and (longer == 0 or longer > (self.window or 0))):
            raise ValueError(
                f"longer_period={longer!r}: it is None, 0 (none), or a whole number of points, more than the window's."
            )

    def _choose_window(self, segments):
        window = super()._choose_window(segments)
        if self.longer_period is None:
            return window + (longer_period_in(segments, window) if self.window is None else 0)
        return window + int(self.longer_period)

    def _sensible_window(self, segments):
        return super()._sensible_window(segments) + 1  # reads a whole period

    def _fit_segments(self, segments):
        self.longer_period_ = self.window_ - super()._choose_window(segments)
        super()._fit_segments(segments)

    def _build(self, seed):
        from helpers.detectors.series.networks import forecaster_network

        window, n_channels = self.window_ - self.longer_period_, len(self.center_)
        self.n_recent_ = min(self.n_recent, window // 2)
        n_beside = n_channels if self.longer_period_ else 0
        return forecaster_network(window - 1, n_channels, self.units, self.n_recent_, float(self.noise), seed, n_beside)

    def _cut(self, z, stride):
        """Short windows; beside each point, as more channels, the one a longer period ago."""
        if self.longer_period_:
            z = np.concatenate([z[self.longer_period_ :], z[: -self.longer_period_]], axis=1)
        return make_windows(z, self.window_ - self.longer_period_, stride)

    def _read(self, windows):
        """Windows as `_cut` gives them."""
        z = self._scaled(windows)
        longer = self.longer_period_
        return np.concatenate([z[:, longer:], z[:, :-longer]], axis=2) if longer else z

    def _inputs_and_targets(self, z):
        """And the level that was taken out of both: the mean of what was there before the judged points."""
        levels = z[:, : -self.n_recent_].mean(axis=1, keepdims=True)
        own = slice(len(self.center_))
        targets = z[:, -self.n_recent_ :, own] - levels[..., own]
        inputs = z[:, :-1] - levels
        if self.longer_period_:  # what followed the point at that time: its next one's neighbour
            inputs[..., own.stop :] = z[:, 1:, own.stop :] - levels[..., own.stop :]
        return inputs, targets, levels[..., own]

    def _window_scores(self, windows):
        return np.tensordot(self._errors(self._read(windows)), self._weights(), (1, 0)) / self.usual_error_

    def _weights(self):
        weights = np.full(self.n_recent_, 1 / self.n_recent_)
        weights[-1] += OWN_WEIGHT
        return weights / weights.sum()

    def _forecasts(self, windows):
        inputs, _, level = self._inputs_and_targets(self._read(windows))
        return self._unscaled(self._outputs(inputs)[:, -1] + level[:, 0])


@dataclass(eq=False, repr=False)  # its fields are the detector's parameters
class LSTMAutoencoder(_LSTMDetector):
    """Squeeze a window into a code and write it again; the score is the mean squared error of the reconstruction.

    One LSTM layer reads the window, a second one writes it from the first one's last output, last point first. While
    training, noise is added to what is read (a denoising autoencoder), so that copying does not pay. Each channel's
    error is divided by its usual size on held-out windows. Built in lesson 08, layer by layer.

    Parameters
    ----------
    window : int or None
        Points in a window. None takes the dominant period, or a sensible length.
    units : int
        Width of both LSTM layers.
    code_size : int or None
        Width of a linear layer between them; None has none: the code is the encoder's `units` outputs.
    noise : float
        Standard deviation of the noise added to the scaled inputs while training.
    level : {"keep", "remove"}
        Whether each window's own mean is taken out first: then a drift does no harm, and a change of level is seen
        while a window passes it only.
    epochs : int or None
        The most that are run; None allows about 1,500 steps.
    batch_size, learning_rate, validation_fraction, patience, time_budget, missing, random_state, verbose, forgetting
        See :class:`LSTMForecaster`.

    Raises
    ------
    ValueError
        At ``fit``, for unfit input or a parameter out of its range, before TensorFlow is imported.
    helpers.training.loop.TrainingDiverged
        At ``fit``, if the loss becomes NaN: try a smaller learning rate.

    Attributes
    ----------
    model_ : keras.Model, scaled windows (n, window_, n_channels) to reconstructions of the same shape
    history_ : helpers.training.loop.History
    center_, scale_, usual_error_ : ndarray of shape (n_channels,)

    >>> beats = np.tile([0.0, 0.0, 1.0, 3.0, 1.0, 0.0, -1.0, 0.0], 40)
    >>> detector = LSTMAutoencoder(window=8, epochs=40).fit(beats)
    >>> beats[200:208] = beats[200:208][::-1]
    >>> bool(200 <= np.nanargmax(detector.decision_function(beats)) < 216)
    True
    """

    _shortest_window = 2
    _steps = 1500

    window: int | None = None
    units: int = 32
    code_size: int | None = None
    noise: float = 0.2
    level: str = "remove"
    epochs: int | None = None
    batch_size: int = 32
    learning_rate: float = 1e-2
    validation_fraction: float = 0.2
    patience: int | None = None
    time_budget: float | None = None
    missing: str = "raise"
    random_state: int | np.random.RandomState | None = 0
    verbose: bool = False
    forgetting: float | None = None

    def reconstruct(self, windows):
        """Windows as the network writes them again.

        Parameters
        ----------
        windows : ndarray of shape (m, window_, n_channels), or (m, window_) of one channel
            As :func:`helpers.windows.make_windows` cuts them.

        Returns
        -------
        ndarray of the same shape and in the same units

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before ``fit``.
        ValueError
            Windows of another shape.
        """
        self._check_fitted()
        windows = np.asarray(windows, np.float64)
        shape = (self.window_, self.n_channels_in_)
        if windows.shape[1:] != shape and (windows.shape[1:], shape[1]) != (shape[:1], 1):
            raise ValueError(
                f"Windows of shape (m, {shape[0]}, {shape[1]}) are needed, but got {windows.shape}: "
                "cut them with make_windows(X, detector.window_)."
            )
        inputs, _, level = self._inputs_and_targets(self._scaled(windows.reshape(-1, *shape)))
        return self._unscaled(self._outputs(inputs) + level).reshape(windows.shape)

    def _check_parameters(self):
        super()._check_parameters()
        if self.level not in ("keep", "remove"):
            raise ValueError(f"level={self.level!r}: it is 'keep' or 'remove'.")

    def _build(self, seed):
        from helpers.detectors.series.networks import autoencoder_network

        return autoencoder_network(self.window_, len(self.center_), self.units, self.code_size, float(self.noise), seed)

    def _inputs_and_targets(self, z):
        """And the level that was taken out of both."""
        level = z.mean(axis=1, keepdims=True) * np.float32(self.level == "remove")
        return z - level, z - level, level

    def _window_scores(self, windows):
        return self._errors(self._scaled(windows)).mean(axis=1) / self.usual_error_


def _robust_scale(values):
    """Median, and the width of the middle half as a standard deviation; it is never 0."""
    deviation = values.std(axis=0)
    middle_half = np.subtract(*np.percentile(values, [75, 25], axis=0)) / IQR_OF_NORMAL
    scale = np.where(middle_half > 0, np.maximum(middle_half, NARROWEST * deviation), deviation)
    return np.median(values, axis=0), not_zero(scale)
