"""Compiled networks, shared by all estimators of one architecture, each with its own weights.

Building a network and tracing it with TensorFlow takes longer than many fits on small data sets, and traced graphs are
never freed completely. Therefore a compiled network is cached for each of the latest architectures, and an estimator's
weights are loaded into it while the estimator trains or predicts.

This module imports TensorFlow: it is imported by `skaudio._learning._learner` alone.
"""

import json
import random
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
import tensorflow as tf

from skaudio._learning._architecture import Architecture
from skaudio._learning._losses import make_loss
from skaudio._learning.networks import grown_weights

MAX_GRAPHS = 16
PANEL_ROWS = 16  # maximum number of rows that matrix multiplication processes at once
MAX_PADDED_FRAMES = 64

Weights = Sequence[np.ndarray]

_graphs: OrderedDict[Architecture, "Graph"] = OrderedDict()
_separate_networks: WeakKeyDictionary[Any, tuple[Weights, keras.Model]] = WeakKeyDictionary()
_building = RLock()


def graph_of(architecture: Architecture, seed: int = 0) -> "Graph":
    """Return the compiled network of an architecture; a new one is initialised by the seed."""
    with _building:
        if architecture not in _graphs:
            _graphs[architecture] = Graph(architecture, seed)
        _graphs.move_to_end(architecture)
        while len(_graphs) > MAX_GRAPHS:
            _graphs.popitem(last=False)
        return _graphs[architecture]


def separate_network(learner: Any, architecture: Architecture, weights: Weights) -> keras.Model:
    """Return a separate network of a learner, the same object until it is trained again."""
    loaded, network = _separate_networks.get(learner, (None, None))
    if loaded is not weights:
        network = build(architecture, seed=0)
        network.set_weights(weights)
        _separate_networks[learner] = weights, network
    return network


def build(architecture: Architecture, seed: int) -> keras.Model:
    """Build a network with weights initialised by the seed."""
    with _seeded(seed), architecture.keras.applied():
        return architecture.build()


class Graph:
    """Compiled network that holds the weights of one estimator at a time.

    Attributes
    ----------
    architecture : Architecture
        Architecture of the network.
    network : keras.Model
        Network with the weights of an estimator.
    trained : keras.Model
        Model that is compiled and trained: the same, or one that shares its weights.
    stride : int
        Number that batch lengths are multiples of.
    lock : RLock
        Lock to hold from loading weights until they are no longer needed.
    train_step : callable
        From frames, mask, targets and weights of a batch to running loss and metric, once compiled.
    """

    def __init__(self, architecture: Architecture, seed: int) -> None:
        self.architecture = architecture
        self.network = build(architecture, seed)
        self._initial: tuple[int, Weights] = seed, self.network.get_weights()  # last seed and its weights
        with architecture.keras.applied():
            self.trained = architecture.training_network(self.network)
        self.stride = architecture.stride
        self.lock = RLock()
        self._compiled_with: str | None = None  # description of the optimizer
        self._optimizer_start: Weights = ()
        self._loaded: Weights | None = None
        self._views: dict[Any, Any] = {}
        self._test_step: Callable | None = None

    def run(self, view: Any, weights: Weights, frames: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Compute the output of a view of the network for a batch.

        Parameters
        ----------
        view : hashable
            View to compute, as defined by the architecture.
        weights : sequence of ndarrays
            Weights of the network.
        frames : ndarray (n_clips, n_frames, n_channels)
            Batch, whose length is a multiple of the stride; or another input of the view.
        mask : ndarray of bool (n_clips, n_frames)
            Whether frames are valid, not padding.

        Returns
        -------
        ndarray of float32
            Output of the view.
        """
        with self.lock:
            if self._loaded is not weights:
                self._loaded = None  # in case of an interruption
                self.network.set_weights(weights)
                self._loaded = weights
            rows = _full_panels(*frames.shape[:2])
            output = self._view(view)(tf.constant(frames[rows]), tf.constant(mask[rows])).numpy()
            return output[: len(frames)]

    def compile(self, optimizer: keras.optimizers.Optimizer, state: Weights | None) -> None:
        """Compile and trace the network, unless it already is with this optimizer, and set the optimizer's state.

        Parameters
        ----------
        optimizer : keras.optimizers.Optimizer
            Optimizer.
        state : sequence of ndarrays or None
            Values of its variables; those of another optimizer are ignored. None: the initial ones.
        """
        description = json.dumps(keras.optimizers.serialize(optimizer), sort_keys=True, default=str)
        if self._compiled_with != description:
            self._compiled_with = None  # in case of an interruption
            with self.architecture.keras.applied():
                loss, metrics = make_loss(self.architecture, self.network)
                self.trained.compile(optimizer=optimizer, loss=loss, metrics=metrics, jit_compile=False)
                optimizer = self.trained.optimizer  # wrapped in a loss-scaling one if gradients are 16-bit
                # If created in the first step, the optimizer's variables would be slower and leak memory.
                optimizer.build(self.trained.trainable_variables)
                self._optimizer_start = self.optimizer_state()
                self._make_steps()
            self._compiled_with = description
        variables = self.trained.optimizer.variables
        if not state or [tuple(v.shape) for v in variables] != [np.shape(value) for value in state]:
            state = self._optimizer_start
        for variable, value in zip(variables, state, strict=True):
            variable.assign(value)

    def optimizer_state(self) -> Weights:
        """Return a copy of the optimizer variables."""
        return tuple(np.array(variable.numpy()) for variable in self.trained.optimizer.variables)

    def _make_steps(self) -> None:
        """Trace the training step."""
        n_channels, n_outputs = self.architecture.n_trained_channels, self.architecture.n_outputs
        n_frames = self.architecture.n_trial_frames
        pair = {"frames": np.zeros((2, n_frames, n_channels), np.float32), "mask": np.ones((2, n_frames), bool)}
        # Loss and metrics create their variables in the first call, which must not be a traced step.
        predicted = self.trained(pair, training=False)
        targets, weights = np.zeros((len(predicted), n_outputs), np.float32), np.ones(len(predicted), np.float32)
        self.trained.compute_loss(pair, targets, predicted, weights, training=False)
        self.trained.compute_metrics(pair, targets, predicted, weights)
        self.train_step, self._test_step = self._traced_step(self.trained.train_step), None

    @property
    def test_step(self) -> Callable:
        """Evaluation counterpart of ``train_step``, traced on first use."""
        if self._test_step is None:
            self._test_step = self._traced_step(self.trained.test_step)
        return self._test_step

    def start(self, weights: Weights | None, seed: int) -> None:
        """Load weights to continue training from, or, for None, initialise new ones; seed the training."""
        self._loaded = None
        if weights is None:
            if self._initial[0] != seed:  # many fits of a search share a seed
                self._initial = seed, build(self.architecture, seed).get_weights()
            self.network.set_weights(self._initial[1])
        else:
            self.network.set_weights(weights)
        rng = np.random.default_rng(seed)
        network_ids = {id(variable) for variable in self.network.weights}
        for variable in self.trained.variables:
            if id(variable) not in network_ids:  # state of a random number generator
                variable.assign(rng.integers(0, 2**31, size=variable.shape))

    def graft(self, outer: Weights) -> None:
        """Copy the outer layers of a smaller network of the same kind."""
        self.network.set_weights(grown_weights(outer, self.network.get_weights()))

    def set_scales(self, frames: tuple[np.ndarray, np.ndarray], targets: tuple[np.ndarray, np.ndarray] | None) -> None:
        """Set means and standard deviations of frames and targets, if the network has layers for them."""
        for layer in self.network.layers:
            scale = {"standardization": frames, "target_scale": targets}.get(layer.name)
            if scale is not None and layer.weights:
                layer.mean.assign(scale[0])
                layer.deviation.assign(scale[1])

    def n_features(self, view: Any) -> int:
        """Return the number of values per clip of a view that is averaged over time."""
        with self.architecture.keras.applied():
            shape = self.architecture.view(self.network, view).output_shape
        return int(np.prod(shape[2:])) if len(shape) > 2 else shape[1]

    def weights(self) -> Weights:
        """Return a copy of the trained weights and record it as the loaded one."""
        copies = tuple(np.array(weight) for weight in self.network.get_weights())  # not those that training modifies
        self._loaded = copies
        return copies

    def _view(self, view: Any) -> Any:
        if view not in self._views:
            with self.architecture.keras.applied():
                compute = self.architecture.view(self.network, view)
            self._views[view] = self._traced(
                lambda frames, mask: tf.cast(compute({"frames": frames, "mask": mask}, training=False), tf.float32),
                tf.TensorSpec((None, None, self.architecture.width(view)), tf.float32),
                tf.TensorSpec((None, None), tf.bool),
            )
        return self._views[view]

    def _traced_step(self, step: Callable) -> Callable:
        return self._traced(
            lambda frames, mask, targets, weights: step(({"frames": frames, "mask": mask}, targets, weights)),
            tf.TensorSpec((None, None, self.architecture.n_trained_channels), tf.float32),
            tf.TensorSpec((None, None), tf.bool),
            tf.TensorSpec((None, self.architecture.n_outputs), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        )

    def _traced(self, function: Callable, *specs: tf.TensorSpec) -> Callable:
        """Trace a function for any number of clips and frames.

        The concrete function is called directly: through `tf.function`, TensorFlow would warn about many architectures
        as if one network were retraced repeatedly.
        """
        with self.architecture.keras.applied():
            return tf.function(function, input_signature=specs, autograph=False).get_concrete_function()


def _full_panels(n_clips: int, n_frames: int) -> Any:
    """Return the clips to compute, some repeated, so that rounding does not depend on the batch.

    Matrix multiplication processes panels of rows and rounds the remaining rows differently. Batches of short clips are
    padded to full panels; for long clips, the cost would outweigh the benefit.
    """
    multiple = PANEL_ROWS if n_frames <= MAX_PADDED_FRAMES else 1
    n_rows = max(2, -(-n_clips // multiple) * multiple)  # a single row is rounded as in a vector product
    return np.arange(n_rows) % n_clips if n_rows > n_clips else slice(None)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the generators that layers draw their seeds and weights from, and restore their states.

    Keras draws from Python's; user-defined networks may also draw from NumPy's.
    """
    with _building:
        states = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])  # noqa: NPY002
