"""Verification: whether two clips are of the same class."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.metrics.pairwise import paired_distances, pairwise_distances
from sklearn.model_selection import GroupShuffleSplit
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from skaudio.estimators.siamese._calibration import Calibration
from skaudio.estimators.siamese._embedding import SiameseEmbedding
from skaudio.estimators.siamese._enrolment import Enrolment

HELD_OUT = 1 / 3  # of the clips of each class, of the classes, or of the pairs
MAX_COMPARED = 1000  # maximum number of held-out clips, compared in all pairs


def is_calibrated(estimator: Any) -> bool:
    """Return whether calibration of distances is enabled."""
    return estimator.calibration is not None


@dataclass(kw_only=True, eq=False, repr=False)
class VerificationHead(SiameseEmbedding):
    """Base class of siamese networks that verify whether two clips are of the same class.

    Parameters
    ----------
    calibration : {"clips", "classes"} or None, default="clips"
        Data held out to calibrate distances of clips unseen in training: a third of the clips of each class (one of two
        or three), or a third of the classes. A separate network is first trained without them, so that `fit` takes
        nearly twice as long. ``"classes"`` is for comparing clips of classes unseen in training, such as new speakers,
        and needs at least four classes; from given pairs, a third is held out either way. None: no calibration, and
        hence no `verify`, `pair_score` or ``unknown_label``.
    false_accept_rate : float or None, default=None
        Rate of held-out impostors (pairs of two classes, clips of unknown classes) accepted at the threshold. None: the
        equal error rate, at which as many genuine ones are rejected.

    Attributes
    ----------
    threshold_ : float
        Maximum distance of two clips that are accepted as the same class.
    """

    calibration: str | None = "clips"
    false_accept_rate: float | None = None

    _parameter_constraints: ClassVar[dict] = {
        "calibration": [None, StrOptions({"clips", "classes"})],
        "false_accept_rate": [None, Interval(Real, 0, 1, closed="neither")],
    }

    @property
    def pair_calibration_(self) -> Calibration | None:
        """Fitted calibration of the distances of pairs, with ``threshold``, ``slope`` and ``intercept``.

        None without ``calibration``.
        """
        check_is_fitted(self)
        return None if self.calibration is None else self._pair_calibration

    def pair_distance(self, A: Any, B: Any) -> np.ndarray:
        """Compute the distance between the clips of each pair.

        Parameters
        ----------
        A, B : ndarray (n_pairs, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            First and second clips of each pair.

        Returns
        -------
        ndarray of float64, shape (n_pairs,)
            Distances by the parameter ``distance``: 0 for equal clips; cosine distances are at most 2.

        Raises
        ------
        ValueError, TypeError
            If these are not batches like that passed to `fit`, or differ in size.
        """
        check_is_fitted(self)
        check_consistent_length(A, B)
        return paired_distances(self._embed(A), self._embed(B), metric=self.distance)

    @available_if(is_calibrated)
    def pair_score(self, A: Any, B: Any) -> np.ndarray:
        """Predict the probability that the clips of each pair are of the same class.

        Parameters
        ----------
        A, B : ndarray (n_pairs, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            First and second clips of each pair.

        Returns
        -------
        ndarray of float64, shape (n_pairs,)
            Probabilities, assuming that same-class pairs are as frequent as others.

        Raises
        ------
        ValueError, TypeError
            See `pair_distance`.
        """
        distances = self.pair_distance(A, B)
        return self._pair_calibration.probability(distances)

    @available_if(is_calibrated)
    def verify(self, A: Any, B: Any) -> np.ndarray:
        """Predict whether the clips of each pair are of the same class.

        Parameters
        ----------
        A, B : ndarray (n_pairs, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            First and second clips of each pair.

        Returns
        -------
        ndarray of bool, shape (n_pairs,)
            Whether the distance is at most ``threshold_``.

        Raises
        ------
        ValueError, TypeError
            See `pair_distance`.
        """
        distances = self.pair_distance(A, B)
        return distances <= self.threshold_

    def _calibrate(self, frames: np.ndarray, classes: np.ndarray, groups: Any) -> None:
        """Calibrate distances on labelled clips held out from training."""
        held_out = self._hold_out(classes, groups)
        kept = np.setdiff1d(np.arange(len(frames)), held_out)
        model = clone(self)
        _, known = np.unique(classes[kept], return_inverse=True)
        model._train_embedding(model._check_frames(frames[kept], reset=True), known, _take(groups, kept))
        held_out = held_out[:MAX_COMPARED]
        embeddings, others = model._embed_frames(frames[held_out]), model._embed_frames(frames[kept])
        distances = pairwise_distances(embeddings, metric=self.distance)
        same = classes[held_out][:, np.newaxis] == classes[held_out]
        pairs = np.triu(np.ones_like(same), k=1)
        if not (same & pairs).any():  # no two clips of one class: compare with training clips
            distances = pairwise_distances(embeddings, others, metric=self.distance)
            same = classes[held_out][:, np.newaxis] == classes[kept]
            pairs = np.ones_like(same)
        self._pair_calibration = self._calibration_of(distances[same & pairs], distances[~same & pairs])
        enrolled = Enrolment(others, classes[kept], self.distance)
        self._class_calibration = self._calibration_of(
            *_distances_from_classes(embeddings, classes[held_out], enrolled)
        )
        self.threshold_ = self._pair_calibration.threshold

    def _calibrate_by_pairs(self, frames: np.ndarray, same: np.ndarray, groups: Any) -> None:
        """Calibrate distances on given pairs held out from training."""
        rng = np.random.default_rng(self._draw_seed(resume=False))
        held_out = np.sort(
            np.concatenate([_held_out_part(rng.permutation(np.flatnonzero(same == kind))) for kind in (True, False)])
        )
        kept = np.setdiff1d(np.arange(len(same)), held_out)
        both, model = np.concatenate([kept, kept + len(same)]), clone(self)
        model._train_on_pairs(model._check_frames(frames[both], reset=True), same[kept], _take(groups, kept))
        embeddings = model._embed_frames(frames[held_out]), model._embed_frames(frames[held_out + len(same)])
        distances = paired_distances(*embeddings, metric=self.distance)
        self._pair_calibration = self._calibration_of(distances[same[held_out]], distances[~same[held_out]])
        self._class_calibration = self._pair_calibration
        self.threshold_ = self._pair_calibration.threshold

    def _calibration_of(self, genuine: np.ndarray, impostors: np.ndarray) -> Calibration:
        if not len(genuine) or not len(impostors):
            raise ValueError(
                f"Calibration requires held-out pairs within a class and between classes, got {len(genuine)} and "
                f"{len(impostors)}. Pass more clips of each class, or use calibration=None."
            )
        return Calibration.of(genuine, impostors, self.false_accept_rate)

    def _hold_out(self, classes: np.ndarray, groups: Any) -> np.ndarray:
        """Choose clips for calibration, in no particular order."""
        rng = np.random.default_rng(self._draw_seed(resume=False))
        labels = rng.permutation(np.unique(classes))
        if self.calibration == "classes":
            if len(labels) < 4:
                raise ValueError(
                    f"calibration='classes' requires at least four classes, two of which are held out; got "
                    f"{len(labels)}. Use calibration='clips'."
                )
            return rng.permutation(np.flatnonzero(np.isin(classes, _held_out_part(labels))))
        if groups is not None:
            splitter = GroupShuffleSplit(n_splits=1, test_size=HELD_OUT, random_state=self._draw_seed(resume=False))
            return rng.permutation(next(splitter.split(classes, groups=groups))[1])
        members = [rng.permutation(np.flatnonzero(classes == label)) for label in labels]
        return rng.permutation(np.concatenate([_held_out_part(rows) for rows in members]))


def _held_out_part(shuffled: np.ndarray) -> np.ndarray:
    """Return the held-out part: at least two of four, one of two or three, none of one."""
    n = len(shuffled)
    return shuffled[: max(2, round(HELD_OUT * n)) if n >= 4 else n // 2]


def _take(groups: Any, rows: np.ndarray) -> Any:
    return None if groups is None else np.asarray(groups)[rows]


def _distances_from_classes(
    embeddings: np.ndarray, classes: np.ndarray, enrolled: Enrolment
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the distances of clips from their class and from the nearest other one.

    For a class that is not enrolled, half of the clips are enrolled and the others compared.
    """
    compared = np.ones(len(classes), bool)
    for label in np.setdiff1d(classes, enrolled.classes):
        half = np.flatnonzero(classes == label)[::2]
        enrolled = enrolled.with_more(embeddings[half], classes[half])
        compared[half] = False
    distances = enrolled.distances(embeddings[compared])
    is_own = classes[compared][:, np.newaxis] == enrolled.classes
    others = np.where(is_own, np.inf, distances).min(axis=1)
    return distances[is_own], others[np.isfinite(others)]
