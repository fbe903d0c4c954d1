"""Rows of a table of labels, brought to the recordings that they name."""

from collections.abc import Sequence
from typing import Any

from skaudio._recording_names import RecordingNames
from skaudio._warnings import warn_user


def indices_of_rows(named: Sequence, recordings: Sequence, what: str, *, folder: Any = None, extra: str) -> list:
    """Return the index of the recording of each row; None for a row of another recording.

    Parameters
    ----------
    named : sequence
        Name of the recording of each row.
    recordings : sequence
        Clips.
    what : str
        Description of the table, for messages.
    folder : str, PathLike or None, default=None
        Folder of the table, to which its names may be relative.
    extra : {"warn", "raise"}
        What to do if a table has further recordings.

    Returns
    -------
    list of (int or None)

    Raises
    ------
    ValueError
        If a name matches several recordings; if none matches any; or, with ``extra="raise"``, if one matches none.

    Warns
    -----
    UserWarning
        If some match none.
    """
    names = RecordingNames(recordings, numbered=True, folder=folder)
    if extra == "raise":
        return [names.require(name, what) for name in named]
    try:
        places = {name: names.find(name) for name in dict.fromkeys(named)}
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from None
    unknown = [name for name, index in places.items() if index is None]
    if unknown and len(unknown) == len(places):
        names.require(unknown[0], what)
    if unknown:
        n_rows = sum(places[name] is None for name in named)
        number = f"{n_rows} row{'s' * (n_rows > 1)} of {len(unknown)} recording{'s' * (len(unknown) > 1)}"
        warn_user(
            f"{what} has {number} not among the {len(recordings)} passed, such as {unknown[0]!r}. They are ignored.",
        )
    return [places[name] for name in named]
