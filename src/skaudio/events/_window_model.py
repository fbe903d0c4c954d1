"""A classifier of windows: fitted on windows of recordings, run along recordings."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import BaseEstimator, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.validation import check_is_fitted
from tqdm import tqdm

from skaudio._persistence import VersionedPickleMixin
from skaudio.events._event import Event
from skaudio.events._laying_over import laid_over
from skaudio.events._training_windows import MOST_OF_AN_EVENT, choose_windows, label_windows
from skaudio.events._units import Units
from skaudio.events._window_scores import WINDOWS_AT_A_TIME, Windows, score_function
from skaudio.io import AudioError, iter_blocks

BACKGROUND_SHARE = 2.0  # windows of the background, for each of an event
HARD_SHARE = 1.0  # windows of the background that were taken for an event, for each of an event, at most
HARD = 0.2  # score from which on they are


class Track(NamedTuple):
    """Scores over time.

    Attributes
    ----------
    times : ndarray of float64, shape (n_windows,)
        Middles of the windows, in seconds.
    scores : ndarray of float32, shape (n_windows, n_classes)
        How much each class is there.
    """

    times: np.ndarray
    scores: np.ndarray


class WindowModel(VersionedPickleMixin, BaseEstimator):
    """What looks at recordings window by window; subclasses have the parameters, and say what comes of the scores."""

    def _learn(self, recordings: Sequence, events: Sequence[Sequence[Event]]) -> None:
        """Fit the classifier on windows of recordings, and again with those of the background that it took for events.

        ``labels_`` and ``multilabel_`` are known.
        """
        units, windows = self._scales()
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))
        n_background = self._n_background(events)
        data, targets, unused = [], [], []
        for i, (recording, own) in enumerate(zip(recordings, events, strict=True)):
            views, centres = self._windows_of(recording, units, windows, i)
            labelled = label_windows(centres, self.window_seconds, own, self.labels_)
            positive, background = choose_windows(labelled, own, centres, n_background, rng)
            chosen = np.concatenate([positive, background])
            data.append(views[chosen])
            targets.append(labelled[chosen])
            unused.append(np.setdiff1d(np.flatnonzero((labelled == 0.0).all(axis=1)), background))
        for views, labelled in self._elsewhere(recordings, events, units, windows, rng):
            data.append(views)
            targets.append(labelled)
        data, targets = np.concatenate(data), np.concatenate(targets)
        n_positive = int((targets == 1.0).any(axis=1).sum())
        if n_positive == 0:
            raise ValueError("No window is within an event: make window_seconds or hop_seconds shorter.")
        self._fit_estimator(data, targets)
        if self.mine_negatives and not isinstance(self.estimator, FrozenEstimator):
            hard = self._mine(recordings, unused, units, windows, int(HARD_SHARE * n_positive))
            if len(hard):
                data, nothing = np.concatenate([data, hard]), np.zeros((len(hard), len(self.labels_)))
                self._fit_estimator(data, np.concatenate([targets, nothing]))

    def _adopt_classes(self, background: Any) -> None:
        """Take over the classes of a classifier that was not fitted on windows of events."""
        classes = self.estimator_.classes_.tolist()
        self.multilabel_ = False
        self.labels_ = [label for label in classes if label != background]
        self._columns = np.array([classes.index(label) for label in self.labels_])

    def _tracks(self, recordings: Sequence) -> list[Track]:
        return list(self._iter_tracks(recordings))

    def _iter_tracks(self, recordings: Sequence) -> Iterator[Track]:
        """Yield the scores of one recording after another."""
        check_is_fitted(self)
        numbered = list(enumerate(recordings))
        with tqdm(total=len(numbered), unit=" recordings", disable=not self.verbose) as progress:
            if self.n_jobs in {None, 1}:
                tracks = (self._track(recording, i, progress) for i, recording in numbered)
            else:
                jobs = (delayed(self._track)(recording, i) for i, recording in numbered)
                tracks = Parallel(n_jobs=self.n_jobs, return_as="generator")(jobs)
            for track in tracks:
                yield track
                progress.update()

    def _track(self, recording: Any, i: int, progress: tqdm | None = None) -> Track:
        units, windows = self._scales()
        hop, parts = windows.hop / units.rate, []
        for scores in self._scored(units, windows, self._pieces(recording, i)):
            parts.append(scores)
            if progress is not None:
                progress.set_postfix(minutes=round(sum(map(len, parts)) * hop / 60), refresh=False)
        scores = np.concatenate(parts) if parts else np.empty((0, len(self.labels_)), np.float32)
        return Track(np.arange(len(scores)) * hop, scores)

    def _scored(
        self, units: Units, windows: Windows, pieces: Iterable[np.ndarray], *block_seconds: float
    ) -> Iterator[np.ndarray]:
        """Yield the scores of windows, of the classes of events alone."""
        score = score_function(self.estimator_)
        for batch in windows.stream(units.stream(pieces, *block_seconds)):
            yield score(np.ascontiguousarray(batch))[:, self._columns].astype(np.float32)

    def _pieces(self, recording: Any, i: int) -> Iterator[np.ndarray]:
        try:
            for block in iter_blocks(recording, sr=self._sampling_rate()):
                yield block.y
        except (AudioError, TypeError) as error:
            raise type(error)(f"Recording {i}: {error}") from error

    def _windows_of(self, recording: Any, units: Units, windows: Windows, i: int) -> tuple[np.ndarray, np.ndarray]:
        """Give all windows of a recording, as a view, and the times of their middles."""
        views = windows.of(np.concatenate(list(units.stream(self._pieces(recording, i)))))
        return views, np.arange(len(views)) * (windows.hop / units.rate)

    def _elsewhere(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], units: Units, windows: Windows, rng: Any
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield windows of events that are laid over other backgrounds, and what they are."""
        margin = self.window_seconds
        how = {"sr": self._sampling_rate(), "margin_seconds": margin, "n_times": self.n_overlays, "rng": rng}
        for y, event in laid_over(recordings, events, **how):
            views = windows.of(np.concatenate(list(units.stream([y]))))
            centres = np.arange(len(views)) * (windows.hop / units.rate)
            labelled = label_windows(centres, self.window_seconds, [event], self.labels_)
            chosen = choose_windows(labelled, [event], centres, 4, rng)
            inside = np.concatenate(chosen)
            # Windows that reach over the ends of the stretch are of no recording.
            inside = inside[
                np.abs(centres[inside] - event.onset - event.duration / 2) <= margin / 2 + event.duration / 2
            ]
            yield views[inside], labelled[inside]

    def _n_background(self, events: Sequence[Sequence[Event]]) -> int:
        """Tell how many windows of the background to take of each recording."""
        n_windows = (np.clip(event.duration / self.hop_seconds, 1, MOST_OF_AN_EVENT) for own in events for event in own)
        return int(np.ceil(BACKGROUND_SHARE * sum(n_windows) / len(events)))

    def _mine(
        self, recordings: Sequence, unused: Sequence[np.ndarray], units: Units, windows: Windows, most: int
    ) -> np.ndarray:
        """Give windows of the background that are taken for events, those with the highest scores."""
        found, scores, score = [], [], score_function(self.estimator_)
        for i, (recording, rows) in enumerate(zip(recordings, unused, strict=True)):
            if not len(rows):
                continue
            views, _ = self._windows_of(recording, units, windows, i)
            portions = np.split(rows, range(WINDOWS_AT_A_TIME, len(rows), WINDOWS_AT_A_TIME))
            highest = np.concatenate([score(views[part])[:, self._columns].max(axis=1) for part in portions])
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
        if self.multilabel_:
            if not _takes_several_labels(self.estimator):
                raise ValueError(
                    "Events of different classes overlap, so that windows have several labels, and "
                    f"{_last_step(self.estimator)} takes one. Use skaudio.estimators.CNNClassifier, or "
                    "sklearn.multioutput.MultiOutputClassifier around it."
                )
            self.estimator_ = clone(self.estimator).fit(windows, targets.astype(int))
            self._columns = np.arange(len(self.labels_))
            return
        # The number of a class, or one more for the background: labels need not sort with it.
        which = np.where(targets.any(axis=1), targets.argmax(axis=1), len(self.labels_))
        names = [*self.labels_, self.background]
        if all(isinstance(name, str) for name in names):
            which = np.array(names)[which]
        self.estimator_ = clone(self.estimator).fit(windows, which)
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

    def _scales(self) -> tuple[Units, Windows]:
        units = Units(self._sampling_rate(), self.front_end)
        width, hop = (max(1, round(seconds * units.rate)) for seconds in (self.window_seconds, self.hop_seconds))
        return units, Windows(width, hop)


def _takes_several_labels(estimator: Any) -> bool:
    tags = get_tags(estimator)
    return tags.target_tags.multi_output or bool(tags.classifier_tags and tags.classifier_tags.multi_label)


def _last_step(estimator: Any) -> str:
    return type(estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator).__name__
