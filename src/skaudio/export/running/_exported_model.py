"""A model in an exported file: the methods of the original, for clips of any kind."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Self

import numpy as np

from skaudio.export.running._available_in import available_in
from skaudio.export.running._clip_batches import as_clips
from skaudio.export.running._pair_model import PairModel


class ExportedModel(PairModel):
    """Base class of models that were exported to a file.

    Parameters
    ----------
    content : bytes
        Content of the file.
    name : str
        Name of the file, for messages.
    n_threads : int, default=1
        Number of threads that compute one clip.
    """

    def __init__(self, content: bytes, name: str, *, n_threads: int = 1) -> None:
        self._content, self._name, self._n_threads = content, name, n_threads
        self.metadata = self._open()
        self.sr, self.method = self.metadata["sr"], self.metadata["method"]
        self.methods = tuple(self.metadata["outputs"])
        if "classes" in self.metadata:
            self.classes_ = np.array(self.metadata["classes"])

    # ---- of each kind of file; see also PairModel

    @abstractmethod
    def _open(self) -> dict[str, Any]:
        """Prepare the model to run, and return its metadata."""

    @abstractmethod
    def _batches(self, clips: Sequence[Any]) -> Iterator[tuple[list[int], np.ndarray]]:
        """Yield indices of clips and their waveforms, ``(n_clips, n_samples)``."""

    # ---- predictions

    @available_in
    def predict(self, X: Any) -> np.ndarray:
        """Predict the class or target of each clip.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays at the rate `sr`, ``(y, sr)`` pairs or dicts; see `skaudio.io.load`. Or a
            float array ``(n_clips, n_samples)``.

        Returns
        -------
        ndarray of shape (n_clips,), (n_clips, n_labels) or (n_clips, n_outputs)
            Classes, labels, 1 or -1 of an outlier detector, or targets.

        Raises
        ------
        AudioError, TypeError
            If a clip cannot be decoded, with its index.
        ExportError
            If the model cannot process a clip.
        """
        labels = self._results(X, "predict")
        return labels.astype(self.classes_.dtype) if hasattr(self, "classes_") else labels

    @available_in
    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict class probabilities.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_classes)
            Probabilities, in the order of ``classes_``.
        """
        return self._results(X, "predict_proba")

    @available_in
    def decision_function(self, X: Any) -> np.ndarray:
        """Compute the scores of classes, or of an outlier detector.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_classes), or (n_clips,) for two classes and outlier detectors
            Scores.
        """
        return self._results(X, "decision_function")

    @available_in
    def score_samples(self, X: Any) -> np.ndarray:
        """Compute the normality score of each clip.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        ndarray of float32, shape (n_clips,)
            Scores.
        """
        return self._results(X, "score_samples")

    @available_in
    def transform(self, X: Any) -> np.ndarray:
        """Compute the features of each clip.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_columns) or (n_clips, n_frames, n_channels)
            Features; for frames of clips of different lengths, a 1-D object array of ``(n_frames_i, n_channels)``.
        """
        return self._results(X, "transform")

    @available_in
    def predict_frames(self, X: Any) -> np.ndarray:
        """Predict class probabilities for each frame.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_frames, n_classes)
            Probabilities; for clips of different lengths, a 1-D object array of ``(n_frames_i, n_classes)``.
        """
        return self._results(X, "predict_frames")

    def outputs(self, X: Any) -> dict[str, list[Any]]:
        """Compute the results of all methods at once, such as labels and probabilities.

        Parameters
        ----------
        X : batch of clips
            See `predict`.

        Returns
        -------
        dict of {str: list}
            One result for each clip, by the name of the method.
        """
        names = self.metadata["outputs"]
        return dict(zip(names, self._run(X, list(names.values())), strict=True))

    # ---- conventions of scikit-learn

    def fit(self, X: Any = None, y: Any = None, **params: Any) -> Self:  # noqa: ARG002
        """Return the model unchanged, as it is fitted.

        Parameters
        ----------
        X, y : object
            Ignored.
        **params : dict
            Ignored.

        Returns
        -------
        self : ExportedModel
            The same.
        """
        return self

    def __sklearn_clone__(self) -> Self:
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags, TransformerTags

        kind = self.metadata.get("estimator_type")
        return Tags(
            estimator_type=kind,
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags() if "transform" in self.methods else None,
            classifier_tags=ClassifierTags() if kind == "classifier" else None,
            regressor_tags=RegressorTags() if kind == "regressor" else None,
            input_tags=InputTags(two_d_array=False, string=True),
            requires_fit=False,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r}, method={self.method!r}, sr={self.sr:g})"

    def __getstate__(self) -> dict[str, Any]:
        return {"content": self._content, "name": self._name, "n_threads": self._n_threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["content"], state["name"], n_threads=state["n_threads"])  # type: ignore[misc]

    # ---- implementation

    def _results(self, X: Any, method: str) -> np.ndarray:
        (rows,) = self._run(X, [self.metadata["outputs"][method]])
        if len({np.shape(row) for row in rows}) == 1:
            return np.stack(rows)
        ragged = np.empty(len(rows), dtype=object)
        ragged[:] = rows
        return ragged

    def _run(self, X: Any, outputs: list[str]) -> list[list[Any]]:
        """Compute outputs for each clip; those of equal length are computed together."""
        clips = as_clips(X)
        results: list[list[Any]] = [[None] * len(clips) for _ in outputs]
        for indices, batch in self._batches(clips):
            values = self._outputs_of(indices[0], {"waveform": batch}, outputs)
            for rows, value in zip(results, values, strict=True):
                for row, i in enumerate(indices):
                    rows[i] = value[row]
        return results
