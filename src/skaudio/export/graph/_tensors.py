"""Values inside a network: shapes, layouts and masks."""

from dataclasses import dataclass, replace

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph._graph import Graph

TO_FIRST, TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


@dataclass(frozen=True)
class Tensor:
    """Output of a layer.

    Attributes
    ----------
    name : str or None
        Name in the graph; None for a mask that is true everywhere.
    shape : tuple
        Shape in Keras: clips, time and others. None where it is unknown before the graph runs.
    multiple : int
        Number that the length of the time axis is a multiple of.
    is_image : bool
        Whether the value is stored as ``(n_clips, n_filters, n_frames, n_bands)``, as convolutions in ONNX expect,
        and not in the order of `shape`, ``(n_clips, n_frames, n_bands, n_filters)``.
    is_shared : bool
        Whether it is the same for all clips and stored once, with a first axis of length 1, like masks.
    """

    name: str | None
    shape: tuple
    multiple: int = 1
    is_image: bool = False
    is_shared: bool = False


def named(tensor: Tensor) -> str:
    """Return the name of a tensor that is not an empty mask."""
    if tensor.name is None:
        raise ExportError("A layer computes with the mask of the frames, which is not supported.")
    return tensor.name


def as_image(graph: Graph, x: Tensor) -> Tensor:
    """Store a 4-D tensor with filters before the time axis."""
    if x.is_image:
        return x
    return replace(x, name=graph.add("Transpose", named(x), perm=TO_FIRST), is_image=True)


def in_order(graph: Graph, x: Tensor) -> Tensor:
    """Store a tensor in the order of its shape."""
    if not x.is_image:
        return x
    return replace(x, name=graph.add("Transpose", named(x), perm=TO_LAST), is_image=False)


def masked(graph: Graph, x: Tensor, mask: Tensor) -> Tensor:
    """Set masked frames to zero."""
    return x if mask.name is None else replace(x, name=graph.add("Mul", named(x), mask_like(graph, x, mask)))


def mask_like(graph: Graph, x: Tensor, mask: Tensor) -> str:
    """Return the mask of a tensor as float32 of the same number of dimensions."""
    axes = [1, 3] if x.is_image else list(range(2, len(x.shape)))
    return graph.add("Unsqueeze", named(mask), axes) if axes else named(mask)


def count(graph: Graph, x: Tensor, mask: Tensor) -> str:
    """Return the number of frames that are not masked, float32 ``(1,)``."""
    if mask.name is not None:
        return graph.add("ReduceSum", mask.name, [1], keepdims=0)
    return graph.cast(graph.length(named(x)), np.float32)


def same_pads(size: int | None, kernel: int, stride: int) -> tuple[int, int]:
    """Return the padding of TensorFlow's "same" at both ends of an axis; the stride divides an unknown size."""
    rest = stride if size is None or size % stride == 0 else size % stride
    total = max(kernel - rest, 0)
    return total // 2, total - total // 2


def shortened(x: Tensor, stride: int, layer: str) -> int:
    """Return the number that the length of the time axis is a multiple of, after a layer with a stride.

    Raises
    ------
    ExportError
        If the length may not be a multiple of the stride, so that the padding is unknown.
    """
    if stride > 1 and x.shape[1] is None and x.multiple % stride:
        raise ExportError(
            f"Layer {layer!r} has a stride of {stride} along time, for any number of frames. Fit the network to clips "
            "of equal length, with a skaudio.pooling.FramePadder before it."
        )
    return max(1, x.multiple // stride)
