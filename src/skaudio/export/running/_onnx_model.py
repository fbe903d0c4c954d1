"""A model in an exported file, run by ONNX Runtime."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.running._clip_batches import equal_batches
from skaudio.export.running._exported_model import ExportedModel
from skaudio.export.running._metadata import decoded

MAX_CLIPS = 64  # of a batch


class OnnxModel(ExportedModel):
    """Fitted model that was exported to a file, and is run by ONNX Runtime alone.

    It is a step of a `sklearn.pipeline.Pipeline` like a `sklearn.frozen.FrozenEstimator`: `fit` changes nothing, and a
    clone is the same object. It has those of the methods below that the file can compute.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name of the file, for messages.
    n_threads : int, default=1
        Number of threads that compute one clip.

    Attributes
    ----------
    sr : float
        Sampling rate in Hz that the model takes, to which clips are resampled.
    method : str
        Method of the original that the file computes.
    methods : tuple of str
        Methods that can be called.
    classes_ : ndarray of shape (n_classes,)
        Classes, for a classifier.
    metadata : dict
        Metadata of the file, such as ``hop_seconds`` and the largest ``difference`` from the original.

    See Also
    --------
    load_onnx : Load a file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.export import load_onnx, to_onnx
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling()).fit([np.ones(800)])
    >>> with TemporaryDirectory() as folder:
    ...     model = load_onnx(to_onnx(pipeline, f"{folder}/features.onnx"))
    >>> model.methods, model.sr, model.transform([np.ones(800)]).shape
    (('transform',), 8000.0, (1, 180))
    """

    def _open(self) -> dict[str, Any]:
        self._session = _session(self._content, self._name, self._n_threads)
        shape = self._session.get_inputs()[0].shape
        self._max_clips = 1 if shape[0] == 1 else MAX_CLIPS
        return decoded(self._session.get_modelmeta().custom_metadata_map, self._name)

    def _batches(self, clips: Sequence[Any]) -> Iterator[tuple[list[int], np.ndarray]]:
        return equal_batches(clips, self.metadata, self._max_clips)

    def _computed(self, waveforms: dict[str, np.ndarray], outputs: list[str]) -> list[np.ndarray]:
        return self._session.run(outputs, waveforms)


def _session(content: bytes, name: str, n_threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise ImportError('ONNX files require ONNX Runtime: pip install "skaudio[export]".') from error
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = n_threads
    settings.log_severity_level = 3  # errors only: the graph holds constants that are computed once
    try:
        return onnxruntime.InferenceSession(content, settings, ["CPUExecutionProvider"])
    except Exception as error:  # of many types
        raise ExportError(f"{name!r} is not an ONNX file, or is damaged ({error}). Export it again.") from error
