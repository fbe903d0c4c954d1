"""`set_output` for batches of frame sequences.

A batch of frame sequences is not a table with one column per channel: with pandas output (by `set_output`, or by
``sklearn.set_config(transform_output="pandas")``), it is one column of frame sequences with the index of the input.
Polars has no index: frame sequences stay arrays, and only vector tables become data frames. Where a parameter decides
whether the output is a vector table, the transformer overrides `_gives_table`.
"""

from typing import Any, Self

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils._set_output import _get_output_config

from skaudio._frames import Channels, with_channels

COLUMN = "frames"


class FramesOutputMixin(TransformerMixin):
    """Mixin of transformers whose output is a batch of frame sequences, always or depending on parameters.

    Use in place of `sklearn.base.TransformerMixin`, to the left of `sklearn.base.BaseEstimator`. `transform` returns
    frame sequences through `_frames_output`, and vector tables unchanged: scikit-learn converts these to data frames.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.base import BaseEstimator
    >>> class Same(FramesOutputMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...     def transform(self, X):
    ...         return self._frames_output(np.stack(X), X)
    ...     def get_feature_names_out(self, input_features=None):
    ...         return ["low", "mid", "high", "top"]
    >>> X = pd.Series([np.zeros((3, 4)), np.ones((3, 4))], index=["a", "b"])
    >>> Same().fit_transform(X).shape
    (2, 3, 4)
    >>> frames = Same().set_output(transform="pandas").fit_transform(X)
    >>> frames.shape, frames.index.tolist()
    ((2, 1), ['a', 'b'])
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # scikit-learn wraps the outputs of the methods in this class attribute.
        cls._sklearn_auto_wrap_output_keys = property(lambda self: {"transform"} if self._gives_table() else set())

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the channels, or of the columns of a table; implemented by subclasses."""
        raise NotImplementedError

    def _gives_table(self) -> bool:
        """Return whether the output is a vector table."""
        return False

    def _channels(self) -> Channels | None:
        """Return the channel metadata of the output; None where only generated names are known."""
        return Channels(tuple(self.get_feature_names_out())) if hasattr(self, "feature_names_in_") else None

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the container of the output.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None
            As in scikit-learn. With "pandas", a batch of frame sequences becomes a data frame with one column and the
            index of the input; with "polars" it stays an array. None: unchanged.

        Returns
        -------
        self : estimator
            Estimator instance.
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}  # the attribute that scikit-learn's clone copies
        return self

    def _frames_output(self, batch: np.ndarray, X: Any) -> Any:
        """Return a batch of frame sequences, computed from ``X``, in the configured container."""
        as_column = _get_output_config("transform", self)["dense"] == "pandas"
        channels = self._channels()
        if channels is None and as_column:  # data frames have column names, which the next step keeps
            channels = Channels(tuple(self.get_feature_names_out()))
        if channels is not None:
            _check_width(batch, channels)
        batch = with_channels(batch, channels)
        if not as_column:
            return batch
        import pandas as pd

        column = np.empty(len(batch), dtype=object)
        for i, frames in enumerate(batch):
            column[i] = frames
        return pd.DataFrame({COLUMN: column}, index=X.index if isinstance(X, (pd.DataFrame, pd.Series)) else None)


def _check_width(batch: np.ndarray, channels: Channels) -> None:
    """Raise an error if the metadata describe another number of channels."""
    for i, frames in enumerate(batch if batch.dtype == object else batch[:1]):
        if frames.shape[1] != len(channels.names):
            raise ValueError(
                f"Clip {i} has frames of shape {frames.shape}, but there are {len(channels.names)} channel names. "
                "The number of channels must not depend on the clip; if the first axis is not time, swap the axes."
            )
