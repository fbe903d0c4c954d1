"""Context windows: each frame with its neighbours, for models of single frames."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skaudio._atomic import atomic
from skaudio._frames import Channels
from skaudio._frames_input import FramesInputMixin
from skaudio._frames_output import FramesOutputMixin
from skaudio._validation import check_frames, stack_frames
from skaudio.pooling._gather import gather_frames, silence_of


class FrameStacker(FramesInputMixin, FramesOutputMixin, BaseEstimator):
    """Stack each frame with its neighbours along the channels: context windows [1]_.

    It adds context for models of single frames (a linear model, a multi-layer perceptron, a Gaussian mixture); known as
    splicing in Kaldi and as `librosa.feature.stack_memory` (past frames only).

    Parameters
    ----------
    n_before : int, default=2
        Number of frames before each frame.
    n_after : int, default=2
        Number of frames after each frame.
    delay : int, default=1
        Distance between neighbours in frames, as in librosa.
    step : int, default=1
        Distance between output frames in input frames: only every ``step``-th frame is stacked, starting with the
        first.
    mode : {"edge", "constant", "wrap"}, default="edge"
        Padding mode at both ends, as in `numpy.pad`: the nearest frame (as in Kaldi); the value of digital silence in
        each channel, if known from the frames of `fit`, else zeros; or repetition of the clip.

    Attributes
    ----------
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` received frames of a front end or a data frame.

    See Also
    --------
    FramePadder : Pad or crop all clips to the same number of frames.

    Notes
    -----
    Channels are ordered by time, oldest first, then as in the input. The only copy is the output, which is ``(n_before
    + 1 + n_after) / step`` times as large as the input. A broken clip, marked by NaN, stays so.

    References
    ----------
    .. [1] T. N. Sainath and C. Parada, "Convolutional neural networks for small-footprint keyword spotting",
       Interspeech, 2015: 23 frames before, 8 after.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.pooling import FrameStacker
    >>> stacker = FrameStacker(n_before=1, n_after=1)
    >>> stacker.fit_transform([np.array([[1.0], [2.0], [3.0]])])
    array([[[1., 1., 2.],
            [1., 2., 3.],
            [2., 3., 3.]]], dtype=float32)
    >>> stacker.get_feature_names_out(["pitch"])
    array(['pitch_t-1', 'pitch_t+0', 'pitch_t+1'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_before": [Interval(Integral, 0, None, closed="left")],
        "n_after": [Interval(Integral, 0, None, closed="left")],
        "delay": [Interval(Integral, 1, None, closed="left")],
        "step": [Interval(Integral, 1, None, closed="left")],
        "mode": [StrOptions({"edge", "constant", "wrap"})],
    }

    def __init__(self, n_before=2, n_after=2, *, delay=1, step=1, mode="edge"):
        self.n_before = n_before
        self.n_after = n_after
        self.delay = delay
        self.step = step
        self.mode = mode

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Validate the parameters and the number of channels; the transformer is stateless.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.
        y : None
            Ignored.

        Returns
        -------
        self : FrameStacker
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter is out of range, or ``X`` is not a batch of frame sequences.
        """
        check_frames(self, X, reset=True, allow_nan=True)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Stack the frames.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.

        Returns
        -------
        ndarray
            Frames, float32 ``(n_clips, n_stacked, (n_before + 1 + n_after) * n_channels)``, where ``n_stacked`` is
            ``n_frames / step``, rounded up; where clips then differ in length, a 1-D object array of float32 arrays
            ``(n_stacked_i, ...)``. With pandas output (see `set_output`), a data frame with one column of such arrays
            and the index of ``X``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences with as many channels as in `fit`.
        """
        check_is_fitted(self)
        batch = check_frames(self, X, reset=False, allow_nan=True)
        stacked = self._stack(batch) if batch.ndim == 3 else stack_frames([self._stack(frames) for frames in batch])
        return self._frames_output(stacked, X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the channels: ``mfcc_03_t-2`` is channel ``mfcc_03`` two frames earlier.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; None: those of ``feature_names_in_``, else ``x0``, ``x1``, ...

        Returns
        -------
        ndarray of object
            Output names.
        """
        check_is_fitted(self)
        channels = _check_feature_names_in(self, input_features)
        return np.asarray(
            [f"{channel}_t{offset:+d}" for offset in self._offsets() for channel in channels], dtype=object
        )

    def _channels(self) -> Channels | None:
        channels, n_copies = self._channels_in, self.n_before + 1 + self.n_after
        if channels is None:
            return super()._channels()
        return Channels(
            tuple(self.get_feature_names_out()),
            sr=channels.sr,
            frequencies=None if channels.frequencies is None else channels.frequencies * n_copies,
            start_seconds=channels.start_seconds,
            hop_seconds=None if channels.hop_seconds is None else channels.hop_seconds * self.step,
            silence=None if channels.silence is None else channels.silence * n_copies,
        )

    def _offsets(self) -> np.ndarray:
        return self.delay * np.arange(-self.n_before, self.n_after + 1)

    def _stack(self, frames: np.ndarray) -> np.ndarray:
        """Stack sequences (..., n_frames, n_channels)."""
        index = np.arange(0, frames.shape[-2], self.step)[:, np.newaxis] + self._offsets()
        stacked = gather_frames(frames, index, self.mode, silence_of(self))  # (..., n_stacked, n_offsets, n_channels)
        return stacked.reshape(*stacked.shape[:-2], -1)
