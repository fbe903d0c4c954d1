"""Bar plots of the importance of bands and segments."""

from typing import Any, Self

import numpy as np

from skaudio.inspection._band_importance import BandImportance, Importances, band_importance
from skaudio.inspection._display import Display
from skaudio.inspection._subdivision import subdivided


class BandImportanceDisplay(Display):
    """Bar plots of the importance of frequency bands and time segments, with standard errors.

    Parameters
    ----------
    importance : BandImportance
        Importance to plot.

    Attributes
    ----------
    bands_, segments_ : matplotlib.container.BarContainer
        Bars of bands, and of segments.
    axes_ : ndarray of two matplotlib Axes
        Axes of bands, and of segments.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of both.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import BandImportanceDisplay
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 10]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 10)
    >>> display = BandImportanceDisplay.from_estimator(model, X, ["low", "high"] * 10, n_bands=4, random_state=0)
    >>> len(display.bands_), len(display.segments_)
    (4, 8)
    """

    def __init__(self, importance: BandImportance) -> None:
        self.importance = importance

    @classmethod
    def from_estimator(cls, pipeline: Any, X: Any, y: Any, *, ax: Any = None, **how: Any) -> Self:
        """Compute and plot the importance of bands and segments.

        Parameters
        ----------
        pipeline, X, y
            See `band_importance`.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **how : dict
            Further parameters of `band_importance`.

        Returns
        -------
        BandImportanceDisplay
            The plotted display.
        """
        return cls(band_importance(pipeline, X, y, **how)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on, side by side. If None, a new figure is created.

        Returns
        -------
        BandImportanceDisplay
            The display itself.
        """
        ax = self._take_axes(ax, (9.0, 3.5))
        self.axes_ = subdivided(ax, 1, 2)[0]
        found, (left, right) = self.importance, self.axes_
        # Titles of their own: that of the axes whose place they take would be behind them.
        left.set_title(f"fall of the score {found.score:.3f} without a band")
        right.set_title("and without a segment")
        self.bands_ = left.barh(**_bars(found.bands, "y", "height", "xerr"))
        left.set(xlabel="fall", ylabel="band [Hz]")
        left.set_yticks(range(len(found.bands.edges)), [f"{edge:.0f}" for edge in found.bands.edges])
        self.segments_ = right.bar(**_bars(found.segments, "x", "width", "yerr"))
        right.set(xlabel="segment [s]", ylabel="fall")
        right.set_xticks(range(len(found.segments.edges)), [f"{edge:.3g}" for edge in found.segments.edges])
        return self


def _bars(found: Importances, place: str, width: str, error: str) -> dict[str, Any]:
    """Return parameters of bars of equal width: to scale, a low mel band would be hardly visible."""
    n = len(found.values)
    length = "width" if width == "height" else "height"
    errors = None if np.isnan(found.standard_error).any() else found.standard_error
    return {place: np.arange(n) + 0.5, width: 0.9, length: found.mean, error: errors, "capsize": 3}
