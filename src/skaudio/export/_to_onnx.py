"""Export of a fitted model to an ONNX file."""

import os
from pathlib import Path
from typing import Any


def to_onnx(pipeline: Any, path: str | os.PathLike, *, method: str | None = None, sample: Any = None) -> Path:
    """Export a fitted pipeline, front end included, to a file that ONNX Runtime runs anywhere.

    The graph takes ``waveform``, float32 ``(n_clips, n_samples)`` of any length, at the sampling rate of the front end
    and scaled to [-1, 1], and computes what the method of the pipeline does. For classifiers and outlier detectors, it
    has the ``label`` as well. The file is written only if the graph agrees with the pipeline on a sample of clips.

    Parameters
    ----------
    pipeline : estimator
        Fitted pipeline from clips to features or predictions, such as of a front end, a
        `skaudio.pooling.StatPooling` and a scikit-learn classifier, or of a front end and a network. Also a front end
        alone, and a search, a frozen or an augmented estimator around such a pipeline.
    path : str or PathLike
        File to write, such as ``model.onnx``; an existing one is replaced.
    method : {"predict_proba", "decision_function", "predict", "transform", "predict_frames", "score_samples", \
"verify", "pair_distance"} or None, default=None
        Method of the pipeline to export. None: the first of "predict_proba", "decision_function" and "predict" that a
        classifier or outlier detector has; "predict" of a regressor; "transform" of others. With "verify" and
        "pair_distance" of a `skaudio.estimators.SiameseMatcher`, the graph compares pairs of clips, ``waveform`` and
        ``other``, which may differ in length.
    sample : batch of clips, default=None
        Clips that the graph is verified on. None: noise, silence, one frame, and a second of a tone. Real recordings of
        each class are better.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ExportError
        If a step cannot be exported, with its name and a remedy; or if the graph differs from the pipeline by a label,
        by more than 1e-4 or by NaN. A ValueError.
    NotFittedError
        If the pipeline is not fitted.
    ImportError
        If onnx, skl2onnx or ONNX Runtime is not installed.
    OSError
        If the file cannot be written.

    See Also
    --------
    load_onnx : Load the file.
    to_litert : Export to a file for phones and boards.
    register_converter : Export steps of your own.

    Notes
    -----
    Differences of values above 1 are relative to the largest of them. Decoding and resampling are not part of the
    graph. Parameters that do not change a clip's result are ignored: ``n_jobs``, ``memory`` and ``on_error``. A graph
    with ``trim_db`` takes one clip at a time.

    The metadata of the file have, in JSON, ``skaudio.sr``, ``skaudio.classes``, ``skaudio.method``,
    ``skaudio.hop_seconds``, ``skaudio.difference`` (the largest on the sample) and others. The graph uses opset 18 of
    ONNX [1]_. scikit-learn's own steps are converted by skl2onnx [2]_.

    References
    ----------
    .. [1] ONNX, "Open Neural Network Exchange", https://onnx.ai.
    .. [2] X. Dupré and others, "sklearn-onnx", https://onnx.ai/sklearn-onnx.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.export import load_onnx, to_onnx
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> X, y = make_spoken_digits(60, n_speakers=2, random_state=0, return_X_y=True)
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling(segments=2), StandardScaler(), LogisticRegression())
    >>> pipeline = pipeline.fit(X[:50], y[:50])
    >>> with TemporaryDirectory() as folder:
    ...     model = load_onnx(to_onnx(pipeline, f"{folder}/digits.onnx", sample=X[50:]))
    >>> model.predict(X[50:55]), pipeline.predict(X[50:55])
    (array([2, 4, 3, 5, 0]), array([2, 4, 3, 5, 0]))
    """
    # Imported here: whoever only loads a file needs none of it.
    from skaudio.export.models import exported
    from skaudio.io._replacing import replacing

    path = Path(path)
    content = exported(pipeline, path.name, method, sample)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
