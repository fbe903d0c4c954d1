"""Gaussian mixture model (GMM) classifier."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import as_labels, check_frames


class MixtureClassifier(VersionedPickleMixin, ClassifierMixin, BaseEstimator):
    """Gaussian mixture model (GMM) classifier with one mixture of frames per class.

    The classical model of speaker identification [1]_: frames of a class are modelled as samples of its mixture, and a
    clip is assigned to the class with the highest mean log-likelihood of its frames.

    Parameters
    ----------
    n_components : int, default=16
        Number of mixture components per class; fewer for a class with fewer than two frames per component.
    covariance_type : {"diag", "spherical", "tied", "full"}, default="diag"
        As in `sklearn.mixture.GaussianMixture`.
    reg_covar : float, default=1e-3
        Regularisation added to the variances, in units of the standardised channels squared.
    max_iter : int, default=100
        Maximum number of EM iterations.
    n_init : int, default=1
        Number of initialisations, of which the best is kept.
    max_frames : int or None, default=20000
        Maximum number of frames per class to fit, drawn at random. None: all.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw of frames and of the initialisations.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    mixtures_ : list of sklearn.mixture.GaussianMixture
        Mixture of each class, fitted to standardised frames.
    scaler_ : sklearn.preprocessing.StandardScaler
        Standardisation of frames.
    n_iter_ : int
        Maximum number of iterations over the mixtures.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` was given frames of a front end or a data frame.

    See Also
    --------
    skaudio.pooling.MixturePooling : One mixture for all classes, which yields vectors for any classifier.

    References
    ----------
    .. [1] D. Reynolds and R. Rose, "Robust text-independent speaker identification using Gaussian mixture speaker
       models", IEEE Transactions on Speech and Audio Processing 3(1), 1995.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import MixtureClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["ann", "bob"] * 10)
    >>> X = [rng.normal(who == "bob", 1, (rng.integers(20, 40), 4)) for who in y]
    >>> model = MixtureClassifier(n_components=2, random_state=0).fit(X[:16], y[:16])
    >>> model.predict(X[16:])
    array(['ann', 'bob', 'ann', 'bob'], dtype='<U3')
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "covariance_type": [StrOptions({"diag", "spherical", "tied", "full"})],
        "reg_covar": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "max_frames": [None, Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components: int = 16,
        *,
        covariance_type: str = "diag",
        reg_covar: float = 1e-3,
        max_iter: int = 100,
        n_init: int = 1,
        max_frames: int | None = 20000,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.reg_covar = reg_covar
        self.max_iter = max_iter
        self.n_init = n_init
        self.max_frames = max_frames
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any) -> Self:
        """Fit a mixture to the frames of each class.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences. A table is treated as one-frame sequences.
        y : array-like of shape (n_clips,)
            Class labels.

        Returns
        -------
        self : MixtureClassifier
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, or if ``y`` does not match it or has a single class.
        """
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        frames = check_frames(self, X, reset=True)
        y = column_or_1d(as_labels(y), warn=True)
        check_classification_targets(y)
        check_consistent_length(frames, y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} requires at least two classes; y has one class only.")
        rng = own_random_state(self.random_state)
        class_frames = [self._subsample(frames[y == label], rng) for label in self.classes_]
        self.scaler_ = StandardScaler().fit(np.concatenate(class_frames))
        self.mixtures_ = [
            GaussianMixture(
                int(np.clip(len(samples) // 2, 1, self.n_components)),
                covariance_type=self.covariance_type,
                reg_covar=self.reg_covar,
                max_iter=self.max_iter,
                n_init=self.n_init,
                random_state=rng.randint(np.iinfo(np.int32).max),
            ).fit(self.scaler_.transform(samples if len(samples) > 1 else np.repeat(samples, 2, axis=0)))
            for samples in class_frames
        ]
        self.n_iter_ = max(mixture.n_iter_ for mixture in self.mixtures_)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """Compute the mean log-likelihood of the frames of each clip under each class.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes), or (n_clips,) for two classes
            Log-likelihoods; for two classes, the second minus the first.
        """
        values = self._log_likelihoods(X)
        return values[:, 1] - values[:, 0] if len(self.classes_) == 2 else values

    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of shape (n_clips,)
            Class labels.
        """
        best = self._log_likelihoods(X).argmax(axis=1)
        return self.classes_[best]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities, with a uniform prior over classes.

        As frames are not independent, a clip counts as one frame, with the mean log-likelihood.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        return softmax(self._log_likelihoods(X), axis=1)

    def _log_likelihoods(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        clips = check_frames(self, X, reset=False)
        rows = []
        for frames in clips:
            scaled = self.scaler_.transform(frames)
            rows.append([mixture.score_samples(scaled).mean() for mixture in self.mixtures_])
        return np.array(rows)

    def _subsample(self, clips: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
        frames = np.concatenate(list(clips)).astype(np.float64)
        if self.max_frames is None or len(frames) <= self.max_frames:
            return frames
        return frames[rng.choice(len(frames), self.max_frames, replace=False)]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.random_state is None
        return tags
