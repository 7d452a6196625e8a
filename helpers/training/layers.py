"""Layers that compute what Keras's do, faster on a processor: `train` and `predict` put them in Keras's place.

LSTM: Keras walks through a window step by step, about a hundred small operations each; XLA merges them, but needs 2 to
10 s and some hundred MB to compile a network. TensorFlow's `BlockLSTM` does a whole window, and its gradient, in
compiled code that is there already.

Noise: left to choose the algorithm, XLA takes Philox, but works out its key anew for each number, 20 times the work
(50,000 numbers: 20 ms): noise on wide rows was nearly all of a step. Asked for Philox it does so once, and draws the
same numbers.
"""

import keras
import tensorflow as tf

__all__ = ["FusedLSTM", "PhiloxNoise", "fast_copy", "random_normal"]


def random_normal(shape, seeds, stddev=1.0, dtype="float32"):
    """Draw the numbers that `keras.random.normal` draws, much faster in a function that XLA compiles.

    Parameters
    ----------
    shape : tuple or tensor of int
    seeds : keras.random.SeedGenerator
        Moves on by one draw.
    stddev : float
    dtype : str

    Returns
    -------
    tf.Tensor of `shape`

    >>> ours, of_keras = keras.random.SeedGenerator(5), keras.random.SeedGenerator(5)
    >>> bool(tf.reduce_all(random_normal((2, 3), ours) == keras.random.normal((2, 3), seed=of_keras)))
    True
    """
    seed = tf.cast(tf.math.floormod(seeds.next(), tf.int32.max - 1), tf.int32)  # as Keras does
    return tf.random.stateless_normal(shape, seed, stddev=stddev, dtype=dtype, alg="philox")


class PhiloxNoise(keras.layers.Layer):
    """What a `keras.layers.GaussianNoise` layer adds while training, from the same seeds.

    Parameters
    ----------
    layer : keras.layers.GaussianNoise

    >>> noise = PhiloxNoise(keras.layers.GaussianNoise(0.5, seed=1))
    >>> same = keras.layers.GaussianNoise(0.5, seed=1)
    >>> bool(tf.reduce_all(noise(tf.zeros((2, 3)), training=True) == same(tf.zeros((2, 3)), training=True)))
    True
    """

    def __init__(self, layer):
        super().__init__(dtype=layer.dtype_policy)
        self.stddev, self.seed_generator = layer.stddev, getattr(layer, "seed_generator", None)
        self.supports_masking = True

    def call(self, inputs, training=False):
        """Add the noise, while training only."""
        if not training or self.stddev == 0:
            return inputs
        return inputs + random_normal(tf.shape(inputs), self.seed_generator, self.stddev, self.compute_dtype)


class FusedLSTM(keras.layers.RNN):
    """A `keras.layers.LSTM` layer as one operation, with the weights (the cell) of that layer. XLA cannot compile it.

    Under a mask, and while training with dropout, it goes step by step, as Keras does.

    Parameters
    ----------
    layer : keras.layers.LSTM
        With the usual activations and a bias, in float32, neither stateful nor unrolled.

    >>> layer, windows = keras.layers.LSTM(2), tf.random.normal((3, 5, 1))
    >>> bool(tf.reduce_max(tf.abs(layer(windows) - FusedLSTM(layer)(windows))) < 1e-6)
    True
    """

    def __init__(self, layer):
        options = ("return_sequences", "return_state", "go_backwards")
        super().__init__(layer.cell, **{name: getattr(layer, name) for name in options}, dtype=layer.dtype_policy)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Return the last output, all outputs, and the last states."""
        if mask is not None or (training and (self.cell.dropout or self.cell.recurrent_dropout)):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        steps = tf.transpose(sequences, [1, 0, 2])
        steps = tf.reverse(steps, [0]) if self.go_backwards else steps
        outputs, memories = _block(self.cell, steps, *initial_state)
        return outputs[-1], tf.transpose(outputs, [1, 0, 2]), [outputs[-1], memories[-1]]


def _block(cell, steps, output, memory):
    """Outputs and memory cells (n_steps, n, units) of windows (n_steps, n, n_channels)."""
    no_peephole = tf.zeros([cell.units])
    block = tf.raw_ops.BlockLSTM(  # not V2: TensorFlow 2.21 computes wrong gradients for it
        seq_len_max=tf.shape(steps, tf.int64)[0],
        x=steps,
        cs_prev=memory,
        h_prev=output,
        w=_order_of_block(tf.concat([cell.kernel, cell.recurrent_kernel], axis=0)),
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        b=_order_of_block(tf.convert_to_tensor(cell.bias)),
        forget_bias=0.0,  # Keras has it in the bias
        cell_clip=-1.0,
    )
    return block.h, block.cs


def _order_of_block(weights):
    """Keras orders the gates input, forget, candidate, output; BlockLSTM input, candidate, forget, output."""
    i, f, c, o = tf.split(weights, 4, axis=-1)
    return tf.concat([i, c, f, o], axis=-1)


def fast_copy(model, xla=False):
    """Make a network to compute with instead of `model`, of its layers and so its weights, the slow ones replaced.

    Parameters
    ----------
    model : keras.Model, built
    xla : bool
        Whether XLA will compile it: then noise is drawn by Philox, else LSTM layers run fused.

    Returns
    -------
    keras.Model
        `model` itself if no layer has a fast one, or if it is a class of its own, whose ways are not known.

    >>> model = keras.Sequential([keras.Input((5, 1)), keras.layers.LSTM(2), keras.layers.Dense(1)])
    >>> [type(layer).__name__ for layer in fast_copy(model).layers]
    ['FusedLSTM', 'Dense']
    >>> fast_copy(model).layers[1] is model.layers[1]
    True
    """
    slow, fast = (keras.layers.GaussianNoise, PhiloxNoise) if xla else (keras.layers.LSTM, FusedLSTM)
    known = type(model).__module__.startswith("keras.")
    if not known or not any(type(layer) is slow for layer in model._flatten_layers()):
        return model

    def chosen(layer):
        return fast(layer) if type(layer) is slow and (xla or _is_usual(layer)) else layer

    return keras.models.clone_model(model, clone_function=chosen, recursive=True)


def _is_usual(layer):
    cell = layer.cell
    return (
        cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and cell.use_bias
        and not (layer.unroll or layer.stateful)
        and layer.compute_dtype == "float32"
    )
