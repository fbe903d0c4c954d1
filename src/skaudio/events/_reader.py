"""Reading recordings in units, samples or frames, and the windows or frames of them that get a score."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.events._resolutions import WindowResolution
from skaudio.events._silence import SilenceGate, swing_of
from skaudio.events._units import Units
from skaudio.io import AudioError, iter_blocks


@dataclass(frozen=True)
class Reader:
    """Reads recordings.

    Parameters
    ----------
    units : Units
        What a recording is a stream of.
    resolution : WindowResolution
        What gets a score.
    silence_dbfs : float or None
        Peak level of digital silence. If None, nothing is silent.
    channel : int or None
        Which of several channels. If None, their average.
    """

    units: Units
    resolution: WindowResolution
    silence_dbfs: float | None
    channel: int | None

    def pieces(self, recording: Any) -> Iterator[np.ndarray]:
        """Yield the waveform of a recording in pieces."""
        return (block.y for block in iter_blocks(recording, sr=self.units.sr, channel=self.channel))

    def read(self, recording: Any, i: int) -> np.ndarray:
        """Return all units of recording ``i``."""
        with naming(i):
            return np.concatenate(list(self.units.stream(self.pieces(recording))))

    def windows(self, recording: Any, i: int) -> np.ndarray:
        """Return all training windows of recording ``i``, as a view."""
        return self.resolution.learnable(self.read(recording, i))

    def read_sounding(self, recording: Any, i: int) -> np.ndarray:
        """Return the units of recording ``i`` without those of digital silence, whose scores are 0 in any case.

        A network that learns from tags would otherwise learn silence as a sign of the classes recorded with it.
        """
        gate = self.gate()
        if gate is None:
            return self.read(recording, i)
        with naming(i):
            all_units = np.concatenate(list(self.units.stream(gate.watch(self.pieces(recording)))))
        (sounds,) = gate.apply([np.ones((len(all_units), 1))])
        return all_units[sounds[:, 0] > 0] if sounds.any() else all_units[:1]

    def is_silent(self, recording: Any, i: int) -> bool:
        """Return whether recording ``i`` is digital silence."""
        if self.silence_dbfs is None:
            return False
        with naming(i):
            bounds = [(piece.min(), piece.max()) for piece in self.pieces(recording) if len(piece)]
        return not bounds or np.ptp(bounds) <= swing_of(self.silence_dbfs)

    def gate(self) -> SilenceGate | None:
        """Return what sets the scores of digital silence to 0; None where nothing is silent."""
        if self.silence_dbfs is None:
            return None
        look = self.resolution
        times = look.step_seconds, look.reach_seconds, look.start_seconds
        step, reach, start = (round(seconds * self.units.sr) for seconds in times)
        return SilenceGate(step, reach, swing_of(self.silence_dbfs), start)


@contextmanager
def naming(i: int) -> Iterator[None]:
    """Add the index of the recording to the message of an error."""
    try:
        yield
    except (AudioError, TypeError) as error:
        raise type(error)(f"Recording {i}: {error}") from error
