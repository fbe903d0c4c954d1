"""Metadata of exported files, for programs that run them."""

import json
from collections.abc import Mapping
from typing import Any

from skaudio.export._export_error import ExportError

PREFIX = "skaudio."


def encoded(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return metadata as ONNX stores them: names with a prefix, and values in JSON."""
    return {PREFIX + name: json.dumps(value) for name, value in metadata.items()}


def decoded(properties: Mapping[str, str], path: str) -> dict[str, Any]:
    """Return the metadata of a file.

    Raises
    ------
    ExportError
        If they are not those of a file written by `to_onnx`.
    """
    names = [name for name in properties if name.startswith(PREFIX)]
    try:
        metadata = {name.removeprefix(PREFIX): json.loads(properties[name]) for name in names}
    except ValueError as error:
        raise ExportError(f"{path!r} has damaged metadata ({error}). Export it again.") from error
    if not {"sr", "method", "outputs"} <= set(metadata):
        raise ExportError(
            f"{path!r} is an ONNX file that skaudio.export.to_onnx did not write: the sampling rate is unknown. For "
            "other models, use skaudio.pretrained.PretrainedEmbedding."
        )
    return metadata
