"""Export of fitted pipelines, front end included, to files that run without Python, TensorFlow and scikit-learn.

`to_onnx` writes a file, after comparing it with the pipeline; `load_onnx` runs it by ONNX Runtime; `to_litert` writes
one for phones and boards; `to_page` writes a page that runs it in a browser. `save` and `load` keep a model for Python,
without pickle. All need ``pip install "skaudio[export]"``.
"""

from skaudio.export._export_error import ExportError
from skaudio.export._graph import Graph
from skaudio.export._litert_model import LiteRTModel
from skaudio.export._load_litert import load_litert
from skaudio.export._load_onnx import load_onnx
from skaudio.export._onnx_model import OnnxModel
from skaudio.export._register_converter import register_converter
from skaudio.export._skops_files import load, save
from skaudio.export._to_litert import to_litert
from skaudio.export._to_onnx import to_onnx
from skaudio.export._to_page import to_page
from skaudio.export._value import Value

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
