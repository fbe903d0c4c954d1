"""Training on clips and changed copies of them."""

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
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
from skaudio._frames import channels_of
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import as_array_or_sequence, check_clips, check_frames, stack_frames
from skaudio.augment._augmented_clips import AugmentedClips
from skaudio.augment._augmenter import Augmenter
from skaudio.augment._compose import Compose, params_of
from skaudio.augment._epoch_draws import EpochDraws

AUGMENTERS = "augmenters__"
FULL_SCALE = 2.0  # of samples, with room for what was made louder


def _inner_has(name: str) -> Callable[[Any], bool]:
    def has(self: "AugmentedEstimator") -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return has


class AugmentedEstimator(MetaEstimatorMixin, VersionedPickleMixin, BaseEstimator):
    """Fit an estimator on clips and on changed copies of them; what it is asked about stays as it is.

    It stands around a whole pipeline, to change waveforms before the front end, or around any step, to change frames.
    Copies are made in `fit` of the clips that it is given: none of a clip that is held out ever gets into training.

    Parameters
    ----------
    estimator : estimator
        A classifier, regressor or outlier detector, or a pipeline that ends in one. It is cloned.
    augmenters : augmenter or list of augmenters
        Of waveforms, if the estimator takes clips, or of frames, if it takes these; of several, one is applied after
        another. A search reaches them by name, as in `Compose`: ``augmenters__addnoise__snr_db``.
    n_copies : int, default=3
        Number of changed copies of each clip.
    include_original : bool, default=True
        Whether clips are trained on as they are, too.
    each_epoch : bool, default=False
        Whether a network is trained on one changed copy of each clip, drawn anew for each epoch, in place of the same
        copies in all: the front end computes those of the next epoch in a thread. The estimator is a network of
        `skaudio.estimators`, or a pipeline that ends in one; ``n_copies`` and ``include_original`` are not used.
    n_test_copies : int, default=0
        Number of changed copies of each clip that are looked at besides it in prediction; probabilities (or decision
        values, or predicted numbers) are averaged. They are changed in the same ways each time.
    sr : float or None, default=None
        Sampling rate in Hz at which waveforms are changed; None: that of the estimator's front end.
    random_state : int, RandomState instance or None, default=None
        Equal seeds give equal copies.

    Attributes
    ----------
    estimator_ : estimator
        Fitted.
    classes_ : ndarray of shape (n_classes,)
        Of a classifier.
    offset_ : float
        Of an outlier detector.
    n_features_in_ : int
        Number of samples, or of channels, of tables.

    Notes
    -----
    Copies are made when their turn comes, and not kept: what is kept is what the front end makes of them. With
    ``each_epoch``, that is not kept either.

    Where the score falls, changes are too strong, or of a kind that tells classes apart: choose their ranges as any
    parameter, by a search over training folds. The networks of `skaudio.estimators` change frames anew in each epoch by
    themselves; gentle copies help them where clips are few (ten a class), mostly as more steps of training would.

    Examples
    --------
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
        self.augmenters = augmenters
        self.n_copies = n_copies
        self.include_original = include_original
        self.each_epoch = each_epoch
        self.n_test_copies = n_test_copies
        self.sr = sr
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None, groups: Any = None, **params: Any) -> Self:
        """Fit the estimator on clips and their copies.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.
        y : array-like of shape (n_clips, ...), default=None
            Targets; copies have those of their clips.
        sample_weight : array-like of shape (n_clips,), default=None
            How much each clip counts, and each of its copies.
        groups : array-like of shape (n_clips,), default=None
            Handed on, if given: copies are of the groups of their clips.
        **params : dict
            Handed on as they are.

        Returns
        -------
        self : estimator
            Fitted.

        Raises
        ------
        ValueError, TypeError
            If there is nothing to fit on, or if clips or parameters cannot be used.
        """
        self._augmenter().check()
        n_rounds = 1 if self.each_epoch else self.n_copies + self.include_original
        if n_rounds == 0:
            raise ValueError("n_copies=0 and include_original=False leave nothing to fit on.")
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
            What the estimator takes.

        Returns
        -------
        ndarray of shape (n_clips, ...)
            Targets; with ``n_test_copies``, what is the most probable on average, or the average.
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
        """Tell how probable each class is.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.

        Returns
        -------
        ndarray of shape (n_clips, n_classes)
            Probabilities.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.predict_proba)

    @available_if(_inner_has("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Give decision values.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.

        Returns
        -------
        ndarray of shape (n_clips,) or (n_clips, n_classes)
            As the estimator gives them.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.decision_function)

    @available_if(_inner_has("score_samples"))
    def score_samples(self, X: Any) -> np.ndarray:
        """Tell how ordinary each clip is, of an outlier detector.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.

        Returns
        -------
        ndarray of shape (n_clips,)
            The higher, the more ordinary.
        """
        check_is_fitted(self)
        return self._averaged(X, self.estimator_.score_samples)

    @available_if(_inner_has("transform"))
    def transform(self, X: Any) -> Any:
        """Give what the estimator makes of each clip.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.

        Returns
        -------
        object
            As the estimator gives it.
        """
        check_is_fitted(self)
        return self.estimator_.transform(X)  # as it is given: a data frame has an index to keep

    @available_if(_inner_has("score"))
    def score(self, X: Any, y: Any = None, **params: Any) -> float:
        """Give the score of the estimator: accuracy of a classifier, R2 of a regressor.

        Parameters
        ----------
        X : batch of clips, or of frames
            What the estimator takes.
        y : array-like of shape (n_clips, ...), default=None
            Targets.
        **params : dict
            Such as ``sample_weight``.

        Returns
        -------
        float
            The higher, the better.
        """
        from sklearn.metrics import accuracy_score, r2_score

        if is_classifier(self):
            return accuracy_score(y, self.predict(X), **params)
        if is_regressor(self):
            return r2_score(y, self.predict(X), **params)
        return self.estimator_.score(self._checked(X, reset=False), y, **params)

    @property
    def classes_(self) -> np.ndarray:
        """Classes of a classifier, once it is fitted."""
        return self.estimator_.classes_

    @property
    def offset_(self) -> float:
        """Score below which an outlier detector finds a clip strange, once it is fitted."""
        return self.estimator_.offset_

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters.

        Parameters
        ----------
        deep : bool, default=True
            Whether those of the estimator and of the augmenters are among them.

        Returns
        -------
        dict
            By name.
        """
        inner = params_of(self.augmenters) if deep else {}
        return super().get_params(deep) | {f"{AUGMENTERS}{name}": value for name, value in inner.items()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters, own ones and those of the estimator and the augmenters.

        Parameters
        ----------
        **params : dict
            As `get_params` names them.

        Returns
        -------
        self : estimator
            Itself.
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
        """Fit a network, or a pipeline that ends in one, on clips that are changed anew for each epoch."""
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
            model.steps[:-1] = front_end.steps  # with a memory, other objects than before
        draw = partial(self._with_copies, X, 1, False, rng)
        with EpochDraws(front_end, draw) as draws, network.redrawn(draws):
            network.fit(frames, y, **params)
        return model

    def _checked(self, X: Any, *, reset: bool) -> Any:
        """Check what is given; frames and tables come back as arrays."""
        of = self._augmenter().of
        self._check_place(X, of)
        if of == "waveform":
            return check_clips(self, X, reset=reset, dtype=[np.float64, np.float32])
        return check_frames(self, X, reset=reset)

    def _check_place(self, X: Any, of: str) -> None:
        """Refuse what the augmenters are not for, and say where in a pipeline they belong."""
        X = as_array_or_sequence(X)
        is_table = isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind != "O"
        frames = _holds_frames(X)
        if of == "waveform" and frames:
            where = "around the front end: AugmentedEstimator(make_pipeline(front_end, model), augmenters)"
        elif of == "frames" and not frames and (not is_table or self._rate() is not None):
            where = "behind the front end: make_pipeline(front_end, AugmentedEstimator(model, augmenters))"
        else:
            is_plain = of == "waveform" and is_table and self._rate() is None
            if is_plain and X.dtype.kind == "f" and np.abs(X).max(initial=0.0) > FULL_SCALE:
                warnings.warn(
                    f"{self._augmenter()!r:.200} changes waveforms, and X is a table whose values go beyond full "
                    "scale, [-1, 1]. If they are features, put it around the front end: "
                    "AugmentedEstimator(make_pipeline(front_end, model), augmenters).",
                    stacklevel=4,
                )
            return
        raise ValueError(
            f"{self._augmenter()!r:.200} changes {'waveforms' if of == 'waveform' else of}, and X holds "
            f"{'frames' if frames else 'clips'}. Put it {where}."
        )

    def _with_copies(self, X: Any, n_copies: int, include_original: bool, rng: np.random.Generator) -> Any:
        """Give checked clips, and copies of all, round by round."""
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


def _holds_frames(X: Any) -> bool:
    """Whether a batch is one of frame sequences; a table or a batch of clips is not."""
    if isinstance(X, np.ndarray) and X.dtype.kind != "O":
        return X.ndim == 3
    first = X[0] if hasattr(X, "__getitem__") and len(X) else None
    if isinstance(first, (str, bytes, os.PathLike, Mapping, tuple)) or hasattr(first, "read"):
        return False
    shape = np.shape(first)
    return len(shape) == 2 and (min(shape) > 1 or channels_of([first]) is not None)
