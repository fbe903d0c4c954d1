"""A classifier fitted on windows of recordings, and applied along recordings."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted
from tqdm import tqdm

from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import stack_frames
from skaudio.events._event import Event
from skaudio.events._laying_over import laid_over
from skaudio.events._resolutions import FrameResolution, WindowResolution
from skaudio.events._silence import SilenceGate, swing_of
from skaudio.events._training_windows import named_targets
from skaudio.events._units import Units
from skaudio.events._window_scores import WINDOWS_PER_BATCH
from skaudio.io import AudioError, iter_blocks

BACKGROUND_SHARE = 2.0  # windows of the background, for each of an event
HARD_SHARE = 1.0  # windows of the background that were taken for an event, for each of an event, at most
HARD = 0.2  # score from which on they are


class Track(NamedTuple):
    """Scores over time.

    Attributes
    ----------
    times : ndarray of float64, shape (n_steps,)
        Centres of windows, or of frames, in seconds.
    scores : ndarray of float32, shape (n_steps, n_classes)
        Score of each class.
    """

    times: np.ndarray
    scores: np.ndarray


class WindowModel(VersionedPickleMixin, BaseEstimator):
    """Base class that scores recordings window by window; subclasses define parameters and use of the scores."""

    def _learn(self, recordings: Sequence, events: Sequence[Sequence[Event]]) -> None:
        """Fit the classifier on windows of recordings, and again with hard negatives.

        ``labels_`` and ``multilabel_`` must be set.
        """
        units, look = self._scales()
        rng = np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))
        n_background = self._n_background(events, look)
        data, targets, unused, n_positive = [], [], [], 0
        for i, (recording, own) in enumerate(zip(recordings, events, strict=True)):
            views = self._windows_of(recording, units, look, i)
            labelled = look.label(len(views), own, self.labels_)
            positive, background = look.choose(labelled, own, look.most_of_an_event)
            some = np.sort(rng.choice(background, min(n_background, len(background)), replace=False))
            chosen = np.concatenate([positive, some])
            data.append(views[chosen])
            targets.append(labelled[chosen])
            unused.append(np.setdiff1d(background, some))
            n_positive += len(positive)
        if n_positive == 0:
            raise ValueError("No window is within an event: make window_seconds or hop_seconds shorter.")
        for views, labelled in self._elsewhere(recordings, events, units, look, rng):
            data.append(views)
            targets.append(labelled)
            n_positive += len(views)
        data, targets = np.concatenate(data), np.concatenate(targets)
        self._fit_estimator(data, targets)
        if self.mine_negatives and not isinstance(self.estimator, FrozenEstimator):
            hard = self._mine(recordings, unused, units, look, int(HARD_SHARE * n_positive))
            if len(hard):
                nothing = np.zeros((len(hard), *targets.shape[1:]), targets.dtype)
                self._fit_estimator(np.concatenate([data, hard]), np.concatenate([targets, nothing]))

    def _learn_tags(self, recordings: Sequence, tags: Sequence[Sequence]) -> None:
        """Fit the network on whole recordings with weak labels (tags); ``labels_`` must be set."""
        if self.resolution != "frame":
            raise ValueError(
                "y are tags, which say nothing of when events are: only a network that tells of frames can find out. "
                "Use resolution='frame', with skaudio.estimators.CRNNClassifier, or give events."
            )
        units, look = self._scales()
        sounding = [self._sounding_units(units, look, clip, i) for i, clip in enumerate(recordings)]
        frames = units.marked(stack_frames(sounding))
        y = np.array([[label in own for label in self.labels_] for own in tags], int)
        self.multilabel_ = len(self.labels_) > 1
        self.estimator_ = clone(self.estimator).fit(frames, y if self.multilabel_ else y[:, 0])
        self._columns = np.arange(len(self.labels_)) if self.multilabel_ else np.array([1])

    def _adopt_classes(self, background: Any, classes: Sequence | None = None) -> None:
        """Adopt the classes of a classifier that was not fitted on windows of events, optionally renamed."""
        known = self.estimator_.classes_.tolist()
        classes = known if classes is None else list(classes)
        if len(classes) != len(known):
            raise ValueError(f"labels are {len(classes)}, and the classifier has {len(known)} classes: {known}.")
        if background not in classes:
            raise ValueError(
                f"The classifier has no class {background!r}: it would find something everywhere. It has {classes}; "
                "say by background= which is none of interest."
            )
        self.multilabel_ = False
        self.labels_ = [label for label in classes if label != background]
        self._columns = np.array([classes.index(label) for label in self.labels_])

    def _tracks(self, recordings: Sequence) -> list[Track]:
        return list(self._iter_tracks(recordings))

    def _iter_tracks(self, recordings: Sequence) -> Iterator[Track]:
        """Yield the scores of each recording; empty, with a warning, if it cannot be decoded."""
        check_is_fitted(self)
        numbered = list(enumerate(recordings))
        with tqdm(total=len(numbered), unit=" recordings", disable=not self.verbose) as progress:
            if self.n_jobs in {None, 1}:
                tracks = (self._track_or_error(recording, i, progress) for i, recording in numbered)
            else:
                jobs = (delayed(self._track_or_error)(recording, i) for i, recording in numbered)
                tracks = Parallel(n_jobs=self.n_jobs, return_as="generator")(jobs)
            for track in tracks:
                if isinstance(track, AudioError):
                    warnings.warn(f"{track} It is left out.", stacklevel=2)
                    track = self._empty_track()
                yield track
                progress.update()

    def _track_or_error(self, recording: Any, i: int, progress: tqdm | None = None) -> Track | AudioError:
        try:
            return self._track(recording, i, progress)
        except AudioError as error:
            if self.on_error == "raise":
                raise
            return error

    def _empty_track(self) -> Track:
        return Track(np.empty(0), np.empty((0, len(self.labels_)), np.float32))

    def _track(self, recording: Any, i: int, progress: tqdm | None = None) -> Track:
        units, look = self._scales()
        parts = []
        for scores in _named(self._scored(units, look, self._pieces(recording)), i):
            parts.append(scores)
            if progress is not None:
                progress.set_postfix(minutes=round(sum(map(len, parts)) * look.step_seconds / 60), refresh=False)
        if not parts:
            return self._empty_track()
        scores = np.concatenate(parts)
        return Track(look.start_seconds + np.arange(len(scores)) * look.step_seconds, scores)

    def _scored(
        self, units: Units, look: WindowResolution, pieces: Iterator[np.ndarray], **block: float
    ) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of a stream of waveform pieces; those of silence are 0."""
        if self.silence_dbfs is None:
            return look.stream(self.estimator_, units.stream(pieces, **block), self._columns)
        gate = self._gate(units, look)
        return gate.apply(look.stream(self.estimator_, units.stream(gate.watch(pieces), **block), self._columns))

    def _gate(self, units: Units, look: WindowResolution) -> SilenceGate:
        times = look.step_seconds, look.reach_seconds, look.start_seconds
        step, reach, start = (round(seconds * units.sr) for seconds in times)
        return SilenceGate(step, reach, swing_of(self.silence_dbfs), start)

    def _is_silent(self, recording: Any, i: int) -> bool:
        if self.silence_dbfs is None:
            return False
        bounds = [(piece.min(), piece.max()) for piece in _named(self._pieces(recording), i) if len(piece)]
        return not bounds or np.ptp(bounds) <= swing_of(self.silence_dbfs)

    def _pieces(self, recording: Any) -> Iterator[np.ndarray]:
        channel = None if self.front_end is None else self.front_end.channel
        return (block.y for block in iter_blocks(recording, sr=self._sampling_rate(), channel=channel))

    def _units_of(self, units: Units, recording: Any, i: int) -> np.ndarray:
        """Return all units of a recording."""
        return np.concatenate(list(_named(units.stream(self._pieces(recording)), i)))

    def _sounding_units(self, units: Units, look: WindowResolution, recording: Any, i: int) -> np.ndarray:
        """Return the units of a recording without those of silence, whose scores are always 0.

        Otherwise, a network that learns from tags would associate silence with the classes it is mostly recorded with.
        """
        if self.silence_dbfs is None:
            return self._units_of(units, recording, i)
        gate = self._gate(units, look)
        all_units = np.concatenate(list(_named(units.stream(gate.watch(self._pieces(recording))), i)))
        (sounds,) = gate.apply([np.ones((len(all_units), 1))])
        return all_units[sounds[:, 0] > 0] if sounds.any() else all_units[:1]

    def _windows_of(self, recording: Any, units: Units, look: WindowResolution, i: int) -> np.ndarray:
        """Return all training windows of a recording, as a view."""
        return look.learnable(self._units_of(units, recording, i))

    def _elsewhere(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], units: Units, look: WindowResolution, rng: Any
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield windows of events mixed with other backgrounds, and their targets."""
        margin = look.width_seconds
        how = {"sr": self._sampling_rate(), "margin_seconds": margin, "n_times": self.n_overlays, "rng": rng}
        for y, event in laid_over(recordings, events, **how):
            views = look.learnable(np.concatenate(list(units.stream([y]))))
            labelled = look.label(len(views), [event], self.labels_)
            positive, background = look.choose(labelled, [event], look.most_of_an_overlay)
            some = rng.choice(background, min(look.most_of_an_overlay, len(background)), replace=False)
            # Windows that reach over the ends of the stretch are of no recording.
            off = np.abs(look.centres(len(views)) - event.onset - event.duration / 2)
            inside = off <= margin / 2 + event.duration / 2
            chosen = np.concatenate([positive, np.sort(some)])
            yield views[chosen[inside[chosen]]], labelled[chosen[inside[chosen]]]

    def _n_background(self, events: Sequence[Sequence[Event]], look: WindowResolution) -> int:
        """Return the number of background windows to take from each recording."""
        hop = look.training.hop / look.rate
        n_windows = (np.clip(event.duration / hop, 1, look.most_of_an_event) for own in events for event in own)
        return int(np.ceil(BACKGROUND_SHARE * sum(n_windows) / len(events)))

    def _mine(
        self, recordings: Sequence, unused: Sequence[np.ndarray], units: Units, look: WindowResolution, most: int
    ) -> np.ndarray:
        """Return hard negatives: the background windows with the highest event scores."""
        found, scores = [], []
        for i, (recording, rows) in enumerate(zip(recordings, unused, strict=True)):
            if not len(rows):
                continue
            views = self._windows_of(recording, units, look, i)
            portions = np.split(rows, range(WINDOWS_PER_BATCH, len(rows), WINDOWS_PER_BATCH))
            highest = np.concatenate(
                [look.score(self.estimator_, views[part], self._columns).max(axis=(1, 2)) for part in portions]
            )
            hard = highest >= HARD
            if hard.any():
                found.append(views[rows[hard]])
                scores.append(highest[hard])
        if not found:
            return np.empty(0)
        order = np.argsort(-np.concatenate(scores), kind="stable")[:most]
        return np.concatenate(found)[order]

    def _fit_estimator(self, windows: np.ndarray, targets: np.ndarray) -> None:
        if isinstance(self.estimator, FrozenEstimator):
            self.estimator_ = self.estimator
            self._adopt_classes(self.background)
            return
        if self.multilabel_ and not _takes_several_labels(self.estimator):
            raise ValueError(
                "Events of different classes overlap, so that windows have several labels, and "
                f"{_last_step(self.estimator)} takes one. Use skaudio.estimators.CNNClassifier, or "
                "sklearn.multioutput.MultiOutputClassifier around it."
            )
        y = named_targets(targets, self.labels_, self.background, self.multilabel_)
        units, look = self._scales()
        if not hasattr(self.estimator, look.learn):
            raise ValueError(
                f"{_last_step(self.estimator)} has no {look.learn}, by which it would learn from events. Fit it "
                "before, and pass sklearn.frozen.FrozenEstimator of it, or give tags."
            )
        self.estimator_ = getattr(clone(self.estimator), look.learn)(units.marked(windows), y)
        if self.multilabel_:
            self._columns = np.arange(len(self.labels_))
            return
        classes = self.estimator_.classes_.tolist()
        wanted = self.labels_ if isinstance(classes[0], str) else range(len(self.labels_))
        missing = [label for label, name in zip(self.labels_, wanted, strict=True) if name not in classes]
        if missing:
            raise ValueError(
                f"No window is within an event {missing[0]!r}, in all recordings or in those of a fold: give more "
                "recordings of it, or make window_seconds or hop_seconds shorter."
            )
        self._columns = np.array([classes.index(label) for label in wanted])

    def _sampling_rate(self) -> float:
        if self.front_end is None:
            if self.sr is None:
                raise ValueError("sr=None needs a front_end, whose sampling rate is taken; pass sr, in Hz.")
            return self.sr
        if self.sr is not None and self.sr != self.front_end.sr:
            raise ValueError(f"sr={self.sr!r}, but the front end has sr={self.front_end.sr!r}; pass one of them.")
        return self.front_end.sr

    def _scales(self) -> tuple[Units, WindowResolution]:
        units = Units(self._sampling_rate(), self.front_end)
        if self.resolution == "window":
            return units, WindowResolution(units.rate, self.window_seconds, self.hop_seconds, center=self.center)
        if self.front_end is None or not hasattr(self.estimator, "predict_frames"):
            raise ValueError(
                "resolution='frame' needs a front_end, and an estimator that tells of its frames, by predict_frames, "
                f"such as skaudio.estimators.CRNNClassifier; got front_end={self.front_end!r} and "
                f"{_last_step(self.estimator)}."
            )
        return units, FrameResolution(units.rate, self.window_seconds, self.hop_seconds)


def _named(stream: Iterator[np.ndarray], i: int) -> Iterator[np.ndarray]:
    """Add the index of a recording to the errors that it raises."""
    try:
        yield from stream
    except (AudioError, TypeError) as error:
        raise type(error)(f"Recording {i}: {error}") from error


def _takes_several_labels(estimator: Any) -> bool:
    tags = get_tags(estimator)
    return tags.target_tags.multi_output or bool(tags.classifier_tags and tags.classifier_tags.multi_label)


def _last_step(estimator: Any) -> str:
    return type(estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator).__name__
