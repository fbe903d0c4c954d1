"""The cards of detections, and the orders that they can be shown in."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from skaudio._warnings import warn_user
from skaudio.inspection.detections import DetectionTable
from skaudio.inspection.pages._sound_card import SoundCards, excerpt, time_text
from skaudio.io import AudioError

ORDER_NAMES = {
    "score": "Score, high to low",
    "lowest": "Score, low to high",
    "label": "Label",
    "time": "Time",
    "random": "At random",
    "stratified": "Stratified over scores",
}


def detection_cards(
    table: DetectionTable, rows: Sequence[int], sounds: SoundCards, *, context_seconds: float, on_error: str
) -> Iterator[dict[str, Any]]:
    """Yield what the script of a page needs of each detection; see `skaudio.inspection.pages._cards.card_page`.

    Parameters
    ----------
    table : DetectionTable
        The detections.
    rows : sequence of int
        Rows of the table to show.
    sounds : SoundCards
        Encoder of the sounds.
    context_seconds : float
        Time before and after each detection.
    on_error : {"raise", "warn"}
        Whether to raise an error for a recording that cannot be decoded, or to warn and show no sound.

    Raises
    ------
    AudioError
        If a recording cannot be decoded, with ``on_error="raise"``.
    """
    for row in rows:
        event, name = table.events[row], table.names[row]
        try:
            recording = table.clips[table.indices[row]]
            y, start = excerpt(recording, event, sounds.front_end.rate, context_seconds)
            clip = sounds.encode(y, start, event)
        except AudioError as error:
            message = f"Detection {row}, of {name!r} at {event.onset:g} s: {error}"
            if on_error == "raise":
                raise AudioError(f"{message} Pass on_error='warn' to show it without sound.") from error
            warn_user(message)
            clip = {"error": str(error)}
        facts = [
            ("score", "" if event.score is None else f"Score {event.score:.3g}"),
            ("recording", name),
            ("at", f"at {time_text(event.onset)}"),
            ("time", table.times[row]),
        ]
        yield {
            "row": row,
            "title": event.label,
            "facts": [fact for fact in facts if fact[1]],
            "fields": {"label": event.label, "recording": name},
            "numbers": {"score": event.score},
            **clip,
        }


def detection_ranks(
    orders: Mapping[str, np.ndarray], rows: Sequence[int], table: DetectionTable
) -> dict[str, list[int]]:
    """Return the ranks of rows in each order, and in that of the lowest scores, if there are any."""
    if "score" in orders:
        scores = np.array([np.inf if event.score is None else event.score for event in table.events])
        orders = {"score": orders["score"], "lowest": np.argsort(scores, kind="stable"), **orders}
    return {name: np.argsort(order)[rows].tolist() for name, order in orders.items()}
