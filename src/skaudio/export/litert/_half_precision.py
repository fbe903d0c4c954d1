"""Weights of LiteRT files in half precision.

The converter of TensorFlow rounds all constants to float16, also those that float16 cannot hold, such as the power
1e-10 of silence. Here, it is the matrices and kernels alone, which are converted back before they are used.
"""

from typing import Any

import numpy as np

WEIGHTED = (
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "BATCH_MATMUL",
)  # operators; weights are the second input
DEQUANTIZE_VERSION = 3  # the first that takes float16


def with_half_precision(content: bytes, min_values: int) -> bytes:
    """Store the weights of a LiteRT file as float16.

    Parameters
    ----------
    content : bytes
        Content of the file.
    min_values : int
        Number of values from which weights are rounded.

    Returns
    -------
    bytes
        Content of the new file.
    """
    from tensorflow.lite.python import schema_py_generated as schema
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    weighted = {getattr(schema.BuiltinOperator, name) for name in WEIGHTED}
    halves: dict[int, int] = {}  # buffers by those that they replace
    code = _operator_code(schema, model)
    for part in model.subgraphs:
        conversions: dict[int, Any] = {}  # by tensor
        for operator in part.operators:
            tensor = int(operator.inputs[1]) if len(operator.inputs) > 1 else -1
            if model.operatorCodes[operator.opcodeIndex].builtinCode not in weighted or tensor in conversions:
                continue
            values = _values(schema, model, part.tensors[tensor])
            if values is not None and values.size >= min_values:
                conversions[tensor] = _conversion(schema, model, part, tensor, values, halves, code)
        part.operators[:0] = conversions.values()
    for buffer in halves:
        model.buffers[buffer].data = None
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _operator_code(schema: Any, model: Any) -> int:
    """Add the operator that converts float16 to float32, and return its index."""
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = DEQUANTIZE_VERSION
    model.operatorCodes.append(code)
    return len(model.operatorCodes) - 1


def _values(schema: Any, model: Any, tensor: Any) -> np.ndarray | None:
    """Return the values of a float32 constant; None for other tensors."""
    data = model.buffers[tensor.buffer].data
    if tensor.type != schema.TensorType.FLOAT32 or data is None or len(data) == 0:
        return None
    return np.frombuffer(bytes(data), np.float32)


def _conversion(
    schema: Any, model: Any, part: Any, tensor: int, values: np.ndarray, halves: dict[int, int], code: int
) -> Any:
    """Replace a constant by the output of an operator that converts it from float16, and return the operator."""
    full = part.tensors[tensor]
    if full.buffer not in halves:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.astype(np.float16).tobytes(), np.uint8)
        model.buffers.append(buffer)
        halves[full.buffer] = len(model.buffers) - 1
    half = schema.TensorT()
    half.shape, half.type, half.name = full.shape, schema.TensorType.FLOAT16, full.name + b"_half"
    half.buffer = halves[full.buffer]
    full.buffer = 0  # the empty one
    part.tensors.append(half)
    operator = schema.OperatorT()
    operator.opcodeIndex = code
    operator.inputs, operator.outputs = [len(part.tensors) - 1], [tensor]
    return operator
