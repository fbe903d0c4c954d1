"""Padding and cropping of clips to a fixed number of frames."""

from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skaudio._atomic import atomic
from skaudio._frames import Channels
from skaudio._frames_input import FramesInputMixin
from skaudio._frames_output import FramesOutputMixin
from skaudio._validation import check_frames, equal_lengths
from skaudio.pooling._gather import gather_frames, silence_of


class FramePadder(FramesInputMixin, FramesOutputMixin, BaseEstimator):
    """Pad shorter clips and crop longer ones to a fixed number of frames.

    The output is one array ``(n_clips, n_frames, n_channels)``, or with ``flatten=True`` a table for any estimator of
    scikit-learn. The networks of skaudio accept clips of different lengths and do not need it.

    Parameters
    ----------
    n_frames : int or None, default=None
        Number of frames; None: that of the longest clip in `fit`.
    pad : {"end", "start", "both"}, default="end"
        Where frames are added to a shorter clip. With "both" the clip is centred (the earlier of two positions).
    crop : {"end", "start", "both"}, default="end"
        Where frames are cut off a longer clip. With "both" the middle is kept (the earlier of two positions).
    mode : {"constant", "edge", "wrap"}, default="constant"
        Padding mode, as in `numpy.pad`: ``value``, the nearest frame, or repetition of the clip.
    value : float, "silence" or "min", default="silence"
        Padding value of mode "constant". "silence": the value of digital silence in each channel, if known from the
        frames of `fit`, as for front ends: -100 for bands in decibels, where 0 would be loud; else 0. "min": the
        minimum of the clip.
    flatten : bool, default=False
        Whether to return a table ``(n_clips, n_frames * n_channels)``.

    Attributes
    ----------
    n_frames_ : int
        Number of frames of every clip in the output.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` received frames of a front end or a data frame.

    See Also
    --------
    StatPooling : Pool frames to a table that is invariant to time shifts.

    Notes
    -----
    Columns of the table are ordered by frame, then by channel. A broken clip, marked by NaN, is all NaN.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.pooling import FramePadder
    >>> clips = [np.array([[1.0], [2.0], [3.0]]), np.array([[4.0]]), np.array([[5.0], [6.0]])]
    >>> FramePadder(n_frames=2, pad="start", flatten=True).fit_transform(clips)
    array([[1., 2.],
           [0., 4.],
           [5., 6.]], dtype=float32)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_frames": [Interval(Integral, 1, None, closed="left"), None],
        "pad": [StrOptions({"end", "start", "both"})],
        "crop": [StrOptions({"end", "start", "both"})],
        "mode": [StrOptions({"constant", "edge", "wrap"})],
        "value": [Interval(Real, None, None, closed="neither"), StrOptions({"min", "silence"})],
        "flatten": ["boolean"],
    }

    def __init__(self, n_frames=None, *, pad="end", crop="end", mode="constant", value="silence", flatten=False):
        self.n_frames = n_frames
        self.pad = pad
        self.crop = crop
        self.mode = mode
        self.value = value
        self.flatten = flatten

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Validate the parameters and determine the numbers of channels and frames.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.
        y : None
            Ignored.

        Returns
        -------
        self : FramePadder
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter is out of range, or ``X`` is not a batch of frame sequences.
        """
        batch = check_frames(self, X, reset=True, allow_nan=True)
        self.n_frames_ = max(map(len, batch)) if self.n_frames is None else self.n_frames
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Pad and crop clips.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_frames_, n_channels) or (n_clips, n_frames_ * n_channels)
            With pandas output (see `set_output`), a data frame with the index of ``X``: the table, or one column of
            arrays ``(n_frames_, n_channels)``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences with as many channels as in `fit`.
        """
        check_is_fitted(self)
        batch = check_frames(self, X, reset=False, allow_nan=True)
        padded = np.empty((len(batch), self.n_frames_, self.n_features_in_), dtype=np.float32)
        value = silence_of(self) if self.value == "silence" else self.value
        for indices, block in equal_lengths(batch):
            fill = block.min(axis=(1, 2), keepdims=True) if self.value == "min" else value
            padded[indices] = gather_frames(block, self._index(block.shape[1]), self.mode, fill)
        return padded.reshape(len(batch), -1) if self.flatten else self._frames_output(padded, X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the input channels, or of the columns of the table: ``mfcc_03_f012`` for frame 12.

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
        if not self.flatten:
            return channels
        width = len(str(self.n_frames_ - 1))
        names = [f"{channel}_f{frame:0{width}d}" for frame in range(self.n_frames_) for channel in channels]
        return np.asarray(names, dtype=object)

    def _gives_table(self) -> bool:
        return self.flatten

    def _channels(self) -> Channels | None:
        if self._channels_in is None or self.pad == self.crop == "end":
            return self._channels_in or super()._channels()
        return replace(self._channels_in, start_seconds=None)  # not the same for all clips

    def _index(self, n_frames: int) -> np.ndarray:
        """Return the index of the clip's frame at each position; negative or too large where there is none."""
        surplus = n_frames - self.n_frames_
        side = self.crop if surplus > 0 else self.pad
        first = {"end": 0, "start": surplus, "both": int(surplus / 2)}[side]
        return first + np.arange(self.n_frames_)
