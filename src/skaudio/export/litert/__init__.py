"""From a graph to a LiteRT file: its operators in TensorFlow, quantization, and the comparison."""

from skaudio.export.litert._exporting import exported_to_litert

__all__ = ["exported_to_litert"]
