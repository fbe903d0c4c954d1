"""Layers of autoencoders: time code, sampling of the latent, and loss terms."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._masking import masked
from skaudio.nets._precision import FullPrecisionLayer

LOG_VARIANCES = -10.0, 4.0  # clipping bounds; beyond them, the loss explodes and training diverges
TIME_WAVES = 8  # half periods per clip of the fastest cosine of the time code


@keras.saving.register_keras_serializable("skaudio")
class TimeCode(FullPrecisionLayer):
    """Position of each frame in its clip, encoded by cosines of one, two, ... half periods per clip.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import TimeCode
    >>> code = TimeCode()(np.array([[True, True, False]])).numpy()
    >>> code.shape
    (1, 3, 8)
    >>> code[0, :2, 0].round(3)  # half a period over the two frames of the clip
    array([ 0.707, -0.707], dtype=float32)
    """

    def call(self, present: Any) -> Any:
        """Map a mask ``(n_clips, n_frames)`` to ``(n_clips, n_frames, TIME_WAVES)``, zero at masked frames."""
        weights = ops.cast(present, "float32")
        count = ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1.0)
        position = (ops.cumsum(weights, axis=1) - 0.5) / count
        half_periods = ops.arange(1, TIME_WAVES + 1, dtype="float32")
        return masked(ops.cos(3.14159265 * position[:, :, None] * half_periods), present)

    def compute_output_shape(self, present_shape: tuple) -> tuple:
        """Return the shape of the code."""
        return (*present_shape, TIME_WAVES)


@keras.saving.register_keras_serializable("skaudio")
class Broadcast(keras.layers.Layer):
    """Repeat one vector per clip at each of its frames.

    Parameters
    ----------
    *args, **kwargs : tuple, dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import Broadcast
    >>> Broadcast()(np.array([[1.0, 2.0]]), np.array([[True, True, False]])).numpy()[0]
    array([[1., 2.],
           [1., 2.],
           [0., 0.]], dtype=float32)
    """

    def call(self, vectors: Any, present: Any) -> Any:
        """Map ``(n_clips, n_values)`` and a mask to ``(n_clips, n_frames, n_values)``, zero at masked frames."""
        return vectors[:, None, :] * ops.cast(present, vectors.dtype)[:, :, None]

    def compute_output_shape(self, vectors_shape: tuple, present_shape: tuple) -> tuple:
        """Return the shape of the repeated vectors."""
        return (*present_shape, vectors_shape[-1])


@keras.saving.register_keras_serializable("skaudio")
class NormalDraw(FullPrecisionLayer):
    """Reparameterised sample of a normal distribution in training; its mean in prediction.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import NormalDraw
    >>> mean, log_variance = np.array([[1.0, -1.0]]), np.zeros((1, 2))
    >>> NormalDraw()(mean, log_variance).numpy()
    array([[ 1., -1.]], dtype=float32)
    >>> bool((NormalDraw()(mean, log_variance, training=True).numpy() == mean).any())
    False
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chance = keras.random.SeedGenerator()

    def call(self, mean: Any, log_variance: Any, training: bool = False) -> Any:
        """Map mean and log-variance to latents, all ``(n_clips, latent_dim)``."""
        if not training:
            return mean
        return mean + ops.exp(0.5 * ops.clip(log_variance, *LOG_VARIANCES)) * keras.random.normal(
            ops.shape(mean), seed=self.chance
        )

    def compute_output_shape(self, mean_shape: tuple, log_variance_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the mean."""
        return mean_shape


@keras.saving.register_keras_serializable("skaudio")
class SquaredError(FullPrecisionLayer):
    """Squared error between frames and their reconstruction, zero at masked frames.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import SquaredError
    >>> frames, reconstruction = np.zeros((1, 2, 1)), np.array([[[3.0], [5.0]]])
    >>> SquaredError()(frames, reconstruction, np.array([[True, False]])).numpy()[0, :, 0]
    array([9., 0.], dtype=float32)
    """

    def call(self, frames: Any, reconstruction: Any, present: Any) -> Any:
        """Compute errors from frames and reconstruction ``(n_clips, n_frames, n_channels)`` and a mask."""
        return masked(ops.square(frames - reconstruction), present)

    def compute_output_shape(self, frames_shape: tuple, reconstruction_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the frames."""
        return frames_shape


@keras.saving.register_keras_serializable("skaudio")
class ClipMean(FullPrecisionLayer):
    """Mean over the frames and channels of each clip.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ClipMean
    >>> errors = np.array([[[1.0, 3.0], [0.0, 0.0]]])  # the second frame is padding
    >>> ClipMean()(errors, np.array([[True, False]])).numpy()
    array([[2.]], dtype=float32)
    """

    def call(self, values: Any, present: Any) -> Any:
        """Map masked values ``(n_clips, n_frames, n_channels)`` and a mask to ``(n_clips, 1)``."""
        return ops.sum(values, axis=(1, 2))[:, None] / count_values(values, present)

    def compute_output_shape(self, values_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the means."""
        return (values_shape[0], 1)


@keras.saving.register_keras_serializable("skaudio")
class Divergence(FullPrecisionLayer):
    """Kullback-Leibler divergence of each latent from the standard normal, in units of mean squared error.

    The evidence lower bound consists of half the sum of squared errors, over their variance given the latent, and this
    divergence. Here both are multiplied by the variance and divided by half the number of values of a clip. The
    variance is the maximum-likelihood estimate from the errors of the batch [1]_: with a fixed one of 1, the latent
    would not encode smaller variations.

    Parameters
    ----------
    beta : float
        Weight of the divergence.
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    References
    ----------
    .. [1] O. Rybkin, K. Daniilidis and S. Levine, "Simple and effective VAE training with calibrated decoders",
       International Conference on Machine Learning, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import Divergence
    >>> errors, mask = np.ones((1, 4, 2)), np.ones((1, 4), bool)
    >>> float(Divergence(beta=1.0)(np.zeros((1, 3)), np.zeros((1, 3)), errors, mask)[0, 0])  # of the standard normal
    0.0
    >>> float(Divergence(beta=1.0)(np.ones((1, 3)), np.zeros((1, 3)), errors, mask)[0, 0])  # 1.5 nats over four
    0.375
    """

    def __init__(self, beta: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.beta = beta

    def call(self, mean: Any, log_variance: Any, values: Any, present: Any) -> Any:
        """Map mean and log-variance ``(n_clips, latent_dim)``, squared errors and a mask to ``(n_clips, 1)``."""
        log_variance = ops.clip(log_variance, *LOG_VARIANCES)
        nats = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance, axis=-1, keepdims=True)
        n_values = count_values(values, present)
        variance = ops.stop_gradient(ops.sum(values) / ops.sum(n_values))
        return self.beta * variance * nats / (0.5 * n_values)

    def compute_output_shape(self, mean_shape: tuple, *_: tuple) -> tuple:
        """Return the shape of the divergences."""
        return (mean_shape[0], 1)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "beta": self.beta}


def count_values(values: Any, present: Any) -> Any:
    """Count the values of each clip ``(n_clips, 1)``, excluding masked frames."""
    n_frames = ops.sum(ops.cast(present, values.dtype), axis=1, keepdims=True)
    return ops.maximum(n_frames, 1.0) * values.shape[-1]
