"""Training of a compiled network on batches of frames.

`keras.Model.fit` is not used: on a CPU, it takes a quarter longer per epoch, as batches pass through ``tf.data``, and a
tenth of a second to start, which is most of a small fit.

This module imports TensorFlow: it is imported by `skaudio._learning._learner` in a fit.
"""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skaudio._learning._batches import Batches
from skaudio._learning._graphs import Graph, Weights
from skaudio._learning._recipe import Recipe
from skaudio._learning._scikeras import run_loop
from skaudio._warnings import warn_user

MAX_GRADIENT = 5.0  # global norm, so that an atypical clip does not undo the training so far
WARM_UP = 0.1  # fraction of the steps in which a cosine schedule rises

History = dict[str, list[float]]


def train(
    graph: Graph,
    recipe: Recipe,
    batches: Batches,
    validation: Batches | None,
    optimizer_state: Weights | None,
    history: History,
) -> tuple[History, Weights]:
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
    history : dict of lists
        History of earlier calls.

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
    graph.compile(_make_optimizer(recipe), optimizer_state)
    guard = DivergenceGuard()
    new = run_loop(
        partial(_loop, graph, batches, validation, verbose=recipe.verbose),
        graph.trained,
        [*_callbacks(graph.trained, recipe, len(batches), stops_early=validation is not None), guard],
        epochs=recipe.epochs,
        initial_epoch=len(history.get("loss", [])),
    )
    guard.report()
    history = {name: history.get(name, []) + values for name, values in new.items()}
    return history, () if guard.diverged is not None else graph.optimizer_state()


def _loop(
    graph: Graph, batches: Batches, validation: Batches | None, callbacks: list[Any], epochs: range, *, verbose: int
) -> History:
    """Train for some epochs; return their losses and metrics."""
    network = graph.trained
    callback_list = keras.callbacks.CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        verbose=verbose,
        epochs=epochs.stop,
        steps=len(batches),
        model=network,
    )
    network.stop_training, logs = False, {}
    callback_list.on_train_begin()
    for epoch in epochs:
        callback_list.on_epoch_begin(epoch)
        logs = _epoch(network, graph.train_step, batches, callback_list)
        if validation is not None:
            val_logs = _epoch(network, graph.test_step, validation)
            logs |= {f"val_{name}": value for name, value in val_logs.items()}
        callback_list.on_epoch_end(epoch, logs)
        if network.stop_training:
            break
    network.optimizer.finalize_variable_values(network.trainable_weights)
    callback_list.on_train_end(logs)
    return network.history.history


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


def _callbacks(network: keras.Model, recipe: Recipe, n_batches: int, *, stops_early: bool) -> list[Any]:
    """Return copies of the user's callbacks, followed by those of the schedule and of early stopping."""
    callbacks = copy.deepcopy(list(recipe.callbacks or []))
    if isinstance(recipe.optimizer, str):
        network.optimizer.learning_rate = recipe.learning_rate
        if recipe.schedule == "cosine":
            callbacks.append(CosineSchedule(recipe.learning_rate, recipe.epochs * n_batches))
    if stops_early:
        callbacks.append(
            keras.callbacks.EarlyStopping("val_loss", mode="min", patience=recipe.patience, restore_best_weights=True)
        )
    return callbacks


def _make_optimizer(recipe: Recipe) -> keras.optimizers.Optimizer:
    optimizer = recipe.optimizer
    if isinstance(optimizer, keras.optimizers.Optimizer):
        return type(optimizer).from_config(optimizer.get_config())
    try:
        kind = type(keras.optimizers.get(optimizer))
    except ValueError as error:
        raise ValueError(
            f"optimizer={optimizer!r}; expected the name of a Keras optimizer, such as 'adamw', 'adam' or 'sgd'."
        ) from error
    # The learning rate is a variable and set later, so that another one does not require recompilation.
    optimizer = kind(
        learning_rate=1e-3, weight_decay=recipe.weight_decay, global_clipnorm=MAX_GRADIENT, name="optimizer"
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


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
        remedy = "Use a smaller learning_rate or normalize='channel', and check X for very large values."
        message = f"Training diverged in epoch {self.diverged}: its loss or weights are NaN or infinite."
        if self.kept is None:
            raise ValueError(f"{message} {remedy}")
        warn_user(
            f"{message} The weights of epoch {self.kept}, which had the lowest loss, are kept. {remedy}",
            ConvergenceWarning,
        )
