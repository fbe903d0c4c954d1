"""Activations of a layer of a network."""

from typing import Any

import numpy as np

from skaudio.estimators._neural import NeuralEstimator
from skaudio.inspection.explanations._model_input import network_input


def activations(estimator: Any, X: Any, layer: str | int) -> np.ndarray:
    """Compute the activations of a layer of a network.

    Parameters
    ----------
    estimator : estimator
        A fitted network of `skaudio.estimators`, or a pipeline that ends in one.
    X : batch of clips, or frame sequences
        Input of the estimator.
    layer : str or int
        Name of the layer (``estimator.summary()`` prints them), or its index.

    Returns
    -------
    ndarray of float32, shape (n_clips, n_frames, ...), or object array of ndarrays (n_frames_i, ...)
        The layer's output, such as ``(n_clips, n_frames, n_bands, n_filters)`` of a convolution. If it has a time axis,
        there is a row for each input frame: after a layer that halves time, each row is repeated. After the pooling
        over time: ``(n_clips, n_features)``.

    Raises
    ------
    ValueError, TypeError
        If the estimator is not a network, or has no such layer.

    See Also
    --------
    skaudio.estimators.CNNClassifier.transform : Activations averaged over time, as a table for other estimators.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import CNNClassifier
    >>> from skaudio.inspection import activations
    >>> X = np.random.default_rng(0).normal(size=(4, 32, 16)).astype("float32")
    >>> model = CNNClassifier(architecture="lenet", filters=4, epochs=1, random_state=0).fit(X, [0, 1, 0, 1])
    >>> activations(model, X, "convolution_0").shape
    (4, 32, 16, 4)
    """
    inputs = network_input(estimator, X)
    network = inputs.model
    if not isinstance(network, NeuralEstimator):
        raise TypeError(f"Expected a network of skaudio.estimators, or a pipeline that ends in one, got {network!r}.")
    return network.layer_output(inputs.frames, layer)
