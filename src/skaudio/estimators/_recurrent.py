"""The body of a recurrent network: how many layers, and of which cell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions


@dataclass(kw_only=True, eq=False, repr=False)
class RecurrentBody:
    """What makes a neural estimator a recurrent network, to the left of `SupervisedEstimator`.

    Parameters
    ----------
    units : int, default=96
        Number of units of a layer, in each direction.
    n_layers : int, default=2
        Number of layers, one on top of the other.
    frames_per_step : int, default=2
        Number of neighbouring frames that are read at once: half the steps take half the time.
    bidirectional : bool, default=True
        Whether each layer runs backwards too.
    pooling : {"mean_max", "mean", "max", "attention", "last", "linear_softmax"}, default="mean_max"
        How time is pooled: by mean and maximum side by side, either, by a mean weighted by learnt attention, by the
        state at the end of the clip (backwards, at its start), or, of the probabilities of frames, a mean weighted by
        themselves.
    dropout : float, default=0.3
        Share of the features that is left out in training, between layers and after pooling.
    input_dropout : float, default=0.0
        Share of the values of frames that is left out in training, before the first layer.
    architecture : callable or None, default=None
        Layers of your own: from ``(None, n_channels)`` and the number of outputs to a `keras.Model` that ends in as
        many linear units, for clips of any length. Frames that only fill a batch up are masked, as recurrent layers,
        `keras.layers.GlobalAveragePooling1D` and others take account of; convolutions do not. It is called at each fit
        and must give the same network each time; none of the parameters above are used then. None: as they say.
    """

    units: int = field(default=96, kw_only=False)
    n_layers: int = 2
    frames_per_step: int = 2
    bidirectional: bool = True
    pooling: str = "mean_max"
    dropout: float = 0.3
    input_dropout: float = 0.0
    architecture: Callable | None = None

    _cell: ClassVar[str]
    _parameter_constraints: ClassVar[dict] = {
        "units": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "frames_per_step": [Interval(Integral, 1, None, closed="left")],
        "bidirectional": ["boolean"],
        "pooling": [StrOptions({"last", "mean", "max", "mean_max", "attention", "linear_softmax"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "input_dropout": [Interval(Real, 0, 1, closed="left")],
        "architecture": [None, callable],
    }

    def _pools_time(self) -> bool:
        return self.architecture is None

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        if self.architecture is not None:
            return self.architecture, {}
        return "recurrent", {
            "cell": self._cell,
            "units": self.units,
            "n_layers": self.n_layers,
            "frames_per_step": self.frames_per_step,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
            "input_dropout": float(self.input_dropout),
        }
