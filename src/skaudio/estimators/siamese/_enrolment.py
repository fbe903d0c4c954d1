"""Enrolled clips and their classes, with which others are compared."""

from typing import Any

import numpy as np
from sklearn.metrics.pairwise import paired_distances, pairwise_distances

SPREAD_WEIGHT = 0.75  # tuned on training folds of ESC-10; at 0, clips of new classes are assigned to trained ones


class Enrolment:
    """Embeddings of clips of known classes.

    Parameters
    ----------
    embeddings : ndarray of shape (n_clips, n_features)
        Embeddings.
    labels : ndarray of shape (n_clips,)
        Class labels.
    metric : {"cosine", "euclidean"}
        Distance metric.

    Attributes
    ----------
    embeddings, labels : ndarrays
        The parameters.
    classes : ndarray of shape (n_classes,)
        Sorted class labels.
    """

    def __init__(self, embeddings: np.ndarray, labels: np.ndarray, metric: str) -> None:
        self.embeddings, self.labels, self._metric = embeddings, labels, metric
        self.classes, inverse, count = np.unique(labels, return_inverse=True, return_counts=True)
        sums = np.zeros((len(count), embeddings.shape[1]))
        np.add.at(sums, inverse, embeddings)
        self._centres = sums / count[:, np.newaxis]
        self._spreads = self._find_spreads(sums, inverse, count)

    def with_more(self, embeddings: np.ndarray, labels: np.ndarray) -> "Enrolment":
        """Add clips of further classes.

        Raises
        ------
        ValueError
            If a class is already enrolled, or if only old or only new labels are numeric.
        """
        known = [label for label in np.unique(labels).tolist() if label in self.classes.tolist()]
        if known:
            raise ValueError(f"The class {known[0]!r} is already enrolled. Call forget first, or use another label.")
        if len(self.labels) and _are_numbers(self.labels) != _are_numbers(labels):
            raise ValueError(
                f"Labels {labels[:1].tolist()} cannot be sorted with the enrolled {self.classes[:3].tolist()}. Use "
                "numbers, or strings, for all."
            )
        both = np.concatenate([self.labels, labels]) if len(self.labels) else labels
        return Enrolment(np.concatenate([self.embeddings, embeddings]), both, self._metric)

    def without(self, labels: Any) -> "Enrolment":
        """Remove classes.

        Raises
        ------
        ValueError
            If one of them is not enrolled.
        """
        labels = np.atleast_1d(labels).tolist()
        missing = [label for label in labels if label not in self.classes.tolist()]
        if missing:
            raise ValueError(f"The class {missing[0]!r} is not enrolled; expected one of {self.classes.tolist()}.")
        kept = ~np.isin(self.labels, labels)
        return Enrolment(self.embeddings[kept], self.labels[kept], self._metric)

    def distances(self, embeddings: np.ndarray) -> np.ndarray:
        """Compute the distances ``(n_clips, n_classes)`` of clips from classes.

        It is the distance from the mean embedding minus three quarters of the class spread, the mean distance of its
        clips, each from the mean of the others. Classes seen in training are compact, new ones are not: a clip equally
        far from both is more likely of the new one.
        """
        return pairwise_distances(embeddings, self._centres, metric=self._metric) - SPREAD_WEIGHT * self._spreads

    def _find_spreads(self, sums: np.ndarray, classes: np.ndarray, count: np.ndarray) -> np.ndarray:
        """Compute the mean leave-one-out distance within each class; classes of one clip get the overall mean."""
        rows = np.flatnonzero(count[classes] > 1)
        class_indices = classes[rows]
        others = (sums[class_indices] - self.embeddings[rows]) / (count[class_indices] - 1)[:, np.newaxis]
        totals = np.zeros(len(count))
        if len(rows):
            np.add.at(totals, class_indices, paired_distances(self.embeddings[rows], others, metric=self._metric))
        several = count > 1
        spreads = totals / count
        spreads[~several] = spreads[several].mean() if several.any() else 0.0
        return spreads


def _are_numbers(labels: np.ndarray) -> bool:
    return labels.dtype.kind in "biuf"
