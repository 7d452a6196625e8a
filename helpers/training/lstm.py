"""LSTM layers as one operation of TensorFlow: the same numbers, no loop over the time steps, nothing to compile.

On a processor Keras walks through a window step by step, about a hundred small operations each; XLA merges them, but
needs 2 to 10 s and some hundred MB to compile a network. TensorFlow's `BlockLSTM` does a whole window, and its
gradient, in compiled code that is there already. `training.train` and `training.predict` use it by themselves.
"""

from contextlib import contextmanager
from unittest import mock

import keras
import tensorflow as tf

__all__ = ["fused_lstm"]

_loop_of_keras = keras.layers.LSTM.inner_loop


@contextmanager
def fused_lstm():
    """Within it, calling or tracing a network runs its `keras.layers.LSTM` layers fused, where they allow it.

    Layers with other activations than the usual ones, dropout, a mask, `unroll` or another precision than float32 run
    as Keras has them. XLA cannot compile fused layers.

    >>> layer, windows = keras.layers.LSTM(2), tf.random.normal((3, 5, 1))
    >>> slow = layer(windows)
    >>> with fused_lstm():
    ...     fast = layer(windows)
    >>> bool(tf.reduce_max(tf.abs(fast - slow)) < 1e-6)
    True
    """
    with mock.patch.object(keras.layers.LSTM, "inner_loop", _inner_loop):
        yield


def _inner_loop(layer, sequences, initial_state, mask, training=False):
    """What `keras.layers.LSTM.inner_loop` returns: the last output, all outputs, the last states."""
    if not _is_usual(layer, mask, training):
        return _loop_of_keras(layer, sequences, initial_state, mask, training=training)
    steps = tf.transpose(sequences, [1, 0, 2])
    steps = tf.reverse(steps, [0]) if layer.go_backwards else steps
    outputs, memories = _block(layer.cell, steps, *initial_state)
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


def _is_usual(layer, mask, training):
    cell = layer.cell
    return (
        cell.activation is keras.activations.tanh
        and cell.recurrent_activation is keras.activations.sigmoid
        and cell.use_bias
        and not (training and (cell.dropout or cell.recurrent_dropout))
        and mask is None
        and not layer.unroll
        and layer.compute_dtype == "float32"
    )
