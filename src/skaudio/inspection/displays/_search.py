"""Results of a search over front ends and models."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from skaudio.inspection.displays._base import Display
from skaudio.inspection.displays._search_table import search_table

CELL_INCHES = (1.1, 0.5)  # width and height
# Per character: width of row names; height of column names, which are rotated.
LETTER_INCHES = (0.09, 0.05)
MIN_INCHES = 1.5  # minimum height of all cells, for the label of the colour bar


class SearchDisplay(Display):
    """Heat map of the best score of each combination of front end and model.

    Create it with `from_estimator`; all parameters are stored as attributes.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_columns)
        One per cell; NaN is left blank.
    row_names, column_names : sequence of str
        Names of the rows and columns.
    row_label, column_label : str, default=""
        Parameters that vary along rows and columns.
    score_name : str, default="score"
        Name of the score.

    Attributes
    ----------
    image_ : matplotlib.image.AxesImage
        The heat map.
    text_ : ndarray of matplotlib.text.Text or None, shape (n_rows, n_columns)
        The scores as text.
    best_ : matplotlib.patches.Rectangle
        The frame around the best cell.
    colorbar_ : matplotlib.colorbar.Colorbar
        Colour bar.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    See Also
    --------
    sklearn.model_selection.GridSearchCV : Search whose results are plotted.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.neighbors import NearestCentroid
    >>> from sklearn.pipeline import Pipeline
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC, MelSpectrogram
    >>> from skaudio.inspection import SearchDisplay
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(40, sr=8000, random_state=0)
    >>> pipeline = Pipeline([("sound", MFCC()), ("pool", StatPooling()), ("model", GaussianNB())])
    >>> grid = {"sound": [MFCC(sr=8000), MelSpectrogram(sr=8000)], "model": [GaussianNB(), NearestCentroid()]}
    >>> search = GridSearchCV(pipeline, grid, cv=2, refit=False).fit(digits.data, digits.target)
    >>> display = SearchDisplay.from_estimator(search)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['MFCC', 'MelSpectrogram']
    """

    def __init__(
        self,
        scores: np.ndarray,
        *,
        row_names: Sequence[str],
        column_names: Sequence[str],
        row_label: str = "",
        column_label: str = "",
        score_name: str = "score",
    ) -> None:
        self.scores = scores
        self.row_names = row_names
        self.column_names = column_names
        self.row_label = row_label
        self.column_label = column_label
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        search: Any,
        *,
        rows: str | None = None,
        columns: str | None = None,
        metric: str | None = None,
        ax: Any = None,
        **image: Any,
    ) -> Self:
        """Plot the results of a search.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV or another with ``cv_results_``
            Fitted search, with or without ``refit``. A parameter that a candidate does not set is that of the pipeline.
        rows, columns : str or None, default=None
            Parameters that vary along rows and columns. If None, the one whose values are front ends or, if there are
            none, other transformers; and the one whose values are predictors. With a single parameter, there is a
            single column, or a single row.
        metric : str or None, default=None
            Name of the score, for a search with several. If None, the one by which the search refits.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **image : dict
            Keyword arguments of ``matplotlib.axes.Axes.imshow``, such as ``cmap``.

        Returns
        -------
        SearchDisplay
            The plotted display. A cell is the best ``mean_test_score`` over all other parameters; combinations that
            were not tried, or failed, are blank. Estimators of one class are labelled by the parameters in which they
            differ.

        Raises
        ------
        TypeError
            If there is no ``cv_results_``.
        ValueError
            If there is no such parameter or metric, if it is ambiguous, or if all fits failed.
        """
        if not hasattr(search, "cv_results_"):
            raise TypeError(f"{type(search).__name__} has no cv_results_; expected a fitted search. Call fit first.")
        return cls(**search_table(search, rows, columns, metric)._asdict()).plot(ax, **image)

    def plot(self, ax: Any = None, **image: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **image : dict
            Keyword arguments of ``matplotlib.axes.Axes.imshow``, such as ``cmap``.

        Returns
        -------
        SearchDisplay
            The display itself.
        """
        n_rows, n_columns = self.scores.shape
        ax = self._take_axes(ax, self._figure_size())
        self.image_ = ax.imshow(self.scores, **{"aspect": "auto", "cmap": "viridis", **image})
        self.colorbar_ = self.figure_.colorbar(self.image_, ax=ax, label=self.score_name)
        ax.set_xticks(range(n_columns), self.column_names, rotation=30, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(n_rows), self.row_names)
        ax.set(xlabel=self.column_label, ylabel=self.row_label)
        self._write_scores()
        self._frame_best()
        return self

    def _figure_size(self) -> tuple[float, float]:
        n_rows, n_columns = self.scores.shape
        width = CELL_INCHES[0] * n_columns + LETTER_INCHES[0] * max(map(len, self.row_names))
        height = max(MIN_INCHES, CELL_INCHES[1] * n_rows) + LETTER_INCHES[1] * max(map(len, self.column_names))
        return 1.5 + width, 0.6 + height

    def _write_scores(self) -> None:
        largest = np.nanmax(np.abs(self.scores))
        self.text_ = np.full(self.scores.shape, None, dtype=object)
        for (row, column), score in np.ndenumerate(self.scores):
            if np.isnan(score):
                continue
            red, green, blue, _ = self.image_.to_rgba(score)
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5  # luma of ITU-R BT.601
            text = f"{score:.3f}" if largest < 10 else f"{score:.3g}"
            style = {"ha": "center", "va": "center", "color": "white" if dark else "black"}
            self.text_[row, column] = self.ax_.text(column, row, text, **style)

    def _frame_best(self) -> None:
        from matplotlib.patches import Rectangle

        row, column = np.unravel_index(np.nanargmax(self.scores), self.scores.shape)
        corner = (column - 0.5, row - 0.5)
        # At the edge of the axes half of the frame would be cut off.
        self.best_ = Rectangle(corner, 1, 1, fill=False, edgecolor="tab:red", linewidth=2.5, clip_on=False, zorder=3)
        self.ax_.add_patch(self.best_)
