"""Settings of decoding: those that are given as parameters, those that tuning chooses, and defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.events._event import Event

MIN_DURATION_SHARE, SHORT_EVENT_QUANTILE = 0.75, 0.1  # for the default minimum duration of a class


@dataclass(frozen=True)
class DecodingSettings:
    """Parameters of decoding, some of which may be left open.

    Parameters
    ----------
    threshold : float, "tune" or None
        Minimum mean score of an event.
    low_threshold : float, "threshold" or None
        Minimum score of its parts.
    min_duration, max_gap : float or None
        Seconds.
    """

    threshold: float | str | None
    low_threshold: float | str | None
    min_duration: float | None
    max_gap: float | None

    def given(self) -> dict[str, float | None]:
        """Return those that tuning does not choose, as numbers, and None for others."""
        threshold = None if isinstance(self.threshold, str) else self.threshold
        return {"threshold": threshold, "min_duration": self.min_duration, "max_gap": self.max_gap}

    def complete(self, threshold: float, min_duration: float | list[float], max_gap: float) -> dict[str, Any]:
        """Return all settings of a decoder; the lower threshold may depend on the other."""
        low = self.low_threshold
        low = threshold / 2 if low is None else threshold if isinstance(low, str) else low
        return {"threshold": threshold, "low_threshold": low, "min_duration": min_duration, "max_gap": max_gap}

    def in_use(self, tuned: Mapping[str, float], min_durations: float | list[float]) -> dict[str, Any]:
        """Return all settings: those that are given, then those that were tuned, then defaults.

        Raises
        ------
        ValueError
            If the threshold is to be tuned, and was not.
        """
        if isinstance(self.threshold, str) and not tuned:
            raise ValueError("threshold='tune' takes effect in fit. Call tune, or pass a number or None.")
        defaults: dict[str, Any] = {"threshold": 0.5, "min_duration": min_durations, "max_gap": 0.0}
        values = {name: value for name, value in self.given().items() if value is not None}
        return self.complete(**{**defaults, **tuned, **values})

    def check_no_tuning(self, source: str) -> None:
        """Raise ValueError if the threshold is to be tuned, which is not possible on data of another kind."""
        if isinstance(self.threshold, str):
            raise ValueError(
                f"threshold='tune' requires recordings with strong labels, got {source}. Use a number; or None, and "
                "then tune."
            )


def default_min_durations(events: Sequence[Sequence[Event]], labels: Sequence) -> list[float]:
    """Return the minimum duration of events of each class, from those of labelled recordings."""
    by_label = ([event.duration for events_i in events for event in events_i if event.label == name] for name in labels)
    return [
        MIN_DURATION_SHARE * float(np.quantile(durations, SHORT_EVENT_QUANTILE)) if durations else 0.0
        for durations in by_label
    ]
