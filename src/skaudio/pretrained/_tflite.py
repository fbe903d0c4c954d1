"""TFLite models: their scores or any intermediate tensor."""

import queue
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._window_model import WindowModel

DENSE = "FULLY_CONNECTED"


def open_tflite(content: bytes, output: str | int, n_samples: int | None) -> WindowModel:
    """Open a TFLite model of windows; see `tflite_function`.

    Raises
    ------
    ModelError
        If it is not a TFLite file, has no such tensor, or its input is not a waveform.
    """
    return WindowModel(*tflite_function(content, output, n_samples))


def tflite_function(
    content: bytes, output: str | int, n_values: int | None
) -> tuple[Callable[[np.ndarray], np.ndarray], list[int | None]]:
    """Return a function from the input of a TFLite model to one of its tensors, and the shape of the input.

    Parameters
    ----------
    content : bytes
        Content of the file.
    output : str or int
        ``"scores"``; ``"embedding"``: the input of its last dense layer; or a tensor, by name or index.
    n_values : int or None
        Length of axes that the model leaves open.

    Returns
    -------
    function : callable
        Thread-safe: each thread has its own interpreter.
    shape : list of int or None
        Shape of the input, one at a time; None: any.

    Raises
    ------
    ModelError
        If it is not a TFLite file, or has no such tensor.
    """
    probe = _interpreter(content, preserve=False)
    inputs, scores = probe.get_input_details(), probe.get_output_details()[0]["index"]
    if len(inputs) != 1 or inputs[0]["dtype"] != np.float32:
        kinds = [(entry["name"], np.dtype(entry["dtype"]).name) for entry in inputs]
        raise ModelError(f"The model has inputs {kinds}; expected one of float32.")
    index, shape = inputs[0]["index"], inputs[0].get("shape_signature", inputs[0]["shape"])
    shape = [None if length < 0 else int(length) for length in shape]
    chosen = _tensor(probe, output, scores)
    if len(shape) > 1:
        shape[0] = 1  # one window at a time, regardless of the batch size at conversion
    sizes = [n_values if length is None else length for length in shape]
    idle: queue.SimpleQueue = queue.SimpleQueue()

    def make_interpreter() -> Any:
        interpreter = _interpreter(content, preserve=chosen != scores)
        if sizes != inputs[0]["shape"].tolist():
            interpreter.resize_tensor_input(index, sizes)
        interpreter.allocate_tensors()
        return interpreter

    def run(windows: np.ndarray) -> np.ndarray:
        try:
            interpreter = idle.get_nowait()
        except queue.Empty:
            interpreter = make_interpreter()
        interpreter.set_tensor(index, windows)
        interpreter.invoke()
        output = interpreter.get_tensor(chosen)
        idle.put(interpreter)
        return output

    return run, shape


def _interpreter(content: bytes, *, preserve: bool) -> Any:
    """Create an interpreter; with `preserve`, intermediate tensors can be read.

    Without `preserve`, the memory of intermediate tensors is reused, and reading them returns other values.
    """
    with warnings.catch_warnings():  # of deprecation, by TensorFlow's interpreter, and of debugging
        warnings.simplefilter("ignore")
        try:
            return _interpreter_class()(
                model_content=content, num_threads=1, experimental_preserve_all_tensors=preserve
            )
        except ValueError as error:
            raise ModelError(f"The TFLite interpreter cannot load the model ({error}).") from error


def _interpreter_class() -> Any:
    """Return the interpreter class of LiteRT, which is small, else that of TensorFlow."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from skaudio._tensorflow import tensorflow_module

        try:
            return tensorflow_module().lite.Interpreter
        except AttributeError as error:
            raise ImportError('TFLite models require LiteRT: pip install "skaudio[litert]".') from error
    return Interpreter


def _tensor(interpreter: Any, output: str | int, scores: int) -> int:
    if output == "scores":
        return scores
    steps = interpreter._get_ops_details()
    if output == "embedding":
        dense = [step for step in steps if step["op_name"] == DENSE]
        return int(dense[-1]["inputs"][0]) if dense else scores
    # Weights are excluded. A tensor of fused operations has all their names, joined by semicolons.
    computed = {int(index) for step in steps for index in step["outputs"]}
    names = {entry["index"]: entry["name"] for entry in interpreter.get_tensor_details() if entry["index"] in computed}
    matches = [index for index, name in names.items() if output in (index, name, *name.split(";"))]
    if len(matches) != 1:
        listed = ", ".join(name.split(";")[0] for name in names.values())
        raise ModelError(f"output={output!r}; expected the name or index of a tensor: {listed}.")
    return matches[0]
