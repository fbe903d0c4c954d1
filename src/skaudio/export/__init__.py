"""Export of fitted pipelines, front end included, to files that run without Python, TensorFlow and scikit-learn.

`to_onnx` writes a file, after comparing it with the pipeline; `load_onnx` runs it by ONNX Runtime. `save` and `load`
keep a model for Python, without pickle. All need ``pip install "skaudio[export]"``.
"""

from skaudio.export._export_error import ExportError
from skaudio.export._graph import Graph, Value
from skaudio.export._load_onnx import load_onnx
from skaudio.export._onnx_model import OnnxModel
from skaudio.export._register_converter import register_converter
from skaudio.export._skops_files import load, save
from skaudio.export._to_onnx import to_onnx

__all__ = ["to_onnx", "load_onnx", "save", "load", "OnnxModel", "register_converter", "Graph", "Value", "ExportError"]
