"""Interface of opened clips: properties, and samples in sequence."""

import math
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from skaudio._warnings import warn_user
from skaudio.io._audio_error import AudioError

SKIP_SAMPLES = 2**18


class AudioReader:
    """Base of opened clips. Subclasses implement the source of samples.

    Attributes
    ----------
    name : str
        Name used in messages.
    sr : int or float
        Sampling rate in Hz.
    n_channels : int
    n_samples : int or None
        Samples per channel; None if only known after decoding.
    truncation : str or None
        Description of a truncation, if detected when opening.
    max_plausible_samples : float
        Maximum number of samples that is plausible for its size: a limit for allocation, regardless of its header.
    length_warning : str or None
        Further warning if its end is requested, such as audio after the length stated in its header.
    """

    name: str
    sr: float
    n_channels: int
    n_samples: int | None = None
    truncation: str | None = None
    length_warning: str | None = None
    max_plausible_samples: float = math.inf
    _at_close: tuple[Callable[[], Any], ...] = ()

    def read(self, n: int) -> np.ndarray:
        """Read the next `n` samples of each channel, fewer only at the end.

        Returns
        -------
        ndarray of shape (n,) or (n, n_channels)
            Input for `as_waveform`.
        """
        raise NotImplementedError

    def skip(self, n: int) -> None:
        """Skip the next `n` samples."""
        while n > 0 and len(self.read(min(n, SKIP_SAMPLES))):
            n -= SKIP_SAMPLES

    def warn_of_length(self) -> None:
        """Issue the warning about its length, if any."""
        if self.length_warning:
            warn_user(f"{self.name}: {self.length_warning}")

    def call_at_close(self, callback: Callable[[], Any]) -> None:
        """Register a callback to run at close, after those before."""
        self._at_close = (*self._at_close, callback)

    def close(self) -> None:
        """Release resources."""
        callbacks, self._at_close = self._at_close, ()
        for callback in callbacks:
            callback()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def go_to(self, offset: float, duration: float | None) -> tuple[int, int | None]:
        """Move to the start of the requested part.

        Parameters
        ----------
        offset : float
            Seconds from the start; if negative, from the end.
        duration : float or None
            Requested seconds; None for the rest.

        Returns
        -------
        start : int
            First requested sample.
        n : int or None
            Number of requested samples, at most those available; None for all, if unknown.

        Raises
        ------
        AudioError
            If there are no samples, or if the end of a truncated file is requested.
        """
        start = self._first_sample(offset)
        n = None if duration is None else int(duration * self.sr)
        if n == 0:
            raise AudioError(f"duration={duration!r} is less than one sample of {self.name}, at {self.sr} Hz.")
        if self.n_samples is not None:
            n = self._n_available(self.n_samples, start, n, offset)
        if start:
            self.skip(start)
        return start, n

    def pieces(self, n: int | None, size: int) -> Iterator[np.ndarray]:
        """Yield `n` samples, or the rest, in pieces of `size`.

        Raises
        ------
        AudioError
            If there are no samples.
        """
        n_read = 0
        while n is None or n_read < n:
            piece = self.read(size if n is None else min(size, n - n_read))
            if len(piece) == 0:
                break
            n_read += len(piece)
            yield piece
        if n_read == 0:
            raise AudioError(f"{self.name} has no samples, or none after offset. Expected at least one.")

    def _first_sample(self, offset: float) -> int:
        if offset >= 0:
            return int(offset * self.sr)
        if self.n_samples is None:
            raise AudioError(
                f"offset={offset!r} is relative to the end, but the header of {self.name} does not state its length."
            )
        return self.n_samples - int(-offset * self.sr)

    def _n_available(self, n_samples: int, start: int, n: int | None, offset: float) -> int:
        available = n_samples - start
        if self.truncation and (n is None or n > available):
            raise AudioError(f"{self.name} is cut short: {self.truncation} {self._truncation_remedy(n_samples)}")
        if n_samples == 0:
            raise AudioError(f"{self.name} has no samples. Expected at least one.")
        if n is None or n > available:
            self.warn_of_length()
        if available <= 0 or start < 0:
            raise AudioError(f"offset={offset!r} s is outside {self.name}, which is {n_samples / self.sr:.3f} s long.")
        return available if n is None else min(n, available)

    def _truncation_remedy(self, n_samples: int) -> str:
        # Rounded down, so that this duration is accepted.
        seconds = int(n_samples / self.sr * 1000) / 1000
        return f"Copy or record it again, or read the available part, with duration={seconds} (offset=0)."
