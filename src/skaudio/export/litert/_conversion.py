"""From an ONNX graph to the content of a LiteRT file."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from skaudio._tensorflow import import_tensorflow, without_log_lines
from skaudio.export._export_error import ExportError
from skaudio.export.litert._fixed_graph import FixedGraph, constants_of
from skaudio.export.litert._half_precision import with_half_precision
from skaudio.export.litert._products import MAX_FLOAT_VALUES, Product
from skaudio.export.models import Conversion


def litert_content(
    model: Conversion, outputs: Mapping[str, str], n_samples: int, quantize: str | None, classes: np.ndarray | None
) -> bytes:
    """Convert a model for one clip, or pair of clips, of fixed length to the content of a LiteRT file.

    Parameters
    ----------
    model : Conversion
        The model as a graph.
    outputs : dict of {str: str}
        For each name of an output, its value in the graph.
    n_samples : int
        Length of a clip.
    quantize : {"float16", "int8"} or None
        Type of the weights.
    classes : ndarray or None
        Classes, where the output "label" is to be their index.

    Returns
    -------
    bytes
        Content of the file.
    """
    tf, graph = import_tensorflow(), model.graph
    product = Product(graph.weights, in_float=quantize is not None)
    fixed = FixedGraph(graph.nodes, constants_of(graph.initializers), product, graph.steps)

    signature = [tf.TensorSpec([1, n_samples], tf.float32, name=name) for name in model.inputs]

    @tf.function(input_signature=signature, autograph=False)
    def run(*waveforms: Any) -> dict[str, Any]:
        values = fixed.run(tf, dict(zip(model.inputs, waveforms, strict=True)), outputs.values())
        results = dict(zip(outputs, values, strict=True))
        if classes is not None and "label" in results:
            results["label"] = _as_index(tf, results["label"], classes)
        return {name: tf.identity(value, name) for name, value in results.items()}

    module = tf.Module()
    module.run = run
    converter = tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()], module)
    if quantize == "int8":  # of weights; values are quantized as they come
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    try:
        with without_log_lines():
            content = converter.convert()
    except Exception as error:  # of many types
        raise ExportError(
            f"TensorFlow cannot convert the model to LiteRT ({error}). Use skaudio.export.to_onnx."
        ) from error
    return with_half_precision(content, MAX_FLOAT_VALUES + 1) if quantize == "float16" else content


def _as_index(tf: Any, label: Any, classes: np.ndarray) -> Any:
    """Return the index of a class; strings are indices already."""
    if classes.dtype == object:
        return tf.cast(tf.reshape(label, [-1]), tf.int32)
    same = tf.equal(tf.cast(tf.reshape(label, [-1, 1]), tf.float32), classes.astype(np.float32))
    return tf.argmax(tf.cast(same, tf.int32), 1, output_type=tf.int32)
