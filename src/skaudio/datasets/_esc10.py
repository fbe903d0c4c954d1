"""`fetch_esc10`: ten classes of environmental sounds."""

import os
from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

from skaudio.datasets._corpus import Corpus, find_corpus

ESC10 = Corpus(
    name="ESC-10: Dataset for Environmental Sound Classification",
    folder="esc10",
    url="https://github.com/karolpiczak/ESC-10/archive/553c8f1743b9dba6b282e1323c3ca8fa76923448.zip",
    licence="CC BY 3.0, K. J. Piczak, github.com/karolpiczak/ESC-10; its README.md names the source of every clip",
    manifest=files(__package__) / "manifests" / "esc10.sha256",
)

_DESCR = f"""\
ESC-10
======
400 clips of environmental sound from freesound.org: ten classes, 40 clips of about 5 seconds each (3.6 to 7.2); 44.1
kHz, mono, Ogg Vorbis. The author defined five folds (`groups`), so that clips cut from one recording share a fold;
results are compared as the mean accuracy over these five. People reach 96 % [1].

Licence: {ESC10.licence}

[1] K. J. Piczak, "ESC: Dataset for Environmental Sound Classification", ACM International Conference on Multimedia,
    1015-1018, 2015.
"""


def fetch_esc10(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    verify: bool = False,
    return_X_y: bool = False,
) -> Bunch | tuple[np.ndarray, np.ndarray]:
    """Fetch ESC-10 [1]_: 400 clips of ten classes of environmental sounds in five folds (42 MB unpacked).

    Parameters
    ----------
    data_home : str, PathLike or None, default=None
        Folder of the data sets, as in `get_data_home`; this one is its subfolder ``esc10``.
    download_if_missing : bool, default=True
        Whether to download the data set if it is missing; otherwise raise an error.
    verify : bool, default=False
        Whether to verify the SHA-256 of existing recordings, not only their names. Downloads are always verified.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (400,), object; paths of OGG files, str
        - ``target``: ndarray of shape (400,), str; the classes, as ``"dog bark"``
        - ``groups``: ndarray of shape (400,), int64; the folds, 1 to 5
        - ``target_names``: ndarray of shape (10,), str; the classes, sorted
        - ``licence``: the licence, with attribution
        - ``DESCR``: description

    Raises
    ------
    DatasetError
        A ValueError and OSError: the data set is missing and is not or cannot be downloaded, or recordings are missing
        or corrupt.

    References
    ----------
    .. [1] K. J. Piczak, "ESC: Dataset for Environmental Sound Classification", ACM International Conference on
       Multimedia, 1015-1018, 2015.

    Examples
    --------
    >>> from sklearn.model_selection import PredefinedSplit
    >>> from skaudio.datasets import fetch_esc10
    >>> clips = fetch_esc10()  # doctest: +SKIP
    >>> folds = PredefinedSplit(clips.groups)  # doctest: +SKIP
    """
    paths = find_corpus(ESC10, data_home=data_home, download_if_missing=download_if_missing, verify=verify)
    data = np.array([str(path) for path in paths], dtype=object)
    target = np.array([path.parent.name.partition(" - ")[2].lower() for path in paths])  # 001 - Dog bark
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        groups=np.array([int(path.name.partition("-")[0]) for path in paths]),  # 1-30226-A.ogg
        target_names=np.unique(target),
        licence=ESC10.licence,
        DESCR=_DESCR,
    )
