"""A classifier of windows whose probabilities are the class scores of a pretrained model."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from skaudio.pretrained import PretrainedEmbedding


class ScoreClassifier(ClassifierMixin, BaseEstimator):
    """Multilabel classifier of waveforms as long as a window of a model.

    Parameters
    ----------
    model : PretrainedEmbedding, str, PathLike, keras.Model or callable
        The model; of an embedding, its ``output`` and ``pooling`` are replaced.
    classes : str, sequence of str or None, default=None
        Names of the classes; None: all of the model.

    Attributes
    ----------
    embedding_ : PretrainedEmbedding
        Fitted, with ``output="scores"``.
    classes_ : list of str
        Names of the classes.
    """

    def __init__(self, model: Any, classes: str | Sequence[str] | None = None) -> None:
        self.model = model
        self.classes = classes

    def fit(self, X: Any = None, y: Any = None) -> Self:  # noqa: ARG002
        """Open the model, which is not trained."""
        embedding = (
            clone(self.model) if isinstance(self.model, PretrainedEmbedding) else PretrainedEmbedding(self.model)
        )
        embedding.set_params(output="scores", pooling="mean", hop_seconds=None, memory=None)
        self.embedding_ = embedding.fit([np.zeros(1, np.float32)])
        names = self.embedding_.channel_names_
        self.classes_ = [self.classes] if isinstance(self.classes, str) else list(self.classes or names)
        self._columns = [self._column(name, names) for name in self.classes_]
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return the scores ``(n_windows, n_classes)`` of windows ``(n_windows, n_samples)``."""
        return np.asarray(self.embedding_.transform(X))[:, self._columns]

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return whether scores are at least 0.5, ``(n_windows, n_classes)``."""
        return (self.predict_proba(X) >= 0.5).astype(int)

    def _column(self, name: str, names: list[str]) -> int:
        if name not in names:
            similar = get_close_matches(name, names, n=3)
            hint = f" Did you mean {' or '.join(map(repr, similar))}?" if similar else ""
            raise ValueError(f"The model has no class {name!r}, but {len(names)} others.{hint}")
        return names.index(name)
