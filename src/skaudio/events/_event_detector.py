"""The estimator: long recordings in, and a table of what sounds when."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._validation import as_labels, check_clips
from skaudio.events._bounds import median_shifts, shifted
from skaudio.events._counting import count_table
from skaudio.events._decoding import decode_events, smooth_scores, steps_of
from skaudio.events._ends import check_ends
from skaudio.events._event import Event
from skaudio.events._event_tables import RAVEN_SUFFIX, check_format, event_lists, event_table, write_events
from skaudio.events._file_names import check_names
from skaudio.events._live import block_waveforms, decode_live
from skaudio.events._parts import kept_parts
from skaudio.events._tags import tag_lists
from skaudio.events._tuning import best_settings, held_out_tracks
from skaudio.events._window_model import Track, WindowModel
from skaudio.io import AudioError, audio_info
from skaudio.io._open_clip import resampled
from skaudio.metrics import event_based_f1

SHARE_OF_DURATION, SHORT_EVENTS = 0.75, 0.1  # of the shortest event of a class by default
LIVE_SECONDS = 0.25  # of a live stream that are looked at together


class EventDetector(WindowModel):
    """Find events in long recordings by any classifier of short clips, or by a network that tells of each frame.

    A classifier looks at windows that overlap; a network, at long stretches, of which it tells the frames. Scores over
    time become events (see `decode_events`). Recordings are decoded and looked at block by block: a day of sound takes
    no more memory than an hour, but for its scores.

    Parameters
    ----------
    estimator : classifier
        Of windows: a pipeline that takes clips, such as ``make_pipeline(MFCC(sr=16000), StatPooling(), SVC())``; or,
        with a ``front_end``, one that takes frames, such as `skaudio.estimators.CNNClassifier`. It is cloned. One that
        is fitted already goes in as `sklearn.frozen.FrozenEstimator`.
    front_end : front end or None, default=None
        What makes frames of recordings, once, however much windows overlap. What depends on a clip as a whole
        (``top_db``, ``trim_db``, ``level``, ``normalize``) must be None. None: windows of the waveform are given to the
        estimator.
    sr : float or None, default=None
        Sampling rate in Hz that recordings are brought to; None: that of the front end, which must be the same.
    resolution : {"window", "frame"}, default="window"
        What is judged: windows, each as a clip; or frames, by a network such as `skaudio.estimators.CRNNClassifier`,
        which is trained by `fit_frames` and asked by `predict_frames`, with a ``front_end``. That is as fine as frames
        are, and computes nothing twice where windows overlap.
    window_seconds : float or None, default=None
        Length of a window, about that of the shortest event; or of the stretches that a network is given at once, some
        of the longest events. None: 1; of stretches, 10.
    hop_seconds : float or None, default=None
        From one window to the next; None: a tenth of its length, of stretches four fifths.
    center : bool, default=True
        Whether the first window is centred on the start of a recording, with silence before it, or begins there: with
        ``center=False`` and ``hop_seconds=window_seconds``, windows are consecutive slices. Not for
        ``resolution="frame"``.
    threshold : float or "tune", default=0.5
        Mean score that an event must have: what is like a call for a moment is seldom so for as long as one.
        ``"tune"``: `fit` takes that, ``min_duration`` and ``max_gap``, with which the event-based F1 is best on
        recordings that were held out, in three folds; it takes three times as long then. Not with tags alone.
    low_threshold : float or None, default=None
        Score that no part of it may fall below, gaps apart; None: half of the threshold.
    min_duration : float or None, default=None
        Shortest event, in seconds, before its bounds are corrected. None: three quarters of what nine tenths of the
        events of its class in `fit` last at least; 0 where nothing says how long events are.
    max_gap : float, default=0.0
        Longest gap within an event, in seconds.
    smoothing : float, default=0.3
        Seconds of scores whose median is taken.
    silence_dbfs : float or None, default=-90.0
        Peak level, in decibels relative to full scale, up to which sound is silence and scores are 0: where a recorder
        is muted or channels cancel out, a classifier may be sure of anything, as it never learned from such windows. A
        score needs something louder within its window; with ``resolution="frame"``, within half a second to either
        side. The default is the last bit of 16: what recorders with more bits have below it needs a lower one, and
        samples that are not scaled to [-1, 1] may need None, for no such limit.
    background : object, default="background"
        What the classifier calls windows without any event.
    mine_negatives : bool, default=True
        Whether to fit a second time, with windows of the background that were taken for events.
    n_overlays : int, default=2
        How often each event is also laid over another background for training, 10 dB fainter to 3 dB louder.
    n_jobs : int or None, default=None
        Number of processes that `predict` looks at recordings with.
    on_error : {"raise", "warn"}, default="raise"
        What to do with a recording that cannot be decoded, when fitted: raise an error, or warn, naming it, and go on:
        it has no events then, no scores, and counts of NaN.
    verbose : int, default=0
        1: a progress bar over recordings, with the minutes of the present one that are done.
    random_state : int, RandomState instance or None, default=None
        Chooses windows of the background.

    Attributes
    ----------
    estimator_ : classifier
        Fitted.
    labels_ : list of str
        Classes of events.
    multilabel_ : bool
        Whether events of different classes may sound at one time, so that windows have several labels.
    decoding_ : dict
        ``threshold``, ``low_threshold``, ``min_duration`` and ``max_gap`` that are used; ``min_duration`` is a list, in
        the order of ``labels_``, where it is None as a parameter.
    bound_shifts_ : dict of (float, float)
        Seconds by which onsets and offsets of each class are moved, by the median error on the recordings that were
        fitted on, or held out.

    See Also
    --------
    skaudio.metrics.event_based_scores : How well events were found.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skaudio.datasets import make_sound_events
    >>> from skaudio.events import EventDetector
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.pooling import StatPooling
    >>> scenes = make_sound_events(4, classes=["trill"], snr_db=20.0, random_state=0)
    >>> front_end = MelSpectrogram(sr=16000, top_db=None)
    >>> model = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression())
    >>> detector = EventDetector(model, front_end=front_end, window_seconds=0.4, hop_seconds=0.05, random_state=0)
    >>> detector = detector.fit(scenes.data[:3], scenes.events[:3])
    >>> bool(detector.score(scenes.data[3:], scenes.events[3:]) > 0.7)
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "front_end": [None, HasMethods(["transform"])],
        "sr": [None, Interval(Real, 0, None, closed="neither")],
        "resolution": [StrOptions({"window", "frame"})],
        "window_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "center": ["boolean"],
        "threshold": [Real, StrOptions({"tune"})],
        "low_threshold": [None, Real],
        "min_duration": [None, Interval(Real, 0, None, closed="left")],
        "max_gap": [Interval(Real, 0, None, closed="left")],
        "smoothing": [Interval(Real, 0, None, closed="left")],
        "silence_dbfs": [None, Interval(Real, None, 0, closed="right")],
        "background": "no_validation",
        "mine_negatives": ["boolean"],
        "n_overlays": [Interval(Integral, 0, None, closed="left")],
        "n_jobs": [None, Integral],
        "on_error": [StrOptions({"raise", "warn"})],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        front_end: Any = None,
        sr: float | None = None,
        resolution: str = "window",
        window_seconds: float | None = None,
        hop_seconds: float | None = None,
        center: bool = True,
        threshold: float | str = 0.5,
        low_threshold: float | None = None,
        min_duration: float | None = None,
        max_gap: float = 0.0,
        smoothing: float = 0.3,
        silence_dbfs: float | None = -90.0,
        background: Any = "background",
        mine_negatives: bool = True,
        n_overlays: int = 2,
        n_jobs: int | None = None,
        on_error: str = "raise",
        verbose: int = 0,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.front_end = front_end
        self.sr = sr
        self.resolution = resolution
        self.window_seconds = window_seconds
        self.hop_seconds = hop_seconds
        self.center = center
        self.threshold = threshold
        self.low_threshold = low_threshold
        self.min_duration = min_duration
        self.max_gap = max_gap
        self.smoothing = smoothing
        self.silence_dbfs = silence_dbfs
        self.background = background
        self.mine_negatives = mine_negatives
        self.n_overlays = n_overlays
        self.n_jobs = n_jobs
        self.on_error = on_error
        self.verbose = verbose
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: Sequence, y: Any, groups: Any = None) -> Self:
        """Train the classifier on recordings whose events are known, or which of them occur.

        Windows are labelled by how much of them, or of the event, lies within the other; what is neither nor is left
        out. All windows of events are taken, up to 40 of each, and twice as many of the background. Frames, in some
        stretches around each event and in others, are labelled by what sounds at their time.

        Parameters
        ----------
        X : batch of clips
            Recordings: paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts. They are decoded one at a time.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths; or tags
            Events of each recording, in seconds; or one table, as `event_table` makes it; or a file of labels for each
            recording (see `read_events`). They may end half a second after their recording.

            A table names the recordings by their paths, or by shorter names, such as those of the files with or without
            their suffixes, as long as each is of one recording only; or by their numbers in ``X``. Its rows with a
            recording and nothing else say that the recording has no events.

            Or tags: a list of labels for each recording, a table without ``onset``, or one of zeros and ones with a
            column for each class. With ``resolution="frame"`` a network whose pooling over time lets it, such as
            ``"linear_softmax"``, finds out by itself when a class sounds. It is trained on whole recordings: let them
            be clips of seconds to a few minutes.
        groups : array-like of shape (n_recordings,), default=None
            Such as places: for ``threshold="tune"``, recordings of a group are held out together.

        Returns
        -------
        self : estimator
            Fitted.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a recording cannot be decoded, if events do not fit the recordings (by number, by name, or because they
            are past the end), if there are none, or if the front end cannot be used on blocks.
        """
        recordings = check_clips(self, X, reset=True)
        tags = tag_lists(y, recordings)
        events = self._events_of(recordings, y) if tags is None else None
        self.labels_ = sorted({label for own in tags for label in own} if tags else _labels_of(events), key=str)
        if not self.labels_:
            raise ValueError(
                "There is no event in any recording: nothing to learn to find. To train on cut clips, use fit_clips."
            )
        if self.background in self.labels_:
            raise ValueError(f"background={self.background!r} is the label of an event; use another name for none.")
        if events is not None and not any(event.duration for own in events for event in own):
            raise ValueError(
                "All events last no time (0 s): give an offset after each onset, so that sound is in them."
            )
        self.bound_shifts_ = dict.fromkeys(self.labels_, (0.0, 0.0))
        if events is None:
            self.decoding_ = self._given_decoding(self._given_threshold("tags say nothing of when events are"))
            self._learn_tags(recordings, tags)
            return self
        self.multilabel_ = any(map(_classes_overlap, events))
        tuned = self.threshold == "tune"
        tracks = held_out_tracks(self, recordings, events, groups) if tuned else None
        self._learn(recordings, events)
        if tuned:
            self.decoding_ = self._best_decoding(tracks, events)
        else:
            self.decoding_ = self._given_decoding(self.threshold, self._usual_durations(events))
        tracks = self._tracks(recordings) if tracks is None else tracks
        self._warn_of_silent(recordings, events, tracks)
        self.bound_shifts_ = median_shifts(events, [self._decode(track) for track in tracks], self.labels_)
        return self

    @classmethod
    def from_classifier(cls, estimator: Any, labels: Sequence[str] | None = None, **params: Any) -> Self:
        """Make a detector of a classifier that is fitted, without any recordings.

        Parameters
        ----------
        estimator : classifier
            Fitted, on clips or, with a ``front_end``, on frames; see the class.
        labels : sequence of str or None, default=None
            Names for its classes, in the order of its ``classes_``. None: those.
        **params : dict
            Parameters of the detector, such as ``sr`` or ``front_end`` and ``window_seconds``. Of a classifier of
            True and False, or 1 and 0, the latter are the background by default.

        Returns
        -------
        EventDetector
            Fitted; bounds of events are not corrected.

        Raises
        ------
        ValueError, TypeError
            If the classifier is not fitted, if labels are not as many as its classes, or if none is the background.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> from skaudio.events import EventDetector
        >>> from skaudio.features import MelSpectrogram
        >>> from skaudio.pooling import StatPooling
        >>> t = np.arange(1600) / 8000
        >>> beeps = [np.sin(2 * np.pi * 800 * t) * level for level in (0.2, 0.3, 0.4)]
        >>> noises = list(np.random.default_rng(0).normal(0, 0.1, (3, 1600)))
        >>> model = make_pipeline(MelSpectrogram(8000), StatPooling(), LogisticRegression(max_iter=1000))
        >>> model = model.fit(beeps + noises, ["beep"] * 3 + ["noise"] * 3)
        >>> detector = EventDetector.from_classifier(model, background="noise", sr=8000, window_seconds=0.2)
        >>> recording = np.concatenate([noises[0], noises[1], beeps[1], beeps[1], noises[2]])
        >>> [round(float(onset), 1) for onset in detector.predict([recording]).onset]
        [0.4]
        """
        check_is_fitted(estimator)
        detector = cls(FrozenEstimator(estimator), **params)
        detector._validate_params()
        detector._scales()
        detector.estimator_ = detector.estimator
        names = detector.estimator_.classes_.tolist() if labels is None else list(labels)
        binary = "background" not in params and set(names) <= {0, 1}
        detector._adopt_classes(0 if binary else detector.background, names)
        detector.decoding_ = detector._given_decoding(detector._given_threshold("there are none here"))
        detector.bound_shifts_ = dict.fromkeys(detector.labels_, (0.0, 0.0))
        return detector

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit_clips(self, X: Sequence, y: Any) -> Self:
        """Train the classifier on cut clips; it is then run over long recordings.

        Parameters
        ----------
        X : batch of clips
            Clips, about as long as a window.
        y : array-like of shape (n_clips,)
            What they are; ``background`` for those that are nothing of interest. For True and False, or 1 and 0, the
            latter are.

        Returns
        -------
        self : estimator
            Fitted; bounds of events are not corrected.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a clip cannot be decoded, or if there is no background among the classes.
        """
        clips = check_clips(self, X, reset=True)
        y = as_labels(np.asarray(y))
        background = self.background
        if set(y.tolist()) <= {0, 1}:
            background = y.dtype.type(0)
        if background not in y.tolist():
            raise ValueError(
                f"No clip is labelled {self.background!r}: the classifier would find something everywhere. Add clips "
                "of the background, or say by background= what they are called."
            )
        self._scales()
        self.decoding_ = self._given_decoding(self._given_threshold("clips say nothing of recordings"))
        self.estimator_ = clone(self.estimator).fit(
            clips if self.front_end is None else self.front_end.transform(clips), y
        )
        self._adopt_classes(background)
        self.bound_shifts_ = dict.fromkeys(self.labels_, (0.0, 0.0))
        return self

    def predict(self, X: Sequence) -> Any:
        """Find the events of recordings.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.

        Returns
        -------
        pandas.DataFrame
            With the columns ``recording`` (the path, or the number in ``X``), ``onset``, ``offset`` (in seconds),
            ``label`` and ``score`` (their mean over its time), in order of time.

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded, with its number and path.
        """
        recordings = check_clips(self, X, reset=False)
        table = event_table(self._found(recordings), _names(recordings))
        return table if "score" in table.columns else table.assign(score=np.zeros(len(table)))

    def predict_proba(self, X: Sequence) -> list[Track]:
        """Give the scores of windows over time.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.

        Returns
        -------
        list of Track
            For each recording, ``(times, scores)``: middles of windows (or frames) in seconds, and ``(n_steps,
            n_classes)`` in the order of ``labels_``.
        """
        return self._tracks(check_clips(self, X, reset=False))

    def count(self, X: Sequence, *, bin_seconds: float | None = None) -> Any:
        """Count the events of each class in each recording, or in each hour of it.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.
        bin_seconds : float or None, default=None
            Count by stretches of so many seconds, such as 3600, from the start of each recording: an event belongs to
            that in which it begins. None: by recordings.

        Returns
        -------
        pandas.DataFrame
            A row for each recording (or stretch: by ``recording`` and ``start``, in seconds), also those without any
            event, and a column for each of ``labels_``.

        Raises
        ------
        ValueError
            If ``bin_seconds`` is not above 0.
        """
        if bin_seconds is not None and not bin_seconds > 0:
            raise ValueError(f"bin_seconds={bin_seconds!r}; expected a number of seconds above 0, or None.")
        recordings = check_clips(self, X, reset=False)
        tracks = self._tracks(recordings)
        _, look = self._scales()
        lengths = [max(track.times[-1], look.step_seconds) if len(track.times) else 0.0 for track in tracks]
        return count_table(
            _names(recordings), [self._decode(track) for track in tracks], lengths, self.labels_, bin_seconds
        )

    def predict_to(self, path: str | PathLike, X: Sequence, *, durations: Mapping[str, float] | None = None) -> None:
        """Find the events of many recordings and write them to a file, so that nothing is done twice.

        What was found in each recording is kept in a folder beside the file, which goes away at the end. Killed and
        called again, this goes on where it was. A recording whose file has another size or modification time by then,
        or whose array is another, is looked at again.

        Parameters
        ----------
        path : str or PathLike
            The table; see `write_events` for the formats. It is written whole, at the end.
        X : batch of clips
            Recordings; see `fit`.
        durations : dict of str to float or None, default=None
            Seconds of each recording, for a Raven selection table of several; None: they are looked up. See
            `write_events`, also for what a spreadsheet makes of some names.

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded. What was found before is kept.
        ValueError
            If the folder is of other recordings, or of another detector; or if the format is not known, or cannot hold
            several recordings.
        """
        check_is_fitted(self)
        recordings = check_clips(self, X, reset=False)
        names = _names(recordings)
        check_format(path, names, self.labels_, durations)
        check_names(Path(path), names)
        # The progress bar and the number of processes change nothing that is found.
        others = {"verbose", "n_jobs", "on_error"}
        settings = {name: value for name, value in vars(self).items() if name not in others}
        with kept_parts(Path(path), names, recordings, joblib.hash(settings)) as parts:
            missing = [i for i in range(len(names)) if i not in parts]
            tracks = self._iter_tracks([recordings[i] for i in missing])
            for i, track in zip(missing, tracks, strict=True):
                if len(track.times):  # or else it is broken, and to be tried again
                    parts.keep(i, self._decode(track))
            table = event_table([parts.read(i) for i in range(len(names))], names)
            if durations is None and str(path).lower().endswith(RAVEN_SUFFIX):
                durations = {name: _seconds(clip) for name, clip in zip(names, recordings, strict=True)}
            write_events(path, table, durations=durations)

    def score(self, X: Sequence, y: Any) -> float:
        """Give the event-based F1 with the usual collars (see `skaudio.metrics.event_based_scores`).

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths
            Their events; see `fit`.

        Returns
        -------
        float
            In [0, 1].
        """
        recordings = check_clips(self, X, reset=False)
        return event_based_f1(self._events_of(recordings, y), self._found(recordings))

    def iter_predict(self, blocks: Iterable[np.ndarray], sr: float) -> Iterator[Event]:
        """Find events in sound that is still coming.

        Parameters
        ----------
        blocks : iterable of array-likes of shape (n_samples,) or (n_samples, n_channels)
            Pieces of the waveform, of any length, as a microphone or a socket gives them: floating-point numbers, or
            PCM as int8, int16, int32 or uint8, which is scaled to [-1, 1]. Channels are averaged, unless the front end
            has a ``channel``.
        sr : float
            Their sampling rate in Hz.

        Yields
        ------
        Event
            Each as soon as nothing that is to come can change it: the same as in the whole recording. With
            ``resolution="frame"`` that takes up to ``window_seconds`` longer.

        Raises
        ------
        AudioError, TypeError
            If a block is of bytes, or of numbers that are no samples, with its number.
        """
        check_is_fitted(self)
        pieces = block_waveforms(blocks, sr, None if self.front_end is None else self.front_end.channel)
        own_sr = self._sampling_rate()
        pieces = pieces if sr == own_sr else resampled(pieces, sr, own_sr)
        units, look = self._scales()
        hop = look.step_seconds
        return decode_live(
            self._scored(units, look, pieces, block_seconds=LIVE_SECONDS),
            lambda first, scores: self._decode(
                Track(look.start_seconds + (first + np.arange(len(scores))) * hop, scores)
            ),
            low_threshold=self.decoding_["low_threshold"],
            # As far as smoothing and gaps reach, what was found may still change.
            n_quiet=int(np.ceil((self.smoothing + self.decoding_["max_gap"]) / hop)) + 4,
        )

    def _events_of(self, recordings: Sequence, y: Any) -> list[list[Event]]:
        events = event_lists(y, recordings)
        check_ends(events, recordings, self._sampling_rate())
        return events

    def _warn_of_silent(self, recordings: Sequence, events: Sequence[Sequence[Event]], tracks: Sequence[Track]) -> None:
        unfound = [i for i, track in enumerate(tracks) if events[i] and not track.scores.any()]
        silent = [i for i in unfound if self._is_silent(recordings[i], i)]
        if silent:
            named = ", ".join(map(str, silent[:5]))
            warnings.warn(
                f"{len(silent)} of {len(tracks)} recordings have events, and no sound above silence_dbfs="
                f"{self.silence_dbfs!r}: recording {named}. Nothing is ever found in such. If there is sound, scale "
                "samples to [-1, 1], or pass silence_dbfs=None.",
                stacklevel=4,
            )

    def _found(self, recordings: Sequence) -> list[list[Event]]:
        return [self._decode(track) for track in self._tracks(recordings)]

    def _decode(self, track: Track) -> list[Event]:
        found = shifted(self._runs(track, self.decoding_, self.smoothing), self.bound_shifts_)
        # To the microsecond: tables are read by people.
        return [event._replace(onset=round(event.onset, 6), offset=round(event.offset, 6)) for event in found]

    def _runs(self, track: Track, decoding: Mapping[str, Any], smoothing: float) -> list[Event]:
        """Decode scores; bounds are as they come."""
        _, look = self._scales()
        return decode_events(
            track.scores,
            self.labels_,
            hop_seconds=look.step_seconds,
            first_seconds=track.times[0] if len(track.times) else 0.0,
            threshold=decoding["threshold"],
            low_threshold=decoding["low_threshold"],
            min_duration=decoding["min_duration"],
            max_gap=decoding["max_gap"],
            smoothing=smoothing,
        )

    def _given_threshold(self, why_not: str) -> float:
        if self.threshold == "tune":
            raise ValueError(f"threshold='tune' needs recordings whose events are known: {why_not}. Give a number.")
        return self.threshold

    def _usual_durations(self, events: Sequence[Sequence[Event]]) -> float | list[float]:
        if self.min_duration is not None:
            return self.min_duration
        own = ([event.duration for some in events for event in some if event.label == name] for name in self.labels_)
        return [SHARE_OF_DURATION * float(np.quantile(durations, SHORT_EVENTS)) for durations in own]

    def _given_decoding(
        self, threshold: float, min_duration: float | list[float] | None = None, max_gap: float | None = None
    ) -> dict[str, Any]:
        return {
            "threshold": threshold,
            "low_threshold": threshold / 2 if self.low_threshold is None else self.low_threshold,
            "min_duration": (self.min_duration or 0.0) if min_duration is None else min_duration,
            "max_gap": self.max_gap if max_gap is None else max_gap,
        }

    def _best_decoding(self, tracks: Sequence[Track], events: Sequence[Sequence[Event]]) -> dict[str, Any]:
        """Find the threshold, least duration and longest gap by which held-out recordings are decoded best."""
        _, look = self._scales()
        n_steps = steps_of(self.smoothing, look.step_seconds)
        smooth = [Track(track.times, smooth_scores(track.scores, n_steps)) for track in tracks]

        def decode(*settings: float) -> list[list[Event]]:
            return [self._runs(track, self._given_decoding(*settings), 0.0) for track in smooth]

        return self._given_decoding(*best_settings(events, decode, self.labels_))


def _labels_of(events: Sequence[Sequence[Event]]) -> set:
    return {event.label for own in events for event in own}


def _classes_overlap(events: Sequence[Event]) -> bool:
    """Return whether events of different classes sound at one time; they are in order of time."""
    ends: dict[Any, float] = {}
    for event in events:
        if event.duration and any(end > event.onset for label, end in ends.items() if label != event.label):
            return True
        ends[event.label] = max(event.offset, ends.get(event.label, 0.0))
    return False


def _seconds(recording: Any) -> float:
    """Look up how long a recording is; a broken one, which is left out, takes no time."""
    try:
        return audio_info(recording).duration_seconds
    except AudioError:
        return 0.0


def _names(recordings: Sequence) -> list:
    return [str(clip) if isinstance(clip, (str, PathLike, Path)) else i for i, clip in enumerate(recordings)]
