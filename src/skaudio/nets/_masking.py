"""Masking of padding frames, so that they never change a result.

Clips of a batch are padded at the end to one length, a multiple of the network's stride. A mask ``(n_clips, n_frames)``
is passed through the network along with the frames, and masked frames are set to zero before every layer that uses
neighbouring frames, as if each clip were zero-padded separately.

The argument of layers is named ``present``, because Keras automatically passes arguments whose names end in ``mask``
between its own layers.
"""

from typing import Any

import keras
from keras import ops

from skaudio.nets._precision import FullPrecisionLayer


def masked(x: Any, mask: Any) -> Any:
    """Set the masked frames of ``x (n_clips, n_frames, ...)`` to zero."""
    mask = ops.cast(mask, x.dtype)
    return x * ops.reshape(mask, (*ops.shape(mask)[:2], *(1,) * (len(x.shape) - 2)))


@keras.saving.register_keras_serializable("skaudio")
class ApplyMask(keras.layers.Layer):
    """Set masked frames to zero.

    Parameters
    ----------
    *args, **kwargs : tuple, dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ApplyMask
    >>> ApplyMask()(np.ones((1, 3, 2)), np.array([[True, True, False]])).numpy()[0]
    array([[1., 1.],
           [1., 1.],
           [0., 0.]], dtype=float32)
    """

    def call(self, x: Any, present: Any) -> Any:
        """Mask ``x (n_clips, n_frames, ...)`` by ``present (n_clips, n_frames)``."""
        return masked(x, present)

    def compute_output_shape(self, x_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of ``x``."""
        return x_shape


@keras.saving.register_keras_serializable("skaudio")
class ShortenMask(keras.layers.Layer):
    """Downsample a mask to every ``stride``-th frame, like pooling over time.

    Parameters
    ----------
    stride : int
        Downsampling factor.
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ShortenMask
    >>> ShortenMask(2)(np.array([[True, True, True, False, False]])).numpy()
    array([[ True,  True, False]])
    """

    def __init__(self, stride: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stride = stride

    def call(self, inputs: Any) -> Any:
        """Map a mask ``(n_clips, n_frames)`` to ``(n_clips, ceil(n_frames / stride))``."""
        return inputs[:, :: self.stride]

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "stride": self.stride}


@keras.saving.register_keras_serializable("skaudio")
class MaskedBatchNormalization(FullPrecisionLayer):
    """Batch normalisation that excludes masked frames and sets them to zero [1]_.

    The Keras layer supports masks, too, but needs three more passes over the activations.

    Parameters
    ----------
    momentum : float, default=0.9
        Momentum of the moving mean and variance. The Keras default of 0.99 needs hundreds of steps to converge, often
        as many as the whole training on a small data set.
    epsilon : float, default=1e-3
        Value added to the variance.
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    References
    ----------
    .. [1] S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network training by reducing internal
       covariate shift", International Conference on Machine Learning, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import MaskedBatchNormalization
    >>> x = np.array([[[1.0], [3.0], [99.0]]])  # the last frame is padding
    >>> layer = MaskedBatchNormalization(epsilon=1e-9)
    >>> layer(x, np.array([[True, True, False]]), training=True).numpy()[0, :2, 0].round(3)
    array([-1.,  1.], dtype=float32)
    """

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, x_shape: tuple, present_shape: tuple) -> None:  # noqa: ARG002
        """Create the weights."""
        shape = (x_shape[-1],)
        self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(shape=shape, initializer="zeros", name="moving_mean", trainable=False)
        self.moving_variance = self.add_weight(shape=shape, initializer="ones", name="moving_variance", trainable=False)

    def call(self, x: Any, present: Any, training: bool = False) -> Any:
        """Normalise ``x (n_clips, n_frames, ..., n_filters)`` with ``present (n_clips, n_frames)``."""
        if training:
            x = masked(x, present)
            axes = tuple(range(len(x.shape) - 1))
            n_values_per_frame = ops.cast(ops.prod(ops.shape(x)[2:-1]), x.dtype)
            count = ops.maximum(ops.sum(ops.cast(present, x.dtype)) * n_values_per_frame, 1.0)
            mean = ops.sum(x, axis=axes) / count
            variance = ops.maximum(ops.sum(ops.square(x), axis=axes) / count - ops.square(mean), 0.0)
            for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
        else:
            mean, variance = self.moving_mean, self.moving_variance
        scale = self.gamma * ops.rsqrt(variance + self.epsilon)
        return masked(x * scale + (self.beta - mean * scale), present)

    def compute_output_shape(self, x_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of ``x``."""
        return x_shape

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("skaudio")
class StepsAsRows(keras.layers.Layer):
    """Concatenate the steps of all clips, masked or not.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import StepsAsRows
    >>> StepsAsRows()(np.zeros((4, 10, 3))).shape
    TensorShape([40, 3])
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Return None, so that the mask of a recurrent layer is not passed beyond the time axis."""

    def call(self, x: Any) -> Any:
        """Reshape ``x (n_clips, n_steps, n_outputs)`` to ``(n_clips * n_steps, n_outputs)``."""
        return ops.reshape(x, (-1, x.shape[-1]))

    def compute_output_shape(self, x_shape: tuple) -> tuple:
        """Return the shape of the rows."""
        return (None, x_shape[-1])
