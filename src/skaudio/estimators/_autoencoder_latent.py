"""Autoencoder as a transformer: clips to latents, and back."""

from copy import copy
from typing import Any

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_array
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skaudio._assembly import assembled
from skaudio._validation import stack_frames
from skaudio.estimators._autoencoder import Autoencoder
from skaudio.estimators._batches import MAX_PREDICT_CLIPS, mask_of, rounded_length
from skaudio.estimators._keras_side import keras_side

# Of the mixture that clips are made up from.
MAX_COMPONENTS, CLIPS_A_COMPONENT = 10, 20


@assembled
class AutoencoderLatent(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Autoencoder):
    """Autoencoder from vectors or frame sequences to a latent vector a clip, and back.

    A network learns, from clips without any labels, to squeeze each into ``n_components`` numbers from which it can be
    made anew: features that say what clips of this kind differ in. They stand in for the clip in whatever comes next,
    alone or beside other features (see `sklearn.pipeline.FeatureUnion`). How badly a clip is made anew tells how unlike
    those of `fit` it is; see `AutoencoderOutlierDetector`.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    AutoencoderOutlierDetector : Tells clips apart by how well they can be made anew.
    skaudio.pooling.StatPooling : Statistics over time, which make vectors of frames.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import AutoencoderLatent
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 12))  # twelve columns of two things
    >>> model = AutoencoderLatent(n_components=2, random_state=0).fit(X)
    >>> latents = model.transform(X)
    >>> latents.shape
    (200, 2)
    >>> bool(np.mean((model.inverse_transform(latents) - X) ** 2) < 0.1 * np.var(X))
    True
    >>> model.get_feature_names_out()
    array(['autoencoderlatent0', 'autoencoderlatent1'], dtype=object)
    """

    def transform(self, X: Any) -> np.ndarray:
        """Give the latent of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_components)
            Latents; if variational, the means of their distributions. A data frame where `set_output` asked for one.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`.
        """
        return np.stack(self._run(X, "latent"))

    def reconstruct(self, X: Any) -> np.ndarray:
        """Make clips anew from their latents: denoised, if `fit` saw noisy and clean ones.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, of the shape of ``X``
            In the unit of what `fit` saw; where ``X`` is ragged, an object array of ``(n_frames_i, n_channels)``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`.
        """
        frames = self._check_frames(X, reset=False)
        made = stack_frames(
            [clip[: len(own)] for clip, own in zip(self._run(X, "reconstruction"), frames, strict=True)]
        )
        return made[:, 0] if self._tables_fit else made

    def inverse_transform(self, X: Any, n_frames: Any = None) -> np.ndarray:
        """Make clips of latents.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_components)
            Latents.
        n_frames : int, sequence of int or None, default=None
            Length of the clips, or of each; None: that of the clips in `fit` (of different ones, the median).

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features) or (n_clips, n_frames, n_channels)
            A table where `fit` saw one; for lengths that differ, an object array of ndarrays ``(n_frames_i,
            n_channels)``. In the unit of what `fit` saw.

        Raises
        ------
        ValueError
            If ``X`` is no table of latents, or if the network makes no clips of that length.
        """
        check_is_fitted(self)
        latents = check_array(X, dtype=np.float32, input_name="X", estimator=self)
        if latents.shape[1] != self._architecture.latent_dim:
            raise ValueError(
                f"X has {latents.shape[1]} columns, expected n_components={self._architecture.latent_dim}."
            )
        lengths = np.broadcast_to(self._usual_length if n_frames is None else n_frames, len(latents))
        fixed = self._architecture.n_frames
        if lengths.dtype.kind not in "iu" or lengths.min() < 1 or (fixed is not None and (lengths != fixed).any()):
            expected = (
                "lengths above 0" if fixed is None else f"{fixed}, which is what {self._architecture.named} makes"
            )
            raise ValueError(f"n_frames={n_frames!r}; expected {expected}.")
        clips = self._decode(latents, lengths)
        return np.concatenate(clips) if self._tables_fit else stack_frames(clips)

    @available_if(lambda self: self.variational)
    def sample(self, n_samples: int = 1, n_frames: Any = None) -> np.ndarray:
        """Make clips up, if variational, of latents drawn from a Gaussian mixture of those of the clips in `fit` [5]_.

        The standard normal distribution, which each latent is kept near, also holds what lies between them and is like
        no clip.

        Parameters
        ----------
        n_samples : int, default=1
            Number of clips.
        n_frames : int, sequence of int or None, default=None
            As in `inverse_transform`.

        Returns
        -------
        ndarray
            As `inverse_transform` gives them. ``random_state`` seeds the draw.

        References
        ----------
        .. [5] P. Ghosh et al., "From variational to deterministic autoencoders", International Conference on Learning
           Representations, 2020, section 4.
        """
        check_is_fitted(self)
        seed = self._draw_seed(go_on=False)
        latents, _ = (
            copy(self._mixture).set_params(random_state=seed).sample(n_samples)
        )  # those of a component together
        return self.inverse_transform(np.random.default_rng(seed).permutation(latents), n_frames)

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002
        """Give the mean of `score_samples`, by which a grid search can go.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        y : None
            Not used.

        Returns
        -------
        float
            0 at best; about -1 for who makes the mean of all clips every time.
        """
        return float(np.mean(self.score_samples(X)))

    def _describe_latents(self, X: Any) -> None:
        if not self.variational:
            return
        from sklearn.mixture import GaussianMixture

        latents = np.stack(self._run(X, "latent"))
        latents = np.repeat(latents, 2, axis=0) if len(latents) == 1 else latents
        n_components = int(np.clip(len(latents) // CLIPS_A_COMPONENT, 1, MAX_COMPONENTS))
        seed = self._draw_seed(go_on=False)
        self._mixture = GaussianMixture(n_components, reg_covar=1e-3, random_state=seed).fit(latents)

    def _decode(self, latents: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        graph = keras_side().graph_of(self._architecture)
        clips: list[Any] = [None] * len(latents)
        order = np.argsort(lengths, kind="stable")
        with graph.lock:
            for start in range(0, len(order), MAX_PREDICT_CLIPS):
                rows = order[start : start + MAX_PREDICT_CLIPS]
                mask = mask_of(lengths[rows], rounded_length(lengths[rows].max(), graph.stride))
                made = graph.run("decode", self._weights, latents[rows][:, np.newaxis], mask)
                for row, clip in zip(rows, made, strict=True):
                    clips[row] = clip[: lengths[row]]
        return clips

    @property
    def _n_features_out(self) -> int:
        if not hasattr(self, "_weights"):
            raise AttributeError(f"{type(self).__name__} is not fitted.")  # what scikit-learn asks by hasattr
        return self._architecture.latent_dim

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
