"""Remote files by fsspec, and the faults of a network: repeated, then raised, and never mistaken for a broken file.

File systems and servers raise many types of exceptions. Here they become three: FileNotFoundError, PermissionError, and
OSError for everything else; all of them name the URL.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, TypeVar

RETRY_SECONDS = (0.5, 2.0)  # before each repetition; file systems also repeat requests on their own
DENIED, GONE = (401, 403), (404, 410)  # status of HTTP
# Values that identify the content of a file, by file system; then those that change with it.
VERSIONS = ("ETag", "etag", "generation", "md5Hash", "content_hash", "sha256", "Content-MD5", "Digest")
TIMES = ("mtime", "LastModified", "Last-Modified", "last_modified", "updated", "modified")
NOT_OF_A_NETWORK = (TypeError, ValueError, NotImplementedError)
T = TypeVar("T")


def file_system(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it.

    Raises
    ------
    ImportError
        If fsspec is not installed, or the package that it needs for this URL.
    ValueError
        If no file system has this scheme.
    """
    try:
        from fsspec.core import url_to_fs

        return url_to_fs(url)
    except ImportError as error:
        remedy = 'Run `pip install "skaudio[remote]"`; or install the package that is named here.'
        raise ImportError(f"{url!r} cannot be read: {error}. {remedy}") from error
    except ValueError as error:
        raise ValueError(f"{url!r} cannot be read: {error}. Expected a URL such as s3://bucket/night.wav.") from error


def retried(call: Callable[[], T], url: str, *, action: str = "read") -> T:
    """Call a function that reads a remote file, or does what else `action` names, again after a fault.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    PermissionError
        If access is denied.
    OSError
        If it has failed several times.
    """
    delays = iter(RETRY_SECONDS)
    while True:
        try:
            return call()
        except (ImportError, IsADirectoryError):
            raise
        except Exception as error:  # of many types
            if _is_missing(error):
                raise FileNotFoundError(f"{url!r} does not exist ({_text(error)}).") from error
            if _is_denied(error):
                raise PermissionError(
                    f"{url!r} cannot be {action}: permission denied ({_text(error)}). Check the credentials, or that "
                    "the link has not expired."
                ) from error
            if isinstance(error, NOT_OF_A_NETWORK):
                raise OSError(f"{url!r} cannot be {action}: {_text(error)}.") from error
            seconds = next(delays, None)
            if seconds is None:
                raise OSError(
                    f"{url!r} cannot be {action}: {_text(error)}. This does not mean that it is broken: check the "
                    "network, and try again."
                ) from error
        time.sleep(seconds)


def remote_version(url: str) -> str:
    """Return what changes with the content of a remote file, without reading it: its size, and its ETag or time.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If the file system states neither of them.
    """
    fs, path = file_system(url)
    fs.invalidate_cache(path)  # listings of earlier would state an earlier version
    return version_of(fs, path, retried(lambda: fs.info(path), url))


def version_of(fs: Any, path: str, info: dict) -> str:
    """Return the version of a file by what its file system states about it, its ``info``; see `remote_version`."""
    field = next((field for field in (*VERSIONS, *TIMES) if info.get(field)), None)
    try:
        stated = fs.modified(path) if field is None else info[field]
    except NotImplementedError:
        raise ValueError(f"{path!r}: its file system states no version and no time of it.") from None
    return f"{info.get('size')} {field} {stated}"


@contextmanager
def downloaded(url: str) -> Iterator[str]:
    """Copy a remote file to a temporary one with the same suffix, and yield its path; it is deleted at the end."""
    folder = tempfile.mkdtemp(prefix="skaudio-")
    try:
        yield download(url, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def download(url: str, folder: str) -> str:
    """Copy a remote file into a folder, under its own name, and return its path."""
    fs, path = file_system(url)
    target = os.path.join(folder, url_name(url))

    def copy() -> str:
        size = fs.info(path).get("size")
        fs.get_file(path, target)
        if size is not None and os.path.getsize(target) != size:
            raise ConnectionError(f"{os.path.getsize(target)} of its {size} bytes arrived")
        return target

    return retried(copy, url)


def is_remote_folder(url: str) -> bool:
    """Return whether a URL is of a folder; over HTTP, where nothing else shows it, if it ends with a slash.

    Raises
    ------
    FileNotFoundError
        If there is neither a folder nor a file.
    """
    fs, path = file_system(url)
    return url.endswith("/") or retried(lambda: fs.info(path), url)["type"] == "directory"


def remote_files(url: str) -> list[PurePosixPath]:
    """List the files below a remote folder, at any depth, relative to it."""
    fs, root = file_system(url)
    fs.invalidate_cache(root)  # a listing of earlier may be out of date
    names = retried(lambda: fs.find(root), url)
    return [PurePosixPath(name[len(root.rstrip("/")) :].lstrip("/")) for name in names]


def remote_bytes(url: str) -> bytes:
    """Return the content of a remote file."""
    fs, path = file_system(url)
    return retried(lambda: fs.cat_file(path), url)


def url_name(url: str) -> str:
    """Return the file name in a URL, without the query of a link."""
    name = url.partition("::")[0] if "://" in url.partition("::")[0] else url
    if name.startswith(("http://", "https://")):
        name = name.partition("?")[0].partition("#")[0]
    return name.rstrip("/").rpartition("/")[2] or "file"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _status(error: BaseException) -> int | None:
    """Return the status of HTTP that an exception is due to, as those of aiohttp, gcsfs and botocore state it."""
    for cause in _causes(error):
        response = getattr(cause, "response", None)
        if isinstance(response, dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        else:
            status = cause.status if hasattr(cause, "status") else getattr(cause, "code", None)
        if isinstance(status, int):
            return status
    return None


def _is_missing(error: Exception) -> bool:
    """Return whether there is no such file. fsspec's HTTP raises FileNotFoundError after any fault, with its cause."""
    if not isinstance(error, FileNotFoundError):
        return False
    status = _status(error)
    if status is not None:
        return status in GONE
    return all(isinstance(cause, (FileNotFoundError, LookupError)) for cause in _causes(error))


def _is_denied(error: Exception) -> bool:
    return isinstance(error, PermissionError) or _status(error) in DENIED


def _text(error: BaseException) -> str:
    """Return the reason for an exception, which is that of its cause where that is more specific."""
    *_, last = _causes(error) if isinstance(error, FileNotFoundError) else (error,)
    return f"{type(last).__name__}: {last}" if str(last) else type(last).__name__
