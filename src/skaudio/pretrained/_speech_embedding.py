"""Google's speech embedding: a mel spectrogram and a network of its frames, in two files."""

import numpy as np

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._tflite import tflite_function
from skaudio.pretrained._window_model import WindowModel

N_SAMPLES = 12512  # of 76 frames: 512 samples each, every 160
INT16_SCALE = 2.0**15


def open_speech_embedding(mel: bytes, network: bytes, output: str | int) -> WindowModel:
    """Open the speech embedding [1]_.

    Parameters
    ----------
    mel, network : bytes
        Contents of the files, from the waveform to mel frames, and from 76 of these to 96 features.
    output : str or int
        ``"embedding"``.

    Returns
    -------
    WindowModel

    References
    ----------
    .. [1] J. Lin, K. Kilgour, D. Roblek and M. Sharifi, "Training keyword spotters with limited and synthesized speech
       data", ICASSP, 2020.
    """
    if output != "embedding":
        raise ModelError(f"output={output!r}; expected 'embedding', the only output of the speech embedding.")
    mel_of, _ = tflite_function(mel, "scores", N_SAMPLES)
    embedding_of, _ = tflite_function(network, "scores", None)

    def run(windows: np.ndarray) -> np.ndarray:
        # The offset and scale with which the network was trained.
        frames = mel_of(windows * np.float32(INT16_SCALE)) / np.float32(10.0) + np.float32(2.0)
        return embedding_of(frames.reshape(1, -1, frames.shape[-1], 1))

    return WindowModel(run, (1, N_SAMPLES))
