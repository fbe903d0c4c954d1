"""Kernels of a layer of a Keras model."""

from collections.abc import Iterator
from typing import Any

import numpy as np

CANDIDATE = 2  # index of the candidate state among the gates of LSTM (i, f, c, o) and GRU (z, r, h)


def kernels_of(model: Any, name: str | None) -> np.ndarray:
    """Return the weights of a layer as small images.

    Parameters
    ----------
    model : keras.Model
        Model of ``"frames"`` and ``"mask"``, like the ``model_`` of estimators; layers of nested models are included.
    name : str or None
        Name of the layer. If None, the first with a kernel.

    Returns
    -------
    ndarray of shape (n_filters, n_time, n_channels)

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    layers = {layer.name: kernel for layer, kernel in _with_kernels(model)}
    if not layers or (name is not None and name not in layers):
        raise ValueError(f"layer={name!r}; expected a layer with a kernel, one of {list(layers)}.")
    first = next(iter(layers))
    kernel = layers[first if name is None else name]
    if kernel.ndim == 4:
        kernel = kernel.mean(axis=2)
    if kernel.ndim == 2:
        # The input of the first layer may be flattened frames; that of later layers has no time axis.
        n_channels = model.input["frames"].shape[-1]
        is_flattened = name in {None, first} and len(kernel) % n_channels == 0
        kernel = kernel.reshape(-1, n_channels if is_flattened else len(kernel), kernel.shape[1])
    return np.moveaxis(kernel, -1, 0)


def _with_kernels(model: Any) -> Iterator[tuple[Any, np.ndarray]]:
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from _with_kernels(layer)
            continue
        forward = getattr(layer, "forward_layer", layer)
        cell = getattr(forward, "cell", forward)
        if not hasattr(cell, "kernel"):
            continue
        kernel = np.asarray(cell.kernel)
        if kernel.ndim == 2 and cell is not forward and kernel.shape[1] > cell.units:
            kernel = kernel[:, CANDIDATE * cell.units : (CANDIDATE + 1) * cell.units]
        yield layer, kernel
