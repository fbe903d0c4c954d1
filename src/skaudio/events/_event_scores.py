"""`EventScores`: the scores of several recordings over time, with what it takes to decode them."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from skaudio.events._track import Track
from skaudio.events.tables import recording_names


class EventScores(Sequence[Track]):
    """Scores of recordings over time: a sequence with a `Track` for each.

    `EventDetector.predict_scores` computes them, `write_scores` and `read_scores` keep them in a file. Methods of
    `EventDetector` take them in place of the recordings: the recordings are not read again.

    Parameters
    ----------
    tracks : sequence of Track
        Scores of each recording.
    recordings : sequence of str or int
        Their names.
    labels : sequence
        Classes, in the order of the columns.
    step_seconds : float
        Time from one score to the next.

    Raises
    ------
    ValueError
        If the numbers of tracks and names differ, or if a name occurs twice.

    See Also
    --------
    read_scores, write_scores : Files of scores.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import EventScores, Track
    >>> track = Track(np.array([0.0, 0.5, 1.0]), np.array([[0.1], [0.9], [0.2]], np.float32))
    >>> scores = EventScores([track], recordings=["night.wav"], labels=["owl"], step_seconds=0.5)
    >>> scores
    EventScores of 1 recording, classes: owl, step: 0.5 s
    >>> len(scores), scores[0].scores.argmax().item()
    (1, 1)
    """

    def __init__(self, tracks: Sequence[Track], *, recordings: Sequence, labels: Sequence, step_seconds: float) -> None:
        self.recordings, self.labels, self.step_seconds = list(recordings), list(labels), float(step_seconds)
        self._tracks = tracks
        if len(tracks) != len(self.recordings):
            raise ValueError(f"Expected {len(tracks)} names of recordings, one per track; got {len(self.recordings)}.")
        if len(set(self.recordings)) < len(self.recordings):
            twice = next(name for name in self.recordings if self.recordings.count(name) > 1)
            raise ValueError(f"The recording {twice!r} occurs more than once. Pass each recording only once.")

    def __len__(self) -> int:
        return len(self.recordings)

    @overload
    def __getitem__(self, index: int) -> Track: ...

    @overload
    def __getitem__(self, index: slice) -> "EventScores": ...

    def __getitem__(self, index: Any) -> Any:
        if not isinstance(index, slice):
            return self._tracks[index]
        tracks = [self._tracks[i] for i in range(len(self))[index]]
        return EventScores(
            tracks, recordings=self.recordings[index], labels=self.labels, step_seconds=self.step_seconds
        )

    def __iter__(self) -> Any:
        return iter(self._tracks)

    def __repr__(self) -> str:
        n = len(self)
        shown = ", ".join(map(str, self.labels[:5])) + (f" and {len(self.labels) - 5} more" * (len(self.labels) > 5))
        return f"EventScores of {n} recording{'s' * (n != 1)}, classes: {shown}, step: {self.step_seconds:g} s"

    def check_decodable(self, labels: Sequence, step_seconds: float) -> None:
        """Raise if these are not scores of a detector.

        Parameters
        ----------
        labels : sequence
            Classes of the detector.
        step_seconds : float
            Time from one of its scores to the next.

        Raises
        ------
        ValueError
            If classes or steps differ.
        """
        if self.labels != list(labels):
            raise ValueError(
                f"The scores are of the classes {self.labels}; expected {list(labels)}, those of the detector. Compute "
                "them with this detector: predict_scores(X)."
            )
        if not np.isclose(self.step_seconds, step_seconds, rtol=1e-6, atol=0.0):
            raise ValueError(
                f"The scores have a step of {self.step_seconds:g} s; expected {step_seconds:g} s, as in the detector. "
                "Compute them with this detector: predict_scores(X)."
            )


def names_of(recordings: Sequence) -> list:
    """Return the names of recordings, or of those of scores."""
    return recordings.recordings if isinstance(recordings, EventScores) else recording_names(recordings)
