"""`EventDetector`: sound event detection in long recordings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.base import _fit_context, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._validation import as_labels, check_clips
from skaudio._warnings import warn_user
from skaudio.events._base_event_detector import BaseEventDetector
from skaudio.events._event import Event
from skaudio.events._event_scores import EventScores, names_of
from skaudio.events._progress import FitProgress, fit_progress, planned_stages
from skaudio.events._reading import is_pretrained
from skaudio.events._track import Track
from skaudio.events.decoding import (
    Decoder,
    FindRuns,
    Target,
    check_classes,
    check_groups,
    check_target,
    default_min_durations,
    median_shifts,
    tune_decoder,
)
from skaudio.events.scanning import kept_units
from skaudio.events.training import (
    ScoreClassifier,
    Training,
    WindowClassifier,
    classes_of_events,
    classes_overlap,
    event_classes,
    held_out_folds,
    tag_lists,
)


class EventDetector(BaseEventDetector):
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
        Front end that computes the frames of a recording, once, however much windows overlap: one of a spectrum, or
        `skaudio.pretrained.PretrainedEmbedding` with ``pooling=None``. Parameters that depend on the whole clip
        (``top_db`` of decibels, ``trim_db``, ``level``, ``normalize``) must be None. If None, windows of the waveform
        are passed to the estimator.
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
    threshold : float, "tune" or None, default=None
        Minimum mean score of an event: a sound that resembles a call for a moment seldom does so for its duration. If
        None, the one chosen by `tune`, or 0.5 before. ``"tune"``: `fit` chooses the threshold, ``min_duration`` and
        ``max_gap`` on held-out recordings, in three folds, which takes three times as long; not available with tags
        alone.
    low_threshold : float, "threshold" or None, default=None
        Minimum score of every part of an event, except in gaps. If None, half of the threshold; ``"threshold"``: the
        threshold.
    min_duration : float or None, default=None
        Minimum duration of an event, in seconds, before its bounds are corrected. If None, the one chosen by tuning;
        without tuning, three quarters of the 0.1 quantile of the durations of its class in `fit`, or 0 if durations are
        unknown.
    max_gap : float or None, default=None
        Maximum gap within an event, in seconds. If None, the one chosen by tuning, or 0 without.
    peak_distance : float or None, default=None
        Distance in seconds from which on two peaks of the score are two events, as where windows are longer than the
        pauses between calls. If None, they are one.
    smoothing : float, default=0.3
        Length of the median filter of scores, in seconds.
    target : "f1", ("precision", float) or ("false_alarms_per_hour", float), default="f1"
        What tuning aims for: the highest event-based F1; or the highest recall with at least that precision, or with at
        most that many false alarms per hour. Events match as in `skaudio.metrics.event_based_scores`.
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
        Number of processes that predictions use, by the active joblib backend, such as Dask. None: 1, unless in a
        `joblib.parallel_config` context.
    on_error : {"raise", "warn"}, default="raise"
        What to do with a recording that cannot be decoded, or kills its process twice, once fitted: raise an error, or
        warn with its name and continue; it then has no events, no scores, and counts of NaN.
    verbose : int, default=0
        If 1, show a progress bar: of recordings, with the processed minutes of the current one; in `fit`, of all stages
        from decoding to tuning, with the time left, as far as it is known from stages of the same kind.
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
        ``threshold``, ``low_threshold``, ``min_duration`` and ``max_gap`` in use: the parameters where they are
        numbers, otherwise those of ``tuned_``, otherwise their defaults; ``min_duration`` is then a list, in the order
        of ``labels_``, after `fit` on events.
    tuned_ : dict
        Those of ``threshold``, ``min_duration`` and ``max_gap`` that tuning has chosen; empty without tuning.
    tuning_scores_ : dict
        ``precision``, ``recall``, ``f1`` and ``false_alarms_per_hour`` on the recordings of tuning: of each group (or
        recording) with the settings chosen on all others; of a single one, with its own. Empty without tuning.
    bound_shifts_ : dict of (float, float)
        Seconds by which onsets and offsets of each class are shifted, from the median error on the recordings of `fit`,
        or those of tuning.

    See Also
    --------
    skaudio.metrics.event_based_scores : Evaluate detected events.
    read_scores : Read scores that were kept.

    Notes
    -----
    ``threshold``, ``low_threshold``, ``min_duration``, ``max_gap``, ``peak_distance`` and ``smoothing`` only affect how
    scores are decoded: set after `fit`, they take effect without training, and `predict_scores` keeps scores so that
    recordings are not processed again.

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

    Decode the same scores with another threshold, and with one that is chosen by recordings with known events.

    >>> kept = detector.predict_scores(scenes.data[3:])
    >>> len(detector.set_params(threshold=0.99).predict(kept)) <= 6
    True
    >>> detector = detector.set_params(threshold=None).tune(scenes.data[2:3], scenes.events[2:3])
    >>> len(detector.predict(kept))
    6
    """

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
        self._close_front_end()
        recordings, target = check_clips(self, X, reset=True), check_target(self.target)
        tags = tag_lists(y, recordings)
        if tags is not None:
            self._decoding_settings().check_no_tuning("tags")
            labels = event_classes((label for tags_i in tags for label in tags_i), self.background)
            with self._training(len(recordings)) as training:
                return self._adopt(training.on_tags(recordings, tags, labels))
        events = self._events_of(recordings, y)
        labels, multilabel = classes_of_events(events, self.background), any(map(classes_overlap, events))
        frozen, tunes = isinstance(self.estimator, FrozenEstimator), isinstance(self.threshold, str)
        folds = held_out_folds(recordings, groups) if tunes and not frozen else []
        recordings = list(recordings)
        with self._training(len(recordings), [len(test) for _, test in folds]) as training:
            out_of_fold = training.held_out_tracks(recordings, events, folds, labels, multilabel=multilabel)
            model = training.on_events(recordings, events, labels, multilabel=multilabel)
            self._adopt(model, default_min_durations(events, model.labels))
            scanner = replace(self._scanner(verbose=0), reader=training.reader)
            if tunes:
                scored = scanner.tracks(recordings)  # computed when iterated over
                tracks = out_of_fold or list(training.progress.through("scores", scored, len(recordings)))
                self._tune_on(tracks, events, groups, target, training.progress)
                is_scored = [bool(track.scores.any()) for track in tracks]
            else:
                runs = scanner.results(recordings, FindRuns(self._decoder()))
                found = list(training.progress.through("scores", runs, len(recordings)))
                self.bound_shifts_ = median_shifts(events, [events_i for events_i, _ in found], self.labels_)
                is_scored = [is_scored_i for _, is_scored_i in found]
        scanner.reader.warn_if_silent(recordings, events, is_scored)
        return self

    @atomic
    def tune(self, X: Sequence, y: Any, groups: Any = None, *, target: Target | None = None) -> Self:
        """Choose the settings of decoding anew, on recordings with known events, without training.

        The threshold is chosen, and those of ``min_duration`` and ``max_gap`` that are None. Bounds of events are
        corrected by these recordings, which should not be those of `fit`: a classifier is overconfident on these.

        Parameters
        ----------
        X : batch of clips or EventScores
            Recordings, or their scores.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths
            Events of the recordings; see `fit`.
        groups : array-like of shape (n_recordings,), default=None
            Groups of recordings, such as sites, for ``tuning_scores_``: each group is scored with the settings chosen
            on all others. If None, each recording is one.
        target : "f1", ("precision", float), ("false_alarms_per_hour", float) or None, default=None
            What to aim for; see the class. If None, the parameter ``target``.

        Returns
        -------
        self : estimator
            The detector, with other settings of decoding; unchanged if an error is raised.

        Raises
        ------
        AudioError, TypeError, ValueError
            If ``threshold`` is a number, so that there is nothing to choose, if a recording cannot be decoded, if
            events do not match the recordings or have other classes, if there are none, or if the target is invalid.

        Warns
        -----
        UserWarning
            If no settings reach the target on these recordings: the nearest ones are used.

        Examples
        --------
        Use the settings that find the most calls with at most one false alarm per hour::

            detector.tune(recordings, read_events("marks.csv"), target=("false_alarms_per_hour", 1.0))
        """
        check_is_fitted(self)
        self._validate_params()
        target = check_target(self.target if target is None else target)
        if isinstance(self.threshold, Real):
            raise ValueError(
                f"threshold={self.threshold!r} is a number, which is used as it is. Call set_params(threshold=None) "
                "before tune."
            )
        recordings = self._recordings(X)
        if tag_lists(y, names_of(recordings)) is not None:
            raise ValueError("tune requires strong labels, events with onset and offset; got tags.")
        events = self._events_of(recordings, y)
        check_classes(events, self.labels_)
        check_groups(groups, len(recordings))
        self._tune_on(list(self._tracks(recordings)), events, groups, target)
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
        detector._decoding_settings().check_no_tuning("a fitted classifier")
        return detector._adopt(model)

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
            "low_threshold": "threshold",
            "peak_distance": window_seconds + hop_seconds,
        }
        detector = cls(FrozenEstimator(classifier), **{**defaults, **params})
        detector._validate_params()
        labels = classifier.classes_
        fitted = WindowClassifier(detector.estimator, labels, np.arange(len(labels)), multilabel=True)
        detector._decoding_settings().check_no_tuning("a pretrained model")
        return detector._adopt(fitted)

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
        self._close_front_end()
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
        self._decoding_settings().check_no_tuning("clips")
        front_end = self._opened_front_end()
        data = clips if front_end is None else front_end.transform(clips)
        model = WindowClassifier.from_fitted(clone(self.estimator).fit(data, y), background)
        return self._adopt(model)

    # ---- fitting

    @contextmanager
    def _training(self, n_recordings: int, n_held_out: Sequence[int] = ()) -> Iterator[Training]:
        """Yield what trains the classifier, with a progress bar; frames of a pretrained model are computed once."""
        frozen = isinstance(self.estimator, FrozenEstimator)
        stages = planned_stages(
            n_recordings,
            n_held_out,
            fits=not frozen,
            mines=self.mine_negatives,
            tunes=isinstance(self.threshold, str),
        )
        keeps = is_pretrained(self.front_end) and not frozen
        with fit_progress(stages, verbose=self.verbose) as progress, kept_units(keeps) as kept:
            reader = replace(self._reader(), kept=kept)
            yield Training(
                estimator=self.estimator,
                reader=reader,
                background=self.background,
                mine_negatives=self.mine_negatives,
                n_overlays=self.n_overlays,
                random_state=self.random_state,
                scanner_of=lambda model: replace(self._scanner_of(model), reader=reader),
                progress=progress,
            )

    def _adopt(self, model: WindowClassifier, min_durations: float | list[float] = 0.0) -> Self:
        """Set the fitted attributes; bounds of events are not corrected."""
        self._reader()  # raises an error for incompatible parameters
        self.estimator_, self.labels_, self._columns = model.estimator, model.labels, model.columns
        self.multilabel_, self.sr_ = model.multilabel, self._sampling_rate()
        self._min_durations = min_durations
        self.tuned_: dict[str, float] = {}
        self.tuning_scores_: dict[str, float] = {}
        self.bound_shifts_ = dict.fromkeys(self.labels_, (0.0, 0.0))
        return self

    def _tracks(self, recordings: Sequence) -> Iterator[Track]:
        return iter(recordings) if isinstance(recordings, EventScores) else self._scanner().tracks(recordings)

    def _tune_on(
        self,
        tracks: Sequence[Track],
        events: Sequence[Sequence[Event]],
        groups: Any,
        target: Target,
        progress: FitProgress | None = None,
    ) -> None:
        """Set the settings that decode the scores of recordings best, and correct the bounds by these."""
        step_seconds = self._reader().resolution.step_seconds
        settings = self._decoding_settings()
        decoder = Decoder(self.labels_, step_seconds, {}, self.peak_distance, self.smoothing)
        tuned = tune_decoder(
            decoder, settings.complete, tracks, events, settings.given(), groups, target=target, progress=progress
        )
        self.tuned_, self.tuning_scores_, self.bound_shifts_ = tuned.chosen, tuned.scores, tuned.shifts
        if tuned.missed is not None:
            warn_user(tuned.missed)
