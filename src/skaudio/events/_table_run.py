"""Detection in many recordings, written to a table that is resumed and extended."""

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from skaudio._recording_names import pair_names
from skaudio._urls import full_name
from skaudio.events._ends import stated_seconds
from skaudio.events._event import Event
from skaudio.events._event_tables import check_format, event_table, write_events
from skaudio.events._file_names import check_names
from skaudio.events._finished_table import (
    FinishedTable,
    RecordedFile,
    complete_replacement,
    digest_of,
    record_path,
    replace_table,
)
from skaudio.events._parts import Parts, kept_parts, parts_folder
from skaudio.events._scanner import Scanner
from skaudio.events._score_files import score_writer, scores_of
from skaudio.events._table_reading import RAVEN_SUFFIX
from skaudio.events._track import Track
from skaudio.events._track_functions import Detect
from skaudio.io import AudioError

Durations = Mapping[str, float] | None


@dataclass(frozen=True)
class Detection:
    """What a table run needs of a detector.

    Parameters
    ----------
    scanner : Scanner
        Computes scores.
    decode : Detect
        Decodes tracks.
    labels : list
        Classes.
    scoring, decoding : str
        Fingerprints of what the scores depend on, and of the settings of decoding.
    """

    scanner: Scanner
    decode: Detect
    labels: list
    scoring: str
    decoding: str

    def timed(self, scores: np.ndarray) -> Track:
        """Return scores with their times."""
        resolution = self.scanner.reader.resolution
        return Track(resolution.start_seconds + np.arange(len(scores)) * resolution.step_seconds, scores)


def write_table(
    path: Path,
    recordings: Sequence,
    names: list,
    detection: Detection,
    *,
    durations: Durations,
    scores: Path | None,
    extend: bool,
) -> None:
    """Detect the events of recordings and write them to a table.

    Parameters
    ----------
    path : Path
        The table.
    recordings : sequence
        Clips.
    names : list
        Their names in the table.
    detection : Detection
        The detector.
    durations : dict of str to float or None
        Seconds of each recording, for a Raven selection table.
    scores : Path or None
        File of scores.
    extend : bool
        Whether recordings of an existing table are kept.
    """
    complete_replacement(path, parts_folder(path))
    own = _places(names)
    finished = FinishedTable.read(path) if extend and own is not None else None
    kept = _kept_events(path, finished, own or {}, detection, scores)
    others = [] if finished is None else [file for file in finished.recordings if _place(file.name) not in (own or {})]
    all_names = [*(file.name for file in others), *names]
    check_format(path, all_names, detection.labels, durations)
    check_names(path, all_names)
    fingerprint = f"{detection.scoring} {detection.decoding}"
    with kept_parts(path, names, recordings, fingerprint, with_scores=scores is not None) as parts:
        done = {i: kept[_place(name)] for i, name in enumerate(names) if own is not None and _place(name) in kept}
        _process(recordings, [i for i in range(len(names)) if i not in done and i not in parts], detection, parts)
        events = [*(kept[_place(file.name)] for file in others)]
        events += [done[i] if i in done else parts.read(i) for i in range(len(names))]
        if scores is not None:
            _merge_scores(scores, names, [i for i in range(len(names)) if i in parts], detection, parts)
        seconds = _durations(path, all_names, recordings, others, durations, detection.scanner.reader.units.sr)
        staged = parts.folder / path.name
        write_events(staged, event_table(events, all_names), durations=seconds)
        if own is None:
            record_path(path).unlink(missing_ok=True)
            os.replace(staged, path)
            return
        present = [name for i, name in enumerate(names) if i in done or i in parts]
        files = _recorded_files(dict(zip(all_names, events, strict=True)), others, present, seconds or {})
        replace_table(path, staged, FinishedTable(digest_of(staged), detection.scoring, detection.decoding, files))


def _recorded_files(
    events: Mapping[str, list[Event]],
    others: Sequence[RecordedFile],
    present: Sequence[str],
    seconds: Mapping[str, float],
) -> list[RecordedFile]:
    """Return the states of all recordings in a table: of others as they were, with events as they are decoded now."""
    files = [replace(file, events=[list(event) for event in events[file.name]]) for file in others]
    files += [RecordedFile.of(name, events[name]) for name in present]
    return [replace(file, seconds=seconds.get(file.name, file.seconds)) for file in files]


def _kept_events(
    path: Path, finished: FinishedTable | None, own: Mapping[str | int, int], detection: Detection, scores: Path | None
) -> dict[str | int, list[Event]]:
    """Return the events of the recordings that need not be processed again, by the places of their files."""
    if finished is None:
        return {}
    finished.check_unedited(path)
    changed = [file.name for file in finished.recordings if _place(file.name) in own and file.has_changed()]
    stored = {_place(name): read for name, read in scores_of(scores, detection.scoring).items()}
    known = finished.detector == detection.scoring
    same = known and finished.decoding == detection.decoding
    names = [file.name for file in finished.recordings if file.name not in changed]
    in_table = {file.name: [Event(*fields) for fields in file.events] for file in finished.recordings if same}
    kept: dict[str | int, list[Event]] = {}
    for name in names:
        place = _place(name)
        mine = place in own
        if name in in_table and (not mine or scores is None or place in stored):
            kept[place] = in_table[name]
        elif known and place in stored:
            kept[place] = detection.decode(stored[place]()).events
        elif not mine:
            raise ValueError(
                f"{str(path)!r} has events of {name!r}, which is not among the recordings, by another detector or with "
                "other settings. Pass all of its recordings; or write to another file, or pass extend=False, to "
                "replace it."
            )
    if changed:
        more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
        warnings.warn(
            f"{len(changed)} of {len(finished.recordings)} recordings in the table have changed since they were "
            f"processed, and are processed again: {', '.join(changed[:5])}{more}.",
            stacklevel=4,
        )
    return kept


def _process(recordings: Sequence, missing: Sequence[int], detection: Detection, parts: Parts) -> None:
    """Compute and keep the events, and the scores, of some recordings."""
    results = detection.scanner.attempts([recordings[i] for i in missing], detection.decode)
    for i, result in zip(missing, results, strict=True):
        if isinstance(result, AudioError):
            warnings.warn(f"{result} The recording is skipped.", stacklevel=4)
            continue  # it is tried again in the next call
        if result.scores is not None:
            parts.keep_scores(
                i, detection.timed(result.scores), detection.labels, detection.decode.decoder.step_seconds
            )
        parts.keep(i, result.events)


def _merge_scores(path: Path, names: Sequence, processed: Sequence[int], detection: Detection, parts: Parts) -> None:
    """Write a file of the scores that it had, and of those of new recordings."""
    stored = scores_of(path, detection.scoring)
    new, places = {names[i]: i for i in processed}, {_place(names[i]) for i in processed}
    staged = parts.folder / "scores.npz"
    step_seconds = detection.scanner.reader.resolution.step_seconds
    with score_writer(staged, detection.labels, step_seconds, detection.scoring) as writer:
        for name, read in stored.items():
            if _place(name) not in places:
                writer.add(name, read())
        for name, i in new.items():
            writer.add(name, parts.read_scores(i))
    os.replace(staged, path)


def _durations(
    path: Path,
    names: Sequence,
    recordings: Sequence,
    others: Sequence[RecordedFile],
    durations: Durations,
    sr: float,
) -> Durations:
    """Return the durations of all recordings, which a Raven selection table of several needs."""
    if not path.name.lower().endswith(RAVEN_SUFFIX):
        return durations
    known = {file.name: stated_seconds(file.name, sr) if file.seconds is None else file.seconds for file in others}
    if durations is None:
        own = zip(names[len(others) :], recordings, strict=True)
        return {**known, **{name: stated_seconds(clip, sr) for name, clip in own}}
    if not others:
        return durations
    paired = pair_names(known, durations)
    return {**{name: seconds for name, seconds in known.items() if name not in paired}, **durations}


def _places(names: Sequence) -> dict[str | int, int] | None:
    """Return the indices of recordings by the places of their files; None if some are not files, or occur twice."""
    if not all(isinstance(name, str) for name in names):
        return None
    places = {_place(name): i for i, name in enumerate(names)}
    return places if len(places) == len(names) else None


def _place(name: str | int) -> str | int:
    """Return what identifies a recording: the full path of a file, or the index of another clip."""
    return full_name(name) if isinstance(name, str) else name
