"""Compiled networks, shared by all estimators of one architecture, each of which has weights of its own.

To build a network, and to have TensorFlow trace it, takes longer than many a fit on a small data set, and what was
traced is never freed whole. So a compiled network is kept for each of the latest architectures, and is lent an
estimator's weights while that one trains or predicts.

This module imports TensorFlow: it is imported by `skaudio.estimators._keras_side` alone.
"""

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

from skaudio.estimators._architecture import Architecture
from skaudio.nets import grown_weights

MAX_GRAPHS = 16
PANEL_ROWS = 16  # that processors take at once, at most
MAX_FRAMES_FILLED_UP = 64

Weights = Sequence[np.ndarray]

_graphs: OrderedDict[Architecture, "Graph"] = OrderedDict()
_own_networks: WeakKeyDictionary[Any, tuple[Weights, keras.Model]] = WeakKeyDictionary()
_building = RLock()


def graph_of(architecture: Architecture) -> "Graph":
    """Give the compiled network of an architecture."""
    with _building:
        if architecture not in _graphs:
            _graphs[architecture] = Graph(architecture)
        _graphs.move_to_end(architecture)
        while len(_graphs) > MAX_GRAPHS:
            _graphs.popitem(last=False)
        return _graphs[architecture]


def own_network(owner: Any, architecture: Architecture, weights: Weights) -> keras.Model:
    """Give an estimator a network of its own, the same one until it is fitted again."""
    held, network = _own_networks.get(owner, (None, None))
    if held is not weights:
        network = build(architecture, seed=0)
        network.set_weights(weights)
        _own_networks[owner] = weights, network
    return network


def build(architecture: Architecture, seed: int) -> keras.Model:
    """Build a network, its weights drawn by the seed."""
    with _seeded(seed), architecture.keras.applied():
        return architecture.build()


class Graph:
    """A compiled network, and whose weights it holds.

    Attributes
    ----------
    architecture : Architecture
        What it is the network of.
    network : keras.Model
        The network, whose weights are an estimator's.
    trained : keras.Model
        What is compiled and trained: the same, or one that shares its weights.
    stride : int
        What the length of a batch is a multiple of.
    lock : RLock
        To be held from the loading of weights until they are no longer needed.
    compiled_with : str or None
        The optimizer that the network is compiled with, in words.
    optimizer_start : sequence of ndarrays
        What the variables of the optimizer are before the first step.
    train_step : callable
        From frames, mask, targets and weights of a batch to loss and metric so far, once it is compiled.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.network = build(architecture, seed=0)
        with architecture.keras.applied():
            self.trained = architecture.trained(self.network)
        self.stride = architecture.stride
        self.lock = RLock()
        self.compiled_with: str | None = None
        self.optimizer_start: Weights = ()
        self._held: Weights | None = None
        self._drawn: tuple[int, Weights] | None = None  # the last seed, and its weights
        self._views: dict[Any, Any] = {}

    def run(self, view: Any, weights: Weights, frames: np.ndarray, mask: np.ndarray) -> np.ndarray:
        """Compute what a view of the network gives for a batch.

        Parameters
        ----------
        view : hashable
            What to compute, as the architecture knows it.
        weights : sequence of ndarrays
            The weights.
        frames : ndarray (n_clips, n_frames, n_channels)
            The batch, of a length that is a multiple of the stride; or whatever else the view takes.
        mask : ndarray of bool (n_clips, n_frames)
            Which frames are there.

        Returns
        -------
        ndarray of float32
            The output.
        """
        with self.lock:
            if self._held is not weights:
                self._held = None  # those of nobody, should this be interrupted
                self.network.set_weights(weights)
                self._held = weights
            rows = _full_panels(*frames.shape[:2])
            output = self._view(view)(tf.constant(frames[rows]), tf.constant(mask[rows])).numpy()
            return output[: len(frames)]

    def make_steps(self) -> None:
        """Have what a step of training does traced."""
        n_channels, n_outputs = self.architecture.n_trained_channels, self.architecture.n_outputs
        n_frames = self.architecture.n_trial_frames
        pair = {"frames": np.zeros((2, n_frames, n_channels), np.float32), "mask": np.ones((2, n_frames), bool)}
        # Loss and metrics make their variables at the first batch they see: not while a step is traced.
        n_rows = self.trained(pair, training=False).shape[0]
        self.trained.test_step((pair, np.zeros((n_rows, n_outputs), np.float32), np.ones(n_rows, np.float32)))
        self.train_step, self._test_step = self._traced_step(self.trained.train_step), None

    @property
    def test_step(self) -> Callable:
        """As ``train_step``, but nothing is trained; traced when it is first wanted."""
        if self._test_step is None:
            self._test_step = self._traced_step(self.trained.test_step)
        return self._test_step

    def start(self, weights: Weights | None, seed: int) -> None:
        """Load weights to go on training with, or, for None, draw new ones; and seed what is random in training."""
        self._held = None
        if weights is None:
            if self._drawn is None or self._drawn[0] != seed:  # as many fits of a search have the same
                self._drawn = seed, build(self.architecture, seed).get_weights()
            self.network.set_weights(self._drawn[1])
        else:
            self.network.set_weights(weights)
        rng = np.random.default_rng(seed)
        ordinary = {id(variable) for variable in self.network.weights}
        for variable in self.trained.variables:
            if id(variable) not in ordinary:  # the state of a generator of random numbers
                variable.assign(rng.integers(0, 2**31, size=variable.shape))

    def graft(self, outer: Weights) -> None:
        """Take the outer layers from a smaller network of the same kind."""
        self.network.set_weights(grown_weights(outer, self.network.get_weights()))

    def set_scales(self, frames: tuple[np.ndarray, np.ndarray], targets: tuple[np.ndarray, np.ndarray] | None) -> None:
        """Set means and deviations of frames and of targets, where the network has layers for them."""
        for layer in self.network.layers:
            scale = {"standardization": frames, "target_scale": targets}.get(layer.name)
            if scale is not None and layer.weights:
                layer.mean.assign(scale[0])
                layer.deviation.assign(scale[1])

    def n_features(self, view: Any) -> int:
        """Tell how many values a clip has in a view that is averaged over time."""
        with self.architecture.keras.applied():
            shape = self.architecture.view(self.network, view).output_shape
        return int(np.prod(shape[2:])) if len(shape) > 2 else shape[1]

    def weights(self) -> Weights:
        """Copy the weights that were trained, and hold them."""
        copies = tuple(np.array(weight) for weight in self.network.get_weights())  # not what trains on
        self._held = copies
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
        """Trace a function, for any number of clips and frames.

        What is traced is called as it is: through `tf.function`, TensorFlow warns of many architectures as if one
        network were traced again and again.
        """
        with self.architecture.keras.applied():
            return tf.function(function, input_signature=specs, autograph=False).get_concrete_function()


def _full_panels(n_clips: int, n_frames: int) -> Any:
    """Return the clips to compute, some of them twice, so that rounding does not depend on the others of a batch.

    Processors multiply matrices by panels of rows, and round the rows that are left over in another way. Short clips
    fill up the last panel; to do the same with long ones would cost far more than a rounding is worth.
    """
    multiple = PANEL_ROWS if n_frames <= MAX_FRAMES_FILLED_UP else 1
    n_rows = max(2, -(-n_clips // multiple) * multiple)  # a product with a single row is no product of matrices
    return np.arange(n_rows) % n_clips if n_rows > n_clips else slice(None)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the generators that layers draw their seeds and weights from, and put them back as they were.

    Keras draws from Python's; a network of the user's may draw from NumPy's too.
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
