"""Transfer learning with a pretrained model."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, _fit_context, clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Tags, compute_class_weight
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, has_fit_parameter

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import as_labels, check_clips
from skaudio.pretrained._pretrained_embedding import POOLINGS, PretrainedEmbedding


def _head_has(name: str) -> Callable[[Any], bool]:
    def has(self: "TransferClassifier") -> bool:
        getattr(getattr(self, "head_", self._head()), name)
        return True

    return has


class TransferClassifier(ClassifierMixin, VersionedPickleMixin, BaseEstimator):
    """Classify clips by embeddings of a pretrained model, optionally fine-tuning its last layers.

    First the head alone is fitted, on embeddings that are computed once. With ``unfreeze``, the head and the last
    layers of the model are then trained jointly, at a low learning rate, which is useful with a few hundred clips or
    more.

    Parameters
    ----------
    base : PretrainedEmbedding, str, PathLike, keras.Model or callable, default="yamnet"
        Embedding: a transformer from clips to vectors, or a model for `PretrainedEmbedding`. With ``memory``, clips are
        embedded once whatever the number of folds.
    head : classifier or None, default=None
        Classifier fitted on embeddings. None: ``LogisticRegression(max_iter=1000)``, on unscaled embeddings:
        standardising YAMNet's costs accuracy with few clips. For a model with embeddings of another order of magnitude,
        put a `StandardScaler` before it.
    unfreeze : int, default=0
        Number of layers to fine-tune: the last ones that have weights. The model must be a Keras model (an object,
        ``.keras`` or ``.h5``), pooled, and the head logistic regression, optionally after a `StandardScaler`.
    epochs : int, default=10
        Number of epochs of fine-tuning.
    batch_size : int, default=16
        Batch size of fine-tuning, in clips.
    learning_rate : float, default=1e-4
        Learning rate of fine-tuning, by Adam.
    random_state : int, RandomState instance or None, default=None
        Determines the order of clips in fine-tuning.

    Attributes
    ----------
    base_ : PretrainedEmbedding
        Fitted embedding; fine-tuned, if requested.
    head_ : classifier
        Fitted head.
    classes_ : ndarray of shape (n_classes,)
        Classes.
    history_ : dict of list
        ``"loss"`` per epoch of fine-tuning.
    n_features_in_ : int
        Number of samples per clip, for tables.

    Notes
    -----
    Fine-tuning holds the windows of all clips in memory. The penalty of logistic regression (``C``) affects the
    starting point only; afterwards, epochs and learning rate regularise.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.pretrained import PretrainedEmbedding, TransferClassifier
    >>> def spectrum(windows):
    ...     return np.log(np.abs(np.fft.rfft(windows)) + 1e-3)
    >>> rng = np.random.default_rng(0)
    >>> hiss = [rng.standard_normal(8000) for _ in range(10)]
    >>> rumble = [np.cumsum(rng.standard_normal(8000)) for _ in range(10)]
    >>> model = TransferClassifier(PretrainedEmbedding(spectrum, sr=8000, window_seconds=0.05))
    >>> model.fit(hiss[:5] + rumble[:5], ["hiss"] * 5 + ["rumble"] * 5).predict([hiss[7], rumble[7]])
    array(['hiss', 'rumble'], dtype='<U6')
    """

    _parameter_constraints: ClassVar[dict] = {
        "base": [HasMethods(["fit", "transform"]), *PretrainedEmbedding._parameter_constraints["model"]],
        "head": [None, HasMethods(["fit", "predict"])],
        "unfreeze": [Interval(Integral, 0, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        base: Any = "yamnet",
        head: Any = None,
        *,
        unfreeze: int = 0,
        epochs: int = 10,
        batch_size: int = 16,
        learning_rate: float = 1e-4,
        random_state: Any = None,
    ) -> None:
        self.base = base
        self.head = head
        self.unfreeze = unfreeze
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the head, and fine-tune the model if requested.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
        y : array-like of shape (n_clips,)
            Classes.
        sample_weight : array-like of shape (n_clips,), default=None
            Sample weights.

        Returns
        -------
        self : TransferClassifier
            Fitted estimator.

        Raises
        ------
        ModelError
            If the model cannot be used or fine-tuned; a ValueError.
        ValueError
            If the model or head does not support fine-tuning.
        """
        X, y = check_clips(self, X, reset=True), as_labels(y)
        base = clone(self.base) if hasattr(self.base, "transform") else PretrainedEmbedding(self.base)
        head = clone(self._head())
        self.history_: dict[str, list[float]] = {"loss": []}
        embeddings = base.fit_transform(X)
        if self.unfreeze:
            part = _get_network(base)
            logistic = _get_logistic(head)
        weight = {}
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
            steps = [(f"{name}__", step) for name, step in head.steps] if isinstance(head, Pipeline) else [("", head)]
            accepting = [prefix for prefix, step in steps if has_fit_parameter(step, "sample_weight")]
            weight = {f"{prefix}sample_weight": sample_weight for prefix in accepting}
        head.fit(embeddings, y, **weight)
        if self.unfreeze:
            base = self._fine_tune(base, part, head, logistic, X, y, sample_weight)
        self.base_, self.head_ = base, head
        return self

    @available_if(_head_has("predict"))
    def predict(self, X: Any) -> np.ndarray:
        """Predict the class of each clip.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray of shape (n_clips,)
            Classes.
        """
        embeddings = self._embeddings(X)
        return self.head_.predict(embeddings)

    @available_if(_head_has("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray of shape (n_clips, n_classes)
            Probabilities.
        """
        embeddings = self._embeddings(X)
        return self.head_.predict_proba(embeddings)

    @available_if(_head_has("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Compute decision values.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray of shape (n_clips,) or (n_clips, n_classes)
            Decision values of the head.
        """
        embeddings = self._embeddings(X)
        return self.head_.decision_function(embeddings)

    @property
    def classes_(self) -> np.ndarray:
        """Classes, available after fitting."""
        return self.head_.classes_

    def _head(self) -> Any:
        return LogisticRegression(max_iter=1000) if self.head is None else self.head

    def _embeddings(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return self.base_.transform(check_clips(self, X, reset=False))

    def _fine_tune(
        self, base: Any, part: Any, head: Any, logistic: Any, X: Any, y: Any, sample_weight: Any
    ) -> PretrainedEmbedding:
        """Fine-tune the model and its head, update the head, and return the embedding of the new model."""
        from skaudio.pretrained._fine_tuning import FineTuning, LinearHead, fine_tune

        scaler = head[0] if isinstance(head, Pipeline) and len(head) > 1 else None
        linear = LinearHead(logistic.coef_, logistic.intercept_, *_scaler_statistics(scaler, logistic.coef_.shape[1]))
        settings = FineTuning(self.unfreeze, POOLINGS[base.pooling], self.epochs, self.batch_size, self.learning_rate)
        targets = np.searchsorted(head.classes_, y)
        weights = np.ones(len(targets)) if sample_weight is None else sample_weight
        if logistic.class_weight is not None:
            class_weights = compute_class_weight(
                logistic.class_weight, classes=head.classes_, y=np.asarray(y), sample_weight=sample_weight
            )
            weights = weights * class_weights[targets]
        rng = np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))
        network, linear, losses = fine_tune(part, linear, base.cut(X), targets, weights, settings, rng)
        logistic.coef_, logistic.intercept_ = linear.coef.astype(np.float64), linear.intercept.astype(np.float64)
        self.history_ = {"loss": losses}
        params = {"model": network, "output": "scores", "window_seconds": None, "sr": base.sr_, "class_names": None}
        return clone(base).set_params(**params, hop_seconds=base.hop_seconds_).fit(X)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "head_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = False
        return tags


def _get_network(base: Any) -> Any:
    """Return the Keras model from windows to embedding.

    Raises
    ------
    ValueError
        If there is no such model.
    """
    if not isinstance(base, PretrainedEmbedding) or base.pooling is None:
        raise ValueError(f"unfreeze requires a PretrainedEmbedding with pooling as base, got {base!r}.")
    return base.keras_network()


def _get_logistic(head: Any) -> LogisticRegression:
    """Return the logistic regression of a head, optionally after a scaler.

    Raises
    ------
    ValueError
        If the head is of another kind.
    """
    steps = [step for _, step in head.steps] if isinstance(head, Pipeline) else [head]
    kinds = [type(step) for step in steps]
    if kinds not in ([LogisticRegression], [StandardScaler, LogisticRegression]):
        raise ValueError(
            f"unfreeze requires LogisticRegression as head, optionally after a StandardScaler; got {head!r}."
        )
    return steps[-1]


def _scaler_statistics(scaler: StandardScaler | None, n_features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and scale of a fitted scaler."""
    mean, scale = getattr(scaler, "mean_", None), getattr(scaler, "scale_", None)
    mean = np.zeros(n_features) if mean is None else mean
    scale = np.ones(n_features) if scale is None else scale
    return mean.astype(np.float32), scale.astype(np.float32)
