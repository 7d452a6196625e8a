"""The training loop: what it learns, when it stops, what it leaves behind."""

import _thread
import signal
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

from helpers.training.layers import PhiloxNoise, fast_copy
from helpers.training.loop import TimeBudgetWarning, TrainingDiverged, predict, run_steps, set_seed, train

import keras
import numpy as np
import pytest
import tensorflow as tf

rng = np.random.default_rng(0)
X = (rng.normal(size=(200, 2)) @ rng.normal(size=(2, 6))).astype(np.float32)


def network(*extra):
    set_seed(0)
    return keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(16, activation="relu"), *extra, keras.layers.Dense(6)]
    )


def mean_squared_error(model, rows=X):
    return float(np.mean((predict(model, rows) - rows) ** 2))


def test_the_same_steps_as_keras(monkeypatch):
    """In one fixed order, weights after three epochs are those of plain fit."""
    ours, plain = network(), network()
    monkeypatch.setattr("helpers.training.loop._Stepper._order", lambda self: np.arange(200))
    train(ours, X, epochs=3, batch_size=40)
    plain.compile("adam", "mse")
    plain.fit(X, X, epochs=3, batch_size=40, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), plain.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-5)


@pytest.mark.parametrize("epochs", [2, 30], ids=["without compiling", "compiled"])
def test_same_seed_same_bits(epochs):
    runs = []
    for seed in (1, 1, 2):
        model = network(keras.layers.Dropout(0.1, seed=5))
        history = train(model, X, epochs=epochs, seed=seed, validation_data=X[:50])
        runs.append((history.loss, history.validation_loss, predict(model, X).tobytes()))
    assert runs[0] == runs[1] != runs[2]


def test_global_random_state_is_left_alone():
    model = network()
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    train(model, X, epochs=2)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_targets_need_not_be_the_inputs():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    targets = X @ np.arange(6.0)[:, None] + 1
    history = train(model, X, targets, epochs=60, optimizer=keras.optimizers.Adam(0.1), loss="mse")
    assert history.loss[-1] < 0.01 * history.loss[0]


def test_every_row_is_seen_each_epoch():
    seen = tf.Variable(tf.zeros(7, tf.int32))

    def step(rows):
        seen.assign(tf.tensor_scatter_nd_add(seen, rows[:, None], tf.ones_like(rows)))
        return tf.constant(0.0)

    for epochs in (1, 20):
        seen.assign(tf.zeros(7, tf.int32))
        run_steps(step, 7, batch_size=3, epochs=epochs)
        assert seen.numpy().min() >= epochs and seen.numpy().sum() == 9 * epochs


def test_orders_differ_between_epochs():
    orders = tf.Variable(tf.zeros(100))

    def step(rows):
        orders.assign(tf.cast(rows, tf.float32))
        return orders[0]

    assert len(set(run_steps(step, 100, batch_size=100, epochs=10).loss)) > 5


def counting(weight):
    """A step that adds 1 to the weight."""

    def step(rows):
        weight.assign_add(1.0)
        return weight + 0.0

    return step


def test_early_stopping_keeps_the_best_weights():
    values = iter([3.0, 1.0, 2.0, 2.0, 5.0, 0.0])
    weight = tf.Variable(0.0)
    history = run_steps(
        counting(weight), 4, batch_size=4, variables=[weight], validate=lambda: next(values), patience=3
    )
    assert history.stopped == "early stopping" and history.best_epoch == 1
    assert history.validation_loss == [3.0, 1.0, 2.0, 2.0, 5.0] and history.loss == [1, 2, 3, 4, 5]
    assert weight.numpy() == 2.0


def test_after_epoch_sees_the_weights_and_chooses_nothing():
    seen, weight = [], tf.Variable(0.0)
    history = run_steps(
        counting(weight),
        4,
        batch_size=4,
        epochs=3,
        variables=[weight],
        after_epoch=lambda: seen.append(float(weight.numpy())) or -len(seen),
    )
    assert seen == [1, 2, 3] and weight.numpy() == 3
    assert history.best_epoch == 2 and history.validation_loss == []


def test_after_epoch_beside_a_validation():
    seen, weight, values = [], tf.Variable(0.0), iter([3.0, 1.0, 2.0])
    history = run_steps(
        counting(weight),
        4,
        batch_size=4,
        epochs=3,
        variables=[weight],
        validate=lambda: seen.append("validated") or next(values),
        after_epoch=lambda: seen.append("looked"),
    )
    assert seen == 3 * ["validated", "looked"]
    assert history.best_epoch == 1 and weight.numpy() == 2


def test_after_epoch_is_called_when_the_budget_ends_an_epoch():
    seen = []
    with pytest.warns(TimeBudgetWarning):
        history = run_steps(
            counting(tf.Variable(0.0)),
            4,
            batch_size=4,
            epochs=10**9,
            time_budget=0.5,
            after_epoch=lambda: seen.append(1),
        )
    assert 0 < len(seen) == len(history.loss)


def test_validation_loss_is_that_of_the_kept_weights():
    model = network()
    history = train(model, X[:150], epochs=40, validation_data=X[150:], patience=5)
    assert min(history.validation_loss) == pytest.approx(mean_squared_error(model, X[150:]), rel=1e-5)
    assert history.validation_loss[history.best_epoch] == min(history.validation_loss)


def test_time_budget_stops_and_says_so():
    model = network()
    with pytest.warns(TimeBudgetWarning, match="budget of 1 s ended training"):
        history = train(model, X, epochs=10**6, time_budget=1)
    assert history.stopped == "time budget" and history.seconds < 10  # a million epochs take an hour
    assert mean_squared_error(model) < mean_squared_error(network())


def test_a_budget_that_suffices_is_not_mentioned():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert train(network(), X, epochs=2, time_budget=600).stopped == "epochs"


def test_a_diverging_loss_stops_at_once():
    calls = []
    with pytest.raises(TrainingDiverged, match=r"nan in epoch 1.*not scaled.*learning rate"):
        run_steps(lambda rows: calls.append(1) or tf.constant(np.nan), 10, batch_size=10, epochs=20)
    assert len(calls) == 1
    with pytest.raises(TrainingDiverged, match="validation loss"):
        run_steps(lambda rows: tf.constant(0.0), 10, epochs=5, validate=lambda: float("inf"))


def test_an_interrupt_gets_through_and_training_works_again():
    timer = threading.Timer(2, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        train(network(), X, epochs=10**6, time_budget=120)  # a lost interrupt must not hold up the tests
    timer.join()
    assert train(network(), X, epochs=2).stopped == "epochs"


@pytest.mark.parametrize("presses", [1, 2])
def test_an_interrupt_waits_for_a_safe_point_and_a_second_one_does_not(presses):
    pressed, before = [], signal.getsignal(signal.SIGINT)

    def press():
        for _ in range(presses):
            signal.raise_signal(signal.SIGINT)
        pressed.append("went on")
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        run_steps(lambda rows: tf.constant(0.0), 10, epochs=50, validate=press)
    assert pressed == (["went on"] if presses == 1 else []) and signal.getsignal(signal.SIGINT) is before


def test_training_outside_the_main_thread_works():
    with ThreadPoolExecutor(1) as pool:
        history = pool.submit(train, network(), X, epochs=2).result()
    assert len(history.loss) == 2


def test_no_new_compilation_for_each_call(monkeypatch):
    """With tf.range, XLA compiled anew for each start and stop; a hundred chunks took minutes."""
    monkeypatch.setattr(
        "helpers.training.loop._Stepper._pace",
        lambda self, n, seconds: setattr(self, "steps_a_call", self.steps_a_call % 7 + 1),
    )
    monkeypatch.setattr("helpers.training.loop.FIRST_STEPS", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TimeBudgetWarning)
        assert train(network(), X, batch_size=1, epochs=2, time_budget=30).stopped == "epochs"


def test_convolutions_train():
    images = rng.random((20, 8, 8, 1), dtype=np.float32)
    set_seed(0)
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3, padding="same")])
    history = train(model, images, epochs=30)
    assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": 0}, "epochs is a whole number"),
        ({"batch_size": 2.5}, "batch_size is a whole number"),
        ({"patience": 3}, "patience watches the loss on validation_data"),
        ({"time_budget": 0}, "time_budget is a positive"),
        ({"targets": X[:5]}, "200 inputs and 5 targets"),
        ({"validation_data": X[:0]}, "validation_data: 0 inputs"),
    ],
)
def test_unfit_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        train(network(), X, **arguments)


@pytest.mark.parametrize("n", [0, 1, 63, 64, 8192, 8193, 20000])
def test_predict_is_the_model(n):
    model, rows = network(), rng.normal(size=(n, 6)).astype(np.float32)
    outputs = predict(model, rows)
    assert outputs.shape == (n, 6) and outputs.dtype == np.float32
    if n:
        assert np.allclose(outputs, model(rows), atol=1e-5)


def test_a_rows_output_does_not_depend_on_its_neighbours():
    model = network()
    together = predict(model, X)
    assert np.array_equal(np.concatenate([predict(model, row[None]) for row in X]), together)
    assert np.array_equal(predict(model, X[::-1])[::-1], together)


def test_predict_follows_the_weights_and_frees_the_model():
    import gc
    import weakref

    model = network()
    before = predict(model, X)
    train(model, X, epochs=2)
    assert not np.array_equal(predict(model, X), before)
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None


SCRIPT = """
import helpers
from helpers.training.loop import train
import numpy as np
import keras
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
for verbose in (None, False):
    train(model, np.ones((300, 3)), epochs=5, verbose=verbose, validation_data=np.ones((3, 3)), patience=9)
"""


def test_nothing_is_printed():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_noise_is_drawn_by_philox(monkeypatch):
    """Left alone, XLA takes its own way, 20 times as long on a processor."""
    drawn, original = [], tf.random.stateless_normal

    def watched(*arguments, **options):
        drawn.append(options.get("alg"))
        return original(*arguments, **options)

    monkeypatch.setattr(tf.random, "stateless_normal", watched)
    model = network(keras.layers.GaussianNoise(0.1, seed=5))
    drawn.clear()
    train(model, X, epochs=30)
    assert set(drawn) == {"philox"}


def test_noise_is_that_of_keras_in_xla_and_goes_on_from_the_layers_seeds():
    def drawn(layer):
        add = tf.function(lambda: layer(tf.zeros((3, 5)), training=True), jit_compile=True)
        return [add().numpy().tolist() for _ in range(2)]

    ours, plain = [keras.layers.GaussianNoise(0.1, seed=5) for _ in range(2)]
    copy = fast_copy(network(ours), xla=True)
    assert [type(layer) for layer in copy.layers].count(PhiloxNoise) == 1
    first, second = drawn(copy.layers[1])
    assert [first, second] == drawn(plain) and first != second
    assert ours.seed_generator.state.numpy().tolist() == plain.seed_generator.state.numpy().tolist()


def test_the_rows_are_no_constants_of_the_compiled_function(monkeypatch):
    """As constants they would be compiled too, and kept after training; nor is it traced anew each epoch."""
    from helpers.training import loop

    made, original = [], loop._Stepper.__init__
    monkeypatch.setattr(loop._Stepper, "__init__", lambda self, *a: made.append(self) or original(self, *a))
    train(network(), np.tile(X, (20, 1)), epochs=5, jit_compile=True)
    (stepper,) = made
    scalar = tf.constant(0)
    traced = stepper.run.get_concrete_function(tf.zeros(4000, tf.int32), scalar, scalar, tf.constant(0.0))
    assert stepper.run.experimental_get_tracing_count() == 1
    assert len(traced.graph.as_graph_def().SerializeToString()) < X.nbytes * 20
