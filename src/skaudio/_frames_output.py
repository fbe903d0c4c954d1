"""Frame sequences as output: what `set_output` means where the output is no table.

Only a vector table can become a data frame. A transformer whose output is a batch of frame sequences accepts
`set_output`, so that ``pipeline.set_output(transform="pandas")`` runs through, and goes on returning arrays, also under
``sklearn.set_config(transform_output="pandas")``.
"""

from typing import Any, Self

from sklearn.base import TransformerMixin


class FramesOutputMixin(TransformerMixin, auto_wrap_output_keys=None):
    """Mixin of transformers whose output is a batch of frame sequences.

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

    def __init_subclass__(cls, auto_wrap_output_keys: tuple[str, ...] | None = None, **kwargs: Any) -> None:
        # scikit-learn's default is to wrap, and it asks every subclass anew.
        super().__init_subclass__(auto_wrap_output_keys=auto_wrap_output_keys, **kwargs)

    def set_output(self, *, transform: str | None = None) -> Self:  # noqa: ARG002
        """Accept a container for `transform` and go on returning arrays.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None
            Has no effect: frame sequences are no table.

        Returns
        -------
        self : estimator
            Unchanged.
        """
        return self
