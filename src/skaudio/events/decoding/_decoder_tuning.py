"""Tuning of a decoder by the scores of labelled recordings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skaudio.events._event import Event
from skaudio.events._progress import FitProgress
from skaudio.events._track import Track
from skaudio.events.decoding._bounds import Shifts, median_shifts
from skaudio.events.decoding._decoder import Decoder
from skaudio.events.decoding._tuning import PRECISION, Settings, Target, Tuned, candidate_settings, choose_settings


@dataclass(frozen=True)
class TunedDecoder:
    """Result of tuning a decoder.

    Parameters
    ----------
    chosen : dict of str to float
        Settings that were chosen.
    scores : dict of str to float
        See `Tuned`.
    shifts : dict of (float, float)
        Corrections of onsets and offsets of each class.
    missed : str or None
        Warning that no settings reach the target, if so.
    """

    chosen: dict[str, float]
    scores: dict[str, float]
    shifts: Shifts
    missed: str | None


def tune_decoder(
    decoder: Decoder,
    complete: Callable[..., dict[str, Any]],
    tracks: Sequence[Track],
    events: Sequence[Sequence[Event]],
    given: Mapping[str, float | None],
    groups: Any,
    *,
    target: Target,
    progress: FitProgress | None,
) -> TunedDecoder:
    """Choose the settings of a decoder.

    Parameters
    ----------
    decoder : Decoder
        Its settings are not used.
    complete : callable
        Function from ``threshold``, ``min_duration`` and ``max_gap`` to the settings of a decoder.
    tracks : sequence of Track
        Scores of the recordings.
    events : sequence of sequences of Event
        Their events.
    given : dict of str to (float or None)
        These three; those that are numbers are not varied.
    groups : array-like of shape (n_recordings,) or None
        Groups of recordings.
    target : str or tuple
        See `check_target`.
    progress : FitProgress or None
        Advances with each candidate.
    """
    smooth_decoder, smooth = decoder.smoothed(tracks)
    candidates = candidate_settings(events, target, min_duration=given["min_duration"], max_gap=given["max_gap"])

    def decode(settings: Settings) -> list[list[Event]]:
        own = smooth_decoder.with_settings(complete(*settings))
        detected = [own.runs(track) for track in smooth]
        if progress is not None:
            progress.advance(1 / len(candidates))
        return detected

    if progress is not None:
        progress.begin("tuning", len(tracks))
    hours = [len(track.scores) * decoder.step_seconds / 3600 for track in tracks]
    tuned = choose_settings(candidates, events, decode, decoder.labels, groups=groups, hours=hours, target=target)
    pairs = zip(given, tuned.settings, strict=True)
    return TunedDecoder(
        {name: value for name, value in pairs if given[name] is None},
        tuned.scores,
        median_shifts(events, decode(tuned.settings), decoder.labels),
        None if tuned.best is None or isinstance(target, str) else _missed_target(tuned, target),
    )


def _missed_target(tuned: Tuned, target: tuple[str, float]) -> str:
    name, wanted = target
    what = "a precision of at least" if name == PRECISION else "at most"
    unit = "" if name == PRECISION else " false alarms per hour"
    return (
        f"No settings reach {what} {wanted:g}{unit} on these recordings; the nearest have {tuned.best:.3g}, with the "
        f"threshold {tuned.settings[0]:g}. Pass more recordings, or train on more backgrounds."
    )
