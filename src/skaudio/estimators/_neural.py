"""Base class of neural estimators: train a network on frames and run it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, Generic, Self, TypeVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import Tags
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, check_is_fitted

from skaudio._learning import Architecture, Examples, KerasSettings, Learner, Recipe, Sampler
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import check_frames, stack_frames
from skaudio.estimators._parameters import TrainingParameters

Kind = TypeVar("Kind", bound=Architecture)


class NeuralEstimator(TrainingParameters, VersionedPickleMixin, BaseEstimator, Generic[Kind]):
    """Base class of neural estimators, which have a `Learner`: a network that is trained on frames and run on them.

    Parameters are fields of data classes, which generate the ``__init__`` that scikit-learn requires, so that a group
    of parameters shared by several estimators is defined once (see `skaudio._assembly`). Subclasses define the network
    (`_make_architecture`).
    """

    n_features_in_: int  # set by `skaudio._validation.check_frames`
    learner_: Learner[Kind]
    _tables_fit: bool  # whether `fit` was given a table

    # ---- defined by subclasses

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> Kind:
        """Return the network architecture for checked frames."""
        raise NotImplementedError

    def _augmentation(self, frames: np.ndarray) -> Any:  # noqa: ARG002
        """Return the augmentation of training batches, such as an `Augmentation`, or None."""
        return None

    # ---- fitting

    _draw: Callable[[], Any] | None = None  # within `redrawn`

    @contextmanager
    def redrawn(self, draw: Callable[[], Any]) -> Iterator[None]:
        """Redraw the training frames for each epoch, within a ``with`` block.

        The frames passed to `fit` within it determine the standardisation of channels and the clips held out for
        ``early_stopping``. `skaudio.augment.AugmentedEstimator` uses it for waveforms.

        Parameters
        ----------
        draw : callable
            Called without arguments before each epoch; returns the frames of all clips in the order of ``X``.

        Yields
        ------
        None
            Call `fit` in the block.

        Raises
        ------
        ValueError
            In `fit`, if the drawn frames differ from ``X`` in the number of clips or channels.
        """
        self._draw = draw
        try:
            yield
        finally:
            del self._draw

    def _redrawn(self, draw: Callable[[], Any], n_clips: int, learner: Learner) -> np.ndarray:
        frames = check_frames(self, draw(), reset=False, tables=self._tables_fit)
        if len(frames) != n_clips:
            raise ValueError(f"Expected {n_clips} clips for each epoch, as in fit, got {len(frames)}.")
        self._check_length(frames, learner.architecture)
        return frames

    def _fit(
        self,
        frames: np.ndarray,
        targets: np.ndarray,
        sample_weight: Any,
        groups: Any,
        strata: np.ndarray | None,
        *,
        resume: bool,
        one_epoch: bool = False,
        sampler: Sampler | None = None,
    ) -> Self:
        """Train on checked frames and targets, from scratch or, with `resume`, from the current weights.

        Targets are ``(n_clips, n_outputs)``, or frame targets, one ``(n_frames_i, n_outputs + 1)`` per clip, whose last
        column contains the weights of frames.

        ``strata`` are the classes by which the validation split is stratified; a ``sampler`` composes the batches.
        """
        check_consistent_length(frames, targets, groups)
        weights = _check_sample_weight(sample_weight, targets, dtype=np.float64, ensure_non_negative=True)
        rows, held_out = np.flatnonzero(weights > 0), None
        if len(rows) == 0:
            raise ValueError("sample_weight is zero for all clips; expected a positive weight for at least one.")
        weights = (weights / weights[rows].mean()).astype(np.float32)
        if resume:
            learner = copy(self.learner_)
        else:
            n_outputs = targets[0].shape[-1] - (targets[0].ndim == 2)
            architecture = self._make_architecture(frames, n_outputs)
            learner = Learner(replace(architecture, keras=KerasSettings.current()))
        if self.early_stopping:
            rows, held_out = self._split(rows, strata, groups)
        scale = self._target_scale(targets[rows], weights[rows])
        self.learner_ = self._train(
            learner,
            Examples(frames, targets, weights, rows, held_out, scale),
            self._recipe(len(rows), one_epoch=one_epoch),
            seed=self._draw_seed(resume),
            augment=self._augmentation(frames),
            redraw=None if self._draw is None else partial(self._redrawn, self._draw, len(frames), learner),
            sampler=sampler,
        )
        self.history_ = self.learner_.history
        self.n_iter_ = len(self.history_["loss"])
        return self

    def _train(self, learner: Learner[Kind], examples: Examples, recipe: Recipe, **options: Any) -> Learner[Kind]:
        """Train a network; options are those of `Learner.fit`."""
        return learner.fit(examples, recipe, **options)

    def _resumes(self) -> bool:
        """Return whether `fit` continues from the current weights."""
        return self.warm_start and self.__sklearn_is_fitted__()

    def _split(self, rows: np.ndarray, strata: np.ndarray | None, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        """Split off validation clips: whole groups if there are any, else stratified by class."""
        options = {"n_splits": 1, "test_size": self.validation_fraction, "random_state": self._draw_seed(resume=False)}
        if groups is not None:
            splitter, groups = GroupShuffleSplit(**options), np.asarray(groups)[rows]
        else:
            splitter = ShuffleSplit(**options) if strata is None else StratifiedShuffleSplit(**options)
        try:
            training, validation = next(splitter.split(rows, None if strata is None else strata[rows], groups))
        except ValueError as error:
            raise ValueError(
                f"early_stopping cannot hold out validation_fraction={self.validation_fraction} of {len(rows)} clips: "
                f"{error} Pass more clips, or use early_stopping=False."
            ) from error
        return rows[training], rows[validation]

    def _target_scale(self, targets: np.ndarray, weights: np.ndarray) -> Any:  # noqa: ARG002
        """Return mean and standard deviation of the targets if predictions are scaled by them."""
        return None

    def _draw_seed(self, resume: bool) -> int:
        """Draw a seed without changing NumPy's global generator."""
        seed = int(own_random_state(self.random_state).randint(2**31 - 1))
        if resume and isinstance(self.random_state, Integral):
            seed = int(np.random.default_rng([seed, self.n_iter_]).integers(2**31))  # other batches in each call
        return seed

    # ---- prediction

    def _check_frames(self, X: Any, *, reset: bool) -> np.ndarray:
        frames = check_frames(self, X, reset=reset, tables=reset or self._tables_fit)
        if reset:
            self._tables_fit = frames[0].shape[0] == 1 and frames.ndim == 3
            return frames
        self._check_length(frames, self.learner_.architecture)
        return frames

    def _check_length(self, frames: np.ndarray, architecture: Architecture) -> None:
        n_frames = architecture.n_frames
        for i, clip in enumerate(frames if n_frames is not None else ()):
            if len(clip) != n_frames:
                raise ValueError(
                    f"Clip {i} has {len(clip)} frames; {type(self).__name__} with {architecture.named} expects "
                    f"{n_frames}, as in fit. Put a skaudio.pooling.FramePadder before it."
                )

    def _run(self, X: Any, view: Any, reduce: Callable = lambda values: values) -> list[np.ndarray]:
        """Compute the output of a view of the network for each clip; see `Learner.run`."""
        check_is_fitted(self)
        return self.learner_.run(view, self._check_frames(X, reset=False), reduce)

    def layer_output(self, X: Any, layer: str | int) -> np.ndarray:
        """Compute the output of a layer for each clip.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.
        layer : str or int
            Layer, by its name (see `summary`) or index.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_frames, ...) or (n_clips, n_features)
            Output, one row per frame if the layer has a time axis; then, for clips of different lengths, an object
            array.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is not a batch like that passed to `fit`, or if there is no such layer.
        """
        return stack_frames(self._run(X, ("layer", layer)))

    @property
    def model_(self) -> Any:
        """Network of this estimator, a `keras.Model` to inspect, save or reuse.

        Its input is ``{"frames": (n_clips, n_frames, n_channels), "mask": (n_clips, n_frames)}``, padded to a
        multiple of its stride; it returns scores. Changing it does not affect the estimator.
        """
        check_is_fitted(self)
        return self.learner_.network()

    def summary(self) -> None:
        """Print the layers of the network and their numbers of parameters."""
        check_is_fitted(self)
        self.model_.summary()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "learner_")

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if "learner_" in state and not self.warm_start:
            state["learner_"] = state["learner_"].without_optimizer_state()  # needed only to continue training
        return state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.random_state is None
        return tags
