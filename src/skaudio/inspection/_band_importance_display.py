"""Importance of bands and segments as bars."""

from typing import Any, Self

import numpy as np

from skaudio.inspection._band_importance import BandImportance, Importances, band_importance
from skaudio.inspection._display import Display
from skaudio.inspection._subdivision import subdivided


class BandImportanceDisplay(Display):
    """What a score loses without each band of frequency and each segment of time, with standard errors.

    Parameters
    ----------
    importance : BandImportance
        What is drawn.

    Attributes
    ----------
    bands_, segments_ : matplotlib.container.BarContainer
        The bars.
    axes_ : ndarray of two matplotlib Axes
        Of bands, and of segments.
    ax_, figure_ : matplotlib Axes and Figure
        What both are in.

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
        """Find out and draw.

        Parameters
        ----------
        pipeline, X, y
            See `band_importance`.
        ax : matplotlib Axes, default=None
            Where to draw; None: in a new figure.
        **how : dict
            Further parameters of `band_importance`.

        Returns
        -------
        BandImportanceDisplay
            Drawn.
        """
        return cls(band_importance(pipeline, X, y, **how)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw, side by side; None: in a new figure.

        Returns
        -------
        BandImportanceDisplay
            Itself.
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
    """Give bars side by side, all equally wide: a mel band of low frequencies would hardly be seen."""
    n = len(found.values)
    length = "width" if width == "height" else "height"
    errors = None if np.isnan(found.standard_error).any() else found.standard_error
    return {place: np.arange(n) + 0.5, width: 0.9, length: found.mean, error: errors, "capsize": 3}
