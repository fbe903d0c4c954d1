"""Classes frame by frame: learnt of labels of frames or of clips, and told of frames."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._validation import stack_frames
from skaudio.estimators._classification import ClassifierHead

NO_FRAMES = "has no pooling over time that could be taken off. Use another."


class FrameClassifierHead(ClassifierHead):
    """Base of the neural classifiers of clips and of each of their frames."""

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_frames(self, X: Any, y: Sequence, sample_weight: Any = None, groups: Any = None) -> Self:
        """Train the network by what each frame is: for `predict_frames`.

        The pooling over time takes no part. Where `fit` came before and ``warm_start`` is true, training goes on from
        there.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), or sequence of ndarrays (n_frames_i, n_channels)
            Frame sequences.
        y : sequence of n_clips arrays (n_frames_i,) or (n_frames_i, n_labels)
            The class of each frame; or 0 and 1 for each of several labels that do not exclude one another, as which
            one-hot classes are taken, too.
        sample_weight : array-like of shape (n_clips,), default=None
            How much each clip counts.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, clips of a group are all trained on or all validated by.

        Returns
        -------
        self : estimator
            Fitted.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch of frame sequences, if ``y`` has not a label for each of its frames, or has but one
            class, or if the network has no pooling over time.
        """
        if not self._pools_time():
            raise ValueError(f"architecture={self._tower()[0]!r} {NO_FRAMES}")
        go_on = self.warm_start and hasattr(self, "_weights")
        frames = self._check_frames(X, reset=not go_on)
        labels = self._labels_of_frames(frames, y, reset=not go_on)
        ends = np.cumsum([len(clip) for clip in frames])[:-1]
        weights = np.ones(len(labels))
        if self.class_weight is not None:
            weights = compute_sample_weight(self.class_weight, labels)
        targets = np.column_stack([self._targets(labels), weights.astype(np.float32)])
        by_clip = stack_frames(np.split(targets, ends))
        how = {"go_on": go_on, "epochs": self.epochs, "schedule": self.schedule}
        return self._fit(frames, by_clip, sample_weight, groups, None, **how)

    def predict_frames(self, X: Any) -> np.ndarray:
        """Tell how probable each class is at each time, from what was learnt of frames or of whole clips.

        The pooling over time is taken off the network: every frame is judged as if it were the clip. A network that
        halves time judges several frames at once and gives all of them the same. Row ``t`` is that of frame ``t`` of
        ``X``: with a centred front end, of the time ``t * hop_length / sr`` seconds.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), or sequence of ndarrays (n_frames_i, n_channels)
            Frame sequences.

        Returns
        -------
        ndarray (n_clips, n_frames, n_classes), or object array of ndarrays (n_frames_i, n_classes)
            Probabilities in float64, as long as the clips.

        Raises
        ------
        ValueError
            If the network has no pooling over time, as those for clips of one length and callables.
        """
        check_is_fitted(self)
        if not self._architecture.pools_time:
            raise ValueError(f"{self._architecture.named} {NO_FRAMES}")
        return stack_frames([self._probabilities(scores.astype(np.float64)) for scores in self._run(X, "frames")])

    def _labels_of_frames(self, frames: np.ndarray, y: Sequence, *, reset: bool) -> np.ndarray:
        """Check the labels of all clips' frames; give them end to end."""
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        if len(y) != len(frames):
            raise ValueError(f"y has labels of the frames of {len(y)} clips; X has {len(frames)} clips.")
        labels = [np.asarray(own) for own in y]
        for i, (clip, own) in enumerate(zip(frames, labels, strict=True)):
            if own.ndim not in {1, 2} or own.ndim != labels[0].ndim or len(own) != len(clip):
                raise ValueError(
                    f"The labels of clip {i} have shape {own.shape}; expected one for each of its {len(clip)} frames: "
                    f"({len(clip)},), or ({len(clip)}, n_labels), the same of all clips."
                )
        return self._check_labels(np.concatenate(labels), None, reset=reset)
