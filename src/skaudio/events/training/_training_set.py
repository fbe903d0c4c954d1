"""Training windows of a classifier: those of events, some of the background, and hard negatives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from skaudio.events._event import Event
from skaudio.events._progress import FitProgress
from skaudio.events.scanning import WINDOWS_PER_BATCH, Reader, Scanner
from skaudio.events.training._laying_over import laid_over

BACKGROUND_SHARE = 2.0  # background windows per event window
HARD_SHARE = 1.0  # maximum number of hard negatives per event window
HARD = 0.2  # minimum score of a hard negative


@dataclass(frozen=True)
class TrainingSet:
    """Training windows.

    Attributes
    ----------
    windows : ndarray of shape (n_windows, ...)
        Windows.
    targets : ndarray of shape (n_windows, ..., n_classes)
        Whether each class is present.
    unused : list of ndarray of int
        Background windows of each recording that are not used.
    n_positive : int
        Number of windows of events.
    """

    windows: np.ndarray
    targets: np.ndarray
    unused: list[np.ndarray]
    n_positive: int

    def with_negatives(self, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and targets, with more windows of the background."""
        negatives = np.zeros((len(windows), *self.targets.shape[1:]), self.targets.dtype)
        return np.concatenate([self.windows, windows]), np.concatenate([self.targets, negatives])


def training_set(
    reader: Reader,
    recordings: Sequence,
    events: Sequence[Sequence[Event]],
    labels: Sequence,
    *,
    n_overlays: int,
    rng: np.random.Generator,
    progress: FitProgress,
) -> TrainingSet:
    """Choose training windows.

    Parameters
    ----------
    reader : Reader
        Reads recordings.
    recordings : sequence
        Clips.
    events : sequence of sequences of Event
        Events of each recording.
    labels : sequence of str
        Event classes.
    n_overlays : int
        Number of times that each event is mixed with another background.
    rng : numpy.random.Generator
        Random number generator.
    progress : FitProgress
        Advances with each recording.

    Raises
    ------
    ValueError
        If no window is within an event.
    """
    resolution = reader.resolution
    n_background = _n_background(events, reader)
    data, targets, unused, n_positive = [], [], [], 0
    for i, (recording, events_i) in enumerate(zip(progress.over("decoding", recordings), events, strict=True)):
        views = reader.windows(recording, i)
        labelled = resolution.label(len(views), events_i, labels)
        positive, background = resolution.choose(labelled, events_i, resolution.most_of_an_event)
        chosen_background = np.sort(rng.choice(background, min(n_background, len(background)), replace=False))
        chosen = np.concatenate([positive, chosen_background])
        data.append(views[chosen])
        targets.append(labelled[chosen])
        unused.append(np.setdiff1d(background, chosen_background))
        n_positive += len(positive)
    if n_positive == 0:
        raise ValueError("No window overlaps enough with an event. Use a shorter window_seconds or hop_seconds.")
    for views, labelled in _overlays(reader, recordings, events, labels, n_overlays, rng):
        data.append(views)
        targets.append(labelled)
        n_positive += len(views)
    return TrainingSet(np.concatenate(data), np.concatenate(targets), unused, n_positive)


def hard_negatives(scanner: Scanner, recordings: Sequence, training: TrainingSet, progress: FitProgress) -> np.ndarray:
    """Return the background windows with the highest event scores of a classifier."""
    hard_windows, scores = [], []
    resolution = scanner.reader.resolution
    pairs = zip(progress.over("hard negatives", recordings), training.unused, strict=True)
    for i, (recording, rows) in enumerate(pairs):
        if not len(rows):
            continue
        views = scanner.reader.windows(recording, i)
        portions = np.split(rows, range(WINDOWS_PER_BATCH, len(rows), WINDOWS_PER_BATCH))
        highest = np.concatenate(
            [resolution.score(scanner.estimator, views[part], scanner.columns).max(axis=(1, 2)) for part in portions]
        )
        hard = highest >= HARD
        if hard.any():
            hard_windows.append(views[rows[hard]])
            scores.append(highest[hard])
    if not hard_windows:
        return np.empty(0)
    order = np.argsort(-np.concatenate(scores), kind="stable")[: int(HARD_SHARE * training.n_positive)]
    return np.concatenate(hard_windows)[order]


def _overlays(
    reader: Reader,
    recordings: Sequence,
    events: Sequence[Sequence[Event]],
    labels: Sequence,
    n_overlays: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield windows of events mixed with other backgrounds, and their targets."""
    resolution = reader.resolution
    margin = resolution.width_seconds
    for y, event in laid_over(
        recordings,
        events,
        sr=reader.units.sr,
        margin_seconds=margin,
        n_times=n_overlays,
        rng=rng,
        channel=reader.channel,
    ):
        views = resolution.learnable(np.concatenate(list(reader.units.stream([y]))))
        labelled = resolution.label(len(views), [event], labels)
        positive, background = resolution.choose(labelled, [event], resolution.most_of_an_overlay)
        chosen_background = rng.choice(background, min(resolution.most_of_an_overlay, len(background)), replace=False)
        # Windows beyond the ends of the mix contain padding.
        distance = np.abs(resolution.centres(len(views)) - event.onset - event.duration / 2)
        inside = distance <= margin / 2 + event.duration / 2
        chosen = np.concatenate([positive, np.sort(chosen_background)])
        yield views[chosen[inside[chosen]]], labelled[chosen[inside[chosen]]]


def _n_background(events: Sequence[Sequence[Event]], reader: Reader) -> int:
    """Return the number of background windows to take from each recording."""
    resolution = reader.resolution
    hop = resolution.training.hop / resolution.rate
    n_windows = (
        np.clip(event.duration / hop, 1, resolution.most_of_an_event) for events_i in events for event in events_i
    )
    return int(np.ceil(BACKGROUND_SHARE * sum(n_windows) / len(events)))
