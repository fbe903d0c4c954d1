"""Detection of Python code in Keras files, which would run when the model is loaded."""

import io
import json
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from skaudio.pretrained._model_error import ModelError


def refuse_code(content: bytes, kind: str) -> None:
    """Reject a model whose layers contain Python code, before loading: not every version of Keras does.

    Parameters
    ----------
    content : bytes
        Content of the file.
    kind : {"keras", "h5"}
        Its format.

    Raises
    ------
    ModelError
        If it contains code.
    """
    for name in _layers_of_code(_configuration(content, kind)):
        raise ModelError(
            f"Layer {name!r} contains Python code (a lambda), which would run when the model is loaded. If you trust "
            "the file, load it with keras.models.load_model(path, safe_mode=False), and pass the model."
        )


def _configuration(content: bytes, kind: str) -> Any:
    if kind == "keras":
        with ZipFile(io.BytesIO(content)) as archive:
            return json.loads(archive.read("config.json"))
    import h5py

    with h5py.File(io.BytesIO(content)) as file:
        return json.loads(file.attrs.get("model_config", "{}"))


def _layers_of_code(part: Any, layer: str = "") -> Iterator[str]:
    """Yield the names of the layers that contain code."""
    if isinstance(part, dict):
        layer = str(part.get("name") or layer)
        # Lambdas as written by Keras 3, and by Keras 2, where the layer's function itself is bytecode.
        if part.get("class_name") == "__lambda__" or part.get("function_type") == "lambda":
            yield layer
        part = part.values()
    elif not isinstance(part, list):
        return
    for inner in part:
        yield from _layers_of_code(inner, layer)
