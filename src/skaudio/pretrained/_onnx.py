"""ONNX models: any of their outputs or intermediate values."""

from typing import Any

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._outputs import named_output
from skaudio.pretrained._window_model import WindowModel

DENSE = ("Gemm", "MatMul")


def open_onnx(content: bytes, output: str | int) -> WindowModel:
    """Open an ONNX model.

    Parameters
    ----------
    content : bytes
        Content of the file.
    output : str or int
        ``"scores"``; ``"embedding"``: an output of that name, or the input of the last dense layer; or a value by name.

    Returns
    -------
    WindowModel

    Raises
    ------
    ModelError
        If it is not an ONNX file, has no such value, or its input is not a waveform.
    """
    session = onnx_session(content, output)
    chosen = session.get_outputs()[-1].name
    entries = session.get_inputs()
    if len(entries) != 1:
        raise ModelError(f"The model has inputs {[entry.name for entry in entries]}; expected one.")
    shape = [length if isinstance(length, int) else None for length in entries[0].shape]
    return WindowModel(lambda windows: session.run([chosen], {entries[0].name: windows})[0], shape)


def onnx_model(content: bytes, output: str | int) -> Any:
    """Return an `onnx.ModelProto` whose last output is the requested one, as in `open_onnx`."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError('ONNX models require ONNX Runtime: pip install "skaudio[onnx]".') from error
    try:
        model = onnx.load_from_string(content)
    except Exception as error:  # protobuf raises exceptions of many types
        raise ModelError(f"ONNX Runtime cannot load the model ({error}).") from error
    chosen = _value(model.graph, output)
    outputs = [value for value in model.graph.output if value.name != chosen]
    requested = [value for value in model.graph.output if value.name == chosen]
    del model.graph.output[:]
    model.graph.output.extend(outputs + (requested or [onnx.helper.make_empty_tensor_value_info(chosen)]))
    return model


def onnx_session(content: bytes, output: str | int) -> Any:
    """Return an `onnxruntime.InferenceSession` whose last output is the requested one, as in `open_onnx`."""
    model = onnx_model(content, output)
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError('ONNX models require ONNX Runtime: pip install "skaudio[onnx]".') from error
    try:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1  # parallelism is over clips
        return onnxruntime.InferenceSession(model.SerializeToString(), settings, ["CPUExecutionProvider"])
    except Exception as error:  # the runtime raises exceptions of many types
        raise ModelError(f"ONNX Runtime cannot load the model ({error}).") from error


def _value(graph: Any, output: str | int) -> str:
    outputs = [value.name for value in graph.output]
    inner = [name for node in graph.node for name in node.output]
    if isinstance(output, str) and output in inner:
        return output
    if output == "embedding" and len(outputs) == 1:
        dense = [node for node in graph.node if node.op_type in DENSE]
        return dense[-1].input[0] if dense else outputs[0]
    return named_output(outputs, output)
