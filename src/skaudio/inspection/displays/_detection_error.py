"""Detection error tradeoff (DET) curve of a verification."""

from typing import Any, Self

import numpy as np
from scipy.stats import norm
from sklearn.metrics import det_curve

from skaudio.inspection.displays._base import Display
from skaudio.metrics import equal_error_rate

LIMIT = 3.0  # of both axes, in standard deviations: rates from 0.13 to 99.87 %
TICKS = (0.002, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.998)


class DetectionErrorDisplay(Display):
    """DET curve: false accept against false reject rate, with the equal error rate and the operating point.

    Create it with `from_estimator` or `from_predictions`; all parameters are stored as attributes. Both axes have a
    normal deviate scale, on which normally distributed scores form a straight line [1]_. Several curves can share axes.

    Parameters
    ----------
    false_accept_rate, false_reject_rate : ndarray of shape (n_thresholds,)
        Shares of impostor trials that pass each threshold, and of genuine ones that do not.
    equal_error_rate : float
        Rate at which both are equal.
    operating_point : (float, float) or None, default=None
        False accept rate and false reject rate at the operating threshold.
    name : str or None, default=None
        Name in the legend.

    Attributes
    ----------
    line_ : matplotlib.lines.Line2D
        The curve.
    equal_error_point_ : matplotlib.lines.Line2D
        Marker at the equal error rate.
    operating_point_ : matplotlib.lines.Line2D or None
        Marker at the operating threshold. Rates beyond the axes are marked at their edge.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    See Also
    --------
    skaudio.metrics.equal_error_rate : Compute the equal error rate.
    sklearn.metrics.DetCurveDisplay : DET curve of any classifier, without these markers.

    References
    ----------
    .. [1] A. Martin et al., "The DET curve in assessment of detection task performance", Eurospeech, 1997.

    Examples
    --------
    >>> from skaudio.inspection import DetectionErrorDisplay
    >>> same = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> scores = [0.1, 0.2, 0.3, 0.7, 0.6, 0.8, 0.9, 1.0]
    >>> display = DetectionErrorDisplay.from_predictions(same, scores, threshold=0.75)
    >>> display.equal_error_rate, display.operating_point
    (0.25, (0.0, 0.25))
    """

    def __init__(
        self,
        false_accept_rate: np.ndarray,
        false_reject_rate: np.ndarray,
        equal_error_rate: float,
        *,
        operating_point: tuple[float, float] | None = None,
        name: str | None = None,
    ) -> None:
        self.false_accept_rate = false_accept_rate
        self.false_reject_rate = false_reject_rate
        self.equal_error_rate = equal_error_rate
        self.operating_point = operating_point
        self.name = name

    @classmethod
    def from_estimator(
        cls, estimator: Any, A: Any, B: Any, same: Any, *, name: str | None = None, ax: Any = None, **line: Any
    ) -> Self:
        """Plot the DET curve of a matcher on pairs of clips.

        Parameters
        ----------
        estimator : SiameseMatcher
            Fitted matcher, or any estimator with ``pair_distance``. If it has a ``threshold_``, this is marked.
        A, B : ndarray (n_pairs, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            First and second clips.
        same : array-like of bool, shape (n_pairs,)
            Whether the clips of a pair are of one class.
        name : str or None, default=None
            Name in the legend. If None, the class of the estimator.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``color``.

        Returns
        -------
        DetectionErrorDisplay
            The plotted display.

        Raises
        ------
        TypeError
            If the estimator does not compare pairs.
        ValueError
            If there are not both pairs of one class and of two classes.
        """
        if not hasattr(estimator, "pair_distance"):
            raise TypeError(
                f"{type(estimator).__name__} has no pair_distance; expected a fitted "
                "skaudio.estimators.SiameseMatcher. Use from_predictions to plot other scores."
            )
        scores = -estimator.pair_distance(A, B)
        threshold = -estimator.threshold_ if hasattr(estimator, "threshold_") else None
        name = type(estimator).__name__ if name is None else name
        same = np.asarray(same, dtype=bool)
        return cls.from_predictions(same, scores, threshold=threshold, name=name, ax=ax, **line)

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_score: Any,
        *,
        pos_label: Any = None,
        threshold: float | None = None,
        name: str | None = None,
        ax: Any = None,
        **line: Any,
    ) -> Self:
        """Plot the DET curve of scores.

        Parameters
        ----------
        y_true : array-like of shape (n_trials,)
            True binary labels: genuine trials and impostors.
        y_score : array-like of shape (n_trials,)
            Scores; higher for trials that are more likely genuine.
        pos_label : int, float, bool or str, default=None
            Label of genuine trials. If None, 1.
        threshold : float or None, default=None
            Operating threshold, which is marked: trials with at least this score are accepted.
        name : str or None, default=None
            Name in the legend.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``color``.

        Returns
        -------
        DetectionErrorDisplay
            The plotted display.

        Raises
        ------
        ValueError
            If there are not both genuine and impostor trials, or if scores are not finite.
        """
        equal = equal_error_rate(y_true, y_score, pos_label=pos_label)  # first, for its checks of the input
        accepted, rejected, _ = det_curve(y_true, y_score, pos_label=pos_label)
        point = None
        if threshold is not None:
            genuine = np.asarray(y_true) == (1 if pos_label is None else pos_label)
            passed = np.asarray(y_score) >= threshold
            point = float(passed[~genuine].mean()), float(1.0 - passed[genuine].mean())
        return cls(accepted, rejected, equal, operating_point=point, name=name).plot(ax, **line)

    def plot(self, ax: Any = None, **line: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of ``matplotlib.axes.Axes.plot``, such as ``color``.

        Returns
        -------
        DetectionErrorDisplay
            The display itself.
        """
        ax = self._take_axes(ax, (5.2, 5.2))
        ax.plot([-LIMIT, LIMIT], [-LIMIT, LIMIT], color="0.7", linestyle=":", linewidth=1.0)
        label = f"{self.name or 'errors'} (equal at {self.equal_error_rate:.1%})"
        rates = _deviates(self.false_accept_rate), _deviates(self.false_reject_rate)
        (self.line_,) = ax.plot(*rates, **{"label": label, **line})
        self.equal_error_point_ = self._mark(self.equal_error_rate, self.equal_error_rate, "o")
        self.operating_point_ = None
        if self.operating_point is not None:
            self.operating_point_ = self._mark(*self.operating_point, "X")
            accepted, rejected = self.operating_point
            self.operating_point_.set_label(f"threshold in use: {accepted:.1%}, {rejected:.1%}")
        ticks, names = norm.ppf(TICKS), [f"{100 * tick:g}" for tick in TICKS]
        ax.set_xticks(ticks, names)
        ax.set_yticks(ticks, names)
        limits = (-LIMIT, LIMIT)
        ax.set(xlabel="false accept rate [%]", ylabel="false reject rate [%]", xlim=limits, ylim=limits, aspect="equal")
        ax.grid(color="0.92")
        ax.set_axisbelow(True)
        ax.legend(loc="upper right")
        return self

    def _mark(self, accepted: float, rejected: float, marker: str) -> Any:
        x, y = np.clip(_deviates(np.array([accepted, rejected])), -LIMIT, LIMIT)
        style = {"color": self.line_.get_color(), "markersize": 8, "markeredgecolor": "white", "linestyle": "none"}
        return self.ax_.plot([x], [y], marker, clip_on=False, zorder=3, **style)[0]


def _deviates(rates: np.ndarray) -> np.ndarray:
    """Convert rates to normal deviates; those of 0 and 1, which would be infinite, lie far beyond the limits."""
    eps = np.finfo(float).eps
    return norm.ppf(np.clip(rates, eps, 1.0 - eps))
