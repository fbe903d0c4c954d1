"""Models in exported files, run by ONNX Runtime or LiteRT."""

from skaudio.export.running._clip_batches import as_clips, waveform_of
from skaudio.export.running._exported_model import ExportedModel
from skaudio.export.running._litert_metadata import with_metadata
from skaudio.export.running._litert_model import LiteRTModel, of_length
from skaudio.export.running._load_litert import load_litert
from skaudio.export.running._load_onnx import load_onnx
from skaudio.export.running._metadata import encoded
from skaudio.export.running._onnx_model import OnnxModel

__all__ = [
    "ExportedModel",
    "LiteRTModel",
    "OnnxModel",
    "as_clips",
    "encoded",
    "load_litert",
    "load_onnx",
    "of_length",
    "waveform_of",
    "with_metadata",
]
