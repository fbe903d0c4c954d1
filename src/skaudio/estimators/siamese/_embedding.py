"""Base class of siamese networks: a shared tower that embeds clips of one class close to each other."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils import Tags
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skaudio._learning import Augmentation, EmbeddingArchitecture, Sampler
from skaudio.estimators._cnn import SIZES
from skaudio.estimators._neural import NeuralEstimator
from skaudio.estimators._parameters import InputParameters
from skaudio.estimators.siamese._pair_sampling import ClassPairs, GivenPairs, PairSampler, triplet_batches
from skaudio.estimators.siamese._whitening import Whitening

# Name of each tower, and its settings.
TOWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "cnn": ("residual", SIZES["residual"]),
    "gru": ("recurrent", {"cell": "GRU", "units": 96, "n_layers": 2, "frames_per_step": 2, "bidirectional": True}),
}
MARGINS = {"proxy": 0.0, "contrastive": 1.0, "triplet": 0.2}


@dataclass(kw_only=True, eq=False, repr=False)
class SiameseEmbedding(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, InputParameters, NeuralEstimator[EmbeddingArchitecture]
):
    """Base class of estimators that compare clips by embeddings.

    Parameters
    ----------
    tower : {"cnn", "gru", "dense"}, callable or None, default="cnn"
        Network that embeds both clips of a pair:

        - ``"cnn"``: the residual CNN of `CNNClassifier`;
        - ``"gru"``: the recurrent network of `GRUClassifier`;
        - ``"dense"``: three dense layers on all values of a clip, as in tutorials, for clips of equal length (see
          `skaudio.pooling.FramePadder`). By default, bands are augmented like other channels;
        - a callable from ``(n_frames, n_channels)`` and ``embedding_dim`` to a `keras.Model` with as many output units,
          for clips of equal length. It is called at each fit and must return the same network each time;
        - None: no network: the mean of the frames, or the row of a table, such as `skaudio.pooling.StatPooling`
          returns. Only the whitening is learned then, which needs few clips and discriminates speakers best.
    front_end : transformer or None, default=None
        Computes frames or a table from raw clips, such as `skaudio.features.MFCC` or a pipeline of it and a pooling:
        every method then takes raw clips, not only `fit`, `predict` and `transform` as in a pipeline around the
        matcher. It is cloned, and fitted in `fit`. None: ``X`` contains frames.
    tower_params : dict or None, default=None
        Non-default parameters of the tower: ``filters``, ``depth`` and ``kernel_size`` of ``"cnn"``; ``units``,
        ``n_layers``, ``frames_per_step`` and ``bidirectional`` of ``"gru"``.
    embedding_dim : int, default=64
        Dimensionality of the embedding; without a tower, that of a frame.
    pooling : {"mean_max", "mean", "max", "attention"}, default="mean_max"
        Pooling over time in ``"cnn"`` and ``"gru"``.
    dropout : float, default=0.2
        Dropout rate of their features in training.
    loss : {"proxy", "contrastive", "triplet"}, default="proxy"
        Loss to minimise:

        - ``"proxy"``: the cross-entropy of the cosine similarities between embeddings and a learned proxy of each class
          [3]_;
        - ``"contrastive"``: the squared distance of pairs of one class, and the squared shortfall from ``margin`` of
          pairs of two [4]_; half of the pairs are of each kind, redrawn for each epoch;
        - ``"triplet"``: the excess, plus ``margin``, of the distance of a pair of one class over that to a "semi-hard"
          clip of another class in the batch [5]_.
    margin : float or None, default=None
        Margin of the loss: a cosine (``"proxy"``), a distance (``"contrastive"``) or a squared distance
        (``"triplet"``). None: 0, 1 and 0.2.
    distance : {"cosine", "euclidean"}, default="cosine"
        Distance between embeddings. For ``"cosine"``, embeddings are normalised to unit length.
    whitening : float or None, default=0.1
        Shrinkage of the within-class covariance normalisation of the embeddings [6]_, which downweights directions of
        within-class variability: the fraction of the mean variance that is added in every direction. None: the tower
        output is used unchanged.

    References
    ----------
    .. [3] A. Zhai and H.-Y. Wu, "Classification is a strong baseline for deep metric learning", British Machine Vision
       Conference, 2019; with the margin of H. Wang et al., "CosFace: large margin cosine loss for deep face
       recognition", CVPR, 2018.
    .. [4] R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping", CVPR, 2006.
    .. [5] F. Schroff, D. Kalenichenko and J. Philbin, "FaceNet: a unified embedding for face recognition and
       clustering", CVPR, 2015.
    .. [6] A. Hatch, S. Kajarekar and A. Stolcke, "Within-class covariance normalization for SVM-based speaker
       recognition", Interspeech, 2006.
    """

    tower: str | Callable | None = field(default="cnn", kw_only=False)
    front_end: Any = None
    tower_params: dict[str, Any] | None = None
    embedding_dim: int = 64
    pooling: str = "mean_max"
    dropout: float = 0.2
    loss: str = "proxy"
    margin: float | None = None
    distance: str = "cosine"
    whitening: float | None = 0.1

    _parameter_constraints: ClassVar[dict] = {
        "tower": [None, StrOptions({"cnn", "gru", "dense"}), callable],
        "front_end": [None, HasMethods(["fit", "transform"])],
        "tower_params": [None, dict],
        "embedding_dim": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions({"mean", "max", "mean_max", "attention"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "loss": [StrOptions(set(MARGINS))],
        "margin": [None, Interval(Real, 0, None, closed="left")],
        "distance": [StrOptions({"cosine", "euclidean"})],
        "whitening": [None, Interval(Real, 0, None, closed="neither")],
    }

    def transform(self, X: Any) -> np.ndarray:
        """Compute the whitened embedding of each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, embedding_dim)
            Embeddings, to be compared by ``distance``; of unit length for ``"cosine"``. A data frame if configured by
            `set_output`.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`.
        """
        return self._embed(X).astype(np.float32)

    @property
    def whitening_(self) -> Whitening | None:
        """Fitted whitening of the embeddings, with ``mean`` and ``matrix``; None if there is none."""
        check_is_fitted(self)
        return self._whitening

    def _frames_of(self, X: Any, *, fit: bool = False) -> Any:
        """Return the output of the front end, fitted first if requested; without one, ``X``."""
        if self.front_end is None:
            return X
        if fit:
            self.front_end_ = clone(self.front_end).fit(X)
        return self.front_end_.transform(X)

    def _embed(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return self._embed_frames(self._frames_of(X))

    def _embed_frames(self, frames: Any) -> np.ndarray:
        embeddings = np.stack(self._run(frames, "embedding")).astype(np.float64)
        if self._whitening is not None:
            embeddings = self._whitening(embeddings)
        if self.distance == "cosine":
            embeddings /= np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return embeddings

    def _train_on_pairs(self, frames: np.ndarray, same: np.ndarray, groups: Any) -> None:
        """Train the tower on checked frames, of which ``i`` and ``i + n_pairs`` form a pair, genuine or not."""
        first = 2 * np.arange(len(same))
        classes = np.concatenate([first, first + ~same])  # a genuine pair forms one class, an impostor pair two
        groups = np.tile(np.arange(len(same)) if groups is None else groups, 2)
        self._train_embedding(frames, classes, groups, PairSampler(GivenPairs(same)))

    def _train_embedding(
        self, frames: np.ndarray, classes: np.ndarray, groups: Any, pairs: PairSampler | None = None
    ) -> None:
        """Train the tower on checked frames and class indices, optionally on given pairs only; fit the whitening."""
        self.loss_ = self.loss if pairs is None else "contrastive"
        targets = classes[:, np.newaxis].astype(np.float32)
        if self.loss_ == "proxy":
            targets = np.eye(classes.max() + 1, dtype=np.float32)[classes]
        strata = classes if pairs is None else None
        resume = self._resumes()
        n_proxies = self.learner_.architecture.n_outputs if resume else targets.shape[1]
        if n_proxies != targets.shape[1]:
            raise ValueError(
                f"y has {targets.shape[1]} classes; expected {n_proxies}, as in the first fit. To refit from scratch, "
                "use warm_start=False, or clone; to add classes without training, call enroll."
            )
        sampler = pairs or self._sampler(classes)
        self._fit(frames, targets, None, groups, strata, resume=resume, sampler=sampler)
        self._whitening = None
        if self.whitening is not None:
            embeddings = np.stack(self._run(frames, "embedding"))
            self._whitening = Whitening.of(embeddings, classes, self.whitening)

    def _sampler(self, classes: np.ndarray) -> Sampler | None:
        if self.loss_ == "contrastive":
            return PairSampler(ClassPairs(classes))
        return partial(triplet_batches, classes) if self.loss_ == "triplet" else None

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> EmbeddingArchitecture:
        equal_lengths = self.tower == "dense" or callable(self.tower)
        if equal_lengths and frames.ndim != 3:
            raise ValueError(
                f"tower={self.tower!r} requires clips of equal length, got clips of {min(map(len, frames))} to "
                f"{max(map(len, frames))} frames. Put a skaudio.pooling.FramePadder before it, or use tower='cnn'."
            )
        tower, settings = TOWERS.get(self.tower, (self.tower, {})) if isinstance(self.tower, str) else (self.tower, {})
        unknown = set(self.tower_params or {}) - set(settings)
        if unknown:
            raise ValueError(
                f"tower_params has unknown keys {sorted(unknown)}; expected, for tower={self.tower!r}, "
                f"{sorted(set(settings) - {'cell'})}."
            )
        if settings:
            settings = {**settings, **(self.tower_params or {}), "dropout": 0.5 * self.dropout}
        return EmbeddingArchitecture(
            tower=tower,
            settings=tuple(settings.items()),
            n_frames=frames.shape[1] if equal_lengths else None,
            n_channels=frames[0].shape[-1],
            n_outputs=n_outputs,
            task=self.loss_,
            normalize=self.normalize,
            pooling=self.pooling,
            dropout=self.dropout,
            embedding_dim=int(self.embedding_dim),
            unit=self.distance == "cosine" or self.loss_ == "proxy",
            margin=float(MARGINS[self.loss_] if self.margin is None else self.margin),
        )

    def _augmentation(self, frames: np.ndarray) -> Augmentation:
        augmentation = super()._augmentation(frames)
        # Mixtures of two classes require targets for all classes, which only this loss has.
        return augmentation if self.loss_ == "proxy" else replace(augmentation, mixup=0.0)

    def _augmented_kind(self) -> str:
        # Dense layers have weights of their own for each frame and band: what moves along either is new to them.
        return "other" if self.tower == "dense" else super()._augmented_kind()

    @property
    def _n_features_out(self) -> int:
        check_is_fitted(self)
        return self.n_features_in_ if self.tower is None else self.learner_.architecture.embedding_dim

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
