"""Training on clips and augmented copies of them."""

from collections.abc import Callable, Sequence
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, _fit_context, clone, is_classifier, is_regressor
from sklearn.pipeline import Pipeline
from sklearn.utils import Tags, get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import check_clips, check_frames, stack_frames
from skaudio.augment._augmented_clips import AugmentedClips
from skaudio.augment._augmenter import Augmenter
from skaudio.augment._compose import Compose, params_of
from skaudio.augment._epoch_draws import EpochDraws
from skaudio.augment._input_kind import check_input_kind

AUGMENTERS = "augmenters__"


def _inner_has(name: str) -> Callable[[Any], bool]:
    def has(self: "AugmentedEstimator") -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return has


class AugmentedEstimator(MetaEstimatorMixin, VersionedPickleMixin, BaseEstimator):
    """Fit an estimator on clips and augmented copies of them; clips to predict are not augmented.

    Wrap a whole pipeline, to augment waveforms before the front end, or any step, to augment frames. Copies are made in
    `fit`, of training clips only: copies of held-out clips never leak into training.

    Parameters
    ----------
    estimator : estimator
        A classifier, regressor or outlier detector, or a pipeline that ends in one. It is cloned.
    augmenters : augmenter or list of augmenters
        Augmenters of waveforms, if the estimator takes clips, or of frames, if it takes frames; several are applied in
        sequence. Their parameters are set by name, as in `Compose`: ``augmenters__addnoise__snr_db``.
    n_copies : int, default=3
        Number of augmented copies of each clip.
    include_original : bool, default=True
        Whether to train on the original clips, too.
    each_epoch : bool, default=False
        Whether to train a network on one augmented copy of each clip, drawn again for each epoch, instead of fixed
        copies: the front end computes those of the next epoch in a thread. The estimator must be a network of
        `skaudio.estimators`, or a pipeline that ends in one; ``n_copies`` and ``include_original`` are ignored.
    n_test_copies : int, default=0
        Test-time augmentation: number of augmented copies of each clip used in prediction besides the original;
        probabilities (or decision values, or predicted numbers) are averaged. Draws are the same in each call.
    sr : float or None, default=None
        Sampling rate in Hz at which waveforms are augmented; None: that of the estimator's front end.
    random_state : int, RandomState instance or None, default=None
        Pass an int for reproducible copies.

    Attributes
    ----------
    estimator_ : estimator
        Fitted estimator.
    classes_ : ndarray of shape (n_classes,)
        Classes of a classifier.
    offset_ : float
        Offset of an outlier detector.
    n_features_in_ : int
        Number of samples or channels, for tables.

    Notes
    -----
    Copies are computed lazily and not stored, only the output of the front end is; with ``each_epoch``, not even that.

    If the score drops, augmentation is too strong, or alters what distinguishes classes: tune the ranges like any
    parameter, by a search over training folds. The networks of `skaudio.estimators` already augment frames in each
    epoch; mild copies help them with few clips (ten per class), mostly as more training steps would.

    Examples
    --------
    Augment waveforms, around a pipeline that begins with a front end.

    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.augment import AddNoise, AugmentedEstimator, TimeShift
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(60, random_state=0)
    >>> pipe = make_pipeline(MFCC(sr=8000), StatPooling(), SVC())
    >>> model = AugmentedEstimator(pipe, [TimeShift(), AddNoise()], n_copies=2, random_state=0)
    >>> model.fit(digits.data[:50], digits.target[:50]).predict(digits.data[50:]).shape
    (10,)

    Augment frames, behind the front end, and average predictions over augmented copies.

    >>> from skaudio.augment import SpecMask
    >>> from skaudio.features import MelSpectrogram
    >>> classifier = make_pipeline(StatPooling(), SVC())
    >>> augmented = AugmentedEstimator(classifier, SpecMask(), n_copies=2, n_test_copies=4, random_state=0)
    >>> pipe = make_pipeline(MelSpectrogram(sr=8000), augmented)
    >>> pipe.fit(digits.data[:50], digits.target[:50]).decision_function(digits.data[50:]).shape
    (10, 10)
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit"])],
        "augmenters": [HasMethods(["draw", "apply"]), list, tuple],
        "n_copies": [Interval(Integral, 0, None, closed="left")],
        "include_original": ["boolean"],
        "each_epoch": ["boolean"],
        "n_test_copies": [Interval(Integral, 0, None, closed="left")],
        "sr": [None, Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        augmenters: Augmenter | Sequence[Augmenter],
        *,
        n_copies: int = 3,
        include_original: bool = True,
        each_epoch: bool = False,
        n_test_copies: int = 0,
        sr: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.augmenters: Any = augmenters  # any object with draw and apply
        self.n_copies = n_copies
        self.include_original = include_original
        self.each_epoch = each_epoch
        self.n_test_copies = n_test_copies
        self.sr = sr
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, groups: Any = None, **params: Any) -> Self:
        """Fit the estimator on clips and augmented copies.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.
        y : array-like of shape (n_clips, ...), default=None
            Targets; copies have those of the original clips.
        sample_weight : array-like of shape (n_clips,), default=None
            Sample weights; copies have those of the original clips.
        groups : array-like of shape (n_clips,), default=None
            Groups, passed to the estimator if not None; copies have those of the original clips.
        **params : dict
            Further parameters, passed on unchanged.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        ValueError, TypeError
            If there are no clips to fit on, or if clips or parameters are invalid.
        """
        self._augmenter().check()
        n_rounds = 1 if self.each_epoch else self.n_copies + self.include_original
        if n_rounds == 0:
            raise ValueError("n_copies=0 with include_original=False leaves no clips to fit on.")
        X = self._checked(X, reset=True)
        if sample_weight is not None:
            params["sample_weight"] = np.tile(_check_sample_weight(sample_weight, X), n_rounds)
        if groups is not None:
            params["groups"] = np.tile(np.asarray(groups), n_rounds)
        if y is not None:
            y = np.concatenate([np.asarray(y)] * n_rounds)
        rng = np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))
        self._test_seed = int(rng.integers(2**31))
        model = clone(self.estimator)
        if self.each_epoch:
            self.estimator_ = self._fit_each_epoch(model, X, y, params, rng)
        else:
            self.estimator_ = model.fit(self._with_copies(X, self.n_copies, self.include_original, rng), y, **params)
        return self

    @available_if(_inner_has("predict"))
    def predict(self, X: Any) -> np.ndarray:
        """Predict the target of each clip.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.

        Returns
        -------
        ndarray of shape (n_clips, ...)
            Targets; with ``n_test_copies``, the most probable class on average, or the average.
        """
        check_is_fitted(self)
        if not self.n_test_copies:
            return self.estimator_.predict(self._checked(X, reset=False))
        if is_regressor(self):
            return self._averaged(X, self.estimator_.predict)
        if not is_classifier(self):
            return np.where(self.decision_function(X) >= 0, 1, -1)
        if hasattr(self.estimator_, "predict_proba"):
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        values = self.decision_function(X)
        return self.classes_[(values > 0).astype(int) if values.ndim == 1 else values.argmax(axis=1)]

    @available_if(_inner_has("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.

        Returns
        -------
        ndarray of shape (n_clips, n_classes)
            Probabilities.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.predict_proba)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Compute decision values.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.

        Returns
        -------
        ndarray of shape (n_clips,) or (n_clips, n_classes)
            Decision values of the estimator.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.decision_function)

    @available_if(_inner_has("score_samples"))
    def score_samples(self, X: Any) -> np.ndarray:
        """Compute the normality score of each clip by an outlier detector.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.

        Returns
        -------
        ndarray of shape (n_clips,)
            Higher means more normal.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.score_samples)

    @available_if(_inner_has("transform"))
    def transform(self, X: Any) -> Any:
        """Transform each clip by the estimator.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.

        Returns
        -------
        object
            Output of the estimator.
        """
        check_is_fitted(self)
        return self.estimator_.transform(X)  # unchanged, to keep the index of a data frame

    @available_if(_inner_has("score"))
    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Return the score of the estimator: accuracy of a classifier, R2 of a regressor.

        Parameters
        ----------
        X : batch of clips, or of frames
            Input of the estimator.
        y : array-like of shape (n_clips, ...), default=None
            Targets.
        **params : dict
            Such as ``sample_weight``.

        Returns
        -------
        float
            Higher is better.
        """
        from sklearn.metrics import accuracy_score, r2_score

        if is_classifier(self):
            return accuracy_score(y, self.predict(X), **params)
        if is_regressor(self):
            return r2_score(y, self.predict(X), **params)
        return self.estimator_.score(self._checked(X, reset=False), y, **params)

    @property
    def classes_(self) -> np.ndarray:
        """Classes of a classifier, available after fitting."""
        return self.estimator_.classes_

    @property
    def offset_(self) -> float:
        """Threshold of an outlier detector's score, available after fitting."""
        return self.estimator_.offset_

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include those of the estimator and the augmenters.

        Returns
        -------
        dict
            Parameter names mapped to their values.
        """
        inner = params_of(self.augmenters) if deep else {}
        return super().get_params(deep) | {f"{AUGMENTERS}{name}": value for name, value in inner.items()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, including those of the estimator and the augmenters.

        Parameters
        ----------
        **params : dict
            Parameters, named as in `get_params`.

        Returns
        -------
        self : estimator
            Estimator instance.
        """
        if "augmenters" in params:
            self.augmenters = params.pop("augmenters")
        if isinstance(self.augmenters, (list, tuple)):
            inner = {name: params.pop(name) for name in list(params) if name.startswith(AUGMENTERS)}
            composed = Compose(self.augmenters).set_params(
                **{name.removeprefix(AUGMENTERS): value for name, value in inner.items()}
            )
            self.augmenters = composed.augmenters
        return super().set_params(**params)

    def _augmenter(self) -> Augmenter:
        return Compose(self.augmenters) if isinstance(self.augmenters, (list, tuple)) else self.augmenters

    def _fit_each_epoch(self, model: Any, X: Any, y: Any, params: dict[str, Any], rng: np.random.Generator) -> Any:
        """Fit a network, or a pipeline that ends in one, on clips augmented again for each epoch."""
        front_end, network, frames = None, model, X
        if isinstance(model, Pipeline):
            front_end, (name, network) = model[:-1], model.steps[-1]
            params = {key.removeprefix(f"{name}__"): value for key, value in params.items()}
        if not hasattr(network, "redrawn"):
            raise ValueError(
                f"each_epoch=True needs a network of skaudio.estimators, or a pipeline that ends in one; "
                f"{type(network).__name__} has no epochs. Use each_epoch=False."
            )
        if front_end is not None:
            frames = front_end.fit_transform(X, y)
            model.steps[:-1] = front_end.steps  # with caching, the fitted steps are new objects
        draw = partial(self._with_copies, X, 1, False, rng)
        with EpochDraws(front_end, draw) as draws, network.redrawn(draws):
            network.fit(frames, y, **params)
        return model

    def _checked(self, X: Any, *, reset: bool) -> Any:
        """Validate a batch; return frames and tables as arrays."""
        augmenter = self._augmenter()
        check_input_kind(X, augmenter, self._rate())
        if augmenter.of == "waveform":
            return check_clips(self, X, reset=reset, dtype=[np.float64, np.float32])
        return check_frames(self, X, reset=reset)

    def _with_copies(self, X: Any, n_copies: int, include_original: bool, rng: np.random.Generator) -> Any:
        """Return validated clips and copies of all, round by round."""
        augmenter = self._augmenter()
        draws = [augmenter.draw(rng) for _ in range(n_copies * len(X))]
        if augmenter.of == "waveform" and not (isinstance(X, np.ndarray) and X.dtype.kind == "f"):
            return AugmentedClips(X, augmenter, draws, self._rate(), include_original)
        copies = [augmenter.apply(X[i % len(X)], drawn, self._rate()) for i, drawn in enumerate(draws)]
        return stack_frames([*(X if include_original else ()), *copies])

    def _averaged(self, X: Any, method: Callable[[Any], np.ndarray]) -> np.ndarray:
        X = self._checked(X, reset=False)
        if not self.n_test_copies:
            return method(X)
        copies = self._with_copies(X, self.n_test_copies, True, np.random.default_rng(self._test_seed))
        values = np.asarray(method(copies))
        return values.reshape(self.n_test_copies + 1, len(X), *values.shape[1:]).mean(axis=0)

    def _rate(self) -> float | None:
        if self.sr is not None:
            return self.sr
        params = self.estimator.get_params()
        return next((value for name, value in params.items() if name.split("__")[-1] == "sr" and value), None)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self) -> Tags:
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags, tags.regressor_tags = inner.classifier_tags, inner.regressor_tags
        tags.target_tags, tags.input_tags = inner.target_tags, inner.input_tags
        tags.input_tags.sparse = tags.input_tags.allow_nan = False
        tags.non_deterministic = self.random_state is None
        return tags
