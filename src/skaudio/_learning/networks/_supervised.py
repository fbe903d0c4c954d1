"""Complete networks, from a padded batch of frames and its mask to the scores of clips.

A network is a functional `keras.Model` on a dict: ``"frames"``, float32 ``(n_clips, n_frames, n_channels)``, and
``"mask"``, bool ``(n_clips, n_frames)``, false at padding frames. It returns logits, before any softmax or sigmoid.
Clips are padded to a multiple of the network's stride.
"""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import layers

from skaudio._learning.networks._towers import crnn, keyword, lenet, recurrent, residual
from skaudio._learning.networks._views import on_frames
from skaudio.nets import (
    ApplyMask,
    ChannelStandardization,
    ClipStandardization,
    LinearSoftmaxPooling,
    TargetScale,
    TimePooling,
    full_precision,
)

TOWERS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "residual": residual,
    "lenet": lenet,
    "keyword": keyword,
    "recurrent": recurrent,
    "crnn": crnn,
}
HIDDEN = {"lenet": 128, "keyword": 128}  # units of the layer between pooling and output, if the paper has one


def standardized_inputs(n_channels: int, normalize: str | None) -> tuple[dict[str, Any], Any]:
    """Create the inputs of a network, a dict of frames and mask, and the standardised, masked frames."""
    inputs = {
        "frames": layers.Input((None, n_channels), name="frames"),
        "mask": layers.Input((None,), dtype="bool", name="mask"),
    }
    frames = inputs["frames"]
    if normalize == "channel":
        frames = ChannelStandardization(name="standardization")(frames, inputs["mask"])
    elif normalize == "clip":
        frames = ClipStandardization(name="standardization")(frames, inputs["mask"])
    else:
        frames = ApplyMask(dtype=full_precision(), name="standardization")(frames, inputs["mask"])
    return inputs, frames


def sequence_network(
    tower: str,
    settings: Mapping[str, Any],
    *,
    n_channels: int,
    n_outputs: int,
    task: str,
    normalize: str | None,
    pooling: str,
    dropout: float,
) -> keras.Model:
    """Build a network for clips of any length.

    Parameters
    ----------
    tower : {"residual", "lenet", "keyword", "recurrent", "crnn"}
        Tower that computes features from frames.
    settings : mapping
        Parameters of the tower.
    n_channels, n_outputs : int
        Number of channels and of scores.
    task : {"exclusive", "independent", "regression"}
        Type of the scores: of exclusive classes, of independent labels, or continuous targets.
    normalize : {"channel", "clip"} or None
        Standardisation of frames.
    pooling : str
        ``"linear_softmax"``, or a kind of `TimePooling`.
    dropout : float
        Dropout rate of the pooled features.

    Returns
    -------
    keras.Model
        Uncompiled network. It always has the layers ``"time_pooling"``, ``"embedding"`` and ``"scores"``.
    """
    inputs, frames = standardized_inputs(n_channels, normalize)
    features, mask = TOWERS[tower](frames, inputs["mask"], **settings)
    if pooling == "linear_softmax":
        x = layers.Dense(n_outputs, dtype=full_precision(), name="output")(_hidden(tower, features, dropout))
        x = LinearSoftmaxPooling(task == "exclusive", name="time_pooling")(x, mask)
    else:
        bidirectional = settings.get("bidirectional", False)
        x = TimePooling(pooling, bidirectional=bidirectional, name="time_pooling")(features, mask)
        # Zeros in regression: the first prediction is then the mean of the targets.
        kernel = "zeros" if task == "regression" else "glorot_uniform"
        x = layers.Dense(n_outputs, kernel_initializer=kernel, dtype=full_precision(), name="output")(
            _hidden(tower, x, dropout)
        )
    return keras.Model(inputs, _scores(x, task), name=tower)


def image_network(
    build: Callable[[tuple[int | None, int], int], keras.Model] | str,
    *,
    n_frames: int | None,
    n_channels: int,
    n_outputs: int,
    task: str,
    normalize: str | None,
) -> keras.Model:
    """Build a network around user-defined layers, from standardised frames to scores.

    Parameters
    ----------
    build : callable, "plain" or "dense"
        Callable from ``(n_frames, n_channels)`` and the number of scores to a `keras.Model`; or the name of `plain` or
        `dense`.
    n_frames : int or None
        Number of frames per clip; None: any, and the model is called with the mask of its frames, which Keras
        propagates from layer to layer.
    n_channels, n_outputs, task, normalize
        See `sequence_network`.

    Returns
    -------
    keras.Model
        Uncompiled network.

    Raises
    ------
    TypeError, ValueError
        If `build` does not return such a model.
    """
    inputs, frames = standardized_inputs(n_channels, normalize)
    frames = layers.Reshape((-1 if n_frames is None else n_frames, n_channels), name="image_frames")(frames)
    make: Callable = {"plain": plain, "dense": dense}[build] if isinstance(build, str) else build
    body = make((n_frames, n_channels), n_outputs)
    _check_body(body, (n_frames, n_channels), n_outputs)
    return keras.Model(inputs, _scores(on_frames(body, frames, inputs["mask"]), task), name="image")


def plain(input_shape: tuple[int, int], n_outputs: int) -> keras.Model:
    """Build two convolutions and a dense layer on their flattened output, as in tutorials."""
    if min(input_shape) < 5:
        raise ValueError(
            f"architecture='plain' requires at least 5 frames and 5 channels, got clips of shape {input_shape}. Use "
            "architecture='residual'."
        )
    inputs = layers.Input(input_shape, name="image_frames")
    x = layers.Reshape((*input_shape, 1), name="image")(inputs)
    for i in range(2):
        x = layers.Conv2D(16, 3, activation="relu", data_format="channels_last", name=f"convolution_{i}")(x)
    x = layers.Flatten(data_format="channels_last", name="embedding")(x)
    return keras.Model(inputs, layers.Dense(n_outputs, dtype=full_precision(), name="output")(x), name="plain")


def dense(input_shape: tuple[int, int], n_outputs: int) -> keras.Model:
    """Build dense layers on all values of a clip, as in tutorials on siamese networks.

    Unlike in those, the last layer is linear: ReLU outputs may all become zero and stay so (dying ReLU).
    """
    inputs = layers.Input(input_shape, name="image_frames")
    x = layers.Flatten(data_format="channels_last", name="values")(inputs)
    for i in range(2):
        x = layers.Dropout(0.1, name=f"dropout_{i}")(layers.Dense(128, activation="relu", name=f"dense_{i}")(x))
    return keras.Model(inputs, layers.Dense(n_outputs, dtype=full_precision(), name="output")(x), name="dense")


def _hidden(tower: str, x: Any, dropout: float) -> Any:
    if tower in HIDDEN:
        x = layers.Dense(HIDDEN[tower], activation="relu", name="hidden")(x)
    x = layers.Identity(name="embedding")(x)
    return layers.Dropout(dropout, name="dropout")(x)


def _scores(x: Any, task: str) -> Any:
    if task == "regression":
        x = TargetScale(name="target_scale")(x)
    return layers.Identity(dtype=full_precision(), name="scores")(x)


def _check_body(body: Any, input_shape: tuple[int | None, int], n_outputs: int) -> None:
    if not isinstance(body, keras.Model):
        raise TypeError(f"architecture returned {type(body).__name__}; expected a keras.Model.")
    expected = (None, n_outputs)
    shape = getattr(body, "output_shape", None)
    if shape != expected:
        raise ValueError(
            f"architecture({input_shape}, {n_outputs}) returned a model of output shape {shape}; expected {expected}. "
            f"End it with Dense({n_outputs})."
        )
    activation = getattr(getattr(body.layers[-1], "activation", None), "__name__", "linear")
    if activation in {"softmax", "sigmoid"}:
        raise ValueError(
            f"architecture returned a model that ends with {activation}; expected logits. End it with "
            f"Dense({n_outputs}), without an activation."
        )
