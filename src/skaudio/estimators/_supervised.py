"""What networks share that learn from targets: scores, and the embedding before them."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags

from skaudio.estimators._architecture import NetworkArchitecture
from skaudio.estimators._keras_side import keras_side
from skaudio.estimators._neural import NeuralEstimator
from skaudio.estimators._parameters import InputParameters


@dataclass(kw_only=True, eq=False, repr=False)
class SupervisedEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, InputParameters, NeuralEstimator):
    """Base of classifiers and regressors: scores out, and the embedding before them.

    Subclasses say what the network is (`_tower`) and what its scores mean (`_task`), and have the two parameters that
    have no default here.

    Parameters
    ----------
    feature_layer : str, int or None, default=None
        Layer whose output `transform` gives: its name (see `summary`) or its place; None: what the last layer is given.
    """

    feature_layer: str | int | None = None
    pooling: str
    dropout: float

    _parameter_constraints: ClassVar[dict] = {
        "feature_layer": [None, str, Integral],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        """Give the name of the tower (or a callable), and its settings."""
        raise NotImplementedError

    def _needs_one_length(self) -> bool:
        """Tell whether the network is made for clips of one length."""
        return False

    def _pools_time(self) -> bool:
        """Return whether the network pools scores or features of frames over time."""
        return not self._needs_one_length()

    def _task(self) -> str:
        """Say what the scores are: ``"exclusive"``, ``"independent"`` or ``"regression"``."""
        raise NotImplementedError

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> NetworkArchitecture:
        tower, settings = self._tower()
        one_length = self._needs_one_length()
        if one_length and frames.ndim != 3:
            raise ValueError(
                f"architecture={tower!r} needs clips of one length, got clips of {min(map(len, frames))} "
                f"to {max(map(len, frames))} frames. Put a skaudio.pooling.FramePadder before it, or use another."
            )
        return NetworkArchitecture(
            tower=tower,
            settings=tuple(settings.items()),
            n_frames=frames.shape[1] if one_length else None,
            n_channels=frames[0].shape[-1],
            n_outputs=n_outputs,
            task=self._task(),
            normalize=self.normalize,
            pooling=self.pooling,
            dropout=self.dropout,
        )

    def transform(self, X: Any) -> np.ndarray:
        """Give the embedding of each clip: what the network makes of it before its last layer.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features_out)
            The output of ``feature_layer``, averaged over time where it has time; a data frame where `set_output` asked
            for one.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`, or if there is no such layer.
        """
        rows = self._run(X, ("layer", self.feature_layer))
        return np.stack([row.reshape(len(row), -1).mean(axis=0) if row.ndim > 1 else row for row in rows])

    @property
    def _n_features_out(self) -> int:
        if not hasattr(self, "_weights"):
            raise AttributeError(f"{type(self).__name__} is not fitted.")  # what scikit-learn asks by hasattr
        graph = keras_side().graph_of(self._architecture)
        return graph.n_features(("layer", self.feature_layer))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
