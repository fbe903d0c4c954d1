"""`load_folder`: labelled recordings from a tree of folders, or from a CSV table of paths and labels."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath

import numpy as np
from sklearn.utils import Bunch

from skaudio._remote import is_remote_folder
from skaudio._urls import joined, path_or_url
from skaudio._warnings import warn_user
from skaudio.datasets._label_table import Recording, recordings_of_table
from skaudio.io._audio_files import AUDIO_EXTENSIONS, find_audio_files, warn_of_others


def load_folder(
    path: str | os.PathLike,
    *,
    labels: str | os.PathLike = "folder",
    groups: str | None = None,
    extensions: Sequence[str] = AUDIO_EXTENSIONS,
    encoding: str | None = None,
) -> Bunch:
    r"""Load the paths and labels of recordings in a folder per class, or listed in a CSV table.

    No recording is opened: ``data`` contains paths, which every front end accepts.

    Parameters
    ----------
    path : str or PathLike
        A folder with one subfolder per class; recordings may be in it at any depth; or its URL, such as
        ``s3://bucket/calls`` (over ``https://``, it ends with a slash, and the server lists its files). Or a CSV file
        (ending in ``.csv``) with a header and the columns ``path``, ``label`` and, optionally, ``group``. Relative
        paths in it are relative to the folder of the CSV file or, if there is no such file, to the working directory.
        It is not checked whether recordings exist that are named by URLs.
    labels : "folder", path of a CSV file, or str, default="folder"
        Source of the labels of a folder: the names of its first-level subfolders; a CSV file as above, whose name ends
        in ``.csv`` and whose relative paths are relative to `path`, or else to the folder of the CSV file, or else to
        the working directory; or, any other string, a regular expression to search in each file name: its first group,
        or the whole match if it has none, is the label.
    groups : None, "folder" or str, default=None
        Source of the groups, which should not be split between training and test sets. None: the column ``group`` of
        the CSV file if it has one, else no groups. "folder": the folder below the label's folder, as in
        ``label/group/clip.wav`` (with a CSV file: below the folder its paths are relative to). Any other string: a
        regular expression to search in each file name; its first group, or the whole match if it has none, is the
        group.
    extensions : sequence of str, default=(".wav", ".flac", ".ogg", ...)
        Suffixes of recordings in a folder, case-insensitive. The default are the formats that `skaudio.io.load` reads
        (some, such as ``.m4a`` and ``.webm``, only if ffmpeg is installed). Hidden files and folders are ignored. A CSV
        file may list any file.
    encoding : str or None, default=None
        Encoding of the CSV file, such as ``"cp1252"``; None: that of its byte order mark, or else UTF-8.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_samples,), object; paths, str, sorted by their relative path, or in the order of
          the CSV file
        - ``target``: ndarray of shape (n_samples,), str; labels
        - ``groups``: ndarray of shape (n_samples,), str; or None
        - ``target_names``: ndarray of shape (n_classes,), str; the labels, sorted
        - ``DESCR``: source of the data

    Raises
    ------
    ValueError
        If there are no recordings, a recording has no label, a row of the table is invalid, or `groups` does not fit.

    Warns
    -----
    UserWarning
        If a subfolder contains no recording; if, with the default `extensions`, other files that may contain sound,
        such as films, are left out: their number by suffix.

    Notes
    -----
    A single class is accepted, since outlier detectors train on one.

    For a search on a cluster, pass ``data.tolist()`` and ``target.tolist()``: joblib's Dask backend keeps a single copy
    of an array, which is lost if its worker dies, but sends lists with each task.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("dog/anna_1.wav", "dog/ben_1.wav", "rain/anna_2.wav"):
    ...         file = pathlib.Path(folder, name)
    ...         file.parent.mkdir(exist_ok=True)
    ...         file.touch()
    ...     clips = load_folder(folder, groups=r"^([a-z]+)_")
    >>> clips.target.tolist(), clips.groups.tolist()
    (['dog', 'dog', 'rain'], ['anna', 'ben', 'anna'])
    """
    root = _expanded(path)
    try:
        is_folder = is_remote_folder(root) if isinstance(root, str) else root.is_dir()
    except FileNotFoundError:
        raise ValueError(f"There is no folder or CSV file {root!r}.") from None
    if isinstance(root, Path) and not root.exists():
        raise ValueError(f"There is no folder or CSV file {str(root)!r}.")
    if is_folder and labels == "folder":
        recordings = _from_folders(root, _check_extensions(extensions))
    elif is_folder and os.fspath(labels).lower().endswith(".csv"):
        recordings = recordings_of_table(_expanded(labels), root, encoding)
    elif is_folder:
        recordings = _from_names(root, os.fspath(labels), _check_extensions(extensions))
    elif not str(root).lower().endswith(".csv"):
        raise ValueError(f"path must be a folder or a file that ends in .csv, got the file {str(root)!r}.")
    elif labels != "folder":
        raise ValueError(f"labels={str(labels)!r} needs a folder as path, but path is the CSV file {str(root)!r}.")
    else:
        recordings = recordings_of_table(root, None, encoding)
    target = np.array([recording.label for recording in recordings])
    return Bunch(
        data=np.array([recording.path for recording in recordings], dtype=object),
        target=target,
        groups=_groups(recordings, groups),
        target_names=np.unique(target),
        DESCR=f"{len(recordings)} recordings of {len(set(target))} classes from {root}",
    )


def _expanded(path: str | os.PathLike) -> Path | str:
    name = path_or_url(path)
    return name.expanduser() if isinstance(name, Path) else name


def _check_extensions(extensions: Sequence[str]) -> tuple[str, ...]:
    if isinstance(extensions, str) or not all(str(extension).startswith(".") for extension in extensions):
        raise ValueError(f"extensions must be a list of suffixes with dots, as ['.wav'], got {extensions!r}.")
    return tuple(extension.lower() for extension in extensions)


def _from_folders(root: Path | str, extensions: tuple[str, ...]) -> list[Recording]:
    """List every recording below the first-level subfolders of ``root``, which are the labels."""
    files_by_folder, others = _files_by_folder(root, extensions)
    if extensions == AUDIO_EXTENSIONS:
        warn_of_others(root, others)
    if not any(files_by_folder.values()):
        raise ValueError(f"There are no recordings ({', '.join(extensions)}) in the subfolders of {str(root)!r}.")
    empty = [folder for folder, files in files_by_folder.items() if not files]
    if empty:
        warn_user(f"No recordings in these subfolders of {str(root)!r}: {_name_some(empty)}.")
    return [
        Recording(_path_in(root, PurePath(folder, file)), folder, "/".join(file.parts[:-1]))
        for folder, files in files_by_folder.items()
        for file in files
    ]


def _files_by_folder(root: Path | str, extensions: tuple[str, ...]) -> tuple[dict[str, list[PurePath]], Counter[str]]:
    """Find the recordings in each first-level subfolder of ``root``, and count other files; see `find_audio_files`."""
    files_by_folder: dict[str, list[PurePath]] = {}
    others: Counter[str] = Counter()
    if isinstance(root, str):
        files, others = find_audio_files(root, extensions)
        _check_labelled(root, [file.name for file in files if len(file.parts) == 1])
        for file in files:
            files_by_folder.setdefault(file.parts[0], []).append(PurePath(*file.parts[1:]))
        return files_by_folder, others
    visible = (entry for entry in root.iterdir() if not entry.name.startswith("."))
    entries = sorted(visible, key=lambda entry: entry.name)
    _check_labelled(root, [entry.name for entry in entries if entry.is_file() and entry.suffix.lower() in extensions])
    for entry in filter(Path.is_dir, entries):
        files_by_folder[entry.name], folder_others = find_audio_files(entry, extensions)
        others += folder_others
    return files_by_folder, others


def _check_labelled(root: Path | str, unlabelled: list[str]) -> None:
    if unlabelled:
        raise ValueError(
            f"Recordings directly in {str(root)!r} have no label: {_name_some(unlabelled)}. Put them into one "
            f"subfolder per class, or list them with their labels in a CSV file."
        )


def _from_names(root: Path | str, pattern: str, extensions: tuple[str, ...]) -> list[Recording]:
    """List every recording below ``root``, with the label in its name."""
    files, others = find_audio_files(root, extensions)
    if extensions == AUDIO_EXTENSIONS:
        warn_of_others(root, others)
    if not files:
        raise ValueError(f"There are no recordings ({', '.join(extensions)}) in {str(root)!r}.")
    labels = _search_names([file.name for file in files], pattern, "labels")
    return [
        Recording(_path_in(root, file), label, "/".join(file.parts[:-1]))
        for file, label in zip(files, labels, strict=True)
    ]


def _path_in(root: Path | str, file: PurePath) -> str:
    return joined(root, file.as_posix()) if isinstance(root, str) else str(root / file)


def _groups(recordings: list[Recording], groups: str | None) -> np.ndarray | None:
    """Return the group of each recording, from the table, the folders or the file names."""
    if groups is None:
        return None if recordings[0].group is None else np.array([recording.group for recording in recordings])
    if groups == "folder":
        flat = [recording.path for recording in recordings if not recording.subfolder]
        if flat:
            raise ValueError(f"groups='folder' needs a folder per group, but there is none for {_name_some(flat)}.")
        return np.array([recording.subfolder for recording in recordings])
    return np.array(_search_names([PurePath(recording.path).name for recording in recordings], groups, "groups"))


def _search_names(names: Sequence[str], expression: str, parameter: str) -> list[str]:
    """Return the first group of the expression in each name, or the whole match if it has none."""
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise ValueError(f"{parameter}={expression!r} is not a regular expression: {error}.") from error
    matches = [pattern.search(name) for name in names]
    texts = [match.group(min(pattern.groups, 1)) if match else "" for match in matches]
    unmatched = [name for name, text in zip(names, texts, strict=True) if not text]
    if unmatched:
        raise ValueError(
            f"{parameter}={expression!r} does not match {len(unmatched)} file name(s): {_name_some(unmatched)}."
        )
    return texts


def _name_some(names: Sequence[str], n_named: int = 5) -> str:
    """List the first few and count the rest."""
    rest = len(names) - n_named
    return ", ".join(map(repr, names[:n_named])) + (f" and {rest} more" if rest > 0 else "")
