"""The windows that a classifier is trained on: those of events, some of the background, and hard negatives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from skaudio.events._event import Event
from skaudio.events._laying_over import laid_over
from skaudio.events._reader import Reader
from skaudio.events._scanner import Scanner
from skaudio.events._window_scores import WINDOWS_PER_BATCH

BACKGROUND_SHARE = 2.0  # windows of the background, for each of an event
HARD_SHARE = 1.0  # windows of the background that were taken for an event, for each of an event, at most
HARD = 0.2  # score from which on they are


@dataclass(frozen=True)
class TrainingSet:
    """Training windows.

    Attributes
    ----------
    windows : ndarray of shape (n_windows, ...)
        Windows.
    targets : ndarray of shape (n_windows, ..., n_classes)
        Which classes are in them.
    unused : list of ndarray of int
        For each recording, its background windows that are not among them.
    n_positive : int
        Number of windows of events.
    """

    windows: np.ndarray
    targets: np.ndarray
    unused: list[np.ndarray]
    n_positive: int

    def with_negatives(self, windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return windows and targets, with more windows of the background."""
        nothing = np.zeros((len(windows), *self.targets.shape[1:]), self.targets.dtype)
        return np.concatenate([self.windows, windows]), np.concatenate([self.targets, nothing])


def training_set(
    reader: Reader,
    recordings: Sequence,
    events: Sequence[Sequence[Event]],
    labels: Sequence,
    *,
    n_overlays: int,
    rng: np.random.Generator,
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
        How often each event is laid over another background.
    rng : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    ValueError
        If no window is within an event.
    """
    look = reader.resolution
    n_background = _n_background(events, reader)
    data, targets, unused, n_positive = [], [], [], 0
    for i, (recording, own) in enumerate(zip(recordings, events, strict=True)):
        views = reader.windows(recording, i)
        labelled = look.label(len(views), own, labels)
        positive, background = look.choose(labelled, own, look.most_of_an_event)
        some = np.sort(rng.choice(background, min(n_background, len(background)), replace=False))
        chosen = np.concatenate([positive, some])
        data.append(views[chosen])
        targets.append(labelled[chosen])
        unused.append(np.setdiff1d(background, some))
        n_positive += len(positive)
    if n_positive == 0:
        raise ValueError("No window is within an event: make window_seconds or hop_seconds shorter.")
    for views, labelled in _elsewhere(reader, recordings, events, labels, n_overlays, rng):
        data.append(views)
        targets.append(labelled)
        n_positive += len(views)
    return TrainingSet(np.concatenate(data), np.concatenate(targets), unused, n_positive)


def hard_negatives(scanner: Scanner, recordings: Sequence, known: TrainingSet) -> np.ndarray:
    """Return background windows that a classifier takes for events, those with the highest scores."""
    found, scores = [], []
    look = scanner.reader.resolution
    for i, (recording, rows) in enumerate(zip(recordings, known.unused, strict=True)):
        if not len(rows):
            continue
        views = scanner.reader.windows(recording, i)
        portions = np.split(rows, range(WINDOWS_PER_BATCH, len(rows), WINDOWS_PER_BATCH))
        highest = np.concatenate(
            [look.score(scanner.estimator, views[part], scanner.columns).max(axis=(1, 2)) for part in portions]
        )
        hard = highest >= HARD
        if hard.any():
            found.append(views[rows[hard]])
            scores.append(highest[hard])
    if not found:
        return np.empty(0)
    order = np.argsort(-np.concatenate(scores), kind="stable")[: int(HARD_SHARE * known.n_positive)]
    return np.concatenate(found)[order]


def _elsewhere(
    reader: Reader,
    recordings: Sequence,
    events: Sequence[Sequence[Event]],
    labels: Sequence,
    n_overlays: int,
    rng: np.random.Generator,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield windows of events that are laid over other backgrounds, and their targets."""
    look = reader.resolution
    margin = look.width_seconds
    for y, event in laid_over(
        recordings,
        events,
        sr=reader.units.sr,
        margin_seconds=margin,
        n_times=n_overlays,
        rng=rng,
        channel=reader.channel,
    ):
        views = look.learnable(np.concatenate(list(reader.units.stream([y]))))
        labelled = look.label(len(views), [event], labels)
        positive, background = look.choose(labelled, [event], look.most_of_an_overlay)
        some = rng.choice(background, min(look.most_of_an_overlay, len(background)), replace=False)
        # Windows that reach over the ends of the stretch are of no recording.
        off = np.abs(look.centres(len(views)) - event.onset - event.duration / 2)
        inside = off <= margin / 2 + event.duration / 2
        chosen = np.concatenate([positive, np.sort(some)])
        yield views[chosen[inside[chosen]]], labelled[chosen[inside[chosen]]]


def _n_background(events: Sequence[Sequence[Event]], reader: Reader) -> int:
    """Return the number of background windows to take from each recording."""
    look = reader.resolution
    hop = look.training.hop / look.rate
    n_windows = (np.clip(event.duration / hop, 1, look.most_of_an_event) for own in events for event in own)
    return int(np.ceil(BACKGROUND_SHARE * sum(n_windows) / len(events)))
