"""Sound event with an onset, an offset and a label."""

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
    """Sound event with an onset, an offset and a label.

    An immutable tuple, accepted wherever ``(onset, offset, label)`` is; events sort by time.

    Parameters
    ----------
    onset, offset : float
        Start and end, in seconds from the start of the recording.
    label : str
        Class of the event. Surrounding whitespace is stripped.
    score : float or None, default=None
        Confidence; higher is more confident. None, or NaN as in tables, if unknown.
    low_frequency, high_frequency : float or None, default=None
        Lowest and highest frequency, in Hz.
    channel : int, str or None, default=None
        Channel of the recording, numbered as in Raven: 1 is the first.

    Raises
    ------
    ValueError
        If the onset is negative or after the offset, if there is no label (an empty one, None or NaN), if the
        frequencies are in the wrong order, or if a number is infinite.

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
    ValueError: The event 'owl' is from 2.0 to 1.0 s; expected 0 <= onset <= offset.
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
        """Validate the times, the label and optional fields."""
        onset, offset = float(onset), float(offset)
        try:
            label = clean_label(label)
        except ValueError as error:
            raise ValueError(f"The event from {onset} to {offset} s has {error}.") from None
        if not (0.0 <= onset <= offset < math.inf):
            raise ValueError(f"The event {label!r} is from {onset} to {offset} s; expected 0 <= onset <= offset.")
        score = _number(score, "score", label)
        low, high = _number(low_frequency, "low frequency", label), _number(high_frequency, "high frequency", label)
        if low is not None and high is not None and not 0.0 <= low <= high:
            raise ValueError(
                f"The event {label!r} is from {low} to {high} Hz; expected 0 <= low_frequency <= high_frequency."
            )
        return super().__new__(cls, onset, offset, label, score, low, high, _channel(channel))

    @property
    def duration(self) -> float:
        """Duration in seconds."""
        return self.offset - self.onset

    def overlap(self, other: "Event") -> float:
        """Return the overlap with another event.

        Parameters
        ----------
        other : Event
            Other event, of any class.

        Returns
        -------
        float
            Duration that both have in common, in seconds.
        """
        return max(0.0, min(self.offset, other.offset) - max(self.onset, other.onset))

    def __lt__(self, other: tuple) -> bool:
        try:
            return tuple.__lt__(self, other)
        except TypeError:  # equal so far, but only one has a score, or channels are of different types
            return _comparable(self) < _comparable(other)

    def __repr__(self) -> str:
        given = [f"{self.onset:g}, {self.offset:g}, {self.label!r}"]
        given += [
            f"{name}={value:g}" for name, value in zip(self._fields[3:6], self[3:6], strict=True) if value is not None
        ]
        given += [] if self.channel is None else [f"channel={self.channel!r}"]
        return f"Event({', '.join(given)})"


def _comparable(fields: tuple) -> list[tuple[str, Any]]:
    """Return fields that can be compared; missing values come first."""
    kinds = [("" if value is None else "text" if isinstance(value, str) else "number") for value in fields]
    return list(zip(kinds, fields, strict=True))


def _number(value: Any, what: str, label: Any) -> float | None:
    if value is None or is_missing(value):
        return None
    if not math.isfinite(value := float(value)):
        raise ValueError(f"The event {label!r} has the {what} {value}; expected a finite number or None.")
    return value


def _channel(value: Any) -> int | str | None:
    """Return the number of a channel, or its name."""
    if value is None or is_missing(value):
        return None
    text = str(value).strip()
    whole = text.removesuffix(".0")  # an integer in a pandas column with missing values
    return int(whole) if whole.isdecimal() else text or None
