"""A model in an exported file, run by LiteRT."""

import warnings
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph import LABEL, class_array
from skaudio.export.running._clip_batches import waveform_of
from skaudio.export.running._exported_model import ExportedModel
from skaudio.export.running._litert_metadata import metadata_of


class LiteRTModel(ExportedModel):
    """Fitted model that was exported to a file, and is run by LiteRT alone.

    Clips are cut or padded with silence at their ends to the length that the model takes. It is a step of a
    `sklearn.pipeline.Pipeline` like a `sklearn.frozen.FrozenEstimator`: `fit` changes nothing, and a clone is the same
    object. It has those of the methods below that the file can compute.

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
        Metadata of the file, such as ``n_samples`` and the largest ``difference`` from the original.

    See Also
    --------
    load_litert : Load a file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from skaudio.export import load_litert, to_litert
    >>> from skaudio.features import MFCC
    >>> with TemporaryDirectory() as folder:
    ...     model = load_litert(to_litert(MFCC(sr=8000), f"{folder}/mfcc.tflite", seconds=0.5))
    >>> model.methods, model.sr, model.transform([np.ones(800)]).shape
    (('transform',), 8000.0, (1, 63, 20))
    """

    def _open(self) -> dict[str, Any]:
        metadata = metadata_of(self._content, self._name)
        try:
            with warnings.catch_warnings():  # of deprecation, by TensorFlow's interpreter
                warnings.simplefilter("ignore")
                interpreter = _interpreter_class()(model_content=self._content, num_threads=self._n_threads)
            interpreter.allocate_tensors()
            self._runner = interpreter.get_signature_runner()
        except (ValueError, RuntimeError) as error:
            raise ExportError(
                f"{self._name!r} is not a LiteRT file, or is damaged ({error}). Export it again."
            ) from error
        self._interpreter, self._lock = interpreter, Lock()  # computes one clip at a time
        return metadata

    def _batches(self, clips: Sequence[Any]) -> Iterator[tuple[list[int], np.ndarray]]:
        for i, clip in enumerate(clips):
            yield [i], self._waveform(i, clip)

    def _waveform(self, i: int, clip: Any) -> np.ndarray:
        return of_length(waveform_of(i, clip, self.metadata), self.metadata["n_samples"])[np.newaxis]

    def _computed(self, waveforms: dict[str, np.ndarray], outputs: list[str]) -> list[np.ndarray]:
        with self._lock:
            results = self._runner(**waveforms)
        values = [results[name] for name in outputs]
        if LABEL in outputs and "classes" in self.metadata and results[LABEL].ndim == 1:
            values[outputs.index(LABEL)] = class_array(self.classes_)[results[LABEL]]
        return values


def of_length(waveform: np.ndarray, n_samples: int) -> np.ndarray:
    """Cut a waveform, or pad it with silence."""
    return np.pad(waveform[:n_samples], (0, max(0, n_samples - len(waveform)))).astype(np.float32)


def _interpreter_class() -> Any:
    """Return the interpreter of LiteRT, else that of TensorFlow, which is the same."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        from skaudio._tensorflow import tensorflow_module

        try:
            return tensorflow_module().lite.Interpreter
        except (AttributeError, ImportError) as error:
            raise ImportError('LiteRT files require LiteRT: pip install "skaudio[litert]".') from error
    return Interpreter
