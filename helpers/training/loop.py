"""Training small Keras networks fast: many steps a call, early stopping, a time budget, a bar that clears itself.

`train(model, inputs, targets, validation_data=..., patience=...)` does what `model.fit` does for a small network,
several times faster: the rows stay in TensorFlow's memory and whole epochs run inside one compiled function.
`predict(model, inputs)` scores in big batches. `run_steps(step, n_rows, ...)` is the loop alone, for networks that
need their own step (a GAN trains two at once): `step(rows)` gets row positions, changes weights, returns a loss.

Nothing here touches the global random state except `set_seed`; the order of the rows follows from `seed` alone.
Give layers their own seeds, or call `set_seed` before building them, and two runs on one machine are bit-equal.
"""

import math
import time
import warnings
import weakref
from dataclasses import dataclass, field
from functools import partial

from helpers.training.interrupts import interrupts_deferred, raise_deferred
from helpers.training.layers import fast_copy
from helpers.training.progress import progress_bar

import keras
import numpy as np
import tensorflow as tf

__all__ = ["History", "TimeBudgetWarning", "TrainingDiverged", "predict", "run_steps", "set_seed", "train"]

# TensorFlow warns that building several small networks in a row is slow; here it is meant.
tf.get_logger().setLevel("ERROR")

SECONDS_A_CALL = 0.25  # how long an interrupt or the end of the time budget may have to wait
FIRST_STEPS = 20  # fewer steps than this in all run without compiling: that would take longer than the steps
ROWS_A_BLOCK = 8192
WINDOWS_A_BLOCK = 512  # LSTM layers keep all they compute for every step of a window
ROWS_A_PANEL = 64


class TrainingDiverged(ArithmeticError):
    """The loss became NaN or infinite: the weights are worthless."""


class TimeBudgetWarning(UserWarning):
    """Training stopped because its `time_budget` was used up."""


@dataclass
class History:
    """What happened in a training.

    Attributes
    ----------
    loss : list of float
        Mean training loss of each epoch. (As in Keras, measured while the weights change.)
    validation_loss : list of float
        The same for the validation data after each epoch; empty without validation data.
    best_epoch : int
        Position of the epoch whose weights were kept: the lowest validation loss, or the last epoch.
    stopped : str
        "epochs" (all were run), "early stopping" or "time budget".
    seconds : float
        Wall-clock time, compilation included.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    best_epoch: int = -1
    stopped: str = "epochs"
    seconds: float = 0.0


def set_seed(seed):
    """Seed Python, numpy and TensorFlow, so that what follows comes out the same again on this machine.

    Parameters
    ----------
    seed : int

    >>> set_seed(7); first = np.random.uniform()
    >>> set_seed(7); first == np.random.uniform()
    True
    """
    keras.utils.set_random_seed(seed)


def train(
    model,
    inputs,
    targets=None,
    *,
    validation_data=None,
    loss="mse",
    optimizer=None,
    patience=None,
    jit_compile=None,
    **options,
):
    """Train a network in place, on rows in a new order each epoch. Built by hand in lesson 04.

    Parameters
    ----------
    model : keras.Model
        Built or unbuilt; needs no `compile`, and what `compile` was given is not used.
    inputs : array of shape (n, ...)
        Read as float32.
    targets : array of shape (n, ...) or None
        None for an autoencoder, whose targets are its inputs.
    validation_data : array, pair (inputs, targets) or None
        With it, the weights of the epoch with the lowest validation loss are kept.
    loss : str or function
        A name that Keras knows, or a function of (targets, outputs); averaged over everything it returns.
    optimizer : keras.optimizers.Optimizer or None
        None takes Adam with Keras's default rate.
    patience : int or None
        Stop after so many epochs without a lower validation loss; None never does.
    jit_compile : bool or None
        XLA; None uses it unless the network has convolutions, which XLA makes slower in a loop, or LSTM layers, which
        are fast without (:mod:`helpers.training.layers`).
    **options
        batch_size (32), epochs (100), time_budget, seed and verbose, as in :func:`run_steps`.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        For unfit arguments.
    TrainingDiverged
        If the loss becomes NaN or infinite. After that, or after an interrupt, the weights are not to be used.

    >>> set_seed(0)
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1), keras.layers.Dense(2)])
    >>> x = np.linspace(-1, 1, 64)
    >>> history = train(model, np.column_stack([x, 2 * x]), epochs=50, optimizer=keras.optimizers.Adam(0.03))
    >>> history.loss[-1] < history.loss[0] / 100
    True
    """
    inputs, targets = _pair(inputs if targets is None else (inputs, targets), "inputs")
    measure, validate = keras.losses.get(loss), None
    if validation_data is not None:
        validate = partial(_mean_loss, model, measure, *_pair(validation_data, "validation_data"))
    elif patience is not None:
        raise ValueError("patience watches the loss on validation_data: pass some, or leave patience out.")
    xla = not (_has(model, "Conv") or _has(model, "LSTM")) if jit_compile is None else jit_compile
    step = _step(model, inputs, targets, measure, optimizer or keras.optimizers.Adam(), xla)
    options |= {"validate": validate, "patience": patience, "jit_compile": xla}
    return run_steps(step, len(inputs), variables=model.variables, **options)


def run_steps(
    step,
    n_rows,
    *,
    variables=(),
    validate=None,
    after_epoch=None,
    batch_size=32,
    epochs=100,
    patience=None,
    time_budget=None,
    seed=0,
    verbose=None,
    jit_compile=True,
):
    """Run the training loop alone: early stopping, time budget and progress bar around any `step`.

    Parameters
    ----------
    step : function
        Of an int32 tensor with `batch_size` row positions (all `n_rows` if there are fewer). It changes the weights
        and returns a scalar loss tensor. It is traced by TensorFlow: create no variables in it.
    n_rows : int
        How many rows there are to choose from.
    variables : sequence of variables of Keras or TensorFlow
        What to put back to the best epoch's values.
    validate : function or None
        Called after each epoch; the lower its number, the better. None keeps the last epoch.
    after_epoch : function or None
        Called last in each epoch, the one that a time budget cuts short too; what it returns is not used.
    batch_size : int
        Rows a step; an epoch has ceil(n_rows / batch_size) steps, the last one filled up with other rows.
    epochs : int
        The most that are run.
    patience : int or None
        Stop after so many epochs without a lower number from `validate`; None never does.
    time_budget : float or None
        Seconds, compilation included. Training stops in time, keeps the best weights so far and says so with a
        TimeBudgetWarning.
    seed : int
        The order of the rows.
    verbose : bool or None
        Progress bar; None shows it in notebooks only. TQDM_DISABLE=1 in the environment silences every bar.
    jit_compile : bool
        XLA.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        For unfit arguments.
    TrainingDiverged
        If the loss becomes NaN or infinite.

    Notes
    -----
    Draw random numbers in a step with :func:`helpers.training.layers.random_normal`, or with
    ``tf.random.stateless_normal(shape, seeds.next(), alg="philox")``: XLA takes 20 times as long for the same numbers
    by ``keras.random.normal``.

    >>> weight = tf.Variable(0.0)
    >>> values = tf.constant([1.0, 2.0, 3.0])
    >>> def step(rows):
    ...     gap = tf.reduce_mean(tf.gather(values, rows)) - weight
    ...     weight.assign_add(0.5 * gap)
    ...     return gap**2
    >>> run_steps(step, 3, batch_size=3, epochs=10).stopped, round(float(weight.numpy()), 2)
    ('epochs', 2.0)
    """
    _check_numbers(n_rows=n_rows, batch_size=batch_size, epochs=epochs, patience=patience, time_budget=time_budget)
    clock, history, best = _Clock(time_budget), History(), _Best(variables, validate is not None)
    stepper = _Stepper(step, n_rows, min(batch_size, n_rows), epochs, seed, jit_compile)
    with interrupts_deferred(), progress_bar(verbose, total=epochs, unit="epoch", delay=0.5) as bar:
        while history.stopped == "epochs" and len(history.loss) < epochs:
            history.loss.append(_finite(stepper.epoch(clock), "loss", history))
            if validate is not None:
                history.validation_loss.append(_finite(float(validate()), "validation loss", history))
            best.see(history)
            if after_epoch is not None:
                after_epoch()
            bar.update()
            history.stopped = _reason_to_stop(history, patience, clock.is_up() and stepper.left(epochs))
    best.restore()
    history.seconds = clock.elapsed()
    _warn_if_cut_short(history, epochs, time_budget)
    return history


def predict(model, inputs):
    """Compute the network's outputs in big batches: `model.predict` without its overhead.

    Parameters
    ----------
    model : keras.Model
    inputs : array of shape (n, ...)

    Returns
    -------
    ndarray of shape (n, ...), float32
        A row's output does not depend on the rows beside it.

    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer="ones")])
    >>> predict(model, np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[3.0], [7.0]]
    """
    inputs = np.asarray(inputs)
    function = _compiled_call(model, inputs.shape[1:])
    size = _block_size(model)
    parts = [function(tf.constant(_panel(inputs[i : i + size]))).numpy() for i in range(0, max(len(inputs), 1), size)]
    return (parts[0] if len(parts) == 1 else np.concatenate(parts))[: len(inputs)]


_compiled_calls = weakref.WeakKeyDictionary()


def _compiled_call(model, shape):
    """One traced function for all batch sizes, kept as long as the model lives."""
    if model not in _compiled_calls:
        network = fast_copy(_built(model, shape))
        # a strong reference to the model itself would keep it alive for ever
        reference = weakref.ref(model) if network is model else lambda: network

        def call(batch):
            return reference()(batch, training=False)

        signature = [tf.TensorSpec([None, *shape], tf.float32)]
        _compiled_calls[model] = tf.function(call, input_signature=signature, autograph=False)
    return _compiled_calls[model]


def _panel(rows):
    """Rows padded to whole panels: matrix products treat the rows of a rest differently, in the last digits."""
    padded = np.zeros((max(1, math.ceil(len(rows) / ROWS_A_PANEL)) * ROWS_A_PANEL, *rows.shape[1:]), np.float32)
    padded[: len(rows)] = rows
    return padded


def _pair(data, name):
    inputs, targets = data if isinstance(data, tuple) else (data, data)
    if len(inputs) != len(targets) or len(inputs) == 0:
        raise ValueError(
            f"{name}: {len(inputs)} inputs and {len(targets)} targets; both need the same rows, at least one."
        )
    first = tf.constant(np.asarray(inputs, np.float32))
    return first, first if targets is inputs else tf.constant(np.asarray(targets, np.float32))


def _step(model, inputs, targets, measure, optimizer, xla):
    network, weights = fast_copy(_built(model, inputs.shape[1:]), xla), model.trainable_variables
    optimizer.build(weights)

    def step(rows):
        with tf.GradientTape() as tape:
            outputs = network(tf.gather(inputs, rows), training=True)
            value = tf.reduce_mean(measure(tf.gather(targets, rows), outputs))
        optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))
        return value

    return step


def _mean_loss(model, measure, inputs, targets):
    total, size = 0.0, _block_size(model)
    for start in range(0, len(inputs), size):
        block = slice(start, start + size)
        values = measure(targets[block], _compiled_call(model, inputs.shape[1:])(inputs[block]))
        total += float(tf.reduce_mean(values)) * len(inputs[block])
    return total / len(inputs)


def _built(model, shape):
    if not model.built:
        model(tf.zeros((1, *shape)))
    return model


def _block_size(model):
    return WINDOWS_A_BLOCK if _has(model, "LSTM") else ROWS_A_BLOCK


def _has(model, kind):
    return any(kind in type(layer).__name__ for layer in model._flatten_layers())


class _Stepper:
    """Runs the steps of an epoch, as many a call as fit into a fraction of a second."""

    def __init__(self, step, n_rows, batch_size, epochs, seed, jit_compile):
        self.n_rows, self.batch_size = n_rows, batch_size
        self.n_steps = math.ceil(n_rows / batch_size)
        self.rng = np.random.default_rng(seed)
        self.steps_a_call = FIRST_STEPS
        self.warm, self.steps_done = False, 0
        self.run = _many(step, batch_size)
        if self.n_steps * epochs > FIRST_STEPS:
            self.run = tf.function(self.run, jit_compile=jit_compile)

    def epoch(self, clock):
        """The mean loss of one epoch, or of its part before the time budget ended."""
        order = tf.constant(self._order(), tf.int32)
        total, done = tf.constant(0.0), 0
        while done < self.n_steps and not (done and clock.is_up()):
            stop = min(done + self.steps_a_call, self.n_steps)
            start_time = time.perf_counter()
            # the running sum goes in and comes out, so that it does not depend on where calls begin and end
            total = self.run(order, tf.constant(done), tf.constant(stop), total)
            value = float(total)
            raise_deferred()
            if not math.isfinite(value):
                return value
            self._pace(stop - done, time.perf_counter() - start_time)
            done = stop
        self.steps_done += done
        return value / done

    def left(self, epochs):
        """Whether steps of these epochs were left out so far."""
        return self.steps_done < epochs * self.n_steps

    def _order(self):
        order = self.rng.permutation(self.n_rows)
        return np.resize(order, self.n_steps * self.batch_size)  # the last batch is filled up from the start

    def _pace(self, n_steps, seconds):
        if self.warm:
            self.steps_a_call = max(1, int(n_steps * SECONDS_A_CALL / seconds))
        self.warm = True  # the first call compiles, and tells nothing about speed


def _many(step, batch_size):
    def run(order, start, stop, total):
        # a counter, not tf.range: XLA would compile anew for each value of start and stop
        while start < stop:
            rows = tf.reshape(tf.slice(order, [start * batch_size], [batch_size]), [batch_size])
            total += step(rows)
            start += 1
        return total

    return run


class _Best:
    """The weights of the best epoch so far."""

    def __init__(self, variables, watching):
        self.variables, self.values = (list(variables) if watching else []), None

    def see(self, history):
        losses = history.validation_loss
        if not losses or losses[-1] < min(losses[:-1], default=math.inf):
            history.best_epoch = len(history.loss) - 1
            self.values = [variable.numpy() for variable in self.variables]

    def restore(self):
        for variable, value in zip(self.variables, self.values, strict=True):
            variable.assign(value)


class _Clock:
    def __init__(self, budget):
        self.budget, self.start = budget, time.perf_counter()

    def elapsed(self):
        return time.perf_counter() - self.start

    def is_up(self):
        return self.budget is not None and self.elapsed() >= self.budget


def _reason_to_stop(history, patience, out_of_time):
    if patience is not None and len(history.loss) - 1 - history.best_epoch >= patience:
        return "early stopping"
    return "time budget" if out_of_time else "epochs"


def _finite(value, name, history):
    if math.isfinite(value):
        return value
    raise TrainingDiverged(
        f"The {name} became {value} in epoch {max(1, len(history.loss))}, so training stopped. Usual causes: "
        "inputs that are not scaled (standardise them), a learning rate that is too high (try a tenth of it), "
        "or a loss that takes the logarithm of zero or of a negative number."
    )


def _warn_if_cut_short(history, epochs, time_budget):
    if history.stopped != "time budget":
        return
    warnings.warn(
        f"The time budget of {time_budget:g} s ended training in epoch {len(history.loss)} of {epochs}; the weights "
        f"are those of epoch {history.best_epoch + 1}. More time may give a better network.",
        TimeBudgetWarning,
        stacklevel=4,
    )


def _check_numbers(time_budget, patience, **counts):
    for name, value in {**counts, **({} if patience is None else {"patience": patience})}.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} is a whole number of at least 1, not {value!r}.")
    if time_budget is not None and not time_budget > 0:
        raise ValueError(f"time_budget is a positive number of seconds, not {time_budget!r}.")
