"""Detection in many recordings, written to a table, or to label files, that is resumed and extended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from skaudio._recording_names import pair_names
from skaudio._urls import full_name
from skaudio._warnings import warn_user
from skaudio.events._ends import stated_seconds
from skaudio.events._event import Event
from skaudio.events._score_files import score_writer, scores_of
from skaudio.events._track import Track
from skaudio.events.decoding import Detect
from skaudio.events.runs._finished_table import (
    FinishedTable,
    RecordedFile,
    complete_replacement,
    replace_table,
    states_of,
)
from skaudio.events.runs._output import Durations, TableOutput, digest_of
from skaudio.events.runs._parts import Parts, check_detector, only_run
from skaudio.events.scanning import Scanner
from skaudio.io import AudioError, clip_key
from skaudio.io._replacing import replacing

N_NAMED, N_LISTED = 5, 20  # recordings in a warning: changed ones, and those that cannot be used


@dataclass(frozen=True)
class Detection:
    """What a run needs of a detector.

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
    output: TableOutput,
    recordings: Sequence,
    names: list,
    detection: Detection,
    *,
    durations: Durations,
    scores: Path | None,
    extend: bool,
) -> Bunch:
    """Detect the events of recordings and write them.

    Parameters
    ----------
    output : TableOutput
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

    Returns
    -------
    Bunch
        See `EventDetector.predict_to`.
    """
    output.check_place()
    with only_run(output.parts, str(output.path)):
        run = _Run(output, recordings, names, detection, scores, extend=extend)
        run.check(durations)
        done = run.process()
        run.write(durations)
    return done


class _Run:
    """A run, which begins by what is in the table.

    Recordings are known by their places: ``kept`` has the events of those that need not be processed, and ``others``
    are those in the table that are not passed.
    """

    def __init__(
        self,
        output: TableOutput,
        recordings: Sequence,
        names: list,
        detection: Detection,
        scores: Path | None,
        *,
        extend: bool,
    ) -> None:
        self._output, self._recordings, self._names, self._detection = output, recordings, names, detection
        self._scores = scores
        self._places = [_place(name) for name in names]
        # Arrays have no names, and repeated recordings have one: a table of these is not extended.
        self._has_record = all(isinstance(name, str) for name in names) and len({*self._places}) == len(names)
        self._states = dict(zip(self._places, _states(names, recordings), strict=True))
        interrupted = complete_replacement(output)
        finished = FinishedTable.read(output) if extend and self._has_record else None
        if finished is not None and not interrupted:
            finished.check_unedited(output)
        self._finished = finished
        files = [] if finished is None else finished.recordings
        self._others = [file for file in files if _place(file.name) not in self._states]
        self._kept = self._kept_events()
        self._all_names = [*(file.name for file in self._others), *names]
        versions = {place: state.stated_version() for place, state in self._states.items()}
        self._parts = Parts(output.parts, versions, with_scores=scores is not None)

    def check(self, durations: Durations) -> None:
        """Raise the errors of writing the table, or of parts by another detector, before any computation."""
        self._output.check(self._all_names, self._detection.labels, durations)
        check_detector(self._output.parts, f"{self._detection.scoring} {self._detection.decoding}")

    def process(self) -> Bunch:
        """Compute and keep the events, and the scores, of what is missing; return their number, and what is broken."""
        missing = [i for i, place in enumerate(self._places) if self._events(place) is None]
        results = self._detection.scanner.attempts(self._recordings, self._detection.decode, missing)
        broken: dict[str, str] = {}
        for i, result in zip(missing, results, strict=True):
            if isinstance(result, AudioError):
                broken[str(self._names[i])] = str(result)
            else:
                self._parts.keep(self._places[i], result.events, result.scores)
        return Bunch(n_computed=len(missing), n_kept=len(self._names) - len(missing), broken=broken)

    def write(self, durations: Durations) -> None:
        """Write the table, and the list of its recordings; before, the scores."""
        events = [self._kept[_place(file.name)] for file in self._others]
        events += [self._events(place) or [] for place in self._places]
        if self._scores is not None:
            self._merge_scores(self._scores)
        seconds = self._durations(durations)
        contents = self._output.contents(events, self._all_names, seconds)
        if not self._has_record:
            self._output.files.remove(self._output.record)
            for name, content in contents.items():
                self._output.files.write(name, content)
            return
        states = [*self._others, *self._states.values()]
        present = [place in self._kept or self._parts.read(place) is not None for place in self._places]
        is_in_table = [*[True] * len(self._others), *present]
        files = [
            state.with_events(events_i, (seconds or {}).get(state.name, state.seconds))
            for state, events_i, is_in in zip(states, events, is_in_table, strict=True)
            if is_in
        ]
        label_files = [] if self._output.format is None else list(contents)
        detection = self._detection
        finished = FinishedTable(digest_of(contents), detection.scoring, detection.decoding, files, label_files)
        replace_table(self._output, contents, finished)
        for name in set([] if self._finished is None else self._finished.files) - set(contents):
            self._output.files.remove(name)

    def _events(self, place: str) -> list[Event] | None:
        """Return the events of a recording; None if it is not processed."""
        return self._kept[place] if place in self._kept else self._parts.read(place)

    def _kept_events(self) -> dict[str, list[Event]]:
        """Return the events of the recordings in the table that need not be processed again, by their places."""
        finished, detection = self._finished, self._detection
        if finished is None:
            return {}
        changed = [file.name for file in finished.recordings if self._has_changed(file)]
        stored = {_place(name): read for name, read in scores_of(self._scores, detection.scoring).items()}
        known = finished.detector == detection.scoring
        same = known and finished.decoding == detection.decoding
        kept: dict[str, list[Event]] = {}
        for file in finished.recordings:
            place = _place(file.name)
            is_own = place in self._states
            if file.name in changed:
                continue
            if same and (not is_own or self._scores is None or place in stored):
                kept[place] = [Event(*fields) for fields in file.events]
            elif known and place in stored:
                kept[place] = detection.decode(stored[place]()).events
            elif not is_own:
                raise ValueError(
                    f"{str(self._output.path)!r} has events of {file.name!r}, which is not among the recordings, by "
                    "another detector or with other settings. Pass all of its recordings; or write to another file, or "
                    "pass extend=False, to replace it."
                )
        _warn_of_changed(changed, len(finished.recordings))
        return kept

    def _has_changed(self, file: RecordedFile) -> bool:
        place = _place(file.name)
        return place in self._states and file.differs_from(self._states[place])

    def _merge_scores(self, path: Path) -> None:
        """Write a file of the scores that it had, and of those of new recordings."""
        stored = scores_of(path, self._detection.scoring)
        new = {place: i for i, place in enumerate(self._places) if self._parts.read(place) is not None}
        settings = self._detection.labels, self._detection.decode.decoder.step_seconds, self._detection.scoring
        with replacing(path) as temporary, score_writer(temporary, *settings) as writer:
            for name, read in stored.items():
                if _place(name) not in new:
                    writer.add(name, read())
            for place, i in new.items():
                writer.add(self._names[i], self._detection.timed(self._parts.read_scores(place)))

    def _durations(self, durations: Durations) -> Durations:
        """Return the durations of all recordings, which a Raven selection table of several needs."""
        if not self._output.needs_durations:
            return durations
        sr = self._detection.scanner.reader.units.sr
        others = self._others
        known = {file.name: stated_seconds(file.name, sr) if file.seconds is None else file.seconds for file in others}
        if durations is None:
            own = zip(self._names, self._recordings, strict=True)
            return {**known, **{name: stated_seconds(clip, sr) for name, clip in own}}
        if not others:
            return durations
        paired = pair_names(known, durations)
        return {**{name: seconds for name, seconds in known.items() if name not in paired}, **durations}


def warn_of_broken(broken: Mapping[str, str], n_recordings: int) -> None:
    """Warn of recordings that cannot be used, with the reasons."""
    if not broken:
        return
    listed = [reason if name in reason else f"{name}: {reason}" for name, reason in list(broken.items())[:N_LISTED]]
    more = f"\n... and {len(broken) - N_LISTED} more, in the result's broken" if len(broken) > N_LISTED else ""
    warn_user(
        f"{len(broken)} of {n_recordings} recording(s) cannot be used. They are not in the table, and are tried again "
        "in the next call:\n" + "\n".join(listed) + more,
    )


def _warn_of_changed(changed: Sequence[str], n_recordings: int) -> None:
    if not changed:
        return
    more = f" and {len(changed) - N_NAMED} more" if len(changed) > N_NAMED else ""
    warn_user(
        f"{len(changed)} of {n_recordings} recordings in the table have changed since they were processed, and are "
        f"processed again: {', '.join(changed[:N_NAMED])}{more}.",
    )


def _states(names: Sequence, recordings: Sequence) -> list[RecordedFile]:
    """Return the states of recordings; the version of an array is a key of its content."""
    files = iter(states_of([name for name in names if isinstance(name, str)]))
    return [
        next(files) if isinstance(name, str) else RecordedFile(str(name), None, None, [], version=_content_key(clip))
        for name, clip in zip(names, recordings, strict=True)
    ]


def _content_key(clip: Any) -> str | None:
    try:
        return clip_key(clip).hex()
    except (OSError, TypeError, ValueError):
        return None


def _place(name: str | int) -> str:
    """Return what identifies a recording: the full path of a file, or the index of another clip."""
    return full_name(name) if isinstance(name, str) else f"recording {name}"
