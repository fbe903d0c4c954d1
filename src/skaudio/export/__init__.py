"""Export of fitted pipelines to files that run without Python."""

from skaudio.export._export_error import ExportError
from skaudio.export._graph import Graph, Value

__all__ = ["Graph", "Value", "ExportError"]
