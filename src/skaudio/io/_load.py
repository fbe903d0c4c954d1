"""Loading a clip, or a part of it."""

from typing import Any

import numpy as np

from skaudio.io._open_clip import OpenClip
from skaudio.io._quantities import check_rate, check_seconds


def load(
    source: Any,
    *,
    sr: float | None = 22050,
    mono: bool = True,
    channel: int | None = None,
    offset: float = 0.0,
    duration: float | None = None,
) -> tuple[np.ndarray, float]:
    """Decode a clip, or a part of it, as `librosa.load` does, from whatever it is given as.

    Of a file, only the wanted part is read. Loading releases the GIL while it decodes and resamples, and may be done
    in several threads.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        - str or PathLike: path of a file;
        - binary file object: read from where it stands, and put back there if it is seekable;
        - list of numbers or array of shape (n_samples,): taken to be at `sr` already, which nothing can check;
        - ``(y, sr)``: array and its own sampling rate;
        - dict with ``"array"`` and ``"sampling_rate"``, with ``"bytes"`` (the content of a file) or with ``"path"``, as
          Hugging Face datasets make them; the first of them that is not None is used. Also their decoder objects, and
          a row of a data set, with any of these as ``"audio"``.

        Arrays hold floating-point numbers, or PCM as int8, int16, int32 or uint8, which is scaled to [-1, 1]. Those of
        pairs and dicts may have several channels, ``(n_samples, n_channels)`` or ``(n_channels, n_samples)``: the
        axis that is far shorter is taken for that of the channels. A bare array may where `channel` is given or `mono`
        is False. Tensors and columns of other libraries are arrays.
    sr : float or None, default=22050
        Sampling rate wanted, in Hz. None: the clip's own.
    mono : bool, default=True
        Whether to average the channels.
    channel : int or None, default=None
        The only channel to load, counted from 0, whatever `mono` is; a record may ask for its own as ``"channel"``.
    offset : float, default=0.0
        Seconds to leave out at the start; if negative, the part begins so many seconds before the end.
    duration : float or None, default=None
        Seconds to load at most. None: all.

    Returns
    -------
    y : ndarray of float32, shape (n_samples,), or (n_channels, n_samples) where several and not `mono`
        Contiguous. It may share memory with an array that was given.
    sr : float
        Its sampling rate in Hz.

    Raises
    ------
    AudioError
        If there is no such file, it cannot be decoded, it has fewer samples than its header says (in the part wanted),
        a sampling rate below 100 Hz or above 10 MHz by its header, no samples, or samples that are NaN or infinite; or
        if a number is out of its range.
    TypeError
        If something is of a wrong type.
    OSError
        If a file cannot be read, as by a time-out of a network file; a file object's own exceptions, of whatever type,
        are raised as they are. They do not mean that the clip is broken, and ``on_error="warn"`` of a front end does
        not catch them.

    Warns
    -----
    UserWarning
        If the end of a file is wanted that goes on behind what its header states, with the seconds that are left out;
        if a WAV, AIFF, W64, CAF or AU file has up to 128 bytes less than its header states, as where a writer counts
        the header, too; if an MP3 file lacks a part of its last two frames, or has other bytes between its frames; or
        if a file is joined of parts of which only the first ones go together.

    See Also
    --------
    iter_blocks : A long recording block by block.

    Notes
    -----
    Files are decoded by libsndfile. What it does not know, such as M4A, goes through audioread if that and ffmpeg are
    installed; what it knows and calls malformed does not. audioread opens paths only: write M4A or WebM that is given
    as bytes or as a file object to a file, or convert it.

    A size that was never filled in (0, -1, about 2**31) means "to the end of the file". MP3 and Ogg files that were
    joined are read to their end, one part after another; MP3 and MP2 files that do not state their length, too.

    What is found out about damaged files depends on the format. WAV, AIFF, AU, W64, RF64, CAF: missing bytes. FLAC: any
    missing or damaged block. MP3 with a Xing, Info or VBRI header (which most have): more than two frames missing (52
    ms at 44.1 kHz, 72 ms at 16 kHz); MP3 and MP2 without one: an end inside a frame. Ogg Vorbis, Opus: a damaged page,
    and an end inside a page, but not an end between two pages. AVR, MAT4, MAT5, MPC2K, NIST, SVX, VOC and WVE: missing
    samples. PVF, IRCAM and PAF state no length: an end inside a sample; XI: nothing. M4A and WebM: missing
    samples, but for 1 % and 0.25 s. Values that were changed among uncompressed samples cannot be found out.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import load
    >>> y, sr = load((np.array([0, 16384, -32768], dtype=np.int16), 8000), sr=None)
    >>> y, sr
    (array([ 0. ,  0.5, -1. ], dtype=float32), 8000)
    """
    if sr is not None:
        check_rate(sr, "sr")
    check_seconds(offset, "offset")
    if duration is not None:
        check_seconds(duration, "duration", above=0)
    with OpenClip(source, sr=sr, mono=mono, channel=channel, offset=offset, duration=duration) as clip:
        return clip.waveform(), clip.sr
