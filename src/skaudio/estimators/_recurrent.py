"""The body of a recurrent network: how many layers, and of which cell."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions


@dataclass(kw_only=True, eq=False, repr=False)
class RecurrentBody:
    """What makes a neural estimator a recurrent network, to the left of `NeuralEstimator`.

    Parameters
    ----------
    units : int, default=64
        Number of units of a layer, in each direction.
    n_layers : int, default=2
        Number of layers, one on top of the other.
    bidirectional : bool, default=True
        Whether each layer runs backwards too.
    pooling : {"mean", "max", "mean_max", "attention", "last", "linear_softmax"}, default="mean"
        How time is pooled: by mean, maximum or both side by side, by a mean weighted by learnt attention, by the state
        at the end of the clip (backwards, at its start), or, of the probabilities of frames, a mean weighted by
        themselves.
    dropout : float, default=0.2
        Share of the features that is left out in training, before each layer and after pooling.
    """

    units: int = 64
    n_layers: int = 2
    bidirectional: bool = True
    pooling: str = "mean"
    dropout: float = 0.2

    _cell: ClassVar[str]
    _parameter_constraints: ClassVar[dict] = {
        "units": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "bidirectional": ["boolean"],
        "pooling": [StrOptions({"last", "mean", "max", "mean_max", "attention", "linear_softmax"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        return "recurrent", {
            "cell": self._cell,
            "units": self.units,
            "n_layers": self.n_layers,
            "bidirectional": self.bidirectional,
            "dropout": self.dropout,
        }
