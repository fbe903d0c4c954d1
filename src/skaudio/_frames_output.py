"""Frame sequences as output: what `set_output` means where the output is no table.

Only a vector table can become a data frame. A transformer whose output is a batch of frame sequences accepts
`set_output`, so that ``pipeline.set_output(transform="pandas")`` runs through, and goes on returning arrays, also under
``sklearn.set_config(transform_output="pandas")``. Where a parameter decides which of both the output is, the
transformer says so (`_gives_table`).
"""

from typing import Any, Self

from sklearn.base import TransformerMixin


class FramesOutputMixin(TransformerMixin):
    """Mixin of transformers whose output is a batch of frame sequences, always or by its parameters.

    In place of `sklearn.base.TransformerMixin`, to the left of `sklearn.base.BaseEstimator`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator
    >>> class Same(FramesOutputMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...     def transform(self, X):
    ...         return X
    ...     def get_feature_names_out(self, input_features=None):
    ...         return input_features
    >>> Same().set_output(transform="pandas").fit_transform(np.zeros((2, 3, 4))).shape
    (2, 3, 4)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # Outputs are wrapped where this names "transform"; scikit-learn has it as an attribute of the class.
        cls._sklearn_auto_wrap_output_keys = property(lambda self: {"transform"} if self._gives_table() else set())

    def _gives_table(self) -> bool:
        """Tell whether the output is a vector table."""
        return False

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the container of a vector table; frame sequences are arrays whatever is said.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None
            As in scikit-learn.

        Returns
        -------
        self : estimator
            Itself.
        """
        return super().set_output(transform=transform) if self._gives_table() else self
