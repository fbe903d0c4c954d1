"""Header information of a clip."""

from dataclasses import dataclass
from typing import Any

from skaudio.io._audio_error import AudioError
from skaudio.io._open_reader import open_reader

PIECE_SAMPLES = 2**18


@dataclass(frozen=True)
class AudioInfo:
    """Header information of a clip.

    Attributes
    ----------
    sr : float
        Native sampling rate in Hz.
    n_channels : int
        Number of channels.
    n_samples : int
        Number of samples per channel.

    Examples
    --------
    >>> from skaudio.io import AudioInfo
    >>> AudioInfo(sr=8000, n_channels=1, n_samples=12000).duration_seconds
    1.5
    """

    sr: float
    n_channels: int
    n_samples: int

    @property
    def duration_seconds(self) -> float:
        """Duration in seconds."""
        return self.n_samples / self.sr


def audio_info(source: Any, *, sr: float | None = 22050) -> AudioInfo:
    """Read the header of a clip: sampling rate, number of channels and length, decoding it only if necessary.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        See `load`.
    sr : float or None, default=22050
        Sampling rate of `source` where it is a bare array.

    Returns
    -------
    AudioInfo
        Sampling rate, number of channels and length.

    Raises
    ------
    AudioError, TypeError
        If it cannot be opened, or if its header shows that it is truncated.

    Warns
    -----
    UserWarning
        If the file contains more or slightly less than its header states; see `load`.

    Notes
    -----
    An MP3 file that does not state its length is read completely, but not decoded.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import audio_info
    >>> info = audio_info((np.zeros(12000), 8000))
    >>> info.sr, info.n_channels, info.duration_seconds
    (8000, 1, 1.5)
    """
    with open_reader(source, sr) as reader:
        n_samples = reader.n_samples
        if n_samples is None:
            n_samples = sum(len(piece) for piece in reader.pieces(None, PIECE_SAMPLES))
        elif reader.truncation:
            raise AudioError(f"{reader.name} is cut short: {reader.truncation} Copy or record it again.")
        else:
            reader.warn_of_length()
        return AudioInfo(reader.sr, reader.n_channels, n_samples)


def duration_seconds(source: Any, *, sr: float | None = 22050) -> float:
    """Return the duration of a clip in seconds; see `audio_info`.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        See `load`.
    sr : float or None, default=22050
        Sampling rate of `source` where it is a bare array.

    Returns
    -------
    float
        Duration in seconds.

    Raises
    ------
    AudioError, TypeError
        See `audio_info`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import duration_seconds
    >>> duration_seconds(np.zeros(11025))
    0.5
    """
    return audio_info(source, sr=sr).duration_seconds
