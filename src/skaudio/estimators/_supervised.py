"""Base class of supervised networks: scores and embeddings."""

from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from skaudio._learning import NetworkArchitecture
from skaudio.estimators._neural import NeuralEstimator
from skaudio.estimators._parameters import InputParameters


@dataclass(kw_only=True, eq=False, repr=False)
class SupervisedEstimator(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, InputParameters, NeuralEstimator[NetworkArchitecture]
):
    """Base class of classifiers and regressors, which compute scores and embeddings.

    Subclasses define the network (`_tower`), the meaning of its scores (`_task`) and the two parameters that have no
    default here.

    Parameters
    ----------
    feature_layer : str, int or None, default=None
        Layer whose output `transform` returns: its name (see `summary`) or index; None: the input of the last layer.
    """

    feature_layer: str | int | None = None
    pooling: str
    dropout: float

    _parameter_constraints: ClassVar[dict] = {
        "feature_layer": [None, str, Integral],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        """Return the name of the tower (or a callable) and its settings."""
        raise NotImplementedError

    def _needs_equal_lengths(self) -> bool:
        """Return whether the network requires clips of equal length."""
        return False

    def _pools_time(self) -> bool:
        """Return whether the network pools frame scores or features over time."""
        return not self._needs_equal_lengths()

    def _task(self) -> str:
        """Return the type of the scores: ``"exclusive"``, ``"independent"`` or ``"regression"``."""
        raise NotImplementedError

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> NetworkArchitecture:
        tower, settings = self._tower()
        equal_lengths = self._needs_equal_lengths()
        if equal_lengths and frames.ndim != 3:
            raise ValueError(
                f"architecture={tower!r} requires clips of equal length, got clips of {min(map(len, frames))} to "
                f"{max(map(len, frames))} frames. Put a skaudio.pooling.FramePadder before it, or use another "
                "architecture."
            )
        return NetworkArchitecture(
            tower=tower,
            settings=tuple(settings.items()),
            n_frames=frames.shape[1] if equal_lengths else None,
            n_channels=frames[0].shape[-1],
            n_outputs=n_outputs,
            task=self._task(),
            normalize=self.normalize,
            pooling=self.pooling,
            dropout=self.dropout,
        )

    def transform(self, X: Any) -> np.ndarray:
        """Compute the embedding of each clip, the input of the last layer of the network.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features_out)
            Output of ``feature_layer``, averaged over time if it has a time axis; a data frame if configured by
            `set_output`.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or if there is no such layer.
        """
        return np.stack(self._run(X, ("layer", self.feature_layer), _average_over_time))

    @property
    def _n_features_out(self) -> int:
        check_is_fitted(self)
        return self.learner_.n_features(("layer", self.feature_layer))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _average_over_time(output: np.ndarray) -> np.ndarray:
    """Average the output of a layer over time, if it has a time axis."""
    return output.reshape(len(output), -1).mean(axis=0) if output.ndim > 1 else output
