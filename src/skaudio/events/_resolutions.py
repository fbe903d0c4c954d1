"""What is judged at once: windows, each as a clip; or the frames of stretches, by a network that tells of frames."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.events._frame_labels import frame_labels
from skaudio.events._training_windows import choose_windows, label_windows
from skaudio.events._window_scores import Windows, score_function

FRAME_REACH_SECONDS = 0.5  # a pause within an event, which a noise gate may have cut out, is no longer


class WindowResolution:
    """A score for each window.

    Parameters
    ----------
    rate : float
        Units a second.
    window_seconds : float or None
        Length of a window; None: 1.
    hop_seconds : float or None
        From one to the next; None: a tenth of the length.
    center : bool, default=True
        Whether the first window is centred on the start, or begins there.

    Attributes
    ----------
    windows, training : Windows
        Those that recordings are gone along by, and those of which some are learnt from.
    step : int
        Units from one score to the next.
    width_seconds, step_seconds, start_seconds, reach_seconds : float
        Length of a window, time from one score to the next and of the first, and how far to either side a score needs
        some sound.
    learn : str
        Name of the estimator's method that it learns by.
    """

    learn = "fit"
    most_of_an_event = 40
    most_of_an_overlay = 4

    def __init__(
        self, rate: float, window_seconds: float | None, hop_seconds: float | None, *, center: bool = True
    ) -> None:
        self.width_seconds = 1.0 if window_seconds is None else window_seconds
        hop_seconds = self.width_seconds / 10 if hop_seconds is None else hop_seconds
        width, hop = (max(1, round(seconds * rate)) for seconds in (self.width_seconds, hop_seconds))
        self.windows = self.training = Windows(width, hop, before=None if center else 0)
        self.step, self.rate = hop, rate
        self.step_seconds, self.reach_seconds = hop / rate, self.width_seconds / 2
        self.start_seconds = 0.0 if center else self.width_seconds / 2

    def learnable(self, units: np.ndarray) -> np.ndarray:
        """Give all training windows of a recording, as a view."""
        return self.training.of(units)

    def centres(self, n_windows: int) -> np.ndarray:
        """Give the times of the middles of training windows, in seconds."""
        return self.start_seconds + np.arange(n_windows) * self.step_seconds

    def label(self, n_windows: int, events: Sequence[Event], labels: Sequence[str]) -> np.ndarray:
        """Give targets ``(n_windows, ..., n_classes)`` of training windows; NaN where one cannot say."""
        return label_windows(self.centres(n_windows), self.width_seconds, events, labels)

    def choose(self, targets: np.ndarray, events: Sequence[Event], most: int) -> tuple[np.ndarray, np.ndarray]:
        """Give the places of windows of events, some of each, and of all of the background."""
        inner = tuple(range(1, targets.ndim))
        known, nothing = ~np.isnan(targets).any(axis=inner), (targets == 0.0).all(axis=inner)
        centres = self.centres(len(targets))
        return choose_windows(known & ~nothing, events, centres, self.width_seconds, most), np.flatnonzero(nothing)

    def score(self, estimator: Any, views: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Give the scores ``(n_windows, n_steps, n_classes)`` of windows, of some of the classes."""
        return score_function(estimator)(np.ascontiguousarray(views))[:, np.newaxis, columns]

    def stream(self, estimator: Any, pieces: Iterable[np.ndarray], columns: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of units that come piece by piece, some at a time."""
        n_units = n_done = 0

        def counted() -> Iterator[np.ndarray]:
            nonlocal n_units
            for piece in pieces:
                n_units += len(piece)
                yield piece

        for batch in self.windows.stream(counted()):
            scores = self.score(estimator, batch, columns)
            # What the last window tells of beyond the end is cut off.
            rows = scores.reshape(-1, scores.shape[-1])[: -(-n_units // self.step) - n_done]
            n_done += len(rows)
            yield rows.astype(np.float32)


class FrameResolution(WindowResolution):
    """A score for each frame, of stretches that overlap: what is told of frames near the ends of one is not used.

    Parameters
    ----------
    rate, window_seconds, hop_seconds
        As in `WindowResolution`; None: 10, and four fifths of the length.
    """

    learn = "fit_frames"
    most_of_an_event = 4
    most_of_an_overlay = 1

    def __init__(self, rate: float, window_seconds: float | None, hop_seconds: float | None) -> None:
        window_seconds = 10.0 if window_seconds is None else window_seconds
        super().__init__(rate, window_seconds, 0.8 * window_seconds if hop_seconds is None else hop_seconds)
        width, hop = self.windows.width, self.step
        if hop > width:
            raise ValueError(
                f"hop_seconds={hop_seconds!r} is longer than window_seconds={window_seconds!r}: frames in between "
                "would not be looked at. Make it shorter, or None."
            )
        self.windows = Windows(width, hop, before=(width - hop) // 2)
        self.training = Windows(width, max(1, width // 4), before=0)
        self.step, self.step_seconds, self.reach_seconds = 1, 1 / rate, FRAME_REACH_SECONDS

    def learnable(self, units: np.ndarray) -> np.ndarray:
        """Give all training windows of a recording, as a view; the last reaches its end, and not much further."""
        n_beyond = max(0, len(units) - self.training.width)
        return self.training.of(units)[: 1 - (-n_beyond // self.training.hop)]

    def centres(self, n_windows: int) -> np.ndarray:
        """Give the times of the middles of training windows, in seconds."""
        return (np.arange(n_windows) * self.training.hop + self.training.width / 2) / self.rate

    def label(self, n_windows: int, events: Sequence[Event], labels: Sequence[str]) -> np.ndarray:
        """Give targets ``(n_windows, n_frames, n_classes)`` of training windows."""
        first = np.arange(n_windows)[:, np.newaxis] * self.training.hop
        return frame_labels(events, (first + np.arange(self.training.width)) / self.rate, labels).astype(bool)

    def score(self, estimator: Any, views: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Give the scores ``(n_windows, n_steps, n_classes)`` of the frames in the middle of windows."""
        middle = slice(self.windows.before, self.windows.before + self.windows.hop)
        return np.asarray(estimator.predict_frames(np.ascontiguousarray(views)))[:, middle, columns]
