"""Export of a fitted model to a LiteRT file."""

import os
from pathlib import Path
from typing import Any

QUANTIZED = (None, "float16", "int8")


def to_litert(
    pipeline: Any,
    path: str | os.PathLike,
    *,
    seconds: float,
    quantize: str | None = None,
    method: str | None = None,
    sample: Any = None,
) -> Path:
    """Export a fitted pipeline, front end included, to a LiteRT (TFLite) file for phones and boards.

    The model takes ``waveform``, float32 ``(1, n_samples)`` of a fixed length, at the sampling rate of the front end
    and scaled to [-1, 1], and computes what the method of the pipeline does. For classifiers, it has ``label`` as well,
    the index of the class. The file is written only if the model agrees with the pipeline on a sample of clips.

    Parameters
    ----------
    pipeline : estimator
        Fitted pipeline, see `to_onnx`.
    path : str or PathLike
        File to write, such as ``model.tflite``; an existing one is replaced.
    seconds : float
        Length of the clips that the model takes. Programs cut or pad theirs.
    quantize : {"float16", "int8"} or None, default=None
        Type of the weights of networks, which take about a half and a fourth of the room of float32 (None). With
        ``"int8"``, values are quantized as they come ("dynamic range"). The front end, the pooling and models of
        scikit-learn are computed in float32 in any case, as powers span a range that int8 cannot hold.
    method : {"predict_proba", "decision_function", "predict", "transform", "predict_frames", "score_samples", \
"verify", "pair_distance"} or None, default=None
        Method of the pipeline to export, see `to_onnx`.
    sample : batch of clips, default=None
        Clips that the model is verified on, cut or padded with silence to ``seconds``. None: noise, silence, one frame,
        and a tone. Real recordings of each class are better, and needed to verify a quantized model.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ExportError
        If a step cannot be exported, with its name and a remedy: ``trim_db``, forests, nearest neighbours. Or if the
        model differs from the pipeline by a label, by NaN, or by more than 1e-4; by more than 0.01 for ``"float16"``,
        and 0.1 for ``"int8"``, with which labels may differ where the two best scores are within twice of that. A
        ValueError.
    NotFittedError
        If the pipeline is not fitted.
    ImportError
        If TensorFlow, onnx or skl2onnx is not installed.
    OSError
        If the file cannot be written.

    See Also
    --------
    load_litert : Load the file.
    to_onnx : Export to a file for clips of any length.

    Notes
    -----
    Differences of values above 1 are relative to the largest of them. The graph is that of `to_onnx`, with the lengths
    computed in advance, and in single precision throughout.

    The file ends with a ZIP archive, as TFLite files with metadata do [1]_: ``labels.txt`` has the classes, and
    ``skaudio.json`` the sampling rate ``sr``, ``n_samples``, ``classes``, ``hop_seconds``, the largest ``difference``
    on the sample, and others. ``unzip`` extracts them, and `zipfile.ZipFile` reads them.

    References
    ----------
    .. [1] Google, "LiteRT metadata", https://ai.google.dev/edge/litert.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.export import load_litert, to_litert
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> X, y = make_spoken_digits(60, n_speakers=2, random_state=0, return_X_y=True)
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), StandardScaler(), LogisticRegression()).fit(X, y)
    >>> with TemporaryDirectory() as folder:
    ...     model = load_litert(to_litert(pipeline, f"{folder}/digits.tflite", seconds=0.5, sample=X[:10]))
    >>> model.predict(X[50:55]), model.metadata["n_samples"]
    (array([2, 4, 3, 5, 0]), 4000)
    """
    # Imported here: whoever only loads a file needs none of it.
    from skaudio.export.litert import exported_to_litert
    from skaudio.io._replacing import replacing

    if not 0.0 < seconds < float("inf"):
        raise ValueError(f"seconds={seconds!r}; expected a number above 0, the length of the clips.")
    if quantize not in QUANTIZED:
        raise ValueError(f"quantize={quantize!r}; expected one of {list(QUANTIZED)}.")
    path = Path(path)
    content = exported_to_litert(pipeline, path.name, seconds, quantize, method, sample)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
