"""Autoencoder as a transformer from clips to latent representations and back."""

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

# Size of the mixture that `sample` draws from.
MAX_COMPONENTS, CLIPS_PER_COMPONENT = 10, 20


@assembled
class AutoencoderLatent(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Autoencoder):
    """Autoencoder that learns a latent representation of vectors or frame sequences.

    Without labels, the network learns to compress each clip to ``n_components`` values from which it can be
    reconstructed. They are features for downstream models, alone or together with others (see
    `sklearn.pipeline.FeatureUnion`). The reconstruction error measures how much a clip differs from the training clips;
    see `AutoencoderOutlierDetector`.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    AutoencoderOutlierDetector : Outlier detection by reconstruction error.
    skaudio.pooling.StatPooling : Statistics over time, from frame sequences to vectors.

    References
    ----------
    {references}

    Examples
    --------
    Compress a table whose twelve columns depend on two factors.

    >>> import numpy as np
    >>> from skaudio.estimators import AutoencoderLatent
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 2)) @ rng.normal(size=(2, 12))
    >>> model = AutoencoderLatent(n_components=2, random_state=0).fit(X)
    >>> latents = model.transform(X)
    >>> latents.shape
    (200, 2)
    >>> bool(np.mean((model.inverse_transform(latents) - X) ** 2) < 0.1 * np.var(X))
    True
    >>> model.get_feature_names_out()
    array(['autoencoderlatent0', 'autoencoderlatent1'], dtype=object)

    Compute the latents of spectrograms, as features for a classifier.

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.features import MelSpectrogram
    >>> waveforms = [np.sin(frequency * np.arange(2000)) for frequency in [0.2, 2.0] * 10]
    >>> latent = AutoencoderLatent(n_components=4, epochs=3, random_state=0)
    >>> pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=16), latent, LogisticRegression())
    >>> pipeline.fit(waveforms, ["low", "high"] * 10).predict(waveforms[:2])
    array(['low', 'high'], dtype='<U4')
    >>> pipeline[:-1].transform(waveforms).shape
    (20, 4)
    """

    def transform(self, X: Any) -> np.ndarray:
        """Compute the latent representation of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_components)
            Latents; if variational, the means of their distributions. A data frame if configured by `set_output`.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`.
        """
        return np.stack(self._run(X, "latent"))

    def reconstruct(self, X: Any) -> np.ndarray:
        """Reconstruct clips, denoised if `fit` was given noisy and clean ones.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, of the shape of ``X``
            In the unit of the training data; for ragged ``X``, an object array of ``(n_frames_i, n_channels)``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`.
        """
        frames = self._check_frames(X, reset=False)
        reconstructions = stack_frames(
            [clip[: len(frames_i)] for clip, frames_i in zip(self._run(X, "reconstruction"), frames, strict=True)]
        )
        return reconstructions[:, 0] if self._tables_fit else reconstructions

    def inverse_transform(self, X: Any, n_frames: Any = None) -> np.ndarray:
        """Decode latents to clips.

        Parameters
        ----------
        X : array-like of shape (n_clips, n_components)
            Latents.
        n_frames : int, sequence of int or None, default=None
            Number of frames of all clips or of each; None: that of the training clips (the median, if they differ).

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features) or (n_clips, n_frames, n_channels)
            Clips in the unit of the training data; a table if `fit` was given one; for different lengths, an object
            array of ndarrays ``(n_frames_i, n_channels)``.

        Raises
        ------
        ValueError
            If ``X`` is not a table of latents, or if the network cannot decode clips of that length.
        """
        check_is_fitted(self)
        latents = check_array(X, dtype=np.float32, input_name="X", estimator=self)
        if latents.shape[1] != self.learner_.architecture.latent_dim:
            raise ValueError(
                f"X has {latents.shape[1]} columns, expected n_components={self.learner_.architecture.latent_dim}."
            )
        lengths = np.broadcast_to(self._usual_length if n_frames is None else n_frames, len(latents))
        architecture = self.learner_.architecture
        fixed = architecture.n_frames
        if lengths.dtype.kind not in "iu" or lengths.min() < 1 or (fixed is not None and (lengths != fixed).any()):
            expected = "positive integers" if fixed is None else f"{fixed} for {architecture.named}, as in fit"
            raise ValueError(f"n_frames={n_frames!r}; expected {expected}.")
        clips = self.learner_.decode(latents, lengths)
        return np.concatenate(clips) if self._tables_fit else stack_frames(clips)

    @available_if(lambda self: self.variational)
    def sample(self, n_samples: int = 1, n_frames: Any = None) -> np.ndarray:
        """Generate random clips, if variational, from a Gaussian mixture fitted to the training latents [5]_.

        The standard normal prior also covers regions between the training latents, which correspond to no realistic
        clip.

        Parameters
        ----------
        n_samples : int, default=1
            Number of clips to generate.
        n_frames : int, sequence of int or None, default=None
            As in `inverse_transform`.

        Returns
        -------
        ndarray
            Clips, as returned by `inverse_transform`. ``random_state`` seeds the draw.

        References
        ----------
        .. [5] P. Ghosh et al., "From variational to deterministic autoencoders", International Conference on Learning
           Representations, 2020, section 4.
        """
        check_is_fitted(self)
        seed = self._draw_seed(resume=False)
        latents, _ = copy(self._mixture).set_params(random_state=seed).sample(n_samples)  # sorted by component
        return self.inverse_transform(np.random.default_rng(seed).permutation(latents), n_frames)

    def score(self, X: Any, y: Any = None) -> float:  # noqa: ARG002
        """Return the mean of `score_samples`, for model selection.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        y : None
            Ignored.

        Returns
        -------
        float
            Mean score: 0 at best; about -1 if the mean of all clips is always predicted.
        """
        return float(np.mean(self.score_samples(X)))

    def _fit_latent_distribution(self, X: Any) -> None:
        if not self.variational:
            return
        from sklearn.mixture import GaussianMixture

        latents = np.stack(self._run(X, "latent"))
        latents = np.repeat(latents, 2, axis=0) if len(latents) == 1 else latents
        n_components = int(np.clip(len(latents) // CLIPS_PER_COMPONENT, 1, MAX_COMPONENTS))
        seed = self._draw_seed(resume=False)
        self._mixture = GaussianMixture(n_components, reg_covar=1e-3, random_state=seed).fit(latents)

    @property
    def _n_features_out(self) -> int:
        check_is_fitted(self)
        return self.learner_.architecture.latent_dim

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
