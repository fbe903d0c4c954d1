"""Scaling at both ends of a network: of what comes in, and, where numbers are predicted, of what comes out."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._masking import masked
from skaudio.nets._precision import FullPrecisionLayer


@keras.saving.register_keras_serializable("skaudio")
class ChannelStandardization(FullPrecisionLayer):
    """Frames less a mean, over a deviation, of each channel; both are weights that are not trained but set."""

    def build(self, frames_shape: tuple, present_shape: tuple) -> None:  # noqa: ARG002
        """Make the weights."""
        shape = (frames_shape[-1],)
        self.mean = self.add_weight(shape=shape, initializer="zeros", name="mean", trainable=False)
        self.deviation = self.add_weight(shape=shape, initializer="ones", name="deviation", trainable=False)

    def call(self, frames: Any, present: Any) -> Any:
        """Take frames ``(n_clips, n_frames, n_channels)`` and mask; give them standardised, masked ones zero."""
        return masked((frames - self.mean) / self.deviation, present)

    def restore(self, frames: Any) -> Any:
        """Give standardised frames their mean and deviation back."""
        return frames * self.deviation + self.mean

    def compute_output_shape(self, frames_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Give the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class ClipStandardization(FullPrecisionLayer):
    """Frames less their mean, over their deviation, over all frames and channels of their own clip.

    Of decibels, the mean is the level of the recording: a network that sees frames so cannot go by it.
    """

    def call(self, frames: Any, present: Any) -> Any:
        """Take frames ``(n_clips, n_frames, n_channels)`` and mask; give them standardised, masked ones zero."""
        count = ops.sum(ops.cast(present, frames.dtype), axis=1) * frames.shape[-1]
        count = ops.maximum(count, 1.0)[:, None, None]
        centred = masked(frames - ops.sum(masked(frames, present), axis=(1, 2), keepdims=True) / count, present)
        variance = ops.sum(ops.square(centred), axis=(1, 2), keepdims=True) / count
        return centred * ops.rsqrt(variance + 1e-6)

    def compute_output_shape(self, frames_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Give the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class TargetScale(FullPrecisionLayer):
    """From standardised predictions to the unit of the targets; mean and deviation are weights that are set."""

    def build(self, inputs: tuple) -> None:
        """Make the weights."""
        shape = (inputs[-1],)
        self.mean = self.add_weight(shape=shape, initializer="zeros", name="mean", trainable=False)
        self.deviation = self.add_weight(shape=shape, initializer="ones", name="deviation", trainable=False)

    def call(self, inputs: Any) -> Any:
        """Take and give ``(n_clips, n_outputs)``."""
        return inputs * self.deviation + self.mean


class StandardizedSquaredError(keras.losses.Loss):
    """Squared error in units of the targets' variance: 1 for who predicts their mean, whatever their unit.

    So outputs of different units count alike.

    Parameters
    ----------
    scale : TargetScale
        The layer that knows the deviation of the targets.
    """

    def __init__(self, scale: TargetScale, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._scale = scale

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Take ``(n_clips, n_outputs)`` twice; give ``(n_clips,)``."""
        return ops.mean(ops.square((y_true - y_pred) / self._scale.deviation), axis=-1)
