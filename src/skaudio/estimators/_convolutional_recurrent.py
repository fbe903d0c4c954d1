"""Convolutional recurrent network body: convolutions followed by recurrent layers."""

from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval, StrOptions


@dataclass(kw_only=True, eq=False, repr=False)
class ConvolutionalRecurrentBody:
    """Mixin that makes a neural estimator a CRNN, to the left of `SupervisedEstimator`.

    Parameters
    ----------
    filters : int, default=16
        Number of filters of the first stage of convolutions; each further one has twice as many.
    depth : int, default=3
        Number of stages. Each halves the channel axis; the first two halve the time axis.
    kernel_size : int, default=3
        Size of the convolution kernels.
    units : int, default=64
        Number of units of each GRU layer, per direction.
    n_layers : int, default=1
        Number of GRU layers.
    pooling : {"linear_softmax", "mean_max", "mean", "max", "attention", "last"}, default="linear_softmax"
        Pooling over time: of frame probabilities, a mean weighted by themselves; concatenated mean and maximum of
        features, either of them, a mean weighted by learned attention, or the final state (backwards, at the start).
    dropout : float, default=0.2
        Dropout rate after pooling over time; half of it is applied before.
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
