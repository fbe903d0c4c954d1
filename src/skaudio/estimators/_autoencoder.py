"""Base class of autoencoders: training and reconstruction error."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.utils._param_validation import Hidden, Interval, StrOptions

from skaudio._atomic import atomic
from skaudio._learning import AutoencoderArchitecture, Examples, Learner, Recipe
from skaudio._validation import as_array_or_sequence, as_frames, check_frames, stack_frames
from skaudio._warnings import warn_user
from skaudio.estimators._neural import NeuralEstimator

ACTIVATIONS = {"relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "linear"}


@dataclass(kw_only=True, eq=False, repr=False)
class Autoencoder(NeuralEstimator[AutoencoderArchitecture]):
    """Base class of estimators built on an autoencoder.

    Parameters
    ----------
    n_components : int, default=16
        Dimensionality of the latent representation of a clip.
    kind : {"dense", "conv", "recurrent"}, default="dense"
        - ``"dense"``: fully connected layers on all values of a clip, for vectors or clips of equal length (see
          `skaudio.pooling.FramePadder`);
        - ``"conv"``: convolutions over time with stride 2, for clips of any length. The decoder input is the latent
          vector and a time code at each frame [1]_;
        - ``"recurrent"``: bidirectional GRU layers, for clips of any length; the decoder input is as for ``"conv"``.
    hidden : sequence of int, default=(128,)
        Number of units (or filters) of each encoder layer; the decoder mirrors them.
    variational : bool, default=False
        Whether to fit a variational autoencoder: the latent of a clip is a normal distribution, regularised towards the
        standard normal, sampled in training and represented by its mean otherwise [2]_.
    beta : float, default=1.0
        Weight of the Kullback-Leibler divergence if variational [3]_: larger values make the latent components less
        dependent and the reconstruction worse.
    denoising : float, default=0.0
        Standard deviation, in units of those of the channels and at most 1, of the noise added to the encoder input in
        training, which the network learns to remove [4]_. For real noise, see `fit`.
    stacked : bool, default=False
        Whether to pretrain layer by layer, from the outermost inwards [4]_; for ``kind="dense"``.
    activation, latent_activation : str, default="relu", "linear"
        Activation functions of the layers, except recurrent ones, and of the latent, by their Keras names: "relu",
        "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid" or "linear". The latent of a variational
        autoencoder is linear.
    latent_dim : int, default="deprecated"
        Deprecated alias of ``n_components``.

    References
    ----------
    .. [1] N. Watters et al., "Spatial broadcast decoder: a simple architecture for learning disentangled
       representations in VAEs", 2019.
    .. [2] D. Kingma and M. Welling, "Auto-encoding variational Bayes", International Conference on Learning
       Representations, 2014.
    .. [3] I. Higgins et al., "beta-VAE: learning basic visual concepts with a constrained variational framework",
       International Conference on Learning Representations, 2017.
    .. [4] P. Vincent et al., "Stacked denoising autoencoders: learning useful representations in a deep network with a
       local denoising criterion", Journal of Machine Learning Research 11, 2010.
    """

    n_components: int = field(default=16, kw_only=False)
    kind: str = "dense"
    hidden: Sequence[int] = (128,)
    variational: bool = False
    beta: float = 1.0
    denoising: float = 0.0
    stacked: bool = False
    activation: str = "relu"
    latent_activation: str = "linear"
    latent_dim: int | Literal["deprecated"] = "deprecated"

    _parameter_constraints: ClassVar[dict] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "kind": [StrOptions({"dense", "conv", "recurrent"})],
        "hidden": [tuple, list],
        "variational": ["boolean"],
        "beta": [Interval(Real, 0, None, closed="left")],
        "denoising": [Interval(Real, 0, 1, closed="both")],
        "stacked": ["boolean"],
        "activation": [StrOptions(ACTIVATIONS)],
        "latent_activation": [StrOptions(ACTIVATIONS)],
        "latent_dim": [Interval(Integral, 1, None, closed="left"), Hidden(StrOptions({"deprecated"}))],
    }

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, groups: Any = None) -> Self:
        """Fit the autoencoder to reconstruct clips, or clean clips from noisy ones.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences, of equal length for ``kind="dense"``, else of any. A table is treated as one-frame
            sequences.
        y : batch like ``X``, default=None
            Clean clips of which those in ``X`` are noisy copies, frame by frame; they are the reconstruction targets.
            Anything else, such as labels in a pipeline, is ignored.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip; clips of zero weight are excluded.
        groups : array-like of shape (n_clips,), default=None
            Groups, such as machines, which ``early_stopping`` does not split between training and validation.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch of frame sequences, if its clips differ in length for ``kind="dense"``, if
            ``n_components`` exceeds the size of a clip, or if clean and noisy clips differ in length.
        """
        resume = self._resumes()
        frames = self._check_frames(X, reset=not resume)
        clean = self._clean_frames(frames, y)
        if clean is not None:
            pairs = [np.concatenate(both, axis=1) for both in zip(frames, clean, strict=True)]
            frames = stack_frames(pairs)
        targets = np.zeros((len(frames), 1), np.float32)  # unused: the network outputs its own loss
        self._fit(frames, targets, sample_weight, groups, None, resume=resume)
        self._usual_length = int(np.median([len(clip) for clip in frames]))
        self._fit_latent_distribution(X)
        return self

    def reconstruction_error(self, X: Any, per: str = "sample") -> np.ndarray:
        """Compute the reconstruction error of clips.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        per : {"sample", "frame", "channel"}, default="sample"
            Whether to average the squared error over the whole clip, each frame, or each channel over time.

        Returns
        -------
        ndarray of float64, shape (n_clips,), (n_clips, n_frames) or (n_clips, n_channels)
            Mean squared errors in units of the channel variances over the training set: predicting the mean yields
            about 1. For ``per="frame"`` and clips of different lengths, an object array of ndarrays ``(n_frames_i,)``.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or ``per`` is invalid.
        """
        axes = {"sample": (0, 1), "frame": 1, "channel": 0}
        if per not in axes:
            raise ValueError(f"per={per!r}; expected one of {sorted(axes)}.")
        means = self._run(X, "errors", lambda errors: errors.mean(axis=axes[per], dtype=np.float64))
        return np.array(means) if per == "sample" else stack_frames(means)

    def score_samples(self, X: Any) -> np.ndarray:
        """Compute the normality score of clips, the negative `reconstruction_error`.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            Scores; the higher, the more similar to the training clips.
        """
        return -self.reconstruction_error(X)

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> AutoencoderArchitecture:  # noqa: ARG002
        dense = self.kind == "dense"
        if dense and frames.ndim != 3:
            raise ValueError(
                f"kind='dense' requires clips of equal length, got clips of {min(map(len, frames))} to "
                f"{max(map(len, frames))} frames. Put a skaudio.pooling.FramePadder before it, or use kind='conv'."
            )
        if self.stacked and not dense:
            raise ValueError(f"stacked=True requires kind='dense', got kind={self.kind!r}.")
        if any(not isinstance(units, Integral) or units < 1 for units in self.hidden):
            raise ValueError(f"hidden={self.hidden!r}; expected positive integers.")
        n_values, n_components = min(map(len, frames)) * self.n_features_in_, self._n_components()
        if n_components > n_values:
            raise ValueError(
                f"n_components={n_components}; expected at most the number of values per clip, n_features = {n_values}."
            )
        return AutoencoderArchitecture(
            n_frames=frames.shape[1] if dense else None,
            n_channels=self.n_features_in_,
            n_outputs=1,
            task="reconstruction",
            kind=self.kind,
            hidden=tuple(map(int, self.hidden)),
            latent_dim=int(n_components),
            variational=bool(self.variational),
            beta=float(self.beta),
            denoising=float(self.denoising),
            activation=self.activation,
            latent_activation=self.latent_activation,
        )

    def _fit_latent_distribution(self, X: Any) -> None:
        """Fit the distribution of the latents, if it is needed later."""

    def _clean_frames(self, frames: np.ndarray, y: Any) -> np.ndarray | None:
        """Return the clean clips of checked noisy ones; None if ``y`` is not such a batch."""
        y = as_array_or_sequence(y)
        if self._tables_fit:
            y = np.asarray(y)
            is_table = y.shape == (len(frames), self.n_features_in_) and y.dtype.kind == "f"
            return check_frames(clone(self), y, reset=True) if is_table else None
        if y is None or len(y) == 0 or np.ndim(next(iter(y))) < 2:
            return None
        clean = as_frames(y)
        if clean is None:
            raise TypeError(f"y is a {type(y).__name__} of arrays; expected the clean clips as an array, or a list.")
        shapes = [(clip.shape, other.shape) for clip, other in zip(frames, clean, strict=False)]
        wrong = [i for i, (noisy_shape, clean_shape) in enumerate(shapes) if noisy_shape != clean_shape]
        if wrong or len(clean) != len(frames):
            found = f"{shapes[wrong[0]]} for clip {wrong[0]}" if wrong else f"{len(frames)} and {len(clean)} clips"
            raise ValueError(f"Expected noisy clips X and clean clips y of equal shapes, got {found}.")
        return clean

    def _n_components(self) -> int:
        if self.latent_dim == "deprecated":
            return self.n_components
        warn_user("latent_dim is deprecated and will be removed; use n_components.", FutureWarning)
        return self.latent_dim

    def _train(
        self, learner: Learner[AutoencoderArchitecture], examples: Examples, recipe: Recipe, **options: Any
    ) -> Learner[AutoencoderArchitecture]:
        """Train the network; if stacked, pretrain from the outermost layers inwards first."""
        architecture, pretrained = learner.architecture, None
        for i, units in enumerate(architecture.hidden if self.stacked and not learner.history else ()):
            outer = replace(
                architecture,
                variational=False,
                hidden=architecture.hidden[:i],
                latent_dim=units,
                latent_activation=architecture.activation,
            )
            pretrained = Learner(outer).fit(examples, recipe, pretrained=pretrained, **options)
        return learner.fit(examples, recipe, pretrained=pretrained, **options)
