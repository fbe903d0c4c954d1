"""Reading of recordings in units, samples or frames, and of the windows or frames that are scored."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio._warnings import warn_user
from skaudio.events._event import Event
from skaudio.events.scanning._kept_units import KeptUnits
from skaudio.events.scanning._resolutions import WindowResolution
from skaudio.events.scanning._silence import SilenceGate, swing_of
from skaudio.events.scanning._units import Units
from skaudio.io import AudioError, iter_blocks


@dataclass(frozen=True)
class Reader:
    """Reads recordings.

    Parameters
    ----------
    units : Units
        Units of recordings.
    resolution : WindowResolution
        Windows or frames that are scored.
    silence_dbfs : float or None
        Peak level of digital silence. If None, no sound counts as silence.
    channel : int or None
        Index of the channel. If None, channels are averaged.
    kept : KeptUnits or None, default=None
        Keeps the units of recordings that are read several times; not in other processes.
    """

    units: Units
    resolution: WindowResolution
    silence_dbfs: float | None
    channel: int | None
    kept: KeptUnits | None = None

    def __reduce__(self) -> tuple[type, tuple]:
        return Reader, (self.units, self.resolution, self.silence_dbfs, self.channel)

    def pieces(self, recording: Any) -> Iterator[np.ndarray]:
        """Yield the waveform of a recording in pieces."""
        return (block.y for block in iter_blocks(recording, sr=self.units.sr, channel=self.channel))

    def read(self, recording: Any, i: int) -> np.ndarray:
        """Return all units of recording ``i``."""
        with naming(i):
            return self.read_units(recording) if self.kept is None else self.kept.get(recording, self.read_units)

    def read_units(self, recording: Any) -> np.ndarray:
        """Compute all units of a recording."""
        return np.concatenate(list(self.units.stream(self.pieces(recording))))

    def windows(self, recording: Any, i: int) -> np.ndarray:
        """Return all training windows of recording ``i``, as a view."""
        return self.resolution.learnable(self.read(recording, i))

    def read_sounding(self, recording: Any, i: int) -> np.ndarray:
        """Return the units of recording ``i`` without those of digital silence, whose scores are 0 in any case.

        A network trained on tags would otherwise associate silence with the classes of such recordings.
        """
        gate = self.gate()
        if gate is None:
            return self.read(recording, i)
        with naming(i):
            all_units = np.concatenate(list(self.units.stream(gate.watch(self.pieces(recording)))))
        (sounding,) = gate.apply([np.ones((len(all_units), 1))])
        return all_units[sounding[:, 0] > 0] if sounding.any() else all_units[:1]

    def is_silent(self, recording: Any, i: int) -> bool:
        """Return whether recording ``i`` is digital silence."""
        if self.silence_dbfs is None:
            return False
        with naming(i):
            bounds = [(piece.min(), piece.max()) for piece in self.pieces(recording) if len(piece)]
        return not bounds or np.ptp(bounds) <= swing_of(self.silence_dbfs)

    def warn_if_silent(
        self, recordings: Sequence, events: Sequence[Sequence[Event]], is_scored: Sequence[bool]
    ) -> None:
        """Warn of recordings that have events, but no sound, and therefore no score above 0."""
        undetected = [i for i, found in enumerate(is_scored) if events[i] and not found]
        silent = [i for i in undetected if self.is_silent(recordings[i], i)]
        if silent:
            named = ", ".join(map(str, silent[:5]))
            warn_user(
                f"{len(silent)} of {len(recordings)} recordings have events, but no sound above silence_dbfs="
                f"{self.silence_dbfs!r}: recording {named}. No events are detected in them. If there is sound, scale "
                "samples to [-1, 1], or pass silence_dbfs=None.",
            )

    def gate(self) -> SilenceGate | None:
        """Return the gate that sets the scores of digital silence to 0; None if disabled."""
        if self.silence_dbfs is None:
            return None
        resolution = self.resolution
        times = resolution.step_seconds, resolution.reach_seconds, resolution.start_seconds
        step, reach, start = (round(seconds * self.units.sr) for seconds in times)
        return SilenceGate(step, reach, swing_of(self.silence_dbfs), start)


@contextmanager
def naming(i: int) -> Iterator[None]:
    """Add the index of the recording to the message of an error."""
    try:
        yield
    except (AudioError, TypeError) as error:
        raise type(error)(f"Recording {i}: {error}") from error
