"""Something that sounds from one time to another."""

import math
from typing import NamedTuple, Self


class _Fields(NamedTuple):
    onset: float
    offset: float
    label: str
    score: float | None = None
    low_frequency: float | None = None
    high_frequency: float | None = None


class Event(_Fields):
    """Something that sounds from one time to another.

    A tuple, which never changes: what takes ``(onset, offset, label)`` takes events, and events sort by time.

    Parameters
    ----------
    onset, offset : float
        When it begins and ends, in seconds from the start of the recording.
    label : str
        What it is.
    score : float or None, default=None
        How sure that is; higher is surer.
    low_frequency, high_frequency : float or None, default=None
        Where along frequency it lies, in Hz.

    Raises
    ------
    ValueError
        If it begins before the recording, ends before it begins, or if its frequencies are in the wrong order.

    Examples
    --------
    >>> from skaudio.events import Event
    >>> call = Event(1.5, 4.0, "owl", score=0.9)
    >>> call.duration
    2.5
    >>> call.overlap(Event(3.0, 6.0, "owl"))
    1.0
    >>> Event(2, 1, "owl")
    Traceback (most recent call last):
    ...
    ValueError: The event 'owl' is from 2.0 to 1.0 s; expected an onset of 0 or more, and no offset before it.
    """

    __slots__ = ()

    def __new__(
        cls,
        onset: float,
        offset: float,
        label: str,
        score: float | None = None,
        low_frequency: float | None = None,
        high_frequency: float | None = None,
    ) -> Self:
        """Check the times and frequencies."""
        onset, offset = float(onset), float(offset)
        if not (0.0 <= onset <= offset < math.inf):
            raise ValueError(
                f"The event {label!r} is from {onset} to {offset} s; expected an onset of 0 or more, and no offset "
                "before it."
            )
        low, high = (None if f is None else float(f) for f in (low_frequency, high_frequency))
        if low is not None and high is not None and not 0.0 <= low <= high:
            raise ValueError(f"The event {label!r} is from {low} to {high} Hz; expected the lower frequency first.")
        return super().__new__(cls, onset, offset, label, None if score is None else float(score), low, high)

    @property
    def duration(self) -> float:
        """How long it is, in seconds."""
        return self.offset - self.onset

    def overlap(self, other: "Event") -> float:
        """Tell for how long, in seconds, both sound."""
        return max(0.0, min(self.offset, other.offset) - max(self.onset, other.onset))

    def __repr__(self) -> str:
        given = [f"{self.onset:g}, {self.offset:g}, {self.label!r}"]
        given += [f"{name}={getattr(self, name):g}" for name in self._fields[3:] if getattr(self, name) is not None]
        return f"Event({', '.join(given)})"
