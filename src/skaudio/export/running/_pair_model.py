"""Verification of pairs of clips by a model in an exported file."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.running._available_in import available_in
from skaudio.export.running._clip_batches import as_clips, waveform_of


class PairModel(ABC):
    """Base class of exported models, with the methods of those that compare pairs of clips."""

    metadata: dict[str, Any]
    methods: tuple[str, ...]
    _name: str

    @available_in
    def verify(self, A: Any, B: Any) -> np.ndarray:
        """Predict whether the clips of each pair are of the same class.

        Parameters
        ----------
        A, B : batches of clips
            First and second clips of each pair; see `predict`.

        Returns
        -------
        ndarray of bool, shape (n_pairs,)
            Whether they are.

        Raises
        ------
        ValueError
            If the batches differ in size.
        """
        return np.array(self.pair_outputs(A, B)["verify"], bool)

    @available_in
    def pair_score(self, A: Any, B: Any) -> np.ndarray:
        """Predict the probability that the clips of each pair are of the same class.

        Parameters
        ----------
        A, B : batches of clips
            See `verify`.

        Returns
        -------
        ndarray of float32, shape (n_pairs,)
            Probabilities.
        """
        return np.array(self.pair_outputs(A, B)["pair_score"], np.float32)

    @available_in
    def pair_distance(self, A: Any, B: Any) -> np.ndarray:
        """Compute the distance between the clips of each pair.

        Parameters
        ----------
        A, B : batches of clips
            See `verify`.

        Returns
        -------
        ndarray of float32, shape (n_pairs,)
            Distances.
        """
        return np.array(self.pair_outputs(A, B)["pair_distance"], np.float32)

    def pair_outputs(self, A: Any, B: Any) -> dict[str, list[Any]]:
        """Compute the results of all methods of pairs at once.

        Parameters
        ----------
        A, B : batches of clips
            See `verify`.

        Returns
        -------
        dict of {str: list}
            One result for each pair, by the name of the method.
        """
        first, second = as_clips(A), as_clips(B)
        if len(first) != len(second):
            raise ValueError(f"A has {len(first)} clips and B {len(second)}; expected pairs.")
        names = self.metadata["outputs"]
        rows = []
        for i, pair in enumerate(zip(first, second, strict=True)):
            waveforms = {
                name: self._waveform(i, clip) for name, clip in zip(self.metadata["inputs"], pair, strict=True)
            }
            rows.append([value[0] for value in self._outputs_of(i, waveforms, list(names.values()))])
        return (
            dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}
        )

    def _waveform(self, i: int, clip: Any) -> np.ndarray:
        """Decode one clip, ``(1, n_samples)``."""
        return waveform_of(i, clip, self.metadata)[np.newaxis].astype(np.float32)

    def _outputs_of(self, i: int, waveforms: dict[str, np.ndarray], outputs: list[str]) -> list[np.ndarray]:
        """Compute outputs; `i` is the index of the first clip, for messages."""
        try:
            return self._computed(waveforms, outputs)
        except Exception as error:  # of many types
            raise ExportError(f"Clip {i}: {self._name!r} cannot process it ({error}).") from error

    @abstractmethod
    def _computed(self, waveforms: dict[str, np.ndarray], outputs: list[str]) -> list[np.ndarray]:
        """Compute outputs by name from inputs by name, each with one row for each clip."""
