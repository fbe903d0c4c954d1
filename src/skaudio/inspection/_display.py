"""What all displays share: axes to draw into, and how a notebook shows them."""

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
        raise ImportError('Displays need matplotlib: pip install "skaudio[plot]".') from error
    return plt


def png_uri(figure: Any, dpi: float = 100) -> str:
    """Give a figure as a PNG in a ``data:`` URI."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, bbox_inches="tight")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


class Display:
    """Base of the displays: what was computed, and how it is drawn.

    A display holds what it draws, so that it can be drawn again, in other axes or another way, without computing it
    anew. `plot` sets ``ax_`` and ``figure_``.
    """

    ax_: Any
    figure_: Any

    def plot(self, ax: Any = None) -> "Display":
        """Draw it."""
        raise NotImplementedError

    def _take_axes(self, ax: Any, figsize: tuple[float, float]) -> Any:
        """Set ``ax_`` and ``figure_``: the axes that are given, or those of a new figure."""
        if ax is None:
            _, ax = pyplot().subplots(figsize=figsize, layout="constrained")
        self.ax_, self.figure_ = ax, ax.figure
        return ax

    def _repr_html_(self) -> str:
        """Show it in a notebook, and not a second time where the notebook shows all open figures."""
        if not hasattr(self, "figure_"):
            self.plot()
        pyplot().close(self.figure_)
        return f'<img alt="{type(self).__name__}" src="{png_uri(self.figure_)}">'
