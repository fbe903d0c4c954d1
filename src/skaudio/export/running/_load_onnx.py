"""Loading of an exported model."""

import os
from pathlib import Path

from skaudio.export.running._onnx_model import OnnxModel


def load_onnx(path: str | os.PathLike, *, n_threads: int = 1) -> OnnxModel:
    """Load a model that `to_onnx` wrote.

    It needs ONNX Runtime and `skaudio.io`, neither TensorFlow nor the classes of the model, and runs no code from the
    file.

    Parameters
    ----------
    path : str or PathLike
        The file.
    n_threads : int, default=1
        Number of threads that compute one clip. Most models are fastest with one.

    Returns
    -------
    OnnxModel
        Model with those of the methods ``predict``, ``predict_proba``, ``decision_function``, ``transform``,
        ``predict_frames`` and ``score_samples`` that the file can compute.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ExportError
        If it is not an ONNX file, or one from elsewhere; a ValueError.

    See Also
    --------
    to_onnx : Write the file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from skaudio.export import load_onnx, to_onnx
    >>> from skaudio.features import MelSpectrogram
    >>> with TemporaryDirectory() as folder:
    ...     model = load_onnx(to_onnx(MelSpectrogram(sr=8000), f"{folder}/mel.onnx"))
    >>> model.transform([(np.ones(16000), 16000)]).shape
    (1, 126, 64)
    """
    file = Path(path)
    if not file.is_file():
        raise FileNotFoundError(f"There is no file {str(file)!r}. Pass one that skaudio.export.to_onnx has written.")
    return OnnxModel(file.read_bytes(), str(file), n_threads=n_threads)
