"""Learning curves of a network."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio.inspection.displays._base import Display

HELD_OUT = "val_"  # prefix of the metrics on held-out clips
EXCLUDED = ("learning_rate",)  # written to the history by callbacks, but not a metric


class TrainingDisplay(Display):
    """Learning curves: loss and metrics of a network over the training epochs.

    Create it with `from_estimator` or `from_array`; all parameters are stored as attributes. The loss is on the left
    axis, other metrics on the right; curves of held-out clips are dashed.

    Parameters
    ----------
    history : dict of str to sequence of float
        Values of each epoch: ``loss``, metrics such as ``accuracy``, and ``val_loss`` and ``val_accuracy`` of held-out
        clips.

    Attributes
    ----------
    lines_ : dict of str to matplotlib.lines.Line2D
        The curves, by their names in the history.
    best_ : matplotlib.lines.Line2D or None
        Marker at the epoch of the lowest ``val_loss``, if any.
    right_ax_ : matplotlib Axes or None
        Axes of the other metrics, if any.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    Examples
    --------
    >>> from skaudio.inspection import TrainingDisplay
    >>> history = {"loss": [1.1, 0.6, 0.3], "val_loss": [1.2, 0.8, 0.9], "accuracy": [0.3, 0.7, 0.9]}
    >>> display = TrainingDisplay.from_array(history)
    >>> display.right_ax_.get_ylabel(), display.best_.get_xdata().tolist()
    ('accuracy', [2])
    """

    def __init__(self, history: Mapping[str, Sequence[float]]) -> None:
        self.history = history

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None, **line: Any) -> Self:
        """Plot the learning curves of a network.

        Parameters
        ----------
        estimator : estimator or Pipeline
            A fitted network of `skaudio.estimators`, or a pipeline that ends in one.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``linewidth``.

        Returns
        -------
        TrainingDisplay
            The plotted display.

        Raises
        ------
        TypeError
            If the estimator has no ``history_``.
        """
        network = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        if not hasattr(network, "history_"):
            raise TypeError(
                f"{type(network).__name__} has no history_; expected a fitted network of skaudio.estimators, or a "
                "pipeline that ends in one. For a search, pass search.best_estimator_."
            )
        return cls.from_array(network.history_, ax=ax, **line)

    @classmethod
    def from_array(cls, history: Mapping[str, Sequence[float]], *, ax: Any = None, **line: Any) -> Self:
        """Plot the learning curves of a history.

        Parameters
        ----------
        history : dict of str to sequence of float
            See the class; also that of `keras.callbacks.History`.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``linewidth``.

        Returns
        -------
        TrainingDisplay
            The plotted display.

        Raises
        ------
        ValueError
            If it has no loss, or no epoch.
        """
        if not len(history.get("loss", ())):
            raise ValueError(
                f"history has the keys {sorted(history)}; expected 'loss' with at least one epoch. Pass a dict of "
                "lists, such as history_ of a fitted network."
            )
        return cls(dict(history)).plot(ax, **line)

    def plot(self, ax: Any = None, **line: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``linewidth``.

        Returns
        -------
        TrainingDisplay
            The display itself.
        """
        ax = self._take_axes(ax, (6.4, 4.0))  # first, for its error if matplotlib is missing
        from matplotlib.ticker import MaxNLocator

        names = [name for name in self.history if name not in EXCLUDED]
        measures = list(dict.fromkeys(["loss", *(name.removeprefix(HELD_OUT) for name in names)]))
        self.right_ax_: Any = ax.twinx() if len(measures) > 1 else None
        self.lines_ = {}
        for name in sorted(names, key=lambda name: measures.index(name.removeprefix(HELD_OUT))):
            number = measures.index(name.removeprefix(HELD_OUT))
            style: dict[str, Any] = {
                "color": f"C{number}",
                "linestyle": "--" if name.startswith(HELD_OUT) else "-",
                "label": name,
            }
            values = np.asarray(self.history[name], float)
            axes: Any = self.right_ax_ if number else ax
            style["marker"] = "." if len(values) == 1 else None  # a single epoch has no line
            (self.lines_[name],) = axes.plot(np.arange(1, len(values) + 1), values, **{**style, **line})
        self._mark_best()
        ax.set(xlabel="epoch", ylabel="loss")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if self.right_ax_ is not None:
            self.right_ax_.set_ylabel(", ".join(measures[1:]))
        self._write_legend()
        return self

    def _mark_best(self) -> None:
        """Mark the epoch whose weights early stopping keeps."""
        values = np.asarray(self.history.get(f"{HELD_OUT}loss", []), float)
        self.best_ = None
        if np.isfinite(values).any():
            epoch = int(np.nanargmin(values))
            label = f"lowest {HELD_OUT}loss: epoch {epoch + 1}"
            self.best_ = self.ax_.plot([epoch + 1], [values[epoch]], "o", color="C0", mfc="white", label=label)[0]

    def _write_legend(self) -> None:
        """Write one legend for both axes."""
        marks = [] if self.best_ is None else [self.best_]
        upper = self.ax_ if self.right_ax_ is None else self.right_ax_
        handles = [*self.lines_.values(), *marks]
        # Above the axes, where it covers no curves.
        upper.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False)
