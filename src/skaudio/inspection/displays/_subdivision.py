"""Subdivision of axes into a grid."""

from typing import Any

import numpy as np


def subdivided(ax: Any, n_rows: int, n_columns: int = 1, *, sharex: bool = False, **grid: Any) -> np.ndarray:
    """Hide axes and create a grid of others in their place, as `sklearn.inspection.PartialDependenceDisplay` does.

    A title of the hidden axes is above the grid.

    Parameters
    ----------
    ax : matplotlib Axes
        Axes to subdivide.
    n_rows, n_columns : int
        Size of the grid.
    sharex : bool, default=False
        Whether the axes of a column share one x axis, with tick labels at the bottom.
    **grid : dict
        Keyword arguments of ``matplotlib.gridspec.GridSpecFromSubplotSpec``, such as ``height_ratios``.

    Returns
    -------
    ndarray of Axes, shape (n_rows, n_columns)

    Raises
    ------
    ValueError
        If the axes are not in a grid of subplots.
    """
    spec = ax.get_subplotspec()
    if spec is None:
        raise ValueError(
            "ax cannot be subdivided; expected axes in a grid of subplots, from plt.subplots() or figure.add_subplot()."
        )
    ax.set_axis_off()
    axes = spec.subgridspec(n_rows, n_columns, **grid).subplots(sharex="col" if sharex else False, squeeze=False)
    for own in axes[0]:
        own.set_title(" ")  # keeps room for the title of ``ax``, which a constrained layout would cover
    return axes
