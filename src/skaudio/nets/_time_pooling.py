"""Pooling of feature sequences to one vector per clip, excluding masked frames."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._masking import masked
from skaudio.nets._precision import FullPrecisionLayer

ATTENTION_UNITS = 64
FAR_BELOW = -1e9


@keras.saving.register_keras_serializable("skaudio")
class TimePooling(FullPrecisionLayer):
    """Pool features ``(n_clips, n_frames, n_features)`` over time.

    Parameters
    ----------
    kind : {"mean", "max", "mean_max", "attention", "last"}
        ``"mean_max"`` concatenates both. ``"attention"`` is the mean weighted by a learned softmax over time [1]_.
        ``"last"`` is the state of a recurrent network at the end of the clip.
    bidirectional : bool, default=False
        Whether the second half of the features runs backwards, so that its last state is at the first frame.
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    References
    ----------
    .. [1] D. Bahdanau, K. Cho and Y. Bengio, "Neural machine translation by jointly learning to align and translate",
       International Conference on Learning Representations, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import TimePooling
    >>> features = np.array([[[1.0], [5.0], [99.0]]])  # the last frame is padding
    >>> TimePooling("mean_max")(features, np.array([[True, True, False]])).numpy()
    array([[3., 5.]], dtype=float32)
    """

    def __init__(self, kind: str, *, bidirectional: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.bidirectional = bidirectional
        self.supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Return None, so that the mask of a recurrent layer is not passed beyond the time axis."""

    def build(self, features_shape: tuple, present_shape: tuple) -> None:  # noqa: ARG002
        """Create the weights of the attention."""
        if self.kind == "attention":
            self.projection = self.add_weight(shape=(features_shape[-1], ATTENTION_UNITS), name="projection")
            self.query = self.add_weight(shape=(ATTENTION_UNITS, 1), name="query")

    def call(self, features: Any, present: Any) -> Any:
        """Pool features ``(n_clips, n_frames, n_features)`` with a mask to ``(n_clips, n_pooled)``."""
        return getattr(self, f"_{self.kind}")(features, present)

    def frame_by_frame(self, features: Any) -> Any:
        """Return the output of `call` for each frame as if it were a clip.

        Parameters
        ----------
        features : tensor of shape (n_clips, n_frames, n_features)
            Features.

        Returns
        -------
        tensor of shape (n_clips, n_frames, n_pooled)
            Output of each frame.
        """
        return ops.concatenate([features, features], axis=-1) if self.kind == "mean_max" else features

    def compute_output_shape(self, features_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the pooled features."""
        return (features_shape[0], features_shape[-1] * (2 if self.kind == "mean_max" else 1))

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "kind": self.kind, "bidirectional": self.bidirectional}

    def _mean(self, features: Any, present: Any) -> Any:
        count = ops.maximum(ops.sum(ops.cast(present, features.dtype), axis=1, keepdims=True), 1.0)
        return ops.sum(masked(features, present), axis=1) / count

    def _max(self, features: Any, present: Any) -> Any:
        return ops.max(ops.where(present[:, :, None], features, FAR_BELOW), axis=1)

    def _mean_max(self, features: Any, present: Any) -> Any:
        return ops.concatenate([self._mean(features, present), self._max(features, present)], axis=-1)

    def _attention(self, features: Any, present: Any) -> Any:
        scores = ops.matmul(ops.tanh(ops.matmul(features, self.projection)), self.query)
        weights = ops.softmax(ops.where(present[:, :, None], scores, FAR_BELOW), axis=1)
        return ops.sum(features * weights, axis=1)

    def _last(self, features: Any, present: Any) -> Any:
        end = ops.maximum(ops.sum(ops.cast(present, "int32"), axis=1) - 1, 0)
        last = ops.squeeze(ops.take_along_axis(features, end[:, None, None], axis=1), axis=1)
        if not self.bidirectional:
            return last
        forward = features.shape[-1] // 2
        return ops.concatenate([last[:, :forward], features[:, 0, forward:]], axis=-1)


@keras.saving.register_keras_serializable("skaudio")
class LinearSoftmaxPooling(FullPrecisionLayer):
    """Pool frame scores over time, with probabilities weighted by themselves [1]_.

    Unlike the maximum, it trains all frames of an event; unlike the mean, it does not require the class in all frames.

    Parameters
    ----------
    exclusive : bool
        Whether classes are mutually exclusive (softmax) or not (sigmoid).
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    References
    ----------
    .. [1] Y. Wang, J. Li and F. Metze, "A comparison of five multiple instance learning pooling functions for sound
       event detection with weak labeling", ICASSP, 2019.

    Examples
    --------
    >>> import keras
    >>> import numpy as np
    >>> from skaudio.nets import LinearSoftmaxPooling
    >>> scores = np.array([[[4.0], [-4.0], [-4.0], [-4.0]]])  # the class is in one frame of four
    >>> score = LinearSoftmaxPooling(exclusive=False)(scores, np.ones((1, 4), bool))
    >>> round(float(keras.ops.sigmoid(score)[0, 0]), 2)
    0.93
    """

    def __init__(self, exclusive: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.exclusive = exclusive
        self.supports_masking = True

    def compute_mask(self, inputs: Any, previous_mask: Any) -> None:
        """Return None, so that the mask of a recurrent layer is not passed beyond the time axis."""

    def call(self, scores: Any, present: Any) -> Any:
        """Pool scores ``(n_clips, n_frames, n_outputs)`` with a mask to ``(n_clips, n_outputs)``."""
        frames = masked(ops.softmax(scores, axis=-1) if self.exclusive else ops.sigmoid(scores), present)
        clip = ops.sum(ops.square(frames), axis=1) / ops.maximum(ops.sum(frames, axis=1), 1e-7)
        clip = ops.clip(clip, 1e-6, 1.0 - 1e-6)
        return ops.log(clip) if self.exclusive else ops.log(clip) - ops.log(1.0 - clip)

    def frame_by_frame(self, scores: Any) -> Any:
        """Return the output of `call` for each frame as if it were a clip, which equals its scores.

        Parameters
        ----------
        scores : tensor of shape (n_clips, n_frames, n_outputs)
            Scores of frames.

        Returns
        -------
        tensor of shape (n_clips, n_frames, n_outputs)
            The same scores.
        """
        return scores

    def compute_output_shape(self, scores_shape: tuple, present_shape: tuple) -> tuple:  # noqa: ARG002
        """Return the shape of the clip scores."""
        return (scores_shape[0], scores_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "exclusive": self.exclusive}
