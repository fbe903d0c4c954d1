"""`Sound`: a waveform that can be played."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Sound:
    """Waveform with its sampling rate, which a notebook shows as a player.

    Parameters
    ----------
    y : ndarray of float32, shape (n_samples,)
        The waveform.
    sr : float
        Sampling rate in Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import Sound
    >>> beep = Sound(0.5 * np.sin(np.arange(4000)), 8000)
    >>> np.asarray(beep).shape, beep.duration
    ((4000,), 0.5)
    """

    y: np.ndarray
    sr: float

    @property
    def duration(self) -> float:
        """Duration in seconds."""
        return len(self.y) / self.sr

    def audio(self) -> Any:
        """Return the sound as an `IPython.display.Audio`.

        Returns
        -------
        IPython.display.Audio
            Player of the sound.

        Raises
        ------
        ImportError
            If IPython is not installed.
        """
        try:
            from IPython.display import Audio
        except ImportError as error:
            raise ImportError("Sound.audio requires IPython: pip install ipython.") from error
        return Audio(self.y, rate=round(self.sr))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.array(self.y, dtype=dtype, copy=copy)

    def _repr_html_(self) -> str:
        import soundfile as sf

        file = io.BytesIO()
        sf.write(file, np.clip(self.y, -1.0, 1.0), round(self.sr), format="WAV", subtype="PCM_16")
        uri = f"data:audio/wav;base64,{base64.b64encode(file.getvalue()).decode()}"
        return f'<audio controls preload="metadata" src="{uri}"></audio>'
