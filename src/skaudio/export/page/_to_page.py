"""Export of a fitted model to a page that runs it in a browser."""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from skaudio import __version__
from skaudio._html_page import page, page_file
from skaudio.export._export_error import ExportError
from skaudio.export._to_onnx import to_onnx
from skaudio.export.page._runtime import BrowserRuntime, browser_runtime
from skaudio.export.running import load_onnx
from skaudio.io._replacing import replacing

FOLDER = "skaudio.export.page"  # of the parts of the page
SCRIPTS = [f"{part}.js" for part in ("formats", "resampling", "audio", "model", "spectrogram", "results", "page")]
POLICY = "default-src 'none'; img-src data:; media-src blob:; base-uri 'none'; form-action 'none'"
WINDOW_SECONDS = 1.0
FIELDS = ("sr", "method", "outputs", "estimator_type", "classes", "hop_seconds", "channel")  # of the metadata


def to_page(
    model: Any,
    path: str | os.PathLike,
    *,
    method: str | None = None,
    sample: Any = None,
    window_seconds: float | None = None,
    title: str | None = None,
    runtime: str | os.PathLike | None = None,
) -> Path:
    """Export a fitted pipeline, front end included, to an HTML page that runs it in a browser.

    The page opens from disk. Audio files are dropped on it, or recorded by the microphone; it shows the spectrogram,
    the label, and the class probabilities of the whole clip and over time. Files are decoded by the browser, and
    resampled to the sampling rate of the model. Nothing is sent anywhere.

    Parameters
    ----------
    model : estimator, str or PathLike
        Fitted pipeline for `to_onnx`; or a file that it has written.
    path : str or PathLike
        Page to write, such as ``model.html``; an existing one is replaced.
    method : {"predict_proba", "decision_function", "predict", "predict_frames", "score_samples"} or None, default=None
        Method of the pipeline to export, see `to_onnx`. With "predict_frames" of a network, the page shows the
        probabilities of frames.
    sample : batch of clips, default=None
        Clips that the exported pipeline is verified on, see `to_onnx`.
    window_seconds : float or None, default=None
        Length of the windows over time, in seconds, which overlap by half; it can be changed on the page. Clips of the
        training set were usually about as long. If None, 1 s, or as much as the front end uses of a clip.
    title : str or None, default=None
        Title of the page. If None, the name of the file.
    runtime : str, PathLike or None, default=None
        Archive (``.tgz``) or folder of the npm package onnxruntime-web. If None, version 1.30.0 in the data home, where
        it is downloaded to at the first call (33 MB).

    Returns
    -------
    Path
        The page, of about 5 MB beside the model.

    Raises
    ------
    ExportError
        If the pipeline cannot be exported, see `to_onnx`; if it only computes features, or is an `EventDetector`; or
        if ONNX Runtime Web cannot be downloaded or read. A ValueError.
    NotFittedError
        If the pipeline is not fitted.
    FileNotFoundError
        If there is no such file.
    OSError
        If the page cannot be written.

    See Also
    --------
    to_onnx : Export to a file for other programs.

    Notes
    -----
    The label of a clip of up to 60 s is that of the whole clip, as in Python; for longer ones, values are averaged over
    windows. The samples of WAV files are those of `skaudio.io.load`; the resampler passes the same frequencies as its.
    Lossy formats are decoded slightly differently by each browser.

    The page contains ONNX Runtime Web [1]_ (MIT licence) and requires a browser with ``DecompressionStream``:
    Chrome 80, Firefox 113, Safari 16.4 or later. Its content security policy allows no network connections.

    References
    ----------
    .. [1] Microsoft, "ONNX Runtime Web", https://onnxruntime.ai.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.export import to_page
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> X, y = make_spoken_digits(60, n_speakers=2, random_state=0, return_X_y=True)
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), LogisticRegression(max_iter=1000)).fit(X, y)
    >>> to_page(pipeline, "digits.html", sample=X)  # doctest: +SKIP
    PosixPath('digits.html')
    """
    path = Path(path)
    if window_seconds is not None and not 0.0 < window_seconds < float("inf"):
        raise ValueError(f"window_seconds={window_seconds!r}; expected a number above 0.")
    with TemporaryDirectory() as folder:
        file = _model_file(model, Path(folder) / f"{path.stem}.onnx", method, sample)
        metadata, onnx = load_onnx(file).metadata, file.read_bytes()
    _check(metadata)
    seconds = window_seconds or _default_window(metadata)
    html = _html(path.stem if title is None else title, onnx, metadata, seconds, browser_runtime(runtime))
    with replacing(path) as temporary:
        temporary.write_text(html, encoding="utf-8")
    return path


def _model_file(model: Any, path: Path, method: str | None, sample: Any) -> Path:
    """Return the ONNX file of a model, written to a path unless the model is a file."""
    if not isinstance(model, (str, os.PathLike)):
        return to_onnx(model, path, method=method, sample=sample)
    if method is not None or sample is not None:
        raise ValueError(
            "method and sample were passed with an exported file, which already is of one method, and verified. Pass "
            "the pipeline, or neither of them."
        )
    return Path(model)


def _check(metadata: dict[str, Any]) -> None:
    """Raise an error for results that the page does not show."""
    if "labels" in metadata:
        raise ExportError(
            "The model is an EventDetector, whose events are decoded from its scores; the page does not decode them. "
            "Export the classifier of windows, detector.estimator_, where it is a pipeline from waveforms."
        )
    if len(metadata.get("inputs", ())) > 1:
        raise ExportError("The model compares pairs of clips, which the page does not show. Export a classifier.")
    if metadata["method"] == "transform":
        raise ExportError(
            "The model computes features, which the page does not show. Export a classifier, a regressor or an outlier "
            "detector."
        )


def _default_window(metadata: dict[str, Any]) -> float:
    """Return the part of a clip that the front end uses, if it is limited."""
    duration = metadata.get("duration_seconds")
    return (metadata.get("offset_seconds") or 0.0) + duration if duration else WINDOW_SECONDS


def _html(title: str, onnx: bytes, metadata: dict[str, Any], seconds: float, runtime: BrowserRuntime) -> str:
    content = {"metadata": {name: metadata.get(name) for name in FIELDS}, "window_seconds": seconds}
    data = json.dumps(content).replace("<", "\\u003c")
    scripts = "".join(page_file(FOLDER, name) for name in SCRIPTS)
    return page(
        title,
        [
            page_file(FOLDER, "page.html"),
            *_footer(metadata, runtime),
            _packed("model", onnx),
            _packed("wasm", runtime.wasm),
        ],
        styles=[page_file(FOLDER, "page.css")],
        modules=[runtime.code, f"const content = {data};\n{scripts}"],
        policy=POLICY,
        script_sources="'wasm-unsafe-eval'",
    )


def _footer(metadata: dict[str, Any], runtime: BrowserRuntime) -> Iterator[str]:
    """Yield where the page comes from, and the licence of the program in it."""
    licence = page_file(FOLDER, "licence.txt")
    yield '<footer class="note">'
    yield f"<p>Made by skaudio {escape(metadata.get('version', __version__))}.</p>"
    yield f"<details><summary>ONNX Runtime Web {escape(runtime.version)}, MIT licence</summary>"
    yield f'<p class="licence">{escape(licence)}</p></details></footer>'


def _packed(name: str, content: bytes) -> str:
    """Return bytes as an element that is no code: compressed, so that the page is a fourth of the size."""
    text = base64.b64encode(gzip.compress(content, mtime=0)).decode()
    return f'<script type="text/plain" id="{name}">{text}</script>'
