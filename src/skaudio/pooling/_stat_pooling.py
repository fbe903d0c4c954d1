"""Pooling of frames to one vector per clip by statistics over time."""

from collections.abc import Iterator
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skaudio._atomic import atomic
from skaudio._frames_input import FramesInputMixin
from skaudio._validation import check_frames, equal_lengths
from skaudio.pooling._statistics import check_statistics, frame_statistics

# Values processed at a time: intermediate results of several statistics stay in the processor's cache.
MAX_BLOCK_VALUES = 2**18


class StatPooling(FramesInputMixin, TransformerMixin, BaseEstimator):
    """Compute statistics over time of each channel, for the whole clip and for equal segments of it.

    With ``segments=1`` the columns are the ``stats`` of the whole clip. With ``segments=n`` the ``segment_stats`` of
    each of ``n`` equal segments follow: they encode temporal order, which statistics of the whole clip do not (except
    ``"slope"``). For words, five segments are a good start.

    Parameters
    ----------
    stats : sequence of str, default=("mean", "std", "min", "max", "p10", "p25", "p50", "p75", "p90")
        Statistics of the whole clip; may be empty if there are segments.

        - ``"mean"``, ``"std"`` (population, ``ddof=0``), ``"min"``, ``"max"``, ``"median"``;
        - ``"p0"`` to ``"p100"``: percentiles, interpolated linearly as in `numpy.percentile`; ``"iqr"``: p75 - p25;
        - ``"skew"``, ``"kurtosis"`` (Fisher's, 0 for a normal distribution): biased, the default of `scipy.stats`, but
          0 for a constant channel;
        - ``"slope"``: the rise of the least-squares line from the first frame to the last, in the unit of the channel.
    segments : int, default=1
        Number of contiguous segments of equal length (within one frame). A clip with fewer frames is divided into
        segments of one frame each, some of them repeated.
    segment_stats : sequence of str, default=("mean",)
        Statistics of each segment; ignored if ``segments=1``.

    Attributes
    ----------
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` received frames of a front end or a data frame.

    See Also
    --------
    MixturePooling : Pool by components of a Gaussian mixture of frames.

    Notes
    -----
    Columns are ordered by segment (whole clip, then segment 0, 1, ...), then by statistic, then by channel. A broken
    clip, marked by NaN, is returned as NaN. Statistics of a single frame are finite: spread, skew, kurtosis and slope
    are 0.

    Examples
    --------
    Pool clips of different lengths, and also the mean of each half.

    >>> import numpy as np
    >>> from skaudio.pooling import StatPooling
    >>> clips = [np.array([[1.0], [2.0], [3.0], [6.0]]), np.array([[5.0], [7.0]])]
    >>> pooling = StatPooling(stats=("mean", "max"), segments=2)
    >>> pooling.fit_transform(clips)
    array([[3. , 6. , 1.5, 4.5],
           [6. , 7. , 5. , 7. ]], dtype=float32)
    >>> pooling.get_feature_names_out(["pitch"])
    array(['pitch_mean', 'pitch_max', 'pitch_mean_seg0', 'pitch_mean_seg1'], dtype=object)

    Compute a table of features, with named columns, behind a front end.

    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.features import MFCC
    >>> pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=2), StatPooling(stats=("mean", "std")))
    >>> waveforms = [np.sin(0.1 * np.arange(n_samples)) for n_samples in (4000, 6000, 5000)]
    >>> table = pipeline.set_output(transform="pandas").fit_transform(waveforms)
    >>> table.shape, table.columns.tolist()
    ((3, 4), ['mfcc_0_mean', 'mfcc_1_mean', 'mfcc_0_std', 'mfcc_1_std'])
    """

    _parameter_constraints: ClassVar[dict] = {
        "stats": ["array-like"],
        "segments": [Interval(Integral, 1, None, closed="left")],
        "segment_stats": ["array-like"],
    }

    def __init__(
        self,
        stats=("mean", "std", "min", "max", "p10", "p25", "p50", "p75", "p90"),
        *,
        segments=1,
        segment_stats=("mean",),
    ):
        self.stats = stats
        self.segments = segments
        self.segment_stats = segment_stats

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Validate the parameters and the number of channels; the transformer is stateless.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.
        y : None
            Ignored.

        Returns
        -------
        self : StatPooling
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a statistic is unknown or repeated, if there is none, or if ``X`` is not a batch of frame sequences.
        """
        self._check_and_count(X)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:  # noqa: ARG002
        """Fit and transform, validating the frames only once.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            See `fit`.
        y : None
            Ignored.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features_out)
            See `transform`.
        """
        return self._table(self._check_and_count(X))

    def transform(self, X: Any) -> np.ndarray:
        """Compute the statistics.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, (n_stats + n_segments * n_segment_stats) * n_channels)
            The table, without segment columns if ``segments=1``; a data frame if set by `set_output`.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences with as many channels as in `fit`.
        """
        check_is_fitted(self)
        return self._table(check_frames(self, X, reset=False, allow_nan=True))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns: ``mfcc_03_std``, and ``mfcc_03_mean_seg2`` for a segment (the first is 0).

        Parameters
        ----------
        input_features : array-like of str or None
            Names of the channels; None: those of ``feature_names_in_``, else ``x0``, ``x1``, ...

        Returns
        -------
        ndarray of object
            Output names.
        """
        check_is_fitted(self)
        channels = _check_feature_names_in(self, input_features)
        names = [
            f"{channel}_{stat}{suffix}" for suffix, stats in self._parts() for stat in stats for channel in channels
        ]
        return np.asarray(names, dtype=object)

    def _check_and_count(self, X: Any) -> np.ndarray:
        check_statistics(self.stats, "stats")
        check_statistics(self.segment_stats, "segment_stats")
        if not any(len(stats) for _, stats in self._parts()):
            raise ValueError(
                f"stats={self.stats!r} and segment_stats={self.segment_stats!r} with segments={self.segments} leave no "
                "statistic to compute. Pass at least one."
            )
        return check_frames(self, X, reset=True, allow_nan=True)

    def _table(self, batch: np.ndarray) -> np.ndarray:
        n_rows = sum(len(stats) for _, stats in self._parts())
        table = np.empty((len(batch), n_rows, self.n_features_in_), dtype=np.float32)
        for indices, block in equal_lengths(batch):
            n_clips = max(1, MAX_BLOCK_VALUES // block[0].size)
            for start in range(0, len(block), n_clips):
                table[indices[start : start + n_clips]] = self._pool(block[start : start + n_clips])
        return table.reshape(len(batch), -1)

    def _parts(self) -> Iterator[tuple[str, Any]]:
        """Return the suffix and statistics of the whole clip, then of each segment."""
        yield "", self.stats
        if self.segments > 1:
            for segment in range(self.segments):
                yield f"_seg{segment}", self.segment_stats

    def _pool(self, block: np.ndarray) -> np.ndarray:
        """Pool equally long sequences (n_clips, n_frames, n_channels) to (n_clips, n_rows, n_channels)."""
        pooled = [frame_statistics(block, self.stats)]
        if self.segments > 1:
            n_frames = block.shape[1]
            for segment in range(self.segments):
                start = segment * n_frames // self.segments
                stop = max(start + 1, (segment + 1) * n_frames // self.segments)
                pooled.append(frame_statistics(block[:, start:stop], self.segment_stats))
        return np.concatenate(pooled, axis=1)
