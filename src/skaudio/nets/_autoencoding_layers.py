"""Layers of autoencoders: where a frame is in its clip, chance in the latent, and what all costs."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._masking import masked
from skaudio.nets._precision import FullPrecisionLayer

LOG_VARIANCES = -10.0, 4.0  # bounds: beyond them, a step of training makes losses of thousands, and NaN
TIME_WAVES = 8  # half periods of the fastest cosine that tells where in a clip a frame is


@keras.saving.register_keras_serializable("skaudio")
class TimeCode(FullPrecisionLayer):
    """Where in its clip a frame is: cosines of half a period, of two halves, ... over the clip."""

    def call(self, present: Any) -> Any:
        """Take a mask ``(n_clips, n_frames)``; give ``(n_clips, n_frames, TIME_WAVES)``, masked frames zero."""
        present_number = ops.cast(present, "float32")
        count = ops.maximum(ops.sum(present_number, axis=1, keepdims=True), 1.0)
        where = (ops.cumsum(present_number, axis=1) - 0.5) / count
        halves = ops.arange(1, TIME_WAVES + 1, dtype="float32")
        return masked(ops.cos(3.14159265 * where[:, :, None] * halves), present)

    def compute_output_shape(self, present_shape: tuple) -> tuple:
        """Give the shape of the code."""
        return (*present_shape, TIME_WAVES)


@keras.saving.register_keras_serializable("skaudio")
class Broadcast(keras.layers.Layer):
    """A vector a clip, put at each of its frames."""

    def call(self, vectors: Any, present: Any) -> Any:
        """Take ``(n_clips, n_values)`` and a mask; give ``(n_clips, n_frames, n_values)``, masked frames zero."""
        return vectors[:, None, :] * ops.cast(present, vectors.dtype)[:, :, None]

    def compute_output_shape(self, vectors_shape: tuple, present_shape: tuple) -> tuple:
        """Give the shape of the vectors in their places."""
        return (*present_shape, vectors_shape[-1])


@keras.saving.register_keras_serializable("skaudio")
class NormalDraw(FullPrecisionLayer):
    """A draw from a normal distribution in training, so that its mean and variance can be learnt; else its mean."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chance = keras.random.SeedGenerator()

    def call(self, mean: Any, log_variance: Any, training: bool = False) -> Any:
        """Take and give ``(n_clips, latent_dim)``."""
        if not training:
            return mean
        return mean + ops.exp(0.5 * ops.clip(log_variance, *LOG_VARIANCES)) * keras.random.normal(
            ops.shape(mean), seed=self.chance
        )

    def compute_output_shape(self, mean_shape: tuple, log_variance_shape: tuple) -> tuple:  # noqa: ARG002
        """Give the shape of the mean."""
        return mean_shape


@keras.saving.register_keras_serializable("skaudio")
class SquaredError(FullPrecisionLayer):
    """Squared difference of frames and what was made of them, masked frames zero."""

    def call(self, frames: Any, reconstruction: Any, present: Any) -> Any:
        """Take frames ``(n_clips, n_frames, n_channels)`` twice, and a mask; give their shape."""
        return masked(ops.square(frames - reconstruction), present)

    def compute_output_shape(self, frames_shape: tuple, reconstruction_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Give the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class ClipMean(FullPrecisionLayer):
    """The mean over the frames and channels of a clip."""

    def call(self, values: Any, present: Any) -> Any:
        """Take ``(n_clips, n_frames, n_channels)``, masked, and a mask; give ``(n_clips, 1)``."""
        return ops.sum(values, axis=(1, 2))[:, None] / values_a_clip(values, present)

    def compute_output_shape(self, values_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Give the shape of the means."""
        return (values_shape[0], 1)


@keras.saving.register_keras_serializable("skaudio")
class Divergence(FullPrecisionLayer):
    """How far the distribution of a clip's latent is from the standard normal one, in units of mean squared error.

    The evidence bound is half the sum of squared errors, over their variance given the latent, and this (Kullback-
    Leibler) divergence. Here both are multiplied by the variance, and divided by half the number of values of a clip.
    The variance is that of the errors of the batch, its maximum-likelihood estimate [1]_: with a fixed one of 1, the
    latent would hold nothing of what varies less.

    Parameters
    ----------
    beta : float
        Weight.

    References
    ----------
    .. [1] O. Rybkin, K. Daniilidis and S. Levine, "Simple and effective VAE training with calibrated decoders",
       International Conference on Machine Learning, 2021.
    """

    def __init__(self, beta: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beta = beta

    def call(self, mean: Any, log_variance: Any, values: Any, present: Any) -> Any:
        """Take ``(n_clips, latent_dim)`` twice, frames or their like, and a mask; give ``(n_clips, 1)``."""
        log_variance = ops.clip(log_variance, *LOG_VARIANCES)
        nats = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance, axis=-1, keepdims=True)
        n_values = values_a_clip(values, present)
        variance = ops.stop_gradient(ops.sum(values) / ops.sum(n_values))
        return self.beta * variance * nats / (0.5 * n_values)

    def compute_output_shape(self, mean_shape: tuple, *_: tuple) -> tuple:
        """Give the shape of the divergences."""
        return (mean_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Say what to make the layer from."""
        return {**super().get_config(), "beta": self.beta}


@keras.saving.register_keras_serializable("skaudio")
class MeanOutput(keras.losses.Loss):
    """The loss of a network that gives its own."""

    def call(self, y_true: Any, y_pred: Any) -> Any:  # noqa: ARG002
        """Take ``(n_clips, 1)`` twice; give ``(n_clips,)``."""
        return y_pred[:, 0]


def values_a_clip(values: Any, present: Any) -> Any:
    """Count the values of each clip ``(n_clips, 1)``, masked frames left out."""
    n_frames = ops.sum(ops.cast(present, values.dtype), axis=1, keepdims=True)
    return ops.maximum(n_frames, 1.0) * values.shape[-1]
