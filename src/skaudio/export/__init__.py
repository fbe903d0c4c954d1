"""Export of fitted pipelines, front end included, to files that run without Python, TensorFlow and scikit-learn.

`to_onnx` writes a file, after comparing it with the pipeline; `load_onnx` runs it by ONNX Runtime; `to_litert` writes
one for phones and boards; `to_page` writes a page that runs it in a browser. `save` and `load` keep a model for Python,
without pickle. All need ``pip install "skaudio[export]"``.
"""

from skaudio.export._export_error import ExportError
from skaudio.export._register_converter import register_converter
from skaudio.export._skops_files import load, save
from skaudio.export._to_litert import to_litert
from skaudio.export._to_onnx import to_onnx
from skaudio.export.graph import Graph, Value
from skaudio.export.page import to_page
from skaudio.export.running import LiteRTModel, OnnxModel, load_litert, load_onnx

__all__ = [
    "to_onnx",
    "to_litert",
    "to_page",
    "load_onnx",
    "load_litert",
    "save",
    "load",
    "OnnxModel",
    "LiteRTModel",
    "register_converter",
    "Graph",
    "Value",
    "ExportError",
]
