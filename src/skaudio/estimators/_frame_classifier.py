"""Frame-level classification, trained with frame or clip labels."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._validation import stack_frames
from skaudio.estimators._classifier import ClassifierHead

NO_FRAMES = "has no pooling over time, and hence no frame-level output. Use another architecture."


class FrameClassifierHead(ClassifierHead):
    """Base class of neural classifiers of clips and frames."""

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_frames(self, X: Any, y: Sequence, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the network to frame-level labels, for `predict_frames`.

        Pooling over time is not used. After `fit`, training continues from its weights if ``warm_start`` is true.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), or sequence of ndarrays (n_frames_i, n_channels)
            Frame sequences.
        y : sequence of n_clips arrays (n_frames_i,) or (n_frames_i, n_labels)
            Class of each frame, or a multilabel indicator of 0 and 1; one-hot classes are treated as multilabel, too.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip.
        groups : array-like of shape (n_clips,), default=None
            Groups, which ``early_stopping`` does not split between training and validation.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, if ``y`` does not have one label per frame or has a single
            class, or if the network has no pooling over time.
        """
        if not self._pools_time():
            raise ValueError(f"architecture={self._tower()[0]!r} {NO_FRAMES}")
        resume = self._resumes()
        frames = self._check_frames(X, reset=not resume)
        labels = self._check_frame_labels(frames, y, reset=not resume)
        ends = np.cumsum([len(clip) for clip in frames])[:-1]
        weights = np.ones(len(labels))
        if self.class_weight is not None:
            weights = compute_sample_weight(self.class_weight, labels)
        targets = np.column_stack([self._targets(labels), weights.astype(np.float32)])
        by_clip = stack_frames(np.split(targets, ends))
        return self._fit(frames, by_clip, sample_weight, groups, None, resume=resume)

    def predict_frames(self, X: Any) -> np.ndarray:
        """Predict class probabilities for each frame.

        The network is trained with frame labels or with labels of whole clips. Without its pooling over time, it
        classifies each frame as if it were a clip. A network that downsamples time predicts equal values for groups of
        frames. Row ``t`` belongs to frame ``t`` of ``X``: with a centred front end, to the time ``t * hop_length / sr``
        seconds.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), or sequence of ndarrays (n_frames_i, n_channels)
            Frame sequences.

        Returns
        -------
        ndarray (n_clips, n_frames, n_classes), or object array of ndarrays (n_frames_i, n_classes)
            Probabilities in float64, one row per frame.

        Raises
        ------
        ValueError
            If the network has no pooling over time, as for equal-length clips and callables.
        """
        check_is_fitted(self)
        if not self.learner_.architecture.pools_time:
            raise ValueError(f"{self.learner_.architecture.named} {NO_FRAMES}")
        return stack_frames([self._probabilities(scores.astype(np.float64)) for scores in self._run(X, "frames")])

    def _check_frame_labels(self, frames: np.ndarray, y: Sequence, *, reset: bool) -> np.ndarray:
        """Validate the frame labels of all clips and concatenate them."""
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        if len(y) != len(frames):
            raise ValueError(f"y has frame labels of {len(y)} clips; expected {len(frames)}, as X.")
        labels = [np.asarray(clip_labels) for clip_labels in y]
        for i, (clip, clip_labels) in enumerate(zip(frames, labels, strict=True)):
            if clip_labels.ndim not in {1, 2} or clip_labels.ndim != labels[0].ndim or len(clip_labels) != len(clip):
                raise ValueError(
                    f"The labels of clip {i} have shape {clip_labels.shape}; expected one label per frame, "
                    f"({len(clip)},) or ({len(clip)}, n_labels), with equal numbers of dimensions for all clips."
                )
        return self._check_labels(np.concatenate(labels), None, reset=reset)
