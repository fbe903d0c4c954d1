"""Units of the scores: windows, each classified as a clip; or frames of longer windows, predicted by a network."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.events.scanning._frame_labels import frame_labels
from skaudio.events.scanning._training_windows import choose_windows, label_windows
from skaudio.events.scanning._window_scores import Windows, score_function

FRAME_REACH_SECONDS = 0.5  # longer than pauses within an event that a noise gate may have muted


class WindowResolution:
    """Scores per window.

    Parameters
    ----------
    rate : float
        Units per second.
    window_seconds : float or None
        Length of a window. If None, 1.
    hop_seconds : float or None
        Time from one window to the next. If None, a tenth of the length.
    center : bool, default=True
        Whether the first window is centred on the start, or begins there.

    Attributes
    ----------
    windows, training : Windows
        Windows for prediction and for training.
    step : int
        Units from one score to the next.
    width_seconds, step_seconds, start_seconds, reach_seconds : float
        Length of a window, time from one score to the next and of the first, and distance to either side within which a
        score needs some sound.
    learn : str
        Name of the estimator's fitting method.
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
        """Return all training windows of a recording, as a view."""
        return self.training.of(units)

    def centres(self, n_windows: int) -> np.ndarray:
        """Return the times of the centres of training windows, in seconds."""
        return self.start_seconds + np.arange(n_windows) * self.step_seconds

    def label(self, n_windows: int, events: Sequence[Event], labels: Sequence[str]) -> np.ndarray:
        """Return targets ``(n_windows, ..., n_classes)`` of training windows; NaN where ambiguous."""
        return label_windows(self.centres(n_windows), self.width_seconds, events, labels)

    def choose(self, targets: np.ndarray, events: Sequence[Event], max_windows: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the indices of windows of events, some of each, and of all background windows."""
        inner = tuple(range(1, targets.ndim))
        unambiguous, background = ~np.isnan(targets).any(axis=inner), (targets == 0.0).all(axis=inner)
        centres = self.centres(len(targets))
        chosen = choose_windows(unambiguous & ~background, events, centres, self.width_seconds, max_windows)
        return chosen, np.flatnonzero(background)

    def score(self, estimator: Any, views: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the scores ``(n_windows, n_steps, n_classes)`` of windows, for some of the classes."""
        return score_function(estimator)(np.ascontiguousarray(views))[:, np.newaxis, columns]

    def stream(self, estimator: Any, pieces: Iterable[np.ndarray], columns: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of a stream of units, in batches."""
        n_units = n_done = 0

        def counted() -> Iterator[np.ndarray]:
            nonlocal n_units
            for piece in pieces:
                n_units += len(piece)
                yield piece

        for batch in self.windows.stream(counted()):
            scores = self.score(estimator, batch, columns)
            # Scores of the last window beyond the end are dropped.
            rows = scores.reshape(-1, scores.shape[-1])[: -(-n_units // self.step) - n_done]
            n_done += len(rows)
            yield rows.astype(np.float32)


class FrameResolution(WindowResolution):
    """Scores per frame of overlapping windows: predictions near the ends of a window are not used.

    Parameters
    ----------
    rate, window_seconds, hop_seconds
        As in `WindowResolution`. If None, 10, and four fifths of the length.
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
                f"hop_seconds={hop_seconds!r}; expected at most window_seconds={window_seconds!r}, so that no frames "
                "are skipped."
            )
        self.windows = Windows(width, hop, before=(width - hop) // 2)
        self.training = Windows(width, max(1, width // 4), before=0)
        self.step, self.step_seconds, self.reach_seconds = 1, 1 / rate, FRAME_REACH_SECONDS

    def learnable(self, units: np.ndarray) -> np.ndarray:
        """Return all training windows of a recording, as a view; only the last may extend beyond the end."""
        n_beyond = max(0, len(units) - self.training.width)
        return self.training.of(units)[: 1 - (-n_beyond // self.training.hop)]

    def centres(self, n_windows: int) -> np.ndarray:
        """Return the times of the centres of training windows, in seconds."""
        return (np.arange(n_windows) * self.training.hop + self.training.width / 2) / self.rate

    def label(self, n_windows: int, events: Sequence[Event], labels: Sequence[str]) -> np.ndarray:
        """Return targets ``(n_windows, n_frames, n_classes)`` of training windows."""
        first = np.arange(n_windows)[:, np.newaxis] * self.training.hop
        return frame_labels(events, (first + np.arange(self.training.width)) / self.rate, labels).astype(bool)

    def score(self, estimator: Any, views: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the scores ``(n_windows, n_steps, n_classes)`` of the frames in the middle of windows."""
        middle = slice(self.windows.before, self.windows.before + self.windows.hop)
        return np.asarray(estimator.predict_frames(np.ascontiguousarray(views)))[:, middle, columns]
