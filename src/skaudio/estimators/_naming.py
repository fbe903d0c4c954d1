"""Clips named by the enrolled class that they are nearest to."""

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
from skaudio.estimators._enrolment import Enrolment
from skaudio.estimators._verification import VerificationHead, is_calibrated


@dataclass(kw_only=True, eq=False, repr=False)
class NamingHead(ClassifierMixin, VerificationHead):
    """Base of verifiers that classify, too, and take in classes without training.

    Parameters
    ----------
    unknown_label : object, default=None
        What `predict` gives for clips that are too far from every class, by what ``calibration`` found; None: it names
        the nearest class, however far.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Enrolled classes, sorted.
    """

    unknown_label: Any = None

    _parameter_constraints: ClassVar[dict] = {"unknown_label": "no_validation"}

    @atomic
    def enroll(self, X: Any, y: Any) -> Self:
        """Take in classes by examples; nothing is trained.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences: one or more of each class.
        y : array-like of shape (n_clips,)
            Their classes, none of which is enrolled yet.

        Returns
        -------
        self : estimator
            Itself.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`, or if a class is enrolled already.
        """
        check_is_fitted(self)
        y = column_or_1d(y)
        check_consistent_length(X, y)
        self._enrolled = self._enrolled.with_more(self._embed(X), y)
        return self

    @atomic
    def forget(self, labels: Any) -> Self:
        """Drop classes.

        Parameters
        ----------
        labels : label or sequence of labels
            Which.

        Returns
        -------
        self : estimator
            Itself.

        Raises
        ------
        ValueError
            If one of them is not enrolled.
        """
        check_is_fitted(self)
        self._enrolled = self._enrolled.without(labels)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Name the class that each clip is nearest to; see `decision_function`.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of shape (n_clips,)
            Classes, or ``unknown_label``, where there is one, for those too far from all; of dtype object where one is
            a number and the other is not.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`, or if no class is enrolled.
        """
        distances = self._class_distances(X)
        named = self.classes_[distances.argmin(axis=1)]
        if self.unknown_label is None:
            return named
        if self.calibration is None:
            raise ValueError(
                f"unknown_label={self.unknown_label!r} needs a threshold, which calibration=None does not find. Use "
                "calibration='clips' or 'classes', and fit."
            )
        if isinstance(self.unknown_label, Number) != (named.dtype.kind in "biuf"):
            named = named.astype(object)
        return np.where(distances.min(axis=1) <= self._class_calibration.threshold, named, self.unknown_label)

    def decision_function(self, X: Any) -> np.ndarray:
        """Tell how near clips are to the classes.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes), or (n_clips,) for two classes
            The negative distance from the mean embedding of each class, of which three quarters of the class's own
            spread (how far its clips are, each from the mean of the others) is taken away first; of two classes, how
            much nearer the second is.
        """
        distances = self._class_distances(X)
        return distances[:, 0] - distances[:, 1] if distances.shape[1] == 2 else -distances

    @available_if(is_calibrated)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Tell how probable each enrolled class is, if the clip is of one of them and all are equally frequent.

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
        """Find the enrolled clips that are nearest to each clip, or furthest from it.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        n_neighbors : int, default=5
            How many.
        furthest : bool, default=False
            Whether to find the furthest.

        Returns
        -------
        distances : ndarray of float64, shape (n_clips, n_neighbors)
            The nearest first, or the furthest.
        indices : ndarray of int, shape (n_clips, n_neighbors)
            Where they stand among the enrolled clips: those of `fit`, then those of each `enroll`, less the forgotten.
        labels : ndarray of shape (n_clips, n_neighbors)
            Their classes.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`, or if fewer clips are enrolled.
        """
        check_is_fitted(self)
        enrolled = self._enrolled
        if not isinstance(n_neighbors, Integral) or not 1 <= n_neighbors <= len(enrolled.labels):
            raise ValueError(f"n_neighbors={n_neighbors!r}; expected 1 to {len(enrolled.labels)}, the enrolled clips.")
        n_sorted = len(enrolled.labels) if furthest else n_neighbors
        neighbors = NearestNeighbors(n_neighbors=n_sorted, metric=self.distance).fit(enrolled.embeddings)
        distances, indices = neighbors.kneighbors(self._embed(X))
        if furthest:
            distances, indices = distances[:, : -n_neighbors - 1 : -1], indices[:, : -n_neighbors - 1 : -1]
        return distances, indices, enrolled.labels[indices]

    @property
    def classes_(self) -> np.ndarray:
        """Enrolled classes, sorted."""
        if not hasattr(self, "_enrolled"):
            raise AttributeError(f"{type(self).__name__} is not fitted: it has no classes_ yet.")
        return self._enrolled.classes

    def _no_one(self) -> Enrolment:
        return Enrolment(np.empty((0, self._n_features_out)), np.empty(0), self.distance)

    def _class_distances(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        if not len(self.classes_):
            raise ValueError("No class is enrolled: there is nothing to name clips by. Use enroll.")
        return self._enrolled.distances(self._embed(X))
