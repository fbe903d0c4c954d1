"""Standardisation within groups of clips."""

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skaudio._atomic import atomic
from skaudio._frames import Channels
from skaudio._frames_input import FramesInputMixin
from skaudio._frames_output import FramesOutputMixin
from skaudio._validation import check_frames, frames_and_channels, stack_frames
from skaudio.preprocessing._moments import Moments

MIN_CLIPS = 2  # of a group that has a scale of its own


class GroupScaler(FramesInputMixin, FramesOutputMixin, BaseEstimator):
    """Standardise features or frames within each group of clips, without labels.

    The features of a clip depend on who speaks, on the site and on the recorder as well as on what is to be predicted.
    Subtracting the mean of all clips of the same speaker, site or recorder, and dividing by their standard deviation,
    removes much of that [1]_.

    A group that was in the training data is scaled by its statistics there, another group by its own clips in the batch
    that is transformed. **The clips of a new group are used together, without labels**: its predictions depend on which
    of its clips are in the batch. A score by cross-validation over groups is that for whole groups of clips.

    Parameters
    ----------
    with_std : bool, default=True
        Whether to divide by the standard deviation.
    shrinkage : float, default=0.0
        Number of clips with the statistics of all training clips that are added to each group: small groups are
        shrunk towards all.
    group_column : str or None, default=None
        Name of a column of a DataFrame that contains the groups; it is removed. None: they are passed as ``groups``.

    Attributes
    ----------
    mean_, scale_ : ndarray of shape (n_channels,)
        Mean and standard deviation of all training clips.
    groups_ : list
        Groups of the training data.
    group_means_, group_scales_ : ndarray of shape (n_groups, n_channels)
        Their means and standard deviations. Those of a group with a single clip are `mean_` and `scale_`.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of the channels, if the input has any.

    Notes
    -----
    In a pipeline, groups are passed on by scikit-learn's metadata routing (see the examples). Without groups, clips are
    scaled by the statistics of all training clips, as by `sklearn.preprocessing.StandardScaler`.

    References
    ----------
    .. [1] B. Schuller and others, "Cross-corpus acoustic emotion recognition: variances and strategies", IEEE
       Transactions on Affective Computing 1(2), 2010.

    Examples
    --------
    Two speakers with voices of different pitch say two words, the second higher than the first.

    >>> import numpy as np
    >>> from skaudio.preprocessing import GroupScaler
    >>> pitch = np.array([[100.0], [120.0], [200.0], [240.0]])
    >>> GroupScaler().fit_transform(pitch, groups=["Bob", "Bob", "Eve", "Eve"])
    array([[-1.],
           [ 1.],
           [-1.],
           [ 1.]], dtype=float32)

    In a pipeline; the clips of the unseen speaker are used together.

    >>> import sklearn
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import LeaveOneGroupOut, cross_validate
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(90, n_speakers=3, random_state=0)
    >>> with sklearn.config_context(enable_metadata_routing=True):
    ...     scaler = GroupScaler().set_fit_request(groups=True).set_transform_request(groups=True)
    ...     model = make_pipeline(MFCC(sr=8000), StatPooling(segments=2), scaler, LogisticRegression(max_iter=1000))
    ...     params = {"groups": digits.groups}
    ...     scores = cross_validate(model, digits.data, digits.target, cv=LeaveOneGroupOut(), params=params)
    >>> scores["test_score"].shape
    (3,)
    """

    _parameter_constraints: ClassVar[dict] = {
        "with_std": ["boolean"],
        "shrinkage": [Interval(Real, 0, None, closed="left")],
        "group_column": [str, None],
    }

    def __init__(self, *, with_std=True, shrinkage=0.0, group_column=None):
        self.with_std = with_std
        self.shrinkage = shrinkage
        self.group_column = group_column

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, *, groups: Any = None) -> Self:  # noqa: ARG002
        """Compute mean and standard deviation of all clips, and of each group.

        Parameters
        ----------
        X : table, ndarray (n_clips, n_frames, n_channels) or sequence of ndarrays (n_frames_i, n_channels)
            Features, or frame sequences; NaN allowed, infinity not.
        y : None
            Ignored.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip. None: no group has statistics of its own.

        Returns
        -------
        self : GroupScaler
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter is out of range, if ``X`` is not such a batch, or if there are not as many groups as clips.
        """
        X, groups = self._split(X, groups)
        batch = check_frames(self, X, reset=True, allow_nan=True)
        self._is_table = frames_and_channels(X, allow_nan=True)[0] is None
        clips = Moments.of(batch)
        (self.mean_,), (self.scale_,) = clips.grouped(np.zeros(len(batch), int), 1).mean_and_scale()
        self.groups_: list = []
        self.group_means_ = self.group_scales_ = np.empty((0, batch[0].shape[1]))
        if groups is not None:
            codes, self.groups_ = _codes(groups, len(batch))
            self.group_means_, self.group_scales_ = self._statistics(clips, codes, len(self.groups_))
        return self

    def transform(self, X: Any, *, groups: Any = None) -> np.ndarray:
        """Standardise each clip within its group.

        Parameters
        ----------
        X : table, ndarray (n_clips, n_frames, n_channels) or sequence of ndarrays (n_frames_i, n_channels)
            Features, or frame sequences, as in `fit`.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip. A group that was not in the training data is scaled by its clips in ``X``, or, if it has
            only one there, by the statistics of all training clips. None: all clips are scaled by these.

        Returns
        -------
        ndarray of float32
            Of the shape of ``X``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not such a batch with as many channels as in `fit`, or if there are not as many groups as clips.
        """
        check_is_fitted(self)
        X, groups = self._split(X, groups)
        batch = check_frames(self, X, reset=False, allow_nan=True, tables=self._is_table)
        means, scales = self.mean_[np.newaxis], self.scale_[np.newaxis]
        rows = np.zeros(len(batch), int)
        if groups is not None:
            codes, names = _codes(groups, len(batch))
            means, scales = self._statistics(Moments.of(batch), codes, len(names))
            known = {group: i for i, group in enumerate(self.groups_)}
            for code, group in enumerate(names):
                if group in known:
                    means[code], scales[code] = self.group_means_[known[group]], self.group_scales_[known[group]]
            rows = codes
        scaled = stack_frames(
            [
                ((frames - means[row]) / (scales[row] if self.with_std else 1.0)).astype(np.float32)
                for frames, row in zip(batch, rows, strict=True)
            ]
        )
        return scaled[:, 0] if self._is_table else self._frames_output(scaled, X)

    def fit_transform(self, X: Any, y: Any = None, *, groups: Any = None) -> np.ndarray:
        """Fit to clips, and standardise them within their groups.

        Parameters
        ----------
        X : table, ndarray (n_clips, n_frames, n_channels) or sequence of ndarrays (n_frames_i, n_channels)
            Features, or frame sequences, as in `fit`.
        y : None
            Ignored.
        groups : array-like of shape (n_clips,), default=None
            Group of each clip.

        Returns
        -------
        ndarray of float32
            Of the shape of ``X``.
        """
        return self.fit(X, y, groups=groups).transform(X, groups=groups)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the channels, those of the input.

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; None: those of ``feature_names_in_``, else ``x0``, ``x1``, ...

        Returns
        -------
        ndarray of object
            Names.
        """
        check_is_fitted(self)
        return _check_feature_names_in(self, input_features)

    def _split(self, X: Any, groups: Any) -> tuple[Any, Any]:
        """Separate the groups from a data frame that contains them."""
        if self.group_column is None:
            return X, groups
        if groups is not None:
            raise ValueError(f"groups were passed, and group_column={self.group_column!r}; expected one of both.")
        if self.group_column not in getattr(X, "columns", ()):
            raise ValueError(f"group_column={self.group_column!r} is not a column of X, which is a {type(X).__name__}.")
        return X.drop(columns=self.group_column), X[self.group_column].to_numpy()

    def _statistics(self, clips: Moments, codes: np.ndarray, n_groups: int) -> tuple[np.ndarray, np.ndarray]:
        groups = clips.grouped(codes, n_groups)
        means, scales = groups.mean_and_scale()
        n_clips = np.bincount(codes, minlength=n_groups)[:, np.newaxis]
        own = np.where(n_clips >= MIN_CLIPS, n_clips / (n_clips + self.shrinkage), 0.0)
        own = np.where(groups.n > 0, own, 0.0)  # no valid value of a channel
        means, scales = np.where(own > 0, means, 0.0), np.where(own > 0, scales, 0.0)
        variances = own * np.square(scales) + (1.0 - own) * np.square(self.scale_)
        return own * means + (1.0 - own) * self.mean_, np.sqrt(variances)

    def _gives_table(self) -> bool:
        return getattr(self, "_is_table", False)

    def _channels(self) -> Channels | None:
        channels = self._channels_in
        if channels is None:
            return super()._channels()
        # Neither decibels nor a level of silence: these differ between groups.
        return Channels(
            channels.names,
            sr=channels.sr,
            frequencies=channels.frequencies,
            start_seconds=channels.start_seconds,
            hop_seconds=channels.hop_seconds,
        )


def _codes(groups: Any, n_clips: int) -> tuple[np.ndarray, list]:
    """Return the number of the group of each clip, and the groups in the order of their numbers."""
    groups = column_or_1d(groups, dtype=object)
    missing = [i for i, group in enumerate(groups) if group is None or group != group]
    if missing:
        raise ValueError(
            f"The group of clip {missing[0]} is missing: {groups[missing[0]]!r}. Name each, or drop the clip."
        )
    if len(groups) != n_clips:
        raise ValueError(f"There are {len(groups)} groups, but {n_clips} clips; expected one for each clip.")
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups.tolist()], int), list(numbers)
