"""`EventDetector`: sound event detection in long recordings."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, _fit_context, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import as_labels, check_clips, stack_frames
from skaudio.events._bounds import median_shifts, shifted
from skaudio.events._clock_bins import bin_offset
from skaudio.events._clock_counts import clock_counts
from skaudio.events._counting import count_table
from skaudio.events._decoding import decode_events, smooth_scores, steps_of
from skaudio.events._ends import check_ends, stated_seconds
from skaudio.events._event import Event
from skaudio.events._event_tables import check_format, event_lists, event_table, write_events
from skaudio.events._file_names import check_names, recording_names
from skaudio.events._live import block_waveforms, decode_live
from skaudio.events._parts import kept_parts
from skaudio.events._reader import Reader
from skaudio.events._recording_starts import recording_starts
from skaudio.events._resolutions import FrameResolution, WindowResolution
from skaudio.events._scanner import Scanner
from skaudio.events._score_classifier import ScoreClassifier
from skaudio.events._table_reading import RAVEN_SUFFIX
from skaudio.events._tags import tag_lists
from skaudio.events._track import Track
from skaudio.events._training_set import hard_negatives, training_set
from skaudio.events._tuning import best_settings, held_out_tracks
from skaudio.events._units import Units
from skaudio.events._window_classifier import WindowClassifier, last_step
from skaudio.io._open_clip import resampled
from skaudio.metrics import event_based_f1

MIN_DURATION_SHARE, SHORT_EVENT_QUANTILE = 0.75, 0.1  # for the default minimum duration of a class
LIVE_SECONDS = 0.25  # block length of live streams


class EventDetector(VersionedPickleMixin, BaseEstimator):
    """Detect the events of long recordings with any classifier of short clips, or a network that predicts each frame.

    A classifier scores overlapping windows; a network scores the frames of longer windows. Scores over time are decoded
    into events (see `decode_events`). Recordings are processed block by block: apart from its scores, a day of sound
    takes no more memory than an hour.

    Parameters
    ----------
    estimator : classifier
        Classifier of windows: a pipeline that takes clips, such as ``make_pipeline(MFCC(sr=16000), StatPooling(),
        SVC())``; or, with a ``front_end``, one that takes frames, such as `skaudio.estimators.CNNClassifier`. It is
        cloned. Wrap one that is already fitted in `sklearn.frozen.FrozenEstimator`.
    front_end : front end or None, default=None
        Front end that computes the frames of a recording, once, however much windows overlap. Parameters that depend on
        the whole clip (``top_db``, ``trim_db``, ``level``, ``normalize``) must be None. If None, windows of the
        waveform are passed to the estimator.
    sr : float or None, default=None
        Sampling rate in Hz that recordings are resampled to; must equal that of the front end. If None, that of the
        front end.
    resolution : {"window", "frame"}, default="window"
        Unit of the scores: windows, each classified as a clip; or frames, predicted by a network with `fit_frames` and
        `predict_frames`, such as `skaudio.estimators.CRNNClassifier`, which needs a ``front_end``. The latter has the
        time resolution of the frames, and computes nothing twice where windows overlap.
    window_seconds : float or None, default=None
        Length of a window, about that of the shortest event; with ``resolution="frame"``, several times that of the
        longest event. If None, 1; with ``resolution="frame"``, 10.
    hop_seconds : float or None, default=None
        Time from one window to the next. If None, a tenth of the window length; with ``resolution="frame"``, four
        fifths.
    center : bool, default=True
        Whether the first window is centred on the start of a recording, padded with silence, or begins there: with
        ``center=False`` and ``hop_seconds=window_seconds``, windows are consecutive slices. Not used with
        ``resolution="frame"``.
    threshold : float or "tune", default=0.5
        Minimum mean score of an event: a sound that resembles a call for a moment seldom does so for its duration.
        ``"tune"``: `fit` chooses the threshold, ``min_duration`` and ``max_gap`` that maximize the event-based F1 on
        held-out recordings, in three folds, which takes three times as long. Not available with tags alone.
    low_threshold : float or None, default=None
        Minimum score of every part of an event, except in gaps. If None, half of the threshold.
    min_duration : float or None, default=None
        Minimum duration of an event, in seconds, before its bounds are corrected. If None, three quarters of the 0.1
        quantile of the durations of its class in `fit`; 0 if durations are unknown.
    max_gap : float, default=0.0
        Maximum gap within an event, in seconds.
    peak_distance : float or None, default=None
        Distance in seconds from which on two peaks of the score are two events, as where windows are longer than the
        pauses between calls. If None, they are one.
    smoothing : float, default=0.3
        Length of the median filter of scores, in seconds.
    silence_dbfs : float or None, default=-90.0
        Peak level, in decibels relative to full scale, up to which sound is silence and scores are set to 0: where a
        recorder is muted or channels cancel out, a classifier may predict any class, as it was never trained on such
        windows. A score needs a louder sound within its window; with ``resolution="frame"``, within half a second to
        either side. The default is the last of 16 bits: quiet recordings with more bits need a lower level, and
        samples that are not scaled to [-1, 1] may need None, which disables the limit.
    background : object, default="background"
        Label of windows without any event.
    mine_negatives : bool, default=True
        Whether to fit a second time with hard negatives: background windows that were classified as events.
    n_overlays : int, default=2
        Number of times that each event is also mixed with another background for training, at a gain of -10 to 3 dB.
    n_jobs : int or None, default=None
        Number of processes that `predict` uses.
    on_error : {"raise", "warn"}, default="raise"
        What to do with a recording that cannot be decoded, once fitted: raise an error, or warn with its name and
        continue; it then has no events, no scores, and counts of NaN.
    verbose : int, default=0
        If 1, show a progress bar over recordings, with the processed minutes of the current one.
    random_state : int, RandomState instance or None, default=None
        Controls the choice of background windows.

    Attributes
    ----------
    estimator_ : classifier
        Fitted classifier.
    labels_ : list of str
        Event classes.
    multilabel_ : bool
        Whether events of different classes may overlap, so that windows have several labels.
    sr_ : float
        Sampling rate in Hz that recordings are resampled to.
    decoding_ : dict
        ``threshold``, ``low_threshold``, ``min_duration`` and ``max_gap`` in use; ``min_duration`` is a list, in the
        order of ``labels_``, if the parameter is None.
    bound_shifts_ : dict of (float, float)
        Seconds by which onsets and offsets of each class are shifted, from the median error on the training or held-out
        recordings.

    See Also
    --------
    skaudio.metrics.event_based_scores : Evaluate detected events.

    Examples
    --------
    Fit to recordings with labelled events, and evaluate on another recording.

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

    Detect the events of a recording, and count them.

    >>> table = detector.predict(scenes.data[3:])
    >>> table.columns.tolist()
    ['recording', 'onset', 'offset', 'label', 'score']
    >>> len(table), len(scenes.events[3])
    (6, 6)
    >>> bool((table.onset - [event[0] for event in scenes.events[3]]).abs().max() < 0.2)  # in seconds
    True
    >>> int(detector.count(scenes.data[3:]).trill[0])
    6
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
        "peak_distance": [None, Interval(Real, 0, None, closed="neither")],
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
        peak_distance: float | None = None,
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
        self.peak_distance = peak_distance
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
        """Fit the classifier on recordings with strong labels (events) or weak labels (tags).

        Windows are labelled by their overlap with events, relative to the shorter of both; ambiguous ones are left out.
        All windows of events are used, up to 40 of each event, and twice as many of the background. Frames, in some
        windows around each event and in others, are labelled by the events at their time.

        Parameters
        ----------
        X : batch of clips
            Recordings: paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts. They are decoded one at a time.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths; or tags
            Strong labels: events of each recording, in seconds; one table, as returned by `event_table`; or a label
            file for each recording (see `read_events`). Events may end up to half a second after their recording.

            A table names the recordings by their paths, by shorter but unambiguous names, such as file names with or
            without suffix, or by their indices in ``X``. A row with a recording and nothing else marks a recording
            without events.

            Weak labels (tags): a list of labels for each recording, a table without ``onset``, or one of zeros and ones
            with a column for each class. With ``resolution="frame"``, a network with a suitable pooling over time, such
            as ``"linear_softmax"``, learns from them when a class is active. It is trained on whole recordings, which
            should last seconds to a few minutes.
        groups : array-like of shape (n_recordings,), default=None
            Groups of recordings, such as sites: with ``threshold="tune"``, recordings of a group are held out together.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a recording cannot be decoded, if events do not match the recordings (in number, by name, or because they
            are past the end), if there are none, or if the front end cannot be applied block by block.
        """
        recordings = check_clips(self, X, reset=True)
        tags = tag_lists(y, recordings)
        if tags is not None:
            labels = self._event_classes(label for tags_i in tags for label in tags_i)
            decoding = self._make_decoding(self._check_threshold("tags"))
            return self._adopt(self._fit_on_tags(recordings, tags, labels), decoding)
        events = self._events_of(recordings, y)
        labels = self._event_classes(event.label for events_i in events for event in events_i)
        if not any(event.duration for events_i in events for event in events_i):
            raise ValueError("All events have a duration of 0 s; expected offsets after the onsets.")
        kinds: dict[str, Any] = {"labels": labels, "multilabel": any(map(_classes_overlap, events))}
        if isinstance(self.threshold, str):  # to be tuned
            tracks = self._held_out_tracks(recordings, events, groups, **kinds)
            model = self._fit_on_events(recordings, events, **kinds)
            self._adopt(model, self._best_decoding(tracks, events, model.labels))
        else:
            model = self._fit_on_events(recordings, events, **kinds)
            self._adopt(model, self._make_decoding(self.threshold, self._default_min_durations(events, model.labels)))
            tracks = self._tracks(recordings)
        self._warn_if_silent(recordings, events, tracks)
        self.bound_shifts_ = median_shifts(events, [self._decode(track) for track in tracks], self.labels_)
        return self

    @classmethod
    def from_classifier(cls, estimator: Any, labels: Sequence[str] | None = None, **params: Any) -> Self:
        """Create a detector from a fitted classifier, without any recordings.

        Parameters
        ----------
        estimator : classifier
            Classifier fitted on clips or, with a ``front_end``, on frames; see the class.
        labels : sequence of str or None, default=None
            Names of its classes, in the order of its ``classes_``. If None, ``classes_``.
        **params : dict
            Parameters of the detector, such as ``sr`` or ``front_end`` and ``window_seconds``. For a classifier of True
            and False, or 1 and 0, the background is False or 0 by default.

        Returns
        -------
        EventDetector
            Fitted estimator; bounds of events are not corrected.

        Raises
        ------
        ValueError, TypeError
            If the classifier is not fitted, if the numbers of labels and classes differ, or if none is the background.

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
        names = detector.estimator.classes_.tolist() if labels is None else list(labels)
        binary = "background" not in params and set(names) <= {0, 1}
        background = 0 if binary else detector.background
        model = WindowClassifier.from_fitted(detector.estimator, background, names)
        decoding = detector._make_decoding(detector._check_threshold("a fitted classifier"))
        return detector._adopt(model, decoding)

    @classmethod
    def from_scores(cls, model: Any, classes: str | Sequence[str] | None = None, **params: Any) -> Self:
        """Create a detector from the class scores of a pretrained model, without training.

        Parameters
        ----------
        model : PretrainedEmbedding, str, PathLike, keras.Model or callable
            The model, such as ``"birdnet"``; see `skaudio.pretrained.PretrainedEmbedding`, whose parameters other than
            ``output``, ``pooling`` and ``hop_seconds`` are used.
        classes : str, sequence of str or None, default=None
            Names of the classes to detect. None: all classes of the model.
        **params : dict
            Parameters of the detector. By default, ``hop_seconds`` is half of the model's window,
            ``peak_distance`` their sum, beyond which two windows have no sound in common, and ``low_threshold`` the
            threshold. Several classes may be active at once.

        Returns
        -------
        EventDetector
            Fitted estimator; bounds of events are not corrected.

        Raises
        ------
        ModelError
            If the model cannot be used, or has no scores.
        ValueError
            If it has no such class.

        Examples
        --------
        Any function of windows is a model; here, its scores are the levels below and above 1 kHz.

        >>> import numpy as np
        >>> from skaudio.events import EventDetector
        >>> from skaudio.pretrained import PretrainedEmbedding
        >>> def levels(windows):
        ...     spectra = np.abs(np.fft.rfft(windows)) / windows.shape[1]
        ...     return np.stack([spectra[:, :200].max(axis=1), spectra[:, 200:].max(axis=1)], axis=1)
        >>> model = PretrainedEmbedding(levels, sr=8000, window_seconds=0.2, class_names=["low", "high"])
        >>> detector = EventDetector.from_scores(model, "high", threshold=0.2)
        >>> t = np.arange(8000) / 8000
        >>> recording = np.sin(2 * np.pi * np.where((t > 0.4) & (t < 0.6), 3000, 500) * t)
        >>> detector.predict([recording])[["onset", "offset", "label"]].round(1).values.tolist()
        [[0.4, 0.6, 'high']]

        Count the calls of a bird with BirdNET::

            EventDetector.from_scores("birdnet", "Perissocephalus tricolor").count(["morning.mp3", "evening.mp3"])
        """
        classifier = ScoreClassifier(model, classes).fit()
        window_seconds = classifier.embedding_.window_seconds_
        hop_seconds = params.get("hop_seconds", window_seconds / 2)
        defaults = {
            "sr": classifier.embedding_.rate,
            "window_seconds": window_seconds,
            "hop_seconds": hop_seconds,
            "low_threshold": params.get("threshold", 0.5),
            "peak_distance": window_seconds + hop_seconds,
        }
        detector = cls(FrozenEstimator(classifier), **{**defaults, **params})
        detector._validate_params()
        labels = classifier.classes_
        fitted = WindowClassifier(detector.estimator, labels, np.arange(len(labels)), multilabel=True)
        return detector._adopt(fitted, detector._make_decoding(detector._check_threshold("a pretrained model")))

    @atomic
    @_fit_context(prefer_skip_nested_validation=False)
    def fit_clips(self, X: Sequence, y: Any) -> Self:
        """Fit the classifier on clips, to apply it to long recordings.

        Parameters
        ----------
        X : batch of clips
            Clips, about as long as a window.
        y : array-like of shape (n_clips,)
            Class labels; ``background`` for clips without an event. For True and False, or 1 and 0, the background is
            False or 0.

        Returns
        -------
        self : estimator
            Fitted estimator; bounds of events are not corrected.

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
                f"No clip is labelled {self.background!r}. Add clips of the background, or pass their label as "
                "background."
            )
        self._reader()
        decoding = self._make_decoding(self._check_threshold("clips"))
        data = clips if self.front_end is None else self.front_end.transform(clips)
        model = WindowClassifier.from_fitted(clone(self.estimator).fit(data, y), background)
        return self._adopt(model, decoding)

    def predict(self, X: Sequence) -> Any:
        """Detect the events of each recording.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.

        Returns
        -------
        pandas.DataFrame
            Table with the columns ``recording`` (path, or index in ``X``), ``onset``, ``offset`` (in seconds),
            ``label`` and ``score`` (mean over the event), in order of time.

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded; the message has its index and path.
        """
        recordings = check_clips(self, X, reset=False)
        table = event_table(self._detect(recordings), recording_names(recordings))
        return table if "score" in table.columns else table.assign(score=np.zeros(len(table)))

    def predict_proba(self, X: Sequence) -> list[Track]:
        """Predict the scores of each recording over time.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.

        Returns
        -------
        list of Track
            For each recording, ``(times, scores)``: centres of windows (or frames) in seconds, and scores ``(n_steps,
            n_classes)`` in the order of ``labels_``.
        """
        return self._tracks(check_clips(self, X, reset=False))

    def count(self, X: Sequence, *, bin_seconds: float | None = None, by: Any = None, starts: Any = "auto") -> Any:
        """Count the events of each class per recording, per time bin, or by the clock.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.
        bin_seconds : float or None, default=None
            Length of time bins, such as 3600, from the start of each recording: an event is counted in the bin of its
            onset. If None, events are counted per recording, or by the clock.
        by : str, timedelta, DateOffset or None, default=None
            Length of bins by the clock, across recordings: ``"minute"``, ``"hour"``, ``"day"``, ``"week"``,
            ``"month"``, ``"year"``, or a frequency of pandas, such as ``"30min"`` or ``"D"``; see `count_events`.
        starts : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
            Start times of the recordings for ``by``, such as those of `recording_starts`; or where the recordings state
            them (see there).

        Returns
        -------
        pandas.DataFrame
            A row for each recording (or bin: by ``recording`` and ``start``, in seconds), including those without any
            event, and a column for each of ``labels_``. With ``by``, a row for each bin in which something was
            recorded, by its ``start_time``, and a further column ``recorded_minutes``.

        Raises
        ------
        ValueError
            If ``bin_seconds`` is not positive, if ``by`` is unknown or both are passed, or if the start of a recording
            is unknown.

        See Also
        --------
        count_events : Count the events in a table.
        """
        if bin_seconds is not None and not bin_seconds > 0:
            raise ValueError(f"bin_seconds={bin_seconds!r}; expected a positive number or None.")
        if bin_seconds is not None and by is not None:
            raise ValueError(f"Got bin_seconds={bin_seconds!r} and by={by!r}; expected one of them.")
        recordings = check_clips(self, X, reset=False)
        if by is not None:  # errors before any computation
            bin_offset(by)
            times = recording_starts(recordings, starts)
        tracks = self._tracks(recordings)
        resolution = self._reader().resolution
        lengths = [max(track.times[-1], resolution.step_seconds) if len(track.times) else 0.0 for track in tracks]
        events = [self._decode(track) for track in tracks]
        if by is None:
            return count_table(recording_names(recordings), events, lengths, self.labels_, bin_seconds)
        # The last score is up to a step before the end of a recording.
        seconds = [
            (stated_seconds(clip, self.sr_) or length) if length else 0.0
            for clip, length in zip(recordings, lengths, strict=True)
        ]
        return clock_counts(events, times, seconds, self.labels_, by)

    def predict_to(self, path: str | PathLike, X: Sequence, *, durations: Mapping[str, float] | None = None) -> None:
        """Detect the events of many recordings and write them to a file, resuming if interrupted.

        The events of each recording are cached in a folder next to the file, which is removed at the end. After an
        interruption, a second call resumes from there. A recording whose file has changed in size or modification time,
        or whose array has changed, is processed again.

        Parameters
        ----------
        path : str or PathLike
            Path of the table; see `write_events` for the formats. It is written at the end, at once.
        X : batch of clips
            Recordings; see `fit`.
        durations : dict of str to float or None, default=None
            Seconds of each recording, for a Raven selection table of several. If None, they are read from the
            recordings. See `write_events`, also on names that spreadsheets interpret as formulas.

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded. Events detected before are kept.
        ValueError
            If the folder belongs to other recordings or another detector, or if the format is unknown, or cannot hold
            several recordings.
        """
        check_is_fitted(self)
        recordings = check_clips(self, X, reset=False)
        names = recording_names(recordings)
        check_format(path, names, self.labels_, durations)
        check_names(Path(path), names)
        # Parameters that do not affect the detected events.
        excluded = {"verbose", "n_jobs", "on_error"}
        settings = {name: value for name, value in vars(self).items() if name not in excluded}
        with kept_parts(Path(path), names, recordings, joblib.hash(settings)) as parts:
            missing = [i for i in range(len(names)) if i not in parts]
            tracks = self._scanner().tracks([recordings[i] for i in missing])
            for i, track in zip(missing, tracks, strict=True):
                if len(track.times):  # otherwise it cannot be decoded, and is retried in the next call
                    parts.keep(i, self._decode(track))
            table = event_table([parts.read(i) for i in range(len(names))], names)
            if durations is None and str(path).lower().endswith(RAVEN_SUFFIX):
                durations = {name: stated_seconds(clip, self.sr_) for name, clip in zip(names, recordings, strict=True)}
            write_events(path, table, durations=durations)

    def score(self, X: Sequence, y: Any) -> float:
        """Return the event-based F1 with the usual collars (see `skaudio.metrics.event_based_scores`).

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths
            Events of the recordings; see `fit`.

        Returns
        -------
        float
            Event-based F1, in [0, 1].
        """
        recordings = check_clips(self, X, reset=False)
        return float(event_based_f1(self._events_of(recordings, y), self._detect(recordings)))

    def iter_predict(self, blocks: Iterable[np.ndarray], sr: float) -> Iterator[Event]:
        """Detect events in a live stream of audio blocks.

        Parameters
        ----------
        blocks : iterable of array-likes of shape (n_samples,) or (n_samples, n_channels)
            Blocks of the waveform, of any length, such as from a microphone or a socket: floating-point numbers, or PCM
            as int8, int16, int32 or uint8, which is scaled to [-1, 1]. Channels are averaged, unless the front end has
            a ``channel``.
        sr : float
            Sampling rate of the blocks in Hz.

        Yields
        ------
        Event
            Each event as soon as later blocks cannot change it: the same as for the whole recording. With
            ``resolution="frame"``, the delay is up to ``window_seconds`` longer.

        Raises
        ------
        AudioError, TypeError
            If a block is of bytes, or of numbers that are not samples; the message has its index.
        """
        check_is_fitted(self)
        pieces = block_waveforms(blocks, sr, None if self.front_end is None else self.front_end.channel)
        pieces = pieces if sr == self.sr_ else resampled(pieces, sr, self.sr_)
        scanner = self._scanner()
        resolution = scanner.reader.resolution
        hop = resolution.step_seconds
        return decode_live(
            scanner.stream(pieces, block_seconds=LIVE_SECONDS),
            lambda first, scores: self._decode(
                Track(resolution.start_seconds + (first + np.arange(len(scores))) * hop, scores)
            ),
            low_threshold=self.decoding_["low_threshold"],
            # Smoothing and gaps may still change the events in these steps.
            n_quiet=int(np.ceil((self.smoothing + self.decoding_["max_gap"]) / hop)) + 4,
        )

    # ---- fitting

    def _event_classes(self, labels: Iterable) -> list:
        """Return the classes in order, each once."""
        classes = sorted(set(labels), key=str)
        if not classes:
            raise ValueError("The recordings have no events; expected at least one. To train on clips, use fit_clips.")
        if self.background in classes:
            raise ValueError(
                f"background={self.background!r} is the label of an event. Use another label for the background."
            )
        return classes

    def _fit_on_events(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], *, labels: list, multilabel: bool
    ) -> WindowClassifier:
        """Fit the classifier on windows of recordings, and again with hard negatives."""
        if isinstance(self.estimator, FrozenEstimator):
            return WindowClassifier.from_fitted(self.estimator, self.background)
        reader = self._reader()
        rng = np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))
        chosen = training_set(reader, recordings, events, labels, n_overlays=self.n_overlays, rng=rng)

        def fit(windows: np.ndarray, targets: np.ndarray) -> WindowClassifier:
            return WindowClassifier.fit(
                self.estimator, reader, windows, targets, labels, background=self.background, multilabel=multilabel
            )

        model = fit(chosen.windows, chosen.targets)
        if self.mine_negatives:
            hard = hard_negatives(self._scanner_of(model), recordings, chosen)
            if len(hard):
                model = fit(*chosen.with_negatives(hard))
        return model

    def _fit_on_tags(self, recordings: Sequence, tags: Sequence[Sequence], labels: list) -> WindowClassifier:
        """Fit the network on whole recordings, each with its tags."""
        if self.resolution != "frame":
            raise ValueError(
                f"Training on tags requires resolution='frame', got {self.resolution!r}. Use it with a network such as "
                "skaudio.estimators.CRNNClassifier, or pass events."
            )
        reader = self._reader()
        frames = reader.units.marked(stack_frames([reader.read_sounding(clip, i) for i, clip in enumerate(recordings)]))
        y = np.array([[label in tags_i for label in labels] for tags_i in tags], int)
        multilabel = len(labels) > 1
        fitted = clone(self.estimator).fit(frames, y if multilabel else y[:, 0])
        return WindowClassifier(fitted, labels, np.arange(len(labels)) if multilabel else np.array([1]), multilabel)

    def _held_out_tracks(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], groups: Any, **kinds: Any
    ) -> list[Track]:
        """Compute the scores of recordings by classifiers that were not fitted on them."""

        def scanner(rows: Sequence[int]) -> Scanner:
            subset = [recordings[i] for i in rows], [events[i] for i in rows]
            return self._scanner_of(self._fit_on_events(*subset, **kinds))

        if isinstance(self.estimator, FrozenEstimator):
            return list(scanner(range(len(recordings))).tracks(recordings))
        return held_out_tracks(scanner, recordings, groups)

    def _adopt(self, model: WindowClassifier, decoding: dict[str, Any]) -> Self:
        """Set the fitted attributes; bounds of events are not corrected."""
        self._reader()  # raises an error for incompatible parameters
        self.estimator_, self.labels_, self._columns = model.estimator, model.labels, model.columns
        self.multilabel_, self.decoding_, self.sr_ = model.multilabel, decoding, self._sampling_rate()
        self.bound_shifts_ = dict.fromkeys(self.labels_, (0.0, 0.0))
        return self

    # ---- scores

    def _reader(self) -> Reader:
        units = Units(self._sampling_rate(), self.front_end)
        channel = None if self.front_end is None else self.front_end.channel
        if self.resolution == "window":
            resolution = WindowResolution(units.rate, self.window_seconds, self.hop_seconds, center=self.center)
            return Reader(units, resolution, self.silence_dbfs, channel)
        if self.front_end is None or not hasattr(self.estimator, "predict_frames"):
            raise ValueError(
                "resolution='frame' requires a front_end and an estimator with predict_frames, such as "
                f"skaudio.estimators.CRNNClassifier; got front_end={self.front_end!r} and {last_step(self.estimator)}."
            )
        resolution = FrameResolution(units.rate, self.window_seconds, self.hop_seconds)
        return Reader(units, resolution, self.silence_dbfs, channel)

    def _scanner_of(self, model: WindowClassifier) -> Scanner:
        return Scanner(self._reader(), model.estimator, model.columns, self.on_error, self.n_jobs, self.verbose)

    def _scanner(self) -> Scanner:
        check_is_fitted(self)
        return Scanner(self._reader(), self.estimator_, self._columns, self.on_error, self.n_jobs, self.verbose)

    def _tracks(self, recordings: Sequence) -> list[Track]:
        return list(self._scanner().tracks(recordings))

    def _sampling_rate(self) -> float:
        if self.front_end is None:
            if self.sr is None:
                raise ValueError("sr=None requires a front_end. Pass sr, in Hz.")
            return self.sr
        if self.sr is not None and self.sr != self.front_end.sr:
            raise ValueError(f"sr={self.sr!r}; expected {self.front_end.sr!r}, as in the front end. Omit sr.")
        return self.front_end.sr

    # ---- events

    def _events_of(self, recordings: Sequence, y: Any) -> list[list[Event]]:
        events = event_lists(y, recordings)
        check_ends(events, recordings, self._sampling_rate())
        return events

    def _warn_if_silent(self, recordings: Sequence, events: Sequence[Sequence[Event]], tracks: Sequence[Track]) -> None:
        undetected = [i for i, track in enumerate(tracks) if events[i] and not track.scores.any()]
        silent = [i for i in undetected if self._reader().is_silent(recordings[i], i)]
        if silent:
            named = ", ".join(map(str, silent[:5]))
            warnings.warn(
                f"{len(silent)} of {len(tracks)} recordings have events, but no sound above silence_dbfs="
                f"{self.silence_dbfs!r}: recording {named}. No events are detected in them. If there is sound, scale "
                "samples to [-1, 1], or pass silence_dbfs=None.",
                stacklevel=4,
            )

    def _detect(self, recordings: Sequence) -> list[list[Event]]:
        return [self._decode(track) for track in self._tracks(recordings)]

    def _decode(self, track: Track) -> list[Event]:
        events = shifted(self._runs(track, self.labels_, self.decoding_, self.smoothing), self.bound_shifts_)
        # Rounded to microseconds, for readable tables.
        return [event._replace(onset=round(event.onset, 6), offset=round(event.offset, 6)) for event in events]

    def _runs(self, track: Track, labels: list, decoding: Mapping[str, Any], smoothing: float) -> list[Event]:
        """Decode scores into events, without correcting their bounds."""
        return decode_events(
            track.scores,
            labels,
            hop_seconds=self._reader().resolution.step_seconds,
            first_seconds=track.times[0] if len(track.times) else 0.0,
            threshold=decoding["threshold"],
            low_threshold=decoding["low_threshold"],
            min_duration=decoding["min_duration"],
            max_gap=decoding["max_gap"],
            peak_distance=self.peak_distance,
            smoothing=smoothing,
        )

    def _check_threshold(self, source: str) -> float:
        if isinstance(self.threshold, str):
            raise ValueError(f"threshold='tune' requires recordings with strong labels, got {source}. Use a number.")
        return self.threshold

    def _default_min_durations(self, events: Sequence[Sequence[Event]], labels: list) -> float | list[float]:
        if self.min_duration is not None:
            return self.min_duration
        by_label = (
            [event.duration for events_i in events for event in events_i if event.label == name] for name in labels
        )
        return [MIN_DURATION_SHARE * float(np.quantile(durations, SHORT_EVENT_QUANTILE)) for durations in by_label]

    def _make_decoding(
        self, threshold: float, min_duration: float | list[float] | None = None, max_gap: float | None = None
    ) -> dict[str, Any]:
        return {
            "threshold": threshold,
            "low_threshold": threshold / 2 if self.low_threshold is None else self.low_threshold,
            "min_duration": (self.min_duration or 0.0) if min_duration is None else min_duration,
            "max_gap": self.max_gap if max_gap is None else max_gap,
        }

    def _best_decoding(
        self, tracks: Sequence[Track], events: Sequence[Sequence[Event]], labels: list
    ) -> dict[str, Any]:
        """Choose the threshold, minimum duration and maximum gap that decode held-out recordings best."""
        n_steps = steps_of(self.smoothing, self._reader().resolution.step_seconds)
        smooth = [Track(track.times, smooth_scores(track.scores, n_steps)) for track in tracks]

        def decode(*settings: float) -> list[list[Event]]:
            return [self._runs(track, labels, self._make_decoding(*settings), 0.0) for track in smooth]

        return self._make_decoding(*best_settings(events, decode, labels))


def _classes_overlap(events: Sequence[Event]) -> bool:
    """Return whether events of different classes overlap; they must be in order of time."""
    ends: dict[Any, float] = {}
    for event in events:
        if event.duration and any(end > event.onset for label, end in ends.items() if label != event.label):
            return True
        ends[event.label] = max(event.offset, ends.get(event.label, 0.0))
    return False
