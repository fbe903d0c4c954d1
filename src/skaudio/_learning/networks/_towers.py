"""Convolutional, recurrent and combined towers, from frames to a sequence of features.

A tower maps frames ``(n_clips, n_frames, n_channels)`` and their mask to features ``(n_clips, n_steps, n_features)``
and their mask; `time_stride` returns the number of frames per step. The remaining channel axis is flattened into the
features, because position along frequency, unlike along time, is informative.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras import layers

from skaudio.nets import ApplyMask, MaskedBatchNormalization, ShortenMask

CRNN_HALVINGS = 2  # of the time axis, limited so that onsets can be located


def time_stride(tower: str | Callable, settings: Mapping[str, Any]) -> int:
    """Return the number of frames per output step of a tower."""
    if tower == "crnn":
        return 2 ** min(settings["depth"], CRNN_HALVINGS)
    return 2 ** settings["depth"] if tower in {"residual", "lenet"} else settings.get("frames_per_step", 1)


def residual(frames: Any, mask: Any, *, filters: int, depth: int, kernel_size: int, dropout: float) -> tuple[Any, Any]:
    """Build the default: a large convolution, then stages of two small ones with skip connections [1]_.

    The first convolution and each stage except the first halve the time and channel axes.

    References
    ----------
    .. [1] K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for image recognition", CVPR, 2016.
    """
    x, mask = _residual_stages(frames, mask, [2] * depth, filters, kernel_size)
    x = layers.SpatialDropout2D(dropout, data_format="channels_last", name="tower_dropout")(x)
    return _flatten_channels(x), mask


def lenet(frames: Any, mask: Any, *, filters: int, depth: int, kernel_size: int, dropout: float) -> tuple[Any, Any]:
    """Build LeNet [1]_: convolutions with ReLU, each followed by pooling.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
       Proceedings of the IEEE 86(11), 1998.
    """
    x = _as_image(frames)
    for stage in range(depth):
        x = layers.Conv2D(
            filters * 2**stage,
            kernel_size,
            padding="same",
            activation="relu",
            data_format="channels_last",
            name=f"convolution_{stage}",
        )(x)
        x = ApplyMask(name=f"masked_{stage}")(x, mask)
        x = layers.MaxPooling2D(2, padding="same", data_format="channels_last", name=f"pool_{stage}")(x)
        mask = ShortenMask(2, name=f"mask_{stage}")(mask)
    x = layers.Dropout(dropout, name="tower_dropout")(x)
    return _flatten_channels(x), mask


def keyword(frames: Any, mask: Any, *, filters: int, dropout: float) -> tuple[Any, Any]:
    """Build cnn-trad-fpool3 for about 32 frames of 40 mel bands; its last layers follow the pooling [1]_.

    Two convolutions, of 20 frames x 8 bands and, after pooling by three along frequency, of 10 x 4; then a linear layer
    of 32 units. Its context is four steps, to which the 32 frames of the paper are reduced, so that it is applicable at
    every step of a longer clip.

    References
    ----------
    .. [1] T. Sainath and C. Parada, "Convolutional neural networks for small-footprint keyword spotting", Interspeech,
       2015.
    """
    x = _as_image(frames)
    x = layers.Conv2D(
        filters, (20, 8), padding="same", activation="relu", data_format="channels_last", name="convolution_0"
    )(x)
    x = ApplyMask(name="masked_0")(x, mask)
    x = layers.MaxPooling2D((1, 3), padding="same", data_format="channels_last", name="pool_0")(x)
    x = layers.Conv2D(
        filters, (10, 4), padding="same", activation="relu", data_format="channels_last", name="convolution_1"
    )(x)
    x = ApplyMask(name="masked_1")(x, mask)
    x = layers.Dropout(dropout, name="tower_dropout")(_flatten_channels(x))
    x = layers.Conv1D(32, 4, padding="same", data_format="channels_last", name="low_rank")(x)
    return x, mask


def recurrent(
    frames: Any,
    mask: Any,
    *,
    cell: str,
    units: int,
    n_layers: int,
    frames_per_step: int,
    bidirectional: bool,
    dropout: float,
    input_dropout: float = 0.0,
) -> tuple[Any, Any]:
    """Build stacked LSTM [1]_ or GRU [2]_ layers with dropout in between; adjacent frames form one step.

    References
    ----------
    .. [1] S. Hochreiter and J. Schmidhuber, "Long short-term memory", Neural Computation 9(8), 1997.
    .. [2] K. Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
       translation", EMNLP, 2014.
    """
    if input_dropout:
        frames = layers.Dropout(input_dropout, name="input_dropout")(frames)
    x = layers.Reshape((-1, frames_per_step * frames.shape[-1]), name="steps")(frames)
    mask = ShortenMask(frames_per_step, name="mask_steps")(mask)
    return _recurrent_layers(x, mask, cell, units, n_layers, bidirectional, dropout), mask


def crnn(
    frames: Any, mask: Any, *, filters: int, depth: int, kernel_size: int, units: int, n_layers: int, dropout: float
) -> tuple[Any, Any]:
    """Build convolutions followed by bidirectional GRU layers [1]_.

    The stages are those of `residual`; all halve the channel axis, but only the first two the time axis.

    References
    ----------
    .. [1] E. Cakir, G. Parascandolo, T. Heittola, H. Huttunen and T. Virtanen, "Convolutional recurrent neural networks
       for polyphonic sound event detection", IEEE/ACM Transactions on Audio, Speech, and Language Processing 25(6),
       2017.
    """
    halvings = [2 if stage < CRNN_HALVINGS else 1 for stage in range(depth)]
    x, mask = _residual_stages(frames, mask, halvings, filters, kernel_size)
    x = _flatten_channels(layers.SpatialDropout2D(dropout, data_format="channels_last", name="tower_dropout")(x))
    return _recurrent_layers(x, mask, "GRU", units, n_layers, True, dropout), mask


def _residual_stages(
    frames: Any, mask: Any, time_strides: Sequence[int], filters: int, kernel_size: int
) -> tuple[Any, Any]:
    """Build the stages of `residual`, given the time downsampling factor of each."""
    x = layers.Conv2D(
        filters,
        5,
        (time_strides[0], 2),
        padding="same",
        use_bias=False,
        data_format="channels_last",
        name="stem_convolution",
    )(_as_image(frames))
    mask = ShortenMask(time_strides[0], name="mask_stem")(mask)
    x = layers.ReLU(name="stem")(MaskedBatchNormalization(name="stem_norm")(x, mask))
    for stage, stride in enumerate(time_strides):
        shortcut, width = x, filters * 2**stage
        if stage:
            x = layers.MaxPooling2D((stride, 2), padding="same", data_format="channels_last", name=f"pool_{stage}")(x)
            mask = ShortenMask(stride, name=f"mask_{stage}")(mask)
            shortcut = layers.Conv2D(width, 1, use_bias=False, data_format="channels_last", name=f"way_round_{stage}")(
                x
            )
        x = layers.Conv2D(
            width, kernel_size, padding="same", use_bias=False, data_format="channels_last", name=f"stage_{stage}_a"
        )(x)
        x = layers.ReLU()(MaskedBatchNormalization(name=f"stage_{stage}_a_norm")(x, mask))
        x = layers.Conv2D(
            width, kernel_size, padding="same", use_bias=False, data_format="channels_last", name=f"stage_{stage}_b"
        )(x)
        x = MaskedBatchNormalization(name=f"stage_{stage}_b_norm")(x, mask)
        x = layers.ReLU(name=f"stage_{stage}")(layers.Add(name=f"stage_{stage}_sum")([x, shortcut]))
    return x, mask


def _recurrent_layers(
    x: Any, mask: Any, cell: str, units: int, n_layers: int, bidirectional: bool, dropout: float
) -> Any:
    for i in range(n_layers):
        if i:
            x = layers.Dropout(dropout, name=f"recurrent_dropout_{i}")(x)
        layer = getattr(layers, cell)(units, return_sequences=True, name=f"recurrent_{i}")
        if bidirectional:
            layer = layers.Bidirectional(layer, name=f"bidirectional_{i}")
        x = layer(x, mask=mask)
    return x


def _as_image(frames: Any) -> Any:
    return layers.Reshape((-1, frames.shape[-1], 1), name="image")(frames)


def _flatten_channels(x: Any) -> Any:
    """Flatten the channel axis into the features: (n_clips, n_steps, n_bands, n_filters) to 3-D."""
    return layers.Reshape((-1, x.shape[2] * x.shape[3]), name="steps")(x)
