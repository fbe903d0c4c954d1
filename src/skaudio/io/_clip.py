"""Kind and name of an item of a batch of clips; nothing is decoded here."""

import os
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any, Literal

import numpy as np

ACCEPTED = (
    "a path, a URL, a binary file object, a 1-D array, a pair (y, sr), or a dict with 'array' and 'sampling_rate', "
    "with 'path' or with 'bytes'"
)


def clip_kind(item: Any) -> Literal["file", "array", "pair", "record"]:
    """Return the kind of a clip.

    Parameters
    ----------
    item : object
        An item of a batch of clips.

    Returns
    -------
    {"file", "array", "pair", "record"}
        - "file": a str (path or URL) or PathLike, or a binary file object;
        - "array": a list of numbers or an array, assumed to have the requested sampling rate;
        - "pair": ``(y, sr)``;
        - "record": a dict or decoder of Hugging Face datasets, or a row of one with it as "audio".

    Raises
    ------
    TypeError
        If it is none of them.

    Examples
    --------
    >>> from skaudio.io import clip_kind
    >>> clip_kind("a.wav"), clip_kind([0.0, 0.1]), clip_kind(([0.0, 0.1], 8000)), clip_kind({"path": "a.wav"})
    ('file', 'array', 'pair', 'record')
    """
    if isinstance(item, (str, os.PathLike)):
        return "file"
    if isinstance(item, np.ndarray):
        return "array"
    if isinstance(item, Mapping) or hasattr(item, "get_all_samples"):
        return "record"
    if isinstance(item, (list, tuple)) and _is_pair(item):
        return "pair"
    if isinstance(item, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"Got {type(item).__name__}, which may be a path or the content of a file. Pass os.fsdecode(path), or "
            "{'bytes': content}."
        )
    if hasattr(item, "read"):
        return "file"
    if isinstance(item, (Number, np.generic)) or not (isinstance(item, Sequence) or hasattr(item, "__array__")):
        raise TypeError(f"Expected {ACCEPTED}; got {item!r:.60} of type {type(item).__name__}.")
    return "array"


def clip_name(item: Any, index: int | None = None) -> str:
    """Return the name of a clip for messages.

    Parameters
    ----------
    item : object
        The clip, or any other object: no error is raised.
    index : int or None, default=None
        Index in its batch.

    Returns
    -------
    str
        Path, or description of the content, after the index.

    Examples
    --------
    >>> from skaudio.io import clip_name
    >>> clip_name("a/b.wav", 3)
    "clip 3 ('a/b.wav')"
    >>> clip_name(([0.0] * 4000, 8000))
    'array of 4000 samples at 8000 Hz'
    """
    name = _describe(item)
    return name if index is None else f"clip {index} ({name})"


def _is_pair(item: Sequence) -> bool:
    """Return whether an item is ``(y, sr)``, also swapped, rather than a short list of numbers."""
    if len(item) != 2:
        return False
    others = [part for part in item if not isinstance(part, Number)]
    if len(others) == 1:
        return hasattr(others[0], "__len__")
    return len(others) == 2 and isinstance(item, tuple)


def contains_clip(record: Mapping) -> bool:
    """Return whether a dict is a row of a data set, with a clip of known sampling rate as "audio"."""
    if any(record.get(name) is not None for name in ("array", "bytes", "path")):
        return False
    try:
        return clip_kind(record.get("audio")) != "array"
    except TypeError:
        return False


def _describe(item: Any) -> str:
    if isinstance(item, (str, os.PathLike)):
        return repr(str(os.fsdecode(item)))
    if isinstance(item, Mapping):
        return _describe_record(item)
    if hasattr(item, "read"):
        name = getattr(item, "full_name", getattr(item, "name", None))  # the URL of a file of fsspec
        return f"binary file {name!r}" if isinstance(name, str) else f"{type(item).__name__} object"
    if isinstance(item, (list, tuple)) and _is_pair(item):
        return f"{_describe(item[0])} at {item[1]!r:.20} Hz"
    if hasattr(item, "get_all_samples"):
        return f"{type(item).__name__} object"
    if hasattr(item, "shape") and len(item.shape) != 1:
        return f"array of shape {tuple(item.shape)}"
    if hasattr(item, "__len__"):
        return f"array of {len(item)} samples"
    return f"object of type {type(item).__name__}"


def _describe_record(record: Mapping) -> str:
    if contains_clip(record):
        return _describe(record["audio"])
    path = record.get("path")
    if record.get("array") is not None:
        return _describe((record["array"], record.get("sampling_rate")))
    if record.get("bytes") is not None:
        return f"record with bytes ({path!r})" if path else "record with bytes"
    return repr(str(path)) if path else f"record with the keys {list(record)}"
