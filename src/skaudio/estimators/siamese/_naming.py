"""Nearest-class prediction among enrolled classes."""

from dataclasses import dataclass
from numbers import Integral, Number
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import ClassifierMixin
from sklearn.neighbors import NearestNeighbors
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skaudio._atomic import atomic
from skaudio.estimators.siamese._enrolment import Enrolment
from skaudio.estimators.siamese._verification import VerificationHead, is_calibrated


@dataclass(kw_only=True, eq=False, repr=False)
class NamingHead(ClassifierMixin, VerificationHead):
    """Base class of verifiers that also classify, and enroll classes without training.

    Parameters
    ----------
    unknown_label : object, default=None
        Label that `predict` returns for clips too far from every class, by the threshold from ``calibration``. None:
        the nearest class is returned at any distance.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Enrolled classes, sorted.
    """

    unknown_label: Any = None

    _parameter_constraints: ClassVar[dict] = {"unknown_label": "no_validation"}

    @atomic
    def enroll(self, X: Any, y: Any) -> Self:
        """Enroll classes from examples, without training.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, one or more per class.
        y : array-like of shape (n_clips,)
            Class labels, none of which is enrolled yet.

        Returns
        -------
        self : estimator
            Updated estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or if a class is already enrolled.
        """
        check_is_fitted(self)
        y = column_or_1d(y)
        check_consistent_length(X, y)
        self._enrolled: Enrolment = self._enrolled.with_more(self._embed(X), y)
        return self

    @atomic
    def forget(self, labels: Any) -> Self:
        """Remove enrolled classes.

        Parameters
        ----------
        labels : label or sequence of labels
            Classes to remove.

        Returns
        -------
        self : estimator
            Updated estimator.

        Raises
        ------
        ValueError
            If one of them is not enrolled.
        """
        check_is_fitted(self)
        self._enrolled = self._enrolled.without(labels)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict the nearest class of each clip; see `decision_function`.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of shape (n_clips,)
            Classes, or ``unknown_label``, if set, for clips too far from all; of dtype object if one is numeric and the
            other is not.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or if no class is enrolled.
        """
        distances = self._class_distances(X)
        labels = self.classes_[distances.argmin(axis=1)]
        if self.unknown_label is None:
            return labels
        if self.calibration is None:
            raise ValueError(
                f"unknown_label={self.unknown_label!r} requires a threshold, which calibration=None does not provide. "
                "Set calibration='clips' or 'classes', and refit."
            )
        if isinstance(self.unknown_label, Number) != (labels.dtype.kind in "biuf"):
            labels = labels.astype(object)
        return np.where(distances.min(axis=1) <= self._class_calibration.threshold, labels, self.unknown_label)

    def decision_function(self, X: Any) -> np.ndarray:
        """Compute the similarity of clips to the classes.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes), or (n_clips,) for two classes
            Scores ``0.75 * spread - distance``, by the distance from the mean embedding of each class and its spread
            (mean distance of its clips, each from the mean of the others); for two classes, the second minus the first.
        """
        distances = self._class_distances(X)
        return distances[:, 0] - distances[:, 1] if distances.shape[1] == 2 else -distances

    @available_if(is_calibrated)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict probabilities of the enrolled classes, assumed to be equally frequent and exhaustive.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        distances = self._class_distances(X)
        return softmax(self._class_calibration.slope * distances, axis=1)

    def kneighbors(
        self, X: Any, n_neighbors: int = 5, *, furthest: bool = False
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the nearest, or furthest, enrolled clips of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        n_neighbors : int, default=5
            Number of neighbours.
        furthest : bool, default=False
            Whether to return the furthest instead of the nearest.

        Returns
        -------
        distances : ndarray of float64, shape (n_clips, n_neighbors)
            Distances, the nearest (or furthest) first.
        indices : ndarray of int, shape (n_clips, n_neighbors)
            Indices into the enrolled clips: those of `fit`, then those of each `enroll`, without the forgotten.
        labels : ndarray of shape (n_clips, n_neighbors)
            Class labels of the neighbours.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or if fewer clips are enrolled.
        """
        check_is_fitted(self)
        enrolled = self._enrolled
        if not isinstance(n_neighbors, Integral) or not 1 <= n_neighbors <= len(enrolled.labels):
            raise ValueError(
                f"n_neighbors={n_neighbors!r}; expected 1 to {len(enrolled.labels)}, the number of enrolled clips."
            )
        n_sorted = len(enrolled.labels) if furthest else n_neighbors
        neighbors = NearestNeighbors(n_neighbors=n_sorted, metric=self.distance).fit(enrolled.embeddings)
        distances, indices = neighbors.kneighbors(self._embed(X))
        if furthest:
            distances, indices = distances[:, : -n_neighbors - 1 : -1], indices[:, : -n_neighbors - 1 : -1]
        return distances, indices, enrolled.labels[indices]

    @property
    def classes_(self) -> np.ndarray:
        """Enrolled classes, sorted."""
        check_is_fitted(self)
        return self._enrolled.classes

    def _empty_enrolment(self) -> Enrolment:
        return Enrolment(np.empty((0, self._n_features_out)), np.empty(0), self.distance)

    def _class_distances(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        if not len(self.classes_):
            raise ValueError("No class is enrolled. Call enroll first.")
        return self._enrolled.distances(self._embed(X))
