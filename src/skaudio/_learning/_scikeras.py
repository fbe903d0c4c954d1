"""Callbacks of training, prepared by scikeras: the only module that depends on it.

scikeras routes and checks callbacks, binds them to the network and counts epochs over several calls; skaudio's
estimators validate and encode data themselves, and have their own training loop (see `skaudio._learning._training`).

This module imports TensorFlow.
"""

from collections.abc import Callable
from typing import Any

import keras
from scikeras.wrappers import BaseWrapper
from sklearn import config_context

History = dict[str, list[float]]


class Trainer(BaseWrapper):
    """Wrapper that passes its callbacks to a training loop, instead of calling `keras.Model.fit`."""

    def _fit_keras_model(
        self,
        X: Callable,
        y: None,  # noqa: ARG002
        sample_weight: None,  # noqa: ARG002
        warm_start: bool,  # noqa: ARG002
        epochs: int,
        initial_epoch: int,
    ) -> None:
        self.history_ = X(self._fit_callbacks, range(initial_epoch, initial_epoch + epochs))

    def _validate_data(self, X: Any = None, y: Any = None, reset: bool = False, y_numeric: bool = False) -> tuple:  # noqa: ARG002
        return X, y


def run_loop(
    loop: Callable[[list[Any], range], History],
    network: keras.Model,
    callbacks: list[Any],
    *,
    epochs: int,
    initial_epoch: int,
) -> History:
    """Run a training loop with callbacks.

    Parameters
    ----------
    loop : callable
        From callbacks and the numbers of the epochs to a history.
    network : keras.Model
        Compiled network.
    callbacks : list of keras.callbacks.Callback
        Callbacks, to route and check.
    epochs, initial_epoch : int
        Number of epochs of this call and of earlier ones.

    Returns
    -------
    dict of lists
        The history that the loop returns.
    """
    trainer = Trainer(model=lambda: network, callbacks=callbacks, epochs=epochs)
    with config_context(transform_output="default"):  # scikeras uses its own transformers
        trainer.fit(loop, None, initial_epoch=initial_epoch)
    return trainer.history_
