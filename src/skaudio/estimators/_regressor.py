"""Regression head: continuous targets."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils import Tags, check_array

from skaudio._atomic import atomic
from skaudio.estimators._supervised import SupervisedEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class RegressorHead(RegressorMixin, SupervisedEstimator):
    """Base class of neural regressors."""

    _parameter_constraints: ClassVar[dict] = {}

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal or different length. A table is treated as one-frame sequences. A memory-mapped
            array is read batch by batch.
        y : array-like of shape (n_clips,) or (n_clips, n_outputs)
            Continuous targets.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip; clips of zero weight are excluded.
        groups : array-like of shape (n_clips,), default=None
            Groups, such as speakers, which ``early_stopping`` does not split between training and validation.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, if ``y`` does not match it, or if the network cannot be built
            for such clips.
        """
        resume = self._resumes()
        return self._learn(X, y, sample_weight, groups, resume=resume)

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch at a constant learning rate.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        y : array-like of shape (n_clips,) or (n_clips, n_outputs)
            Continuous targets.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip; clips of zero weight are excluded.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            See `fit`.
        """
        resume = self.__sklearn_is_fitted__()
        return self._learn(X, y, sample_weight, None, resume=resume, one_epoch=True)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the target values of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,) or (n_clips, n_outputs)
            Predictions, with as many outputs as ``y`` in `fit`.
        """
        predicted = np.stack(self._run(X, "scores")).astype(np.float64)
        return predicted[:, 0] if self._one_output else predicted

    def _learn(self, X: Any, y: Any, sample_weight: Any, groups: Any, *, resume: bool, one_epoch: bool = False) -> Self:
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        frames = self._check_frames(X, reset=not resume)
        y = check_array(y, ensure_2d=False, dtype=np.float64, input_name="y", estimator=self)
        if resume and (y[0].size, y.ndim == 1) != (self.learner_.architecture.n_outputs, self._one_output):
            raise ValueError(
                f"y has shape {y.shape}, unlike in the first fit. To refit from scratch, use warm_start=False."
            )
        if not resume:
            self._one_output: bool = y.ndim == 1
        targets = y.reshape(len(y), -1).astype(np.float32)
        return self._fit(frames, targets, sample_weight, groups, None, resume=resume, one_epoch=one_epoch)

    def _task(self) -> str:
        return "regression"

    def _target_scale(self, targets: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mean = np.average(targets, axis=0, weights=weights)
        deviation = np.sqrt(np.average((targets - mean) ** 2, axis=0, weights=weights))
        return mean, np.where(deviation > 0, deviation, 1.0)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
