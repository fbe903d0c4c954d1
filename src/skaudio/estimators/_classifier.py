"""Classification head: class labels, probabilities and scores."""

from dataclasses import dataclass, replace
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, compute_sample_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import assert_all_finite, check_array, column_or_1d

from skaudio._atomic import atomic
from skaudio._learning import Augmentation
from skaudio._validation import as_labels
from skaudio._warnings import warn_user
from skaudio.estimators._supervised import SupervisedEstimator

MIN_EPOCHS = 10  # with fewer, accuracy at chance level is not reported
N_CHECKED = 100  # training clips whose accuracy is checked


@dataclass(kw_only=True, eq=False, repr=False)
class ClassifierHead(ClassifierMixin, SupervisedEstimator):
    """Base class of neural classifiers.

    Parameters
    ----------
    class_weight : dict, list of dicts, "balanced" or None, default=None
        Weights of the classes, multiplied with ``sample_weight``, as in scikit-learn's classifiers.
    label_smoothing : float, default=0.1
        Fraction of each target that is spread evenly over all classes, which reduces overconfidence. For two classes,
        probabilities are at most about ``1 - label_smoothing / 2``: for higher thresholds, use 0.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, in the order of the probabilities; 0, 1, ... for multilabel targets.
    """

    class_weight: Any = None
    label_smoothing: float = 0.1

    _parameter_constraints: ClassVar[dict] = {
        "class_weight": [None, dict, list, StrOptions({"balanced"})],
        "label_smoothing": [Interval(Real, 0, 1, closed="left")],
    }

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal or different length. A table is treated as one-frame sequences. A memory-mapped
            array is read batch by batch.
        y : array-like of shape (n_clips,), or label indicator of shape (n_clips, n_labels)
            Class labels of any dtype; or a multilabel indicator of 0 and 1. One-hot classes are an indicator, too, and
            result in a multilabel network: pass ``y.argmax(axis=1)`` for exclusive classes.
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
            If ``X`` is not a batch of frame sequences, if ``y`` does not match it or has a single class, or if the
            network cannot be built for such clips.

        Warns
        -----
        ConvergenceWarning
            If training diverged, or if the accuracy on the training clips is at chance level.
        """
        resume = self._resumes()
        return self._learn(X, y, sample_weight, groups, resume=resume)

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch at a constant learning rate.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        y : array-like of shape (n_clips,), or label indicator of shape (n_clips, n_labels)
            Class labels, or a multilabel indicator; see `fit`.
        classes : array-like of shape (n_classes,), default=None
            All classes of this and later calls, for the first call; None: those in its ``y``.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip; clips of zero weight are excluded.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            See `fit`; also if ``y`` contains a class unknown to the first call.
        """
        resume = self.__sklearn_is_fitted__()
        return self._learn(X, y, sample_weight, None, classes=classes, resume=resume, one_epoch=True)

    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of shape (n_clips,), or (n_clips, n_labels)
            The most probable class; for multilabel targets, the labels with probability above 0.5.
        """
        scores = self._scores(X)
        if self._multilabel:
            return (scores > 0).astype(int)
        best = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(int)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities for each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes), or (n_clips, n_labels)
            Probabilities, in the order of ``classes_``; for multilabel targets, of each label independently.
        """
        return self._probabilities(self._scores(X))

    def decision_function(self, X: Any) -> np.ndarray:
        """Compute the logits of the network, the inputs of softmax or sigmoid.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,) for two classes, else (n_clips, n_classes) or (n_clips, n_labels)
            Scores; for two classes, positive for the second.
        """
        scores = self._scores(X)
        return scores[:, 0] if scores.shape[1] == 1 and not self._multilabel else scores

    def _learn(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        groups: Any,
        *,
        resume: bool,
        classes: Any = None,
        one_epoch: bool = False,
    ) -> Self:
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        frames = self._check_frames(X, reset=not resume)
        y = self._check_labels(y, classes, reset=not resume)
        if self.class_weight is not None:
            weights = compute_sample_weight(self.class_weight, y)
            sample_weight = weights if sample_weight is None else np.asarray(sample_weight, np.float64) * weights
        strata = None if self._multilabel else np.searchsorted(self.classes_, y)
        targets = self._targets(y)
        self._fit(frames, targets, sample_weight, groups, strata, resume=resume, one_epoch=one_epoch)
        trained = not one_epoch and (self.epochs == "auto" or self.epochs >= MIN_EPOCHS)
        if trained and not self._multilabel:
            self._warn_if_at_chance(frames, y, sample_weight)
        return self

    def _warn_if_at_chance(self, frames: np.ndarray, y: np.ndarray, sample_weight: Any) -> None:
        """Warn if the training accuracy is no better than that of the most frequent class."""
        present = np.arange(len(y)) if sample_weight is None else np.flatnonzero(np.asarray(sample_weight) > 0)
        rows = present[:: -(-len(present) // N_CHECKED)]
        expected = y[rows]
        majority = np.unique(expected, return_counts=True)[1].max() / len(rows)
        accuracy = np.mean(self.predict(frames[rows]) == expected)
        if accuracy <= majority + np.sqrt(majority * (1.0 - majority) / len(rows)) < 1.0:
            warn_user(
                f"{type(self).__name__} is at chance level: its training accuracy is {accuracy:.0%}, and the most "
                f"frequent class has {majority:.0%} of the clips. More epochs, another learning_rate or, if frames are "
                "not spectra, augmentation=None may help.",
                ConvergenceWarning,
            )

    def _check_labels(self, y: Any, classes: Any, *, reset: bool) -> np.ndarray:
        """Validate labels; return classes ``(n_clips,)`` or an indicator ``(n_clips, n_labels)``."""
        y = as_labels(y)
        multilabel = type_of_target(y, input_name="y") == "multilabel-indicator"
        if multilabel:
            y = check_array(y, accept_sparse=False, input_name="y", estimator=self)
        else:
            y = column_or_1d(y, warn=True)
            assert_all_finite(y, estimator_name=type(self).__name__, input_name="y")
            check_classification_targets(y)
        if reset:
            self._multilabel = multilabel
            known = np.arange(y.shape[1]) if multilabel else np.unique(y if classes is None else classes)
            if len(known) < 2 and not multilabel:
                raise ValueError(
                    f"{type(self).__name__} requires at least two classes; y has one class only, "
                    f"{known.tolist()[0]!r}. For clips of one class, use an outlier detector."
                )
            self.classes_ = known
        unknown: list = [] if multilabel else list(np.setdiff1d(y, self.classes_))
        if multilabel != self._multilabel or unknown or (multilabel and y.shape[1] != len(self.classes_)):
            raise ValueError(
                f"y has {f'unknown labels {unknown}' if unknown else f'shape {np.shape(y)}'}; expected the classes of "
                f"the first fit, {list(self.classes_)}. To refit from scratch, use warm_start=False, or clone."
            )
        return y

    def _augmentation(self, frames: np.ndarray) -> Augmentation:
        augmentation = super()._augmentation(frames)
        # A mixture of two clips has the labels of both, and not a part of each.
        return replace(augmentation, mixup=0.0) if self._multilabel and self.mixup is None else augmentation

    def _targets(self, y: np.ndarray) -> np.ndarray:
        """Return the smoothed network targets ``(n_labels, n_outputs)`` of checked labels."""
        if self._multilabel:
            targets = y
        else:
            targets = np.eye(len(self.classes_))[np.searchsorted(self.classes_, y)]
            targets = targets[:, 1:] if len(self.classes_) == 2 else targets
        n_ways = targets.shape[1] if self._task() == "exclusive" else 2
        return (targets * (1.0 - self.label_smoothing) + self.label_smoothing / n_ways).astype(np.float32)

    def _task(self) -> str:
        return "independent" if self._multilabel or len(self.classes_) == 2 else "exclusive"

    def _scores(self, X: Any) -> np.ndarray:
        return np.stack(self._run(X, "scores")).astype(np.float64)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _probabilities(self, scores: np.ndarray) -> np.ndarray:
        if self._multilabel:
            return expit(scores)
        if scores.shape[-1] == 1:
            return np.concatenate([expit(-scores), expit(scores)], axis=-1)
        return softmax(scores, axis=-1)
