"""Keras models: their output, or that of any layer."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from skaudio._tensorflow import import_keras, import_tensorflow
from skaudio.pretrained._embedded_code import refuse_code
from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._window_model import WindowModel


def load_keras(content: bytes, suffix: str) -> Any:
    """Load a ``.keras`` or ``.h5`` file from its bytes.

    Raises
    ------
    ModelError
        If Keras cannot load it, or if it contains Python code.
    """
    keras = import_keras()
    try:
        refuse_code(content, suffix)
        with TemporaryDirectory() as folder:
            path = Path(folder, f"model.{suffix}")
            path.write_bytes(content)
            return keras.models.load_model(path, compile=False)
    except ModelError:
        raise
    except Exception as error:  # damaged files raise exceptions of many types
        raise ModelError(f"Keras cannot load the model ({error}).") from error


def keras_output(model: Any, output: str | int) -> Any:
    """Return the model up to its scores, to the input of its last dense layer, or to any layer.

    Raises
    ------
    ModelError
        If it has more than one input, or no such layer.
    """
    keras = import_keras()
    if not getattr(model, "inputs", None) or len(model.inputs) != 1:
        raise ModelError("Expected a built Keras model with exactly one input.")
    if output == "scores":
        tensor = model.outputs[0]
    elif output == "embedding":
        dense = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        tensor = dense[-1].input if dense else model.outputs[0]
    else:
        try:
            layer = model.layers[output] if isinstance(output, int) else model.get_layer(output)
        except (ValueError, IndexError) as error:
            names = ", ".join(layer.name for layer in model.layers)
            raise ModelError(f"output={output!r}; expected the name or index of a layer: {names}.") from error
        tensor = layer.output
    return keras.Model(model.inputs, tensor)


def open_keras(model: Any, output: str | int) -> WindowModel:
    """Wrap a Keras model as a function of windows.

    Raises
    ------
    ModelError
        See `keras_output`.
    """
    tf = import_tensorflow()
    part = keras_output(model, output)
    shape = part.inputs[0].shape
    graph = tf.function(lambda x: part(x, training=False), input_signature=[tf.TensorSpec(shape, tf.float32)])
    return WindowModel(lambda windows: graph(windows).numpy(), shape)
