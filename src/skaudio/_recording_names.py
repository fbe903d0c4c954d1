"""Matching of names in tables with recordings.

A full path or URL matches first, or one that is relative to the folder of the table. A shorter name (the end of a path,
with or without some of its folders; then that without the file's suffix) matches only if exactly one recording has it,
as recorders name files by date and time, so that every site has a ``20240601_050000.WAV``. An ambiguous name raises an
error that lists the recordings.
"""

import os
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from numbers import Integral, Real
from typing import Any

from skaudio._urls import full_name, local_path

MAX_NAMES_IN_MESSAGE = 5

Parts = tuple[Hashable, ...]


class RecordingNames:
    """Recordings that can be looked up by name.

    Parameters
    ----------
    recordings : sequence
        Paths or names; with ``numbered=True`` also clips of any other kind, which are identified by number only.
    numbered : bool, default=False
        Whether the index of a recording, from 0, is also a name of it.
    folder : str, PathLike or None, default=None
        Folder that names may be relative to, such as that of a table.

    Examples
    --------
    >>> from skaudio._recording_names import RecordingNames
    >>> names = RecordingNames(["/site1/dawn.wav", "/site2/dawn.wav", "/site2/dusk.wav"])
    >>> names.find("/site2/dawn.wav"), names.find("site1/dawn.wav"), names.find("dusk"), names.find("noon.wav")
    (1, 0, 2, None)
    >>> names.find("dawn.wav")
    Traceback (most recent call last):
    ...
    ValueError: The name 'dawn.wav' matches several recordings, '/site1/dawn.wav' and '/site2/dawn.wav'. Use their \
full paths.
    """

    def __init__(
        self, recordings: Sequence, *, numbered: bool = False, folder: str | os.PathLike | None = None
    ) -> None:
        self._recordings = list(recordings)
        self._folder = folder
        self._numbered = numbered
        self._names = [i if numbered and not is_name(clip) else clip for i, clip in enumerate(self._recordings)]
        self._absolute = [_parts(_absolute(name)) for name in self._names]
        self._indexes: dict[Any, dict[Parts, list[int]]] = {
            "given": _index(map(_parts, self._names)),
            "absolute": _index(self._absolute),
        }
        self._cache: dict[Any, int | None] = {}

    def find(self, name: Any) -> int | None:
        """Return the index of the recording with a name, or None if there is none.

        Parameters
        ----------
        name : str, PathLike or int
            The name.

        Returns
        -------
        int or None

        Raises
        ------
        ValueError
            If several recordings have the name.
        """
        if name not in self._cache:
            indices = self._matches(name)
            if len(indices) > 1:
                raise ValueError(self._ambiguous(name, indices))
            self._cache[name] = indices[0] if indices else None
        return self._cache[name]

    def require(self, name: Any, what: str) -> int:
        """Return the index of the recording with a name.

        Parameters
        ----------
        name : str, PathLike or int
            The name.
        what : str
            Where the name occurs, for messages.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            If no recording, or more than one, has the name.
        """
        try:
            index = self.find(name)
        except ValueError as error:
            raise ValueError(f"{what}: {error}") from None
        if index is None:
            raise ValueError(f"{what} refers to {name!r}, which matches no recording.{self._hint(name)}")
        return index

    def _matches(self, name: Any) -> list[int]:
        if self._numbered and isinstance(name, Real):
            return [int(float(name))] if name in range(len(self._recordings)) else []
        parts = _parts(name)
        full = _parts(_absolute(name)) if parts[0] == "" or ".." in parts else parts
        return (
            self._indexes["given"].get(parts)
            or self._in_folder(name)
            or self._indexes["absolute"].get(full)
            or self._ends(len(parts), with_suffix=True).get(parts)
            or self._ends(len(parts), with_suffix=False).get(parts)
            or []
        )

    def _in_folder(self, name: Any) -> list[int]:
        if self._folder is None or not is_name(name):
            return []
        path = os.path.join(os.fsdecode(self._folder), os.fsdecode(name).replace("\\", "/"))
        return self._indexes["absolute"].get(_parts(_absolute(path)), [])

    def _ends(self, n_parts: int, *, with_suffix: bool) -> dict[Parts, list[int]]:
        """Index the recordings by the last parts of their paths; built when first needed."""
        key = n_parts, with_suffix
        if key not in self._indexes:
            ends = (parts[-n_parts:] for parts in self._absolute)
            self._indexes[key] = _index(ends if with_suffix else map(_without_suffix, ends))
        return self._indexes[key]

    def _ambiguous(self, name: Any, indices: list[int]) -> str:
        shown = [self._describe(index) for index in indices[:MAX_NAMES_IN_MESSAGE]]
        if len(indices) > len(shown):
            shown[-1] = f"{len(indices) - len(shown) + 1} more"
        same = len({self._absolute[index] for index in indices}) == 1
        remedy = "List each recording only once" if same else "Use their full paths"
        return f"The name {name!r} matches several recordings, {', '.join(shown[:-1])} and {shown[-1]}. {remedy}."

    def _hint(self, name: Any) -> str:
        """Return a hint at a recording that has the file name of a path but is in another folder."""
        indices = self._ends(1, with_suffix=True).get(_parts(name)[-1:], [])
        if not indices:
            return ""
        return (
            f" {self._describe(indices[0])} has the same file name, but is in another folder: if it is the same "
            "recording, use the file name alone."
        )

    def _describe(self, index: int) -> str:
        name = self._names[index]
        shown = repr(os.fspath(name)) if isinstance(name, os.PathLike) else repr(name)
        return f"recording {index} ({shown})" if self._numbered else shown


def pair_names(names: Iterable, others: Iterable) -> dict[Any, Any]:
    """Pair the recording names of two tables; the shorter name may be on either side.

    Parameters
    ----------
    names, others : iterables of str, PathLike or int
        Names of recordings in either table.

    Returns
    -------
    dict
        Maps each of ``names`` that has a counterpart to that one of ``others``.

    Raises
    ------
    ValueError
        If a name in one table matches several recordings of the other.

    Examples
    --------
    >>> from skaudio._recording_names import pair_names
    >>> pair_names(["dawn", "/site1/dusk.wav", "noon"], ["/site1/dawn.wav", "dusk.wav"])
    {'dawn': '/site1/dawn.wav', '/site1/dusk.wav': 'dusk.wav'}
    """
    names, others = list(dict.fromkeys(names)), list(dict.fromkeys(others))
    other_names = RecordingNames(others)
    pairs = {name: others[index] for name in names if (index := other_names.find(name)) is not None}
    rest = [name for name in names if name not in pairs]
    longer, taken = RecordingNames(rest), set(pairs.values())
    for other in others:
        index = None if other in taken else longer.find(other)
        if index is None:
            continue
        name = rest[index]
        if name in pairs:
            raise ValueError(
                f"The recording {name!r} matches two names in the other table, {pairs[name]!r} and {other!r}. Use "
                "full paths."
            )
        pairs[name] = other
    return pairs


def is_name(clip: Any) -> bool:
    """Return whether a clip is a path, which tables may refer to."""
    return isinstance(clip, (str, os.PathLike))


def _absolute(name: Any) -> Any:
    return full_name(name) if is_name(name) else name


def _parts(name: Any) -> Parts:
    """Split a path, of any operating system, into its parts; an absolute one begins with an empty part."""
    if isinstance(name, Integral):
        name = str(int(name))  # tables read from a file contain numbers as text
    if not is_name(name):
        return (name,)
    first, *rest = re.split(r"[/\\]", local_path(os.fsdecode(name)))
    rest = [part for part in rest if part not in {"", "."}]
    return tuple(rest) if first == "." and rest else (first, *rest)


def _without_suffix(parts: Parts) -> Parts:
    return (*parts[:-1], os.path.splitext(parts[-1])[0] if isinstance(parts[-1], str) else parts[-1])


def _index(keys: Iterable[Parts]) -> dict[Parts, list[int]]:
    indices = defaultdict(list)
    for index, key in enumerate(keys):
        indices[key].append(index)
    return dict(indices)
