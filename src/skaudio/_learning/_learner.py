"""A network, its weights, its training and its history."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any, Generic, Self, TypeVar

import numpy as np

from skaudio._learning._architecture import Architecture
from skaudio._learning._batches import (
    MAX_PREDICT_CLIPS,
    Batches,
    FrameBatches,
    Sampler,
    channel_statistics,
    in_batches,
    mask_of,
    rounded_length,
)
from skaudio._learning._recipe import Recipe
from skaudio._tensorflow import import_keras

Scale = tuple[np.ndarray, np.ndarray]
Kind = TypeVar("Kind", bound=Architecture)


def _graphs() -> ModuleType:
    """Import the compiled networks, and TensorFlow with them."""
    import_keras()
    import skaudio._learning._graphs as graphs

    return graphs


@dataclass(frozen=True)
class Examples:
    """Clips to learn from.

    Attributes
    ----------
    frames : ndarray (n_clips, n_frames, n_channels) or object array of ndarrays (n_frames_i, n_channels)
        Clips, possibly memory-mapped.
    targets : ndarray of float32, shape (n_clips, n_outputs), or of (n_frames_i, n_outputs + 1)
        Targets of clips; or of frames, whose last column contains the weights of frames.
    weights : ndarray of float32, shape (n_clips,)
        Sample weights.
    rows : ndarray of int
        Indices of the clips to train on.
    held_out : ndarray of int or None
        Indices of the validation clips, for early stopping.
    target_scale : tuple of two ndarrays (n_outputs,), or None
        Mean and standard deviation of the targets, by which predictions are scaled.
    """

    frames: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    rows: np.ndarray
    held_out: np.ndarray | None = None
    target_scale: Scale | None = None


class Learner(Generic[Kind]):
    """A network that is trained on examples and run on frames.

    Parameters
    ----------
    architecture : Architecture
        Architecture of the network.

    Attributes
    ----------
    architecture : Architecture
        Architecture of the network.
    history : dict of lists
        Loss and metric of each epoch.
    """

    def __init__(self, architecture: Kind) -> None:
        self.architecture = architecture
        self.history: dict[str, list[float]] = {}
        self._weights: Any = None
        self._optimizer_state: Any = None

    def fit(
        self,
        examples: Examples,
        recipe: Recipe,
        *,
        seed: int,
        augment: Callable | None = None,
        redraw: Callable[[], np.ndarray] | None = None,
        sampler: Sampler | None = None,
        pretrained: "Learner | None" = None,
    ) -> Self:
        """Train the network, from its current weights if it has any.

        The learner is unchanged unless training completes.

        Parameters
        ----------
        examples : Examples
            Clips to learn from.
        recipe : Recipe
            Training settings.
        seed : int
            Seed of the initial weights, the batches and all randomness in training.
        augment : callable or None
            Augmentation of batches, such as an `Augmentation`.
        redraw : callable or None
            Returns the clips of the next epoch.
        sampler : callable or None
            Composes the batches; see `Batches`.
        pretrained : Learner or None
            Smaller network of the same kind whose outer layers are copied.

        Returns
        -------
        self : Learner
            Trained learner.

        Raises
        ------
        ValueError
            If training diverges before the end of the first epoch.

        Warns
        -----
        ConvergenceWarning
            If training diverges later.
        """
        graph = _graphs().graph_of(self.architecture.trained_on(examples.frames, examples.targets), seed)
        from skaudio._learning._training import train

        rng = np.random.default_rng(seed)
        mean, deviation = channel_statistics(examples.frames, examples.rows, examples.weights)
        if augment is not None:
            one_length = self.architecture.n_frames is not None
            augment = partial(augment, mean=mean, deviation=deviation, rng=rng, one_length=one_length)
        kind = FrameBatches if graph.architecture.by_frame else Batches
        batches = partial(kind, examples.frames, examples.targets, examples.weights)
        common = {"batch_size": recipe.batch_size, "stride": graph.stride, "fill": mean, "sampler": sampler}
        training = batches(examples.rows, rng=rng, augment=augment, redraw=redraw, **common)
        validation = None if examples.held_out is None else batches(examples.held_out, **common)
        n_channels = self.architecture.n_channels
        with graph.lock:
            graph.start(self._weights, seed)
            if pretrained is not None:
                graph.graft(pretrained._weights)
            if self._weights is None:
                graph.set_scales((mean[:n_channels], deviation[:n_channels]), examples.target_scale)
            history: dict[str, list[float]] = {"loss": []}
            state = self._optimizer_state
            if graph.network.trainable_weights:
                history, state = train(graph, recipe, training, validation, state, self.history)
            self._weights, self._optimizer_state, self.history = graph.weights(), state, history
        return self

    def run(self, view: Any, frames: np.ndarray, reduce: Callable = lambda values: values) -> list[np.ndarray]:
        """Compute the output of a view of the network for each clip; one row per frame if it has a time axis.

        Parameters
        ----------
        view : hashable
            View to compute, as defined by the architecture.
        frames : ndarray (n_clips, n_frames, n_channels) or object array of ndarrays (n_frames_i, n_channels)
            Clips.
        reduce : callable
            Applied clip by clip, so that outputs as large as the input are not stored.

        Returns
        -------
        list of ndarrays
            Outputs in float32.

        Raises
        ------
        ValueError
            If an output is not finite.
        """
        outputs: list[Any] = [None] * len(frames)
        graph = _graphs().graph_of(self.architecture)
        with graph.lock:
            for rows, batch, lengths in in_batches(frames, graph.stride):
                output = graph.run(view, self._weights, batch, mask_of(lengths, batch.shape[1]))
                self._check_finite(output, rows)
                for row, length, values in zip(rows, lengths, output, strict=True):
                    outputs[row] = reduce(values if values.ndim == 1 else _repeat_steps(values, length, batch.shape[1]))
        return outputs

    def decode(self, latents: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        """Decode latents ``(n_clips, latent_dim)`` of an autoencoder to clips of the given lengths."""
        graph = _graphs().graph_of(self.architecture)
        clips: list[Any] = [None] * len(latents)
        order = np.argsort(lengths, kind="stable")
        with graph.lock:
            for start in range(0, len(order), MAX_PREDICT_CLIPS):
                rows = order[start : start + MAX_PREDICT_CLIPS]
                mask = mask_of(lengths[rows], rounded_length(lengths[rows].max(), graph.stride))
                decoded = graph.run("decode", self._weights, latents[rows][:, np.newaxis], mask)
                for row, clip in zip(rows, decoded, strict=True):
                    clips[row] = clip[: lengths[row]]
        return clips

    def network(self) -> Any:
        """Return a separate `keras.Model` with the weights, the same object in each call."""
        return _graphs().separate_network(self, self.architecture, self._weights)

    def n_features(self, view: Any) -> int:
        """Return the number of values per clip of a view that is averaged over time."""
        return _graphs().graph_of(self.architecture).n_features(view)

    def without_optimizer_state(self) -> Self:
        """Return a copy without the optimizer state, which is twice as large as the weights."""
        learner = copy(self)
        learner._optimizer_state = None
        return learner

    def _check_finite(self, output: np.ndarray, rows: np.ndarray) -> None:
        invalid = ~np.isfinite(output).reshape(len(output), -1).all(axis=1)
        if invalid.any():
            raise ValueError(
                f"Clip {rows[invalid][0]}: the output of the network is not finite. Training diverged, or its "
                f"values are too large for the dtype policy {self.architecture.keras.policy!r}. Fit with a smaller "
                "learning_rate, with normalize='channel', or after keras.config.set_dtype_policy('float32')."
            )


def _repeat_steps(steps: np.ndarray, n_frames: int, n_padded: int) -> np.ndarray:
    """Repeat the steps ``(n_steps, ...)`` of a padded clip to one row per frame, up to its length."""
    if n_padded % len(steps):
        return steps  # the time axis of a user-defined network need not correspond to that of the frames
    return np.repeat(steps, n_padded // len(steps), axis=0)[:n_frames]
