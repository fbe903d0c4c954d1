"""One colour per class."""

import numpy as np

from skaudio.inspection.displays._base import pyplot

MAX_LISTED_COLORS = 10  # colours of tab10
BRIGHTEST = 0.95  # of viridis: brighter colours are hard to see on white


def class_colours(n_classes: int) -> np.ndarray:
    """Return one colour per class, in their order.

    Parameters
    ----------
    n_classes : int
        Number of colours.

    Returns
    -------
    ndarray of shape (n_classes, 4)
        Red, green, blue and opacity: matplotlib's tab10 or, if it has too few colours, samples of viridis.
    """
    maps = pyplot().colormaps
    if n_classes <= MAX_LISTED_COLORS:
        return maps["tab10"](np.arange(n_classes))
    return maps["viridis"](np.linspace(0.0, BRIGHTEST, n_classes))
