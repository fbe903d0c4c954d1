"""Autoencoder as an outlier detector: what it cannot make anew is not normal."""

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
    """What makes an autoencoder an outlier detector.

    Parameters
    ----------
    contamination : float or "auto", default="auto"
        Where normal ends: the share of the clips in `fit` that are to be outliers; or, for ``"auto"``, an error that
        one normal clip in twenty has, by a gamma distribution (as the baseline of the DCASE challenges has it;
        Kawaguchi et al., 2021) of the errors that clips have when a network was fitted without them. For that, three
        more are fitted, each without a third of the clips (or of the groups).

    Attributes
    ----------
    offset_ : float
        The score that clips must have to be inliers.
    """

    contamination: Any = "auto"

    _parameter_constraints: ClassVar[dict] = {
        "contamination": [StrOptions({"auto"}), Interval(Real, 0, 0.5, closed="right")],
    }


@assembled
class AutoencoderOutlierDetector(OutlierHead, Autoencoder):
    """Outlier detector by the error of an autoencoder that has seen normal clips only.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    AutoencoderLatent : The latents of such a network.

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
        """Train the network on normal clips, and find where normal ends.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal length or, but for ``kind="dense"``, not. A table is taken as one-frame sequences.
        y : None
            Not used.
        sample_weight : array-like of shape (n_clips,), default=None
            How much each clip counts in training; what weighs nothing is left out.
        groups : array-like of shape (n_clips,), default=None
            Such as machines: with ``early_stopping``, clips of a group are all trained on or all validated by.

        Returns
        -------
        self : estimator
            Fitted.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch of frame sequences, if its clips differ in length for ``kind="dense"``, or if
            ``n_components`` is larger than a clip.
        """
        super().fit(X, None, sample_weight, groups)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if self.contamination == "auto":
            errors = self._unseen_errors(X, weights, groups)
            mean = max(errors.mean(), TINY)
            variance = max(errors.var(), (TINY * mean) ** 2)
            self.offset_ = -float(gamma.ppf(1.0 - FALSE_ALARMS, mean**2 / variance, scale=variance / mean))
        else:
            self.offset_ = float(np.percentile(self.score_samples(X)[weights > 0], 100.0 * self.contamination))
        return self

    def _unseen_errors(self, X: Any, weights: np.ndarray, groups: Any) -> np.ndarray:
        """Give the errors of clips by networks that were fitted without them: those of training are too small."""
        present = np.flatnonzero(weights > 0)
        units = present if groups is None else np.asarray(groups)[present]
        n_folds = min(N_FOLDS, len(np.unique(units)))
        if n_folds < 2:
            raise ValueError(
                f"contamination='auto' needs clips to leave out, got n_samples = {len(present)} in {n_folds} group(s). "
                "Give more, or a number."
            )
        errors = np.zeros(len(weights))
        splitter = GroupKFold(n_folds, shuffle=True, random_state=self._draw_seed(go_on=False))
        for _, unseen in splitter.split(present, groups=units):
            fold, rows = clone(self), present[unseen]
            without = weights.copy()
            without[rows] = 0.0  # not there: no copy of the clips is made
            super(AutoencoderOutlierDetector, fold).fit(X, None, without, groups)
            errors[rows] = fold.reconstruction_error(X)[rows]
        return errors[present]

    def predict(self, X: Any) -> np.ndarray:
        """Tell normal clips from others.

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
        """Give `score_samples` less ``offset_``.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            Below 0 for outliers.
        """
        return self.score_samples(X) - self.offset_

    def anomaly_score(self, X: Any) -> np.ndarray:
        """Tell how unlike the clips in `fit` clips are; for when in a clip, see `reconstruction_error`.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            Higher for clips that are less normal.
        """
        return -self.score_samples(X)
