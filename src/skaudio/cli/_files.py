"""Leaving nothing behind: what cannot be written is known beforehand, and a temporary folder goes away."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def check_writable(path: Path, *, force: bool) -> None:
    """Raise now what would otherwise be raised after the work is done."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {str(path.parent)!r} to write {path.name!r} into.")
    if path.is_dir():
        raise IsADirectoryError(f"--output {str(path)!r} is a folder; expected a file's name.")
    if path.exists() and not force:
        raise FileExistsError(f"{str(path)!r} exists. Pass --force to replace it, or --output with another name.")
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(f"The folder {str(path.parent)!r} may not be written to.")


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
