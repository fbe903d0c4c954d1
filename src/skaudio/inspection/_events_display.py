"""What a detector finds in a recording, why, and what is there."""

from collections.abc import Sequence
from typing import Any, Self

from sklearn.utils.validation import check_is_fitted

from skaudio.events import Event, EventDetector, Track
from skaudio.features import FrontEnd, MelSpectrogram
from skaudio.inspection._colours import class_colours
from skaudio.inspection._display import Display
from skaudio.inspection._recording_events import events_of
from skaudio.inspection._spectrogram_display import SpectrogramDisplay, undrawn_spectrogram
from skaudio.inspection._subdivision import subdivided
from skaudio.io import clip_kind, duration_seconds

LANE_INCHES = 0.22
BAR_HEIGHT = 0.8  # of a lane


class EventsDisplay(Display):
    """Spectrogram, scores over time with their thresholds, and bars of true and of found events, one below the other.

    Make one by `from_estimator` or `from_predictions`; all is kept as attributes.

    Parameters
    ----------
    true : list of Event or None
        What is there; None: not known.
    found : list of Event
        What was found.
    labels : list of str
        Classes, each of which has a colour and lanes.
    track : Track or None, default=None
        Scores over time, ``(n_steps, n_classes)`` in the order of ``labels``; None: without curves.
    thresholds : sequence of float, default=()
        Scores at which there are dashed lines.
    spectrogram : SpectrogramDisplay or None, default=None
        What is above; None: nothing.
    duration : float or None, default=None
        Length of the recording in seconds; None: as far as anything reaches.

    Attributes
    ----------
    axes_ : ndarray of Axes, shape (n_rows,)
        Of the spectrogram, the scores and the events, less what is not drawn.
    lines_ : dict of str to matplotlib.lines.Line2D
        Curve of each class.
    threshold_lines_ : list of matplotlib.lines.Line2D
        Those of ``thresholds``.
    bars_ : dict of (str, str) to matplotlib.collections.PolyCollection
        Of each class, and ``"true"`` or ``"found"``.
    ax_, figure_ : matplotlib Axes and Figure
        What is subdivided, and where it is.

    See Also
    --------
    skaudio.events.EventDetector : Finds events.
    skaudio.metrics.event_based_scores : How well.

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
        """Draw what a detector makes of a recording.

        Parameters
        ----------
        estimator : EventDetector
            Fitted.
        recording : path, binary file object, array, pair or dict
            One recording, as the detector takes it. It is looked at twice, and wholly in memory.
        events : list of (onset, offset, label), DataFrame, path or None, default=None
            What is there: as for `from_predictions`. None: not known.
        front_end : front end or None, default=None
            What makes the spectrogram; None: that of the detector, or, where it has none,
            `skaudio.features.MelSpectrogram` at its sampling rate.
        ax : matplotlib Axes, default=None
            What to subdivide; None: a new figure.

        Returns
        -------
        EventsDisplay
            Drawn. Scores are as they come, before ``smoothing``; the upper threshold is for their mean in an event.

        Raises
        ------
        TypeError
            If the estimator is no EventDetector, or the front end none.
        ValueError
            If the front end shifts time: has an ``offset``, or ``trim_db``; or if the events do not fit the recording.
        AudioError
            If the recording cannot be decoded.
        """
        if not isinstance(estimator, EventDetector):
            raise TypeError(
                f"Expected a fitted skaudio.events.EventDetector, got {type(estimator).__name__}. What something else "
                "finds can be drawn by from_predictions."
            )
        check_is_fitted(estimator)
        rate = estimator._sampling_rate()
        front_end = estimator.front_end if front_end is None else front_end
        front_end = MelSpectrogram(sr=rate) if front_end is None else front_end
        track = estimator.predict_proba([recording])[0]
        return cls(
            None if events is None else events_of(events, recording),
            estimator._decode(track),
            labels=list(estimator.labels_),
            track=track,
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
        """Draw events of a recording.

        Parameters
        ----------
        true, found : list of (onset, offset, label), DataFrame, path or None
            Events in seconds; a table of one recording, or the path of one (see `skaudio.events.read_events`). None:
            not known, or nothing.
        labels : sequence of str or None, default=None
            Classes, in the order of the scores; None: those of the events, sorted.
        track : Track or None, default=None
            ``(times, scores)``, such as one of `skaudio.events.EventDetector.predict_proba`.
        thresholds : sequence of float, default=()
            Scores at which there are dashed lines.
        spectrogram : SpectrogramDisplay or None, default=None
            What to draw above.
        duration : float or None, default=None
            Length of the recording in seconds; None: as far as anything reaches.
        ax : matplotlib Axes, default=None
            What to subdivide; None: a new figure.

        Returns
        -------
        EventsDisplay
            Drawn.

        Raises
        ------
        TypeError, ValueError
            If events are none, or if there are not as many columns of scores as labels, or labels of events missing.
        """
        true = None if true is None else events_of(true)
        found = [] if found is None else events_of(found)
        known = sorted({event.label for event in [*(true or []), *found]}, key=str)
        labels = known if labels is None else list(labels)
        missing = [label for label in known if label not in labels]
        if missing:
            raise ValueError(f"There are events of {missing}, which are not among labels={labels}; add them.")
        if track is not None and track[1].shape != (len(track[0]), len(labels)):
            raise ValueError(
                f"track has {len(track[0])} times and scores of shape {track[1].shape}; expected a row for each, and a "
                f"column for each of {labels}. Pass labels, in the order of the columns."
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
        """Draw it.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            What to subdivide; None: a new figure.

        Returns
        -------
        EventsDisplay
            Itself.
        """
        n_lanes = len(self.labels) * (1 if self.true is None else 2)
        rows = [(self._draw_events, max(1.0, LANE_INCHES * n_lanes))]
        if self.track is not None:
            rows.insert(0, (self._draw_scores, 1.5))
        if self.spectrogram is not None:
            rows.insert(0, (self._draw_spectrogram, 2.5))
        heights = [height for _, height in rows]
        ax = self._take_axes(ax, (9.0, sum(heights) + 0.8))
        self.axes_ = subdivided(ax, len(rows), sharex=True, height_ratios=heights)[:, 0]
        self._colours = dict(zip(self.labels, class_colours(len(self.labels)), strict=True))
        self.lines_, self.threshold_lines_, self.bars_ = {}, [], {}
        for axes, (draw, _) in zip(self.axes_, rows, strict=True):
            draw(axes)
            axes.label_outer()
        self.axes_[-1].set(xlabel="time [s]", xlim=(0.0, self._end()))
        return self

    def _draw_spectrogram(self, ax: Any) -> None:
        self.spectrogram.plot(ax)

    def _draw_scores(self, ax: Any) -> None:
        for label, scores in zip(self.labels, self.track.scores.T, strict=True):
            (self.lines_[label],) = ax.plot(self.track.times, scores, color=self._colours[label], label=label, lw=1.2)
        for threshold in self.thresholds:
            self.threshold_lines_.append(ax.axhline(threshold, color="0.35", linestyle="--", linewidth=0.9))
        ax.set_ylabel("score")

    def _draw_events(self, ax: Any) -> None:
        lanes = {"found": self.found} if self.true is None else {"true": self.true, "found": self.found}
        names = []
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
        for times in (self.track and self.track.times, self.spectrogram and self.spectrogram.times):
            ends += [] if times is None else [float(times[-1])]
        return max(ends, default=1.0)


def _spectrogram(front_end: Any, recording: Any) -> SpectrogramDisplay:
    for name, unshifted in (("offset", 0.0), ("trim_db", None)):
        if getattr(front_end, name, unshifted) != unshifted:
            raise ValueError(
                f"front_end has {name}={getattr(front_end, name)!r}, which shifts its time against that of the "
                f"recording; pass one with {name}={unshifted!r}."
            )
    if not isinstance(front_end, FrontEnd):
        raise TypeError(f"front_end is {type(front_end).__name__}; expected one of skaudio.features.")
    return undrawn_spectrogram(front_end, recording)
