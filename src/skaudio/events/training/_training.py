"""Training of the classifier of a detector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator

from skaudio._randomness import own_random_state
from skaudio._validation import stack_frames
from skaudio.events._event import Event
from skaudio.events._progress import FitProgress
from skaudio.events._track import Track
from skaudio.events.scanning import FrameResolution, Reader, Scanner
from skaudio.events.training._held_out import held_out_tracks
from skaudio.events.training._training_set import hard_negatives, training_set
from skaudio.events.training._window_classifier import WindowClassifier


@dataclass(frozen=True, kw_only=True)
class Training:
    """Trains classifiers.

    Parameters
    ----------
    estimator : classifier
        It is cloned, unless it is frozen.
    reader : Reader
        Reads recordings.
    background : object
        Label of windows without any event.
    mine_negatives : bool
        Whether to fit a second time with hard negatives.
    n_overlays : int
        Number of times that each event is also mixed with another background.
    random_state : int, RandomState instance or None
        Controls the choice of background windows.
    scanner_of : callable
        Function from a fitted WindowClassifier to a scanner.
    progress : FitProgress
        Advances with each stage.
    """

    estimator: Any
    reader: Reader
    background: Any
    mine_negatives: bool
    n_overlays: int
    random_state: Any
    scanner_of: Callable[[WindowClassifier], Scanner]
    progress: FitProgress

    def on_events(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], labels: list, *, multilabel: bool
    ) -> WindowClassifier:
        """Fit the classifier on windows of recordings, and again with hard negatives."""
        if isinstance(self.estimator, FrozenEstimator):
            return WindowClassifier.from_fitted(self.estimator, self.background)
        rng = np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))
        chosen = training_set(
            self.reader, recordings, events, labels, n_overlays=self.n_overlays, rng=rng, progress=self.progress
        )

        def fit(windows: np.ndarray, targets: np.ndarray) -> WindowClassifier:
            return WindowClassifier.fit(
                self.estimator,
                self.reader,
                windows,
                targets,
                labels,
                background=self.background,
                multilabel=multilabel,
                progress=self.progress,
                n_recordings=len(recordings),
            )

        model = fit(chosen.windows, chosen.targets)
        if self.mine_negatives:
            hard = hard_negatives(self.scanner_of(model), recordings, chosen, self.progress)
            if len(hard):
                model = fit(*chosen.with_negatives(hard))
        return model

    def on_tags(self, recordings: Sequence, tags: Sequence[Sequence], labels: list) -> WindowClassifier:
        """Fit the network on whole recordings, each with its tags.

        Raises
        ------
        ValueError
            If it does not predict frames.
        """
        if not isinstance(self.reader.resolution, FrameResolution):
            raise ValueError(
                "Training on tags requires resolution='frame', got 'window'. Use it with a network such as "
                "skaudio.estimators.CRNNClassifier, or pass events."
            )
        numbered = enumerate(self.progress.over("decoding", recordings))
        frames = stack_frames([self.reader.read_sounding(clip, i) for i, clip in numbered])
        frames = self.reader.units.marked(frames)
        y = np.array([[label in tags_i for label in labels] for tags_i in tags], int)
        multilabel = len(labels) > 1
        targets = y if multilabel else y[:, 0]
        fitted = self.progress.fit(self.estimator, lambda unfitted: unfitted.fit(frames, targets), len(recordings))
        return WindowClassifier(fitted, labels, np.arange(len(labels)) if multilabel else np.array([1]), multilabel)

    def held_out_tracks(
        self,
        recordings: Sequence,
        events: Sequence[Sequence[Event]],
        folds: Sequence[tuple[np.ndarray, np.ndarray]],
        labels: list,
        *,
        multilabel: bool,
    ) -> list[Track]:
        """Compute the scores of recordings by classifiers that were not fitted on them; none without folds."""

        def scanner(rows: Sequence[int]) -> Scanner:
            subset = [recordings[i] for i in rows], [events[i] for i in rows]
            return self.scanner_of(self.on_events(*subset, labels, multilabel=multilabel))

        return held_out_tracks(scanner, recordings, folds, self.progress) if folds else []
