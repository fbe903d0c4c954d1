"""What a fitted detector does: it reads recordings, scores and decodes them, and writes tables of their events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from os import PathLike
from typing import Any, ClassVar

import joblib
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skaudio._persistence import VersionedPickleMixin
from skaudio._validation import check_clips
from skaudio.events._ends import check_ends, check_ends_of_scores
from skaudio.events._event import Event
from skaudio.events._event_scores import EventScores, names_of
from skaudio.events._reading import is_pretrained, make_reader, opened, sampling_rate
from skaudio.events._score_files import check_suffix
from skaudio.events._track import Track
from skaudio.events.counts import detected_counts
from skaudio.events.decoding import (
    Decoder,
    DecodingSettings,
    Detect,
    Detected,
    Shifts,
    Target,
    block_waveforms,
    detect_live,
)
from skaudio.events.runs import Detection, write_detected
from skaudio.events.scanning import Reader, Scanner
from skaudio.events.tables import event_lists, event_table
from skaudio.events.training import WindowClassifier
from skaudio.io._open_clip import resampled
from skaudio.metrics import event_based_f1

# Attributes that scores depend on.
SCORING = (
    "estimator_",
    "labels_",
    "_columns",
    "front_end",
    "sr",
    "resolution",
    "window_seconds",
    "hop_seconds",
    "center",
    "silence_dbfs",
)


class BaseEventDetector(VersionedPickleMixin, BaseEstimator):
    """Parameters of a detector, and predictions of one that is fitted.

    A subclass sets the attributes below, which `fit` and its like determine.

    Attributes
    ----------
    estimator_ : classifier
        Fitted.
    labels_ : list
        Event classes.
    sr_ : float
        Sampling rate of recordings in Hz.
    tuned_ : dict
        Settings of decoding that tuning has chosen.
    bound_shifts_ : dict of (float, float)
        Corrections of onsets and offsets of each class.
    """

    estimator_: Any
    labels_: list
    sr_: float
    tuned_: dict[str, float]
    bound_shifts_: Shifts
    _columns: np.ndarray  # indices of the classifier's scores that are those of the event classes
    _min_durations: float | list[float]  # defaults of min_duration

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [HasMethods(["fit", "predict"])],
        "front_end": [None, HasMethods(["transform"])],
        "sr": [None, Interval(Real, 0, None, closed="neither")],
        "resolution": [StrOptions({"window", "frame"})],
        "window_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "center": ["boolean"],
        "threshold": [None, Real, StrOptions({"tune"})],
        "low_threshold": [None, Real, StrOptions({"threshold"})],
        "min_duration": [None, Interval(Real, 0, None, closed="left")],
        "max_gap": [None, Interval(Real, 0, None, closed="left")],
        "peak_distance": [None, Interval(Real, 0, None, closed="neither")],
        "smoothing": [Interval(Real, 0, None, closed="left")],
        "target": [StrOptions({"f1"}), tuple],
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
        threshold: float | str | None = None,
        low_threshold: float | str | None = None,
        min_duration: float | None = None,
        max_gap: float | None = None,
        peak_distance: float | None = None,
        smoothing: float = 0.3,
        target: Target = "f1",
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
        self.target = target
        self.silence_dbfs = silence_dbfs
        self.background = background
        self.mine_negatives = mine_negatives
        self.n_overlays = n_overlays
        self.n_jobs = n_jobs
        self.on_error = on_error
        self.verbose = verbose
        self.random_state = random_state

    def predict(self, X: Sequence) -> Any:
        """Detect the events of each recording.

        Parameters
        ----------
        X : batch of clips or EventScores
            Recordings; see `fit`. Scores of recordings, by `predict_scores`, are decoded in their place.

        Returns
        -------
        pandas.DataFrame
            Table with the columns ``recording`` (path, or index in ``X``), ``onset``, ``offset`` (in seconds),
            ``label`` and ``score`` (mean over the event), in order of time.

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded; the message has its index and path.
        ValueError
            If scores are those of other classes, or at other times.
        """
        recordings = self._recordings(X)
        table = event_table(self._events(recordings), names_of(recordings))
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
        return list(self._scanner().tracks(check_clips(self, X, reset=False)))

    def predict_scores(self, X: Sequence) -> EventScores:
        """Compute the scores of each recording over time, to decode them with different settings.

        Parameters
        ----------
        X : batch of clips
            Recordings; see `fit`.

        Returns
        -------
        EventScores
            Scores, which `predict`, `count`, `score` and `tune` take in place of the recordings, and `write_scores`
            keeps in a file. `predict_to` writes such a file recording by recording.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a recording cannot be decoded, or if one occurs more than once.

        Examples
        --------
        Compute scores once, then try thresholds::

            scores = detector.predict_scores(recordings)
            for threshold in (0.5, 0.7, 0.9):
                print(threshold, len(detector.set_params(threshold=threshold).predict(scores)))
        """
        recordings = check_clips(self, X, reset=False)
        return EventScores(
            list(self._scanner().tracks(recordings)),
            recordings=names_of(recordings),
            labels=self.labels_,
            step_seconds=self._reader().resolution.step_seconds,
        )

    def count(self, X: Sequence, *, bin_seconds: float | None = None, by: Any = None, starts: Any = "auto") -> Any:
        """Count the events of each class per recording, per time bin, or by clock time.

        Parameters
        ----------
        X : batch of clips or EventScores
            Recordings, or their scores; see `predict`.
        bin_seconds : float or None, default=None
            Length of time bins, such as 3600, from the start of each recording: an event is counted in the bin of its
            onset. If None, events are counted per recording, or by clock time.
        by : str, timedelta, DateOffset or None, default=None
            Length of bins by clock time, across recordings: ``"minute"``, ``"hour"``, ``"day"``, ``"week"``,
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
        return detected_counts(
            self._recordings(X), self._detected, self.labels_, self.sr_, bin_seconds=bin_seconds, by=by, starts=starts
        )

    def predict_to(
        self,
        path: str | PathLike,
        X: Sequence,
        *,
        durations: Mapping[str, float] | None = None,
        scores: str | PathLike | None = None,
        extend: bool = True,
        format: str | None = None,  # noqa: A002
        part_size: int | None = None,
    ) -> Bunch:
        """Detect the events of many recordings and write them, resuming if interrupted.

        Recordings are processed one after the other, or in processes, from which only events return; each is kept as
        soon as it is finished. After an interruption, a second call resumes from there, also with a list that has grown
        or was corrected. Recordings are known by their paths, and by the size and modification time of their files, or
        the ETag of an object: a recording that has changed is processed again.

        Parameters
        ----------
        path : str or PathLike
            Path or URL of a table, whose suffix determines its format (see `write_events`); it is written at the end,
            at once. Or of a folder, which exists, ends with a slash, or has no suffix: a dataset of Parquet files, or
            label files.
        X : batch of clips
            Recordings; see `fit`.
        durations : dict of str to float or None, default=None
            Seconds of each recording, for a Raven selection table of several. If None, they are read from the
            recordings. See `write_events`, also on names that spreadsheets interpret as formulas.
        scores : str, PathLike or None, default=None
            Path of a local file of scores, such as ``"calls.scores.npz"``, which keeps those of all recordings for
            other settings of decoding: see `read_scores`. A later call with this file and other settings decodes what
            is in it. Scores of an existing file stay in it if they are by the same classifier. Not for a dataset.
        extend : bool, default=True
            Whether to extend a table or dataset that exists, or replace it: recordings that are in it, and unchanged,
            are not processed again, and those that are not in ``X`` stay in it.
        format : {"parquet", "audacity", "raven", "textgrid", "csv", "dcase", "kaleidoscope"} or None, default=None
            For a folder: ``"parquet"``, the default, is a dataset; others are label files, one for each recording. Not
            for a table.
        part_size : int or None, default=None
            Number of recordings in a file of a dataset. If None, 50.

        Returns
        -------
        Bunch
            - ``n_computed``: int; number of recordings that were processed
            - ``n_kept``: int; number of recordings of `X` that were processed before
            - ``broken``: dict of str to str; why recordings cannot be used, by their names

        Raises
        ------
        AudioError, TypeError
            If a recording cannot be decoded, or kills its process twice, unless ``on_error="warn"``. Events detected
            before are kept.
        ValueError
            If a run was interrupted that had another detector; if another run writes the table; if a table to extend
            was edited, lacks the list of its recordings, or has other recordings by another detector or with other
            settings; if a dataset is by another detector or with other settings; or if the format is unknown, or cannot
            hold several recordings.
        FileExistsError
            If a folder for a dataset has something else in it.
        ImportError
            If pyarrow is needed and not installed.
        OSError
            If files cannot be read or written; a fault of the network is not a broken recording.

        Warns
        -----
        UserWarning
            If recordings in a table have changed; or, with ``on_error="warn"``, in the end, if some cannot be used. The
            messages name them, with the reasons.

        See Also
        --------
        read_events : Read the events, also of a dataset.

        Notes
        -----
        The recordings of a table, with their versions, are listed in a file beside it, such as
        ``calls.csv.recordings.json``; of label files, in ``_recordings.json``. Only one run can write them. Arrays have
        no names, so that a table of these is replaced. A recording that cannot be used is tried again in the next call.

        A dataset has the columns ``recording`` (full path or URL), ``version``, ``onset``, ``offset``, ``label``,
        ``score`` and ``error``; a recording without events, or one that cannot be used, has a row without them. The
        latter is tried again if its file has changed. Several runs may write a dataset at the same time, of a folder or
        of an object store; the last to finish removes duplicates and rows of former versions of files.

        Examples
        --------
        Extend a table week by week, and decode it again with another threshold::

            detector.predict_to("calls.csv", sorted(Path("week1").glob("*.wav")), scores="calls.npz")
            detector.predict_to("calls.csv", sorted(Path("week2").glob("*.wav")), scores="calls.npz")
            write_events("sure.csv", detector.set_params(threshold=0.9).predict(read_scores("calls.npz")))

        Process a bucket on a cluster, and read the events::

            with joblib.parallel_config("dask"):
                detector.set_params(on_error="warn").predict_to("s3://season/calls/", recordings)
            read_events("s3://season/calls/")
        """
        check_is_fitted(self)
        if isinstance(X, EventScores):
            raise TypeError("X is EventScores; expected recordings. Use write_events(path, detector.predict(scores)).")
        recordings = check_clips(self, X, reset=False)
        return write_detected(
            path,
            recordings,
            self._detection(with_scores=scores is not None),
            durations=durations,
            scores=None if scores is None else check_suffix(scores),
            extend=extend,
            format=format,
            part_size=part_size,
        )

    def score(self, X: Sequence, y: Any) -> float:
        """Return the event-based F1 with the usual collars (see `skaudio.metrics.event_based_scores`).

        Parameters
        ----------
        X : batch of clips or EventScores
            Recordings, or their scores; see `predict`.
        y : list of lists of (onset, offset, label), DataFrame, or list of paths
            Events of the recordings; see `fit`.

        Returns
        -------
        float
            Event-based F1, in [0, 1].
        """
        recordings = self._recordings(X)
        return float(event_based_f1(self._events_of(recordings, y), self._events(recordings)))

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
        scanner = self._scanner()
        pieces = block_waveforms(blocks, sr, scanner.reader.channel)
        pieces = pieces if sr == self.sr_ else resampled(pieces, sr, self.sr_)
        return detect_live(scanner, Detect(self._decoder(), self.bound_shifts_), pieces)

    @property
    def decoding_(self) -> dict[str, Any]:
        """Settings of decoding in use; see the class."""
        check_is_fitted(self, ["tuned_"])
        return self._decoding_settings().in_use(self.tuned_, self._min_durations)

    def _detection(self, *, with_scores: bool) -> Detection:
        decoder, shifts = self._decoder(), self.bound_shifts_
        return Detection(
            self._scanner(),
            Detect(decoder, shifts, with_scores=with_scores),
            self.labels_,
            scoring=joblib.hash({name: vars(self)[name] for name in SCORING}),
            decoding=joblib.hash((decoder.settings, decoder.peak_distance, decoder.smoothing, shifts)),
        )

    # ---- recordings, their scores, and their events

    def _opened_front_end(self) -> Any:
        """Return the front end; if it is a pretrained model, opened."""
        if not is_pretrained(self.front_end):
            return self.front_end
        if not hasattr(self, "front_end_"):
            self.front_end_ = opened(self.front_end)
        return self.front_end_

    def _close_front_end(self) -> None:
        """Discard an opened front end, as the parameter may have changed."""
        if hasattr(self, "front_end_"):
            del self.front_end_

    def _sampling_rate(self) -> float:
        return sampling_rate(self._opened_front_end(), self.sr)

    def _reader(self) -> Reader:
        names = ("sr", "resolution", "window_seconds", "hop_seconds", "center", "silence_dbfs")
        settings = {name: getattr(self, name) for name in names}
        return make_reader(self._opened_front_end(), self.estimator, **settings)

    def _scanner_of(self, model: WindowClassifier) -> Scanner:
        return Scanner(self._reader(), model.estimator, model.columns, self.on_error, self.n_jobs, self.verbose)

    def _scanner(self, verbose: int | None = None) -> Scanner:
        check_is_fitted(self)
        verbose = self.verbose if verbose is None else verbose
        return Scanner(self._reader(), self.estimator_, self._columns, self.on_error, self.n_jobs, verbose)

    def _recordings(self, X: Sequence) -> Sequence:
        """Return validated recordings, or their scores."""
        check_is_fitted(self)
        if not isinstance(X, EventScores):
            return check_clips(self, X, reset=False)
        X.check_decodable(self.labels_, self._reader().resolution.step_seconds)
        return X

    def _events_of(self, recordings: Sequence, y: Any) -> list[list[Event]]:
        """Return the events of recordings that are known."""
        events = event_lists(y, names_of(recordings) if isinstance(recordings, EventScores) else recordings)
        if isinstance(recordings, EventScores):
            check_ends_of_scores(events, recordings)
        else:
            check_ends(events, recordings, self._sampling_rate())
        return events

    def _decoding_settings(self) -> DecodingSettings:
        return DecodingSettings(self.threshold, self.low_threshold, self.min_duration, self.max_gap)

    def _decoder(self) -> Decoder:
        """Return the settings of decoding, whose parameters may have been set after `fit`."""
        check_is_fitted(self)
        self._validate_params()
        step_seconds = self._reader().resolution.step_seconds
        return Decoder(self.labels_, step_seconds, self.decoding_, self.peak_distance, self.smoothing)

    def _detected(self, recordings: Sequence) -> Iterator[Detected]:
        """Yield the events of each recording, decoded where its scores are computed."""
        detect = Detect(self._decoder(), self.bound_shifts_)
        if isinstance(recordings, EventScores):
            return map(detect, recordings)
        return self._scanner().results(recordings, detect)

    def _events(self, recordings: Sequence) -> list[list[Event]]:
        return [found.events for found in self._detected(recordings)]
