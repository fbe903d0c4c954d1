"""Common interface of all formats: a function from windows of a waveform to vectors."""

from collections.abc import Callable, Sequence

import numpy as np

from skaudio.pretrained._model_error import ModelError

WINDOWS_PER_BATCH = 32  # enough for efficiency, with bounded memory on long recordings


class WindowModel:
    """An opened model.

    Parameters
    ----------
    run : callable
        Maps a float32 array of `shape` to an array.
    shape : sequence of int or None
        Shape of the input; None: any. The first axis is the batch, unless it is the only one; one of the others is
        time, the rest have length 1.

    Attributes
    ----------
    n_samples : int or None
        Length of input windows; None: any.
    name : str or None
        Name of its file; None: not from a file, and its exceptions are raised unchanged.

    Raises
    ------
    ModelError
        If the shape is not that of waveforms.
    """

    def __init__(self, run: Callable[[np.ndarray], np.ndarray], shape: Sequence[int | None]) -> None:
        self._run = run
        self.name: str | None = None
        batch, inner = (shape[:1], shape[1:]) if len(shape) > 1 else ((), shape)
        times = [length for length in inner if length != 1]
        if len(times) != 1:
            raise ModelError(
                f"The model has an input of shape {tuple(shape)}; expected a waveform. Pass a function that computes "
                "this input from windows of the waveform and calls the model."
            )
        self.n_samples = times[0]
        self._inner = tuple(1 if length == 1 else -1 for length in inner)
        self._batched, self._at_once = bool(batch), 1
        if batch:
            self._at_once = WINDOWS_PER_BATCH if batch[0] is None else batch[0]

    def session(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return a function that computes outputs for the windows of a clip, in portions from its start."""
        return self

    def __call__(self, windows: np.ndarray) -> np.ndarray:
        """Compute float32 outputs ``(n_windows, n_outputs)`` for windows ``(n_windows, n_samples)``.

        Raises
        ------
        ModelError
            If a model file cannot be run.
        """
        parts = (windows[start : start + self._at_once] for start in range(0, len(windows), self._at_once))
        try:
            return np.concatenate([self._vectors(np.ascontiguousarray(part, np.float32)) for part in parts])
        except Exception as error:  # damaged files raise exceptions of many types
            if self.name is None:
                raise
            raise ModelError(f"Model file {self.name!r} cannot be run ({error}).") from error

    def _vectors(self, windows: np.ndarray) -> np.ndarray:
        if not self._batched:
            output = np.asarray(self._run(windows[0].reshape(self._inner)), np.float32)
            return output.reshape(-1, output.shape[-1] if output.ndim else 1).mean(axis=0, keepdims=True)
        output = np.asarray(self._run(windows.reshape(len(windows), *self._inner)), np.float32)
        # Other axes, such as time or positions in a feature map, are averaged.
        return output.reshape(len(windows), -1, output.shape[-1] if output.ndim > 1 else 1).mean(axis=1)
