"""Base class of neural estimators: train a network on frames and run it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from numbers import Integral
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils import Tags
from sklearn.utils.validation import _check_sample_weight, check_consistent_length, check_is_fitted

from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import check_frames
from skaudio.estimators._architecture import Architecture
from skaudio.estimators._batches import Batches, FrameBatches, Sampler, channel_statistics, in_batches, mask_of
from skaudio.estimators._keras_settings import KerasSettings
from skaudio.estimators._keras_side import keras_side
from skaudio.estimators._parameters import TrainingParameters


class NeuralEstimator(TrainingParameters, VersionedPickleMixin, BaseEstimator):
    """Base class of neural estimators, which train a network on frames, store its weights and run it.

    Parameters are fields of data classes, which generate the ``__init__`` that scikit-learn requires, so that a group
    of parameters shared by several estimators is defined once (see `skaudio._assembly`). Subclasses define the network
    (`_make_architecture`).
    """

    n_features_in_: int  # set by `skaudio._validation.check_frames`

    # ---- what subclasses say

    def _make_architecture(self, frames: np.ndarray, n_outputs: int) -> Architecture:
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

    def _redrawn(self, draw: Callable[[], Any], n_clips: int, architecture: Architecture) -> np.ndarray:
        frames = check_frames(self, draw(), reset=False, tables=self._tables_fit)
        if len(frames) != n_clips:
            raise ValueError(f"{len(frames)} clips were drawn for an epoch; expected {n_clips}, as in fit.")
        self._check_length(frames, architecture)
        return frames

    def _fit(
        self,
        frames: np.ndarray,
        targets: np.ndarray,
        sample_weight: Any,
        groups: Any,
        strata: np.ndarray | None,
        *,
        go_on: bool,
        epochs: int | str,
        schedule: str,
        sampler: Sampler | None = None,
    ) -> Self:
        """Train on checked frames and targets, from scratch or, with `go_on`, from the current weights.

        Targets are ``(n_clips, n_outputs)``, or frame targets, one ``(n_frames_i, n_outputs + 1)`` per clip, whose last
        column contains the weights of frames.

        ``strata`` are the classes by which the validation split is stratified; a ``sampler`` composes the batches.
        """
        check_consistent_length(frames, targets)
        weights = _check_sample_weight(sample_weight, targets, dtype=np.float64, ensure_non_negative=True)
        training, validation = np.flatnonzero(weights > 0), None
        if len(training) == 0:
            raise ValueError("All of sample_weight is zero: there is nothing to learn from.")
        weights = (weights / weights[training].mean()).astype(np.float32)
        by_frame = targets[0].ndim == 2
        n_outputs = targets[0].shape[-1] - by_frame
        if go_on:
            architecture = self._architecture
        else:
            architecture = replace(self._make_architecture(frames, n_outputs), keras=KerasSettings.current())
        architecture = replace(architecture, by_frame=True) if by_frame else architecture
        if groups is not None:
            check_consistent_length(frames, groups)
        if self.early_stopping:
            training, validation = self._split(training, strata, groups)
        how = {"go_on": go_on, "epochs": epochs, "schedule": schedule, "sampler": sampler}
        self._train(architecture, frames, targets, weights, training, validation, **how)
        return self

    def _train(
        self,
        architecture: Architecture,
        frames: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray,
        training: np.ndarray,
        validation: np.ndarray | None,
        *,
        go_on: bool,
        epochs: int | str,
        schedule: str,
        sampler: Sampler | None = None,
        pretrained: Any = None,
    ) -> None:
        """Train on rows of the clips, optionally with layers `pretrained` in a smaller network."""
        graph = keras_side().graph_of(architecture)
        from skaudio.estimators._training import Recipe, train

        seed = self._draw_seed(go_on)
        rng = np.random.default_rng(seed)
        mean, deviation = channel_statistics(frames, training, weights)
        kind = FrameBatches if architecture.by_frame else Batches
        common = {"batch_size": self.batch_size, "stride": graph.stride, "fill": mean, "sampler": sampler}
        augment = self._augmentation(frames)
        if augment is not None:
            augment = partial(augment, mean=mean, deviation=deviation, rng=rng)
        redraw = None if self._draw is None else partial(self._redrawn, self._draw, len(frames), architecture)
        batches = kind(frames, targets, weights, training, rng=rng, augment=augment, redraw=redraw, **common)
        checks = None if validation is None else kind(frames, targets, weights, validation, **common)
        epochs, patience = self._schedule_of(epochs, len(batches))
        recipe = Recipe(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            schedule=schedule,
            epochs=epochs,
            patience=patience,
            callbacks=self.callbacks,
            verbose=int(self.verbose),
            history=self.history_ if go_on else {},
        )
        with graph.lock:
            graph.start(self._weights if go_on else None, seed)
            if pretrained is not None:
                graph.graft(pretrained)
            if not go_on:
                scales = mean[: architecture.n_channels], deviation[: architecture.n_channels]
                graph.set_scales(scales, self._target_scale(targets[training], weights[training]))
            history, state = {"loss": []}, ()
            if graph.network.trainable_weights:
                before = getattr(self, "_optimizer_state", None) if go_on else None
                history, state = train(graph, recipe, batches, checks, before)
            self._architecture, self._weights = architecture.fitted, graph.weights()
        self.history_ = history
        self.n_iter_ = len(history["loss"])
        self._optimizer_state = state

    def _split(self, rows: np.ndarray, strata: np.ndarray | None, groups: Any) -> tuple[np.ndarray, np.ndarray]:
        """Split off validation clips: whole groups if there are any, else stratified by class."""
        options = {"n_splits": 1, "test_size": self.validation_fraction, "random_state": self._draw_seed(go_on=False)}
        if groups is not None:
            splitter, groups = GroupShuffleSplit(**options), np.asarray(groups)[rows]
        else:
            splitter = ShuffleSplit(**options) if strata is None else StratifiedShuffleSplit(**options)
        try:
            training, validation = next(splitter.split(rows, None if strata is None else strata[rows], groups))
        except ValueError as error:
            raise ValueError(
                f"early_stopping could not put validation_fraction={self.validation_fraction} of {len(rows)} clips "
                f"aside: {error} Give more clips, or use early_stopping=False."
            ) from error
        return rows[training], rows[validation]

    def _target_scale(self, targets: np.ndarray, weights: np.ndarray) -> Any:  # noqa: ARG002
        """Return mean and standard deviation of the targets if predictions are scaled by them."""
        return None

    def _draw_seed(self, go_on: bool) -> int:
        """Draw a seed without changing NumPy's global generator."""
        seed = int(own_random_state(self.random_state).randint(2**31 - 1))
        if go_on and isinstance(self.random_state, Integral):
            seed = int(np.random.default_rng([seed, self.n_iter_]).integers(2**31))  # not the same batches each call
        return seed

    # ---- using

    def _check_frames(self, X: Any, *, reset: bool) -> np.ndarray:
        frames = check_frames(self, X, reset=reset, tables=reset or self._tables_fit)
        if reset:
            self._tables_fit = frames[0].shape[0] == 1 and frames.ndim == 3
            return frames
        self._check_length(frames, self._architecture)
        return frames

    def _check_length(self, frames: np.ndarray, architecture: Architecture) -> None:
        n_frames = architecture.n_frames
        for i, clip in enumerate(frames if n_frames is not None else ()):
            if len(clip) != n_frames:
                raise ValueError(
                    f"Clip {i} has {len(clip)} frames, but {type(self).__name__} was fitted on clips of {n_frames}, "
                    f"which is what {architecture.named} takes. Put a skaudio.pooling.FramePadder before it."
                )

    def _run(self, X: Any, view: Any, reduce: Callable = lambda values: values) -> list[np.ndarray]:
        """Compute the output of a view of the network for each clip; if it has time, one row per frame.

        It is reduced clip by clip, so that outputs as large as the input are not stored.
        """
        check_is_fitted(self)
        frames = self._check_frames(X, reset=False)
        graph = keras_side().graph_of(self._architecture)
        outputs: list[Any] = [None] * len(frames)
        with graph.lock:
            for rows, batch, lengths in in_batches(frames, graph.stride):
                output = graph.run(view, self._weights, batch, mask_of(lengths, batch.shape[1]))
                self._check_finite(output, rows)
                for row, length, values in zip(rows, lengths, output, strict=True):
                    outputs[row] = reduce(values if values.ndim == 1 else _as_long_as(values, length, batch.shape[1]))
        return outputs

    def _check_finite(self, output: np.ndarray, rows: np.ndarray) -> None:
        broken = ~np.isfinite(output).reshape(len(output), -1).all(axis=1)
        if broken.any():
            raise ValueError(
                f"Clip {rows[broken][0]}: the network of {type(self).__name__} gives numbers that are not finite. Its "
                "training has diverged, or its frames are too large for the dtype policy "
                f"{self._architecture.keras.policy!r}. Fit with a smaller learning_rate, with normalize='channel', or "
                "under keras.config.set_dtype_policy('float32')."
            )

    @property
    def model_(self) -> Any:
        """Network of this estimator, a `keras.Model` to inspect, save or reuse.

        It takes ``{"frames": (n_clips, n_frames, n_channels), "mask": (n_clips, n_frames)}``, padded to a multiple of
        its stride, and returns scores. Changing it does not affect the estimator.
        """
        if not hasattr(self, "_weights"):
            raise AttributeError(f"{type(self).__name__} is not fitted: it has no model_ yet.")
        return keras_side().own_network(self, self._architecture, self._weights)

    def summary(self) -> None:
        """Print the layers of the network and their numbers of parameters."""
        check_is_fitted(self)
        self.model_.summary()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_weights")

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        if not self.warm_start:
            state.pop("_optimizer_state", None)  # twice as large as the weights, and of use only to go on training
        return state

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.random_state is None
        return tags


def _as_long_as(steps: np.ndarray, n_frames: int, filled_up: int) -> np.ndarray:
    """Repeat the steps ``(n_steps, ...)`` of a padded clip to one row per frame, up to its length."""
    if filled_up % len(steps):
        return steps  # not a step for so many frames: of a network that has an idea of time of its own
    return np.repeat(steps, filled_up // len(steps), axis=0)[:n_frames]
