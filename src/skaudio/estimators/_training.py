"""Training of a compiled network with scikeras, on batches of frames.

This module imports TensorFlow: it is imported by `skaudio.estimators._neural` in a fit.
"""

import copy
import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from scikeras.wrappers import BaseWrapper
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning

from skaudio.estimators._architecture import Architecture
from skaudio.estimators._batches import Batches
from skaudio.estimators._graphs import Graph, Weights
from skaudio.nets import ContrastiveLoss, MeanOutput, ProxyLoss, StandardizedSquaredError, TripletLoss

MAX_GRADIENT = 5.0  # norm of all gradients together: a clip unlike all others does not undo what was learnt
WARM_UP = 0.1  # share of the steps in which a cosine schedule rises
COMPARISONS = {"proxy": ProxyLoss, "contrastive": ContrastiveLoss, "triplet": TripletLoss}


@dataclass(frozen=True)
class Recipe:
    """Training settings.

    Attributes
    ----------
    optimizer : str or keras.optimizers.Optimizer
        Name of the optimizer, or an instance to copy.
    learning_rate, weight_decay : float
        Learning rate and weight decay of an optimizer given by name.
    schedule : {"constant", "cosine"}
        Learning rate schedule.
    epochs : int
        Number of epochs.
    patience : int or None
        Number of epochs without a lower validation loss after which to stop; None: never.
    callbacks : list of keras.callbacks.Callback
        Callbacks, which are copied so that the originals hold no reference to the network.
    verbose : int
        Verbosity of Keras.
    """

    optimizer: Any
    learning_rate: float
    weight_decay: float
    schedule: str
    epochs: int
    patience: int | None = None
    callbacks: Iterable[Any] | None = None
    verbose: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)


class Trainer(BaseWrapper):
    """scikeras wrapper for data that are already validated and encoded.

    It routes and checks callbacks, counts epochs over several calls and keeps the history. The training loop is custom:
    on a CPU, `keras.Model.fit` takes a quarter longer per epoch, as batches pass through ``tf.data``, and a tenth of a
    second to start, which is most of a small fit.
    """

    def _fit_keras_model(
        self,
        X: tuple[Graph, Batches, Batches | None],
        y: None,  # noqa: ARG002
        sample_weight: None,  # noqa: ARG002
        warm_start: bool,  # noqa: ARG002
        epochs: int,
        initial_epoch: int,
    ) -> None:
        graph, batches, validation = X
        network, last = self.model_, initial_epoch + epochs
        callbacks = keras.callbacks.CallbackList(
            self._fit_callbacks,
            add_history=True,
            add_progbar=self.verbose != 0,
            verbose=self.verbose,
            epochs=last,
            steps=len(batches),
            model=network,
        )
        network.stop_training, logs = False, {}
        callbacks.on_train_begin()
        for epoch in range(initial_epoch, last):
            callbacks.on_epoch_begin(epoch)
            logs = _epoch(network, graph.train_step, batches, callbacks)
            if validation is not None:
                checked = _epoch(network, graph.test_step, validation)
                logs |= {f"val_{name}": value for name, value in checked.items()}
            callbacks.on_epoch_end(epoch, logs)
            if network.stop_training:
                break
        network.optimizer.finalize_variable_values(network.trainable_weights)
        callbacks.on_train_end(logs)
        self.history_ = network.history.history

    def _validate_data(self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False) -> tuple:  # noqa: ARG002
        return X, y


class CosineSchedule(keras.callbacks.Callback):
    """Learning rate schedule with linear warm-up and cosine decay to zero [1]_.

    It is a callback because Keras schedules are part of the traced graph, so that a grid search over learning rates and
    epochs would retrace for each.

    References
    ----------
    .. [1] I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts", International Conference
       on Learning Representations, 2017.
    """

    def __init__(self, learning_rate: float, n_steps: int) -> None:
        super().__init__()
        self._peak, self._n_steps, self._step = learning_rate, n_steps, 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Set the learning rate of the next step."""
        rise = max(1, round(WARM_UP * self._n_steps))
        if self._step < rise:
            share = (self._step + 1) / rise
        else:
            share = 0.5 + 0.5 * np.cos(np.pi * (self._step - rise) / max(1, self._n_steps - rise))
        self.model.optimizer.learning_rate = self._peak * share
        self._step += 1


class DivergenceGuard(keras.callbacks.Callback):
    """Stop if the loss or a weight is NaN or infinite, and restore the weights of the lowest loss.

    Attributes
    ----------
    diverged : int or None
        Epoch of divergence, counted from 1.
    kept : int or None
        Epoch whose weights are kept; None if no epoch was finite.
    """

    def __init__(self) -> None:
        super().__init__()
        self.diverged: int | None = None
        self.kept: int | None = None
        self._best: tuple[float, Weights] = (np.inf, ())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Check loss and weights, and store the best."""
        loss, weights = logs.get("val_loss", logs["loss"]), self.model.get_weights()
        if not np.isfinite([loss, logs["loss"]]).all() or not all(np.isfinite(values).all() for values in weights):
            self.diverged, self.model.stop_training = epoch + 1, True
        elif loss < self._best[0]:
            self.kept, self._best = epoch + 1, (loss, weights)

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """Restore the best weights if training diverged."""
        if self.diverged is not None and self.kept is not None:
            self.model.set_weights(self._best[1])

    def report(self) -> None:
        """Warn if training diverged, or raise an error if no weights are left."""
        if self.diverged is None:
            return
        remedy = "Use a smaller learning_rate, or normalize='channel', and look at the largest values of X."
        message = f"Training diverged in epoch {self.diverged}: its loss or weights are NaN or infinite."
        if self.kept is None:
            raise ValueError(f"{message} {remedy}")
        warnings.warn(
            f"{message} The weights of epoch {self.kept}, which had the lowest loss, are kept. {remedy}",
            ConvergenceWarning,
            stacklevel=2,
        )


def train(
    graph: Graph, recipe: Recipe, batches: Batches, validation: Batches | None, optimizer_state: Weights | None
) -> tuple[dict[str, list[float]], Weights]:
    """Train a network from its current weights.

    Parameters
    ----------
    graph : Graph
        Network, whose lock is held.
    recipe : Recipe
        Training settings.
    batches, validation : Batches
        Training and validation batches; the latter for early stopping.
    optimizer_state : sequence of ndarrays or None
        State from an earlier call to continue with.

    Returns
    -------
    history : dict of lists
        Loss and metric of each epoch, including those of earlier calls.
    optimizer_state : sequence of ndarrays
        State to continue with; empty if training diverged.

    Raises
    ------
    ValueError
        If training diverges before the end of the first epoch.

    Warns
    -----
    ConvergenceWarning
        If training diverges later.
    """
    network, by_name = graph.trained, isinstance(recipe.optimizer, str)
    _compile(graph, recipe)
    variables, state = network.optimizer.variables, optimizer_state or graph.optimizer_start
    if [tuple(v.shape) for v in variables] != [np.shape(value) for value in state]:  # of another optimizer, before
        state = graph.optimizer_start
    for variable, value in zip(variables, state, strict=True):
        variable.assign(value)
    callbacks = copy.deepcopy(list(recipe.callbacks or []))
    if by_name:
        network.optimizer.learning_rate = recipe.learning_rate
    if by_name and recipe.schedule == "cosine":
        callbacks.append(CosineSchedule(recipe.learning_rate, recipe.epochs * len(batches)))
    if validation is not None:
        callbacks.append(
            keras.callbacks.EarlyStopping("val_loss", mode="min", patience=recipe.patience, restore_best_weights=True)
        )
    guard = DivergenceGuard()
    callbacks.append(guard)
    trainer = Trainer(model=lambda: network, callbacks=callbacks, epochs=recipe.epochs, verbose=recipe.verbose)
    with config_context(transform_output="default"):  # scikeras encodes by transformers of its own
        trainer.fit((graph, batches, validation), None, initial_epoch=len(recipe.history.get("loss", [])))
    guard.report()
    history = {name: recipe.history.get(name, []) + values for name, values in trainer.history_.items()}
    if guard.diverged is not None:
        return history, ()
    return history, tuple(np.array(variable.numpy()) for variable in network.optimizer.variables)


def _compile(graph: Graph, recipe: Recipe) -> None:
    """Compile and trace the network, unless it is already compiled with the same optimizer."""
    optimizer = _make_optimizer(recipe)
    made_of = json.dumps(keras.optimizers.serialize(optimizer), sort_keys=True, default=str)
    if graph.compiled_with == made_of:
        return
    graph.compiled_with = None  # should this be interrupted
    with graph.architecture.keras.applied():
        loss, metrics = _make_loss(graph.architecture, graph.network)
        graph.trained.compile(optimizer=optimizer, loss=loss, metrics=metrics, jit_compile=False)
        optimizer = graph.trained.optimizer  # with gradients of 16 bits, one that scales the loss is around it
        # Left to the first step, the optimizer's variables would cost more, and leak.
        optimizer.build(graph.trained.trainable_variables)
        graph.optimizer_start = tuple(np.array(variable.numpy()) for variable in optimizer.variables)
        graph.make_steps()
    graph.compiled_with = made_of


def _make_loss(
    architecture: Architecture, network: keras.Model
) -> tuple[keras.losses.Loss, list[keras.metrics.Metric]]:
    """Return the loss, and an interpretable metric if the loss is not one."""
    task = architecture.task
    if task in COMPARISONS:
        return COMPARISONS[task](architecture.margin), []
    if task == "exclusive":
        return keras.losses.CategoricalCrossentropy(from_logits=True), [keras.metrics.CategoricalAccuracy("accuracy")]
    if task == "independent":
        accuracy = keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)
        return keras.losses.BinaryCrossentropy(from_logits=True), [accuracy]
    if task == "regression":
        error = keras.metrics.MeanAbsoluteError("mean_absolute_error")
        return StandardizedSquaredError(network.get_layer("target_scale")), [error]
    return MeanOutput(), []


def _make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    given = recipe.optimizer
    if isinstance(given, keras.optimizers.Optimizer):
        return type(given).from_config(given.get_config())
    try:
        kind = type(keras.optimizers.get(given))
    except ValueError as error:
        raise ValueError(f"optimizer={given!r} is none that Keras knows; try 'adamw', 'adam' or 'sgd'.") from error
    # The learning rate is set later: it is a variable, and no reason to compile anew.
    optimizer = kind(
        learning_rate=1e-3, weight_decay=recipe.weight_decay, global_clipnorm=MAX_GRADIENT, name="optimizer"
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _epoch(
    network: keras.Model, step: Callable, batches: Batches, callbacks: keras.callbacks.CallbackList | None = None
) -> dict[str, float]:
    """Iterate over the batches once; return the mean loss and metric."""
    network.reset_metrics()
    for i, (inputs, targets, weights) in enumerate(batches):
        if callbacks is not None:
            callbacks.on_train_batch_begin(i)
        logs = step(inputs["frames"], inputs["mask"], targets, weights)
        if callbacks is not None:
            callbacks.on_train_batch_end(i, logs)
            if network.stop_training:
                break
    return {name: float(value) for name, value in logs.items()}
