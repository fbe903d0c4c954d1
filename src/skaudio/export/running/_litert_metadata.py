"""Metadata of LiteRT files.

They are files in a ZIP archive at the end, as in other TFLite files: ``skaudio.json``, and ``labels.txt`` with one
class a line. Programs that run the model ignore them, and ``unzip model.tflite`` extracts them.
"""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from skaudio.export._export_error import ExportError

METADATA, LABELS = "skaudio.json", "labels.txt"
START = (1980, 1, 1, 0, 0, 0)  # date of the entries, so that equal models are equal files


def with_metadata(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """Append metadata to the content of a file."""
    file = BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(METADATA, START), json.dumps(metadata, indent=2))
        if "classes" in metadata:
            labels = "".join(f"{label}\n" for label in metadata["classes"])
            archive.writestr(zipfile.ZipInfo(LABELS, START), labels)
    return file.getvalue()


def metadata_of(content: bytes, path: str) -> dict[str, Any]:
    """Return the metadata at the end of the content of a file.

    Raises
    ------
    ExportError
        If they are not those of a file written by `to_litert`.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            metadata = json.loads(archive.read(METADATA))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ExportError(
            f"{path!r} has no metadata of skaudio.export.to_litert ({error}): the sampling rate is unknown. For other "
            "models, use skaudio.pretrained.PretrainedEmbedding."
        ) from error
    if not isinstance(metadata, dict) or not {"sr", "method", "outputs", "n_samples"} <= set(metadata):
        raise ExportError(f"{path!r} has damaged metadata. Export it again.")
    return metadata
