"""Public corpora: a record that describes a corpus, and a function that finds or downloads it.

Only the folder with the name of a corpus is assumed to be complete. A download is therefore unpacked and checked in a
temporary folder next to it, which is renamed atomically on success.
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from skaudio._data_home import get_data_home


class DatasetError(ValueError, OSError):
    """A data set is missing, cannot be downloaded, or is incomplete.

    Examples
    --------
    >>> from skaudio.datasets import DatasetError, fetch_esc10
    >>> try:
    ...     fetch_esc10(data_home="no/such/folder", download_if_missing=False)
    ... except DatasetError as error:
    ...     print(error)
    ESC-10...
    """


@dataclass(frozen=True)
class Corpus:
    """Description and source of a public corpus.

    Attributes
    ----------
    name : str
        Full name.
    folder : str
        Folder in the data home.
    url : str
        Address of a zip archive with a single top-level folder.
    licence : str
        Licence, with attribution.
    manifest : Traversable
        A file in the format of ``sha256sum``: the SHA-256 and path of every recording, relative to `folder` and to the
        top folder of the archive.
    """

    name: str
    folder: str
    url: str
    licence: str
    manifest: Traversable

    def checksums(self) -> dict[str, str]:
        """Read the SHA-256 of every recording, by path, in the order of the manifest."""
        lines = self.manifest.read_text(encoding="utf-8").splitlines()
        return {path: checksum for checksum, path in (line.split("  ", maxsplit=1) for line in lines)}


def find_corpus(
    corpus: Corpus, *, data_home: str | os.PathLike | None, download_if_missing: bool, verify: bool
) -> list[Path]:
    """Find a corpus in the data home, or download it to there.

    Parameters
    ----------
    corpus : Corpus
    data_home : str, PathLike or None
        As in `get_data_home`.
    download_if_missing : bool
        Whether to download a missing corpus.
    verify : bool
        Whether to verify the SHA-256 of existing recordings, not only their names. Downloads are always verified.

    Returns
    -------
    list of Path
        The recordings, in the order of the manifest.

    Raises
    ------
    DatasetError
        If the corpus is missing and is not or cannot be downloaded, or recordings are missing or corrupt.
    """
    root = get_data_home(data_home) / corpus.folder
    checksums = corpus.checksums()
    if not root.is_dir():
        if not download_if_missing:
            raise DatasetError(
                f"{corpus.name} is missing, and download_if_missing=False. {_manual_remedy(corpus, root)}"
            )
        _download(corpus, checksums, root)
    else:
        _check(root, checksums, compare=verify, remedy=f"Remove {root} to download it again from {corpus.url}.")
    return [root / path for path in checksums]


def _download(corpus: Corpus, checksums: dict[str, str], root: Path) -> None:
    import pooch

    pooch.get_logger().info("%s. Licence: %s.", corpus.name, corpus.licence)
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=root.parent, prefix=f".{corpus.folder}-") as scratch:
            # No hash of the archive: GitHub generates it on request and may change its compression. The recordings are
            # verified below.
            archive = pooch.retrieve(corpus.url, known_hash=None, fname="archive.zip", path=scratch)
            unpacked = Path(scratch, corpus.folder)
            _unpack(archive, unpacked, checksums)
            _check(unpacked, checksums, compare=True, remedy=f"Downloaded from {corpus.url}; nothing was stored.")
            _rename(unpacked, root)
    except DatasetError:
        raise
    except (OSError, BadZipFile) as error:  # exceptions of requests are OSErrors
        raise DatasetError(
            f"{corpus.name} could not be downloaded ({error}). {_manual_remedy(corpus, root)}"
        ) from error


def _unpack(archive: str, folder: Path, paths: Iterable[str]) -> None:
    """Unpack the recordings and the documentation of the corpus, without the archive's top folder."""
    with ZipFile(archive) as members:
        below_top = {name.partition("/")[2]: name for name in members.namelist()}
        for path in (*paths, "README.md"):
            if path in below_top:  # missing ones are reported by the check that follows
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(members.read(below_top[path]))


def _check(root: Path, checksums: dict[str, str], *, compare: bool, remedy: str) -> None:
    """Raise an error that names recordings that are missing or, if ``compare``, have a wrong checksum."""
    missing = [path for path in checksums if not (root / path).is_file()]
    corrupt = []
    if compare and not missing:
        corrupt = [path for path, checksum in checksums.items() if _sha256(root / path) != checksum]
    for state, paths in (("missing from", missing), ("corrupt in", corrupt)):
        if paths:
            named = ", ".join(paths[:5]) + (", ..." if len(paths) > 5 else "")
            raise DatasetError(f"{len(paths)} of {len(checksums)} recordings are {state} {root}: {named}. {remedy}")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _rename(unpacked: Path, root: Path) -> None:
    try:
        unpacked.rename(root)
    except OSError:
        # Another process may have been faster; its copy is equivalent.
        if not root.is_dir():
            raise


def _manual_remedy(corpus: Corpus, root: Path) -> str:
    return (
        f"Unpack {corpus.url} so that {root / next(iter(corpus.checksums()))} exists, or set the environment variable "
        f"SKAUDIO_DATA (or data_home) to the folder that contains {corpus.folder!r}."
    )
