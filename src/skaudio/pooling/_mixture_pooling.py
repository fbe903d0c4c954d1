"""Pooling by a Gaussian mixture of frames: posteriors or first-order statistics."""

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skaudio._atomic import atomic
from skaudio._frames_input import FramesInputMixin
from skaudio._randomness import own_random_state
from skaudio._validation import check_frames
from skaudio.pooling._statistics import ROUNDING

# Frames of one clip that are processed at a time, to limit memory.
MAX_BLOCK_FRAMES = 2**14


class MixturePooling(FramesInputMixin, TransformerMixin, BaseEstimator):
    r"""Pool the frames of each clip by the components of a Gaussian mixture.

    `fit` draws frames of all clips and fits a `sklearn.mixture.GaussianMixture` to them, known as universal background
    model [2]_ in speech. `transform` computes for each clip the share of each component, or the deviation of its frames
    from the mean of each component, which depends on the speaker or source.

    Parameters
    ----------
    n_components : int, default=16
        Number of Gaussians.
    covariance_type : {"diag", "spherical", "tied", "full"}, default="diag"
        As in `sklearn.mixture.GaussianMixture`.
    output : {"posterior", "first_order"}, default="posterior"
        - "posterior": mean over time of each component's posterior probability; a clip's columns sum to 1.
        - "first_order": the part of the Fisher vector [1]_ that belongs to the means, the normalised first-order
          statistics of speaker recognition; see Notes.
    standardize : bool, default=True
        Whether to scale channels to zero mean and unit variance first, based on the drawn frames. Otherwise, channels
        of large variance (such as the first cepstral coefficient) dominate the mixture.
    max_frames : int or None, default=20000
        Number of frames to draw for `fit`: equally many from each clip, as far as available. None: all.
    reg_covar : float, default=1e-3
        Added to variances, in units of the (standardised) channels squared. Larger than scikit-learn's default, as
        identical frames of digital silence would form a component of zero variance.
    n_init : int, default=1
        Number of initialisations of the mixture, of which the best is kept.
    max_iter : int, default=100
        Maximum number of EM iterations for each.
    random_state : int, RandomState instance or None, default=None
        Seed of the draw of frames and of the initialisation of the mixture.

    Attributes
    ----------
    mixture_ : sklearn.mixture.GaussianMixture
        Mixture fitted to scaled frames.
    mean_, scale_ : ndarray of float64, shape (n_channels,)
        Channels minus ``mean_``, divided by ``scale_``, are the input of the mixture; zeros and ones if not
        standardised.
    n_iter_ : int
        Number of iterations of the best initialisation.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` received frames of a front end or a data frame.

    See Also
    --------
    StatPooling : Pool by channel.

    Notes
    -----
    With :math:`\gamma_{tk}` the posterior of component :math:`k` (of weight :math:`w_k`, mean :math:`\mu_k`, standard
    deviations :math:`\sigma_k`) at frame :math:`t` of :math:`T`, first-order columns are, as in [1]_,

    .. math:: \frac{1}{T \sqrt{w_k}} \sum_t \gamma_{tk} \frac{x_t - \mu_k}{\sigma_k}

    ordered by component, then by channel. A broken clip, marked by NaN, is ignored in `fit` and returned as NaN by
    `transform`.

    References
    ----------
    .. [1] F. Perronnin and C. Dance, "Fisher kernels on visual vocabularies for image categorization", CVPR, 2007.
    .. [2] D. A. Reynolds, T. F. Quatieri and R. B. Dunn, "Speaker verification using adapted Gaussian mixture models",
       Digital Signal Processing 10, 2000.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.pooling import MixturePooling
    >>> low, high = np.random.default_rng(0).normal(size=(2, 50, 3)) + [[[-9.0]], [[9.0]]]
    >>> pooling = MixturePooling(n_components=2, random_state=0).fit([low, high])
    >>> shares = pooling.transform([low, np.concatenate([low, low, high])])
    >>> np.sort(shares, axis=1).round(2)
    array([[0.  , 1.  ],
           [0.33, 0.67]], dtype=float32)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "covariance_type": [StrOptions({"diag", "spherical", "tied", "full"})],
        "output": [StrOptions({"posterior", "first_order"})],
        "standardize": ["boolean"],
        "max_frames": [Interval(Integral, 1, None, closed="left"), None],
        "reg_covar": [Interval(Real, 0.0, None, closed="left")],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components=16,
        *,
        covariance_type="diag",
        output="posterior",
        standardize=True,
        max_frames=20000,
        reg_covar=1e-3,
        n_init=1,
        max_iter=100,
        random_state=None,
    ):
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.output = output
        self.standardize = standardize
        self.max_frames = max_frames
        self.reg_covar = reg_covar
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002
        """Fit the mixture to frames of all clips.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.
        y : None
            Ignored.

        Returns
        -------
        self : MixturePooling
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If a parameter is out of range, if ``X`` is not a batch of frame sequences, or has fewer frames than there
            are components.
        """
        # Imported here: it takes 0.1 s, and no other class of this package needs them.
        from sklearn.mixture import GaussianMixture
        from sklearn.preprocessing import StandardScaler

        batch = check_frames(self, X, reset=True, allow_nan=True)
        random_state = own_random_state(self.random_state)
        frames = _draw_frames(batch, self.max_frames, random_state)
        if len(frames) < self.n_components:
            raise ValueError(
                f"n_components={self.n_components} Gaussians need at least as many frames, got n_samples={len(frames)} "
                f"(n_clips={len(batch)}, max_frames={self.max_frames}). Pass more clips or fewer components."
            )
        self.mean_, self.scale_ = np.zeros(self.n_features_in_), np.ones(self.n_features_in_)
        if self.standardize:
            scaler = StandardScaler().fit(frames)
            self.mean_, self.scale_ = scaler.mean_, scaler.scale_
        self.mixture_ = GaussianMixture(
            self.n_components,
            covariance_type=self.covariance_type,
            reg_covar=self.reg_covar,
            n_init=self.n_init,
            max_iter=self.max_iter,
            random_state=random_state.randint(np.iinfo(np.int32).max),
        ).fit((frames - self.mean_) / self.scale_)
        self.n_iter_ = self.mixture_.n_iter_
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Pool each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences; NaN allowed, infinity not. A table is treated as one-frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_components) or (n_clips, n_components * n_channels)
            For "posterior" and "first_order"; a data frame if set by `set_output`.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences with as many channels as in `fit`.
        """
        check_is_fitted(self)
        batch = check_frames(self, X, reset=False, allow_nan=True)
        return np.stack([self._pool(frames) for frames in batch])

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the names of the columns: ``component_05``, or ``mfcc_03_component_05`` for first-order statistics.

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
        width = len(str(self.mixture_.n_components - 1))
        components = [f"component_{component:0{width}d}" for component in range(self.mixture_.n_components)]
        if self.output == "posterior":
            return np.asarray(components, dtype=object)
        return np.asarray([f"{channel}_{component}" for component in components for channel in channels], dtype=object)

    def _pool(self, frames: np.ndarray) -> np.ndarray:
        """Pool one clip (n_frames, n_channels); not in batches, as rounding in matrix products depends on size."""
        mixture = self.mixture_
        total = np.zeros(mixture.n_components)
        weighted = np.zeros((mixture.n_components, frames.shape[1]))
        if np.isnan(frames).any():
            total[:] = weighted[:] = np.nan
        else:
            for start in range(0, len(frames), MAX_BLOCK_FRAMES):
                scaled = (frames[start : start + MAX_BLOCK_FRAMES] - self.mean_) / self.scale_
                posterior = mixture.predict_proba(scaled)  # (n_frames, n_components)
                total += posterior.sum(axis=0)
                weighted += posterior.T @ scaled
        if self.output == "posterior":
            return (total / len(frames)).astype(np.float32)
        deviations = (weighted - total[:, np.newaxis] * mixture.means_) / _standard_deviations(mixture)
        pooled = deviations / (len(frames) * np.sqrt(mixture.weights_)[:, np.newaxis])
        # For one component and normalised channels, these are rounding errors, which a scaler would amplify.
        return np.where(np.abs(pooled) <= ROUNDING, 0.0, pooled).astype(np.float32).ravel()


def _draw_frames(
    batch: np.ndarray | Sequence[np.ndarray], max_frames: int | None, random_state: np.random.RandomState
) -> np.ndarray:
    """Draw at most ``max_frames`` frames of clips without NaN, evenly over clips; (n_drawn, n_channels)."""
    clips = [frames for frames in batch if not np.isnan(frames).any()]
    if not clips:
        raise ValueError(
            f"All {len(batch)} clips contain NaN, which marks broken clips; expected at least one valid clip."
        )
    # Draw one frame per clip and round, in random order, until max_frames; in the last round, clips are drawn, too.
    rounds = np.concatenate([random_state.permutation(len(frames)) for frames in clips])
    drawn = np.zeros(len(rounds), dtype=bool)
    drawn[np.lexsort((random_state.random_sample(len(rounds)), rounds))[:max_frames]] = True
    ends = np.cumsum([len(frames) for frames in clips])
    return np.concatenate([frames[chosen] for frames, chosen in zip(clips, np.split(drawn, ends[:-1]), strict=True)])


def _standard_deviations(mixture: BaseEstimator) -> np.ndarray:
    """Return the standard deviations of components, broadcastable with (n_components, n_channels)."""
    variances: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "diag": lambda covariances: covariances,
        "spherical": lambda covariances: covariances[:, np.newaxis],
        "tied": np.diagonal,
        "full": lambda covariances: np.diagonal(covariances, axis1=1, axis2=2),
    }
    return np.sqrt(variances[mixture.covariance_type](mixture.covariances_))
