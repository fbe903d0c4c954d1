"""Outlier detection by the reconstruction error of an autoencoder."""

from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.stats import gamma
from sklearn.base import OutlierMixin, clone
from sklearn.model_selection import GroupKFold
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight

from skaudio._assembly import assembled
from skaudio._atomic import atomic
from skaudio.estimators._autoencoder import Autoencoder

FALSE_ALARMS = 0.05
TINY = 1e-6
N_FOLDS = 3


@dataclass(kw_only=True, eq=False, repr=False)
class OutlierHead(OutlierMixin):
    """Mixin that turns an autoencoder into an outlier detector.

    Parameters
    ----------
    contamination : float or "auto", default="auto"
        Proportion of outliers in the training set, which sets the threshold; or ``"auto"``: the error that one normal
        clip in twenty exceeds, by a gamma distribution (as in the baseline of the DCASE challenges; Kawaguchi et al.,
        2021) of cross-validated errors. For these, three more networks are fitted, each without a third of the clips
        (or of the groups).

    Attributes
    ----------
    offset_ : float
        Minimum score of inliers; see `score_samples`.
    """

    contamination: Any = "auto"

    _parameter_constraints: ClassVar[dict] = {
        "contamination": [StrOptions({"auto"}), Interval(Real, 0, 0.5, closed="right")],
    }


@assembled
class AutoencoderOutlierDetector(OutlierHead, Autoencoder):
    """Outlier detector based on the reconstruction error of an autoencoder fitted to normal clips.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    AutoencoderLatent : Latent representation of an autoencoder.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import AutoencoderOutlierDetector
    >>> rng = np.random.default_rng(0)
    >>> mixing = rng.normal(size=(2, 12))
    >>> normal, odd = rng.normal(size=(200, 2)) @ mixing, rng.normal(size=(5, 12)) * 2
    >>> model = AutoencoderOutlierDetector(n_components=2, random_state=0).fit(normal)
    >>> model.predict(odd)
    array([-1, -1, -1, -1, -1])
    >>> bool(np.mean(model.predict(normal) == 1) > 0.9)
    True
    """

    @atomic
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, groups: Any = None) -> Self:  # noqa: ARG002
        """Fit the autoencoder to normal clips and set the outlier threshold.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal length for ``kind="dense"``, else of any. A table is treated as one-frame
            sequences.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in training; clips of zero weight are excluded.
        groups : array-like of shape (n_clips,), default=None
            Groups, such as machines, which ``early_stopping`` does not split between training and validation.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, if its clips differ in length for ``kind="dense"``, or if
            ``n_components`` exceeds the size of a clip.
        """
        super().fit(X, None, sample_weight, groups)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if self.contamination == "auto":
            errors = self._cross_validated_errors(X, weights, groups)
            mean = max(errors.mean(), TINY)
            variance = max(errors.var(), (TINY * mean) ** 2)
            self.offset_ = -float(gamma.ppf(1.0 - FALSE_ALARMS, mean**2 / variance, scale=variance / mean))
        else:
            self.offset_ = float(np.percentile(self.score_samples(X)[weights > 0], 100.0 * self.contamination))
        return self

    def _cross_validated_errors(self, X: Any, weights: np.ndarray, groups: Any) -> np.ndarray:
        """Compute cross-validated reconstruction errors, as training errors are biased low."""
        present = np.flatnonzero(weights > 0)
        units = present if groups is None else np.asarray(groups)[present]
        n_folds = min(N_FOLDS, len(np.unique(units)))
        if n_folds < 2:
            raise ValueError(
                f"contamination='auto' requires clips to hold out, got n_samples = {len(present)} in {n_folds} "
                "group(s). Pass more clips, or set contamination to a number."
            )
        errors = np.zeros(len(weights))
        splitter = GroupKFold(n_folds, shuffle=True, random_state=self._draw_seed(resume=False))
        for _, test in splitter.split(present, groups=units):
            fold, rows = clone(self), present[test]
            fold_weights = weights.copy()
            fold_weights[rows] = 0.0  # excluded without copying the other clips
            super(AutoencoderOutlierDetector, fold).fit(X, None, fold_weights, groups)
            errors[rows] = fold.reconstruction_error(X)[rows]
        return errors[present]

    def predict(self, X: Any) -> np.ndarray:
        """Predict whether clips are inliers or outliers.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of int, shape (n_clips,)
            1 for inliers, -1 for outliers.
        """
        return np.where(self.decision_function(X) >= 0, 1, -1)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return `score_samples` minus ``offset_``.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            Negative for outliers.
        """
        return self.score_samples(X) - self.offset_

    def anomaly_score(self, X: Any) -> np.ndarray:
        """Compute the anomaly score of clips; see `reconstruction_error` for scores over time.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            Scores; the higher, the more abnormal.
        """
        return -self.score_samples(X)
