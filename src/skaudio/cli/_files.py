"""Files that a command is given, and those it leaves: what cannot be written is known beforehand."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib

from skaudio.io._audio_files import AUDIO_EXTENSIONS, find_audio_files, warn_of_others


def check_writable(path: Path, *, force: bool) -> None:
    """Raise now what would otherwise be raised after the work is done."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {str(path.parent)!r} to write {path.name!r} into.")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; expected a file's name.")
    if path.exists() and not force:
        raise FileExistsError(f"{str(path)!r} exists. Pass --force to replace it, or another name.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"The folder {str(path.parent)!r} may not be written to.")


def audio_files(name: str) -> list[str]:
    """Give the audio files below a folder; a file is itself, whatever its ending."""
    if not Path(name).is_dir():
        return [name]
    files, others = find_audio_files(name)
    warn_of_others(name, others, stacklevel=2)
    paths = [str(Path(name) / file) for file in files]
    if not paths:
        raise ValueError(f"There are no audio files ({', '.join(AUDIO_EXTENSIONS)}) in the folder {name!r}.")
    return paths


def load_model(name: str, method: str) -> Any:
    """Load what joblib wrote; it must have a method of a name."""
    if not Path(name).is_file():
        raise FileNotFoundError(f"There is no model file {name!r}.")
    try:
        model = joblib.load(name)
    except Exception as error:  # what a wrong file leads to is any of a dozen, KeyError and IndexError among them
        raise ValueError(f"{name!r} is no file that joblib can load: {type(error).__name__}: {error}") from error
    if not hasattr(model, method):
        expected = "pipeline" if method == "predict" else "EventDetector"
        raise ValueError(f"{name!r} holds {type(model).__name__}, which has no {method}; expected a fitted {expected}.")
    return model


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Yield a new folder, which is deleted at the end, also after Ctrl-C."""
    folder = tempfile.mkdtemp(prefix="skaudio-")
    try:
        yield folder
    finally:
        # Threads that Ctrl-C found at work finish their clip, and write it.
        for _ in range(50):
            shutil.rmtree(folder, ignore_errors=True)
            if not os.path.exists(folder):
                break
            time.sleep(0.1)
