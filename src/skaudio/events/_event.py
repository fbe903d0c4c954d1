"""Something that sounds from one time to another."""

import math
from typing import Any, NamedTuple, Self

from skaudio._event_rows import clean_label, is_missing


class _Fields(NamedTuple):
    onset: float
    offset: float
    label: str
    score: float | None = None
    low_frequency: float | None = None
    high_frequency: float | None = None
    channel: int | str | None = None


class Event(_Fields):
    """Something that sounds from one time to another.

    A tuple, which never changes: what takes ``(onset, offset, label)`` takes events, and events sort by time.

    Parameters
    ----------
    onset, offset : float
        When it begins and ends, in seconds from the start of the recording.
    label : str
        Its class. Blanks around it are taken off.
    score : float or None, default=None
        How sure it is; higher is surer. None, or NaN as tables have it: not known.
    low_frequency, high_frequency : float or None, default=None
        Its lowest and highest frequency, in Hz.
    channel : int, str or None, default=None
        The channel of the recording that it is in, as Raven has it: 1 is the first.

    Raises
    ------
    ValueError
        If it begins before the recording or ends before it begins, if it has no label (an empty one, None or NaN), if
        its frequencies are in the wrong order, or if a number is infinite.

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
        channel: int | str | None = None,
    ) -> Self:
        """Check the times, the label and what else is given."""
        onset, offset = float(onset), float(offset)
        try:
            label = clean_label(label)
        except ValueError as error:
            raise ValueError(f"The event from {onset} to {offset} s has {error}.") from None
        if not (0.0 <= onset <= offset < math.inf):
            raise ValueError(
                f"The event {label!r} is from {onset} to {offset} s; expected an onset of 0 or more, and no offset "
                "before it."
            )
        score = _number(score, "score", label)
        low, high = _number(low_frequency, "low frequency", label), _number(high_frequency, "high frequency", label)
        if low is not None and high is not None and not 0.0 <= low <= high:
            raise ValueError(f"The event {label!r} is from {low} to {high} Hz; expected the lower frequency first.")
        return super().__new__(cls, onset, offset, label, score, low, high, _channel(channel))

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.offset - self.onset

    def overlap(self, other: "Event") -> float:
        """Return for how many seconds both sound."""
        return max(0.0, min(self.offset, other.offset) - max(self.onset, other.onset))

    def __lt__(self, other: tuple) -> bool:
        try:
            return tuple.__lt__(self, other)
        except TypeError:  # one of two that agree so far has a score, or another kind of channel, and one has not
            return _comparable(self) < _comparable(other)

    def __repr__(self) -> str:
        given = [f"{self.onset:g}, {self.offset:g}, {self.label!r}"]
        given += [
            f"{name}={value:g}" for name, value in zip(self._fields[3:6], self[3:6], strict=True) if value is not None
        ]
        given += [] if self.channel is None else [f"channel={self.channel!r}"]
        return f"Event({', '.join(given)})"


def _comparable(fields: tuple) -> list[tuple[str, Any]]:
    """Return fields that can be compared, whatever is missing; what is missing comes first."""
    kinds = [("" if value is None else "text" if isinstance(value, str) else "number") for value in fields]
    return list(zip(kinds, fields, strict=True))


def _number(value: Any, what: str, label: Any) -> float | None:
    if value is None or is_missing(value):
        return None
    if not math.isfinite(value := float(value)):
        raise ValueError(f"The event {label!r} has the {what} {value}; expected a finite number, or None.")
    return value


def _channel(value: Any) -> int | str | None:
    """Return the number of a channel, or its name."""
    if value is None or is_missing(value):
        return None
    text = str(value).strip()
    whole = text.removesuffix(".0")  # as a column that has missing values holds it
    return int(whole) if whole.isdecimal() else text or None
