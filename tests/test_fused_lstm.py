"""LSTM layers as one operation: the numbers of Keras, forwards and backwards, and Keras's way where they differ."""

import gc
import random
import weakref

from helpers.training import layers
from helpers.training.layers import FusedLSTM, fast_copy
from helpers.training.loop import predict, set_seed, train

import keras
import numpy as np
import pytest
import tensorflow as tf

WINDOWS = np.random.default_rng(0).normal(size=(20, 12, 3)).astype(np.float32)


def outputs_and_gradients(layer, windows=WINDOWS, **call):
    windows = tf.constant(windows)
    with tf.GradientTape() as tape:
        tape.watch(windows)
        outputs = tf.nest.flatten(layer(windows, **call))
        value = sum(tf.reduce_sum(tf.sin(3 * output)) for output in outputs)
    return [*outputs, *tape.gradient(value, [windows, *layer.trainable_variables])]


def same(first, second):
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("options", [
    {}, {"return_sequences": True}, {"go_backwards": True, "return_sequences": True}, {"return_state": True},
    {"unit_forget_bias": False}, {"dropout": 0.5},
])  # fmt: skip
def test_outputs_and_gradients_are_those_of_keras(options, monkeypatch):
    layer = keras.layers.LSTM(5, bias_initializer="random_normal", **options)
    layer.build(WINDOWS.shape)
    initial_state = [tf.fill((20, 5), 0.3), tf.fill((20, 5), -0.2)]
    slow = outputs_and_gradients(layer, initial_state=initial_state)
    monkeypatch.setattr(keras.layers.RNN, "inner_loop", None)  # must not be needed
    assert same(slow, outputs_and_gradients(FusedLSTM(layer), initial_state=initial_state))


def copy_of(layer):
    """The layer that computes in the place of `layer`."""
    return fast_copy(keras.Sequential([keras.Input((12, 3)), layer])).layers[0]


def test_a_bidirectional_layer_runs_as_keras_has_it():
    set_seed(0)
    layer = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    assert copy_of(layer) is layer
    model = keras.Sequential([keras.Input((12, 3)), layer, keras.layers.Dense(3)])
    assert np.allclose(predict(model, WINDOWS), model(WINDOWS), atol=1e-5)
    history = train(model, WINDOWS, epochs=25)
    assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize("options", [
    {"activation": "relu"}, {"recurrent_activation": "hard_sigmoid"}, {"use_bias": False}, {"unroll": True},
    {"dtype": "float64"}, {"stateful": True},
])  # fmt: skip
def test_unusual_layers_run_as_keras_has_them(options):
    inputs = keras.Input(batch_shape=(20, 12, 3))
    layer = keras.layers.LSTM(5, **options)
    assert fast_copy(keras.Model(inputs, layer(inputs))).layers[1] is layer


def test_masks_and_dropout_run_as_keras_has_them(monkeypatch):
    monkeypatch.setattr(layers, "_block", None)  # must not be needed
    mask = np.arange(12) < np.arange(20)[:, None]
    layer = keras.layers.LSTM(5)
    assert np.array_equal(layer(WINDOWS, mask=mask), FusedLSTM(layer)(WINDOWS, mask=mask))
    assert FusedLSTM(keras.layers.LSTM(5, dropout=0.5))(WINDOWS, training=True).shape == (20, 5)


def test_the_copy_shares_the_weights_and_the_random_state_and_leaves_the_model_as_it_was():
    inner = keras.Sequential([keras.Input((12, 4)), keras.layers.LSTM(4), keras.layers.Dense(3)], name="inner")
    inputs = keras.Input((12, 3))
    model = keras.Model(inputs, inner(keras.layers.LSTM(4, return_sequences=True)(inputs)))
    lines, lines_after = [], []
    model.summary(print_fn=lines.append, expand_nested=True)
    before = random.getstate()
    copy = fast_copy(model)
    assert random.getstate() == before
    assert [type(layer).__name__ for layer in copy._flatten_layers()].count("FusedLSTM") == 2
    assert {id(weight) for weight in copy.weights} == {id(weight) for weight in model.weights}
    model.summary(print_fn=lines_after.append, expand_nested=True)
    assert lines == lines_after and "FusedLSTM" not in model.to_json()


def test_a_model_of_a_class_of_its_own_trains_as_it_is():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.lstm, self.dense = keras.layers.LSTM(4), keras.layers.Dense(3)

        def call(self, windows):
            return self.dense(self.lstm(windows))

    model = Own()
    history = train(model, WINDOWS, WINDOWS[:, -1], epochs=3)
    assert history.loss[-1] < history.loss[0] and fast_copy(model) is model


def test_predict_frees_a_model_that_has_a_copy():
    model = network()
    predict(model, WINDOWS)
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is None


def network():
    set_seed(0)
    return keras.Sequential([keras.Input((12, 3)), keras.layers.LSTM(8), keras.layers.Dense(3)])


def test_training_takes_the_steps_of_keras(monkeypatch):
    ours, plain = network(), network()
    monkeypatch.setattr("helpers.training.loop._Stepper._order", lambda self: np.arange(20))
    train(ours, WINDOWS, WINDOWS[:, -1], epochs=12, batch_size=10)  # 24 steps: compiled
    plain.compile("adam", "mse", jit_compile=False)
    plain.fit(WINDOWS, WINDOWS[:, -1], epochs=12, batch_size=10, shuffle=False, verbose=0)
    for a, b in zip(ours.get_weights(), plain.get_weights(), strict=True):
        assert np.allclose(a, b, atol=1e-4)
    assert np.allclose(predict(ours, WINDOWS), plain(WINDOWS), atol=1e-4)


def test_training_and_prediction_are_fused(monkeypatch):
    used, block = [], layers._block
    monkeypatch.setattr(layers, "_block", lambda *arguments: used.append(1) or block(*arguments))
    train(network(), WINDOWS, WINDOWS[:, -1], epochs=1)
    n_training = len(used)
    predict(network(), WINDOWS)
    assert 0 < n_training < len(used)


def test_xla_when_it_is_asked_for():
    history = train(network(), WINDOWS, WINDOWS[:, -1], epochs=25, jit_compile=True)
    assert history.loss[-1] < history.loss[0]


def test_a_windows_output_does_not_depend_on_its_neighbours():
    model, many = network(), np.tile(WINDOWS, (40, 1, 1))  # 800 windows, more than a block
    together = predict(model, many)
    assert np.array_equal(together[:20], together[-20:])
    assert np.array_equal(np.concatenate([predict(model, window[None]) for window in WINDOWS]), together[:20])
