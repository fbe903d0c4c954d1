"""Events of a recording, detected and true, with spectrogram and scores."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from skaudio.events import Event, EventDetector, Track
from skaudio.features import FrontEnd, MelSpectrogram
from skaudio.inspection.displays._base import Display
from skaudio.inspection.displays._colours import class_colours
from skaudio.inspection.displays._recording_events import events_of
from skaudio.inspection.displays._spectrogram import SpectrogramDisplay, clip_spectrogram
from skaudio.inspection.displays._subdivision import subdivided
from skaudio.io import clip_kind, duration_seconds

LANE_INCHES = 0.22
BAR_HEIGHT = 0.8  # of a lane


class EventsDisplay(Display):
    """Spectrogram, scores over time with their thresholds, and bars of true and detected events, one below the other.

    Create it with `from_estimator` or `from_predictions`; all parameters are stored as attributes.

    Parameters
    ----------
    true : list of Event or None
        True events, or None if unknown.
    found : list of Event
        Detected events.
    labels : list of str
        Classes, each with a colour and rows of bars.
    track : Track or None, default=None
        Scores over time, ``(n_steps, n_classes)`` in the order of ``labels``. If None, no curves are plotted.
    thresholds : sequence of float, default=()
        Scores at which dashed lines are plotted.
    spectrogram : SpectrogramDisplay or None, default=None
        Spectrogram at the top. If None, it is omitted.
    duration : float or None, default=None
        Duration of the recording in seconds. If None, up to the end of the data.

    Attributes
    ----------
    axes_ : ndarray of Axes, shape (n_rows,)
        Axes of the spectrogram, the scores and the events, except those not plotted.
    lines_ : dict of str to matplotlib.lines.Line2D
        Score curve of each class.
    threshold_lines_ : list of matplotlib.lines.Line2D
        Lines at ``thresholds``.
    bars_ : dict of (str, str) to matplotlib.collections.PolyCollection
        Bars of each class, and ``"true"`` or ``"found"``.
    ax_, figure_ : matplotlib Axes and Figure
        Subdivided axes, and their figure.

    See Also
    --------
    skaudio.events.EventDetector : Detect events.
    skaudio.metrics.event_based_scores : Evaluate detected events.

    Examples
    --------
    >>> from skaudio.inspection import EventsDisplay
    >>> display = EventsDisplay.from_predictions([(1, 2, "owl"), (5, 7, "owl")], [(1.1, 2, "owl")], duration=10)
    >>> [label.get_text() for label in display.axes_[-1].get_yticklabels()]
    ['owl, true', 'owl, found']
    """

    def __init__(
        self,
        true: list[Event] | None,
        found: list[Event],
        *,
        labels: list[str],
        track: Track | None = None,
        thresholds: Sequence[float] = (),
        spectrogram: SpectrogramDisplay | None = None,
        duration: float | None = None,
    ) -> None:
        self.true = true
        self.found = found
        self.labels = labels
        self.track = track
        self.thresholds = thresholds
        self.spectrogram = spectrogram
        self.duration = duration

    @classmethod
    def from_estimator(
        cls, estimator: EventDetector, recording: Any, *, events: Any = None, front_end: Any = None, ax: Any = None
    ) -> Self:
        """Plot the events that a detector predicts for a recording.

        Parameters
        ----------
        estimator : EventDetector
            Fitted detector.
        recording : path, binary file object, array, pair or dict
            One recording, as accepted by the detector. It is processed twice, and as a whole in memory.
        events : list of (onset, offset, label), DataFrame, path or None, default=None
            True events, as for `from_predictions`; None if unknown.
        front_end : front end or None, default=None
            Front end of the spectrogram. If None, that of the detector or, if it has none,
            `skaudio.features.MelSpectrogram` at its sampling rate.
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.

        Returns
        -------
        EventsDisplay
            The plotted display. Scores are shown before ``smoothing``; the upper threshold applies to their mean over
            an event.

        Raises
        ------
        TypeError
            If the estimator is not an EventDetector, or the front end is invalid.
        ValueError
            If the front end shifts time, by ``offset`` or ``trim_db``, or if the events do not match the recording.
        AudioError
            If the recording cannot be decoded.
        """
        if not isinstance(estimator, EventDetector):
            raise TypeError(
                f"Expected a fitted skaudio.events.EventDetector, got {type(estimator).__name__}. Use "
                "from_predictions to plot other events."
            )
        check_is_fitted(estimator)
        rate = estimator.sr_
        front_end = estimator.front_end if front_end is None else front_end
        front_end = MelSpectrogram(sr=rate) if front_end is None else front_end
        scores = estimator.predict_scores([recording])
        columns = estimator.predict(scores)[["onset", "offset", "label", "score"]]
        return cls(
            None if events is None else events_of(events, recording),
            [Event(*fields) for fields in columns.itertuples(index=False)],
            labels=list(estimator.labels_),
            track=scores[0],
            thresholds=(estimator.decoding_["low_threshold"], estimator.decoding_["threshold"]),
            spectrogram=_spectrogram(front_end, (recording, rate) if clip_kind(recording) == "array" else recording),
            duration=duration_seconds(recording, sr=rate),
        ).plot(ax)

    @classmethod
    def from_predictions(
        cls,
        true: Any,
        found: Any,
        *,
        labels: Sequence[str] | None = None,
        track: Track | None = None,
        thresholds: Sequence[float] = (),
        spectrogram: SpectrogramDisplay | None = None,
        duration: float | None = None,
        ax: Any = None,
    ) -> Self:
        """Plot the true and detected events of a recording.

        Parameters
        ----------
        true, found : list of (onset, offset, label), DataFrame, path or None
            Events in seconds; a table of one recording, or the path of one (see `skaudio.events.read_events`). None if
            unknown, or if there are none.
        labels : sequence of str or None, default=None
            Classes, in the order of the scores. If None, those of the events, sorted.
        track : Track or None, default=None
            ``(times, scores)``, such as one of `skaudio.events.EventDetector.predict_proba`.
        thresholds : sequence of float, default=()
            Scores at which dashed lines are plotted.
        spectrogram : SpectrogramDisplay or None, default=None
            Spectrogram at the top.
        duration : float or None, default=None
            Duration of the recording in seconds. If None, up to the end of the data.
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.

        Returns
        -------
        EventsDisplay
            The plotted display.

        Raises
        ------
        TypeError, ValueError
            If events are invalid, if the numbers of score columns and labels differ, or if labels of events are
            missing.
        """
        true = None if true is None else events_of(true)
        found = [] if found is None else events_of(found)
        event_labels = sorted({event.label for event in [*(true or []), *found]}, key=str)
        labels = event_labels if labels is None else list(labels)
        missing = [label for label in event_labels if label not in labels]
        if missing:
            raise ValueError(f"labels={labels} lacks {missing}, the labels of some events.")
        if track is not None and track[1].shape != (len(track[0]), len(labels)):
            raise ValueError(
                f"track has {len(track[0])} times and scores of shape {track[1].shape}; expected one row per "
                f"time and one column per label of {labels}. Pass labels in the order of the columns."
            )
        return cls(
            true,
            found,
            labels=labels,
            track=None if track is None else Track(*track),
            thresholds=thresholds,
            spectrogram=spectrogram,
            duration=duration,
        ).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to subdivide. If None, a new figure is created.

        Returns
        -------
        EventsDisplay
            The display itself.
        """
        n_lanes = len(self.labels) * (1 if self.true is None else 2)
        rows: list[tuple[Callable, float]] = [(self._draw_events, max(1.0, LANE_INCHES * n_lanes))]
        if self.track is not None:
            rows.insert(0, (partial(self._draw_scores, self.track), 1.5))
        if self.spectrogram is not None:
            rows.insert(0, (self.spectrogram.plot, 2.5))
        heights = [height for _, height in rows]
        ax = self._take_axes(ax, (9.0, sum(heights) + 0.8))
        self.axes_ = subdivided(ax, len(rows), sharex=True, height_ratios=heights)[:, 0]
        self._colours = dict(zip(self.labels, class_colours(len(self.labels)), strict=True))
        self.lines_: dict[Any, Any] = {}
        self.threshold_lines_: list[Any] = []
        self.bars_: dict[tuple[Any, str], Any] = {}
        for axes, (draw, _) in zip(self.axes_, rows, strict=True):
            draw(axes)
            axes.label_outer()
        self.axes_[-1].set(xlabel="time [s]", xlim=(0.0, self._end()))
        return self

    def _draw_scores(self, track: Track, ax: Any) -> None:
        for label, scores in zip(self.labels, track.scores.T, strict=True):
            (self.lines_[label],) = ax.plot(track.times, scores, color=self._colours[label], label=label, lw=1.2)
        for threshold in self.thresholds:
            self.threshold_lines_.append(ax.axhline(threshold, color="0.35", linestyle="--", linewidth=0.9))
        ax.set_ylabel("score")

    def _draw_events(self, ax: Any) -> None:
        lanes = {"found": self.found} if self.true is None else {"true": self.true, "found": self.found}
        names: list[str] = []
        for label in self.labels:
            for lane, events in lanes.items():
                spans = [(event.onset, event.duration) for event in events if event.label == label]
                low = len(names) - BAR_HEIGHT / 2
                bars = ax.broken_barh(spans, (low, BAR_HEIGHT), facecolor=self._colours[label])
                self.bars_[label, lane] = bars
                names.append(f"{label}, {lane}" if len(lanes) > 1 else str(label))
        for edge in range(len(lanes), len(names), len(lanes)):
            ax.axhline(edge - 0.5, color="0.8", linewidth=0.8)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(max(len(names), 1) - 0.5, -0.5)  # the first class is on top

    def _end(self) -> float:
        if self.duration is not None:
            return self.duration
        ends = [event.offset for event in [*(self.true or []), *self.found]]
        for part in (self.track, self.spectrogram):
            if part is not None and part.times is not None:
                ends.append(float(part.times[-1]))
        return max(ends, default=1.0)


def _spectrogram(front_end: Any, recording: Any) -> SpectrogramDisplay:
    for name, unshifted in (("offset", 0.0), ("trim_db", None)):
        if getattr(front_end, name, unshifted) != unshifted:
            raise ValueError(
                f"front_end has {name}={getattr(front_end, name)!r}, which shifts its times relative to the "
                f"recording. Use {name}={unshifted!r}."
            )
    if not isinstance(front_end, FrontEnd):
        raise TypeError(f"front_end is {type(front_end).__name__}; expected a front end of skaudio.features.")
    return SpectrogramDisplay(**clip_spectrogram(front_end, recording))
