"""Construction of ONNX graphs: nodes, values, tensors of networks, and labels."""

from skaudio.export.graph._graph import OPSET, Graph, import_onnx
from skaudio.export.graph._labels import LABEL, above_zero, class_array, inlier_labels, most_probable
from skaudio.export.graph._tensors import (
    TO_FIRST,
    TO_LAST,
    Tensor,
    as_image,
    count,
    in_order,
    mask_like,
    masked,
    named,
    same_pads,
    shortened,
)
from skaudio.export.graph._value import Value

__all__ = [
    "Graph",
    "LABEL",
    "OPSET",
    "TO_FIRST",
    "TO_LAST",
    "Tensor",
    "Value",
    "above_zero",
    "as_image",
    "class_array",
    "count",
    "import_onnx",
    "in_order",
    "inlier_labels",
    "mask_like",
    "masked",
    "most_probable",
    "named",
    "same_pads",
    "shortened",
]
