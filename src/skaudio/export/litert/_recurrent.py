"""Recurrent layers of ONNX in TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np


def looped(tf: Any, step: Callable[[Any, Any], list[Any]], state: Any, elements: Any) -> tuple[Any, Any]:
    """Call a function for each element in turn.

    Parameters
    ----------
    tf : module
        TensorFlow.
    step : callable
        From the state and an element to the next state and an output.
    state : tensor
        The first state.
    elements : tensor of shape (n_steps, ...)
        The elements.

    Returns
    -------
    state : tensor
        The last state.
    outputs : tensor of shape (n_steps, ...)
        The outputs.
    """
    n_steps = int(elements.shape[0])
    shape = step(state, elements[0])[1].shape
    outputs = tf.TensorArray(tf.float32, n_steps, element_shape=shape)

    def body(i: Any, last: Any, written: Any) -> tuple[Any, Any, Any]:
        following, output = step(last, tf.gather(elements, i))
        return i + 1, following, written.write(i, output)

    _, state, outputs = tf.while_loop(
        lambda i, *_: i < n_steps, body, (tf.constant(0), state, outputs), maximum_iterations=n_steps
    )
    stacked = outputs.stack()
    stacked.set_shape([n_steps, *shape])
    return state, stacked


def _recurrent(cell: Callable[..., Callable[[Any, Any], list[Any]]], n_states: int) -> Callable[..., Any]:
    def run(tf: Any, x: Any, kernel: Any, recurrent: Any, bias: Any, lengths: Any = None, **settings: Any) -> Any:
        """Run the directions of a layer over ``(n_steps, n_clips, n_channels)``."""
        units, n_steps = settings["hidden_size"], int(x.shape[0])
        used = n_steps if lengths is None else int(np.ravel(lengths)[0])
        x = x[:used]
        reverse = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[settings["direction"]]
        outputs, last = [], []
        for i, backwards in enumerate(reverse):
            parts = np.split(bias[i], 2)
            inputs = tf.matmul(tf.reshape(x, [-1, int(x.shape[2])]), kernel[i].T) + parts[0]
            inputs = tf.reshape(inputs, [used, int(x.shape[1]), -1])
            inputs = tf.reverse(inputs, [0]) if backwards else inputs
            state = tf.zeros([int(x.shape[1]), n_states * units])
            state, steps = looped(tf, cell(tf, recurrent[i].T, parts[1], units), state, inputs)
            steps = tf.reverse(steps, [0]) if backwards else steps
            outputs.append(tf.pad(steps, [(0, n_steps - used), (0, 0), (0, 0)]))
            last.append(state[:, :units])
        return tf.stack(outputs, 1), tf.stack(last, 0)

    return run


def _gru_cell(tf: Any, recurrent: np.ndarray, bias: np.ndarray, units: int) -> Callable[[Any, Any], list[Any]]:
    """Return the step of a GRU, with the gates update, reset and hidden."""

    def step(state: Any, inputs: Any) -> list[Any]:
        inner = tf.matmul(state, recurrent) + bias
        gates = tf.sigmoid(inputs[:, : 2 * units] + inner[:, : 2 * units])
        update, reset = gates[:, :units], gates[:, units:]
        candidate = tf.tanh(inputs[:, 2 * units :] + reset * inner[:, 2 * units :])
        following = update * state + (1.0 - update) * candidate
        return [following, following]

    return step


def _lstm_cell(tf: Any, recurrent: np.ndarray, bias: np.ndarray, units: int) -> Callable[[Any, Any], list[Any]]:
    """Return the step of an LSTM, with the gates input, output, forget and cell; its state is output and cell."""

    def step(state: Any, inputs: Any) -> list[Any]:
        inner = inputs + tf.matmul(state[:, :units], recurrent) + bias
        gates = tf.sigmoid(inner[:, : 3 * units])
        entered = gates[:, :units] * tf.tanh(inner[:, 3 * units :])
        cell = gates[:, 2 * units :] * state[:, units:] + entered
        output = gates[:, units : 2 * units] * tf.tanh(cell)
        return [tf.concat([output, cell], 1), output]

    return step


RECURRENT_OPERATORS: dict[str, Callable[..., Any]] = {
    "GRU": _recurrent(_gru_cell, 1),
    "LSTM": _recurrent(_lstm_cell, 2),
}
