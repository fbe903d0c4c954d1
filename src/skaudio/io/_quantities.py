"""Validation of sampling rates and times."""

import math
from numbers import Real
from typing import Any

from skaudio.io._audio_error import AudioError

# From seismometers to the fastest ultrasound sensors; arrays may have any rate.
MIN_RATE, MAX_RATE = 100, 10_000_000


def check_rate(sr: Any, name: str) -> None:
    """Raise an error if a sampling rate is invalid."""
    if isinstance(sr, bool) or not isinstance(sr, Real):
        raise TypeError(f"{name} must be a number of samples per second, got {sr!r} of type {type(sr).__name__}.")
    if not math.isfinite(sr) or sr <= 0:
        raise AudioError(f"{name} must be a positive number of samples per second, got {sr!r}.")


def check_seconds(value: Any, name: str, *, above: float = -math.inf) -> None:
    """Raise an error unless a time is finite and above `above`."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number of seconds, got {value!r} of type {type(value).__name__}.")
    if not math.isfinite(value) or value <= above:
        bound = f" above {above}" if above > -math.inf else ""
        raise AudioError(f"{name} must be a finite number of seconds{bound}, got {value!r}.")


def check_stated_rate(sr: float, name: str) -> None:
    """Reject an implausible sampling rate in the header of a file."""
    if not MIN_RATE <= sr <= MAX_RATE:
        raise AudioError(
            f"{name} has a sampling rate of {sr} Hz in its header, which is damaged: expected {MIN_RATE} to "
            f"{MAX_RATE} Hz. Copy or record it again; if the rate is correct, read the samples with another package "
            "and pass them as (y, sr)."
        )
