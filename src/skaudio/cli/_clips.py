"""The clips of a search: from a folder or table, or generated."""

from collections import Counter

import numpy as np
from sklearn.utils import Bunch

MAX_RATE = 22050
N_HEADERS = 200


def generated_clips(seed: int) -> Bunch:
    """Generate spoken digits, grouped by speaker, for a search without a folder; see `user_clips`."""
    from skaudio.datasets import make_spoken_digits

    digits = make_spoken_digits(600, n_speakers=6, random_state=seed)
    return Bunch(
        source="Generated spoken digits",
        data=digits.data,
        target=digits.target_names[digits.target],
        groups=digits.groups,
        unused_groups=None,
        sr=digits.sr,
        network={"epochs": 10},  # sufficient for this easy task
    )


def user_clips(
    folder: str, labels: str | None, groups: bool | str | None, sr: int | None, encoding: str | None = None
) -> Bunch:
    """List the clips of a folder or of a CSV file.

    Parameters
    ----------
    folder : str
        Folder with a subfolder for each class, or CSV file.
    labels : str or None
        Regular expression that matches the label in a file name; None for the folder's subfolders or the CSV file.
    groups : True, str or None
        True for the CSV's group column, or as in `skaudio.datasets.load_folder`.
    sr : int or None
        Sampling rate; None for that of most files.
    encoding : str or None, default=None
        Encoding of the CSV file; None for that of its byte order mark, or else UTF-8.

    Returns
    -------
    Bunch
        - ``source``: description of the source
        - ``data``: ndarray of shape (n_clips,), object; paths
        - ``target``: ndarray of shape (n_clips,), str; class names
        - ``groups``: ndarray of shape (n_clips,), str; groups for the folds; or None
        - ``unused_groups``: available groups that were not requested
        - ``sr``: sampling rate in Hz
        - ``network``: dict; parameters of networks

    Raises
    ------
    ValueError
        If there is nothing to load, or a requested group column is missing.
    """
    from skaudio.datasets import load_folder

    clips = load_folder(
        folder, labels=labels or "folder", groups=groups if isinstance(groups, str) else None, encoding=encoding
    )
    if groups is True and clips.groups is None:
        raise ValueError(
            f"--groups: {folder!r} has no group column. Expected a CSV file with the columns path,label,group; or pass "
            "a regular expression on the file name, such as --groups '^([^_]+)_'."
        )
    return Bunch(
        source=folder,
        data=clips.data,
        target=clips.target,
        groups=None if groups is None else clips.groups,
        unused_groups=clips.groups if groups is None else None,
        sr=sr or most_common_rate(clips.data),
        network={},
    )


def most_common_rate(paths: np.ndarray) -> float:
    """Return the most common native sampling rate, by the headers of some files; at most 22050 Hz."""
    from skaudio.io import AudioError, audio_info

    rates: Counter[float] = Counter()
    for path in paths[:: max(1, len(paths) // N_HEADERS)]:
        try:
            rates[audio_info(path).sr] += 1
        except AudioError:  # decoding raises a specific error
            continue
    return min(MAX_RATE, rates.most_common(1)[0][0]) if rates else MAX_RATE
