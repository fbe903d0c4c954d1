"""Input and output files of the commands."""

import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib

from skaudio._remote import is_remote_folder, url_name
from skaudio._urls import is_url, joined, local_path
from skaudio.export import load, load_litert, load_onnx, save
from skaudio.io._audio_files import AUDIO_EXTENSIONS, find_audio_files, warn_of_others
from skaudio.io._replacing import replacing


def check_writable(path: Path, *, force: bool) -> None:
    """Raise an error if a file cannot be written, before the work is done."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {str(path.parent)!r} to write {path.name!r} into.")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; expected a file name.")
    if path.exists() and not force:
        raise FileExistsError(f"{str(path)!r} exists. Pass --force to replace it, or another name.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"No permission to write to the folder {str(path.parent)!r}.")


def audio_files(name: str) -> list[str]:
    """List the audio files below a folder or the URL of one, without hidden ones; a file is returned as is."""
    if not (_is_remote_folder(name) if is_url(name) else Path(local_path(name)).is_dir()):
        return [name]
    files, others = find_audio_files(name)
    warn_of_others(name, others)
    paths = [joined(name, file.as_posix()) if is_url(name) else str(Path(local_path(name)) / file) for file in files]
    if not paths:
        raise ValueError(f"There are no audio files ({', '.join(AUDIO_EXTENSIONS)}) in the folder {name!r}.")
    return paths


def _is_remote_folder(url: str) -> bool:
    # What is named like a file is one: a request for each of thousands would take minutes.
    return not url_name(url).lower().endswith(AUDIO_EXTENSIONS) and is_remote_folder(url)


def load_model(name: str, method: str, *, expected: str, instead: str) -> Any:
    """Load a model from a file of joblib or skops, or one that `skaudio export` wrote.

    Parameters
    ----------
    name : str
        The file.
    method : str
        Method that the model must have.
    expected : str
        Description of such a model.
    instead : str
        Command for models of the other kind: event detectors, or others.

    Returns
    -------
    object
        The model.

    Raises
    ------
    ValueError, FileNotFoundError
        If there is no such file, if it cannot be loaded, or if it contains something else.
    """
    if not Path(name).is_file():
        raise FileNotFoundError(f"There is no model file {name!r}.")
    readers: dict[str, Callable[[str], Any]] = {".onnx": load_onnx, ".tflite": load_litert, ".skops": load}
    model = readers.get(Path(name).suffix.lower(), _unpickled)(name)
    detects_events = hasattr(model, "predict_to")
    if hasattr(model, method) and detects_events == (method == "predict_to"):
        return model
    mismatch = "detects events" if detects_events else f"has no {method}"
    remedy = f" Use skaudio {instead} {shlex.quote(name)} FILES..." if hasattr(model, "predict") else ""
    raise ValueError(
        f"{name!r} contains {type(model).__name__}, which {mismatch}; expected a fitted {expected}.{remedy}"
    )


def is_skops(name: str) -> bool:
    """Return whether a file is one of `skaudio.export.save`, by its suffix; it is never unpickled."""
    return name.lower().endswith(".skops")


def write_model(model: Any, path: Path) -> None:
    """Write a model by skops or by joblib, according to the suffix."""
    if is_skops(path.name):
        save(model, path)
        return
    with replacing(path) as file:
        joblib.dump(model, file, compress=3)  # a forest shrinks to a fifth


def _unpickled(name: str) -> Any:
    try:
        return joblib.load(name)
    except Exception as error:  # other files raise exceptions of many types
        raise ValueError(f"joblib cannot load {name!r}: {type(error).__name__}: {error}") from error


def size_of(path: Path) -> str:
    """Return the size of a file as text."""
    n_bytes = path.stat().st_size
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 1e6 else f"{max(1, round(n_bytes / 1e3))} kB"


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Yield a temporary folder, which is deleted at the end, also after Ctrl-C."""
    folder = tempfile.mkdtemp(prefix="skaudio-")
    try:
        yield folder
    finally:
        # After Ctrl-C, running threads may still write the results of their clips.
        for _ in range(50):
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.1)
