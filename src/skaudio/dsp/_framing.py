"""Cutting a waveform into overlapping frames."""

import numpy as np

from skaudio.dsp._leading_axes import over_leading_axes


def frame_count(n_samples: int, n_fft: int, hop_length: int, *, center: bool = True) -> int:
    """Count the frames of a waveform.

    Parameters
    ----------
    n_samples : int
        Length of the waveform.
    n_fft : int
        Length of a frame in samples.
    hop_length : int
        Samples between the starts of neighbouring frames.
    center : bool, default=True
        Whether frame ``t`` is centred on sample ``t * hop_length`` (the waveform is padded by ``n_fft // 2`` zeros on
        either side) or starts at it.

    Returns
    -------
    int
        At least 1: a waveform shorter than one frame is padded with zeros to one frame.

    Examples
    --------
    >>> from skaudio.dsp import frame_count
    >>> frame_count(22050, 2048, 512)
    44
    >>> frame_count(22050, 2048, 512, center=False)
    40
    """
    padded = n_samples + 2 * (n_fft // 2) if center else n_samples
    return 1 + max(padded - n_fft, 0) // hop_length


@over_leading_axes
def frame(y: np.ndarray, *, frame_length: int, hop_length: int, center: bool = False) -> np.ndarray:
    """Cut a waveform into overlapping frames, time first.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples)
        Waveform.
    frame_length : int
        Samples per frame.
    hop_length : int
        Samples between the starts of neighbouring frames.
    center : bool, default=False
        Whether frame ``t`` is centred on sample ``t * hop_length``; not in `librosa.util.frame`.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, frame_length)
        The frames. A waveform shorter than one frame is padded with zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import frame
    >>> frame(np.arange(6.0), frame_length=4, hop_length=2)
    array([[0., 1., 2., 3.],
           [2., 3., 4., 5.]], dtype=float32)
    """
    from skaudio.dsp._kernels import window_frames

    out = np.empty((frame_count(len(y), frame_length, hop_length, center=center), frame_length), np.float32)
    first = -(frame_length // 2) if center else 0
    window_frames(y, np.ones(frame_length, np.float32), hop_length, first, out)
    return out
