"""Opening of clips of any kind, and errors for those that cannot be opened."""

import io
import os
from contextlib import ExitStack
from numbers import Number
from typing import Any

from skaudio._remote import downloaded
from skaudio._samples import sample_array
from skaudio._urls import is_url, local_path
from skaudio.io._array_reader import ArrayReader, clip_samples
from skaudio.io._audio_error import AudioError
from skaudio.io._audio_reader import AudioReader
from skaudio.io._audioread_reader import AudioreadReader
from skaudio.io._chained_reader import ChainedReader
from skaudio.io._clip import ACCEPTED, clip_kind, clip_name, contains_clip
from skaudio.io._file_reader import FileReader
from skaudio.io._file_view import Descriptor, FileView
from skaudio.io._libsndfile import CannotOpenError, is_unknown_format
from skaudio.io._open_encoded import open_encoded
from skaudio.io._remote_file import RemoteFile

KNOWN_FORMATS = "WAV, FLAC, Ogg Vorbis, Opus, MP3 or AIFF"


def open_reader(item: Any, sr: float | None, *, several: bool = False) -> AudioReader:
    """Open a clip of any kind.

    Parameters
    ----------
    item : clip
        See `clip_kind`.
    sr : float or None
        Sampling rate of `item` if it is a bare array; None if unknown.
    several : bool, default=False
        Whether a bare array may have several channels, as those of pairs and records may.

    Returns
    -------
    AudioReader
        The opened clip; close it. The position of a file object is then restored.

    Raises
    ------
    AudioError, TypeError
        If it cannot be opened.
    """
    kind, name = clip_kind(item), clip_name(item)
    if kind == "pair":
        return _open_pair(item, name)
    if kind == "record":
        return _open_record(item, name)
    if kind == "array":
        if sr is None:
            raise AudioError(f"The sampling rate of {name} is unknown: pass sr, or the clip as a pair (y, sr).")
        return ArrayReader(clip_samples(item, name, several=several), sr, name)
    return _open_path(item, name) if isinstance(item, (str, os.PathLike)) else _open_file(item, name)


def _open_pair(pair: Any, name: str) -> AudioReader:
    y, sr = pair
    if isinstance(y, Number):
        raise TypeError(f"A pair must be (y, sr), got {y!r:.20} first: its parts are swapped.")
    if clip_kind(y) != "array":
        raise TypeError(f"A pair must be (y, sr) with an array y, got {name}. Pass a file without sr.")
    return ArrayReader(clip_samples(y, name, several=True), sr, name)


def _open_record(record: Any, name: str) -> AudioReader:
    if hasattr(record, "get_all_samples"):
        return _open_decoder(record, name)
    if contains_clip(record):
        return open_reader(record["audio"], None)
    if record.get("array") is not None:
        if record.get("sampling_rate") is None:
            raise AudioError(f"A dict with 'array' also needs 'sampling_rate', got the keys {list(record)}.")
        return ArrayReader(clip_samples(record["array"], name, several=True), record["sampling_rate"], name)
    if record.get("bytes") is not None:
        content = record["bytes"]
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise TypeError(f"'bytes' must be the content of a file, got {type(content).__name__} in {name}.")
        return _open_content(bytes(content), name)
    path = record.get("path")
    if path is None:
        raise AudioError(f"Expected {ACCEPTED}, one of them not None; got a dict with the keys {list(record)}.")
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"'path' must be a str or PathLike, got {path!r:.60} of type {type(path).__name__}.")
    return _open_path(path, name)


def _open_decoder(decoder: Any, name: str) -> AudioReader:
    """Open a torchcodec decoder, as returned by Hugging Face datasets from version 4 on."""
    try:
        decoded = decoder.get_all_samples()
    except Exception as error:  # decoders of other libraries raise any exception
        raise AudioError(f"{name} cannot decode its clip: {error}") from error
    if not (hasattr(decoded, "data") and hasattr(decoded, "sample_rate")):
        raise TypeError(
            f"Expected {ACCEPTED}; got {decoder!r:.60} of type {type(decoder).__name__}, whose samples have no data "
            "and sample_rate. Disable decoding by the data set: dataset.cast_column('audio', Audio(decode=False))."
        )
    channels = sample_array(decoded.data, name)
    return ArrayReader(channels if channels.ndim == 1 else channels.T, decoded.sample_rate, name)


def _open_path(path: Any, name: str) -> AudioReader:
    if is_url(path):
        return _open_url(path, name)
    path = local_path(os.fspath(path))
    try:
        file = Descriptor(path)
    except (OSError, ValueError):
        _check_path(path, name)
        raise
    try:
        reader = _open_descriptor(file, path, name)
    except BaseException:
        file.close()
        raise
    if reader is None:
        file.close()
        return _open_by_audioread(path, name)
    reader.call_at_close(file.close)
    return reader


def _open_descriptor(file: Descriptor, path: str | bytes, name: str) -> FileReader | ChainedReader | None:
    if not file.is_regular():
        _check_path(path, name)
        return _open_content(file.read_all(), name)
    return _open_with_libsndfile(file.for_libsndfile, _whole_file(file, name), name, path)


def _whole_file(file: Descriptor | RemoteFile, name: str) -> FileView:
    view = FileView(file)
    if view.size == 0:
        raise AudioError(f"{name} is empty (0 bytes). Expected an audio file: copy or record it again.")
    return view


def _open_url(url: str, name: str) -> AudioReader:
    try:
        file = RemoteFile(url)
    except FileNotFoundError as error:
        raise AudioError(f"{error} Expected the URL of an audio file, not of a folder.") from error
    except IsADirectoryError as error:
        raise AudioError(f"{name} is a folder. Expected the URL of an audio file.") from error
    except ValueError as error:  # an unknown scheme
        raise AudioError(str(error)) from error
    try:
        reader = _open_with_libsndfile(None, _whole_file(file, name), name)
    except BaseException:
        file.close()
        raise
    if reader is None:
        file.close()
        return _open_copy(url, name)
    reader.call_at_close(file.close)
    return reader


def _open_copy(url: str, name: str) -> AudioReader:
    """Open a temporary copy of a remote file, for formats that are decoded from a path."""
    with ExitStack() as stack:
        reader = _open_path(stack.enter_context(downloaded(url)), name)
        reader.call_at_close(stack.pop_all().close)
    return reader


def _open_content(content: bytes, name: str) -> FileReader | ChainedReader:
    view = FileView(io.BytesIO(content))
    return _require_supported(_open_with_libsndfile(io.BytesIO(content), view, name) if content else None, view, name)


def _open_file(file: Any, name: str) -> AudioReader:
    view = _rest_of_file(file, name)
    try:
        reader = _require_supported(_open_with_libsndfile(None, view, name) if view.size else None, view, name)
    except BaseException:
        view.restore()
        raise
    reader.call_at_close(view.restore)
    return reader


def _require_supported(
    reader: FileReader | ChainedReader | None, view: FileView, name: str
) -> FileReader | ChainedReader:
    """Reject formats that libsndfile does not support, if there is no path for another reader."""
    if view.size == 0:
        raise AudioError(f"{name} has no bytes after its current position. Expected an audio file; try seek(0).")
    if reader is None:
        raise AudioError(
            f"{name} cannot be decoded: its format is unknown. Expected {KNOWN_FORMATS}. Other formats, such as M4A "
            "or WMA, can be read from paths only, with ffmpeg and `pip install audioread`."
        )
    return reader


def _open_with_libsndfile(
    source: int | str | bytes | io.BytesIO | None, view: FileView, name: str, path: str | bytes | None = None
) -> FileReader | ChainedReader | None:
    """Open a file with libsndfile; None if the format is not supported.

    A file in a format that libsndfile supports is not passed to another reader, which may hide damage.
    """
    try:
        return open_encoded(source, view, name, path)
    except CannotOpenError as error:
        if is_unknown_format(error, view):
            return None
        raise AudioError(
            f"{name} cannot be decoded: {error}. Copy or record it again. Expected {KNOWN_FORMATS}."
        ) from error


def _check_path(path: str | bytes, name: str) -> None:
    """Raise an error that explains why a path is not a file that can be decoded."""
    if not os.path.exists(path):
        raise AudioError(
            f"{name} does not exist. Expected the path of an audio file; relative paths are resolved from "
            f"{os.getcwd()!r}."
        )
    if os.path.isdir(path):
        raise AudioError(f"{name} is a folder. Expected an audio file; skaudio.datasets.load_folder lists its files.")
    if not os.access(path, os.R_OK):
        raise AudioError(f"{name} cannot be read: permission denied. Change its permissions.")


def _open_by_audioread(path: str, name: str) -> AudioReader:
    try:
        return AudioreadReader(path, name)
    except ImportError:
        remedy = "Other formats, such as M4A or WMA, need ffmpeg and `pip install audioread`; or convert the file."
    except Exception as error:  # audioread's backends raise any exception
        remedy = f"audioread failed, too ({error!r}): other formats, such as M4A or WMA, need ffmpeg to be installed."
    raise AudioError(
        f"{name} cannot be decoded: libsndfile does not support its format. Expected {KNOWN_FORMATS}. {remedy}"
    )


def _rest_of_file(file: Any, name: str) -> FileView:
    """Return the rest of a file after the current position, as a separate file."""
    try:
        if isinstance(file.read(0), str):
            raise TypeError(f"{name} is a text stream. Expected a binary one: open(path, 'rb').")
        if not (hasattr(file, "tell") and hasattr(file, "seekable") and file.seekable()):
            return FileView(io.BytesIO(file.read()))
        return FileView(file, file.tell())
    except ValueError as error:  # closed, or open for writing; errors of reading are propagated
        raise AudioError(f"{name} cannot be read: {error}. Expected a binary file that is open for reading.") from error
