"""Loading of a model exported to LiteRT."""

import os
from pathlib import Path

from skaudio.export.running._litert_model import LiteRTModel


def load_litert(path: str | os.PathLike, *, n_threads: int = 1) -> LiteRTModel:
    """Load a model that `to_litert` wrote.

    It needs LiteRT (``pip install "skaudio[litert]"``) or TensorFlow, which contains it, and `skaudio.io`. It runs no
    code from the file.

    Parameters
    ----------
    path : str or PathLike
        The file.
    n_threads : int, default=1
        Number of threads that compute one clip. Most models are fastest with one.

    Returns
    -------
    LiteRTModel
        Model with those of the methods ``predict``, ``predict_proba``, ``decision_function``, ``transform``,
        ``predict_frames`` and ``score_samples`` that the file can compute.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ExportError
        If it is not a LiteRT file, or one from elsewhere; a ValueError.

    See Also
    --------
    to_litert : Write the file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from skaudio.export import load_litert, to_litert
    >>> from skaudio.features import MelSpectrogram
    >>> with TemporaryDirectory() as folder:
    ...     model = load_litert(to_litert(MelSpectrogram(sr=8000), f"{folder}/mel.tflite", seconds=1))
    >>> model.transform([(np.ones(16000), 16000)]).shape
    (1, 126, 64)
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {str(file)!r}. Pass one that skaudio.export.to_litert has written.")
    return LiteRTModel(file.read_bytes(), str(file), n_threads=n_threads)
