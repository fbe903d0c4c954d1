"""Kernels of a layer of a network."""

import math
from typing import Any, Self

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skaudio.inspection.displays._base import Display
from skaudio.inspection.displays._kernels import kernels_of
from skaudio.inspection.displays._subdivision import subdivided

MAX_COLUMNS = 8
CELL_INCHES = 0.9


class FilterDisplay(Display):
    """Kernels of a layer as small images: time to the right, channels upward, on one scale.

    Create it with `from_estimator` or `from_array`; all parameters are stored as attributes.

    Parameters
    ----------
    kernels : ndarray of shape (n_filters, n_time, n_channels)
        Weights of each filter.

    Attributes
    ----------
    images_ : list of matplotlib.image.AxesImage
        One per filter; all share a colour scale, symmetric about zero.
    axes_ : ndarray of Axes, shape (n_rows, n_columns)
        Axes of the images; unused ones are hidden.
    colorbar_ : matplotlib.colorbar.Colorbar
        Colour bar.
    ax_, figure_ : matplotlib Axes and Figure
        Subdivided axes, and their figure.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import FilterDisplay
    >>> edges = np.array([[[-1.0, -1.0], [1.0, 1.0]], [[-1.0, 1.0], [-1.0, 1.0]]])  # in time, and in frequency
    >>> display = FilterDisplay.from_array(edges)
    >>> display.images_[0].get_clim()
    (-1.0, 1.0)
    """

    def __init__(self, kernels: np.ndarray) -> None:
        self.kernels = kernels

    @classmethod
    def from_estimator(
        cls, estimator: Any, *, layer: str | None = None, max_filters: int = 32, ax: Any = None, **image: Any
    ) -> Self:
        """Plot the kernels of a network.

        Parameters
        ----------
        estimator : estimator or Pipeline
            A fitted network of `skaudio.estimators`, or a pipeline that ends in one.
        layer : str or None, default=None
            Name of a layer with a kernel. If None, the first one.
        max_filters : int, default=32
            Maximum number of filters to plot: the first ones.
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.
        **image : dict
            Keyword arguments of ``matplotlib.axes.Axes.imshow``, such as ``cmap``.

        Returns
        -------
        FilterDisplay
            The plotted display. For LSTM and GRU, a filter is the kernel of a unit's candidate state, without gates;
            for bidirectional layers, that of the forward one. For convolutions on several maps, it is the mean over
            these.

        Raises
        ------
        TypeError
            If the estimator is not a network.
        ValueError
            If there is no such layer.
        """
        network = estimator[-1] if isinstance(estimator, Pipeline) else estimator
        if not hasattr(type(network), "model_"):
            raise TypeError(
                f"{type(network).__name__} has no model_; expected a fitted network of skaudio.estimators, or a "
                "pipeline that ends in one."
            )
        check_is_fitted(network)
        return cls.from_array(kernels_of(network.model_, layer)[:max_filters], ax=ax, **image)

    @classmethod
    def from_array(cls, kernels: Any, *, ax: Any = None, **image: Any) -> Self:
        """Plot kernels.

        Parameters
        ----------
        kernels : array-like of shape (n_filters, n_time, n_channels)
            Weights of each filter.
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.
        **image : dict
            Keyword arguments of ``matplotlib.axes.Axes.imshow``, such as ``cmap``.

        Returns
        -------
        FilterDisplay
            The plotted display.

        Raises
        ------
        ValueError
            If the kernels have another shape.
        """
        kernels = np.asarray(kernels)
        if kernels.ndim != 3 or kernels.size == 0:
            raise ValueError(f"kernels have shape {kernels.shape}; expected (n_filters, n_time, n_channels).")
        return cls(kernels).plot(ax, **image)

    def plot(self, ax: Any = None, **image: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.
        **image : dict
            Keyword arguments of ``matplotlib.axes.Axes.imshow``, such as ``cmap``.

        Returns
        -------
        FilterDisplay
            The display itself.
        """
        n_filters, n_time, n_channels = self.kernels.shape
        narrow = n_channels > 3 * n_time  # narrow columns: all side by side
        n_columns = min(n_filters, 4 * MAX_COLUMNS) if narrow else min(math.ceil(math.sqrt(2 * n_filters)), MAX_COLUMNS)
        n_rows = -(-n_filters // n_columns)
        height = 2.5 if narrow else CELL_INCHES
        ax = self._take_axes(ax, (max(4.0, CELL_INCHES * min(n_columns, MAX_COLUMNS)) + 1.2, height * n_rows + 0.6))
        self.axes_ = subdivided(ax, n_rows, n_columns)
        largest = float(np.abs(self.kernels).max()) or 1.0
        aspect = "auto" if narrow else "equal"
        style = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest, "aspect": aspect, "origin": "lower", **image}
        self.images_ = []
        for number, cell in enumerate(self.axes_.flat):
            cell.set(xticks=[], yticks=[])
            if number >= n_filters:
                cell.set_axis_off()
                continue
            self.images_.append(cell.imshow(self.kernels[number].T, **style))
        self.colorbar_ = self.figure_.colorbar(self.images_[0], ax=self.axes_, label="weight")
        corner = self.axes_[-1, 0]
        corner.set(xlabel="time", ylabel="channel")
        return self
