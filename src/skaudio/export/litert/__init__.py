"""Conversion of a graph to a LiteRT file: operators in TensorFlow, quantization and verification."""

from skaudio.export.litert._exporting import exported_to_litert

__all__ = ["exported_to_litert"]
