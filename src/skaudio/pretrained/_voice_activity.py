"""Silero's voice activity detector, which carries a state from window to window."""

from collections.abc import Callable

import numpy as np

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._onnx import onnx_session
from skaudio.pretrained._window_model import WindowModel

N_SAMPLES, N_STATES = 576, 128  # 64 samples of context, and a step of 512
VALUES = {"scores": "speech_probs", "embedding": "/Relu_4_output_0"}  # the latter is the input of the last layer


class SequenceModel(WindowModel):
    """A model whose output for a window depends on those before it.

    Parameters
    ----------
    step : callable
        Maps windows and the state before them to outputs and the state after them.
    state : tuple of ndarrays
        State at the start of a clip.
    shape : tuple of int or None
        Shape of the input.
    """

    def __init__(self, step: Callable, state: tuple[np.ndarray, ...], shape: tuple[int | None, ...]) -> None:
        super().__init__(self._run_from_start, shape)
        self._step, self._initial = step, state

    def session(self) -> Callable[[np.ndarray], np.ndarray]:
        state = self._initial

        def run(windows: np.ndarray) -> np.ndarray:
            nonlocal state
            outputs, state = self._step(np.ascontiguousarray(windows, np.float32), state)
            return outputs

        return run

    def _run_from_start(self, windows: np.ndarray) -> np.ndarray:
        return self.session()(windows)


def open_voice_activity(content: bytes, output: str | int) -> WindowModel:
    """Open the detector [1]_.

    Parameters
    ----------
    content : bytes
        Content of the file.
    output : {"scores", "embedding"}
        The probability of speech, or the state from which it is computed.

    Returns
    -------
    WindowModel

    References
    ----------
    .. [1] Silero Team, "Silero VAD: pre-trained enterprise-grade voice activity detector", 2021,
       github.com/snakers4/silero-vad.
    """
    if output not in VALUES:
        raise ModelError(f"output={output!r}; expected one of {sorted(VALUES)}.")
    value = VALUES[str(output)]
    session = onnx_session(content, value)

    def step(windows: np.ndarray, state: tuple[np.ndarray, ...]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        outputs, *after = session.run([value, "hn", "cn"], {"input": windows, "h": state[0], "c": state[1]})
        return outputs.reshape(len(windows), -1), tuple(after)

    silence = np.zeros((1, 1, N_STATES), np.float32)
    return SequenceModel(step, (silence, silence), (None, N_SAMPLES))
