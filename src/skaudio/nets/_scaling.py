"""Scaling of the inputs of a network and, for regression, of its outputs."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._masking import masked
from skaudio.nets._precision import FullPrecisionLayer


@keras.saving.register_keras_serializable("skaudio")
class ChannelStandardization(FullPrecisionLayer):
    """Standardise each channel by mean and standard deviation, which are non-trainable weights.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ChannelStandardization
    >>> frames, mask = np.array([[[12.0, 5.0], [8.0, 5.0]]]), np.ones((1, 2), bool)
    >>> layer = ChannelStandardization()
    >>> layer.build(frames.shape, mask.shape)
    >>> layer.set_weights([np.array([10.0, 5.0]), np.array([2.0, 1.0])])
    >>> layer(frames, mask).numpy()[0]
    array([[ 1.,  0.],
           [-1.,  0.]], dtype=float32)
    """

    def build(self, frames_shape: tuple, present_shape: tuple) -> None:  # noqa: ARG002
        """Create the weights."""
        shape = (frames_shape[-1],)
        self.mean = self.add_weight(shape=shape, initializer="zeros", name="mean", trainable=False)
        self.deviation = self.add_weight(shape=shape, initializer="ones", name="deviation", trainable=False)

    def call(self, frames: Any, present: Any) -> Any:
        """Standardise frames ``(n_clips, n_frames, n_channels)`` and set masked ones to zero."""
        return masked((frames - self.mean) / self.deviation, present)

    def restore(self, frames: Any) -> Any:
        """Undo the standardisation of frames.

        Parameters
        ----------
        frames : tensor of shape (n_clips, n_frames, n_channels)
            Standardised frames.

        Returns
        -------
        tensor of shape (n_clips, n_frames, n_channels)
            Frames in their original unit.
        """
        return frames * self.deviation + self.mean

    def compute_output_shape(self, frames_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class ClipStandardization(FullPrecisionLayer):
    """Standardise each clip by mean and standard deviation over all of its frames and channels.

    For decibels, the mean is the level of the recording, to which the network becomes invariant.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ClipStandardization
    >>> frames = np.random.default_rng(0).normal(5.0, 3.0, (1, 50, 4))
    >>> standardized = ClipStandardization()(frames, np.ones((1, 50), bool)).numpy()
    >>> bool(abs(standardized.mean()) < 1e-5), round(float(standardized.std()), 3)
    (True, 1.0)
    """

    def call(self, frames: Any, present: Any) -> Any:
        """Standardise frames ``(n_clips, n_frames, n_channels)`` and set masked ones to zero."""
        count = ops.sum(ops.cast(present, frames.dtype), axis=1) * frames.shape[-1]
        count = ops.maximum(count, 1.0)[:, None, None]
        centred = masked(frames - ops.sum(masked(frames, present), axis=(1, 2), keepdims=True) / count, present)
        variance = ops.sum(ops.square(centred), axis=(1, 2), keepdims=True) / count
        return centred * ops.rsqrt(variance + 1e-6)

    def compute_output_shape(self, frames_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class TargetScale(FullPrecisionLayer):
    """Scale standardised predictions to the unit of the targets, by non-trainable mean and standard deviation.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import TargetScale
    >>> layer = TargetScale()
    >>> layer.build((None, 1))
    >>> layer.set_weights([np.array([70.0]), np.array([10.0])])
    >>> layer(np.array([[0.0], [1.5]])).numpy()[:, 0]
    array([70., 85.], dtype=float32)
    """

    def build(self, inputs: tuple) -> None:
        """Create the weights."""
        shape = (inputs[-1],)
        self.mean = self.add_weight(shape=shape, initializer="zeros", name="mean", trainable=False)
        self.deviation = self.add_weight(shape=shape, initializer="ones", name="deviation", trainable=False)

    def call(self, inputs: Any) -> Any:
        """Scale predictions ``(n_clips, n_outputs)``."""
        return inputs * self.deviation + self.mean
