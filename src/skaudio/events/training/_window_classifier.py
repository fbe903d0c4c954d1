"""A classifier of windows, and the columns of its scores that are those of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.utils import get_tags

from skaudio.events._progress import FitProgress
from skaudio.events.scanning import Reader, named_targets


@dataclass(frozen=True)
class WindowClassifier:
    """A fitted classifier of windows.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    labels : list of str
        Event classes.
    columns : ndarray of int, shape (n_classes,)
        Indices of its scores that are those of the event classes.
    multilabel : bool
        Whether windows have several labels.
    """

    estimator: Any
    labels: list
    columns: np.ndarray
    multilabel: bool

    @classmethod
    def from_fitted(cls, estimator: Any, background: Any, classes: Sequence | None = None) -> Self:
        """Wrap a classifier that is already fitted, optionally with other names of its classes.

        Raises
        ------
        ValueError
            If the numbers of names and of classes differ, or if none is the background.
        """
        known = estimator.classes_.tolist()
        classes = known if classes is None else list(classes)
        if len(classes) != len(known):
            raise ValueError(f"labels has {len(classes)} names; expected {len(known)}, for the classes {known}.")
        if background not in classes:
            raise ValueError(f"The classifier has no class background={background!r}; expected one of {classes}.")
        labels = [label for label in classes if label != background]
        return cls(estimator, labels, np.array([classes.index(label) for label in labels]), multilabel=False)

    @classmethod
    def fit(
        cls,
        estimator: Any,
        reader: Reader,
        windows: np.ndarray,
        targets: np.ndarray,
        labels: list,
        *,
        background: Any,
        multilabel: bool,
        progress: FitProgress,
        n_recordings: int,
    ) -> Self:
        """Fit a clone of a classifier on windows ``(n_windows, ...)`` with targets ``(n_windows, ..., n_classes)``.

        Raises
        ------
        ValueError
            If the classifier does not support such labels, or if a class has no window.
        """
        if multilabel and not _supports_multilabel(estimator):
            raise ValueError(
                "Events of different classes overlap, so that windows have several labels, which "
                f"{last_step(estimator)} does not support. Use skaudio.estimators.CNNClassifier, or wrap it in "
                "sklearn.multioutput.MultiOutputClassifier."
            )
        learn = reader.resolution.learn
        if not hasattr(estimator, learn):
            raise ValueError(
                f"{last_step(estimator)} has no {learn}, to be trained on events. Pass it fitted, wrapped in "
                "sklearn.frozen.FrozenEstimator, or pass tags."
            )
        y = named_targets(targets, labels, background, multilabel)
        frames = reader.units.marked(windows)
        fitted = progress.fit(estimator, lambda unfitted: getattr(unfitted, learn)(frames, y), n_recordings)
        return cls(fitted, labels, _columns(fitted, labels, multilabel=multilabel), multilabel)


def _columns(estimator: Any, labels: list, *, multilabel: bool) -> np.ndarray:
    if multilabel:
        return np.arange(len(labels))
    classes = estimator.classes_.tolist()
    names = labels if isinstance(classes[0], str) else range(len(labels))
    missing = [label for label, name in zip(labels, names, strict=True) if name not in classes]
    if missing:
        raise ValueError(
            f"No window overlaps enough with an event {missing[0]!r}, in all recordings or in those of a fold. Pass "
            "more recordings of it, or use a shorter window_seconds or hop_seconds."
        )
    return np.array([classes.index(label) for label in names])


def _supports_multilabel(estimator: Any) -> bool:
    tags = get_tags(estimator)
    return tags.target_tags.multi_output or bool(tags.classifier_tags and tags.classifier_tags.multi_label)


def last_step(estimator: Any) -> str:
    """Return the name of the class of an estimator, or of the last step of a pipeline."""
    return type(estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator).__name__
