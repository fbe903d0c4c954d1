"""`fetch_spoken_digits`: the Free Spoken Digit Dataset."""

import os
from importlib.resources import files

import numpy as np
from sklearn.utils import Bunch

from skaudio.datasets._corpus import Corpus, find_corpus
from skaudio.datasets._phones import DIGITS

FSDD = Corpus(
    name="Free Spoken Digit Dataset",
    folder="fsdd",
    url="https://github.com/Jakobovski/free-spoken-digit-dataset/archive/26eb9aaf76e81b692f806f9140c2d2777410d7a1.zip",
    licence="CC BY-SA 4.0, Zohar Jackson and others, github.com/Jakobovski/free-spoken-digit-dataset",
    manifest=files(__package__) / "manifests" / "fsdd.sha256",
)

_DESCR = f"""\
Free Spoken Digit Dataset
=========================
3,000 recordings of the English words "zero" to "nine": 6 speakers (George, Jackson, Lucas, Nicolas, Theo, Yweweler), 50
times each digit; 8 kHz, mono, 16 bit, trimmed close to the word. The official test set is recordings 0 to 4 of each
digit and speaker (`test`); with the same speakers in both sets it is close to solved. Leaving one speaker out
(`LeaveOneGroupOut` over `groups`) is the task that still distinguishes methods.

Licence: {FSDD.licence}
"""


def fetch_spoken_digits(
    *,
    data_home: str | os.PathLike | None = None,
    download_if_missing: bool = True,
    verify: bool = False,
    return_X_y: bool = False,
) -> Bunch | tuple[np.ndarray, np.ndarray]:
    """Fetch the Free Spoken Digit Dataset [1]_: 3,000 recordings of ten digits by six speakers (21 MB unpacked).

    Parameters
    ----------
    data_home : str, PathLike or None, default=None
        Folder of the data sets, as in `get_data_home`; this one is its subfolder ``fsdd/recordings``.
    download_if_missing : bool, default=True
        Whether to download the data set if it is missing; otherwise raise an error.
    verify : bool, default=False
        Whether to verify the SHA-256 of existing recordings, not only their names. Downloads are always verified.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (3000,), object; paths of WAV files, str
        - ``target``: ndarray of shape (3000,), int64; the digits 0 to 9
        - ``groups``: ndarray of shape (3000,), str; the speakers
        - ``index``: ndarray of shape (3000,), int64; 0 to 49, the number of the recording of its digit by its speaker
        - ``test``: ndarray of shape (3000,), bool; whether it is in the official test set
        - ``target_names``: ndarray of shape (10,), str; ``"zero"`` to ``"nine"``
        - ``licence``: the licence, with attribution
        - ``DESCR``: description

    Raises
    ------
    DatasetError
        A ValueError and OSError: the data set is missing and is not or cannot be downloaded, or recordings are missing
        or corrupt.

    References
    ----------
    .. [1] Z. Jackson and others, "Free Spoken Digit Dataset", https://github.com/Jakobovski/free-spoken-digit-dataset

    Examples
    --------
    >>> from skaudio.datasets import fetch_spoken_digits
    >>> digits = fetch_spoken_digits()  # doctest: +SKIP
    >>> train, test = digits.data[~digits.test], digits.data[digits.test]  # doctest: +SKIP
    """
    paths = find_corpus(FSDD, data_home=data_home, download_if_missing=download_if_missing, verify=verify)
    digit, speaker, index = np.array([path.stem.split("_") for path in paths]).T
    data, target, index = np.array([str(path) for path in paths], dtype=object), digit.astype(int), index.astype(int)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        groups=speaker,
        index=index,
        test=index < 5,
        target_names=np.array(list(DIGITS)),
        licence=FSDD.licence,
        DESCR=_DESCR,
    )
