"""The body of a CRNN: convolutions, and recurrent layers on what they give."""

from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions


@dataclass(kw_only=True, eq=False, repr=False)
class ConvolutionalRecurrentBody:
    """What makes a neural estimator a CRNN, to the left of `SupervisedEstimator`.

    Parameters
    ----------
    filters : int, default=16
        Number of filters of the first stage of convolutions; each further one has twice as many.
    depth : int, default=3
        Number of stages. Each halves the channels; the first two halve time.
    kernel_size : int, default=3
        Side of the convolutions.
    units : int, default=64
        Number of units of a GRU layer, in each direction.
    n_layers : int, default=1
        Number of GRU layers.
    pooling : {"linear_softmax", "mean_max", "mean", "max", "attention", "last"}, default="linear_softmax"
        How time is pooled: of the probabilities of frames, a mean weighted by themselves; by mean and maximum of
        features side by side, either, a mean weighted by learnt attention, or the state at the end (backwards, at the
        start).
    dropout : float, default=0.2
        Share of the features that is left out in training, after pooling, and half of it before.
    """

    filters: int = field(default=16, kw_only=False)
    depth: int = 3
    kernel_size: int = 3
    units: int = 64
    n_layers: int = 1
    pooling: str = "linear_softmax"
    dropout: float = 0.2

    _parameter_constraints: ClassVar[dict] = {
        "filters": [Interval(Integral, 1, None, closed="left")],
        "depth": [Interval(Integral, 1, 8, closed="both")],
        "kernel_size": [Interval(Integral, 1, None, closed="left")],
        "units": [Interval(Integral, 1, None, closed="left")],
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "pooling": [StrOptions({"mean", "max", "mean_max", "attention", "last", "linear_softmax"})],
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        sizes = {name: getattr(self, name) for name in ("filters", "depth", "kernel_size", "units", "n_layers")}
        return "crnn", {**sizes, "dropout": 0.5 * self.dropout}
