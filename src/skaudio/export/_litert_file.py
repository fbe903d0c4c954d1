"""Content of LiteRT files: what runs it, and the metadata.

Metadata are files in a ZIP archive at the end, as in other TFLite files: ``skaudio.json``, and ``labels.txt`` with one
class a line. Programs that run the model ignore them, and ``unzip model.tflite`` extracts them.
"""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np

METADATA, LABELS = "skaudio.json", "labels.txt"
START = (1980, 1, 1, 0, 0, 0)  # date of the entries, so that equal models are equal files


class LiteRTRunner:
    """A model that computes its outputs for one clip.

    Parameters
    ----------
    content : bytes
        Content of the file.
    """

    def __init__(self, content: bytes) -> None:
        self._interpreter = _interpreter_class()(model_content=content, num_threads=1)
        self._interpreter.allocate_tensors()
        self._run = self._interpreter.get_signature_runner()

    def outputs(self, waveform: np.ndarray) -> dict[str, np.ndarray]:
        """Compute the outputs for ``(n_samples,)``, by name."""
        return {name: value[0] for name, value in self._run(waveform=waveform[np.newaxis]).items()}


def _interpreter_class() -> Any:
    """Return the interpreter of LiteRT, else that of TensorFlow, which is the same."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from skaudio._tensorflow import tensorflow_module

        return tensorflow_module().lite.Interpreter
    return Interpreter


def with_metadata(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """Append metadata to the content of a file."""
    file = BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(METADATA, START), json.dumps(metadata, indent=2))
        if "classes" in metadata:
            labels = "".join(f"{label}\n" for label in metadata["classes"])
            archive.writestr(zipfile.ZipInfo(LABELS, START), labels)
    return file.getvalue()
