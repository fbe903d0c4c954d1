"""`get_data_home`: the folder of downloaded data sets."""

import os
from pathlib import Path


def get_data_home(data_home: str | os.PathLike | None = None) -> Path:
    """Return the folder in which fetchers look for data sets and to which they download them.

    It may not exist yet: the first download creates it.

    Parameters
    ----------
    data_home : str, PathLike or None, default=None
        The folder. None: the environment variable ``SKAUDIO_DATA`` where it is set, else ``~/skaudio_data``.

    Returns
    -------
    pathlib.Path
        The folder.

    Examples
    --------
    >>> from skaudio.datasets import get_data_home
    >>> get_data_home("recordings").name
    'recordings'
    """
    # An empty variable is treated as unset, as in most programs.
    return Path(data_home or os.environ.get("SKAUDIO_DATA") or "~/skaudio_data").expanduser()
