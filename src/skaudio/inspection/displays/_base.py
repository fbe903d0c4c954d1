"""Base of all displays: axes, and representation in notebooks."""

import base64
import io
from types import ModuleType
from typing import Any


def pyplot() -> ModuleType:
    """Import `matplotlib.pyplot`.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError('Displays require matplotlib: pip install "skaudio[plot]".') from error
    return plt


def png_uri(figure: Any, dpi: float = 100) -> str:
    """Return a figure as a PNG in a ``data:`` URI."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, bbox_inches="tight")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


class Display:
    """Base class of the displays.

    A display stores what it plots, so that it can be plotted again, on other axes or in another style, without
    recomputing. `plot` sets ``ax_`` and ``figure_``.
    """

    ax_: Any
    figure_: Any

    def plot(self, ax: Any = None) -> "Display":
        """Plot visualization."""
        raise NotImplementedError

    def _take_axes(self, ax: Any, figsize: tuple[float, float]) -> Any:
        """Set ``ax_`` and ``figure_``: the given axes, or those of a new figure."""
        if ax is None:
            _, ax = pyplot().subplots(figsize=figsize, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax

    def _repr_html_(self) -> str:
        """Return the image for a notebook, and close the figure so that it is not shown twice."""
        if not hasattr(self, "figure_"):
            self.plot()
        pyplot().close(self.figure_)
        return f'<img alt="{type(self).__name__}" src="{png_uri(self.figure_)}">'
