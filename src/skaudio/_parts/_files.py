"""Files of a folder that runs write, local or remote."""

import os
from pathlib import Path

from skaudio._parts._local_files import LocalFiles
from skaudio._parts._remote_files import RemoteFiles
from skaudio._urls import is_url, local_path

Files = LocalFiles | RemoteFiles


def files_of(folder: str | os.PathLike) -> Files:
    """Return the files of a folder, which may not exist, by its path or URL."""
    if is_url(folder):
        return RemoteFiles(folder)
    return LocalFiles(Path(local_path(folder)).expanduser().absolute())
